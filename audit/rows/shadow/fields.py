"""The fields of a lead as numbers: learned from some leads, and told of any other by the same rule.

A quantity stays as it is; a name becomes the share of good outcomes of the leads that had it, drawn towards
that of all. Names that are rare, or that nobody had, count as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from audit.rows.levels import LARGEST, MOST_LEVELS, RARE, Codes, Reals, feature_numbers
from audit.rows.mitigation.encoded import Column, Target, level_means
from audit.rows.mitigation.field_changes import COARSE
from audit.rows.proxy import PREFIX
from audit.schema import BadInput
from audit.tally.columns import UNKNOWN

Names = npt.NDArray[np.object_]
QUANTITY, QUARTERS, NAMES = "quantity", "quarters", "names"


class FieldGone(BadInput):
    """A field that was learned from is no longer pulled, is of another kind, or holds other values now."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """How one field is read: ``kind``, the ``edges`` of quarters, and the ``names`` that are told apart."""

    name: str
    kind: str
    edges: tuple[float, ...] = ()
    names: tuple[str, ...] = ()

    def column(self, table: pa.Table) -> Column:
        """The field of an admitted table; the code after the last name is that of all other names."""
        if self.kind == QUANTITY:
            values = numbers(table, self.name)
            return Column(
                name=self.name, codes=np.zeros(values.size, dtype=np.int64), names=(), numbers=values
            )
        told = _quarters(numbers(table, self.name), self.edges) if self.kind == QUARTERS else None
        codes = _codes(self.names, names(table, self.name) if told is None else told)
        return Column(name=self.name, codes=codes, names=(*self.names, ""))

    def learned(self, column: Column, target: Target) -> Mapping[str, Any]:
        """The rule and what each name becomes, as JSON has it."""
        means = [] if self.kind == QUANTITY else level_means(column, target).tolist()
        return {
            "name": self.name,
            "kind": self.kind,
            "edges": list(self.edges),
            "names": list(self.names),
            "means": means,
        }


def rule(table: pa.Table, name: str, *, coarse: bool) -> Rule:
    """How a field is read, as these leads say; ``coarse`` leaves at most four levels."""
    quantities = feature_numbers(table, name)
    if quantities is None:
        return Rule(name=name, kind=NAMES, names=_frequent(names(table, name), coarse=coarse))
    if not coarse:
        return Rule(name=name, kind=QUANTITY)
    present = quantities[np.isfinite(quantities)]
    edges = tuple(np.quantile(present, [0.25, 0.5, 0.75]).tolist()) if present.size else ()
    levels = tuple(str(one) for one in range(len(edges) + 1))
    return Rule(name=name, kind=QUARTERS, edges=edges, names=levels)


def values(table: pa.Table, learned: Sequence[Mapping[str, Any]]) -> Reals:
    """Leads x fields of an admitted table. Raises FieldGone."""
    return np.column_stack([_values(table, one) for one in learned])


def _values(table: pa.Table, one: Mapping[str, Any]) -> Reals:
    told = Rule(
        name=one["name"], kind=one["kind"], edges=tuple(one["edges"]), names=tuple(one["names"])
    ).column(table)
    if told.numbers is not None:
        return told.numbers
    if one["kind"] == NAMES:
        _refuse_others(names(table, one["name"]), one)
    return np.asarray(one["means"], dtype=np.float64)[told.codes]


def _refuse_others(now: Names, one: Mapping[str, Any]) -> None:
    """Stop where the policy makes other values of a field now: every lead would count as a rare one."""
    known = set(one["names"]) - {UNKNOWN}
    filled = [name for name in now if name != UNKNOWN]
    if known and len(filled) >= RARE and known.isdisjoint(filled):
        msg = f"the field {one['name']!r} holds none of the values any more that the shadow score learned"
        raise FieldGone(msg)


def names(table: pa.Table, name: str) -> Names:
    """The values of a field as they are written; a missing one is "unknown"."""
    column = _field(table, name)
    plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    return np.asarray(plain.cast(pa.string()).fill_null(UNKNOWN).to_pylist(), dtype=object)


def numbers(table: pa.Table, name: str) -> Reals:
    """The values of a field of quantities; NaN: missing."""
    column = _field(table, name)
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        msg = f"the field {name!r} held numbers when the shadow score was learned, and holds names now"
        raise FieldGone(msg)
    told = np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
    clipped = np.clip(np.where(np.isfinite(told), told, np.nan), -LARGEST, LARGEST)
    return clipped.astype(np.float32).astype(np.float64)


def _field(table: pa.Table, name: str) -> pa.ChunkedArray:
    if PREFIX + name not in table.column_names:
        msg = (
            f"the field {name!r}, which the shadow score goes by, is no longer among the fields of the stream"
        )
        raise FieldGone(msg)
    return table.column(PREFIX + name)


def _frequent(told: Names, *, coarse: bool) -> tuple[str, ...]:
    """The names told apart, the most frequent first; of equals the first by name."""
    found, counts = np.unique(told.astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    if coarse:
        return tuple(found[order[: COARSE - 1]].tolist())
    return tuple(found[order[:MOST_LEVELS]][counts[order[:MOST_LEVELS]] >= RARE].tolist())


def _quarters(told: Reals, edges: tuple[float, ...]) -> Names:
    place = np.searchsorted(np.asarray(edges), told, side="right")
    return np.where(np.isfinite(told), place.astype(str), UNKNOWN).astype(object)


def _codes(known: tuple[str, ...], told: Names) -> Codes:
    place = {name: code for code, name in enumerate(known)}
    return np.asarray([place.get(one, len(known)) for one in told], dtype=np.int64)
