"""The objects of the stand-in and their fields, as describe shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connectors.sandbox.fields import FieldSpec

TYPES = {
    "text": "string",
    "long_text": "textarea",
    "number": "double",
    "choice": "picklist",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
}
LENGTHS = {
    "string": 255,
    "textarea": 255,
    "picklist": 255,
    "email": 80,
    "phone": 40,
    "id": 18,
    "reference": 18,
}
# What the API writes, and what people read in its place: the words of the panel.
STATUSES: Mapping[str, str] = {
    "ok": "No problem found",
    "review": "Score may be unreliable",
    "insufficient_data": "Not enough data to tell",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDef:
    """One field: ``type`` in Salesforce's words, ``relationship`` where it points to another object.

    ``labels`` go with ``options``, one by one; without them an option is its own label.
    """

    name: str
    label: str
    type: str
    updateable: bool = True
    options: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    restricted: bool = False
    relationship: str = ""
    reference_to: str = ""

    @property
    def custom(self) -> bool:
        """Custom fields end in ``__c``."""
        return self.name.endswith("__c")

    @property
    def choices(self) -> dict[str, str]:
        """The options of a picklist, each with its label."""
        return dict(zip(self.options, self.labels or self.options, strict=True))

    def described(self) -> dict[str, object]:
        """The field's entry in a describe answer."""
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "length": LENGTHS.get(self.type, 0),
            "precision": 18 if self.type in {"double", "currency"} else 0,
            "scale": 2 if self.type in {"double", "currency"} else 0,
            "nillable": self.updateable and self.type != "boolean",
            "createable": self.updateable,
            "updateable": self.updateable,
            "filterable": self.type != "address",
            "sortable": self.type != "address",
            "groupable": self.type not in {"double", "datetime"},
            "aggregatable": True,
            "calculated": False,
            "custom": self.custom,
            "externalId": False,
            "idLookup": self.type == "id",
            "unique": False,
            "encrypted": False,
            "compoundFieldName": "Name" if self.name in {"FirstName", "LastName"} else None,
            "restrictedPicklist": self.restricted,
            "picklistValues": [_option(value, label) for value, label in self.choices.items()],
            "referenceTo": [self.reference_to] if self.reference_to else [],
            "relationshipName": self.relationship or None,
            "deprecatedAndHidden": False,
            "permissionable": self.type != "id",
            "aiPredictionField": False,
            "inlineHelpText": None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDef:
    """One object: its key prefix and its fields by lower-case name."""

    name: str
    label: str
    prefix: str
    bulk: bool = True
    fields: Mapping[str, FieldDef]

    def relationship(self, name: str) -> FieldDef | None:
        """The reference field behind a relationship name (``Owner`` -> ``OwnerId``)."""
        return next((f for f in self.fields.values() if f.relationship.lower() == name.lower() != ""), None)


def _option(value: str, label: str) -> dict[str, object]:
    return {"active": True, "defaultValue": False, "label": label, "value": value, "validFor": None}


def make_object(name: str, prefix: str, fields: Iterable[FieldDef]) -> ObjectDef:
    """An object; a field given twice keeps its last definition."""
    return ObjectDef(name=name, label=name, prefix=prefix, fields={f.name.lower(): f for f in fields})


def lead_object(custom: Iterable[FieldSpec]) -> ObjectDef:
    """The Lead with its standard fields, the Fairlead package's four fields and the org's own."""
    own = [
        FieldDef(name=spec.name, label=spec.label, type=TYPES[spec.type], options=spec.options)
        for spec in custom
    ]
    return make_object("Lead", "00Q", [*_standard(LEAD), *PACKAGE, *own])


def user_object() -> ObjectDef:
    """The User, which also answers for the polymorphic owner (``Owner.Type``)."""
    return make_object("User", "005", _standard(USER))


def organization_object() -> ObjectDef:
    """The Organization: one record that clients read when they connect."""
    return make_object("Organization", "00D", _standard(ORGANIZATION))


def _standard(rows: str) -> list[FieldDef]:
    return [_parsed(line) for line in rows.strip().splitlines()]


def _parsed(line: str) -> FieldDef:
    """One line of the tables below: ``Name|Label|type|rw or ro|Relationship|Object``."""
    name, label, kind, access, relationship, target = (*line.strip().split("|"), "", "")[:6]
    return FieldDef(
        name=name,
        label=label,
        type=kind,
        updateable=access == "rw",
        options=OPTIONS.get(name, ()),
        relationship=relationship,
        reference_to=target,
    )


OPTIONS: Mapping[str, tuple[str, ...]] = {
    "LeadSource": ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"),
    "Status": ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted"),
    "Rating": ("Hot", "Warm", "Cold"),
    "GenderIdentity": ("Male", "Female", "Nonbinary", "Not Listed"),
    "Industry": (
        "Agriculture",
        "Banking",
        "Education",
        "Healthcare",
        "Manufacturing",
        "Retail",
        "Technology",
    ),
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
)

LEAD = """
Id|Lead ID|id|ro
IsDeleted|Deleted|boolean|ro
FirstName|First Name|string|rw
LastName|Last Name|string|rw
Name|Full Name|string|ro
Company|Company|string|rw
Title|Title|string|rw
Email|Email|email|rw
Phone|Phone|phone|rw
Street|Street|textarea|rw
City|City|string|rw
State|State/Province|string|rw
PostalCode|Zip/Postal Code|string|rw
Country|Country|string|rw
LeadSource|Lead Source|picklist|rw
Industry|Industry|picklist|rw
AnnualRevenue|Annual Revenue|currency|rw
NumberOfEmployees|Employees|int|rw
Status|Status|picklist|rw
Rating|Rating|picklist|rw
OwnerId|Owner ID|reference|rw|Owner|User
IsConverted|Converted|boolean|ro
ConvertedDate|Converted Date|date|ro
CreatedDate|Created Date|datetime|ro
CreatedById|Created By ID|reference|ro|CreatedBy|User
LastActivityDate|Last Activity|date|ro
HasOptedOutOfEmail|Email Opt Out|boolean|rw
DoNotCall|Do Not Call|boolean|rw
GenderIdentity|Gender Identity|picklist|rw
SystemModstamp|System Modstamp|datetime|ro
LastModifiedDate|Last Modified Date|datetime|ro
LastModifiedById|Last Modified By ID|reference|ro|LastModifiedBy|User
"""

USER = """
Id|User ID|id|ro
Username|Username|string|rw
Name|Full Name|string|ro
FirstName|First Name|string|rw
LastName|Last Name|string|rw
Email|Email|email|rw
IsActive|Active|boolean|rw
Type|Type|string|ro
"""

ORGANIZATION = """
Id|Organization ID|id|ro
Name|Name|string|ro
InstanceName|Instance Name|string|ro
IsSandbox|Is Sandbox|boolean|ro
NamespacePrefix|Namespace Prefix|string|ro
OrganizationType|Edition|string|ro
TrialExpirationDate|Trial Expiration Date|datetime|ro
"""
