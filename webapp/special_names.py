"""What the special categories of a connection are called: their names, and the columns they are read from."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import lru_cache

from audit.report.model import Report
from audit.schema import BadInput, Stream, parse_stream
from webapp.services import Services
from webapp.store.evidence import KeptAudit


def marked(store: Services, connection_id: str, versions: Collection[int]) -> frozenset[str]:
    """Names and columns that the stream in force marks as special, or any of these versions of it."""
    kept = store.repository.streams(connection_id)
    texts = [one.text for one in kept if one is kept[0] or one.version in versions]
    return frozenset(name for text in texts for name in _special(_parsed(text)) if name)


def untold(store: Services, row: KeptAudit, report: Report) -> frozenset[str]:
    """Attributes given as probabilities of which the audit's own stream no longer tells what they are.

    Reports of before did not record that such an attribute is a special category.
    """
    names = frozenset(one.attribute for one in report.membership)
    if not names:
        return names
    kept = store.repository.streams(row.connection_id)
    stream = next((_parsed(one.text) for one in kept if one.version == row.stream_version), None)
    return names.difference(one.name for one in stream.memberships) if stream else names


def _special(stream: Stream | None) -> Iterator[str]:
    if stream is None:
        return
    for one in stream.attributes:
        if one.special_category:
            yield from (one.name, one.column)
    for group in stream.memberships:
        if group.special_category:
            yield from (group.name, *(column for _, column in group.probabilities))


@lru_cache(maxsize=64)
def _parsed(text: str) -> Stream | None:
    with suppress(BadInput):
        return parse_stream(text, "The stream")
    return None
