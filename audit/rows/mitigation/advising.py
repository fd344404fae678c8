"""Which remedy is worth it, and why; or the honest line that none is."""

from __future__ import annotations

from audit.estimate import Estimate
from audit.rows.mitigation.model import NEEDS, Advice, Change, Experiment, Trial
from audit.rows.mitigation.warning import TRUSTED

TOLERATED = 0.05
"""Outcomes per call may go down by this share of today's, if it buys a surely smaller gap."""
LEAST = 0.1
"""A reduction of less than a tenth of the gap is no remedy, however sure it is."""

FIT = (
    "It treats equal leads alike, needs nobody's group when a lead is scored, and keeps the number of calls."
)
NOTHING_FIT = (
    "No remedy that treats equal leads alike without knowing their group could be tried on these leads."
)
NOTHING_SURE = (
    "No remedy that treats equal leads alike without knowing their group makes the gap surely smaller by a"
    " tenth or more: the trade is not worth it on this evidence."
)
TOO_DEAR = (
    "What makes the gap surely smaller without knowing anybody's group costs more than a twentieth of the"
    " good outcomes per call: the trade is not worth it on this evidence."
)
MAY_BE_NOTHING = "for all remedies at once, that may be nothing."
NO_COST = "What a remedy costs cannot be told, so none is recommended: {why}."
DECIDE = "decide whether that is worth its cost."
ONLY_BY_GROUP = (
    "it needs the group of each new lead when it is decided on, which in many countries and uses is not"
    " allowed."
)


def advise(made: Experiment) -> Advice:
    """The remedy to recommend.

    Only what is the same for equal leads, blind to groups at the decision and true to the number of calls may
    be recommended. Of these, those whose gap surely goes down (for all remedies at once) by a tenth at least,
    and whose outcomes per call do not surely go down by more than a twentieth; among them the smallest gap
    left, and of two that are alike the one that asks for less.
    """
    today = made.today.gap(made.request.aim).value if made.today else None
    if today is None:
        return Advice(remedy=None, nearest=None, reasons=("The gap of today cannot be told.",))
    fit = [one for one in made.trials if _may_be(one)]
    sure = [one for one in fit if _surely_helps(one, today)]
    if made.unjudged is not None:
        return _without_cost(made.unjudged, fit, sure)
    nearest = max(sure, key=_gain) if sure else max(fit, key=_reduction, default=None)
    worth = [one for one in sure if not _too_dear(one, made)]
    if worth:
        best = _least_demanding(worth)
        return Advice(remedy=best.remedy.id, nearest=best.remedy.id, reasons=_why(best, made))
    shown = nearest if nearest is not None and _reduction(nearest) > 0 else None
    return Advice(
        remedy=None,
        nearest=shown.remedy.id if shown else None,
        reasons=(*_why_not(fit, sure, shown), *_by_group(made, today)),
    )


def _without_cost(why: str, fit: list[Trial], sure: list[Trial]) -> Advice:
    """What does most about the gap, where no outcome tells what it costs."""
    best = max(sure or fit, key=_reduction, default=None)
    shown = best if best is not None and _reduction(best) > 0 else None
    end = DECIDE if sure else MAY_BE_NOTHING
    return Advice(
        remedy=None,
        nearest=shown.remedy.id if shown else None,
        reasons=(NO_COST.format(why=why), *_told(shown, "Of those that work without a group", end)),
    )


def _surely_helps(one: Trial, today: float) -> bool:
    least = LEAST * abs(today)
    return one.reduction is not None and one.reduction.sure_low > 0 and _reduction(one) >= least


def _by_group(made: Experiment, today: float) -> tuple[str, ...]:
    """What would be worth it to somebody who may use the group of a lead; it is told, not recommended."""
    aware = (one for one in made.trials if one.remedy.attribute_at_decision and one.remedy.capacity_kept)
    worth = [one for one in aware if _surely_helps(one, today) and not _too_dear(one, made)]
    return _told(max(worth, key=_reduction, default=None), "Of those that know the group", ONLY_BY_GROUP)


def _may_be(one: Trial) -> bool:
    allowed = one.remedy.capacity_kept and not (one.remedy.attribute_at_decision or one.remedy.randomised)
    trusted = one.fidelity is None or one.fidelity >= TRUSTED
    return allowed and trusted and one.remedy.id != "plain" and one.reduction is not None


def _reduction(one: Trial) -> float:
    return one.reduction.value if one.reduction else 0.0


def _gain(one: Trial) -> float:
    """What a call brings more; the least loss comes first."""
    return one.won.value if one.won else -1.0


def _too_dear(one: Trial, made: Experiment) -> bool:
    """Outcomes per call go down by more than a twentieth as measured, and surely go down."""
    today = made.today.won.value if made.today else None
    if one.won is None or today is None:
        return False
    return one.won.value < -TOLERATED * today and one.won.high < 0


def _least_demanding(worth: list[Trial]) -> Trial:
    """The smallest gap left; of those within its noise the one that asks for least, without a caution."""
    first = max(worth, key=_reduction)
    alike = [one for one in worth if one.reduction and _reduction(first) <= one.reduction.high]
    return min(
        alike,
        key=lambda one: (
            NEEDS.index(one.remedy.needs),
            one.remedy.caution is not None,
            -_reduction(one),
            one.remedy.id,
        ),
    )


def _why(best: Trial, made: Experiment) -> tuple[str, ...]:
    told = (
        best.reduction
        and f"It makes the gap {_range(best.reduction)} smaller, surely so for all remedies at once.",
        best.won and _cost("Good outcomes per 100 calls", best.won),
        best.accuracy and _cost("Right decisions per 100 leads", best.accuracy),
        best.after and _stays(best.after.gap(made.request.aim)),
        *best.warnings,
        FIT,
    )
    return tuple(one for one in told if one)


def _stays(gap: Estimate) -> str | None:
    if gap.value is None or gap.low is None or gap.high is None or gap.low <= 0 <= gap.high:
        return None
    return f"A gap of {abs(gap.value) * 100:.1f} points stays."


def _cost(what: str, change: Change) -> str:
    sure = "surely" if change.low > 0 or change.high < 0 else "not surely"
    way = "more" if change.value >= 0 else "fewer"
    ends = f"{change.low * 100:+.1f} to {change.high * 100:+.1f}".replace("-", "\N{MINUS SIGN}")
    return f"{what}: {abs(change.value) * 100:.1f} {way} ({ends}), {sure} different."


def _range(change: Change) -> str:
    ends = f"{change.low * 100:.1f} to {change.high * 100:.1f}".replace("-", "\N{MINUS SIGN}")
    return f"{change.value * 100:.1f} points ({ends})"


def _why_not(fit: list[Trial], sure: list[Trial], nearest: Trial | None) -> tuple[str, ...]:
    if not fit:
        return (NOTHING_FIT,)
    if not sure:
        return (NOTHING_SURE, *(_told(nearest, "The nearest", MAY_BE_NOTHING)))
    return (TOO_DEAR, *_told(nearest, "The least dear", DECIDE))


def _told(one: Trial | None, which: str, end: str) -> tuple[str, ...]:
    """The remedy that comes nearest, with what it buys and costs."""
    if one is None or one.reduction is None:
        return ()
    first = f"{which}, {one.remedy.title!r}, makes the gap {_range(one.reduction)} smaller; {end}"
    return (first, *((_cost("Good outcomes per 100 calls", one.won),) if one.won else ()))
