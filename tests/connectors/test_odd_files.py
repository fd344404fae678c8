"""Files that spreadsheets and exports really write, and that are easy to misread."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from audit.schema import BadInput
from connectors.files.reading import read_table

PLAIN = b"id,zip,score\nL1,02139,50\nL2,10001,60\n"
COLUMNS = {"id": ["L1", "L2"], "zip": ["02139", "10001"], "score": ["50", "60"]}
LONG = b"x" * 200_000

Put = Callable[[str, bytes], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("delimiter", [b":", b"^", b"~", b"\x1f", b"\x01"])
def test_an_unusual_delimiter_is_found(put: Put, delimiter: bytes):
    assert read_table(put("a.csv", PLAIN.replace(b",", delimiter))).table.to_pydict() == COLUMNS


@pytest.mark.parametrize("first", [b"sep=;\n", b"\xef\xbb\xbfsep=;\n", b'"sep=;"\n', b"SEP=;\n"])
def test_the_first_line_that_excel_writes_is_no_header(put: Put, first: bytes):
    read = read_table(put("a.csv", first + PLAIN.replace(b",", b";")))
    assert read.table.to_pydict() == COLUMNS
    assert read.place([0, 1]) == (3, 4)


def test_a_long_note_is_no_damage(put: Put):
    content = PLAIN.replace(b"L1", b"L1" + LONG) + b"L3,q,1,2\nL4,1,2\n"
    read = read_table(put("a.csv", content))
    assert (read.table.num_rows, read.ragged) == (3, (2,))
    assert read.place([0, 2, 3]) == (2, 4, 5)


def test_a_header_longer_than_the_sample_is_read_whole(put: Put):
    names = [f"a rather long name of a column, number {number:06}" for number in range(3_000)]
    header = ";".join(names).encode()
    assert len(header) > 1 << 16
    read = read_table(put("a.csv", header + b"\n" + b";".join([b"1"] * 3_000) + b"\n"))
    assert (read.table.column_names, read.table.num_rows) == (names, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf \r\n",
        b"\xff\xfe",
        "\n \n".encode("utf-16"),
        gzip.compress(b" ", mtime=0),
    ],
    ids=["BOM", "BOM and blank", "UTF-16 BOM", "UTF-16 blank", "gzip"],
)
def test_a_file_of_nothing_but_marks_is_empty(put: Put, content: bytes):
    with pytest.raises(BadInput, match=r"a\.csv: the file is empty"):
        read_table(put("a.csv", content))


def test_a_file_of_delimiters_names_no_column(put: Put):
    with pytest.raises(BadInput, match="the first line names no column"):
        read_table(put("a.csv", b",,,\n,,,\n"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_zero_byte_is_no_text_in_any_encoding(put: Put, encoding: str):
    with pytest.raises(BadInput, match="the file is not text"):
        read_table(put("a.csv", PLAIN.replace(b"L1", b"L1\0").decode().encode(encoding)))


def test_a_workbook_that_opens_with_a_chart_sheet_is_refused_in_one_sentence(put: Put):
    book, content = Workbook(), io.BytesIO()
    book.create_chartsheet("chart", 0)
    book.save(content)
    with pytest.raises(BadInput, match=r"a\.xlsx: .*save it again"):
        read_table(put("a.xlsx", content.getvalue()))


def test_a_parquet_text_that_is_not_utf8_is_refused_with_its_column(put: Put):
    latin = pa.array(["Málaga".encode("latin-1")] * 3).view(pa.string())
    content = io.BytesIO()
    pq.write_table(pa.table({"score": [1, 2, 3], "city": latin}), content)
    with pytest.raises(BadInput, match=r"a\.parquet: column 'city' .* not UTF-8; write it again"):
        read_table(put("a.parquet", content.getvalue()))
