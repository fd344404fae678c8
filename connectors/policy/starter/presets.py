"""How much of the groups and fields beside the score is kept: three presets, as plain data.

A preset never drops a field and never reads one more: it says what a field that somebody chose becomes. The
score, the outcome and whether anybody worked the lead are what is audited, so they are the same in each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.model import Operator
from connectors.policy.starter.suggest import AGES, COUNTS, DECADES, SIZES


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A name, what it does, why one would take it, and what it puts in place of what is usual."""

    key: str
    name: str
    does: str
    reason: str
    instead: Mapping[Operator, Operator]


def _prefix(characters: int) -> Coarsen:
    return Coarsen(by="prefix", characters=characters)


STRICT = Preset(
    key="strict",
    name="Strict",
    does="Wide bands for numbers and ages.",
    reason="Take it where few people must be recognisable, or few leads come. Small gaps may stay hidden.",
    instead=MappingProxyType(
        {
            Band(bands=AGES): Band(bands=(35, 50)),
            Band(bands=DECADES): Band(bands=(1960, 1980)),
            Band(bands=DECADES, of="year"): Band(bands=(1960, 1980), of="year"),
            Band(bands=SIZES): Band(bands=(50, 1000)),
            Band(bands=COUNTS): Band(bands=(5,)),
            _prefix(3): _prefix(1),
        }
    ),
)
BALANCED = Preset(
    key="balanced",
    name="Balanced",
    does="Usual bands, and the first character of a postal code.",
    reason="Take it if you do not know: it tells groups apart, and few values point at one person.",
    instead=MappingProxyType({}),
)
DETAILED = Preset(
    key="detailed",
    name="Detailed",
    does="Narrow bands, and three characters of a postal code.",
    reason="Take it where many leads come: it finds proxies that the others miss. Look at the risk first.",
    instead=MappingProxyType(
        {
            Band(bands=AGES): Band(bands=(20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70)),
            Band(bands=DECADES): Band(bands=tuple(range(1945, 2006, 5))),
            Band(bands=DECADES, of="year"): Band(bands=tuple(range(1945, 2006, 5)), of="year"),
            Band(bands=SIZES): Band(bands=(5, 10, 25, 50, 100, 250, 500, 1000, 5000)),
            Band(bands=COUNTS): Band(bands=(1, 2, 3, 5, 10, 20, 50, 100)),
            _prefix(1): _prefix(3),
        }
    ),
)
PRESETS: Mapping[str, Preset] = MappingProxyType({one.key: one for one in (STRICT, BALANCED, DETAILED)})


def under(preset: Preset, operator: Operator) -> Operator:
    """What a preset makes of what is usual for a field."""
    return preset.instead.get(operator, operator)
