"""What Fairlead does for each task, through its own public code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from audit.cube import Cube
from audit.drift import Asked, drift_of_table
from audit.drift.binning import laid
from audit.drift.columns import column_drift
from audit.drift.rows import of_rows
from audit.intake import admit
from audit.metrics.per_group import measured
from audit.rows.clusters import FOLDS
from audit.rows.levels import feature, groups
from audit.rows.separating.separation import separation
from audit.schema import Attribute, Stream
from audit.tally import count, count_batches
from audit.thresholds import threshold_counts
from benchmarks.suite.leads import ATTRIBUTES, FIELDS, THRESHOLD, Leads, levels
from benchmarks.suite.measuring import Task
from benchmarks.suite.stored import load

SCALE = (0.0, 100.0)
EDGES = tuple(float(one) for one in range(101))
CONFIDENCE = 0.95
_STREAM = Stream(
    name="benchmark",
    score="score",
    threshold=float(THRESHOLD),
    outcome="outcome",
    attributes=tuple(Attribute(name=name, column=name) for name in ATTRIBUTES),
    features=FIELDS,
)
STREAM = replace(_STREAM, audit=replace(_STREAM.audit, intersections=3))


def _named(codes: np.ndarray, name: str, kind: type) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(codes.astype(kind), list(levels(name)))


def table(leads: Leads) -> pa.Table:
    """An admitted table over codes of a byte each, as they lie in memory."""
    attributes = {
        f"attribute:{name}": _named(codes, name, np.int8) for name, codes in leads.attributes.items()
    }
    truths = {"selected": leads.decision.astype(bool), "outcome": leads.outcome.astype(bool)}
    return pa.table({**attributes, "score": leads.score, **truths})


def with_fields(leads: Leads) -> pa.Table:
    """An admitted table as intake gives it, fields and days of creation included."""
    attributes = {
        f"attribute:{name}": _named(codes, name, np.int32) for name, codes in leads.attributes.items()
    }
    names = {f"feature:{name}": _named(codes, name, np.int32) for name, codes in leads.names.items()}
    numbers = {f"feature:{name}": values for name, values in leads.numbers.items()}
    day = pa.array((np.arange(len(leads)) * 56 // len(leads)).astype(np.int32), pa.date32())
    return pa.table({**attributes, **names, **numbers, "created": day})


def _told(cube: Cube) -> object:
    """Every metric of every group, each with its interval, as the audit tells it; nothing is resampled."""
    return measured(cube, STREAM, None)


def codes(folder: Path) -> Task:
    """T1 from integer codes: count, then every metric of 167 groups with its interval."""
    admitted = table(load(folder))
    return Task(lambda: _told(count(admitted, STREAM, edges=EDGES)))


def _frame(folder: Path, kind: str) -> pd.DataFrame:
    leads = load(folder)
    texts = {
        name: pd.Series(np.array(levels(name), dtype=object)[codes]).astype(kind)
        for name, codes in leads.attributes.items()
    }
    return pd.DataFrame({**texts, "score": leads.score.astype(float), "outcome": leads.outcome.astype(bool)})


def _of_frame(frame: pd.DataFrame) -> object:
    held = pa.Table.from_pandas(frame, preserve_index=False)
    return _told(
        count(
            held.rename_columns([f"attribute:{name}" for name in ATTRIBUTES] + held.column_names[3:]), STREAM
        )
    )


def objects(folder: Path) -> Task:
    """T1 from a frame of Python strings."""
    frame = _frame(folder, "object")
    return Task(lambda: _of_frame(frame))


def strings(folder: Path) -> Task:
    """T1 from a frame of pandas' own strings."""
    frame = _frame(folder, "str")
    return Task(lambda: _of_frame(frame))


def admitted(folder: Path) -> Task:
    """T1 from the same frame through intake, which checks every row and value."""
    frame = _frame(folder, "str")
    own = replace(STREAM, features=())

    def call() -> object:
        held = admit(pa.Table.from_pandas(frame, preserve_index=False), own)
        return _told(count(held.table, own))

    return Task(call)


def parquet(folder: Path) -> Task:
    """T1 from a Parquet file, one row group after the other."""
    return Task(lambda: _told(_streamed(folder)))


def _streamed(folder: Path) -> Cube:
    return count_batches(_batches(folder / "five.parquet"), STREAM, EDGES)


def _batches(path: Path) -> Iterator[pa.Table]:
    file = pq.ParquetFile(path, read_dictionary=[*ATTRIBUTES])
    names = {name: f"attribute:{name}" for name in ATTRIBUTES}
    for number in range(file.num_row_groups):
        held = file.read_row_group(number)
        yield held.rename_columns([names.get(name, name) for name in held.column_names])


def stand_ins(folder: Path) -> Task:
    """T3: code 12 fields and 3 attributes, held-out AUC with its interval and the test of each pair."""
    leads = load(folder, fields=True)

    def call() -> None:
        # A table of its own each time, so that no code is remembered from the call before.
        held = with_fields(leads)
        fold = np.random.default_rng(0).permutation(held.num_rows) % FOLDS
        watched = [groups(held, name, STREAM.audit.minimum_group) for name in ATTRIBUTES]
        for name in FIELDS:
            coded = feature(held, name)
            for group in watched:
                separation(coded, group, fold, CONFIDENCE)

    return Task(call)


def thresholds(folder: Path) -> Task:
    """T4 of the groups of each attribute: the counts from which a report tells every threshold."""
    admitted = table(load(folder))
    return Task(lambda: threshold_counts(admitted, STREAM, SCALE, 0))


def drift(folder: Path) -> Task:
    """T5: PSI with its interval and test, KS, new and missing values, and the series, of 12 fields."""
    held = _fields_only(folder)
    own = replace(STREAM, attributes=(), score=None, outcome=None, threshold=None, created="created")

    def call() -> None:
        source = of_rows(held, own, Asked(multivariate=False))
        for column in source.columns():
            one = laid(column, source)
            if one is not None:
                column_drift(one, source, CONFIDENCE, special=False)

    return Task(call)


def whole_drift(folder: Path) -> Task:
    """The whole drift report of the fields: verdicts, causes and new values too."""
    held = _fields_only(folder)
    own = replace(STREAM, attributes=(), score=None, outcome=None, threshold=None, created="created")
    return Task(partial(drift_of_table, held, own, Asked(multivariate=False)))


def _fields_only(folder: Path) -> pa.Table:
    held = with_fields(load(folder, fields=True))
    return held.drop_columns([f"attribute:{name}" for name in ATTRIBUTES])


CASES = {
    one.__name__.replace("_", " "): one
    for one in (
        codes,
        objects,
        strings,
        admitted,
        parquet,
        stand_ins,
        thresholds,
        drift,
        whole_drift,
    )
}
