"""Read contacts in batches of 100, a few at a time, in the order of their ids."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from connectors.errors import Busy
from connectors.hubspot.answers import Document, objects, record_number
from connectors.hubspot.client import PAGE, HubSpotClient
from connectors.hubspot.records import dated_by, missing_ids, parse, says_missing
from connectors.policy.apply import apply_policy
from connectors.policy.model import Policy
from connectors.pseudonym import Keyring
from connectors.source import Batch

# Two reads beside the listing use the budget of a portal at the latencies of the public API.
READERS = 2
AHEAD = 3
# Merges between the list and the read, seconds apart; more are another batch's answer.
MERGED = 10


def read_batches(
    client: HubSpotClient, ids: Iterator[Sequence[str]], policy: Policy, keyring: Keyring
) -> Iterator[Batch]:
    """Each group of ids as a batch under the policy, in order; listing runs on while batches are read."""

    def one(asked: Sequence[str]) -> Batch:
        return read_batch(client, asked, policy, keyring)

    readers = ThreadPoolExecutor(READERS, thread_name_prefix="hubspot-read")
    try:
        yield from _in_order(readers, one, _hundreds(ids))
    finally:
        readers.shutdown(wait=True, cancel_futures=True)


def read_batch(client: HubSpotClient, ids: Sequence[str], policy: Policy, keyring: Keyring) -> Batch:
    """Up to 100 contacts under the policy.

    Raises
    ------
    Busy
        Contacts are missing from the answers and nothing says why.
    """
    raw = parse(ids, _found(client, ids, policy.fields), policy.fields, keyring)
    return apply_policy(policy, dated_by(raw, policy.created), keyring)


def _found(client: HubSpotClient, ids: Sequence[str], fields: Sequence[str]) -> list[Document]:
    """The records of a batch read; those that it neither brings nor names as missing are read again.

    A contact that was merged meanwhile answers as the winner, also the second time.
    """
    first = _read(client, [record_id for record_id in ids if record_id], fields)
    second = _read(client, first.silent, fields)
    others = sum(record_number(record) not in first.silent for record in second.records)
    merged = len(second.silent) <= min(others, MERGED)
    if not merged and not second.unnamed:
        msg = "HubSpot's answers to the contact read do not add up: pull again"
        raise Busy(msg, retry_after=60.0)
    return [*first.records, *second.records]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What one read brought, and the ids of which it said nothing.

    ``unnamed``: it said that contacts are gone, and not which.
    """

    records: list[Document] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    unnamed: bool = False


def _read(client: HubSpotClient, asked: Sequence[str], fields: Sequence[str]) -> _Read:
    if not asked:
        return _Read()
    document = client.read(asked, fields)
    records = objects(document, "results")
    answered = {record_number(record) for record in records} | missing_ids(document)
    silent = [record_id for record_id in asked if record_id not in answered]
    return _Read(records=records, silent=silent, unnamed=says_missing(document))


def _in_order(
    readers: ThreadPoolExecutor, one: Callable[[Sequence[str]], Batch], groups: Iterator[Sequence[str]]
) -> Iterator[Batch]:
    running: deque[Future[Batch]] = deque()
    for group in groups:
        running.append(readers.submit(one, group))
        if len(running) >= AHEAD:
            yield running.popleft().result()
    while running:
        yield running.popleft().result()


def _hundreds(pages: Iterator[Sequence[str]]) -> Iterator[list[str]]:
    """The same ids in groups of 100: search pages hold 200, a page that repeats holds fewer."""
    waiting: list[str] = []
    for page in pages:
        waiting += page
        while len(waiting) >= PAGE:
            yield waiting[:PAGE]
            waiting = waiting[PAGE:]
    if waiting:
        yield waiting
