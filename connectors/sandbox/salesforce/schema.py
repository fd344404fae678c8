"""What an object and its fields are, as describe and FieldDefinition tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LENGTHS = {
    "string": 255,
    "textarea": 255,
    "picklist": 255,
    "multipicklist": 4099,
    "email": 80,
    "phone": 40,
    "url": 255,
    "id": 18,
    "reference": 18,
}
LONG_TEXT = 131_072
NUMBERS = frozenset({"double", "currency", "percent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDef:
    """One field: ``type`` in Salesforce's words, ``relationship`` where it points to another object.

    ``labels`` go with ``options``, one by one; without them an option is its own label. ``size`` is the
    longest text where that is not the type's own, ``scale`` how many decimals a number keeps.
    ``security``, ``compliance`` and ``business`` are the admin's data classification.
    """

    name: str
    label: str
    type: str
    updateable: bool = True
    createable: bool | None = None
    options: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    restricted: bool = False
    relationship: str = ""
    reference_to: str = ""
    size: int = 0
    required: bool = False
    external_id: bool = False
    encrypted: bool = False
    searchable: bool = True
    formula: str = ""
    predicted: bool = False
    security: str | None = None
    compliance: str | None = None
    business: str | None = None
    scale: int = 2

    @property
    def custom(self) -> bool:
        """Custom fields end in ``__c``."""
        return self.name.endswith("__c")

    @property
    def choices(self) -> dict[str, str]:
        """The options of a picklist, each with its label."""
        return dict(zip(self.options, self.labels or self.options, strict=True))

    @property
    def length(self) -> int:
        """The longest text that the field holds."""
        return self.size or LENGTHS.get(self.type, 0)

    @property
    def creatable(self) -> bool:
        """Whether an insert may give it; without a word of its own, as an update may."""
        return self.updateable if self.createable is None else self.createable

    @property
    def filterable(self) -> bool:
        """Whether WHERE may name it: no compound, no long text, nothing encrypted."""
        return self.searchable and not (self.encrypted or self.compound or self.length > 4100)

    @property
    def compound(self) -> bool:
        """Whether it is made of other fields and comes as an object."""
        return self.type in {"address", "location"}

    def described(self) -> dict[str, object]:
        """The field's entry in a describe answer."""
        return _shape(self) | _rights(self) | _links(self)


def _shape(field: FieldDef) -> dict[str, object]:
    number = field.type in NUMBERS
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "soapType": _SOAP.get(field.type, "xsd:string"),
        "length": field.length,
        "byteLength": field.length * 3,
        "precision": 18 if number else 0,
        "scale": field.scale if number else 0,
        "digits": 9 if field.type == "int" else 0,
        "extraTypeInfo": "plaintextarea" if field.type == "textarea" else None,
        "calculated": bool(field.formula),
        "calculatedFormula": field.formula or None,
        "custom": field.custom,
        "autoNumber": False,
        "encrypted": field.encrypted,
        "mask": None,
        "maskType": None,
        "defaultValue": False if field.type == "boolean" else None,
        "defaultValueFormula": None,
        "compoundFieldName": COMPOUNDS.get(field.name),
        "aiPredictionField": field.predicted,
        "inlineHelpText": None,
        "deprecatedAndHidden": False,
    }


def _rights(field: FieldDef) -> dict[str, object]:
    plain = field.filterable
    return {
        "nillable": not field.required
        and (field.updateable or field.type != "id")
        and field.type != "boolean",
        "createable": field.creatable,
        "updateable": field.updateable,
        "filterable": plain,
        "sortable": plain and field.type != "multipicklist",
        "groupable": plain and field.type not in NUMBERS | {"datetime", "textarea", "multipicklist"},
        "aggregatable": plain,
        "permissionable": field.updateable and not field.required and field.type != "id",
        "externalId": field.external_id,
        "idLookup": field.type == "id" or field.external_id,
        "unique": field.external_id,
        "caseSensitive": False,
        "nameField": field.name == "Name",
        "namePointing": field.name == "OwnerId",
        "queryByDistance": False,
        "writeRequiresMasterRead": False,
    }


def _links(field: FieldDef) -> dict[str, object]:
    targets = ["Group", "User"] if field.name == "OwnerId" else [field.reference_to]
    return {
        "picklistValues": [_option(value, label) for value, label in field.choices.items()],
        "restrictedPicklist": field.restricted,
        "dependentPicklist": False,
        "controllerName": None,
        "referenceTo": targets if field.reference_to else [],
        "relationshipName": field.relationship or None,
        "relationshipOrder": None,
        "referenceTargetField": None,
        "polymorphicForeignKey": field.name == "OwnerId",
        "cascadeDelete": False,
        "restrictedDelete": False,
    }


_SOAP = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
COMPOUNDS = {
    **dict.fromkeys(("FirstName", "LastName", "Salutation"), "Name"),
    **dict.fromkeys(("Street", "City", "State", "PostalCode", "Country"), "Address"),
}


def _option(value: str, label: str) -> dict[str, object]:
    return {"active": True, "defaultValue": False, "label": label, "value": value, "validFor": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDef:
    """One object: its key prefix, its fields by lower-case name, and what may be done with it."""

    name: str
    label: str
    prefix: str
    fields: Mapping[str, FieldDef]
    bulk: bool = True
    createable: bool = False
    updateable: bool = False

    @property
    def custom(self) -> bool:
        """Custom objects end in ``__c``."""
        return self.name.endswith("__c")

    @property
    def deletable(self) -> bool:
        """Whether its records can be in the recycle bin."""
        return "isdeleted" in self.fields

    def relationship(self, name: str) -> FieldDef | None:
        """The reference field behind a relationship name (``Owner`` -> ``OwnerId``)."""
        return next((f for f in self.fields.values() if f.relationship.lower() == name.lower() != ""), None)


def make_fields(fields: Iterable[FieldDef]) -> dict[str, FieldDef]:
    """Fields by lower-case name; one given twice keeps its last definition."""
    return {found.name.lower(): found for found in fields}
