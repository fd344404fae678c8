"""Whatever is changed in a log is found, and the place is told; with an export, without our keys as well."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors.decisions import ledger
from connectors.decisions.checkpoint import against, checkpoint_in
from connectors.decisions.export import export, verify_export
from connectors.decisions.keys import LogKeys
from connectors.decisions.segment import LEAF, START
from connectors.decisions.verify import read_chain, verify
from tests.connectors.logged import KEYS, Lead, key, log, moment, opened

QUICK = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}
LEADS, SEGMENT = 23, 7


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A log of four segments and two of one entry, an erasure; 23 leads, one more score, one lead erased."""
    place = tmp_path_factory.mktemp("log") / "org.log"
    before, ledger.SEGMENT = ledger.SEGMENT, SEGMENT
    leads = {key(n): Lead(str(n), moment(1)) for n in range(LEADS)}
    log(place, leads, moment(1))
    for at in (30, 60):
        leads[key(at)] = Lead(str(at), moment(at))
        log(place, leads, moment(at))
    with opened(place, moment(61)) as found:
        found.erase([key(4).digest])
    ledger.SEGMENT = before
    return place


@pytest.fixture
def copy(sound, tmp_path):
    place = tmp_path / "org.log"
    shutil.copytree(sound, place)
    return place


def again(sound: Path, place: Path) -> None:
    shutil.rmtree(place)
    shutil.copytree(sound, place)


def evidence(place: Path) -> list[Path]:
    return sorted(path for path in place.iterdir() if path.suffix in {".jsonl", ".leaves", ".content"})


def entry_at(path: Path, at: int, records) -> int | None:
    """The entry in which a byte of a segment's file lies; None for its head."""
    first = next(one.facts["first"] for one in records if f"{one.number:08d}" == path.stem)
    if path.suffix == ".leaves":
        return first + at // LEAF
    data, count = (
        path.read_bytes(),
        next(one.facts["count"] for one in records if f"{one.number:08d}" == path.stem),
    )
    ends = [int.from_bytes(data[START + 4 * n : START + 4 * n + 4], "little") for n in range(count + 1)]
    body = START + 4 * (count + 1)
    return next((first + n for n in range(count) if body + ends[n] <= at < body + ends[n + 1]), None)


def test_the_untouched_log_is_sound(sound):
    found = verify(sound, "", KEYS)
    assert (found.sound, found.entries, found.erased, found.records) == (True, 25, 1, 8)


@settings(max_examples=120, **QUICK)
@given(data=st.data())
def test_any_changed_byte_is_found_and_located(sound, copy, data):
    again(sound, copy)
    path = data.draw(st.sampled_from(evidence(copy)))
    text = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] ^= data.draw(st.integers(1, 255))
    records, _ = read_chain(sound, "")
    where = None if path.suffix == ".jsonl" else entry_at(path, at, records)
    line = path.read_bytes()[:at].count(b"\n") if path.suffix == ".jsonl" else int(path.stem)
    path.write_bytes(text)
    found = verify(copy, "")
    assert not found.sound
    assert found.faults[0].line is not None
    if path.suffix != ".jsonl":
        assert found.faults[0].line == line
        assert found.faults[0].day
        if where is not None:
            assert found.faults[0].entry == where
            assert f"entry {where:,}" in found.faults[0].sentence
    else:
        assert found.faults[0].line in {line, line + 1}


@settings(max_examples=60, **QUICK)
@given(data=st.data())
def test_any_cut_any_added_byte_and_any_missing_file_is_found(sound, copy, data):
    again(sound, copy)
    path = data.draw(st.sampled_from(evidence(copy)))
    text = path.read_bytes()
    deed = data.draw(st.sampled_from(["cut", "add", "remove", "swap"]))
    if deed == "remove":
        path.unlink()
    elif deed == "swap":
        other = data.draw(st.sampled_from([one for one in evidence(copy) if one.read_bytes() != text]))
        path.write_bytes(other.read_bytes())
    else:
        at = data.draw(st.integers(0, len(text) - 1))
        path.write_bytes(text[:at] if deed == "cut" else text[:at] + b"{}\n" + text[at:])
    assert not verify(copy, "").sound


LINES = 8


@settings(max_examples=60, **QUICK)
@given(
    deed=st.sampled_from(["delete", "double", "swap"]),
    one=st.integers(0, LINES - 1),
    other=st.integers(0, LINES - 1),
)
def test_lines_that_are_deleted_doubled_or_moved_are_found_at_their_place(sound, copy, deed, one, other):
    again(sound, copy)
    chain = copy / "chain.jsonl"
    lines = chain.read_bytes().splitlines(keepends=True)
    changed = list(lines)
    if deed == "delete":
        del changed[one]
    elif deed == "double":
        changed.insert(other, lines[one])
    else:
        changed[one], changed[other] = changed[other], changed[one]
    if changed == lines:
        return
    chain.write_bytes(b"".join(changed))
    found = verify(copy, "")
    first = next(n for n in range(LINES + 1) if changed[n : n + 1] != lines[n : n + 1])
    at_the_end = deed == "delete" and one == LINES - 1  # the erasure: entries are unreadable without a word
    assert not found.sound
    assert found.faults[0].line == (1 if at_the_end else first) or at_the_end


def test_two_entries_that_change_places_are_found(copy):
    for suffix in ("leaves",):
        path = copy / f"00000001.{suffix}"
        data = path.read_bytes()
        path.write_bytes(data[LEAF : 2 * LEAF] + data[:LEAF] + data[2 * LEAF :])
    (fault,) = verify(copy, "").faults
    assert (fault.line, fault.entry) == (1, 0)


