"""Read contacts in batches of 100, a few at a time, in the order of their ids."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from connectors.errors import Busy
from connectors.hubspot.answers import Document, objects, record_number
from connectors.hubspot.client import PAGE, HubSpotClient
from connectors.hubspot.records import dated_by, missing_ids, parse
from connectors.policy.apply import apply_policy
from connectors.policy.model import Policy
from connectors.pseudonym import Keyring
from connectors.source import Batch

# Two reads beside the listing use the budget of a portal at the latencies of the public API.
READERS = 2
AHEAD = 3


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
    records, left = _read(client, [record_id for record_id in ids if record_id], fields)
    again, lost = _read(client, left, fields)
    if len(again) < len(lost):
        msg = "HubSpot's answers to the contact read do not add up: pull again"
        raise Busy(msg, retry_after=60.0)
    return [*records, *again]


def _read(
    client: HubSpotClient, asked: Sequence[str], fields: Sequence[str]
) -> tuple[list[Document], list[str]]:
    """What one read brought, and the ids of which it said nothing."""
    if not asked:
        return [], []
    document = client.read(asked, fields)
    came = objects(document, "results")
    answered = {record_number(record) for record in came} | missing_ids(document, asked)
    return came, [record_id for record_id in asked if record_id not in answered]


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
