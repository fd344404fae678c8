"""The objects of the stand-in org, made of the tables of their fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from connectors.sandbox.fields import FieldSpec
from connectors.sandbox.salesforce.object_tables import (
    CLASSIFIED,
    ENTITY_DEFINITION,
    FEEDBACK,
    FIELD_DEFINITION,
    FINDING,
    GROUP,
    HISTORY,
    INDIVIDUAL,
    LEAD,
    LEAD_STATUS,
    OPPORTUNITY,
    OPTIONS,
    ORGANIZATION,
    SCORE,
    SYSTEM,
    TASK,
    USER,
)
from connectors.sandbox.salesforce.schema import LONG_TEXT, FieldDef, ObjectDef, make_fields

TYPES = {
    "text": "string",
    "long_text": "textarea",
    "number": "double",
    "percent": "percent",
    "choice": "picklist",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
}
# What the API writes, and what people read in its place: the words of the panel.
STATUSES: Mapping[str, str] = {
    "ok": "No problem found",
    "review": "Score may be unreliable",
    "insufficient_data": "Not enough data to tell",
}
PACKAGE = (
    FieldDef(
        name="Fairness_Status__c",
        label="Score check",
        type="picklist",
        options=tuple(STATUSES),
        labels=tuple(STATUSES.values()),
        restricted=True,
    ),
    FieldDef(name="Fairness_Reason__c", label="Score check: why", type="string"),
    FieldDef(name="Fairness_Audit_Id__c", label="Score check: audit", type="string"),
    FieldDef(name="Fairness_Checked_At__c", label="Score check: when", type="datetime"),
    FieldDef(name="Fairness_Calibrated_Score__c", label="Score check: corrected score", type="double"),
    FieldDef(name="Fairness_Shift__c", label="Score check: points off", type="double"),
    FieldDef(name="Fairness_Shift_Low__c", label="Score check: points off, from", type="double"),
    FieldDef(name="Fairness_Shift_High__c", label="Score check: points off, to", type="double"),
    FieldDef(name="Fairness_Fields__c", label="Score check: fields to look at", type="string"),
    FieldDef(name="Fairness_Next_Step__c", label="Score check: what to do", type="string"),
    FieldDef(name="Fairness_Shadow_Score__c", label="Score check: shadow score", type="double", scale=4),
)


def standard_objects(custom: Iterable[FieldSpec]) -> dict[str, ObjectDef]:
    """Every object of a fresh org, by name, the Lead with the org's own fields."""
    made = [
        lead_object(custom),
        _object("User", "005", USER, bulk=False),
        _object("Organization", "00D", ORGANIZATION, bulk=False),
        _object("Group", "00G", GROUP),
        _object("Opportunity", "006", OPPORTUNITY + SYSTEM, writable=True),
        _object("Individual", "0PK", INDIVIDUAL + SYSTEM, writable=True),
        _object("ScoreIntelligence", "0ME", SCORE + SYSTEM),
        _object("LeadHistory", "017", HISTORY),
        _object("LeadStatus", "01J", LEAD_STATUS, bulk=False),
        task_object(),
        finding_object(),
        _object("Fairness_Feedback__c", "a0Y", FEEDBACK + SYSTEM, writable=True),
        _object("FieldDefinition", "000", FIELD_DEFINITION, bulk=False),
        _object("EntityDefinition", "000", ENTITY_DEFINITION, bulk=False),
    ]
    return {found.name: found for found in made}


def lead_object(custom: Iterable[FieldSpec]) -> ObjectDef:
    """The Lead with its standard fields, the Fairlead package's fields and the org's own."""
    standard = _object("Lead", "00Q", LEAD + SYSTEM, writable=True)
    own = [_custom(spec) for spec in custom]
    fields = [*standard.fields.values(), *PACKAGE, *own]
    fields = [replace(f, size=32_000) if f.name == "Description" else f for f in fields]
    return replace(standard, fields=make_fields(fields))


def finding_object() -> ObjectDef:
    """The package's own object; its external id makes a finding one record however often it is sent."""
    standard = _object("Fairness_Finding__c", "a0X", FINDING + SYSTEM, writable=True)
    key = replace(standard.fields["audit_key__c"], external_id=True, size=80)
    text = replace(standard.fields["sentence__c"], size=LONG_TEXT)
    return replace(
        standard, label="Fairness finding", fields=make_fields([*standard.fields.values(), key, text])
    )


def task_object() -> ObjectDef:
    """What people have to do; its status is of a list of its own."""
    standard = _object("Task", "00T", TASK + SYSTEM, writable=True)
    text = replace(standard.fields["description"], size=LONG_TEXT)
    status = replace(standard.fields["status"], options=OPTIONS["TaskStatus"])
    return replace(standard, fields=make_fields([*standard.fields.values(), text, status]))


def _custom(spec: FieldSpec) -> FieldDef:
    size = LONG_TEXT if spec.type == "long_text" else 0
    return FieldDef(name=spec.name, label=spec.label, type=TYPES[spec.type], options=spec.options, size=size)


def _object(name: str, prefix: str, rows: str, *, writable: bool = False, bulk: bool = True) -> ObjectDef:
    return ObjectDef(
        name=name,
        label=name,
        prefix=prefix,
        fields=make_fields(_parsed(line) for line in rows.split("\n") if line),
        createable=writable,
        updateable=writable,
        bulk=bulk,
    )


def _parsed(line: str) -> FieldDef:
    name, label, kind, access, relationship, target = (*line.strip().split("|"), "", "")[:6]
    security, compliance, business = CLASSIFIED.get(name, (None, None, None))
    return FieldDef(
        name=name,
        label=label,
        type=kind,
        updateable=access in {"rw", "rq"},
        required=access == "rq",
        options=OPTIONS.get(name, ()),
        relationship=relationship,
        reference_to=target,
        security=security,
        compliance=compliance,
        business=business,
    )
