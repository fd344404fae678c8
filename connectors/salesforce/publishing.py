"""One write-back: look what the org can hold, let earlier jobs end, write the flags, then the findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.pseudonym import Keyring, LeadKey
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.batches import Batches
from connectors.salesforce.earlier import wait_for_earlier
from connectors.salesforce.finding_records import FindingRecords
from connectors.salesforce.flag_fields import flag_fields
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.leftovers import leaving_no_jobs
from connectors.salesforce.listing import count
from connectors.salesforce.outbound import Outbound
from connectors.salesforce.query import Soql
from connectors.salesforce.shadow_field import stuck_note
from connectors.salesforce.update import DOING
from connectors.source import NO_SHADOW, Flag, Notice, Receipt, Shadow
from connectors.tally import Tally, both


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """What a write-back works with. ``pause`` waits between attempts (seconds)."""

    app: SalesforceApp
    gateway: Gateway
    keyring: Keyring
    pause: Callable[[float], None]

    def publish(
        self, flags: Mapping[LeadKey, Flag], notices: Sequence[Notice], shadow: Shadow = NO_SHADOW
    ) -> Receipt:
        """Write flags, shadow scores and findings; writing again changes nothing.

        Raises
        ------
        Refused
            ``INVALID_FIELD``: the fields of a flag are not there, not visible or not editable. The
            calibrated score, the shadow score and the findings may be missing: the receipt says so.
        Busy
            The write-back stopped midway; doing it again writes only what is still different.
        """
        fields = flag_fields(self.gateway, shadow=bool(shadow))
        wait_for_earlier(self.gateway, self.pause)
        flagging = Outbound(
            gateway=self.gateway,
            keyring=self.keyring,
            fields=fields,
            batches=Batches(
                gateway=self.gateway, pause=self.pause, allow_duplicates=self.app.allow_duplicates
            ),
            pause=self.pause,
            shadow=shadow,
        )
        # Only now: what still writes was waited for, and is not ended in the middle.
        with leaving_no_jobs(self.gateway):
            flagging.write(flags)
            receipt = flagging.tally.receipt()
            if flagging.overtaken({flag.audit_id for flag in flags.values() if flag.audit_id}):
                again = replace(flagging, tally=Tally())
                again.write(flags)
                receipt = both(receipt, again.tally.receipt())
        notes = [fields.note, fields.shadow.note, self._stuck(fields.shadow.stuck), *flagging.notes]
        records = FindingRecords(gateway=self.gateway, keyring=self.keyring, prefix=fields.prefix)
        return _with_findings(records, receipt, notes, notices)

    def _stuck(self, name: str) -> str:
        """A note where leads hold shadow scores in a field that may not be edited any more."""
        found = count(self.gateway, Soql(fields=(), where=f"{name} != null"), DOING) if name else 0
        return stuck_note(name, found) if found else ""


def _with_findings(
    records: FindingRecords, receipt: Receipt, notes: list[str], notices: Sequence[Notice]
) -> Receipt:
    trouble = records.trouble()
    findings = None if trouble else records.write(notices)
    told = tuple(note for note in (*notes, trouble) if note)
    return replace(receipt, findings=findings, notes=told)
