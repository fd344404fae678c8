"""A query that is read to its end at once; where it is broken off, it is asked again from its start."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.salesforce.bulk_query import begin
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.listing import BULK
from connectors.salesforce.query import Soql
from connectors.salesforce.reading import Reader, Step


def at_once(gateway: Gateway, reader: Reader, query: Soql, total: int) -> Iterator[Step]:
    """The steps of a query of so many leads."""
    if total < BULK:
        yield from reader.rest(query, {})
        return
    job = begin(gateway, query)
    yield from reader.bulk(job, {})
    job.delete()
