"""All comparisons of one group, together."""

from __future__ import annotations

from dataclasses import dataclass

from audit.finding.facts import Facts, Gap, Names, gap
from audit.finding.option_reading import OPTION_METRICS, family
from audit.finding.reading import CONTEXT, UNDIRECTED
from audit.registry import METRICS

_OF_SELECTION = frozenset({"decisions", "errors", "agreement"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Every comparison of one group, the most telling first."""

    attribute: Names
    group: Names
    gaps: tuple[Gap, ...]

    @property
    def failing(self) -> tuple[Gap, ...]:
        """The comparisons that fail."""
        return tuple(one for one in self.gaps if one.disparity.verdict == "fail")

    @property
    def leading(self) -> tuple[Gap, ...]:
        """The comparisons of the most telling metric that this audit has; all options are one metric."""
        first = family(self.gaps[0].disparity.metric)
        return tuple(one for one in self.gaps if family(one.disparity.metric) == first)

    @property
    def insufficient(self) -> bool:
        """Whether the most telling metric could not be judged."""
        return any(one.disparity.verdict == "insufficient" for one in self.leading)


def cases(facts: Facts, *, treatment: bool = False) -> list[Case]:
    """Group the comparisons; context (conversion rates, counts) and mirror images are left out.

    What people do with leads has cases of its own (``treatment``). Where nobody is selected, or everybody,
    no group passes for being selected as often as another.
    """
    grouped: dict[tuple[Names, Names], list[Gap]] = {}
    for one in facts.disparities:
        if one.metric in CONTEXT | UNDIRECTED or is_treatment(one.metric) != treatment:
            continue
        if _own_hypothesis(one.metric) and (facts.selects or not _about_selection(one.metric)):
            grouped.setdefault((one.attribute, one.group), []).append(gap(one, facts.stream, facts.width))
    return [
        Case(attribute=attribute, group=group, gaps=tuple(sorted(gaps, key=_most_telling)))
        for (attribute, group), gaps in grouped.items()
    ]


def _about_selection(name: str) -> bool:
    known = METRICS.get(name.partition("@")[0])
    return known is not None and known.chapter in _OF_SELECTION and not name.startswith(OPTION_METRICS)


def is_treatment(name: str) -> bool:
    """Whether a metric is about what people do with leads."""
    known = METRICS.get(name.partition("@")[0])
    return known is not None and known.chapter == "treatment"


def _own_hypothesis(metric: str) -> bool:
    """Whether the metric is not just one minus another that is compared too."""
    known = METRICS.get(metric.partition("@")[0])
    return known is None or known.complement_of is None


def _most_telling(one: Gap) -> tuple[int, str, bool, float]:
    return one.reading.tier, one.disparity.metric, one.disparity.kind == "ratio", -one.size


def is_special(attribute: Names, facts: Facts) -> bool:
    """Whether one of the attributes is a special category (GDPR, Article 9)."""
    return any(one.special_category for one in facts.stream.attributes if one.name in attribute)
