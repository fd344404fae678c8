"""A log for somebody else: what can be read, with all that is needed to verify it without us.

::

    entries.csv | entries.jsonl | entries.parquet   the entries that are not erased
    chain.jsonl  *.leaves                           as they are kept
    checkpoint.json  public-key.pem                 the signed end, and the key to check it with

Leads are known by their handle in the log, which nobody can make out of a record id. Each entry has the
salt and the exact text that its commitment is over.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit.schema import BadInput
from connectors.decisions.chain import NAME as CHAIN
from connectors.decisions.chain import Record
from connectors.decisions.checkpoint import Checkpoint, against, checkpoint_in, made, signed
from connectors.decisions.entry import Decision, decision_in
from connectors.decisions.index import unseal
from connectors.decisions.ledger import Ledger
from connectors.decisions.segment import COMMITMENT, LEAF, path_of, read_content
from connectors.decisions.verify import (
    Fault,
    Verified,
    erased_of,
    read_chain,
    segment_faults,
    standing,
    summed,
)

Form = Literal["csv", "jsonl", "parquet"]
CHECKPOINT, KEY = "checkpoint.json", "public-key.pem"
COLUMNS: tuple[str, ...] = (
    "number", "line", "lead", "score", "score_column", "scored_at", "seen_at", "model_version", "source",
    "way", "policy_version", "policy_digest", "features", "salt", "text",
)  # fmt: skip
_SCHEMA = pa.schema(
    [
        pa.field(name, pa.int64() if name in {"number", "line", "policy_version"} else pa.string())
        for name in COLUMNS
    ]
)
Row = Mapping[str, Any]
_OF_DECISION = Decision.__slots__


def export(ledger: Ledger, organisation: str, folder: Path, form: Form) -> Checkpoint:
    """Write a log into a folder; returns its checkpoint.

    Raises
    ------
    BadInput
        An entry cannot be read: the log is damaged.
    """
    point = made(ledger.records, organisation, ledger.at)
    _write_entries(folder / f"entries.{form}", form, ledger)
    shutil.copyfile(ledger.place / CHAIN, folder / CHAIN)
    for record in ledger.segments():
        name = path_of(folder, record.number, "leaves").name
        shutil.copyfile(ledger.place / name, folder / name)
    (folder / CHECKPOINT).write_text(signed(point, ledger.keys.signing[0]))
    pem = ledger.keys.signing[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / KEY).write_bytes(pem)
    return point


def _rows(ledger: Ledger) -> Iterator[list[Row]]:
    """The entries that can be read, a segment at a time."""
    sealing = ledger.keys.sealing
    for record in ledger.segments():
        first, rows = record.facts["first"], list[Row]()
        content = read_content(ledger.place, record.number, record.facts["count"])
        for number, key, sealed in ledger.index.between(first, first + record.facts["count"]):
            secret = unseal(sealing, key, sealed)
            opened = None if secret is None else content.open(number - first, secret)
            if opened is None:
                msg = f"entry {number:,} cannot be read: run fairlead log verify"
                raise BadInput(msg)
            text = opened.text.decode()
            rows.append(_row(record, number, (opened.handle.hex(), opened.salt.hex(), text)))
        yield rows


def _row(record: Record, number: int, opened: tuple[str, str, str]) -> Row:
    lead, salt, text = opened
    told = decision_in(text, number, record.facts)
    row: dict[str, Any] = {name: getattr(told, name) for name in _OF_DECISION}
    if told.features is not None:
        row["features"] = json.dumps(told.features, ensure_ascii=False)
    return {**row, "line": record.number, "lead": lead, "salt": salt, "text": text}


def _write_entries(path: Path, form: Form, ledger: Ledger) -> None:
    with ExitStack() as files:
        if form == "parquet":
            writer = files.enter_context(pq.ParquetWriter(path, _SCHEMA))
            for rows in _rows(ledger):
                # A column at a time: Arrow reads a list of rows many times slower.
                columns = [pa.array([row[one.name] for row in rows], one.type) for one in _SCHEMA]
                writer.write_table(pa.Table.from_arrays(columns, schema=_SCHEMA))
            return
        handle = files.enter_context(path.open("w", newline="", encoding="utf-8"))
        for number, rows in enumerate(_rows(ledger)):
            _write_text(handle, form, rows, first=number == 0)


def _write_text(handle: IO[str], form: Form, rows: list[Row], *, first: bool) -> None:
    if form == "jsonl":
        handle.writelines(json.dumps({name: row[name] for name in COLUMNS}) + "\n" for row in rows)
        return
    writer = csv.DictWriter(handle, COLUMNS)
    if first:
        writer.writeheader()
    writer.writerows(rows)


def verify_export(folder: Path, point: Checkpoint | None = None) -> Verified:
    """Check an export with nothing but its own files; with ``point``, against one that was kept elsewhere.

    The chain, its signatures, the checkpoint and every leaf are checked, and each entry against its leaf.

    Raises
    ------
    BadInput
        The folder is no export.
    """
    try:
        own = checkpoint_in((folder / CHECKPOINT).read_text())
    except (FileNotFoundError, UnicodeDecodeError):
        msg = f"{folder}: this is no export of a decision log ({CHECKPOINT} is missing or no text)"
        raise BadInput(msg) from None
    records, faults = read_chain(folder, (point or own).public_key)
    for one in (own, point):
        if one is not None:
            faults += against(one, records)
    for record in standing(records):
        faults += segment_faults(folder, record, content_too=False)
    faults += _entry_faults(folder, records)
    return summed(records, faults)


def _entry_faults(folder: Path, records: list[Record]) -> Iterator[Fault]:
    """Entries that are not those of the leaves, that are missing, or that are there twice."""
    erased, found, leaves = erased_of(records), Counter[int](), {one.number: one for one in standing(records)}
    try:
        for number, line, fault in _wrong_rows(folder, leaves):
            if fault:
                yield Fault(
                    entry=number, line=line, day=leaves[line].at[:10] if line in leaves else "", what=fault
                )
                return
            found[line] += 1
    except (ValueError, KeyError, TypeError, csv.Error, pa.ArrowException):
        yield Fault(what="the file of the entries is not as it was written")
        return
    for line, record in leaves.items():
        wanted = record.facts["count"] - erased[line]
        if found[line] != wanted:
            what = f"{found[line]:,} of its entries are in the export, and the chain says {wanted:,}"
            yield Fault(line=line, day=record.at[:10], what=what)


def _wrong_rows(folder: Path, leaves: Mapping[int, Record]) -> Iterator[tuple[int, int, str]]:
    """Each entry with its segment's line, and what is wrong with it."""
    last, current, data = -1, -1, b""
    for row in _read(folder):
        number, line = int(row["number"]), int(row["line"])
        record = leaves.get(line)
        at = -1 if record is None else number - record.facts["first"]
        if record is None or number <= last or not 0 <= at < record.facts["count"]:
            yield number, line, "it is not where the chain has it, or is there twice"
            return
        if current != line:
            current, data = line, _leaves(folder, line)
        yield number, line, _mismatch(row, record, data)
        last = number


