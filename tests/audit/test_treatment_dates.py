"""Dates in the forms that CRMs and files write them, errors among them, and leads too young to tell."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.caution import cautions
from audit.intake import Intake, admit
from audit.intake.dates import newest
from audit.schema import Attribute, Stream
from connectors.files.reading import read_table

CREATED = [datetime(2026, 1, day, 9, day, tzinfo=UTC) for day in range(1, 26)]
HOURS = [0.5 + day for day in range(25)]
SALESFORCE, HUBSPOT = "%Y-%m-%dT%H:%M:%S.000+0000", "ms"
STREAM = Stream(
    name="s",
    score="score",
    created="made",
    contacted="first",
    features=(),
    attributes=(Attribute(name="g", column="g"),),
)


def contacts() -> list[datetime]:
    return [
        datetime.fromtimestamp(at.timestamp() + 3600 * h, UTC) for at, h in zip(CREATED, HOURS, strict=True)
    ]


def told(moments: list[datetime], form: str) -> list[str]:
    if form == HUBSPOT:
        return [str(int(at.timestamp() * 1000)) for at in moments]
    return [at.strftime(form) for at in moments]


def csv_file(path: Path, form: str) -> Path:
    rows = zip(told(CREATED, form), told(contacts(), form), strict=True)
    lines = [f"{i},{made},{first},a" for i, (made, first) in enumerate(rows)]
    path.write_text("\n".join(["score,made,first,g", *lines]))
    return path


def excel_file(path: Path, *, numbers: bool) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["score", "made", "first", "g"])
    for i, pair in enumerate(zip(CREATED, contacts(), strict=True)):
        cells = [int(at.timestamp() * 1000) if numbers else at.replace(tzinfo=None) for at in pair]
        book.active.append([i, *cells, "a"])
    book.save(path)
    return path


def parquet_file(path: Path, kind: pa.DataType) -> Path:
    made, first = (pa.array(column, pa.timestamp("ms", "UTC")) for column in (CREATED, contacts()))
    if not pa.types.is_timestamp(kind):
        made, first = (column.cast(pa.int64()) for column in (made, first))
    columns = {"score": range(25), "made": made.cast(kind), "first": first.cast(kind), "g": ["a"] * 25}
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: csv_file(folder / "a.csv", SALESFORCE),
        lambda folder: csv_file(folder / "a.csv", "%Y-%m-%d %H:%M"),
        lambda folder: csv_file(folder / "a.csv", HUBSPOT),
        lambda folder: excel_file(folder / "a.xlsx", numbers=False),
        lambda folder: excel_file(folder / "a.xlsx", numbers=True),
        lambda folder: parquet_file(folder / "a.parquet", pa.timestamp("us", "Asia/Kolkata")),
        lambda folder: parquet_file(folder / "a.parquet", pa.timestamp("ns")),
        lambda folder: parquet_file(folder / "a.parquet", pa.int64()),
        lambda folder: parquet_file(folder / "a.parquet", pa.float64()),
    ],
)
def test_hours_are_right_in_every_form_of_a_date(tmp_path, make):
    made = admit(read_table(make(tmp_path)).table, STREAM)
    assert made.table["contacted_after_hours"].to_pylist() == pytest.approx(HOURS)
    assert made.table["created"].to_pylist() == [at.date() for at in CREATED]
    assert made.timed


def read(first: list[str]) -> Intake:
    made = told(CREATED, SALESFORCE)
    return admit(pa.table({"score": range(25), "made": made, "first": first, "g": ["a"] * 25}), STREAM)


def codes(made: Intake) -> dict[str, str]:
    return {one.code: one.text for one in cautions(made, STREAM, 0)}


def test_one_contact_in_the_far_future_ends_no_watching():
    first = [*told(contacts(), SALESFORCE)[:-2], "", "2062-01-25T10:00:00Z"]
    made = read(first)
    assert max(made.table["observed_hours"].drop_null().to_pylist()) < 25 * 24
    assert made.table["contacted"].to_pylist()[-2:] == [False, None]
    assert made.table["contacted_after_hours"].to_pylist()[-1] is None
    assert "long after all other dates" in codes(made)["contact_far_off"]


def test_one_creation_in_the_far_future_makes_no_outcome_ripe():
    created = [*told(CREATED, SALESFORCE)[:-1], "2027-01-24T10:00:00Z"]
    first = [""] * 25
    table = pa.table({"score": range(25), "made": created, "first": first, "g": ["a"] * 25, "won": [1] * 25})
    stream = Stream(
        name="s",
        score="score",
        outcome="won",
        created="made",
        maturity_days=10,
        contacted="first",
        features=(),
        attributes=STREAM.attributes,
    )
    made = admit(table, stream)
    # The newest of the others is from 24 January: known are outcomes of leads made until the 14th.
    assert made.table["outcome"].to_pylist() == [True] * 14 + [None] * 11
    assert "newest of the others, 2026-01-24" in codes(made)["created_ahead"]


def test_the_year_9999_means_never():
    first = told(contacts(), SALESFORCE)
    made = read([at if i % 2 else "9999-12-31" for i, at in enumerate(first)])
    assert made.table["contacted"].to_pylist() == [bool(i % 2) for i in range(25)]
    assert "contact_far_off" not in codes(made)


@pytest.mark.parametrize(
    ("days", "last"),
    [
        ([*range(100), 190], 99.0),
        ([*range(100), 189], 189.0),
        ([*range(0, 3000, 30), 3100], 3100.0),
        ([*range(100), *[90_000] * 80], 99.0),
        ([0, 1, 2, 5_000], 5_000.0),
        ([7.0] * 30, 7.0),
        ([*np.repeat(range(100), 10), 400, 400], 400.0),
        ([*range(18), 18.0, np.nan, 4_000.0], 18.0),
    ],
)
def test_the_newest_date_is_no_error(days, last):
    given = np.array(days, dtype=np.float64)
    assert newest(given) == last
    assert newest(given[::-1]) == last


def test_times_of_which_only_one_names_its_zone_are_told():
    made = read(told(contacts(), "%Y-%m-%d %H:%M"))
    text = codes(made)["time_zones_differ"]
    assert "The time of creation names its time zone and that of first contact does not" in text
    assert "(25 leads)" in text
    assert "time_zones_differ" not in codes(read(told(contacts(), SALESFORCE)))


def test_of_leads_younger_than_a_week_nobody_knows_who_is_worked():
    first = ["" if i % 2 else at for i, at in enumerate(told(contacts(), SALESFORCE))]
    made = read(first)
    watched = made.table["observed_hours"].to_pylist()
    for old, worked, contacted in zip(
        watched, made.table["worked"].to_pylist(), made.table["contacted"].to_pylist(), strict=True
    ):
        assert worked == (contacted if old >= 168 else None)
    assert "younger than a week" in codes(made)["too_young_to_be_worked"]
