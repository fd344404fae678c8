"""Drift: how far the leads of a new window lie from those of a reference window.

From rows or from cubes of counts, that of a day each or that of a window: columns, gaps of groups, all
columns together, and the days on which the score's distribution changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from audit.cube import Cube
from audit.drift.cells import of_days, of_two
from audit.drift.comparing import compared
from audit.drift.limits import LIMITS
from audit.drift.model import (
    Alike,
    Asked,
    Cause,
    ColumnDrift,
    DriftReport,
    Driver,
    Gap,
    GapDrift,
    GroupScore,
    LeftOut,
    LevelShare,
    Multivariate,
    ScoreChange,
    Share,
    Span,
    Unseen,
    Windows,
)
from audit.drift.rows import of_rows
from audit.schema import Stream

USUAL = Asked()


def drift_of_table(table: pa.Table, stream: Stream, asked: Asked = USUAL) -> DriftReport:
    """Drift of an admitted table (see `audit.intake`): everything, features and the classifier too.

    Parameters
    ----------
    table
        One row per lead, with its day of creation.
    stream
        Its roles; tolerance and least group are those of its ``[audit]``.
    asked
        Windows, period, confidence and seed.

    Raises
    ------
    BadInput
        Where the stream names no day of creation, where all leads are of one day, where a window would have
        no leads, or where there is no column to compare.
    """
    return compared(of_rows(table, stream, asked), stream, asked)


def drift_of_days(days: Sequence[tuple[date, Cube]], stream: Stream, asked: Asked = USUAL) -> DriftReport:
    """Drift of stored day cubes, in any order; what needs rows (features, the classifier) is left out.

    Raises
    ------
    BadInput
        As `drift_of_table`.
    ValueError
        Where the axes of the cubes, or the edges of the score, differ.
    """
    return compared(of_days(days, asked), stream, asked)


def drift_of_two(reference: Cube, newest: Cube, stream: Stream, asked: Asked = USUAL) -> DriftReport:
    """Drift of two windows, such as sums of day cubes; without days there is no series.

    Raises
    ------
    BadInput
        Where a window has no leads.
    ValueError
        Where the axes of the cubes, or the edges of the score, differ.
    """
    return compared(of_two(reference, newest), stream, asked)


def parts_of(column: ColumnDrift) -> tuple[ColumnDrift | Share | Unseen | None, ...]:
    """What is told of a column; one that began or ended is one piece of news, its values are none."""
    return (column,) if column.begun or column.ended else (column, column.missing, column.unseen)


def alarms(report: DriftReport) -> int:
    """How many things drifted surely and by more than their limit."""
    parts = [part for one in report.columns for part in parts_of(one)]
    every = (*parts, *report.gaps, report.multivariate, *report.changes)
    return sum(one is not None and one.verdict == "fail" for one in every)


__all__ = [
    "LIMITS",
    "Alike",
    "Asked",
    "Cause",
    "ColumnDrift",
    "DriftReport",
    "Driver",
    "Gap",
    "GapDrift",
    "GroupScore",
    "LeftOut",
    "LevelShare",
    "Multivariate",
    "ScoreChange",
    "Share",
    "Span",
    "Unseen",
    "Windows",
    "alarms",
    "drift_of_days",
    "drift_of_table",
    "drift_of_two",
    "parts_of",
]
