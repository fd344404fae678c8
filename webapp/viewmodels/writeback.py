"""What became of a write-back, in words: for the command line and for the connections page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from connectors.source import Receipt
from webapp.language import gettext, marked, ngettext
from webapp.store.rows import ReceiptRow
from webapp.viewmodels.words import named, number


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why some records were not taken, by the CRM's code: ``what`` happened, and the ``mend``."""

    code: str
    count: int
    what: str
    mend: str


CONVERTED = "CANNOT_UPDATE_CONVERTED_LEAD"
# (what happened, what to do), by the CRM's own code.
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        CONVERTED: (
            marked("A converted lead is read-only."),
            marked(
                "This is normal. To write these too, give the connected user View and Edit Converted Leads."
            ),
        ),
        "FIELD_CUSTOM_VALIDATION_EXCEPTION": (
            marked("A validation rule does not let the record be saved as it stands."),
            marked("Let the rule pass what the connected user saves, or correct these records."),
        ),
        "UNABLE_TO_LOCK_ROW": (
            marked("Others kept the record locked through five tries."),
            marked("Publish again, best when no import or batch job is running."),
        ),
        "ENTITY_IS_DELETED": (
            marked("The record was deleted meanwhile."),
            marked("Nothing: the next sync notices it."),
        ),
        "INSUFFICIENT_ACCESS_OR_READONLY": (
            marked("The connected user may not edit the record."),
            marked("Give that user edit access: by sharing, and by Fairlead's permission set."),
        ),
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (
            marked("The connected user may not use a record that this one points to."),
            marked("Give that user access to it, such as to the lead's owner or campaign."),
        ),
        "INVALID_CROSS_REFERENCE_KEY": (
            marked("The record is gone, or is no longer shared with the connected user."),
            marked("Compare what that user may see with what you expect."),
        ),
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (
            marked("The status field is a restricted picklist without the value that was written."),
            marked("Add the values that the Salesforce guide lists, for every record type."),
        ),
        "INVALID_FIELD": (
            marked("A field of the score check is gone, or no longer visible to the connected user."),
            marked("Make the fields as the Salesforce guide lists them, then publish again."),
        ),
        "INVALID_TYPE_ON_FIELD_IN_RECORD": (
            marked("A field of the score check has another type than it must have."),
            marked("Make the fields as the Salesforce guide lists them, then publish again."),
        ),
        "STRING_TOO_LONG": (
            marked("A text is longer than its field takes."),
            marked("Make the field as long as the Salesforce guide says."),
        ),
        "NUMBER_OUTSIDE_VALID_RANGE": (
            marked("The corrected score has more digits than its field takes."),
            marked("Make the number field longer."),
        ),
        "DUPLICATES_DETECTED": (
            marked("A duplicate rule blocks saving the lead."),
            marked(
                "Merge the duplicates, or set FAIRLEAD_SALESFORCE_ALLOW_DUPLICATES to pass rules that only "
                "warn."
            ),
        ),
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (
            marked("A trigger of the org failed on the record."),
            marked("Show the code to who maintains the trigger; the connected user can be left out of it."),
        ),
        "CANNOT_EXECUTE_FLOW_TRIGGER": (
            marked("A flow of the org failed on the record."),
            marked("Show the code to who maintains the flow; the connected user can be left out of it."),
        ),
        "FIELD_FILTER_VALIDATION_EXCEPTION": (
            marked("A lookup filter does not let the record be saved as it stands."),
            marked("Correct the record, or make the filter optional."),
        ),
        "FIELD_INTEGRITY_EXCEPTION": (
            marked("A field of the record holds what the org no longer allows."),
            marked("Correct the record."),
        ),
        "REQUIRED_FIELD_MISSING": (
            marked("The record lacks a value that the org requires."),
            marked("Fill it in, or require it on the page layout instead of on the field."),
        ),
        "INVALID_FIELD_FOR_INSERT_UPDATE": (
            marked("A field of the score check may not be edited."),
            marked("Give the connected user edit access to the field."),
        ),
        "HTTP_300": (
            marked("Two records have the same Audit_Key__c."),
            marked("Delete one of them, and make the field an external id that is unique."),
        ),
        "DUPLICATE_VALUE": (
            marked("Two records have the same Audit_Key__c."),
            marked("Delete one of them, then publish again."),
        ),
        "UNPROCESSED": (
            marked("Salesforce stopped the Bulk job before it came to the record."),
            marked("Look at Setup, Bulk Data Load Jobs, then publish again."),
        ),
        "NOT_CONFIRMED": (
            marked("The CRM did not say whether it took the record."),
            marked("Publish again: it compares first, and writes only what is still different."),
        ),
        "OBJECT_NOT_FOUND": (
            marked("The contact was deleted meanwhile."),
            marked("Nothing: the next sync notices it."),
        ),
        "MERGED": (
            marked("The contact was merged into another one meanwhile."),
            marked("Nothing: the other one has its own flag, and the next sync notices it."),
        ),
        "NOT_TRIED": (
            marked(
                "Those that were tried among them, and before them, were all refused for another reason here."
            ),
            marked("Mend that reason, then publish again: every contact that differs is tried again."),
        ),
        "CONFLICT": (
            marked("Somebody else changed the contact in the same moment."),
            marked("Publish again: it compares first, and writes only what is still different."),
        ),
        "VALIDATION_ERROR": (
            marked("A rule of the portal does not let the contact be saved as it stands."),
            marked("Look at the rules of the Score check properties and of the contact."),
        ),
    }
)
# The same, where the CRM names the properties of the record that it is about.
NAMED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "REQUIRED_PROPERTY_MISSING": (
            marked("A rule of the portal wants %(names)s filled in before anything of the contact is saved."),
            marked("Fill it in on these contacts, or change the rule under Settings > Properties."),
        ),
        "READ_ONLY_VALUE": (
            marked("The portal no longer lets an app write %(names)s."),
            marked("Let it be edited under Settings > Properties, or archive it and publish again."),
        ),
        "INVALID_OPTION": (
            marked("The list property %(names)s lacks the value that was written."),
            marked("Add the options that the HubSpot guide lists, or archive it and publish again."),
        ),
        "PROPERTY_DOESNT_EXIST": (
            marked("The property %(names)s was archived while flags were written."),
            marked("Publish again: Fairlead makes it anew."),
        ),
    }
)
NAMED_OTHERWISE = (
    marked("The portal does not let the contact be saved because of %(names)s."),
    marked("Look at the rules of that property under Settings > Properties."),
)
UNKNOWN = (marked("The CRM refused the record."), marked("Look the code up in the CRM's own documentation."))


