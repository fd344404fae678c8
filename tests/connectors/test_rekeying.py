"""A lake that moves on to another key, and one that somebody laid hands on."""

from __future__ import annotations

import base64
import json
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors import sealed_parquet, staging
from connectors.account import Account
from connectors.errors import Busy
from connectors.holding import Finished, Note
from connectors.lake import Lake
from connectors.pseudonym import Keyring
from connectors.rekeying import Rotation
from connectors.seals import DoesNotOpen, Home, Seal
from connectors.snapshots import Snapshots
from connectors.source import ASIDE, Batch
from connectors.spool import Spool
from tests.connectors.plain_lake import in_the_clear, older

PLACE = ("salesforce", "00D1")
START, SEEN = date(2026, 1, 1), datetime(2026, 3, 1, tzinfo=UTC)
DOMAINS = {"mail": "email"}
ROOTS = tuple(bytes([number]) * 32 for number in range(1, 5))


def ring(generation: int) -> Keyring:
    return Keyring(crm="salesforce", organisation="00D1", master=ROOTS[0], later=ROOTS[1:generation])


def seal(generation: int) -> Seal:
    return Seal(owner="salesforce/00D1", generation=generation, secret=bytes([100 + generation]) * 32)


@dataclass(slots=True)
class Keeper:
    """Who says which seal is in force."""

    now: Seal = field(default_factory=lambda: seal(1))

    def __call__(self, crm: str, organisation: str) -> Seal:
        return replace(self.now, owner=f"{crm}/{organisation}")


def batch(numbers: list[int], keyring: Keyring, score: str = "5") -> Batch:
    """Leads by number, in few days; every seventh is turned away, every fifth has no mail."""
    kept = [n for n in numbers if n % 7]
    out = [n for n in numbers if not n % 7]
    columns = {
        "lead_key": pa.array([keyring.lead_key(f"id {n}").hex for n in kept], pa.string()),
        "cohort_day": pa.array([START + timedelta(days=n % 3) for n in kept], pa.date32()),
        "score": pa.array([score] * len(kept), pa.string()),
        "mail": pa.array(
            [keyring.pseudonym("email", f"m{n % 4}") if n % 5 else None for n in kept], pa.string()
        ),
    }
    keys = [keyring.lead_key(f"id {n}").hex for n in out]
    aside = pa.table([keys, ["excluded"] * len(out), ["optout"] * len(out), [None] * len(out)], ASIDE)
    excluded = {"optout": len(out)} if out else {}
    return Batch(
        table=pa.table(columns), read=len(numbers), rejected={}, excluded=excluded, unmapped={}, aside=aside
    )


def pull(lake: Lake, numbers: list[int], generation: int, score: str = "5") -> None:
    with Spool(lake.folder) as spool:
        account, found = Account(), batch(numbers, ring(generation), score)
        account.add(found)
        spool.append(found)
        note = Note(cursor={"at": "then"}, domains=DOMAINS, snapshots=Snapshots(column="score", seen_at=SEEN))
        lake.replace(*PLACE, Finished(parts=spool, account=account, note=note, generation=generation))


def rotate(lake: Lake, keeper: Keeper, generation: int) -> None:
    rotation = Rotation(seal=seal(generation), step=ring(generation).rekeying(), domains={})
    with lake.moving(*PLACE, rotation):
        keeper.now = seal(generation)


def whole(lake: Lake) -> tuple[pa.Table, list[str], object]:
    keys = sorted(key for table in lake.keys(*PLACE) for key in table["lead_key"].to_pylist())
    return lake.read(*PLACE, hidden=True), keys, lake.whole(*PLACE)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 60), max_size=40, unique=True), st.sets(st.integers(0, 60), max_size=5))
def test_moving_on_equals_pulling_under_the_new_key(numbers, forgotten):
    kept = [*numbers, 61]
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        keeper, new = Keeper(), Keeper(seal(3))
        moved, pulled = Lake(Path(one), keeper), Lake(Path(other), new)
        for lake, generation in ((moved, 1), (pulled, 3)):
            pull(lake, kept, generation, score="4")
            pull(lake, kept, generation)
            leads = [ring(generation).lead_key(f"id {n}") for n in sorted(forgotten)]
            lake.forget(*PLACE, *leads)
        rotate(moved, keeper, 2)
        rotate(moved, keeper, 3)
        assert whole(moved)[0].equals(whole(pulled)[0])
        assert whole(moved)[1:] == whole(pulled)[1:]
        # Who was erased stays away, and what was known of the scores before is still known.
        for lake in (moved, pulled):
            pull(lake, kept, 3, score="6")
        assert whole(moved)[0].equals(whole(pulled)[0])
        names = {path.name for path in Path(one).rglob("*") if path.is_file() and path.suffix != ".lock"}
        assert not [name for name in names if name.endswith(("-1", "-2"))]


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def lake(tmp_path: Path, keeper: Keeper) -> Lake:
    return Lake(tmp_path / "lake", keeper)


