from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from audit.schema import BadInput
from connectors.errors import Refused
from connectors.files.fingerprint import held_still
from connectors.files.flags import read_flags
from connectors.files.reading import read_names, read_table
from connectors.files.source import FileSource
from connectors.policy.parse import parse_policy
from connectors.pseudonym import Keyring
from connectors.source import Flag

PLAIN = b"id,zip,score\nL1,02139,50\nL2,10001,60\n"
COLUMNS = {"id": ["L1", "L2"], "zip": ["02139", "10001"], "score": ["50", "60"]}
KEYRING = Keyring(crm="file", organisation="leads.csv", master=bytes(32))


@pytest.fixture
def put(tmp_path: Path):
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace(b",", b";"),
        PLAIN.replace(b",", b"\t"),
        PLAIN.replace(b",", b"|"),
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b"\n", b"\r"),
        PLAIN.rstrip(),
        b"\n" + PLAIN.replace(b"L2", b"\nL2") + b"\n\n",
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.decode().encode("utf-16"),
        gzip.compress(PLAIN),
        gzip.compress(PLAIN[:10]) + gzip.compress(PLAIN[10:]),
        PLAIN.replace(b"02139", b'"02139"').replace(b"id,", b'"id",'),
    ],
    ids=[
        "comma",
        "semicolon",
        "tab",
        "bar",
        "crlf",
        "cr",
        "unended",
        "blanks",
        "bom",
        "utf16",
        "gzip",
        "members",
        "quotes",
    ],
)
def test_a_csv_reads_the_same_however_it_is_written(put, content: bytes):
    assert read_table(put("leads.csv", content)).table.to_pydict() == COLUMNS


def test_a_decimal_comma_does_not_mislead_the_delimiter(put):
    content = "Id;Name, Vorname;Score\n1;Ä;1,5\n2;B;2,5\n".encode()
    assert read_table(put("l.csv", content)).table.column_names == ["Id", "Name, Vorname", "Score"]


def test_a_single_column_is_a_table(put):
    assert read_table(put("l.csv", b"score\n1\n2\n")).table.to_pydict() == {"score": ["1", "2"]}


def test_an_unnamed_column_is_called_by_its_number(put):
    assert read_names(put("l.csv", b",a\n0,x\n")) == ("column 1", "a")


@pytest.mark.parametrize(
    ("encoding", "kept"), [("latin-1", "Málaga"), ("cp1252", "Málaga €"), ("utf-8", "Málaga €")]
)
def test_accents_survive_and_a_guess_is_said(put, encoding: str, kept: str):
    file = read_table(put("l.csv", f"id,town\n1,{kept}\n".encode(encoding)))
    assert file.table["town"].to_pylist() == [kept]
    assert bool(file.notes) == (encoding != "utf-8")
    assert all("Windows-1252" in note for note in file.notes)


def test_lines_are_those_of_the_file_though_values_hold_line_ends(put):
    content = b'id,note\n\n"a","one\ntwo"\n\nb,x\nc,"y\r\nz"\nd,w\n'
    file = read_table(put("l.csv", content))
    assert file.table["id"].to_pylist() == ["a", "b", "c", "d"]
    assert file.place([0, 1, 2, 3]) == (3, 6, 7, 9)
    assert file.place([3, 0]) == (9, 3)


def test_a_row_of_the_wrong_width_is_set_aside_with_its_line(put):
    file = read_table(put("l.csv", b"id,score\nL1,1\nL2\nL3,3,3\nL4,4\n"))
    assert file.table["id"].to_pylist() == ["L1", "L4"]
    assert file.ragged == (1, 2)
    assert file.records == 4
    assert file.place(file.ragged) == (3, 4)
    assert [file.record(row) for row in range(2)] == [0, 3]
    assert file.place([file.record(1)]) == (5,)


def test_only_the_columns_asked_for_are_kept(put):
    for content in (PLAIN, PLAIN + b"ragged\n"):
        assert read_table(put("l.csv", content), ("score", "id")).table.column_names == ["score", "id"]


