"""Leads with unmistakable names, mails and phones, and a search for them in everything that was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.parquet import encryption

from connectors.salesforce.answers import FEEDBACK
from connectors.sandbox.fields import OrgContents, Value
from connectors.sandbox.salesforce.new_org import add
from connectors.sandbox.salesforce.org import Org
from connectors.seals import Seal
from tests.journey.search import search_for

# Field names of both CRMs whose values identify a person; each value becomes a canary.
PERSONAL = (
    "LastName",
    "FirstName",
    "Email",
    "Phone",
    "MobilePhone",
    "Street",
    "lastname",
    "firstname",
    "email",
    "phone",
)
MARK = "Zqxcanary"


def planted(contents: OrgContents) -> OrgContents:
    """The same org, every personal value replaced by a canary."""
    records = tuple(_planted(record, number) for number, record in enumerate(contents.records))
    return replace(contents, records=records)


def _planted(record: Mapping[str, Value], number: int) -> dict[str, Value]:
    marked = dict(record)
    for field in PERSONAL:
        if marked.get(field) is not None:
            marked[field] = (
                f"{MARK}{field}{number}@example.com" if "mail" in field.lower() else f"{MARK}{field}{number}"
            )
    return marked


def answers_given(org: Org, leads: Sequence[str]) -> None:
    """Answers of twelve people about some leads; what is no word of ours is a canary."""
    people = [org.new_id("User") for _ in range(12)]
    for number, lead in enumerate(leads):
        verdict = ("disagree", "agree", "review")[number % 3]
        values = {
            "Lead__c": lead,
            "Verdict__c": verdict,
            "Reason__c": "score_too_low" if verdict == "disagree" and number % 2 else f"{MARK}Reason",
            "Status_Seen__c": ("ok", "review", f"{MARK}Seen")[number % 3],
            "Audit_Id__c": f"{MARK}Audit{number}",
            "CreatedById": people[number % 12],
        }
        add(org, FEEDBACK, values)


def ids_of_answers(org: Org) -> tuple[str, ...]:
    """The ids of those answers, and of the people who gave them."""
    given = org.records[FEEDBACK]
    people = {str(one["CreatedById"]) for one in given.values()}
    return (*given, *people, *(one[:15] for one in (*given, *people)))


def traces(folder: Path, *seals: Seal) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder as searchable bytes; Parquet is decrypted by one of the seals and decoded."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), _bytes(path, seals)


def _bytes(path: Path, seals: Sequence[Seal]) -> bytes:
    if path.suffix == ".parquet":
        table = next(found for seal in seals if (found := _opened(path, seal)) is not None)
        return "\n".join(str(value) for column in table.columns for value in column.to_pylist()).encode()
    return path.read_bytes()


def _opened(path: Path, seal: Seal) -> pa.Table | None:
    opening = encryption.create_decryption_properties(footer_key=seal.parquet_key)
    try:
        return pq.ParquetFile(path, decryption_properties=opening).read()
    except OSError:
        return None


def found(places: Iterator[tuple[str, bytes]], needles: tuple[str, ...]) -> list[str]:
    """Where a canary shows, as ``place: kind`` (never the value: it may be a record id)."""
    search = search_for(needles)
    return [
        f"{place}: {needle[:6].decode()}..." for place, content in places for needle in search.hits(content)
    ]
