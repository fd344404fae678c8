"""Verdicts that would not hold if the leads that cannot be seen were different, and how different."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit.disparity import Disparity
from audit.finding import Caution, evidence
from audit.finding.reading import in_own_unit, reading
from audit.finding.words import amount, count, points, quoted
from audit.schema import Tolerance
from audit.unseen.value import Bound, Cause, Method

Names = dict[tuple[Cause, tuple[str, ...], tuple[str, ...], tuple[str, ...] | None, str, Method], Bound]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A verdict that one of the bounds does not bear out.

    ``tipping`` is how much the unknown leads of the group would have to differ from its known ones,
    in the unit of the metric, for the verdict to change, if they belong to groups as known leads do.
    """

    verdict: Disparity
    worst: Bound
    at_random: Bound | None
    tipping: float | None

    @property
    def also_at_random(self) -> bool:
        """Whether the verdict is in doubt even if the unseen leads are like the seen ones."""
        return self.at_random is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdicts that have bounds, the bounds, and how wide the score's range is."""

    disparities: tuple[Disparity, ...]
    bounds: tuple[Bound, ...]
    audit: Tolerance
    width: float
    unknown_share: tuple[tuple[str, float], ...]


def doubtful_verdicts(judged: Judged) -> Iterator[Caution]:
    """One caution for each attribute and cause: how many verdicts the unseen leads could change.

    Tipping points: R. Little and D. Rubin (2019), Statistical Analysis with Missing Data, 3rd ed., 15
    (a shift between seen and unseen); X. Yan, S. Lee, N. Li (2009), J. Biopharm. Stat. 19:1085.
    """
    by_name: Names = {
        (b.cause, b.attribute, b.group, b.reference, b.metric, b.method): b for b in judged.bounds
    }
    causes: tuple[Cause, ...] = ("selective_labels", "unknown_group")
    for cause in causes:
        for attribute in dict.fromkeys(one.attribute for one in judged.disparities):
            told = [d for d in judged.disparities if d.attribute == attribute and _is_verdict(d)]
            pairs = [(d, _named(by_name, cause, d, "worst_case")) for d in told]
            bounded = [(d, worst) for d, worst in pairs if worst is not None]
            doubts = [
                _doubt(d, worst, _named(by_name, cause, d, "missing_at_random"), judged)
                for d, worst in bounded
                if not _holds(d, worst, judged)
            ]
            if doubts:
                yield _caution(cause, attribute[0], doubts, len(bounded))


def _is_verdict(one: Disparity) -> bool:
    return one.kind == "difference" and one.verdict != "insufficient" and len(one.attribute) == 1


def _named(by_name: Names, cause: Cause, one: Disparity, method: Method) -> Bound | None:
    return by_name.get((cause, one.attribute, one.group, one.reference, one.metric, method))


def _tolerance(one: Disparity, judged: Judged) -> float:
    return in_own_unit(judged.audit.tolerance_difference, one.metric, judged.width)


def _holds(one: Disparity, bound: Bound, judged: Judged) -> bool:
    if bound.low is None or bound.high is None:
        return True
    limit = _tolerance(one, judged)
    if one.verdict == "pass":
        return bound.low >= -limit and bound.high <= limit
    if one.value is not None and one.value > 0:
        return bound.low > limit
    return bound.high < -limit


def _doubt(one: Disparity, worst: Bound, at_random: Bound | None, judged: Judged) -> Doubt:
    unsure = at_random is not None and not _holds(one, at_random, judged)
    share = dict(judged.unknown_share).get(one.attribute[0], 0.0)
    tips = worst.cause == "unknown_group" and share > 0
    return Doubt(
        verdict=one,
        worst=worst,
        at_random=at_random if unsure else None,
        tipping=_room(one, _tolerance(one, judged)) / share if tips else None,
    )


def _room(one: Disparity, limit: float) -> float:
    """How far the interval of the gap is from where its verdict would change."""
    low, high = one.low or 0.0, one.high or 0.0
    if one.verdict == "pass":
        return min(limit - high, low + limit)
    return low - limit if low > limit else -limit - high


def _caution(cause: Cause, attribute: str, doubts: list[Doubt], verdicts: int) -> Caution:
    first = min(doubts, key=_rank)
    at_random = sum(doubt.also_at_random for doubt in doubts)
    one = first.verdict
    return Caution(
        code="unseen_outcomes" if cause == "selective_labels" else "unknown_groups",
        text=" ".join(
            (
                _how_many(cause, attribute, len(doubts), verdicts),
                _even_alike(cause, at_random),
                _example(first),
            )
        ).replace("  ", " "),
        evidence=evidence(
            attribute=attribute,
            verdicts=verdicts,
            verdicts_in_doubt=len(doubts),
            in_doubt_at_random=at_random,
            group=one.group[0],
            reference=one.reference[0],
            metric=one.metric,
            verdict=one.verdict,
            lower=first.worst.lower,
            upper=first.worst.upper,
            missing=first.worst.missing,
            tipping_point=first.tipping,
        ),
    )


def _rank(doubt: Doubt) -> tuple[bool, bool, int, float]:
    """Order of telling: unsure in any case, fails, what happens to a lead most directly, the largest."""
    one = doubt.verdict
    tier = reading(one.metric).tier
    return not doubt.also_at_random, one.verdict != "fail", tier, -abs(one.value or 0.0)


def _how_many(cause: Cause, attribute: str, doubts: int, verdicts: int) -> str:
    whose = "outcomes" if cause == "selective_labels" else "gaps"
    what = "without a usable outcome" if cause == "selective_labels" else "of unknown group"
    return (
        f"{doubts:,} of {count(verdicts, 'verdict')} on {whose} by {quoted(attribute)} could change"
        f" if the leads {what} were counted in."
    )


def _even_alike(cause: Cause, at_random: int) -> str:
    alike = "at equal score" if cause == "selective_labels" else "with the same score and outcome"
    if not at_random:
        return f"If they are like the others {alike}, every verdict stands."
    verb = "is" if at_random == 1 else "are"
    return f"{at_random:,} {verb} unsure even if they are like the others {alike}."


def _example(doubt: Doubt) -> str:
    one, worst = doubt.verdict, doubt.worst
    show = _signed_points if reading(one.metric).unit == "share" else _signed_score
    verdict = "within tolerance" if one.verdict == "pass" else "outside tolerance"
    label = f"\N{LEFT DOUBLE QUOTATION MARK}{reading(one.metric).label}\N{RIGHT DOUBLE QUOTATION MARK}"
    text = (
        f"For instance {label} of {quoted(one.group[0])} against {quoted(one.reference[0])} is {verdict};"
        f" the gap of all leads lies between {show(worst.lower or 0.0)} and {show(worst.upper or 0.0)}."
    )
    return f"{text} {_tips(doubt)}" if doubt.tipping is not None else text


def _tips(doubt: Doubt) -> str:
    unit, tipping = reading(doubt.verdict.metric).unit, doubt.tipping or 0.0
    if unit == "share" and tipping >= 1:
        return (
            "No difference between known and unknown leads changes it, if these belong to groups like those."
        )
    size = points(tipping) if unit == "share" else f"{amount(tipping)} in score"
    group = quoted(doubt.verdict.group[0])
    return f"It would not hold if unknown {group} leads differed by {size} from the known ones."


def _signed_points(value: float) -> str:
    return f"{value * 100:+.1f} points".replace("-", "\N{MINUS SIGN}")


def _signed_score(value: float) -> str:
    return f"{value:+.3g}".replace("-", "\N{MINUS SIGN}")


__all__ = ["Judged", "doubtful_verdicts"]
