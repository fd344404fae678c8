"""A part of a log as a page shows it: the right entries in order, beside a writer, and no more is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors.decisions import index as indexes
from connectors.decisions.chain import NAME
from connectors.decisions.look import Asked, Part, by_day, chain_of, part_of
from tests.connectors.logged import KEYS, Lead, history, key, log, moment, opened

DAYS = (24, 48, 72)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Ten leads of one day, three of which got another score on the next, and two on the day after."""
    folder, leads = tmp_path / "org.log", {key(n): Lead(str(n), moment(1)) for n in range(10)}
    for at, changed in zip(DAYS, ((), (0, 1, 2), (0, 5)), strict=True):
        for n in changed:
            leads[key(n)].rescore(f"{n}.{at}", moment(at))
        log(folder, leads, moment(at))
    return folder


def look(place: Path, **asked: object) -> Part:
    return part_of(place, KEYS, chain_of(place), Asked(**asked))  # type: ignore[arg-type]


def every(place: Path, limit: int, **asked: object) -> list[tuple[str, str | None]]:
    """All entries, page by page."""
    found, before = [], None
    while True:
        part = look(place, limit=limit, before=before, **asked)
        assert len(part.entries) <= limit
        found += [(one.lead, one.decision.score, one.decision.number) for one in part.entries]
        if part.before is None:
            numbers = [number for _, _, number in found]
            assert numbers == sorted(set(numbers), reverse=True)
            return [(lead, score) for lead, score, _ in found]
        before = part.before


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_together_are_the_log_newest_first(place: Path, limit: int):
    found = every(place, limit)
    assert len(found) == 15
    assert set(found[:2]) == {(key(0).hex, "0.72"), (key(5).hex, "5.72")}
    assert set(found[2:5]) == {(key(n).hex, f"{n}.48") for n in range(3)}
    assert set(found[5:]) == {(key(n).hex, str(n)) for n in range(10)}


def test_a_day_and_a_lead_are_found(place: Path):
    days = [moment(at)[:10] for at in DAYS]
    assert by_day(chain_of(place)) == tuple(zip(reversed(days), (2, 3, 10), strict=True))
    assert len(every(place, 2, day=days[1])) == 3
    assert every(place, 2, lead=key(0)) == [(key(0).hex, "0.72"), (key(0).hex, "0.48"), (key(0).hex, "0")]
    assert every(place, 2, lead=key(0), day=days[1]) == [(key(0).hex, "0.48")]
    assert every(place, 2, lead=key(99)) == []
    assert every(place, 2, day="2001-01-01") == []


def test_who_is_erased_or_dropped_is_not_shown(place: Path):
    with opened(place, moment(80)) as ledger:
        ledger.erase([key(0).digest])
        assert [one for one, _ in every(place, 3)].count(key(0).hex) == 0
        assert len(every(place, 3)) == 12
        ledger.drop_before(moment(30))
    assert len(every(place, 3)) == 3
    assert [count for _, count in by_day(chain_of(place))] == [2, 3]


def test_it_is_read_while_somebody_holds_the_log(place: Path):
    before = sorted((path.name, path.read_bytes()) for path in place.iterdir() if path.suffix != ".db-shm")
    with opened(place, moment(80)), indexes.open_index(place) as writer:
        writer.database.execute("BEGIN IMMEDIATE")
        assert len(every(place, 4)) == 15
        writer.database.execute("ROLLBACK")
    after = {path.name: path.read_bytes() for path in place.iterdir()}
    assert all(after[name] == data for name, data in before if not name.startswith("index.db"))


def test_only_what_is_shown_comes_from_the_disk(place: Path):
    """The segments of other days may be broken: nobody reads them."""
    oldest = min(place.glob("*.content"))
    oldest.write_bytes(b"")
    assert len(look(place, limit=5).entries) == 5
    with pytest.raises(BadInput, match="run fairlead log verify"):
        look(place, limit=6)
    oldest.unlink()
    assert len(look(place, limit=5).entries) == 5


def test_a_file_that_the_chain_names_and_that_is_gone_is_told(place: Path):
    known = chain_of(place)
    min(place.glob("*.content")).unlink()
    with pytest.raises(BadInput, match="run fairlead log verify"):
        part_of(place, KEYS, known, Asked(limit=6))


def test_what_retention_took_meanwhile_is_not_missed(place: Path):
    known = chain_of(place)
    with opened(place, moment(80)) as ledger:
        ledger.drop_before(moment(30))
    assert len(part_of(place, KEYS, known, Asked(limit=50)).entries) == 5


@pytest.mark.parametrize(
    "wrong", [{"number": "0"}, {"number": 1 << 70}, {"facts": {"first": 1 << 70, "count": 1}}]
)
def test_a_line_that_counts_in_what_is_no_count_is_damage(place: Path, wrong: dict[str, object]):
    lines = (place / NAME).read_text().splitlines()
    record = next(json.loads(one)["record"] for one in lines if '"kind":"entries"' in one)
    (place / NAME).write_text("\n".join([*lines, json.dumps({"record": {**record, **wrong}})]) + "\n")
    with pytest.raises(BadInput, match="is damaged"):
        chain_of(place)


def test_damage_is_told_in_a_sentence(place: Path):
    (place / "index.db").write_bytes(b"no database, and long enough to be taken for one" * 40)
    with pytest.raises(BadInput, match="index of the decision log"):
        look(place)
    with (place / NAME).open("ab") as chain:
        chain.write(b"{}\n")
    with pytest.raises(BadInput, match="is damaged"):
        chain_of(place)


@given(st.lists(st.lists(st.integers(0, 6), max_size=4), min_size=1, max_size=5), st.integers(1, 7))
def test_a_lead_has_the_history_that_the_log_has(tmp_path_factory, rounds, limit):
    folder = tmp_path_factory.mktemp("look") / "org.log"
    leads = {key(n): Lead(str(n), moment(1)) for n in range(7)}
    for at, changed in enumerate(rounds, start=2):
        for n in changed:
            leads[key(n)].rescore(f"{n}.{at}", moment(at))
        log(folder, leads, moment(at))
    shown = every(folder, limit)
    for n in range(7):
        wanted = [score for score, _ in reversed(history(folder, key(n)))]
        assert [score for lead, score in shown if lead == key(n).hex] == wanted
        assert [score for _, score in every(folder, limit, lead=key(n))] == wanted
