"""keep: the value as it is, unless it plainly points at a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from audit.schema import BadInput
from connectors.policy.blank import each_filled
from connectors.policy.model import Applied
from connectors.policy.pointing import identifies
from connectors.pseudonym import Keyring

_YES_OR_NO: tuple[object, ...] = (True, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Keep a value that says little about a person: a lead source, an industry, a score.

    What is or holds a mail address, a phone number, a web or network address, an id, a card or account
    number, and a long text, is not kept but counted as unmapped, unless a person has ``checked`` the field
    and says otherwise.
    """

    name: ClassVar[str] = "keep"
    checked: bool = False

    def __post_init__(self) -> None:
        """Refuse anything but yes or no for ``checked``."""
        if self.checked not in _YES_OR_NO:
            msg = "checked must be true or false: true says that a person has looked at the values"
            raise BadInput(msg)

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:  # noqa: ARG002 - the protocol
        """The same values without outer spaces; empty ones are missing."""
        if self.checked:
            return each_filled(values, lambda value: value)
        # Many leads share few values; the memory of them ends with this column.
        points = lru_cache(maxsize=4096)(identifies)
        return each_filled(values, lambda value: None if points(value) else value)

    def describe(self) -> str:
        """What it does, for the admin."""
        left_out = (
            ""
            if self.checked
            else " What holds an address or a number of a person, or is a long text, is left out."
        )
        return f"The value is kept as it is.{left_out}"
