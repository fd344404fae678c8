"""Properties: how each is defined, what its values look like, and the ones that an admin added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.fields import FieldSpec, Value
from connectors.sandbox.hubspot.clock import moment, stamp

_LABELS = {
    "true": "Yes",
    "false": "No",
    "subscriber": "Subscriber",
    "lead": "Lead",
    "marketingqualifiedlead": "Marketing qualified lead",
    "salesqualifiedlead": "Sales qualified lead",
    "opportunity": "Opportunity",
    "customer": "Customer",
    "evangelist": "Evangelist",
    "other": "Other",
    "NEW": "New",
    "OPEN": "Open",
    "IN_PROGRESS": "In progress",
    "OPEN_DEAL": "Open deal",
    "UNQUALIFIED": "Unqualified",
    "ATTEMPTED_TO_CONTACT": "Attempted to contact",
    "CONNECTED": "Connected",
    "BAD_TIMING": "Bad timing",
}
CUSTOM_GROUP = "contactinformation"
_CUSTOM = {
    "text": ("string", "text"),
    "long_text": ("string", "textarea"),
    "number": ("number", "number"),
    "choice": ("enumeration", "select"),
    "boolean": ("bool", "booleancheckbox"),
    "date": ("date", "date"),
    "datetime": ("datetime", "date"),
}
FIELD_TYPES = {
    "string": ("text", "textarea", "phonenumber", "html", "file"),
    "number": ("number",),
    "bool": ("booleancheckbox",),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox"),
    "date": ("date",),
    "datetime": ("date",),
}


@dataclass(slots=True, kw_only=True)
class Definition:
    """One property of one object type."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    options: list[dict[str, Any]]
    read_only: bool = False
    calculated: bool = False
    sensitivity: str = "non_sensitive"
    native: bool = False
    hidden: bool = False
    unique: bool = False

    @property
    def has_choices(self) -> bool:
        """Whether its values are among options."""
        return self.type in {"enumeration", "bool"}

    def document(self) -> dict[str, Any]:
        """The property as the API shows it."""
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": "",
            "groupName": self.group,
            "options": self.options,
            "displayOrder": -1,
            "calculated": self.calculated,
            "externalOptions": False,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.native,
            "formField": not self.read_only,
            "dataSensitivity": self.sensitivity,
            "sensitiveDataCategories": [] if self.sensitivity == "non_sensitive" else ["HIPAA"],
            "archived": False,
            "modificationMetadata": {
                "archivable": not self.native,
                "readOnlyDefinition": self.native,
                "readOnlyValue": self.read_only,
            },
        }

    def allow(self, value: str) -> None:
        """Add an option, as an admin would have before loading such values."""
        if self.has_choices and value not in {option["value"] for option in self.options}:
            self.options.append(option(value, len(self.options)))


def option(value: str, place: int) -> dict[str, Any]:
    """One choice of an enumeration."""
    return {
        "label": _LABELS.get(value, value),
        "value": value,
        "description": "",
        "displayOrder": place,
        "hidden": False,
    }


def custom(spec: FieldSpec) -> Definition:
    """A property that the portal's admin added."""
    kind, field_type = _CUSTOM[spec.type]
    choices = ("true", "false") if spec.type == "boolean" else spec.options
    return Definition(
        name=spec.name.lower(),
        label=spec.label,
        type=kind,
        field_type=field_type,
        group=CUSTOM_GROUP,
        options=[option(value, place) for place, value in enumerate(choices)],
    )


def as_text(definition: Definition, value: Value) -> str | None:
    """A value as HubSpot keeps it: always text."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    when = moment(text) if definition.type in {"date", "datetime"} else None
    if when is None:
        return text
    return stamp(when)[:10] if definition.type == "date" else stamp(when)
