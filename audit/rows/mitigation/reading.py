"""One set of decisions, read: the gaps of all aims, accuracy, and what a call brings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.estimate import Estimate
from audit.rows.levels import Reals
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.measuring import Figure, difference, estimate, ratio, share
from audit.rows.mitigation.model import AIMS, Aim, Reading

NO_GAP = "one of the two groups has no lead with such an outcome"
NO_CALLS = "no call has a known outcome"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """The figures of one set of decisions, with the moves that comparisons need."""

    gaps: dict[Aim, Figure | None]
    widest: Figure | None
    accuracy: Figure | None
    won: Figure | None
    worth: Figure | None


def figures(leads: Bench, decided: Reals) -> Figures:
    """Read decisions between 0 (left) and 1 (called); in between is the chance of a call."""
    known, lost = leads.known, leads.known & ~leads.won
    right = np.where(leads.won, decided, 1 - decided)
    called = np.where(known, decided, 0.0)
    tpr = _gap(leads, decided, leads.known & leads.won)
    fpr = _gap(leads, decided, lost)
    return Figures(
        gaps={
            "demographic_parity": _gap(leads, decided, np.ones(leads.size, dtype=np.bool_)),
            "equal_opportunity": tpr,
            "equalized_odds": _larger(tpr, fpr),
        },
        widest=_widest(leads, decided),
        accuracy=share(right, known, leads.account),
        won=ratio(np.where(leads.won, called, 0.0), called, leads.account),
        worth=_worth(leads, called),
    )


def reading(leads: Bench, decided: Reals, found: Figures) -> Reading:
    """The figures as estimates."""
    confidence = leads.stream.audit.confidence
    calls = float(decided.sum())

    def told(figure: Figure | None, missing: str) -> Estimate:
        return estimate(figure, leads.account, confidence, missing)

    return Reading(
        gaps=tuple((aim, told(found.gaps[aim], NO_GAP)) for aim in AIMS),
        widest=told(found.widest, "fewer than two groups are large enough"),
        accuracy=told(found.accuracy, "no outcome is known"),
        won=told(found.won, NO_CALLS),
        worth=None if leads.value is None else told(found.worth, NO_CALLS),
        calls=calls,
        coverage=float(decided[leads.known].sum()) / calls if calls > 0 else None,
    )


def _gap(leads: Bench, decided: Reals, among: np.ndarray) -> Figure | None:
    each = [
        share(decided, among & (leads.levels.codes == code), leads.account)
        for code in (leads.group, leads.reference)
    ]
    return difference(each[0], each[1])


def _larger(one: Figure | None, other: Figure | None) -> Figure | None:
    """Equalised odds is the larger of both gaps; the interval is that of the one that is larger."""
    if one is None or other is None:
        return None
    return one if abs(one.value) >= abs(other.value) else other


def _widest(leads: Bench, decided: Reals) -> Figure | None:
    """The largest gap between any two groups: whether a remedy moves the harm to a third one."""
    found = [share(decided, leads.levels.codes == code, leads.account) for code in leads.groups]
    rated = sorted((one for one in found if one is not None), key=lambda one: one.value)
    return difference(rated[-1], rated[0]) if len(rated) > 1 else None


def _worth(leads: Bench, called: Reals) -> Figure | None:
    if leads.value is None:
        return None
    told = ~leads.won | np.isfinite(leads.value)
    amount = np.where(leads.won & told, np.nan_to_num(leads.value), 0.0)
    counted = np.where(told, called, 0.0)
    return ratio(amount * counted, counted, leads.account)
