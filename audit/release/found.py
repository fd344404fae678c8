"""Values of a file that somebody else wrote: each knows its place, and is looked at before it is believed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from math import isfinite
from typing import Any, NoReturn

from audit.schema import BadInput

LONGEST_NAME = 2_000
_SHOWN = 40
_DIGITS = 16
_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}


@dataclass(frozen=True, slots=True)
class Found:
    """A value and where it stands, such as ``groups[3].counts[2]``. What it should be is asked of it.

    Raises
    ------
    BadInput
        It is something else; the sentence names the place and what to do.
    """

    value: Any
    place: str

    def refuse(self, why: str) -> NoReturn:
        """Say in one sentence what is wrong here."""
        raise BadInput(refusal(f"{self.place} {why}"))

    def record(self, *names: str) -> dict[str, Found]:
        """An object with these keys and no others."""
        if not isinstance(self.value, dict):
            self.refuse(f"is {self._shown()} and must be an object")
        at = "" if self.place == WHOLE else f"{self.place}."
        for name in names:
            if name not in self.value:
                self.refuse(f"has no {name}")
        if more := sorted(set(self.value) - set(names)):
            self.refuse(f"has a key that does not belong there: {_short(more[0])}")
        return {name: Found(self.value[name], f"{at}{name}") for name in names}

    def items(self, most: int) -> tuple[Found, ...]:
        """A list of so many values at most."""
        if not isinstance(self.value, list):
            self.refuse(f"is {self._shown()} and must be a list")
        if len(self.value) > most:
            self.refuse(f"has {len(self.value):,} entries, and {most:,} are the most that there can be")
        return tuple(Found(one, f"{self.place}[{i}]") for i, one in enumerate(self.value))

    def text(self) -> str:
        """A text that is not empty, not too long, and can be written again."""
        if not isinstance(self.value, str):
            self.refuse(f"is {self._shown()} and must be a text")
        if not self.value or len(self.value) > LONGEST_NAME:
            self.refuse(f"has {len(self.value):,} characters; it needs 1 to {LONGEST_NAME:,}")
        if any("\ud800" <= letter <= "\udfff" for letter in self.value):
            self.refuse("has half a character in it")
        return self.value

    def one_of(self, *known: str) -> str | None:
        """One of these words, or null."""
        if self.value is not None and (not isinstance(self.value, str) or self.value not in known):
            self.refuse(f"is {self._shown()} and must be null or one of {', '.join(known)}")
        return self.value

    def whole(self, low: int, high: int) -> int:
        """A whole number in this range."""
        if type(self.value) is not int or not low <= self.value <= high:
            self.refuse(f"is {self._shown()} and must be a whole number from {low:,} to {high:,}")
        return self.value

    def number(self, low: float, high: float) -> float:
        """A number in this range."""
        known = type(self.value) in {int, float} and isfinite(self.value)
        if not known or not low <= self.value <= high:
            self.refuse(f"is {self._shown()} and must be a number from {low:g} to {high:g}")
        return float(self.value)

    def truth(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.refuse(f"is {self._shown()} and must be true or false")
        return self.value

    def _shown(self) -> str:
        if type(self.value) in {int, float, str}:
            return _short(self.value)
        return _KINDS.get(type(self.value), "something else")


WHOLE = "the file"


def loaded(text: str, most: int) -> Found:
    """JSON as a value at its place, strictly: no key twice, no NaN, no endless numbers, no endless depth.

    Raises
    ------
    BadInput
        It is no JSON, or longer than ``most`` characters.
    """
    if len(text) > most:
        raise BadInput(refusal(f"the file has {len(text):,} characters, and {most:,} are the most"))
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise BadInput(refusal(f"line {error.lineno}, column {error.colno} is no JSON")) from None
    except RecursionError:
        raise BadInput(refusal("the file is nested too deeply")) from None
    return Found(value, WHOLE)


def refusal(why: str) -> str:
    """The one sentence about a file that is no release."""
    return f"This is not a release: {why}. Get the file again from whoever made it."


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, n in Counter(name for name, _ in pairs).items() if n > 1)
        raise BadInput(refusal(f"the key {_short(twice)} is there twice"))
    return found


def _no_number(name: str) -> NoReturn:
    raise BadInput(refusal(f"{name} is no number"))


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise BadInput(refusal(f"a number has {len(digits):,} digits, and {_DIGITS} are the most"))
    return int(digits)


def _short(value: object) -> str:
    shown = json.dumps(value if not isinstance(value, str) else value[: _SHOWN + 1])
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
