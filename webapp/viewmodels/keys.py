"""What is told of an organisation's key: words and dates, never a secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from webapp.language import gettext, marked
from webapp.language import moment as in_words
from webapp.store.key_rows import KeyRow, KeyState

WORDS: dict[KeyState, str] = {
    "pending": marked("being made"),
    "active": marked("in force"),
    "former": marked("before"),
    "destroyed": marked("destroyed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One generation: its number, its state in words, and who did what when."""

    generation: int
    words: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an organisation's key stands: a sentence, a line for each generation, and what may be done."""

    sentence: str
    lines: tuple[Line, ...] = ()
    active: bool = False
    record: dict[str, object] = field(default_factory=dict)


def standing(rows: Sequence[KeyRow]) -> Standing:
    """How the generations of a key stand, newest first."""
    lines = tuple(
        Line(generation=row.generation, words=gettext(WORDS[row.state]), told=_told(row)) for row in rows
    )
    active = next((row for row in rows if row.state == "active"), None)
    return Standing(
        sentence=_sentence(rows, active),
        lines=lines,
        active=active is not None,
        record={
            "generation": active.generation if active else None,
            "generations": [
                {"generation": row.generation, "state": row.state, "made_at": row.made_at.isoformat()}
                for row in rows
            ],
        },
    )


def _sentence(rows: Sequence[KeyRow], active: KeyRow | None) -> str:
    if not rows:
        return gettext("it has no key yet; the first sync makes one.")
    if active is None:
        row = rows[0]
        return gettext(
            "the key of this organisation was destroyed on %(at)s by %(who)s. "
            "Its leads cannot be read any more.",
            at=_day(row.ended_at),
            who=row.ended_by,
        )
    told = [
        gettext(
            "generation %(number)s of its key is in force since %(at)s.",
            number=active.generation,
            at=_day(active.made_at),
        )
    ]
    if active.plain:
        told.append(gettext("Its leads still lie in the clear; the next sync encrypts them."))
    if not all(row.shreddable for row in rows if row.state != "destroyed"):
        told.append(
            gettext("Its pseudonyms still stand on the master key, as an older version made them; rotate it.")
        )
    return " ".join(told)


def _told(row: KeyRow) -> str:
    made = gettext("Made %(at)s by %(who)s.", at=_day(row.made_at), who=row.made_by)
    ended = {"at": _day(row.ended_at), "who": row.ended_by}
    if row.state == "destroyed":
        return " ".join((made, gettext("Destroyed %(at)s by %(who)s.", **ended)))
    if row.state == "former":
        return " ".join((made, gettext("Replaced %(at)s by %(who)s.", **ended)))
    return made


def _day(moment: datetime | None) -> str:
    if moment is None:
        return gettext("an unknown day")
    return in_words(moment)
