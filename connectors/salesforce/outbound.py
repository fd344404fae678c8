"""Write flags back: list ids with their current flags, recompute the keys, write what differs.

A shadow score goes with the flag of its lead, into a field of its own. A lead without a flag is cleared:
what an earlier audit said of it no longer stands. Below 2,000 changes they go by collections, from there on
by Bulk jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import Refused
from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce.batches import Batches
from connectors.salesforce.flag_fields import AUDIT, STATUS, FlagFields
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.ingest import Ingest
from connectors.salesforce.listing import count
from connectors.salesforce.query import Soql, pages_once
from connectors.salesforce.records import lead_key, text_of
from connectors.salesforce.update import DOING, Update, Written
from connectors.salesforce.wished_fields import Values
from connectors.source import Flag, Shadow
from connectors.tally import ShadowChange, Tally, shadow_change

BULK_FROM = 2_000
# A job's rows are held in memory until its results are read: some 20 MB.
JOB = 50_000
DUPLICATES = "DUPLICATES_DETECTED"
# A converted lead is read-only for who lacks "View and Edit Converted Leads": that is no failure.
CONVERTED = "CANNOT_UPDATE_CONVERTED_LEAD"


@dataclass(slots=True, kw_only=True)
class Outbound:
    """One write-back of flags. ``pause`` waits between attempts (seconds), ``notes`` are for the admin.

    ``shadow`` are the shadow scores that go with them.
    """

    gateway: Gateway
    keyring: Keyring
    fields: FlagFields
    batches: Batches
    pause: Callable[[float], None]
    tally: Tally = field(default_factory=Tally)
    notes: list[str] = field(default_factory=list)
    shadow: Shadow = field(default_factory=dict)

    def write(self, flags: Mapping[LeadKey, Flag]) -> None:
        """Write the flags of every lead that the connected user sees.

        Raises
        ------
        Refused, Busy
            The write-back stopped midway; doing it again writes only what is still different.
        """
        waiting: list[Update] = []
        query = Soql(fields=("Id", *self.fields.names))
        for records in pages_once(self.gateway, query, DOING):
            waiting += [made for record in records if (made := self._update(record, flags))]
            while len(waiting) >= JOB:
                self._send(waiting[:JOB])
                waiting = waiting[JOB:]
        self._send(waiting)

    def overtaken(self, audit_ids: Collection[str]) -> int:
        """How many leads hold what they should not, beyond those that Salesforce did not take.

        That is a flag of another audit, or a shadow score where none is written any more. A call of a run
        that was killed may still have been on its way, and land behind our listing.
        """
        if not self.fields.asks_for_audits:
            return 0
        field = self.fields.prefix + AUDIT
        escaped = (one.replace("\\", "\\\\").replace("'", "\\'") for one in sorted(audit_ids))
        named = ", ".join(f"'{one}'" for one in escaped)
        others = f" AND {field} NOT IN ({named})" if named else ""
        where = f"{field} != null{others}"
        if self.fields.shadow.name and not self.shadow:
            where = f"({where}) OR {self.fields.shadow.name} != null"
        found = count(self.gateway, Soql(fields=(), where=where), DOING)
        return max(0, found - self.tally.converted - sum(self.tally.failed.values()))

    def _update(self, record: Mapping[str, Any], flags: Mapping[LeadKey, Flag]) -> Update | None:
        """The update that a listed lead needs, or None."""
        self.tally.listed += 1
        key = lead_key(record, self.keyring)
        if key is None:
            self.tally.unknown += 1
            return None
        flag = flags.get(key)
        wanted = self.fields.cleared if flag is None else self.fields.values_of(flag, self.shadow.get(key))
        change = self._change(record, wanted)
        if all(text_of(record.get(name)) == text_of(value) for name, value in wanted.items()):
            self.tally.kept(flag)
            self.tally.shadow[change] += 1
            return None
        return Update(record_id=str(record["Id"]), values=wanted, shadow=change)

    def _change(self, record: Mapping[str, Any], wanted: Values) -> ShadowChange:
        name = self.fields.shadow.name
        return shadow_change(text_of(record.get(name)), text_of(wanted[name])) if name else ""

    def _send(self, updates: Sequence[Update]) -> None:
        written = self._by_bulk(updates) if len(updates) >= BULK_FROM else None
        self._count(self.batches.write(updates) if written is None else written)

    def _by_bulk(self, updates: Sequence[Update]) -> Written | None:
        """Written by a job; None where the org takes no such job, so that collections must do."""
        job = Ingest(gateway=self.gateway, names=self.fields.names, pause=self.pause)
        try:
            written = job.write(updates)
        except Refused as error:
            self.notes.append(
                f"Salesforce took no Bulk job ({error.code}), so the flags went 200 at a time, "
                "which costs more calls."
            )
            return None
        passable = {DUPLICATES} if self.batches.allow_duplicates else set[str]()
        again = written.locked + [update for code, update in written.failed if code in passable]
        later = self.batches.again(again)
        stayed = [(code, update) for code, update in written.failed if code not in passable]
        return Written(taken=written.taken + later.taken, failed=stayed + later.failed)

    def _count(self, written: Written) -> None:
        for update in written.taken:
            status = update.values[self.fields.prefix + STATUS]
            self.tally.took(None if status is None else str(status))
            self.tally.shadow[update.shadow] += 1
        for code, _ in written.failed:
            if code == CONVERTED:
                self.tally.converted += 1
            else:
                self.tally.failed[code] += 1