def test_a_lead_that_is_hidden_without_a_word_is_found(copy):
    with opened(copy) as found, found.index.writing():
        found.index.forget([found.index.known([key(9).digest])[key(9).digest].id])
    (fault,) = verify(copy, "").faults
    assert "can be read, and the chain says" in fault.what


def test_entries_that_are_given_to_another_lead_are_found(copy):
    with opened(copy) as found, found.index.writing():
        one, other = (found.index.known([key(n).digest])[key(n).digest] for n in (1, 2))
        for new, number in ((b"-", one.id), (one.key, other.id), (other.key, one.id)):
            found.index.database.execute("UPDATE lead SET key = ? WHERE id = ?", (new, number))
    assert verify(copy, "").sound  # the chain does not hold lead keys ...
    assert "does not open" in verify(copy, "", KEYS).faults[0].what  # ... and the secrets do


def test_a_forged_line_needs_the_key(copy):
    forger = LogKeys(secret=KEYS.secret, signers=(bytes(32),))
    with opened(copy) as found:
        found.keys = forger
        with pytest.raises(BadInput, match="another master key"):
            found.drop_before(moment(99))
    other = copy.with_name("other.log")
    log(other, {key(1): Lead("1", moment(1))}, moment(1))
    known = read_chain(copy, "")[0][0].facts["public_key"]
    assert verify(other, known).sound
    forged = copy.with_name("forged.log")
    with opened(forged, moment(1), forger):
        pass
    assert "not signed with the key that is known" in verify(forged, known).faults[0].what


def test_a_broken_index_is_told_and_the_chain_is_verified_without_it(copy):
    for path in copy.glob("index.db*"):
        path.write_bytes(b"no database at all" * 400)
    (fault,) = verify(copy, "").faults
    assert "index.db" in fault.what


def exported(place: Path, folder: Path, form: str = "csv"):
    folder.mkdir()
    with opened(place, moment(70)) as found:
        return export(found, "00D1", folder, form)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_an_export_is_verified_by_somebody_without_our_keys(copy, tmp_path, form):
    point = exported(copy, tmp_path / "out", form)
    shutil.rmtree(copy)
    found = verify_export(tmp_path / "out")
    assert (found.sound, found.entries, found.erased) == (True, 25, 1), found.faults
    assert (point.entries, point.records, found.digest) == (25, 8, point.digest)
    text = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert not [n for n in range(LEADS) if key(n).hex.encode() in text or key(n).digest in text]


def test_an_export_shows_scores_under_handles(copy, tmp_path):
    exported(copy, tmp_path / "out")
    with (tmp_path / "out" / "entries.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 24
    assert {row["score"] for row in rows} == {str(n) for n in (*range(LEADS), 30, 60) if n != 4}
    assert len({row["lead"] for row in rows}) == 24
    assert json.loads(rows[0]["features"])["region"] == f"region {rows[0]['score']}"


@settings(max_examples=60, **QUICK)
@given(data=st.data())
def test_any_changed_byte_of_an_export_is_found(sound, copy, data):
    again(sound, copy)
    folder = copy.with_name("out")
    shutil.rmtree(folder, ignore_errors=True)
    exported(copy, folder, data.draw(st.sampled_from(["csv", "jsonl"])))
    path = data.draw(st.sampled_from(sorted(one for one in folder.iterdir() if one.suffix != ".pem")))
    text = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(text) - 1))
    # White space of JSON and the two ways to end a line say the same.
    is_text = path.suffix != ".leaves"
    if (is_text and chr(text[at]) in ' \r\n"') or path.name == "checkpoint.json":
        at = text.index(b"20")
    text[at] = data.draw(st.sampled_from([one for one in b"0189abzQ" if one != text[at]]))
    path.write_bytes(text)
    try:
        found = verify_export(folder)
    except BadInput:
        return
    assert not found.sound


def test_entries_that_are_missing_doubled_or_moved_in_an_export_are_found(copy, tmp_path):
    exported(copy, tmp_path / "out")
    path = tmp_path / "out" / "entries.csv"
    head, *rows = path.read_text().splitlines(keepends=True)
    for changed in (rows[1:], [rows[0], *rows], [rows[1], rows[0], *rows[2:]], rows[:-1], []):
        path.write_text("".join([head, *changed]))
        assert not verify_export(tmp_path / "out").sound


def test_a_checkpoint_that_was_kept_finds_a_log_that_was_cut_off(copy, tmp_path):
    exported(copy, tmp_path / "out")
    point = checkpoint_in((tmp_path / "out" / "checkpoint.json").read_text())
    records, _ = read_chain(copy, "")
    assert against(point, records) == ()
    (fault,) = against(point, records[:5])
    assert (fault.line, "cut off" in fault.what) == (5, True)
    other = tmp_path / "other.log"
    for at in range(1, 9):
        log(other, {key(n): Lead(str(n), moment(n)) for n in range(at)}, moment(at))
    (fault,) = against(point, read_chain(other, "")[0])
    assert "written anew" in fault.what


@pytest.mark.parametrize(
    "change", [("entries", 24), ("digest", "0" * 64), ("records", 7), ("at", "2020-01-01")]
)
def test_a_changed_checkpoint_is_refused(copy, tmp_path, change):
    exported(copy, tmp_path / "out")
    document = json.loads((tmp_path / "out" / "checkpoint.json").read_text())
    with pytest.raises(BadInput, match="signature is not good"):
        checkpoint_in(json.dumps({**document, change[0]: change[1]}))
    for text in ("", "[]", "{}", json.dumps({**document, "more": 1})):
        with pytest.raises(BadInput, match="no checkpoint"):
            checkpoint_in(text)
