"""What the policy page says first: what waits for a person, one line each with the place to go to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.language import gettext, ngettext


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
            sentence=gettext(
                "The risk of this draft is high. Make a column coarser, or write the reason for it."
            ),
            place="risk",
            words=gettext("Look at the risk"),
        )
    elif standing.red_in_force:
        yield Decision(
            icon="high",
            sentence=gettext(
                "The policy in force was saved with a high risk. Measure it, and see what to coarsen."
            ),
            place="risk",
            words=gettext("Go to the risk"),
        )


def _of_columns(standing: Standing) -> Iterator[Decision]:
    if standing.doubts:
        yield Decision(
            icon="medium",
            sentence=ngettext(
                "%(n)s\N{NO-BREAK SPACE}kept column holds values that look as if they pointed at people.",
                "%(n)s\N{NO-BREAK SPACE}kept columns hold values that look as if they pointed at people.",
                standing.doubts,
            ),
            place="preview",
            words=gettext("Look at the preview"),
        )
    if standing.starved:
        yield Decision(
            icon="medium",
            sentence=ngettext(
                "The audit needs %(n)s\N{NO-BREAK SPACE}column that no rule fills.",
                "The audit needs %(n)s\N{NO-BREAK SPACE}columns that no rule fills.",
                standing.starved,
            ),
            place="starved",
            words=gettext("See which"),
        )
    if standing.fresh:
        yield Decision(
            icon="info",
            sentence=ngettext(
                "%(n)s\N{NO-BREAK SPACE}field came into your CRM after the policy was saved. "
                "Nothing of it is read.",
                "%(n)s\N{NO-BREAK SPACE}fields came into your CRM after the policy was saved. "
                "Nothing of it is read.",
                standing.fresh,
            ),
            place="new-fields",
            words=ngettext("Decide on it", "Decide on them", standing.fresh),
        )


def _of_saving(standing: Standing) -> Iterator[Decision]:
    if not standing.saved:
        yield Decision(
            icon="info",
            sentence=gettext(
                "Nothing is in force yet, so nothing is read. Look through the fields, then save."
            ),
            place="editor",
            words=gettext("Go to the fields"),
        )
    elif standing.changed:
        yield Decision(
            icon="waiting",
            sentence=gettext("This draft is not saved. What is in force stays until you save."),
            place="changes",
            words=gettext("See what it changes"),
        )
