"""reduce: a free text becomes one number, and the text is gone before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.schema import BadInput
from audit.schema.text_numbers import LANGUAGES, NUMBERS, text_numbers
from connectors.policy.blank import each_filled
from connectors.policy.model import Applied
from connectors.pseudonym import Keyring

_WORDS = {
    "length": "its length in characters, with two significant digits",
    "words": "its number of words, with two significant digits",
    "readability": "its readability (LIX)",
    "sentiment": "its sentiment from -1 to 1 (English only)",
    "tone": "negative, neutral or positive (English only)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduce:
    """Replace a free text by one of its numbers (`audit.schema.text_numbers`).

    ``to`` is ``length``, ``words``, ``readability``, ``sentiment`` or ``tone``. The last two need
    ``language = "en"``.
    """

    name: ClassVar[str] = "reduce"
    to: str
    language: str = ""

    def __post_init__(self) -> None:
        """Refuse an unknown number, an unknown language, and sentiment without its language."""
        if self.to not in NUMBERS:
            msg = f"to must be one of {', '.join(NUMBERS)}, not '{self.to}'"
            raise BadInput(msg)
        if self.language not in ("", *LANGUAGES):
            msg = f"language must be {' or '.join(LANGUAGES)}, not '{self.language}', or be left out"
            raise BadInput(msg)
        if self.to in ("sentiment", "tone") and not self.language:
            msg = f'{self.to} is only told of English texts: add language = "en", or leave the rule out'
            raise BadInput(msg)

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:  # noqa: ARG002 - the protocol
        """The number as text; a text without a word of the language is null and counted."""
        return each_filled(values, self._number)

    def _number(self, text: str) -> str | None:
        number = getattr(text_numbers(text, self.language or None), self.to)
        return None if number is None else str(number)

    def describe(self) -> str:
        """What it does, for the admin."""
        return f"The text is not stored; what is kept is {_WORDS[self.to]}."
