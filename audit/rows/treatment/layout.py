"""Rows laid out by group and stratum, so that every later step is a sum over a few cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.disparity.stratified import Strata
from audit.grouping import Grouping
from audit.rows.levels import attribute_levels, score_or_decision
from audit.schema import Stream
from audit.tally.columns import CONTROL

BANDS = 100
LEADS_IN_A_BAND = 20
MOST_KEYS = 1 << 23


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """The cells in which there are leads: ``cell`` of every row, ``group`` and ``stratum`` of every cell.

    Strata are coded without gaps. ``reference`` is the group that the others are compared with.
    """

    part: Grouping
    reference: int
    cell: IntArray
    group: IntArray
    stratum: IntArray

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.part.groups)

    def sums(self, values: FloatArray) -> FloatArray:
        """Sum of a value per row over each cell."""
        return sum_by(self.cell, values, len(self.group))

    def paired(self, rows: BoolArray, *values: FloatArray) -> tuple[Strata, tuple[Pair, ...]]:
        """Leads among ``rows`` and sums of values, in the strata that hold a group and the reference.

        The first value becomes the hits of the strata; all of them are pairs of sums, of the group and
        of the reference.
        """
        weight = rows.astype(np.float64)
        own = [self.sums(weight), *(self.sums(np.where(rows, value, 0.0)) for value in values)]
        other = [self._of_reference(sums) for sums in own]
        both = (own[0] > 0) & (other[0] > 0)
        pairs = tuple(
            Pair(own=mine[both], other=theirs[both]) for mine, theirs in zip(own, other, strict=True)
        )
        strata = Strata(
            group=self.group[both],
            groups=self.groups,
            hits=pairs[1].own,
            n=pairs[0].own,
            other_hits=pairs[1].other,
            other_n=pairs[0].other,
        )
        return strata, pairs[1:]

    def _of_reference(self, sums: FloatArray) -> FloatArray:
        size = int(self.stratum.max(initial=0)) + 1
        own = self.group == self.reference
        found = np.zeros(size)
        found[self.stratum[own]] = sums[own]
        return found[self.stratum]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """A sum over a group's leads in each stratum, and over the reference's there."""

    own: FloatArray
    other: FloatArray


def layout(group: IntArray, part: Grouping, reference: int, stratum: IntArray) -> Layout:
    """The rows of one attribute by group (a code per row) and stratum."""
    size = int(stratum.max(initial=0)) + 1
    present, cell = _coded(group * size + stratum, len(part.groups) * size)
    return Layout(
        part=part,
        reference=reference,
        cell=cell.astype(np.int64),
        group=present // size,
        stratum=present % size,
    )


def _coded(keys: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """The keys that occur, ascending, and the place of each row's key among them."""
    if size > MOST_KEYS:
        present, place = np.unique(keys, return_inverse=True)
        return present.astype(np.int64), place.astype(np.int64)
    occurs = np.bincount(keys, minlength=size) > 0
    return np.flatnonzero(occurs).astype(np.int64), (np.cumsum(occurs) - 1)[keys].astype(np.int64)


def group_of_row(table: pa.Table, part: Grouping) -> IntArray:
    """Place of each row's group among the groups of the cube; 0 where all leads are one group."""
    if not part.attributes:
        return np.zeros(table.num_rows, dtype=np.int64)
    levels = attribute_levels(table, part.attributes[0])
    place = {group[0]: code for code, group in enumerate(part.groups)}
    return np.array([place[name] for name in levels.names], dtype=np.int64)[levels.codes]


def score_bands(table: pa.Table, stream: Stream) -> IntArray:
    """Band of the score of each row: leads in one band count as equally scored.

    Every score is a band of its own where there are at most 100; else there are up to 100 bands of equally
    many leads, at least 20 in each on average, with the threshold as an edge. Without a score the bands
    are the two decisions.
    """
    score = score_or_decision(table)
    distinct, code = np.unique(score, return_inverse=True)
    if len(distinct) <= BANDS:
        return code.astype(np.int64)
    bands = min(BANDS, max(score.size // LEADS_IN_A_BAND, 2))
    edges = np.unique(np.quantile(score, np.linspace(0, 1, bands + 1)[1:-1], method="lower"))
    if stream.threshold is not None and stream.decision is None:
        edges = np.unique(np.append(edges, _edge(stream)))
    return np.searchsorted(edges, score, side="right").astype(np.int64)


def _edge(stream: Stream) -> float:
    """The threshold, just beyond it where lower is better: a score on it is selected either way."""
    threshold = stream.threshold or 0.0
    return threshold if stream.higher_is_better else float(np.nextafter(threshold, np.inf))


def equal_strata(table: pa.Table, stream: Stream) -> IntArray:
    """Bands of the score crossed with every combination of the controls, coded without gaps."""
    code = score_bands(table, stream)
    for name in table.column_names:
        if name.startswith(CONTROL):
            levels = attribute_levels_of(table, name)
            code = code * (int(levels.max(initial=0)) + 1) + levels
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
    return code


def attribute_levels_of(table: pa.Table, name: str) -> IntArray:
    """Codes of a column of names, whatever they are."""
    column = table.column(name)
    plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    return np.asarray(
        plain.cast(pa.string()).combine_chunks().dictionary_encode().indices.fill_null(0), dtype=np.int64
    )
