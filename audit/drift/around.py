"""What a change of the score goes with: the leads on both sides of its day, alike or not, and each group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.drift.alike import DIGITS, TOLD_BY_SCORE, Strata, cause_of, told_by
from audit.drift.binning import Laid
from audit.drift.calendar import EPOCH
from audit.drift.model import Alike, GroupScore, Role, ScoreChange
from audit.drift.source import Coded, Source

MIX = frozenset[Role]({"feature", "control", "group"})


@dataclass(slots=True, kw_only=True)
class Around:
    """The columns that tell what leads are, gathered while they go by."""

    columns: list[tuple[str, IntArray, int]] = field(default_factory=list)
    groups: list[tuple[Coded, bool]] = field(default_factory=list)

    def take(self, one: Laid, *, special: bool, whole: bool) -> None:
        """A column that is there on all days (``whole``) says what leads are."""
        if one.column.role in MIX and whole:
            codes = one.bins.place[one.column.codes]
            self.columns.append((one.column.name, codes, len(one.bins.names)))
        if one.column.role == "group":
            self.groups.append((one.column, special))

    def strata(self, score: Laid, source: Source) -> tuple[Strata, tuple[str, ...]]:
        """What leads are, and the columns that are left out since they are made of the score."""
        place, bins = score.bins.place[score.column.codes], len(score.bins.names)
        made = {
            name for name, codes, size in self.columns if told_by(codes, size, place, bins) > TOLD_BY_SCORE
        }
        weight = np.ones(len(place)) if source.weight is None else source.weight
        kept = tuple(
            (codes, size) for name, codes, size in sorted(self.columns, key=_name) if name not in made
        )
        return Strata(columns=kept, score=place, bins=bins, weight=weight), tuple(sorted(made))


def _name(column: tuple[str, IntArray, int]) -> str:
    return column[0]


def in_windows(strata: Strata, source: Source) -> Alike | None:
    """The score in both windows, among leads that are alike."""
    return strata.alike(source.window == 0, source.window == 1)


def explained(
    changes: Sequence[ScoreChange],
    strata: Strata,
    source: Source,
    groups: Sequence[tuple[Coded, bool]],
    least: int,
) -> tuple[ScoreChange, ...]:
    """Each change with what it goes with: from the change before it to the one after it.

    ``least`` is how many leads a group needs on both sides.
    """
    made = source.calendar
    if made is None:
        return tuple(changes)
    ordinal = made.day[source.day]
    starts = [int(made.day[0]), *((one.day - EPOCH).days for one in changes), int(made.day[-1]) + 1]
    found = []
    for one, (first, at), end in zip(changes, pairwise(starts), starts[2:], strict=False):
        before, after = (ordinal >= first) & (ordinal < at), (ordinal >= at) & (ordinal < end)
        alike = strata.alike(before, after)
        told = tuple(_groups(groups, source, (before, after), least))
        means = [_mean(source, side, one) for side, one in ((before, one.before), (after, one.after))]
        found.append(
            replace(one, before=means[0], after=means[1], alike=alike, cause=cause_of(alike), groups=told)
        )
    return tuple(found)


def _mean(source: Source, side: BoolArray, otherwise: float | None) -> float | None:
    """The mean score of a side: up to the change next to it, and not of what came after that too."""
    if source.score is None or not (n := float(source.score[2][side].sum())):
        return otherwise
    return round(float(source.score[0][side].sum()) / n, DIGITS)


def _groups(
    groups: Sequence[tuple[Coded, bool]], source: Source, sides: tuple[BoolArray, BoolArray], least: int
) -> Iterator[GroupScore]:
    if source.score is None:
        return
    total, _, n = source.score
    for column, special in groups:
        names = column.axis.levels
        then, now = (_means(column.codes[side], total[side], n[side], len(names)) for side in sides)
        for place, name in enumerate(names):
            if place != column.missing and min(then[1][place], now[1][place]) >= least:
                yield GroupScore(
                    attribute=column.name,
                    group=name,
                    special=special,
                    before=round(float(then[0][place]), DIGITS),
                    after=round(float(now[0][place]), DIGITS),
                )


def _means(codes: IntArray, total: FloatArray, n: FloatArray, size: int) -> tuple[FloatArray, FloatArray]:
    leads = np.bincount(codes, n, size).astype(np.float64)
    return np.bincount(codes, total, size) / np.maximum(leads, 1), leads
