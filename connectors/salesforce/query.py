"""From a policy to SOQL, and through the pages of its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from audit.schema import BadInput
from connectors.moments import in_seconds
from connectors.policy.model import Policy
from connectors.salesforce.distinct import Distinct, Once
from connectors.salesforce.gateway import Document, Gateway
from connectors.salesforce.trouble import incomplete

FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,4}")
OBJECT = "Lead"
# Transactions commit later than the SystemModstamp they carry, by minutes for long ones.
OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Soql:
    """A query. It is not ordered: a cursor is a snapshot, and an order costs the org time."""

    fields: tuple[str, ...]
    where: str = ""
    limit: int | None = None
    object: str = OBJECT

    @property
    def text(self) -> str:
        """The query for the leads themselves."""
        return self._selecting(", ".join(self.fields))

    @property
    def counting(self) -> str:
        """The query for how many there are."""
        return self._selecting("COUNT()")

    def _selecting(self, what: str) -> str:
        text = f"SELECT {what} FROM {self.object}"  # noqa: S608 - names are checked by asked_fields
        text += f" WHERE {self.where}" if self.where else ""
        return text + (f" LIMIT {self.limit}" if self.limit is not None else "")


def asked_fields(policy: Policy) -> tuple[str, ...]:
    """The fields to request: the record id, and what the policy names, each once whatever its case.

    Raises
    ------
    BadInput
        The policy is for another CRM or object, or a name is no field name.
    """
    if (policy.crm, policy.object) != ("salesforce", OBJECT):
        msg = f"the policy is for {policy.crm} {policy.object}: this source reads salesforce Lead"
        raise BadInput(msg)
    for name in policy.fields:
        if not FIELD.fullmatch(name):
            msg = f"the policy's field {name[:80]!r} is no Salesforce API name: use the name that Setup shows"
            raise BadInput(msg)
    unique = {name.lower(): name for name in reversed(("Id", *policy.fields))}
    return tuple(reversed(unique.values()))


def changed_between(since: datetime, now: datetime) -> str:
    """The half-open window of changes: from ``since`` (with an overlap) to the platform's next second.

    A row is read twice rather than never: the lake keeps the last version of each.
    """
    low, high = in_seconds(since - OVERLAP), in_seconds(now + timedelta(seconds=1))
    return f"SystemModstamp >= {low} AND SystemModstamp < {high}"


def pages(
    gateway: Gateway, query: Soql, doing: str, *, deleted: bool = False, first: Document | None = None
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The records of a query, page by page; ``deleted`` finds those in the recycle bin too.

    ``first`` is the first page where it was asked for already.

    Raises
    ------
    Refused, Busy
        The listing is incomplete: a page failed, came twice or brought nothing new, or fewer different
        records came than announced and than there still are (leads deleted meanwhile are no fault).
    """
    document = first or gateway.query(query.text, doing, deleted=deleted)
    total, seen, came = announced(document), Distinct(), set[object]()
    while True:
        records = records_in(document, doing)
        ids = tuple(record.get("Id") for record in records)
        seen.add(ids)
        yield records
        if document.get("done") is True:
            break
        link = link_behind(document, doing)
        # A link or a page that came before: it goes in a circle.
        if not records or came & {link, hash(ids)}:
            raise incomplete(doing)
        came |= {link, hash(ids)}
        document = gateway.query_more(link, doing)
    _check_total(gateway, query, (seen.different, total), doing, deleted=deleted)


def pages_once(gateway: Gateway, query: Soql, doing: str) -> Iterator[Sequence[Mapping[str, Any]]]:
    """As `pages`, without the records that came before already."""
    once = Once()
    for records in pages(gateway, query, doing):
        fresh = once.are_new([record.get("Id") for record in records])
        yield [record for record, is_new in zip(records, fresh, strict=True) if is_new]


def link_behind(document: Document, doing: str) -> str:
    """The address of the next page. Raises Busy where it is none."""
    link = document.get("nextRecordsUrl")
    if not isinstance(link, str) or not link.startswith("/services/data/"):
        raise incomplete(doing)
    return link


def _check_total(
    gateway: Gateway, query: Soql, counts: tuple[int, int | None], doing: str, *, deleted: bool
) -> None:
    read, total = counts
    if read == total:
        return
    left = gateway.query(query.counting, doing, deleted=deleted).get("totalSize")
    deleted_meanwhile = total is not None and isinstance(left, int) and left <= read < total
    if not deleted_meanwhile:
        raise incomplete(doing)


def announced(document: Document) -> int | None:
    """How many records a query has in all, as its first page says."""
    total = document.get("totalSize")
    return total if isinstance(total, int) else None


def records_in(document: Document, doing: str) -> list[Mapping[str, Any]]:
    """The records of a page; one that is no object is empty. Raises Busy where there are none."""
    records = document.get("records")
    if not isinstance(records, list):
        raise incomplete(doing)
    return [record if isinstance(record, dict) else {} for record in records]
