"""What surely moved, in words: what, since when, how much, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from audit.drift.model import Role
from webapp.drift_watch.things import Kind, Thing
from webapp.language import decimal, gettext, iso_day, marked
from webapp.viewmodels.words import amount, metric_label, quoted_here
from webapp.viewmodels.words import gap as signed

ROLES: Mapping[Role, str] = {
    "feature": marked("Field"),
    "group": marked("Mix of groups"),
    "control": marked("Control"),
    "score": marked("Score"),
    "decision": marked("Selected or not"),
    "outcome": marked("Known outcomes"),
    "work": marked("Worked or not"),
}
NAMED = frozenset({"feature", "group", "control"})
TITLES: Mapping[Kind, str] = {
    "model": marked("The model probably changed"),
    "mix": marked("The score moved with other leads"),
    "unclear": marked("The score changed"),
    "begun": marked("%(name)s: a new field"),
    "ended": marked("%(name)s: the field is gone"),
    "moved": marked("%(name)s: moved"),
    "missing": marked("%(name)s: missing values"),
    "new": marked("%(name)s: values never seen before"),
    "gap": marked("Fairness: %(metric)s, %(attribute)s %(group)s beside %(reference)s"),
    "together": marked("All columns together"),
}
SAID: Mapping[Kind, str] = {
    "model": marked(
        "The score changed on or about %(day)s, also among leads that are alike. Its mean was %(before)s "
        "before and is %(now)s after."
    ),
    "mix": marked(
        "The score changed on or about %(day)s because other leads came: leads that are alike are scored as "
        "before. Its mean was %(before)s before and is %(now)s after."
    ),
    "unclear": marked(
        "The score changed on or about %(day)s, as with another model. Whether only other leads came "
        "cannot be told. Its mean was %(before)s before and is %(now)s after."
    ),
    "begun": marked("No lead before %(day)s has a value. This is news of the form, and no drift of values."),
    "ended": marked("No lead after %(day)s has a value."),
    "moved": marked(
        "It moved by %(size)s (PSI beyond chance; the limit is 0.1). It has been beyond the limit since the "
        "week or month that begins on %(day)s."
    ),
    "missing": marked("Without a value: %(before)s of the leads before, %(now)s now."),
    "new": marked("%(size)s of the newest leads have a value that no earlier lead has."),
    "gap": marked("The gap was %(before)s and is %(now)s."),
    "together": marked(
        "Old and new leads can be told apart by their columns: AUC %(size)s, where 0.5 is luck and 0.55 "
        "the limit."
    ),
}
SOON: str = marked("It moved by %(size)s (PSI beyond chance; the limit is 0.1).")
TODO: Mapping[Kind, str] = {
    "model": marked(
        "Ask the vendor or the admin what changed that day. Audit the leads before and after apart: one "
        "audit over both mixes two scores."
    ),
    "mix": marked(
        "Look for a campaign, a season or another source. Compare within groups, not over all leads."
    ),
    "unclear": marked(
        "Ask the vendor or the admin what changed that day, and name fields in the stream, so that leads "
        "that are alike can be compared."
    ),
    "begun": marked("Ask who added the field, and whether the score reads it."),
    "ended": marked("Ask who took the field away; the score may still read it."),
    "moved": marked("Ask whether a form, an import or a campaign changed."),
    "missing": marked("See which form or import fills this field."),
    "new": marked("Map the new values in the policy, and ask whether the model knows them."),
    "gap": marked("Look at the watched gaps, then read the finding of the newest audit."),
    "together": marked("Begin with the columns that tell most."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingLine:
    """One thing: a badge's kind, a title, a sentence, what to do, and since which pull it is known."""

    kind: str
    title: str
    said: str
    todo: str
    known: str
    special: bool


def column_title(role: str, name: str) -> str:
    """A column as the page calls it: its own name where it has one."""
    return name if role in NAMED else gettext(ROLES[cast("Role", role)])


def thing_line(one: Thing, known: str) -> ThingLine:
    """One thing in words; ``known`` is the day of the pull that first told it."""
    return ThingLine(
        kind="info" if one.kind in {"mix", "begun", "ended"} else "failed",
        title=thing_title(one),
        said=_said(one),
        todo=gettext(TODO[one.kind]),
        known=known,
        special=one.special,
    )


def thing_title(one: Thing) -> str:
    """What moved, as a heading."""
    if one.kind == "gap":
        return gettext(
            TITLES["gap"],
            metric=metric_label(one.metric),
            attribute=one.name,
            group=quoted_here(one.group),
            reference=quoted_here(one.reference),
        )
    name = column_title(one.role, one.name) if one.role else ""
    return gettext(TITLES[one.kind], name=name)


def _said(one: Thing) -> str:
    text = SOON if one.kind == "moved" and one.day is None else SAID[one.kind]
    return gettext(text, day=_day(one), size=_size(one), before=_end(one, one.before), now=_end(one, one.now))


def _day(one: Thing) -> str:
    if one.day is None:
        return ""
    if one.earliest is None or one.latest is None or one.earliest == one.latest:
        return iso_day(one.day)
    ends = {"first": iso_day(one.earliest), "last": iso_day(one.latest)}
    return gettext("%(day)s (%(first)s to %(last)s)", day=iso_day(one.day), **ends)


def _size(one: Thing) -> str:
    if one.size is None:
        return ""
    return amount(one.size, share=True) if one.kind == "new" else decimal(one.size, 2)


def _end(one: Thing, value: float | None) -> str:
    if value is None:
        return gettext("not known")
    if one.kind == "gap":
        return signed(value, share=True)
    return amount(value, share=True) if one.kind == "missing" else decimal(value, 1)