def _leaves(folder: Path, line: int) -> bytes:
    path = path_of(folder, line, "leaves")
    return path.read_bytes() if path.exists() else b""


def _mismatch(row: Row, record: Record, leaves: bytes) -> str:
    """Why an entry is not what was committed to; "" where it is."""
    at = int(row["number"]) - record.facts["first"]
    try:
        made_of = bytes.fromhex(row["salt"]) + bytes.fromhex(row["lead"]) + row["text"].encode()
        same = hashlib.sha256(made_of).digest() == leaves[LEAF * at : LEAF * at + COMMITMENT]
        told = _row(record, int(row["number"]), (row["lead"], row["salt"], row["text"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "it is no entry of a log"
    if not same:
        return "it is not what the chain committed to"
    shown = {name: "" if told[name] is None else str(told[name]) for name in COLUMNS}
    read = {name: "" if row.get(name) is None else str(row[name]) for name in COLUMNS}
    # A column whose name was changed may be an empty one.
    return "" if shown == read and set(row) == set(COLUMNS) else "its columns do not say what its text says"


def _read(folder: Path) -> Iterator[Row]:
    """The entries of an export, whichever form they are in. Raises BadInput where it is not just one."""
    if len(list(folder.glob("entries.*"))) != 1:
        msg = f"{folder}: an export has one file entries.csv, entries.jsonl or entries.parquet"
        raise BadInput(msg)
    if (path := folder / "entries.parquet").exists():
        for batch in pq.ParquetFile(path).iter_batches(10_000):
            yield from batch.to_pylist()
    elif (path := folder / "entries.jsonl").exists():
        with path.open(encoding="utf-8", newline="\n") as handle:
            yield from map(json.loads, handle)
    elif (path := folder / "entries.csv").exists():
        with path.open(encoding="utf-8", newline="") as handle:
            yield from csv.DictReader(handle)
