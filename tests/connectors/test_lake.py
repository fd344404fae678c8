"""The lake: whole or not at all, for readers, writers and crashes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from audit.schema import BadInput
from connectors import partitions
from connectors.errors import Busy, Refused
from connectors.lake import Lake
from connectors.pseudonym import Keyring
from connectors.source import Batch
from tests.seals import SEALS

KEYRING = Keyring(crm="salesforce", organisation="00D1", master=bytes(32))
PLACE = ("salesforce", "00D1")
START = date(2026, 1, 1)


def batch(numbers: range | list[int], value: str = "a", **counts: object) -> Batch:
    table = pa.table(
        {
            "lead_key": pa.array([KEYRING.lead_key(str(n)).hex for n in numbers], pa.string()),
            "cohort_day": pa.array([START + timedelta(days=n % 5) for n in numbers], pa.date32()),
            "value": pa.array([value] * len(numbers), pa.string()),
        }
    )
    return made(table, **counts)


def made(table: pa.Table, **counts: object) -> Batch:
    rejected, excluded = counts.get("rejected", {}), counts.get("excluded", {})
    read = table.num_rows + sum(rejected.values()) + sum(excluded.values())  # type: ignore[attr-defined]
    values = {"rejected": {}, "excluded": {}, "unmapped": {}, "read": read, **counts}
    return Batch(table=table, **values)  # type: ignore[arg-type]


def keys(lake: Lake) -> list[str]:
    return sorted(lake.read(*PLACE)["lead_key"].to_pylist())


def lead_keys(numbers: range | list[int]) -> list[str]:
    return sorted(KEYRING.lead_key(str(n)).hex for n in numbers)


def files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock"}


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake", SEALS)


def test_a_pull_without_one_usable_lead_replaces_nothing(lake):
    lake.write(*PLACE, [batch(range(10))])
    useless = [batch([], rejected={"malformed": 2, "created_missing": 3})]
    with pytest.raises(Refused, match=r"none of the 5 leads.*created_missing: 3, malformed: 2") as caught:
        lake.write(*PLACE, useless)
    assert caught.value.code == "ALL_REJECTED"
    assert keys(lake) == lead_keys(range(10))
    lake.merge(*PLACE, useless)
    assert keys(lake) == lead_keys(range(10))


@pytest.mark.parametrize("counts", [{}, {"excluded": {"optout": 3}, "rejected": {"malformed": 1}}])
def test_a_pull_of_nobody_or_of_opted_out_leads_is_whole(lake, counts):
    lake.write(*PLACE, [batch(range(10))])
    lake.write(*PLACE, [batch([], **counts)])
    assert keys(lake) == []


def test_a_pull_is_stored_by_cohort_day_and_accounted_for(lake):
    account = lake.write(
        *PLACE,
        [
            batch(range(10), rejected={"malformed": 2}, unmapped={"value": 1}),
            batch(range(10, 20), excluded={"optout": 3}, unmapped={"value": 2}),
        ],
    )
    assert (account.read, account.kept) == (25, 20)
    assert (account.rejected, account.excluded, account.unmapped) == (
        {"malformed": 2},
        {"optout": 3},
        {"value": 3},
    )
    table = lake.read(*PLACE)
    assert table["cohort_day"].to_pylist() == sorted(table["cohort_day"].to_pylist())
    assert keys(lake) == lead_keys(range(20))
    folders = {path.parent.name for path in (lake.folder).rglob("*.parquet")}
    assert folders == {f"cohort_day=2026-01-0{day}" for day in range(1, 6)}


def test_a_full_pull_replaces_the_one_before_and_leaves_nothing_of_it(lake):
    lake.write(*PLACE, [batch(range(10), "old")])
    lake.write(*PLACE, [batch(range(5, 8), "new")])
    assert keys(lake) == lead_keys(range(5, 8))
    assert set(lake.read(*PLACE)["value"].to_pylist()) == {"new"}
    assert len(list(lake.folder.rglob("*.parquet"))) == 3


def test_organisations_are_apart(lake):
    lake.write(*PLACE, [batch(range(3))])
    lake.write("salesforce", "../00D2/x", [batch(range(3, 9))])
    lake.write("hubspot", "00D1", [batch(range(9, 10))])
    assert keys(lake) == lead_keys(range(3))
    assert lake.read("salesforce", "../00D2/x").num_rows == 6
    assert {path.name for path in lake.folder.iterdir()} == {"salesforce", "hubspot"}


def test_a_lead_that_comes_twice_is_kept_as_it_came_last_and_counted(lake):
    account = lake.write(*PLACE, [batch([1, 2], "first"), batch([2, 3], "second")])
    assert (account.read, account.kept, account.rejected) == (4, 3, {"duplicate": 1})
    values = dict(zip(*(lake.read(*PLACE)[name].to_pylist() for name in ("lead_key", "value")), strict=True))
    assert values[KEYRING.lead_key("2").hex] == "second"


def test_a_lead_that_opts_out_while_it_is_pulled_is_not_kept(lake):
    out = batch([], excluded={"optout": 1}, withdrawn=(KEYRING.lead_key("1"),))
    account = lake.write(*PLACE, [batch([1, 2]), out])
    assert keys(lake) == lead_keys([2])
    assert account.read == account.kept + sum(account.excluded.values()) == 3


def failing(good: list[Batch]) -> Iterator[Batch]:
    yield from good
    msg = "the CRM went away"
    raise Busy(msg, retry_after=5)


@pytest.mark.parametrize("way", ["write", "merge"])
def test_a_pull_that_fails_midway_changes_nothing(lake, way):
    lake.write(*PLACE, [batch(range(10), "old")])
    before = files(lake.folder)
    with pytest.raises(Busy):
        getattr(lake, way)(*PLACE, failing([batch(range(20), "new")]))
    assert files(lake.folder) == before
    assert set(lake.read(*PLACE)["value"].to_pylist()) == {"old"}


def test_a_first_pull_that_fails_leaves_nothing_to_read(lake):
    with pytest.raises(Busy):
        lake.write(*PLACE, failing([batch(range(20))]))
    with pytest.raises(BadInput, match="no leads"):
        lake.read(*PLACE)


@pytest.mark.parametrize("call", range(1, 12))
def test_a_crash_at_any_write_to_the_disk_leaves_the_state_before(lake, monkeypatch, call):
    lake.write(*PLACE, [batch(range(10), "old")])
    calls = 0

    def crash(_descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            raise OSError(5, "the power went")

    with monkeypatch.context() as patch:
        patch.setattr(partitions.os, "fsync", crash)
        with pytest.raises(OSError, match="power"):
            lake.write(*PLACE, [batch(range(20), "new")])
    assert set(lake.read(*PLACE)["value"].to_pylist()) == {"old"}
    assert keys(lake) == lead_keys(range(10))
    lake.write(*PLACE, [batch(range(3), "newer")])
    assert len(files(lake.folder)) == 3 + 1  # three days and the manifest: leftovers are gone


def test_readers_never_see_a_mixture(lake):
    lake.write(*PLACE, [batch(range(50), "0")])
    seen: list[set[str]] = []
    troubles: list[BaseException] = []
    stop = threading.Event()

    def look() -> None:
        try:
            while not stop.is_set():
                table = lake.read(*PLACE)
                assert table.num_rows == 50
                seen.append(set(table["value"].to_pylist()))
        except BaseException as error:  # noqa: BLE001 - a thread's failure must reach the test
            troubles.append(error)

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 25):
        lake.write(*PLACE, [batch(range(50), str(number))])
    stop.set()
    for reader in readers:
        reader.join()
    assert not troubles
    assert all(len(values) == 1 for values in seen)
    assert len({value for values in seen for value in values}) > 1


def test_writers_take_turns(lake):
    def write(number: int) -> None:
        lake.write(*PLACE, [batch(range(number * 10, number * 10 + 10), str(number))])

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    table = lake.read(*PLACE)
    assert table.num_rows == 10
    assert len(set(table["value"].to_pylist())) == 1
    assert len(list(lake.folder.rglob("*.parquet"))) == 5


def test_merging_keeps_the_newest_of_each_lead_in_one_partition(lake):
    lake.write(*PLACE, [batch(range(10), "old")])
    moved = batch([3], "new")
    day = pa.array([START + timedelta(days=30)], pa.date32())
    moved_table = moved.table.set_column(1, "cohort_day", day)
    account = lake.merge(*PLACE, [made(moved_table), batch([4, 11], "new")])
    assert (account.read, account.kept) == (3, 3)
    rows = lake.read(*PLACE).to_pylist()
    assert sorted(row["lead_key"] for row in rows) == lead_keys([*range(10), 11])
    changed = {row["lead_key"]: row for row in rows}
    assert changed[KEYRING.lead_key("3").hex]["cohort_day"] == START + timedelta(days=30)
    assert changed[KEYRING.lead_key("4").hex]["value"] == "new"
    assert changed[KEYRING.lead_key("5").hex]["value"] == "old"


def test_merging_touches_only_the_days_that_change(lake):
    lake.write(*PLACE, [batch(range(10), "old")])
    before = files(lake.folder)
    lake.merge(*PLACE, [batch([5], "new")])
    after = files(lake.folder)
    assert {path.split("/")[2] for path in before ^ after if "cohort_day" in path} == {
        "cohort_day=2026-01-01"
    }


def test_merging_removes_leads_that_opted_out_since(lake):
    lake.write(*PLACE, [batch(range(4))])
    out = batch([], excluded={"optout": 1}, withdrawn=(KEYRING.lead_key("2"),))
    lake.merge(*PLACE, [out])
    assert keys(lake) == lead_keys([0, 1, 3])


def test_merging_nothing_changes_nothing(lake):
    lake.write(*PLACE, [batch(range(4))])
    before = files(lake.folder)
    assert lake.merge(*PLACE, []).read == 0
    assert files(lake.folder) == before


def test_merging_other_columns_asks_for_a_full_pull(lake):
    lake.write(*PLACE, [batch(range(4))])
    other = batch([9]).table.append_column("more", pa.array(["x"]))
    with pytest.raises(BadInput, match="pull everything again"):
        lake.merge(*PLACE, [made(other)])
    assert keys(lake) == lead_keys(range(4))


def test_merging_into_an_empty_lake_is_a_first_pull(lake):
    lake.write(*PLACE, [])
    assert lake.read(*PLACE).num_rows == 0
    lake.merge(*PLACE, [batch(range(3))])
    assert lake.read(*PLACE).column_names == ["lead_key", "cohort_day", "value"]
    assert keys(lake) == lead_keys(range(3))


def test_a_forgotten_lead_is_gone_from_the_disk_and_does_not_come_back(lake):
    lake.write(*PLACE, [batch(range(10))])
    gone = KEYRING.lead_key("7")
    assert lake.forget(*PLACE, gone) is True
    assert lake.forget(*PLACE, gone) is False
    assert keys(lake) == lead_keys([n for n in range(10) if n != 7])
    for path in lake.folder.rglob("*.parquet"):
        assert gone.hex.encode() not in path.read_bytes()
    account = lake.write(*PLACE, [batch(range(10))])
    assert (account.kept, account.excluded) == (9, {"erased": 1})
    assert lake.merge(*PLACE, [batch([7])]).excluded == {"erased": 1}
    assert gone.hex not in keys(lake)


def test_a_lead_forgotten_during_a_pull_does_not_come_with_it(lake):
    lake.write(*PLACE, [batch(range(10))])

    def pull() -> Iterator[Batch]:
        yield batch(range(10))
        lake.forget(*PLACE, KEYRING.lead_key("1"))

    account = lake.write(*PLACE, pull())
    assert account.excluded == {"erased": 1}
    assert keys(lake) == lead_keys([0, *range(2, 10)])


def test_a_removed_organisation_leaves_no_lead(lake):
    lake.write(*PLACE, [batch(range(10))])
    lake.write("hubspot", "1", [batch(range(2))])
    lake.remove(*PLACE)
    with pytest.raises(BadInput, match="no leads"):
        lake.read(*PLACE)
    assert not [path for path in files(lake.folder) if path.startswith("salesforce")]
    assert lake.read("hubspot", "1").num_rows == 2
    assert (lake.holds(*PLACE), lake.holds("hubspot", "1")) == (False, True)
    lake.remove(*PLACE)


def test_what_cannot_be_removed_is_told_and_counts_as_held(lake, tmp_path):
    lake.write(*PLACE, [batch(range(10))])
    place = lake.folder.joinpath(*PLACE)
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        lake.remove(*PLACE)
    assert lake.holds(*PLACE)


def test_a_key_that_must_not_come_back_counts_as_held(lake):
    lake.forget(*PLACE, KEYRING.lead_key("1"))
    assert lake.holds(*PLACE)
    lake.remove(*PLACE)
    assert not lake.holds(*PLACE)


def test_a_batch_that_does_not_add_up_is_a_fault(lake):
    with pytest.raises(ValueError, match="add up"):
        lake.write(*PLACE, [batch(range(3), read=4)])


def test_batches_of_different_columns_are_a_fault(lake):
    other = made(batch([5]).table.drop_columns(["value"]))
    with pytest.raises(ValueError, match="schema"):
        lake.write(*PLACE, [batch(range(3)), other])


def test_files_are_for_the_owner_only(lake):
    lake.write(*PLACE, [batch(range(3))])
    assert (lake.folder / "salesforce" / "00D1").stat().st_mode & 0o077 == 0


PULL = """
import sys
from pathlib import Path
from connectors.lake import Lake
from tests.seals import SEALS
from tests.connectors.test_lake import PLACE, batch

def batches():
    yield batch(range(1000))
    print("under way", flush=True)
    sys.stdin.read()

Lake(Path(sys.argv[1]), SEALS).write(*PLACE, batches())
"""


def test_a_pull_that_is_killed_leaves_no_rows_behind(lake):
    command = [sys.executable, "-c", PULL, str(lake.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as pull:
        assert pull.stdout
        assert pull.stdout.readline() == b"under way\n"
        pull.kill()
    assert files(lake.folder) == set()
