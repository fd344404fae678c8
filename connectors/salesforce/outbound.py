"""Write flags back: list ids with their current flags, recompute the keys, write what differs.

A lead without a flag is cleared: what an earlier audit said of it no longer stands.

References
----------
Salesforce, REST API Developer Guide, "Update Multiple Records with Fewer Round-Trips".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, cast

from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.query import OBJECT, Soql, pages
from connectors.salesforce.records import lead_key, text_of
from connectors.salesforce.trouble import plain_code
from connectors.source import Flag, Receipt
from connectors.tally import Tally

STATUS = "Fairness_Status__c"
FIELDS = (STATUS, "Fairness_Reason__c", "Fairness_Audit_Id__c", "Fairness_Checked_At__c")
CLEARED: Mapping[str, str | None] = MappingProxyType(dict.fromkeys(FIELDS))
LARGEST = 200
ROUNDS = 5
REASON_LENGTH = 255
DOING = "write-back"
LOCKED = "UNABLE_TO_LOCK_ROW"
Update = Mapping[str, object]


def publish(
    gateway: Gateway, keyring: Keyring, flags: Mapping[LeadKey, Flag], pause: Callable[[float], None]
) -> Receipt:
    """Write the flags of every lead that the connected user sees.

    Raises
    ------
    Refused
        ``INVALID_FIELD``: Fairlead's package is not in the org, or its fields are not visible.
    Busy
        The write-back stopped midway; doing it again writes only what is still different.
    """
    tally = Tally()
    for records in pages(gateway, Soql(fields=("Id", *FIELDS)), DOING):
        updates = [made for record in records if (made := _update(record, keyring, flags, tally))]
        for start in range(0, len(updates), LARGEST):
            _write(gateway, updates[start : start + LARGEST], tally, pause)
    return tally.receipt()


def _update(
    record: Mapping[str, Any], keyring: Keyring, flags: Mapping[LeadKey, Flag], tally: Tally
) -> Update | None:
    """The update that a listed lead needs, or None."""
    tally.listed += 1
    key = lead_key(record, keyring)
    if key is None:
        tally.unknown += 1
        return None
    flag = flags.get(key)
    wanted = CLEARED if flag is None else values_of(flag)
    if all(text_of(record.get(name)) == value for name, value in wanted.items()):
        tally.kept(flag)
        return None
    return {"attributes": {"type": OBJECT}, "id": record["Id"], **wanted}


def values_of(flag: Flag) -> dict[str, str | None]:
    """The flag as the four fields hold it, in whole seconds (Salesforce keeps no more)."""
    reason = flag.reason if len(flag.reason) <= REASON_LENGTH else flag.reason[: REASON_LENGTH - 1] + "…"
    values = (flag.status, reason.strip() or None, flag.audit_id or None, _seconds(flag.checked_at))
    return dict(zip(FIELDS, values, strict=True))


def _seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(gateway: Gateway, updates: Sequence[Update], tally: Tally, pause: Callable[[float], None]) -> None:
    """Write up to 200 leads; those that others hold locked are tried again, in smaller groups."""
    waiting, size = list(updates), LARGEST
    for attempt in range(1, ROUNDS + 1):
        locked: list[Update] = []
        for start in range(0, len(waiting), size):
            group = waiting[start : start + size]
            locked += _count(group, gateway.update(group, DOING), tally)
        if not locked:
            return
        # Sorted by id, so that two writers meet the same rows in the same order.
        waiting, size = sorted(locked, key=lambda update: str(update["id"])), max(1, size // 4)
        if attempt < ROUNDS:
            pause(secrets.SystemRandom().uniform(0.25, 2**attempt / 2))
    tally.failed[LOCKED] += len(waiting)


def _count(group: Sequence[Update], results: Sequence[Mapping[str, Any]], tally: Tally) -> list[Update]:
    """Count what was written and what failed; returns the leads that were locked."""
    locked: list[Update] = []
    for at, update in enumerate(group):
        result = results[at] if at < len(results) else {}
        code = _code(result)
        if result.get("success") is True and _is_about(result, update):
            tally.took(cast("str | None", update[STATUS]))
        elif code == LOCKED:
            locked.append(update)
        else:
            tally.failed[code] += 1
    return locked


def _is_about(result: Mapping[str, Any], update: Update) -> bool:
    """Results come in the order of the updates; one that names another lead confirms nothing."""
    return str(result.get("id") or update["id"])[:15] == str(update["id"])[:15]


def _code(result: Mapping[str, Any]) -> str:
    """The first error's code; NOT_CONFIRMED where Salesforce said nothing about the lead."""
    errors = result.get("errors")
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return "NOT_CONFIRMED"
    return plain_code(errors[0].get("statusCode"))
