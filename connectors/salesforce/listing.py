"""Plain lists of a few fields of an object, by REST or, where they are long, by a bulk job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from connectors.errors import Busy, Refused
from connectors.salesforce.bulk_query import (
    DOING,
    Patience,
    QueryJob,
    announced_records,
    begin,
    next_locator,
)
from connectors.salesforce.csv_page import Cut, csv_only, results_only, rows
from connectors.salesforce.distinct import Distinct
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.page_tries import whole_page
from connectors.salesforce.query import Soql, pages
from connectors.salesforce.records import text_at, text_of
from connectors.salesforce.trouble import incomplete

# From so many records on, a bulk job costs less than pages of 2,000.
BULK = 10_000
# The object is one that bulk jobs do not read.
_NOT_IN_BULK = frozenset({"INVALIDENTITY", "API_ERROR", "INVALIDJOB"})
Row = tuple[str | None, ...]


def count(gateway: Gateway, query: Soql, doing: str, *, in_body: bool = False) -> int:
    """How many records a query has now; one that names a record goes ``in_body``."""
    total = gateway.query(query.counting, doing, in_body=in_body).get("totalSize")
    if not isinstance(total, int):
        raise incomplete(doing)
    return total


def rows_of(gateway: Gateway, query: Soql, patience: Patience, doing: str) -> Iterator[Row]:
    """The records of a query, each as the texts of its fields in the query's order; its first field is Id.

    Raises
    ------
    Refused, Busy
        The list is not whole.
    """
    if count(gateway, query, doing) >= BULK:
        try:
            job = begun(gateway, query, patience)
        except Refused as error:
            if error.code not in _NOT_IN_BULK:
                raise
        else:
            yield from _bulk(job, query, patience)
            return
    for records in pages(gateway, query, doing):
        for record in records:
            yield tuple(text_at(record, name) for name in query.fields)


def begun(gateway: Gateway, query: Soql, patience: Patience) -> QueryJob:
    """The job of a query: the one that a killed process began for the same sync, else a new one.

    Its results are kept for seven days. They are from after the sync began, as they would be now.
    """
    earlier = gateway.notes.resumable(query.text)
    if not earlier:
        return begin(gateway, query)
    job = QueryJob(gateway=gateway, id=earlier)
    try:
        job.wait(patience)
    except (Refused, Busy):
        job.discard()
        gateway.notes.gone_by_id(earlier)
        return begin(gateway, query)
    return job


def _bulk(job: QueryJob, query: Soql, patience: Patience) -> Iterator[Row]:
    try:
        expected, locator, came, seen = job.wait(patience), "", Distinct(), {""}
        while True:
            page, behind = whole_page(partial(_whole, job, query.fields, locator), patience)
            came.add(row[0] for row in page)
            yield from page
            if behind is None:
                break
            if behind in seen:
                raise incomplete(DOING)
            seen.add(behind)
            locator = behind
        if expected is not None and came.different < expected:
            raise incomplete(DOING)
    finally:
        job.delete()


def _whole(job: QueryJob, fields: Sequence[str], locator: str, unended: bool) -> tuple[list[Row], str | None]:
    with job.gateway.stream(job.behind(locator), DOING) as stream:
        found = rows(csv_only(stream), unended=unended)
        results_only(next(found, None))
        page = [tuple(text_of(value) for value in islice(row, len(fields))) for row in found]
        headers = stream.headers
    if announced_records(headers) not in {None, len(page)}:
        raise Cut
    return page, next_locator(headers)
