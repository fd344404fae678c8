"""Long lists that go through the disk: what is found there is what sets and dictionaries would find."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import meeting
from connectors.changes import Changes
from connectors.lake import Lake
from connectors.meeting import among
from connectors.pseudonym import LeadKey
from connectors.salesforce.distinct import Distinct
from connectors.source import Batch
from connectors.two_sides import TwoSides
from tests.connectors.salesforce import memory
from tests.seals import SEALS

# Few keys, of which many meet; some share the half that parts go by.
KEYS = st.integers(0, 40).map(lambda n: (n % 7).to_bytes(8) + n.to_bytes(8))


@given(st.lists(KEYS), st.lists(st.tuples(KEYS, st.integers(-1, 5))))
def test_two_sides_differ_as_sets_do(here: list[bytes], there: list[tuple[bytes, int]]):
    with TemporaryDirectory() as folder, TwoSides(Path(folder)) as sides:
        sides.here(pa.chunked_array([[key.hex() for key in here]], pa.string()))
        sides.there([key for key, _ in there], [note for _, note in there])
        found = list(sides.differences())
    gone = [key for keys, _ in found for key in keys.to_pylist()]
    notes = [note for _, some in found for note in some.tolist()]
    assert sorted(gone) == sorted(key.hex() for key in set(here) - {key for key, _ in there})
    new = {key for key, _ in there} - set(here)
    assert len(notes) == len(new)
    assert set(notes) <= {note for key, note in there if key in new}


@given(st.lists(st.tuples(KEYS, st.sampled_from(["1", "2", "3"]), st.text(max_size=3) | st.none())))
def test_changes_come_back_by_lead_in_the_order_of_time(changes: list[tuple[bytes, str, str | None]]):
    with TemporaryDirectory() as folder, Changes(Path(folder)) as kept:
        for start in range(0, len(changes), 3):
            kept.add((key.hex(), at, None, new) for key, at, new in changes[start : start + 3])
        assert not list(Path(folder).iterdir())
        found = kept.of([key.hex() for key in {key for key, _, _ in changes}])
        assert kept.of(["00" * 16]).keys() <= {"00" * 16}
    wanted: dict[str, list[tuple[str, None, str | None]]] = {}
    for key, at, new in changes:
        wanted.setdefault(key.hex(), []).append((at, None, new))
    assert found == {key: sorted(told, key=lambda one: one[0]) for key, told in wanted.items()}


@given(st.lists(st.text(max_size=3) | st.none()))
def test_different_records_are_counted_once(ids: list[str | None]):
    seen = Distinct()
    seen.add(ids)
    assert seen.different == len({one for one in ids if one is not None}) + ids.count(None)


def batch(leads: dict[bytes, tuple[int, str]], *, aside: list[bytes] = []) -> Batch:  # noqa: B006
    table = pa.table(
        {
            "lead_key": pa.array([key.hex() for key in leads], pa.string()),
            "cohort_day": pa.array([date(2026, 1, day) for day, _ in leads.values()], pa.date32()),
            "score": pa.array([score for _, score in leads.values()], pa.string()),
        }
    )
    return Batch(
        table=table,
        read=len(leads) + len(aside),
        rejected={},
        excluded={"opted_out": len(aside)} if aside else {},
        unmapped={},
        withdrawn=tuple(LeadKey(key) for key in aside),
    )


LEADS = st.dictionaries(KEYS, st.tuples(st.integers(1, 3), st.sampled_from("ab")), min_size=1)


@given(LEADS, LEADS, st.lists(KEYS, unique=True))
def test_a_merge_in_many_parts_is_that_of_a_dictionary(
    first: dict[bytes, tuple[int, str]], second: dict[bytes, tuple[int, str]], aside: list[bytes]
):
    turned = [key for key in aside if key not in second]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(meeting, "SMALLEST", 3)
        lake = Lake(Path(folder), SEALS)
        lake.write("crm", "org", [batch(first)])
        lake.merge("crm", "org", [batch(second, aside=turned)])
        rows, whole = lake.read("crm", "org").to_pylist(), lake.whole("crm", "org")
    wanted = {key: row for key, row in {**first, **second}.items() if key not in turned}
    found = {bytes.fromhex(row["lead_key"]): (row["cohort_day"].day, row["score"]) for row in rows}
    assert (found, len(rows)) == (wanted, len(wanted))
    assert whole is not None
    assert (whole.kept, sum(whole.excluded.values())) == (len(wanted), len(turned))


def test_membership_is_that_of_a_set():
    column = pa.chunked_array([["a", "b"], ["c"]])
    assert among(column, pa.array(["c", "a"])).to_pylist() == [True, False, True]


def test_a_long_history_takes_the_memory_of_a_short_one():
    short, long = memory.peak_of_history(5_000), memory.peak_of_history(50_000)
    assert long < 1.3 * short


def test_new_scores_of_many_leads_take_the_memory_of_few():
    few, many = memory.peak_of_scores(5_000), memory.peak_of_scores(50_000)
    assert many < 1.3 * few
