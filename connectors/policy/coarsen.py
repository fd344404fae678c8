"""coarsen: less of the same value: the start of a code, the month of a date, filled or empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.schema import BadInput
from connectors.policy.blank import each_filled, filled
from connectors.policy.day import day_of
from connectors.policy.model import Applied
from connectors.pseudonym import Keyring

DATE_LENGTH = {"day": 10, "month": 7, "year": 4}
KINDS = ("prefix", *DATE_LENGTH, "presence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coarsen:
    """Keep a part of a value.

    ``by`` is ``prefix`` (the first ``characters`` characters: 3 makes a ZIP code a ZIP3 area),
    ``day``, ``month`` or ``year`` of a date, or ``presence`` ("1" where the field is filled, "0"
    where it is empty; then nothing of the value is kept).
    """

    name: ClassVar[str] = "coarsen"
    by: str
    characters: int | None = None

    def __post_init__(self) -> None:
        """Refuse an unknown kind, and a prefix without its length."""
        if self.by not in KINDS:
            msg = f"by must be one of {', '.join(KINDS)}, not '{self.by}'"
            raise BadInput(msg)
        if (self.by == "prefix") != (self.characters is not None):
            msg = 'characters (a whole number) goes with by = "prefix", and only with it'
            raise BadInput(msg)
        self._check_length()

    def _check_length(self) -> None:
        length = 1 if self.characters is None else self.characters
        if not isinstance(length, int) or isinstance(length, bool) or length < 1:
            msg = "characters must be a whole number of at least 1"
            raise BadInput(msg)

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:  # noqa: ARG002 - the protocol
        """The coarser values; a code that is too short, or a text that is no date, is null and counted."""
        if self.by == "presence":
            return Applied(values=tuple("1" if filled(value) else "0" for value in values))
        return each_filled(values, self._start if self.characters is not None else self._period)

    def _start(self, value: str) -> str | None:
        length = self.characters or 0
        return value[:length] if len(value) >= length else None

    def _period(self, value: str) -> str | None:
        day = day_of(value)
        return None if day is None else day.isoformat()[: DATE_LENGTH[self.by]]

    def describe(self) -> str:
        """What it does, for the admin."""
        if self.by == "presence":
            return "Only whether the field is filled is kept: 1 or 0."
        if self.by == "prefix":
            return f"Only the first {self.characters} characters are kept."
        return f"Only the {self.by} of the date is kept."
