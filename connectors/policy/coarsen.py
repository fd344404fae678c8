"""coarsen: less of the same value: the start of a code, the month of a date, the region of a country."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from audit.schema import BadInput
from connectors.policy.blank import each_filled, filled
from connectors.policy.day import day_of
from connectors.policy.follows import follows
from connectors.policy.looks import PART
from connectors.policy.lookup import COARSER, DESCRIBED, FINDERS, ZIP3_IS_ENOUGH, plain, source_of
from connectors.policy.model import Applied
from connectors.policy.pointing import identifies
from connectors.pseudonym import Keyring

DATE_LENGTH = {"day": 10, "month": 7, "year": 4}
TABLE = "table"
KINDS = ("prefix", *DATE_LENGTH, "presence", *FINDERS, TABLE)
LONGEST_TABLE = 5_000
# A word of a table is a group's name, not a text.
LONGEST_WORD = 100
_WHOLE_ZIP = 5
_ZIP3 = 3
# Of a code such as 01001-000 the first part names an area, though it is written like a phone number.
_POSTAL = re.compile(r"\d{3,5}-\d{3,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coarsen:
    """Keep a part of a value.

    ``by`` is ``prefix`` (the first ``characters`` characters: 3 makes a ZIP code a ZIP3 area),
    ``day``, ``month`` or ``year`` of a date, ``presence`` ("1" where the field is filled, "0"
    where it is empty; then nothing of the value is kept), one of the shipped tables
    (`connectors.policy.lookup`), or ``table``: the admin's own pairs of a value and its word. With
    ``characters`` only so much of the value is looked up in the ``table``.
    """

    name: ClassVar[str] = "coarsen"
    by: str
    characters: int | None = None
    table: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse an unknown kind, a prefix without its length, and a table that cannot be used."""
        if self.by not in KINDS:
            msg = f"by must be one of {', '.join(KINDS)}, not '{self.by}'"
            raise BadInput(msg)
        if (self.by == "prefix" and self.characters is None) or (
            self.characters is not None and self.by not in {"prefix", TABLE}
        ):
            msg = 'characters (a whole number) goes with by = "prefix", or with a table, and only with them'
            raise BadInput(msg)
        self._check_length()
        if (self.by == TABLE) != bool(self.table):
            msg = 'table = { "value" = "word" } goes with by = "table", and only with it'
            raise BadInput(msg)
        _check_table(self.table)

    def _check_length(self) -> None:
        length = 1 if self.characters is None else self.characters
        if not isinstance(length, int) or isinstance(length, bool) or length < 1:
            msg = "characters must be a whole number of at least 1"
            raise BadInput(msg)

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:  # noqa: ARG002 - the protocol
        """The coarser values.

        A code that is too short, a text that is no date, what no table lists, and what plainly points at a
        person is null and counted: the start of a mail address can be all of it.
        """
        if self.by == "presence":
            return Applied(values=tuple("1" if filled(value) else "0" for value in values))
        if self.by in DATE_LENGTH:
            return each_filled(values, self._period)
        if self.by == TABLE:
            pairs = self.pairs
            return each_filled(values, lambda value: pairs.get(self._looked_up(value)) or None)
        # Many leads share few values; the memory of them ends with this column.
        return each_filled(values, FINDERS.get(self.by) or lru_cache(maxsize=4096)(self._start))

    def _start(self, value: str) -> str | None:
        length = self.characters or 0
        if len(value) < length or (length > PART and _points(value, length)):
            return None
        return value[:length]

    def _looked_up(self, value: str) -> str:
        return plain(value)[: self.characters]

    def _period(self, value: str) -> str | None:
        day = day_of(value)
        return None if day is None else day.isoformat()[: DATE_LENGTH[self.by]]

    @property
    def pairs(self) -> Mapping[str, str]:
        """The admin's own table as it is compared; empty for the other kinds."""
        return {plain(old): new.strip() for old, new in self.table}

    def tells_no_more(self, than: Coarsen) -> bool:
        """Whether a table's word can be worked out from what another coarsening keeps."""
        if than.by == "prefix":
            return _needs(self) <= (than.characters or 0)
        if than.by == TABLE and self.by == TABLE:
            return self.characters == than.characters and follows(self.pairs, than.pairs)
        return _below(than.by, self.by)

    def describe(self) -> str:
        """What it does, for the admin."""
        if self.by == "presence":
            return "Only whether the field is filled is kept: 1 or 0."
        if self.by == "prefix":
            return f"Only the first {self.characters} characters are kept."
        if self.by in DATE_LENGTH:
            return f"Only the {self.by} of the date is kept."
        return self._describe_table()

    def _describe_table(self) -> str:
        if self.by == TABLE:
            words = sorted(set(self.pairs.values()))
            part = f"first {self.characters} characters of the value" if self.characters else "value"
            return (
                f"The {part} becomes one of {len(words):,} words of a table of {len(self.table):,} entries; "
                "anything else becomes missing and is counted."
            )
        what, file = DESCRIBED[self.by]
        source, vintage, _ = source_of(file)
        return f"The {what}; anything else becomes missing and is counted ({source}; {vintage})."


def _points(value: str, length: int) -> bool:
    """Whether more than the first characters of a value would point at a person."""
    return identifies(value) and not (length <= _WHOLE_ZIP and _POSTAL.fullmatch(value))


def _needs(one: Coarsen) -> int:
    """How many first characters a table needs to look up; more than there are where it needs all."""
    if one.by == TABLE:
        return one.characters or LONGEST_TABLE
    if one.by in ZIP3_IS_ENOUGH:
        return _ZIP3
    return _WHOLE_ZIP if one.by.startswith("zip_") else LONGEST_TABLE


def _below(fine: str, coarse: str) -> bool:
    """Whether a shipped table is one of the steps that lead on from another."""
    while fine in COARSER:
        fine = COARSER[fine]
        if fine == coarse:
            return True
    return False


def _check_table(table: object) -> None:
    if not isinstance(table, tuple):
        msg = 'table must list values and their words, for example table = { "021" = "Boston" }'
        raise BadInput(msg)
    if len(table) > LONGEST_TABLE:
        msg = (
            f"table has {len(table):,} entries, more than {LONGEST_TABLE:,}: "
            "look up the first characters only (characters = 3), or join entries"
        )
        raise BadInput(msg)
    _check_entries(table)


def _check_entries(table: Sequence[object]) -> None:
    seen: dict[str, str] = {}
    for entry in table:
        if not isinstance(entry, tuple) or not isinstance(entry[1], str) or not plain(str(entry[0])):
            msg = 'table must give every value a word in quotes, for example table = { "021" = "Boston" }'
            raise BadInput(msg)
        old, new = plain(str(entry[0])), entry[1].strip()
        if not new or len(new) > LONGEST_WORD:
            msg = (
                f"table gives '{old}' no word, or one of more than {LONGEST_WORD} characters: "
                "leave it out, or name it"
            )
            raise BadInput(msg)
        if seen.setdefault(old, new) != new:
            msg = f"table gives '{old}' two words (letter case and spaces do not count): keep one"
            raise BadInput(msg)
