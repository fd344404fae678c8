"""Leads that are no longer there: deleted, merged into another, or emptied out of the recycle bin.

References
----------
Salesforce, REST API Developer Guide, "Get Deleted": 15 days back, seconds are cut off, at most 600,000
ids; "queryAll" finds what is in the recycle bin; "Get Records With a Request Body Using sObject Collections".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import Refused
from connectors.moments import in_seconds
from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce.facts import STAMP, Facts
from connectors.salesforce.gateway import Document, Gateway, Request
from connectors.salesforce.ids import full_id
from connectors.salesforce.planning import UNTOLD as TOLD_TOO_LITTLE
from connectors.salesforce.planning import Plan
from connectors.salesforce.query import OBJECT, Soql, pages
from connectors.salesforce.trouble import incomplete

DOING = "list of deleted leads"
# Salesforce's log does not reach back that far, or holds too much: only a full pull tells.
UNTOLD = frozenset({"INVALID_REPLICATION_DATE", "EXCEEDED_ID_LIMIT"})
# The object keeps no such log for this user: the recycle bin and the weekly comparison tell.
_NO_LOG = frozenset({"NOT_FOUND", "HTTP_404", "INVALID_TYPE"})
_AT_ONCE = 200


class Untold(Exception):
    """Salesforce cannot tell any more what was deleted since the last sync."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed:
    """The leads that are gone; ``merged`` of them live on as another lead.

    ``covered`` is how far Salesforce's log told (ISO 8601, UTC), empty where there is none.
    """

    keys: tuple[LeadKey, ...] = field(default=(), repr=False)
    merged: int = 0
    covered: str = ""


def departed(gateway: Gateway, keyring: Keyring, plan: Plan, facts: Facts) -> Departed:
    """Who has gone since the plan's window began.

    Raises
    ------
    Untold
        Everything must be read.
    Refused, Busy
        As the gateway does.
    """
    binned, merged = set[str](), 0
    fields = ("Id", "MasterRecordId") if "masterrecordid" in facts.types else ("Id",)
    where = f"IsDeleted = true AND {STAMP} >= {plan.since}"
    for records in pages(gateway, Soql(fields=fields, where=where), DOING, deleted=True):
        binned |= set(_ids(record.get("Id") for record in records))
        merged += sum(1 for record in records if record.get("MasterRecordId"))
    logged, covered = _logged(gateway, plan)
    told = logged - binned
    gone = binned | (told - set(_alive(gateway, sorted(told))))
    keys = tuple(keyring.lead_key(one) for one in sorted(gone))
    return Departed(keys=keys, merged=merged, covered=covered)


def _logged(gateway: Gateway, plan: Plan) -> tuple[set[str], str]:
    """The ids in the log of deletions, which may name a lead that was brought back; and how far it tells."""
    params = {"start": plan.deleted_since, "end": in_seconds(plan.moment + timedelta(minutes=1))}
    request = Request(method="GET", path=f"sobjects/{OBJECT}/deleted/", params=params)
    try:
        document = gateway.send(request, DOING).document(DOING)
    except Refused as error:
        if error.code in UNTOLD:
            raise Untold(TOLD_TOO_LITTLE) from None
        if error.code not in _NO_LOG:
            raise
        return set(), ""
    records = document.get("deletedRecords")
    entries = records if isinstance(records, list) else []
    return set(_ids(entry.get("id") for entry in entries if isinstance(entry, dict))), _covered(document)


def _covered(document: Document) -> str:
    """``latestDateCovered``: Salesforce itself says to begin there the next time."""
    try:
        return in_seconds(datetime.fromisoformat(str(document.get("latestDateCovered"))))
    except ValueError:
        return ""


def _alive(gateway: Gateway, ids: Sequence[str]) -> Iterator[str]:
    """Those of some leads that are there. Ids travel in a body, since addresses end in logs."""
    for start in range(0, len(ids), _AT_ONCE):
        named = list(ids[start : start + _AT_ONCE])
        body = {"ids": named, "fields": ["Id"]}
        request = Request(method="POST", path=f"composite/sobjects/{OBJECT}", body=body)
        found = gateway.send(request, DOING).body
        # One entry per id that was asked for: null for a lead that is not there or not shown.
        if not isinstance(found, list) or len(found) != len(named):
            raise incomplete(DOING)
        yield from _ids(entry.get("Id") for entry in found if isinstance(entry, dict))


def _ids(found: Any) -> Iterator[str]:  # noqa: ANN401 - whatever an answer holds
    for one in found:
        try:
            yield full_id(str(one))
        except ValueError:
            continue
