"""Read contacts in batches of 100, a few at a time, in the order of their ids."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from connectors.hubspot.client import PAGE, HubSpotClient
from connectors.hubspot.records import dated_by, parse
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
    """Up to 100 contacts under the policy."""
    raw = parse(ids, client.read(ids, policy.fields), policy.fields, keyring)
    return apply_policy(policy, dated_by(raw, policy.created), keyring)


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