SENTENCES = [
    ("a.csv", b"", "a.csv: the file is empty"),
    ("a.csv", b" \n\n", "a.csv: the file is empty"),
    ("a.csv", b"id,score\n", "has column names but no rows"),
    ("a.csv", b"id,score", "has column names but no rows"),
    ("a.csv", b"id,score,id\n1,2,3\n", "the header has 'id' more than once"),
    ("a.csv", b"1,50\n2,60\n", "the first line holds data, not column names"),
    ("a.csv", b"Jane,jane@example.com,urban\nJo,jo@example.com,rural\n", "the first line holds data"),
    ("a.csv", b'id,score\nL1,"50\nL2,60\nL3,70\n', "line 2 opens a quotation mark that is never closed"),
    ("a.csv", b'id,score\nL1,50\nL2,"60\nL3,70\n', "line 3 opens a quotation mark that is never closed"),
    ("a.csv", b"id\0score\n", "the file is not text"),
    ("a.csv.gz", gzip.compress(PLAIN * 50, mtime=0)[:-5], "the file ends in the middle"),
    ("a.csv.gz", gzip.compress(PLAIN * 50, mtime=0)[:40], "the file ends in the middle"),
    ("a.csv.gz", gzip.compress(PLAIN, mtime=0)[:-8] + bytes(8), "the gzip file is damaged"),
    ("a.csv.gz", PLAIN, "the name says gzip, but the file is not"),
    ("a.xlsx", PLAIN, "is not an Excel workbook, or it is damaged"),
    ("a.xlsx", b"PK\x03\x04 and more", "is not an Excel workbook, or it is damaged"),
    ("a.xls", b"\xd0\xcf\x11\xe0 and more", "save it as .xlsx"),
    ("a.parquet", b"PAR1 and more", "is not a Parquet file, or it is damaged"),
    ("a.parquet", PLAIN, "is not a Parquet file, or it is damaged"),
    ("a.csv", PLAIN.decode().encode("utf-16")[:-1], "the UTF-16 text is damaged"),
]


@pytest.mark.parametrize(("name", "content", "sentence"), SENTENCES)
def test_a_file_that_cannot_be_read_says_why(put, name: str, content: bytes, sentence: str):
    with pytest.raises(BadInput) as caught:
        read_table(put(name, content))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "example.com" not in str(caught.value)


@pytest.mark.parametrize(
    "header", [b"id,score,won,region,2019,2020,2021,2022,2023", b"id,score@today,won", b"2024,2025,region"]
)
def test_a_header_of_years_or_with_an_at_sign_is_a_header(put, header: bytes):
    content = header + b"\n" + b",".join([b"1"] * (header.count(b",") + 1)) + b"\n"
    assert read_table(put("l.csv", content)).table.column_names == header.decode().split(",")


def test_a_parquet_file_with_views_of_texts_can_be_filtered(tmp_path: Path):
    path = tmp_path / "l.parquet"
    views = {"a": pa.array(["x", None, "y"], pa.string_view()), "b": pa.array([b"x"] * 3, pa.binary_view())}
    pq.write_table(pa.table(views), path)
    found = read_table(path).table.filter(pa.array([True, False, True]))
    assert found.to_pydict() == {"a": ["x", "y"], "b": [b"x", b"x"]}


def test_a_folder_and_a_missing_file_say_so(tmp_path: Path):
    with pytest.raises(BadInput, match="this is a folder"):
        read_table(tmp_path)
    with pytest.raises(BadInput, match="there is no such file"):
        read_table(tmp_path / "none.csv")


def test_a_pipe_says_so_and_is_not_emptied(tmp_path: Path):
    pipe = tmp_path / "leads.csv"
    os.mkfifo(pipe)
    with pytest.raises(BadInput, match="not a file but a pipe"):
        read_table(pipe)
    with pytest.raises(BadInput, match="not a file but a pipe"), held_still(pipe):
        pass


def test_the_digest_is_of_what_was_read(put):
    path = put("a.csv", PLAIN)
    with held_still(path) as digest:
        read_table(path)
    assert digest == hashlib.sha256(PLAIN).hexdigest()


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(PLAIN * 2), Path.unlink, Path.touch])
def test_a_file_that_changes_while_it_is_read_is_refused(put, change):
    path = put("a.csv", PLAIN)
    os.utime(path, ns=(1, 1))
    told = pytest.raises(BadInput, match=r"was changed while it was read|there is no such file")
    with told, held_still(path):
        change(path)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.append(["id", "score", "ok", "when"])
    sheet.append(["02", 60.0, True, datetime(2026, 1, 31)])  # noqa: DTZ001 - Excel knows no time zones
    sheet.append([])
    sheet.append(["03", 60.5])
    sheet.append(["04", 1, False, None, "too much"])
    book.create_sheet("other")
    book.save(tmp_path / "leads.xlsx")
    return tmp_path / "leads.xlsx"


