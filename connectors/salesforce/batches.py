"""Updates by collections: 200 leads a call, and those that others hold locked again in smaller groups.

References
----------
Salesforce, REST API Developer Guide, "Update Multiple Records with Fewer Round-Trips".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.salesforce.gateway import Gateway, Request
from connectors.salesforce.query import OBJECT
from connectors.salesforce.trouble import unreachable
from connectors.salesforce.update import DOING, LOCKED, Update, Written, as_record, by_id, code_of

LARGEST = 200
ROUNDS = 5
# Header: assignment rules run for every update over REST unless it says no.
HEADERS: Mapping[str, str] = {"Sforce-Auto-Assign": "false"}
ALLOW_DUPLICATES: Mapping[str, str] = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """Writes through one gateway. With ``allow_duplicates`` the admin lets duplicate rules be passed."""

    gateway: Gateway
    pause: Callable[[float], None]
    allow_duplicates: bool = False

    def write(self, updates: Sequence[Update]) -> Written:
        """Write all, in groups of 200. Nothing is locked at the end: what stayed so has failed.

        Raises
        ------
        Refused, Busy
            It stopped midway; doing it again writes the same values.
        """
        return self._rounds(by_id(updates), LARGEST, 1, Written())

    def again(self, locked: Sequence[Update]) -> Written:
        """Write what another way of writing found locked; that was the first of the tries."""
        if locked:
            self._wait(1)
        return self._rounds(by_id(locked), LARGEST // 4, 2, Written())

    def _rounds(self, waiting: list[Update], size: int, first: int, written: Written) -> Written:
        for attempt in range(first, ROUNDS + 1):
            for start in range(0, len(waiting), size):
                group = waiting[start : start + size]
                sort_out(group, self._sent(group), written)
            if not written.locked:
                return written
            waiting, written.locked, size = by_id(written.locked), [], max(1, size // 4)
            if attempt < ROUNDS:
                self._wait(attempt)
        written.failed += [(LOCKED, update) for update in waiting]
        return written

    def _sent(self, group: Sequence[Update]) -> Sequence[Mapping[str, Any]]:
        body = {"allOrNone": False, "records": [as_record(update, OBJECT) for update in group]}
        headers = {**HEADERS, **(ALLOW_DUPLICATES if self.allow_duplicates else {})}
        request = Request(method="PATCH", path="composite/sobjects", body=body, headers=headers)
        reply = self.gateway.send(request, DOING)
        if not reply.body:
            raise unreachable(DOING)
        return reply.rows()

    def _wait(self, attempt: int) -> None:
        self.pause(secrets.SystemRandom().uniform(0.25, 2**attempt / 2))


def sort_out(group: Sequence[Update], results: Sequence[Mapping[str, Any]], written: Written) -> None:
    """Note what became of each update: results come in the order of the updates."""
    for at, update in enumerate(group):
        result = results[at] if at < len(results) else {}
        if result.get("success") is True and _is_about(result, update):
            written.taken.append(update)
        else:
            written.refused(code_of(result.get("errors")), update)


def _is_about(result: Mapping[str, Any], update: Update) -> bool:
    """A result that names another lead confirms nothing."""
    return str(result.get("id") or update.record_id)[:15] == update.stem
