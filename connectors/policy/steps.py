"""The next coarser rule of each operator, and what it makes of a value that the finer one kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from audit.schema import band_labels
from connectors.policy.band import Band
from connectors.policy.coarsen import TABLE, Coarsen
from connectors.policy.keep import Keep
from connectors.policy.lookup import COARSER, plain, step
from connectors.policy.map import Map
from connectors.policy.model import Operator
from connectors.policy.risk import K

_SHARES = (0.01, 0.05, 0.2)
_PERIODS = {"day": ("month", 7), "month": ("year", 4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wider:
    """An operator a step coarser, and what becomes of a value that the finer one kept."""

    operator: Operator
    change: Callable[[str], str | None]


def next_step(operator: Operator, counts: Mapping[str | None, int]) -> Wider | None:
    """The next step; ``counts`` are the leads by value now. None where only leaving out is left.

    Of a value that is kept, what few leads have becomes missing. Of a vocabulary or a table of one's own, the
    two words that the fewest leads have become one.
    """
    if isinstance(operator, Keep):
        return _frequent(counts)
    if isinstance(operator, Band) and len(operator.bands) > 1:
        return _wider_bands(operator)
    if isinstance(operator, Coarsen):
        return _coarser(operator, counts)
    if isinstance(operator, Map):
        pair = _rarest(operator.pairs, counts)
        return pair and _joined_map(operator, pair)
    return None


def _frequent(counts: Mapping[str | None, int]) -> Wider | None:
    """A vocabulary of the values that one lead in a hundred has, or as many as leave some value out."""
    present = {value: n for value, n in counts.items() if value is not None}
    for share in _SHARES:
        least = max(K, share * sum(counts.values()))
        frequent = tuple(sorted(value for value, n in present.items() if n >= least))
        if (
            frequent
            and len(frequent) < len(present)
            and len({plain(one) for one in frequent}) == len(frequent)
        ):
            vocabulary = Map(vocabulary=tuple((value, value) for value in frequent))
            return Wider(operator=vocabulary, change=partial(_kept, frozenset(frequent)))
    return None


def _kept(frequent: frozenset[str], value: str) -> str | None:
    return value if value in frequent else None


def _coarser(operator: Coarsen, counts: Mapping[str | None, int]) -> Wider | None:
    if operator.by in _PERIODS:
        by, length = _PERIODS[operator.by]
        return Wider(operator=replace(operator, by=by), change=partial(_start, length))
    if operator.by == "prefix" and (operator.characters or 0) > 1:
        shorter = (operator.characters or 0) - 1
        return Wider(operator=replace(operator, characters=shorter), change=partial(_start, shorter))
    if operator.by in COARSER:
        return Wider(operator=Coarsen(by=COARSER[operator.by]), change=partial(step, operator.by))
    if operator.by == TABLE:
        pair = _rarest(operator.pairs, counts)
        return pair and _joined_table(operator, pair)
    return None


def _start(length: int, value: str) -> str:
    return value[:length]


def _rarest(pairs: Mapping[str, str], counts: Mapping[str | None, int]) -> tuple[str, str] | None:
    """The two words with the fewest leads, in the order of the alphabet; None where there are not three."""
    words = sorted({word for word in pairs.values() if word}, key=lambda word: (counts.get(word, 0), word))
    return (min(words[:2]), max(words[:2])) if len(words) > 2 else None


def _joined_map(operator: Map, pair: tuple[str, str]) -> Wider:
    into = partial(_into, pair)
    vocabulary = tuple((old, into(new.strip()) if new.strip() else "") for old, new in operator.vocabulary)
    return Wider(operator=replace(operator, vocabulary=vocabulary), change=into)


def _joined_table(operator: Coarsen, pair: tuple[str, str]) -> Wider:
    into = partial(_into, pair)
    table = tuple((old, into(new.strip())) for old, new in operator.table)
    return Wider(operator=replace(operator, table=table), change=into)


def _into(pair: tuple[str, str], word: str) -> str:
    return " or ".join(pair) if word in pair else word


def _wider_bands(operator: Band) -> Wider:
    """Neighbouring bands become one: every second edge stays."""
    edges = operator.bands[1::2]
    names = band_labels(edges)
    # The band that begins at an edge lies in the wider one with the last edge that is not above it.
    into = {
        label: names[sum(edge <= low for edge in edges)]
        for label, low in zip(band_labels(operator.bands), (float("-inf"), *operator.bands), strict=True)
    }
    return Wider(operator=replace(operator, bands=edges), change=into.__getitem__)