def reasons(failed: Mapping[str, int]) -> tuple[Reason, ...]:
    """Why records were not taken, the most frequent first."""
    ordered = sorted(failed.items(), key=lambda one: (-one[1], one[0]))
    return tuple(_reason(code, count) for code, count in ordered)


def sums(receipt: Receipt) -> str:
    """What became of the leads, adding up."""
    failed = sum(receipt.failed.values())
    converted = gettext("+ %(n)s converted", n=number(receipt.converted))
    return ngettext(
        "%(n)s lead = %(written)s written + %(cleared)s cleared + %(unchanged)s unchanged + %(unknown)s not "
        "audited%(converted)s + %(failed)s failed",
        "%(n)s leads = %(written)s written + %(cleared)s cleared + %(unchanged)s unchanged + %(unknown)s not "
        "audited%(converted)s + %(failed)s failed",
        receipt.listed,
        written=number(receipt.written),
        cleared=number(receipt.cleared),
        unchanged=number(receipt.unchanged),
        unknown=number(receipt.unknown),
        converted=f" {converted}" if receipt.converted else "",
        failed=number(failed),
    )


def finding_sums(receipt: Receipt) -> str:
    """What became of the findings, adding up; empty where the CRM has no place for them."""
    found = receipt.findings
    if found is None:
        return ""
    return ngettext(
        "%(n)s finding = %(written)s written + %(closed)s closed + %(unchanged)s unchanged + %(failed)s "
        "failed",
        "%(n)s findings = %(written)s written + %(closed)s closed + %(unchanged)s unchanged + %(failed)s "
        "failed",
        found.listed,
        written=number(found.written),
        closed=number(found.closed),
        unchanged=number(found.unchanged),
        failed=number(sum(found.failed.values())),
    )


def shadow_sums(receipt: Receipt) -> str:
    """What became of the shadow scores; empty where there were none."""
    found = receipt.shadow
    if found is None:
        return ""
    return gettext(
        "Shadow scores: %(written)s written + %(cleared)s cleared + %(unchanged)s unchanged",
        written=number(found.written),
        cleared=number(found.cleared),
        unchanged=number(found.unchanged),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBack:
    """The newest write-back of a connection as the connections page shows it."""

    made_at: datetime
    leads: str
    shadow: str
    findings: str
    notes: tuple[str, ...]
    reasons: tuple[Reason, ...]


def shown(row: ReceiptRow) -> WriteBack:
    """A stored receipt in words; the reasons of leads and findings stand together."""
    return WriteBack(
        made_at=row.made_at,
        leads=sums(row.receipt),
        shadow=shadow_sums(row.receipt),
        findings=finding_sums(row.receipt),
        notes=row.receipt.notes,
        reasons=_all_reasons(row.receipt),
    )


def told(receipt: Receipt) -> tuple[str, ...]:
    """The whole receipt, a line for each thing to know."""
    why = [_line(reason) for reason in _all_reasons(receipt)]
    lines = (sums(receipt), shadow_sums(receipt), finding_sums(receipt), *receipt.notes, *why)
    return tuple(line for line in lines if line)


def _all_reasons(receipt: Receipt) -> tuple[Reason, ...]:
    converted = {CONVERTED: receipt.converted} if receipt.converted else {}
    return (
        *reasons(converted),
        *reasons(receipt.failed),
        *reasons(receipt.findings.failed if receipt.findings else {}),
    )


def _reason(code: str, count: int) -> Reason:
    kind, _, names = code.partition(":")
    if names:
        what, mend = NAMED.get(kind, NAMED_OTHERWISE)
        what = gettext(what, names=named(names.split(",")))
    else:
        what, mend = WORDS.get(kind, UNKNOWN)
        what = gettext(what)
    return Reason(code=kind, count=count, what=what, mend=gettext(mend))


def _line(reason: Reason) -> str:
    return f"{number(reason.count)} {reason.code}: {reason.what} {reason.mend}"
