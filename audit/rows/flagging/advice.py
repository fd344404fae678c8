"""The words of a flag. They speak of the score and of fields of the CRM, never of a person or a group."""

from __future__ import annotations

from typing import Literal

from audit.finding.words import listed, plain

Status = Literal["ok", "review", "insufficient_data"]
Direction = Literal["may be too low", "may be too high"]

# One sentence per status, the same for every lead: a reason must not tell one group from another.
REASONS: dict[Status, str] = {
    "ok": "The last audit found nothing that would change the decision on this lead.",
    "review": "This score is less reliable than others: look at the lead itself before you drop it.",
    "insufficient_data": "There was too little data to check whether this score is reliable.",
}
NOTHING_NEAR = (
    "No check found fault with scores like this one, or this score is too far from the cut-off for that to"
    " matter."
)
NOTHING_CHECKED = "The audit had too few leads, or no decisions, to check any score."
TOO_FEW_ALIKE = "The audit had too few leads like this one to check its score."
NO_DIRECTION = "In which direction this score is off, and by how much, cannot be said."
USE_IT = "Use the score as you normally would."
ONE_HINT = "Treat the score as one hint among others."


def review_explained(better: bool | None) -> str:
    """Why a score is for review: such leads turned out better or worse than promised, or nobody can say."""
    if better is None:
        return NO_DIRECTION
    how = "better" if better else "worse"
    return f"Leads with scores like this one turned out {how} than their scores promised."


def review_advice(better: bool | None, fields: tuple[str, ...]) -> str:
    """What to do about a score that is for review."""
    before = {
        None: "before you rank or drop it by its score",
        True: "before you drop it",
        False: "before you put it ahead of others",
    }[better]
    if not fields:
        return f"Look at the lead and its last activity {before}; ask your CRM admin to review the score."
    names = listed(tuple(plain(name) for name in fields))
    how = "this field" if len(fields) == 1 else "these fields"
    ask = f"ask your CRM admin to review how the score uses {how}"
    return f"Check {names} and the last activity {before}; {ask}."