def test_an_excel_sheet_is_read_as_it_shows(workbook: Path):
    file = read_table(workbook)
    assert file.table.to_pydict() == {
        "id": ["02", "03"],
        "score": ["60", "60.5"],
        "ok": ["true", ""],
        "when": ["2026-01-31", ""],
    }
    assert file.unit == "row"
    assert file.ragged == (2,)
    assert file.place([0, 1, 2]) == (2, 4, 5)
    assert "only the first sheet" in file.notes[0]


def test_a_workbook_is_known_by_its_contents(workbook: Path):
    renamed = workbook.rename(workbook.with_suffix(".csv"))
    assert read_names(renamed) == ("id", "score", "ok", "when")


def test_a_workbook_cut_short_is_damaged(workbook: Path):
    workbook.write_bytes(workbook.read_bytes()[:2000])
    with pytest.raises(BadInput, match="damaged"):
        read_table(workbook)


def test_parquet_keeps_its_types(tmp_path: Path):
    table = pa.table({"score": pa.array([1.5, None]), "region": pa.array(["a", "b"]).dictionary_encode()})
    pq.write_table(table, tmp_path / "region=x.parquet")
    file = read_table(tmp_path / "region=x.parquet")
    assert file.table.equals(table)
    assert file.place([1]) == (2,)