def test_a_rotation_that_does_not_come_into_force_changes_nothing(lake, keeper):
    pull(lake, list(range(30)), 1)
    before = whole(lake)
    rotation = Rotation(seal=seal(2), step=ring(2).rekeying(), domains={})
    with pytest.raises(ZeroDivisionError), lake.moving(*PLACE, rotation):
        _fail_after(lake.read(*PLACE, hidden=True).equals(before[0]))
    assert whole(lake)[0].equals(before[0])
    assert lake.is_untidy(*PLACE)
    lake.tidy(*PLACE)
    assert not lake.is_untidy(*PLACE)
    rotate(lake, keeper, 2)
    assert lake.read(*PLACE).num_rows == before[0].num_rows


def test_what_was_sealed_before_a_rotation_does_not_open_after_it(lake, keeper, tmp_path):
    pull(lake, list(range(30)), 1)
    shutil.copytree(lake.folder, tmp_path / "copy")
    rotate(lake, keeper, 2)
    with pytest.raises(BadInput, match="no leads"):
        Lake(tmp_path / "copy", keeper).read(*PLACE)
    place = tmp_path / "copy" / "salesforce" / "00D1"
    (place / "manifest-1").rename(place / "manifest-2")
    with pytest.raises(DoesNotOpen):
        Lake(tmp_path / "copy", keeper).read(*PLACE)


def test_a_pull_that_began_before_a_rotation_is_refused_after_it(lake, keeper):
    pull(lake, list(range(30)), 1)
    rotate(lake, keeper, 2)
    with pytest.raises(Busy, match="changed while its leads were pulled") as caught:
        pull(lake, list(range(30)), 1)
    assert caught.value.code == "key_changed"


def test_a_column_that_holds_no_pseudonyms_stops_a_rotation(lake, keeper):
    pull(lake, list(range(9)), 1)
    rotation = Rotation(seal=seal(2), step=ring(2).rekeying(), domains={"score": "x"})
    in_the_clear(lake, *PLACE)
    keeper.now = older(keeper.now)
    with pytest.raises(BadInput, match="column score should hold pseudonyms"), lake.moving(*PLACE, rotation):
        pytest.fail("it came into force")
    assert lake.read(*PLACE).num_rows == 7


def _fail_after(unchanged: bool) -> None:
    assert unchanged
    raise ZeroDivisionError


def place_of(lake: Lake) -> Path:
    return lake.folder.joinpath(*PLACE)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_byte_that_was_changed_is_not_read(lake):
    for name in ("manifest-1", "*.parquet"):
        pull(lake, list(range(40)), 1)
        for path in sorted(place_of(lake).rglob(name)):
            kept = path.read_bytes()
            flip(path)
            with pytest.raises(BadInput):
                whole(lake)
            path.write_bytes(kept[:-20])
            with pytest.raises(BadInput):
                whole(lake)
            path.write_bytes(kept)
        whole(lake)


def test_erased_keys_that_were_changed_are_not_read(lake):
    lake.forget(*PLACE, ring(1).lead_key("x"))
    flip(lake.folder / "salesforce" / "00D1.erased-1")
    with pytest.raises(DoesNotOpen):
        pull(lake, [1, 2], 1)


def test_no_file_stands_in_for_another(lake):
    pull(lake, list(range(40)), 1)
    days = sorted(place_of(lake).rglob("cohort_day=*/*.parquet"))
    days[0].write_bytes(days[1].read_bytes())
    with pytest.raises(DoesNotOpen):
        lake.read(*PLACE)


def test_no_organisation_stands_in_for_another(lake):
    pull(lake, list(range(40)), 1)
    shutil.copytree(place_of(lake), lake.folder / "salesforce" / "00D2")
    with pytest.raises(DoesNotOpen):
        lake.read("salesforce", "00D2")


def test_a_plain_file_is_not_believed(lake):
    pull(lake, list(range(40)), 1)
    day = next(place_of(lake).rglob("cohort_day=*/*.parquet"))
    with sealed_parquet.reading(
        Home(path=place_of(lake), seal=seal(1)), f"{day.parent.name}/{day.name}"
    ) as file:
        table = file.read()
    pq.write_table(table, day)
    with pytest.raises(DoesNotOpen):
        lake.read(*PLACE)
    in_the_clear_manifest = {"columns": ["lead_key", "cohort_day"], "partitions": {}, "kept": 0}
    (place_of(lake) / "manifest.json").write_text(json.dumps(in_the_clear_manifest))
    (place_of(lake) / "manifest-1").unlink()
    with pytest.raises(BadInput, match="no leads"):
        lake.read(*PLACE)


def test_a_lake_in_the_clear_is_read_and_encrypted_at_the_next_write(lake, keeper):
    pull(lake, list(range(40)), 1)
    lake.forget(*PLACE, ring(1).lead_key("id 3"))
    before = whole(lake)
    plain = in_the_clear(lake, *PLACE)
    keeper.now = older(keeper.now)
    assert lake.is_untidy(*PLACE)
    assert lake.read(*PLACE, hidden=True).equals(before[0])
    assert all(path.read_bytes()[:4] == b"PAR1" for path in plain)
    lake.forget(*PLACE, ring(1).lead_key("id 4"))
    assert not [path for path in plain if path.exists()]
    assert not (place_of(lake) / "manifest.json").exists()
    assert not lake.is_untidy(*PLACE)
    keeper.now = seal(1)
    assert lake.read(*PLACE).num_rows == before[0].num_rows - 1
    assert lake.forget(*PLACE, ring(1).lead_key("id 4")) is False
    assert {path.read_bytes()[:4] for path in place_of(lake).rglob("*.parquet")} == {b"PARE"}


