"""One section of a TOML file, read with types, so that every mistake becomes one sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from audit.schema.nearest import nearest
from audit.schema.values import BadInput

# Beyond these a squared variance overflows, or a quantile does not exist.
_MOST = 1e60
_MOST_WHOLE = 10**9
_MOST_SURE = 1 - 1e-9
_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (str, "text in quotes"),
    (int, "a number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "a section"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The keys of one section. ``title`` opens every sentence (``stream.toml: [stream]``)."""

    title: str
    values: Mapping[str, object]

    def fail(self, what: str) -> NoReturn:
        """Refuse the file: the title, then ``what``."""
        msg = f"{self.title} {what}"
        raise BadInput(msg)

    def only(self, names: Iterable[str]) -> None:
        """Refuse any key that is not in ``names``, with the nearest valid name."""
        valid = tuple(names)
        for key in self.values:
            if key not in valid:
                self.fail(f"has no key {key!r}; {_suggestion(key, valid)}")

    def text(self, key: str) -> str | None:
        """A text that is not blank, or None where the key is absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self._wrong(key, value, 'text in quotes, like "column_name"')
        if not value.strip():
            self.fail(f"{key} is empty; give it a value or leave the line out")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            self._wrong(key, value, "true or false, without quotes")
        return value

    def number(self, key: str) -> float | None:
        """A finite number, or None where the key is absent."""
        value = self.values.get(key)
        return None if value is None else self._finite(key, value)

    def whole(self, key: str, *, least: int) -> int | None:
        """A whole number of at least ``least``, or None where the key is absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, float):
            self.fail(f"{key} must be a whole number, but it is {value:g}")
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong(key, value, "a whole number, without quotes")
        if not least <= value <= _MOST_WHOLE:
            bound = f"{least} or more" if value < least else f"at most {_MOST_WHOLE:,}"
            self.fail(f"{key} is {value}; it must be {bound}")
        return value

    def fraction(self, key: str, default: float) -> float:
        """A number between 0 and 1, both excluded."""
        value = self.number(key)
        if value is None:
            return default
        if not 0 < value <= _MOST_SURE:
            self.fail(f"{key} is {value:.16g}; it must lie between 0 and 1, like {default:g}")
        return value

    def texts(self, key: str, *, blank: bool = False) -> tuple[str, ...] | None:
        """A list of different texts, or None where the key is absent; ``blank`` allows empty ones."""
        items = self._list(key)
        if items is None:
            return None
        found: list[str] = []
        for item in items:
            if not isinstance(item, str):
                self._wrong(key, item, 'a list of texts in quotes, like ["a", "b"]', inside=True)
            if not (blank or item.strip()):
                self.fail(f"{key} holds an empty text; take it out")
            found.append(item)
        self._distinct(key, found)
        return tuple(found)

    def numbers(self, key: str) -> tuple[float, ...] | None:
        """A list of finite numbers, or None where the key is absent."""
        items = self._list(key)
        return None if items is None else tuple(self._finite(key, item, inside=True) for item in items)

    def _list(self, key: str) -> list[object] | None:
        value = self.values.get(key)
        if value is None or isinstance(value, list):
            return value
        return self._wrong(key, value, "a list in square brackets")

    def _finite(self, key: str, value: object, *, inside: bool = False) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            kind = "a list of numbers" if inside else "a number"
            self._wrong(key, value, f"{kind}, without quotes", inside=inside)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.fail(f"{key} is not a finite number; write an ordinary number")
        if abs(number) > _MOST:
            self.fail(f"{key} is {number:g}, beyond {_MOST:g}; write an ordinary number")
        return number

    def _distinct(self, key: str, items: list[str]) -> None:
        for position, item in enumerate(items):
            if item in items[:position]:
                self.fail(f"{key} names {item!r} twice; name it once")

    def _wrong(self, key: str, value: object, wanted: str, *, inside: bool = False) -> NoReturn:
        found = next((word for kind, word in _TYPES if isinstance(value, kind)), "a date")
        self.fail(f"{key} must be {wanted}, but {'one entry is' if inside else 'it is'} {found}")


def _suggestion(key: str, valid: tuple[str, ...]) -> str:
    near = nearest(key, valid)
    return f"did you mean {near!r}?" if near else f"its keys are {', '.join(valid)}"
