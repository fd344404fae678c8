"""The page of a decision log: its chain and its entries in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from audit.schema import BadInput
from connectors.decisions.chain import Record
from connectors.decisions.look import Asked, Shown
from connectors.pseudonym import KEY_BYTES, LeadKey
from webapp.crms import NAMES
from webapp.drift_watch.models import inferred
from webapp.drift_watch.short import Model
from webapp.language import decimal, gettext, marked, ngettext
from webapp.viewmodels.words import moment

LATELY = 10
WAYS: Mapping[str, str] = {
    "pull": marked("seen by a pull"),
    "earlier": marked("from before, by the CRM's history"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One entry: whose, the score, since when it stood, when it was logged, by which model, from where.

    ``inferred`` says which model it probably was; that is no part of the log.
    """

    number: int
    lead: str
    score: str
    since: str
    seen: str
    model: str
    inferred: str
    source: str
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What was done to the whole log: when, and what in words."""

    at: str
    told: str


def typed(day: str, lead: str, before: str) -> Asked:
    """What a person asks for.

    Raises
    ------
    BadInput
        The day is none, or the pseudonym is none. Nothing that was typed is repeated.
    """
    return Asked(day=_day(day.strip()), lead=_lead(lead.strip()), before=_number(before))


def entry_line(one: Shown, models: Sequence[Model] = ()) -> EntryLine:
    """An entry as a person reads it; ``models`` were inferred, told where the CRM tells none."""
    entry = one.decision
    return EntryLine(
        number=entry.number,
        lead=one.lead,
        score=gettext("taken away") if entry.score is None else entry.score,
        since=_moment(entry.scored_at) or gettext("not known"),
        seen=_moment(entry.seen_at),
        model=entry.model_version or gettext("not told"),
        inferred="" if entry.model_version else inferred(models, _date(entry.scored_at)),
        source=f"{NAMES.get(entry.source, entry.source)}, {gettext(WAYS[entry.way])}",  # type: ignore[call-overload]
        policy=_policy(entry.policy_version),
    )


def _policy(version: int | None) -> str:
    return gettext("Version %(number)s", number=version) if version else gettext("not saved here")


def happenings(records: Sequence[Record]) -> tuple[Happening, ...]:
    """The newest lines of the chain that are not about new entries."""
    others = (one for one in reversed(records) if one.kind not in {"begin", "entries"})
    return tuple(Happening(at=_moment(one.at), told=_told(one)) for one in islice(others, LATELY))


def begun(records: Sequence[Record]) -> str:
    """When the log was begun."""
    return _moment(records[0].at) if records else ""


def newest(records: Sequence[Record]) -> str:
    """When the newest entry was written; "" where none was."""
    return next((_moment(one.at) for one in reversed(records) if one.kind == "entries"), "")


def _told(one: Record) -> str:
    kind, facts = one.kind, one.facts
    if kind == "erasure":
        return _erased(facts["count"])
    if kind == "drop":
        gone = decimal(facts["count"])
        return gettext("%(n)s entries were let go because of their age or a disconnect.", n=gone)
    if kind == "rekey":
        moved = decimal(facts["leads"])
        return gettext("%(n)s leads were moved to a new key of the organisation.", n=moved)
    return gettext("Another key signs from here on.")


def _erased(count: int) -> str:
    return ngettext(
        "An entry was erased: nobody can read it any more.",
        "%(n)s entries were erased: nobody can read them any more.",
        count,
    )


def _moment(text: str) -> str:
    """A stored moment in words; as it stands where it is none."""
    try:
        return moment(datetime.fromisoformat(text)) if text else ""
    except (ValueError, TypeError):
        return str(text)


def _date(text: str) -> date | None:
    """The day of a stored moment; None where it is none."""
    with suppress(ValueError, TypeError):
        return datetime.fromisoformat(text).date()
    return None


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        msg = gettext("The day cannot be read: write it as year-month-day, such as 2026-11-20.")
        raise BadInput(msg) from None


def _lead(text: str) -> LeadKey | None:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b"?"
    if digest and len(digest) != KEY_BYTES:
        msg = gettext(
            "A pseudonym has 32 signs, digits and the letters a to f. A record id does not work here."
        )
        raise BadInput(msg)
    return LeadKey(digest) if digest else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