def test_a_rotation_of_a_lake_in_the_clear_takes_the_domains_it_is_told(lake, keeper):
    pull(lake, list(range(40)), 1)
    in_the_clear(lake, *PLACE)
    keeper.now = older(keeper.now)
    rotation = Rotation(seal=seal(2), step=ring(2).rekeying(), domains=DOMAINS)
    with lake.moving(*PLACE, rotation):
        keeper.now = seal(2)
    other = Lake(lake.folder.parent / "other", Keeper(seal(2)))
    pull(other, list(range(40)), 2)
    assert lake.read(*PLACE, hidden=True).equals(other.read(*PLACE, hidden=True))


def test_duckdb_reads_all_files_of_an_organisation_with_its_key(lake):
    pull(lake, list(range(40)), 1)
    key = base64.b64encode(seal(1).parquet_key).decode()
    with duckdb.connect() as session:
        session.execute(f"PRAGMA add_parquet_key('fairlead', '{key}')")
        files = sealed_parquet.pattern(lake.folder, *PLACE)
        files = f"read_parquet('{files}', encryption_config = {{footer_key: 'fairlead'}})"
        rows = session.sql(f"FROM {files}").select("lead_key", "score", "mail").order("lead_key").fetchall()
    held = lake.read(*PLACE).sort_by("lead_key")
    assert rows == list(zip(*(held[name].to_pylist() for name in ("lead_key", "score", "mail")), strict=True))


def test_a_staged_pull_is_sealed_and_its_log_is_one_chain(lake):
    with lake.pulling(*PLACE) as home:
        staged = staging.begin(home, {"policy": "plan of mine"})
        for number in range(3):
            staged.append(batch([number + 1, 7 * number + 7], ring(1)), {"next": f"page {number}"})
        log = home.path / "log"
        lines = log.read_bytes().splitlines(keepends=True)
        contents = [path.read_bytes() for path in home.path.iterdir()]
        assert not [one for one in contents if b"page" in one or b"lead_key" in one]
        again = staging.under_way(home)
        assert again is not None
        assert (again.plan, again.read, again.reached) == ({"policy": "plan of mine"}, 6, {"next": "page 2"})
        assert [table.num_rows for table in again.tables()] == [1, 1, 1]
        for changed in (lines[:1] + lines[2:], lines[1:], [lines[0], lines[2], lines[1]], [b"x\n"]):
            log.write_bytes(b"".join(changed))
            assert staging.under_way(home) is None
        # What was cut off at its end cannot be told from a crash: that page is read again.
        log.write_bytes(b"".join(lines[:2]))
        assert staging.under_way(home).read == 2
        assert staging.under_way(replace(home, seal=seal(2))) is None


def test_nothing_of_a_lead_lies_in_the_clear_while_it_is_pulled(lake):
    """A watcher reads every file under the folder again and again, also those without a name."""
    numbers = list(range(1, 400))
    leads = [ring(1).lead_key(f"id {n}") for n in numbers]
    needles = (b"a city of mine", leads[0].hex.encode(), leads[0].digest, leads[0].digest[::-1], b"lead_key")
    needles += (leads[0].digest[7::-1] + leads[0].digest[:7:-1],)
    seen, found, over = set[str](), list[str](), threading.Event()

    def look() -> None:
        while not over.is_set():
            for path in (*lake.folder.rglob("*"), *Path("/proc/self/fd").iterdir()):
                name, content = _content(path, lake.folder)
                seen.add(name)
                found.extend(name for needle in needles if needle in content)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for _ in range(4):
            lake.write(*PLACE, _slowly(numbers))
            lake.merge(*PLACE, [_with_city(batch(numbers[:50], ring(1), "9"))])
            lake.forget(*PLACE, leads[0], until=time.time() - 1)
    finally:
        over.set()
        watcher.join()
    assert any("(deleted)" in name for name in seen), "no file without a name was looked at"
    assert any(name.endswith(".parquet") for name in seen)
    assert found == []


def _slowly(numbers: list[int]) -> Iterator[Batch]:
    for start in range(0, len(numbers), 100):
        yield _with_city(batch(numbers[start : start + 100], ring(1)))
        time.sleep(0.02)


def _with_city(found: Batch) -> Batch:
    cities = pa.array(["a city of mine"] * found.table.num_rows, pa.string())
    return replace(found, table=found.table.append_column("city", cities))


def _content(path: Path, below: Path) -> tuple[str, bytes]:
    try:
        name = str(path.readlink()) if path.is_symlink() else str(path)
        if not name.startswith(str(below)):
            return "", b""
        return name, path.read_bytes() if path.is_file() else b""
    except OSError:
        return "", b""
