"""A query read in steps, each of which can be kept for good before the next: by REST or by a bulk job.

A step is a page after the policy, and what is needed to go on behind it. Nothing of a page is handed on
before the whole of it came and its rows were counted against what Salesforce announced.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import dropwhile, islice
from typing import Any

from connectors.errors import Busy, Refused
from connectors.policy.apply import apply_policy
from connectors.policy.model import Policy
from connectors.pseudonym import Keyring
from connectors.salesforce.bulk_query import (
    DOING,
    Patience,
    QueryJob,
    announced_records,
    listed,
    next_locator,
)
from connectors.salesforce.csv_page import Cut, csv_only, results_only, rows
from connectors.salesforce.gateway import Gateway, Request
from connectors.salesforce.page_tries import whole_page
from connectors.salesforce.query import Soql, announced, link_behind, records_in
from connectors.salesforce.records import parse
from connectors.salesforce.trouble import incomplete
from connectors.salesforce.typed import columns_of
from connectors.source import Batch
from connectors.summing import Summed

# From so many records on, several pages are read at once; below, smaller pages keep progress more often.
PARALLEL, AT_ONCE = 100_000, 3
CHUNK = 1_000
# The job or the cursor is gone: the query must be asked anew.
GONE = frozenset({"NOT_FOUND", "HTTP_404", "HTTP_409", "API_VERSION_MISMATCH", "INVALID_QUERY_LOCATOR"})
GONE_TOO = frozenset({"INVALIDLOCATOR", "INVALID_LOCATOR", "INVALIDJOBSTATE"})


class Stale(Exception):
    """What an earlier process left cannot be gone on with: the job or the cursor has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page. ``reached`` is plain JSON; ``expected`` is how many records the whole query has."""

    batch: Batch
    reached: Mapping[str, Any]
    expected: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads leads of one org under one policy. ``types`` are the fields' types, by lower-case name."""

    gateway: Gateway = field(repr=False)
    policy: Policy
    keyring: Keyring = field(repr=False)
    types: Mapping[str, str]
    patience: Patience

    def rest(self, query: Soql, reached: Mapping[str, Any]) -> Iterator[Step]:
        """By REST, from the start or behind a step.

        Raises
        ------
        Stale
            The cursor behind ``reached`` has ended.
        Refused, Busy
            As the gateway does.
        """
        doing, links = "lead pull", set[str]()
        link, expected = reached.get("link"), reached.get("expected")
        try:
            document = self.gateway.query_more(link, doing) if link else self.gateway.query(query.text, doing)
        except (Busy, Refused) as error:
            if link and error.code in GONE:
                raise Stale from None
            raise
        expected = expected if link else announced(document)
        while True:
            raw = parse(records_in(document, doing), self.policy.fields, self.keyring)
            link = None if document.get("done") is True else link_behind(document, doing)
            batch = apply_policy(self.policy, raw, self.keyring)
            yield Step(batch=batch, reached={"link": link, "done": link is None}, expected=expected)
            if link is None:
                return
            if link in links or not batch.read:
                raise incomplete(doing)
            links.add(link)
            document = self.gateway.query_more(link, doing)

    def bulk(self, job: QueryJob, reached: Mapping[str, Any]) -> Iterator[Step]:
        """By a bulk job, from the start or behind a step.

        Raises
        ------
        Stale
            The job has ended, or is no longer there.
        Refused, Busy
            As the gateway does.
        """
        try:
            expected = job.wait(self.patience)
            pages = self._pages(job, str(reached.get("next") or ""), expected)
            for batch, behind in pages:
                noted = {"job": job.id, "next": behind, "done": behind is None}
                yield Step(batch=batch, reached=noted, expected=expected)
        except Refused as error:
            if error.code in GONE | GONE_TOO:
                raise Stale from None
            raise

    def _pages(self, job: QueryJob, start: str, expected: int | None) -> Iterator[tuple[Batch, str | None]]:
        done: str | None = start
        if expected is not None and expected > PARALLEL:
            try:
                for batch, done in self._at_once(job, start):
                    yield batch, done
            except (Busy, Refused) as error:
                if not _go_singly(error):
                    raise
        seen = set[str]()
        while done is not None:
            if done in seen:
                raise incomplete(DOING)
            seen.add(done)
            batch, done = self._page(job.behind(done))
            yield batch, done

    def _at_once(self, job: QueryJob, start: str) -> Iterator[tuple[Batch, str | None]]:
        """Several pages at once, handed on in their order, and never many ahead."""
        pages = dropwhile(lambda page: start not in {"", page.locator}, job.announced())
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ahead: deque[Future[tuple[Batch, str | None]]] = deque()
            for page in islice(pages, AT_ONCE):
                ahead.append(pool.submit(self._page, listed(page)))
            try:
                while ahead:
                    yield ahead.popleft().result()
                    ahead += [pool.submit(self._page, listed(page)) for page in islice(pages, 1)]
            finally:
                for waiting in ahead:
                    waiting.cancel()

    def _page(self, request: Request) -> tuple[Batch, str | None]:
        """One page, and the locator behind it."""
        return whole_page(lambda unended: self._whole(request, unended=unended), self.patience)

    def _whole(self, request: Request, *, unended: bool) -> tuple[Batch, str | None]:
        """One page.

        Raises
        ------
        Cut
            It has not as many rows as it announces, or a row is broken.
        """
        summed = Summed()
        with self.gateway.stream(request, DOING) as stream:
            found = rows(csv_only(stream), unended=unended)
            header = results_only(next(found, None))
            columns = columns_of(header or ("Id", *self.policy.fields), self.policy.fields, self.types)
            while chunk := list(islice(found, CHUNK)):
                summed.add(apply_policy(self.policy, columns.raw(chunk, self.keyring), self.keyring))
            headers = stream.headers
        if announced_records(headers) not in {None, summed.read}:
            raise Cut
        return summed.batch(self.policy), next_locator(headers)


def _go_singly(error: Busy | Refused) -> bool:
    """Whether the pages may come one by one where listed ones did not.

    They are as large as Salesforce likes, and what is too large goes in smaller ones; or there is no
    list. Where the job itself is gone, the next page says so too.
    """
    return error.code in GONE if isinstance(error, Refused) else not error.code
