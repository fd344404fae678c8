"""map: an explicit vocabulary. What it does not hold is missing and counted, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.schema import BadInput
from connectors.policy.blank import filled
from connectors.policy.model import Applied
from connectors.pseudonym import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """Translate values by a list of pairs (what the CRM says, what it becomes).

    Letter case and spaces do not matter. A target of ``""`` says that the value means "missing"
    (a form default such as ``--None--``): it is null and not counted as unmapped.
    """

    name: ClassVar[str] = "map"
    vocabulary: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        """Refuse an empty vocabulary and one that says two things about one value."""
        if not self.vocabulary or not isinstance(self.vocabulary, tuple):
            msg = 'vocabulary must list the values, for example vocabulary = { "Mr." = "man" }'
            raise BadInput(msg)
        if not all(isinstance(pair, tuple) and isinstance(pair[1], str) for pair in self.vocabulary):
            msg = 'vocabulary must give every value a text in quotes, for example { "Mr." = "man" }'
            raise BadInput(msg)
        self._refuse_contradictions()

    def _refuse_contradictions(self) -> None:
        seen: dict[str, str] = {}
        for old, new in self.vocabulary:
            if seen.setdefault(as_compared(old), new) != new:
                msg = f"vocabulary gives '{old}' two meanings (letter case and spaces do not count): keep one"
                raise BadInput(msg)

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:  # noqa: ARG002 - the protocol
        """The translated values; unknown ones are null and counted."""
        known = {as_compared(old): new for old, new in self.vocabulary}
        present = [None if filled(value) is None else as_compared(value or "") for value in values]
        translated = tuple(None if value is None else filled(known.get(value)) for value in present)
        return Applied(values=translated, unmapped=sum(v is not None and v not in known for v in present))

    @property
    def pairs(self) -> Mapping[str, str]:
        """The vocabulary as it is compared: "" stands for missing."""
        return {as_compared(old): filled(new) or "" for old, new in self.vocabulary}

    def describe(self) -> str:
        """What it does, for the admin."""
        pairs = "; ".join(f"'{old}' becomes {_target(new)}" for old, new in self.vocabulary)
        return f"The value is translated: {pairs}; anything else becomes missing and is counted."


def as_compared(value: str) -> str:
    """A value without what does not matter: letter case and spaces around and between its words."""
    return " ".join(value.casefold().split())


def _target(new: str) -> str:
    return f"'{new}'" if filled(new) else "missing"
