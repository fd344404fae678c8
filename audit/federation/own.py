"""The organisations side by side, and where the joint gap says something else than they do."""

from __future__ import annotations

from collections.abc import Iterator

from audit.federation.comparing import reference_of
from audit.federation.figures import gap_figures, rate_figures
from audit.federation.model import Disagreement, Figure, JointGap, Names, OwnFigure, Way
from audit.federation.tables import Tables
from audit.finding.reading import reading
from audit.finding.words import briefly, listed, named, plain, points
from audit.registry import METRICS
from audit.schema import Tolerance

Parts = tuple[tuple[str, Tables], ...]
"""The tables of each organisation, by name."""


def own_figures(whole: Tables, parts: Parts, audit: Tolerance) -> tuple[OwnFigure, ...]:
    """Every rate of every organisation, for all leads and the groups of single attributes.

    Gaps are differences to the joint reference group, so that all organisations are held against the same.
    """
    return tuple(
        one
        for scope in whole.plan.scopes
        if len(scope) < 2
        for metric in whole.metrics(scope)
        for one in _figures((whole, parts), (scope, metric), audit)
    )


def _figures(both: tuple[Tables, Parts], what: tuple[Names, str], audit: Tolerance) -> Iterator[OwnFigure]:
    (whole, parts), (scope, metric) = both, what
    groups, alpha = whole.groups(scope), 1 - audit.confidence
    reference = reference_of(whole, scope, audit.minimum_group) if scope else None
    for name, tables in parts:
        rates = tables.rates_of(scope, groups, metric)
        gaps: tuple[Figure | None, ...] = (None,) * len(groups)
        if reference is not None:
            gaps = gap_figures(rates, reference, "difference", alpha)
        for i, (group, rate) in enumerate(zip(groups, rate_figures(rates, alpha), strict=True)):
            gap = None if i == reference else gaps[i]
            yield OwnFigure(
                organisation=name, attribute=scope, group=group, metric=metric, rate=rate, gap=gap
            )


def disagreements(
    gaps: tuple[JointGap, ...], own: tuple[OwnFigure, ...], audit: Tolerance
) -> tuple[Disagreement, ...]:
    """Where a joint gap hides what the organisations have; differences of single attributes, one each."""
    by_place: dict[tuple[Names, Names, str], list[tuple[str, Figure]]] = {}
    for one in own:
        if one.gap is not None and one.gap.undefined is None:
            place = one.attribute, one.group, one.metric
            by_place.setdefault(place, []).append((one.organisation, one.gap))
    found = (
        _disagreement(gap, by_place.get((gap.attribute, gap.group, gap.metric), []), audit)
        for gap in gaps
        if gap.kind == "difference" and len(gap.attribute) == 1 and _told(gap.metric)
    )
    return tuple(one for one in found if one is not None)


def _told(metric: str) -> bool:
    """Whether a metric is told of here: not where it is one minus another that is."""
    known = METRICS.get(metric)
    return known is not None and known.kind == "rate" and known.complement_of is None


def _disagreement(gap: JointGap, own: list[tuple[str, Figure]], audit: Tolerance) -> Disagreement | None:
    way = _way(gap, own, audit)
    if way is None:
        return None
    names = tuple(name for name, figure in own if _counts(way, gap, figure, audit))
    return Disagreement(
        way=way,
        attribute=gap.attribute,
        group=gap.group,
        reference=gap.reference,
        metric=gap.metric,
        organisations=names,
        text=_text(way, gap, [(name, figure) for name, figure in own if name in names]),
    )


def _way(gap: JointGap, own: list[tuple[str, Figure]], audit: Tolerance) -> Way | None:
    if len(own) < 2 or gap.figure.undefined is not None:
        return None
    turned = [figure for _, figure in own if _counts("reversal", gap, figure, audit)]
    sure = _surely(gap.figure) or any(_surely(figure) for figure in turned)
    if len(turned) == len(own) and sure:
        return "reversal"
    ways: tuple[Way, ...] = ("opposite", "covered")
    return next((way for way in ways if any(_counts(way, gap, one, audit) for _, one in own)), None)


def _counts(way: Way, gap: JointGap, own: Figure, audit: Tolerance) -> bool:
    """Whether the gap of one organisation is of this kind."""
    turned = _sign(gap.figure) * _sign(own) < 0
    if way == "reversal":
        return turned
    if way == "opposite":
        return turned and _surely(own) != 0 and _surely(gap.figure) != 0
    by = audit.tolerance_difference
    return gap.verdict == "pass" and ((own.low or 0.0) > by or (own.high or 0.0) < -by)


def _sign(one: Figure) -> int:
    """1 or -1 where the gap of the counted leads is known to be positive or negative, else 0."""
    return int((one.least or 0.0) > 0) - int((one.most or 0.0) < 0)


def _surely(one: Figure) -> int:
    """The same for the interval, and so beyond chance."""
    return int((one.low or 0.0) > 0) - int((one.high or 0.0) < 0)


def _text(way: Way, gap: JointGap, own: list[tuple[str, Figure]]) -> str:
    group, reference = named(gap.attribute, gap.group), briefly(gap.attribute, gap.reference)
    who = listed(tuple(f"{plain(name)} ({_size(figure)})" for name, figure in own))
    what = f"{reading(gap.metric).label}, {group} beside {reference}"
    joint = f"together {_size(gap.figure)}"
    if way == "reversal":
        return (
            f"{what}: {joint}, but the other way round in each of {who}. The joint gap comes "
            "from how the groups are spread over the organisations (Simpson's paradox); judge each by itself."
        )
    if way == "opposite":
        return f"{what}: {joint}, but surely the other way round in {who}; judge each by itself."
    return f"{what}: together within the tolerance ({_size(gap.figure)}), but surely outside it in {who}."


def _size(one: Figure) -> str:
    least, most = one.least or 0.0, one.most or 0.0
    if one.value is not None:
        return f"{_sign_word(one.value)}{points(one.value)}"
    return f"between {_sign_word(least)}{points(least)} and {_sign_word(most)}{points(most)}"


def _sign_word(value: float) -> str:
    return "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
