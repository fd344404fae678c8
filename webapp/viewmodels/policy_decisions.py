"""What the policy page says first: what waits for a person, one line each with the place to go to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.viewmodels.words import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One thing to decide; ``icon`` has a shape of its own, ``place`` is an id on the page."""

    icon: str
    sentence: str
    place: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the draft and the connection tell."""

    saved: bool
    red_in_force: bool
    starved: int
    doubts: int
    red: bool
    fresh: int
    changed: bool


def decisions(standing: Standing) -> tuple[Decision, ...]:
    """What needs a decision, the weightiest first; mistakes stand in a box of their own."""
    return (*_of_risk(standing), *_of_columns(standing), *_of_saving(standing))


def _of_risk(standing: Standing) -> Iterator[Decision]:
    if standing.red:
        yield Decision(
            icon="high",
            sentence="The risk of this draft is high. Make a column coarser, or write the reason for it.",
            place="risk",
            words="Look at the risk",
        )
    elif standing.red_in_force:
        yield Decision(
            icon="high",
            sentence="The policy in force was saved with a high risk. Measure it, and see what to coarsen.",
            place="risk",
            words="Go to the risk",
        )


def _of_columns(standing: Standing) -> Iterator[Decision]:
    if standing.doubts:
        what = counted(standing.doubts, "kept column holds values that", "kept columns hold values that")
        yield Decision(
            icon="medium",
            sentence=f"{what} look as if they pointed at people.",
            place="preview",
            words="Look at the preview",
        )
    if standing.starved:
        what = counted(standing.starved, "column that no rule fills", "columns that no rule fills")
        yield Decision(icon="medium", sentence=f"The audit needs {what}.", place="starved", words="See which")
    if standing.fresh:
        came = counted(standing.fresh, "field came", "fields came")
        yield Decision(
            icon="info",
            sentence=f"{came} into your CRM after the policy was saved. Nothing of it is read.",
            place="new-fields",
            words="Decide on it" if standing.fresh == 1 else "Decide on them",
        )


def _of_saving(standing: Standing) -> Iterator[Decision]:
    if not standing.saved:
        yield Decision(
            icon="info",
            sentence="Nothing is in force yet, so nothing is read. Look through the fields, then save.",
            place="editor",
            words="Go to the fields",
        )
    elif standing.changed:
        yield Decision(
            icon="waiting",
            sentence="This draft is not saved. What is in force stays until you save.",
            place="changes",
            words="See what it changes",
        )
