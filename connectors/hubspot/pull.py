"""Groups of contacts read a few at a time, in order, while the listing runs on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from connectors.errors import ConnectorError
from connectors.hubspot.client import PAGE

# Two reads beside the listing use the budget of a portal at the latencies of the public API.
READERS = 2
AHEAD = 3
Group = TypeVar("Group")
Made = TypeVar("Made")


def in_order(groups: Iterator[Group], one: Callable[[Group], Made]) -> Iterator[Made]:
    """What ``one`` makes of each group, in their order; a few are under way at once.

    Where the groups break off, what was made of those before comes first, and the error then.
    """
    readers = ThreadPoolExecutor(READERS, thread_name_prefix="hubspot-read")
    running: deque[Future[Made]] = deque()
    broken = list[ConnectorError]()
    try:
        for group in _until_broken(groups, broken):
            running.append(readers.submit(one, group))
            if len(running) >= AHEAD:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        readers.shutdown(wait=True, cancel_futures=True)
    if broken:
        raise broken[0]


def _until_broken(groups: Iterator[Group], broken: list[ConnectorError]) -> Iterator[Group]:
    """The groups up to an error, which is noted. An error of who reads them is not theirs."""
    while True:
        try:
            group = next(groups)
        except StopIteration:
            return
        except ConnectorError as error:
            broken.append(error)
            return
        yield group


def hundreds(pages: Iterator[Sequence[str]]) -> Iterator[list[str]]:
    """The same ids in groups of 100: search pages hold 200, a page that repeats holds fewer."""
    waiting: list[str] = []
    for page in pages:
        waiting += page
        while len(waiting) >= PAGE:
            yield waiting[:PAGE]
            waiting = waiting[PAGE:]
    if waiting:
        yield waiting