def test_parquet_cut_short_is_damaged(tmp_path: Path):
    pq.write_table(pa.table({"a": list(range(1000))}), tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(content[:-30])
    with pytest.raises(BadInput, match="damaged or cut off"):
        read_table(tmp_path / "a.parquet")


fields = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=100)
@given(st.lists(st.lists(fields, min_size=1, max_size=4), min_size=1, max_size=12), st.sampled_from(",;\t|"))
def test_no_record_is_lost(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str):
    """Whatever was written with csv comes back: the rows as wide as the header, and the count of others."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["alpha", "beta", "gamma"], ["x", "y", "z"], *rows])
    path = tmp_path_factory.mktemp("csv") / "leads.csv"
    path.write_bytes(text.getvalue().encode())
    file = read_table(path)
    good = [["x", "y", "z"], *(row for row in rows if len(row) == 3)]
    assert [list(row.values()) for row in file.table.to_pylist()] == good
    assert file.records == len(rows) + 1
    assert len(file.place(range(file.records))) == file.records


LEADS = b"""id,region,created,opt_out,mail
L1,urban,2026-01-01,false,canary1@example.com
L2,rural,2026-01-02T10:00:00Z,TRUE,canary2@example.com
L2,rural,2026-01-02,false,canary3@example.com
,rural,2026-01-02,false,canary4@example.com
L5,rural,soon,false,canary5@example.com
L6,rural
L7,,2026-01-03,,canary7@example.com
"""
POLICY = parse_policy(
    '[policy]\nname = "p"\ncrm = "file"\nobject = "Lead"\ncreated = "created"\nexclude_when = ["opt_out"]\n'
    '[[rule]]\nfield = "region"\noperator = "keep"\n'
)


@pytest.fixture
def source(put, tmp_path: Path) -> FileSource:
    path = put("leads.csv", LEADS)
    return FileSource(path=path, keyring=KEYRING, flags_path=tmp_path / "flags.csv", key="id")


def test_a_pull_accounts_for_every_record(source: FileSource):
    (batch,) = source.pull(POLICY)
    assert batch.rejected == {
        "wrong_number_of_columns": 1,
        "key_missing": 1,
        "duplicate_key": 1,
        "created_not_a_date": 1,
    }
    assert batch.excluded == {"opt_out": 1}
    assert batch.table["region"].to_pylist() == ["urban", None]
    assert batch.table["lead_key"].to_pylist() == [KEYRING.lead_key(key).hex for key in ("L1", "L7")]
    assert batch.read == source.count() == 7
    assert batch.read == batch.table.num_rows + sum(batch.rejected.values()) + sum(batch.excluded.values())


def test_what_the_policy_does_not_name_is_not_read(put, tmp_path: Path):
    asked: list[tuple[str, ...]] = []

    def read(path: Path, columns):
        asked.append(tuple(columns))
        return read_table(path, columns)

    path = put("leads.csv", LEADS)
    spied = FileSource(path=path, keyring=KEYRING, flags_path=tmp_path / "flags.csv", key="id", read=read)
    list(spied.pull(POLICY))
    spied.count()
    assert {name for columns in asked for name in columns} == {"id", "region", "created", "opt_out"}


def test_a_file_that_was_not_written_since_brings_nothing(source: FileSource):
    written = datetime.fromtimestamp(source.path.stat().st_mtime, tz=UTC)
    assert list(source.pull(POLICY, since=written + timedelta(seconds=1))) == []
    assert len(list(source.pull(POLICY, since=written - timedelta(seconds=1)))) == 1


def test_a_sample_is_short(source: FileSource):
    assert source.sample(POLICY, 1).table.num_rows == 1


def test_without_a_key_column_the_record_number_is_the_id(put, tmp_path: Path):
    path = put("leads.csv", b"region,created\na,2026-01-01\nragged\nb,2026-01-02\n")
    undated = parse_policy(
        '[policy]\nname = "p"\ncrm = "file"\nobject = "L"\n[[rule]]\nfield = "region"\noperator = "keep"\n'
    )
    (batch,) = FileSource(path=path, keyring=KEYRING, flags_path=tmp_path / "f.csv").pull(undated)
    assert batch.table["lead_key"].to_pylist() == [KEYRING.lead_key(key).hex for key in ("1", "3")]
    assert batch.table["cohort_day"].null_count == 0


def test_a_file_of_many_leads_comes_in_batches(put, tmp_path: Path):
    rows = "".join(f"L{row},a,2026-01-01,false,x\n" for row in range(25_000))
    path = put("leads.csv", b"id,region,created,opt_out,mail\n" + rows.encode())
    batches = list(
        FileSource(path=path, keyring=KEYRING, flags_path=tmp_path / "f.csv", key="id").pull(POLICY)
    )
    assert [batch.table.num_rows for batch in batches] == [10_000, 10_000, 5_000]


def test_a_damaged_file_is_refused_before_the_first_batch(put, tmp_path: Path):
    path = put("leads.csv.gz", gzip.compress(LEADS)[:-9])
    damaged = FileSource(path=path, keyring=KEYRING, flags_path=tmp_path / "flags.csv", key="id")
    with pytest.raises(Refused, match="ends in the middle"):
        next(damaged.pull(POLICY))


def test_a_column_that_the_policy_names_and_the_file_has_not_is_refused(put, tmp_path: Path):
    path = put("leads.csv", LEADS.replace(b"region", b"Region"))
    other = FileSource(path=path, keyring=KEYRING, flags_path=tmp_path / "flags.csv", key="id")
    with pytest.raises(Refused, match="no column 'region'; did you mean 'Region'"):
        next(other.pull(POLICY))


def flag(reason: str) -> Flag:
    return Flag(status="review", reason=reason, audit_id="a1", checked_at=datetime(2026, 2, 1, tzinfo=UTC))


def test_flags_are_written_once_and_taken_away_where_there_is_none_any_more(source: FileSource):
    first = source.publish({KEYRING.lead_key("L1"): flag("one"), KEYRING.lead_key("gone"): flag("x")})
    assert (first.listed, first.written, first.unchanged, first.unknown) == (4, 1, 0, 3)
    again = source.publish({KEYRING.lead_key("L1"): flag("one"), KEYRING.lead_key("L7"): flag("two")})
    assert (again.written, again.unchanged, again.unknown) == (1, 1, 2)
    later = source.publish({KEYRING.lead_key("L7"): flag("three")})
    assert (later.written, later.cleared, later.unchanged, later.unknown) == (1, 1, 0, 2)
    assert {key: row[2] for key, row in read_flags(source.flags_path).items()} == {"L7": "three"}
    assert sorted(path.name for path in source.path.parent.iterdir()) == ["flags.csv", "leads.csv"]


def test_flags_that_cannot_be_written_are_refused(put, tmp_path: Path):
    path = put("leads.csv", LEADS)
    lost = FileSource(path=path, keyring=KEYRING, flags_path=tmp_path / "none" / "flags.csv", key="id")
    with pytest.raises(Refused, match="cannot be written"):
        lost.publish({KEYRING.lead_key("L1"): flag("one")})
