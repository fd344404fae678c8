"""band: a number, an age or a year becomes the range that it lies in."""

from __future__ import annotations

import math
import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import ClassVar

from audit.schema import BadInput, band_labels
from connectors.policy.blank import each_filled
from connectors.policy.day import day_of
from connectors.policy.model import Applied
from connectors.pseudonym import Keyring

KINDS = ("number", "age", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Replace a value by its band: edges 25 and 35 give ``<25``, ``25-34`` and ``35+``.

    ``of`` says what the field holds: a ``number``; a date of birth, from which the ``age`` in whole
    years on the day ``as_of`` is taken; or a date of which only the ``year`` counts. A lower edge
    belongs to its band (25 is in ``25-34``).
    """

    name: ClassVar[str] = "band"
    bands: tuple[float, ...]
    of: str = "number"
    as_of: date | None = None

    def __post_init__(self) -> None:
        """Refuse edges that are not rising numbers, an unknown kind, and an age without its day."""
        _check_edges(self.bands)
        if self.of not in KINDS:
            msg = f"of must be one of {', '.join(KINDS)}, not '{self.of}'"
            raise BadInput(msg)
        if (self.of == "age") != (type(self.as_of) is date):
            msg = 'as_of (a day such as 2025-01-31, without quotes) goes with of = "age", and only with it'
            raise BadInput(msg)

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:  # noqa: ARG002 - the protocol
        """The bands; a value that is no number (or no date) is null and counted."""
        labels = band_labels(self.bands)

        def band(value: str) -> str | None:
            number = self._number(value)
            return None if number is None else labels[bisect_right(self.bands, number)]

        return each_filled(values, band)

    def _number(self, value: str) -> float | None:
        if self.of == "number":
            return _finite(value)
        day = day_of(value)
        if day is None:
            return None
        return day.year if self.as_of is None else _age(day, self.as_of)

    def describe(self) -> str:
        """What it does, for the admin."""
        labels = ", ".join(band_labels(self.bands))
        what = {"number": "The number", "year": "The year of the date"}
        return f"{what.get(self.of, f'The age on {self.as_of}')} becomes one of the bands {labels}."


def _check_edges(edges: Sequence[float]) -> None:
    if not edges or not isinstance(edges, tuple) or not all(_is_edge(edge) for edge in edges):
        msg = "bands must be a list of numbers, for example bands = [25, 35, 50, 65]"
        raise BadInput(msg)
    if any(low >= high for low, high in pairwise(edges)):
        msg = "bands must rise from one number to the next"
        raise BadInput(msg)


def _is_edge(edge: object) -> bool:
    return isinstance(edge, (int, float)) and not isinstance(edge, bool) and abs(edge) <= sys.float_info.max


def _finite(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    # Python reads "1_000" as a number; no CRM writes one so.
    return number if math.isfinite(number) and "_" not in value else None


def _age(born: date, day: date) -> float | None:
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return age if age >= 0 else None
