"""Which remedy is worth it, and why; or the honest line that none is."""

from __future__ import annotations

from audit.rows.mitigation.model import NEEDS, Advice, Change, Experiment, Trial
from audit.rows.mitigation.warning import TRUSTED

TOLERATED = 0.05
"""Outcomes per call may go down by this share of today's, if it buys a surely smaller gap."""


def advise(made: Experiment) -> Advice:
    """The remedy to recommend.

    Only what is the same for equal leads, blind to groups at the decision and true to the number of calls may
    be recommended. Of these, those whose gap surely goes down (for all remedies at once) and whose outcomes
    per call do not surely go down by more than a twentieth; among them the smallest gap left, and of two that
    are alike the one that asks for less.
    """
    today = made.today.gap(made.request.aim).value if made.today else None
    if today is None:
        return Advice(remedy=None, nearest=None, reasons=("The gap of today cannot be told.",))
    fit = [one for one in made.trials if _may_be(one)]
    sure = [one for one in fit if one.reduction is not None and one.reduction.sure_low > 0]
    nearest = max(fit, key=_reduction, default=None)
    worth = [one for one in sure if not _too_dear(one, made)]
    if worth:
        best = _least_demanding(worth)
        return Advice(remedy=best.remedy.id, nearest=best.remedy.id, reasons=_why(best, made))
    shown = nearest if nearest is not None and _reduction(nearest) > 0 else None
    return Advice(remedy=None, nearest=shown.remedy.id if shown else None, reasons=_why_not(fit, sure, shown))


def _may_be(one: Trial) -> bool:
    allowed = one.remedy.capacity_kept and not (one.remedy.attribute_at_decision or one.remedy.randomised)
    trusted = one.fidelity is None or one.fidelity >= TRUSTED
    return allowed and trusted and one.remedy.id != "plain" and one.reduction is not None


def _reduction(one: Trial) -> float:
    return one.reduction.value if one.reduction else 0.0


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
    reduction = best.reduction
    reasons = (
        []
        if reduction is None
        else [f"It makes the gap {_range(reduction)} smaller, surely so among all remedies tried."]
    )
    if best.won is not None:
        reasons.append(_cost("Good outcomes per 100 calls", best.won))
    if best.accuracy is not None:
        reasons.append(_cost("Right decisions per 100 leads", best.accuracy))
    after = best.after.gap(made.request.aim) if best.after else None
    if (
        after is not None
        and after.low is not None
        and after.high is not None
        and not after.low <= 0 <= after.high
    ):
        reasons.append(f"A gap of {abs(after.value or 0) * 100:.1f} points stays.")
    reasons.extend(best.warnings)
    reasons.append(
        "It treats equal leads alike, needs nobody's group when a lead is scored, and keeps the number of"
        " calls."
    )
    return tuple(reasons)


def _cost(what: str, change: Change) -> str:
    sure = "surely" if change.low > 0 or change.high < 0 else "not surely"
    way = "more" if change.value >= 0 else "fewer"
    ends = f"{change.low * 100:+.1f} to {change.high * 100:+.1f}".replace("-", "\N{MINUS SIGN}")
    return f"{what}: {abs(change.value) * 100:.1f} {way} ({ends}), {sure} different."


def _range(change: Change) -> str:
    return f"{change.value * 100:.1f} points ({change.low * 100:.1f} to {change.high * 100:.1f})"


def _why_not(fit: list[Trial], sure: list[Trial], nearest: Trial | None) -> tuple[str, ...]:
    if not fit:
        return (
            (
                "No remedy that treats equal leads alike without knowing their group could be tried on these"
                " leads."
            ),
        )
    if not sure:
        told = (
            "No remedy that treats equal leads alike without knowing their group makes the gap surely"
            " smaller: the trade"
            " is not worth it on this evidence."
        )
        if nearest is None or nearest.reduction is None:
            return (told,)
        return (
            told,
            (
                f"The nearest, {nearest.remedy.title!r}, makes it {_range(nearest.reduction)} smaller; for"
                " all"
                " remedies at once, that may be nothing."
            ),
        )
    return (
        (
            "What makes the gap surely smaller costs more than a twentieth of the good outcomes per call:"
            " decide whether the"
            " smaller gap is worth that."
        ),
    )
