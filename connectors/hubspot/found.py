"""Records by id, and proof that each was answered for: by itself, or as one that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.errors import Busy
from connectors.hubspot.answers import Document, objects, record_number
from connectors.hubspot.client import OBJECT, PAGE, HubSpotClient
from connectors.hubspot.records import missing_ids, says_missing

# Merges between the list and the read, seconds apart; more are another batch's answer.
MERGED = 10
# With history HubSpot reads half as many at once.
WITH_HISTORY = 50
# Where no property is named HubSpot shows those that it thinks best: name and mail address.
NOTHING = ("hs_object_id",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a read wants of its records."""

    fields: Sequence[str] = ()
    history: Sequence[str] = ()
    kind: str = OBJECT


def found(
    client: HubSpotClient, ids: Sequence[str], fields: Sequence[str], kind: str = OBJECT
) -> list[Document]:
    """The records of some ids, in batches; those that an answer neither brings nor names are read again.

    A record that was merged meanwhile answers as the winner, also the second time.

    Raises
    ------
    Busy
        Records are missing from the answers and nothing says why.
    """
    return [
        record
        for start in range(0, len(ids), PAGE)
        for record in _batch(client, ids[start : start + PAGE], _Asked(fields=fields, kind=kind))
    ]


def histories(client: HubSpotClient, ids: Sequence[str], names: Sequence[str]) -> list[Document]:
    """The contacts of some ids with what some properties were before, in batches of 50.

    Raises
    ------
    Busy
        As `found` does: a history that did not come would let today's score pass for the earlier one.
    """
    return [
        record
        for start in range(0, len(ids), WITH_HISTORY)
        for record in _batch(client, ids[start : start + WITH_HISTORY], _Asked(fields=NOTHING, history=names))
    ]


def _batch(client: HubSpotClient, ids: Sequence[str], what: _Asked) -> list[Document]:
    first = _read(client, [record_id for record_id in ids if record_id], what)
    second = _read(client, first.silent, what)
    others = sum(record_number(record) not in first.silent for record in second.records)
    merged = len(second.silent) <= min(others, MERGED)
    if not merged and not second.unnamed:
        msg = f"HubSpot's answers to the {what.kind.removesuffix('s')} read do not add up: pull again"
        raise Busy(msg, retry_after=60.0)
    return [*first.records, *second.records]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What one read brought, and the ids of which it said nothing.

    ``unnamed``: it said that records are gone, and not which.
    """

    records: list[Document] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    unnamed: bool = False


def _read(client: HubSpotClient, asked: Sequence[str], what: _Asked) -> _Read:
    if not asked:
        return _Read()
    document = client.read(asked, what.fields, what.history, what.kind)
    records = objects(document, "results")
    answered = {record_number(record) for record in records} | missing_ids(document)
    silent = [record_id for record_id in asked if record_id not in answered]
    return _Read(records=records, silent=silent, unnamed=says_missing(document))
