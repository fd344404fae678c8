"""Contact properties: the native ones that matter here, and how custom ones are defined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.fields import FieldSpec

# name | label | type | fieldType | group | marks (r: read-only value, c: calculated, s: sensitive)
_NATIVE = """
hs_object_id|Record ID|number|number|contactinformation|r
createdate|Create Date|datetime|date|contactinformation|r
lastmodifieddate|Last Modified Date|datetime|date|contactinformation|r
firstname|First Name|string|text|contactinformation|
lastname|Last Name|string|text|contactinformation|
salutation|Salutation|string|text|contactinformation|
email|Email|string|text|contactinformation|
phone|Phone Number|string|phonenumber|contactinformation|
mobilephone|Mobile Phone Number|string|phonenumber|contactinformation|
company|Company Name|string|text|contactinformation|
jobtitle|Job Title|string|text|contactinformation|
industry|Industry|string|text|contactinformation|
numemployees|Number of Employees|string|text|contactinformation|
num_employees|Number of Employees (count)|number|number|contactinformation|
annualrevenue|Annual Revenue|string|text|contactinformation|
website|Website URL|string|text|contactinformation|
address|Street Address|string|text|contactinformation|
zip|Postal Code|string|text|contactinformation|
city|City|string|text|contactinformation|
state|State/Region|string|text|contactinformation|
country|Country/Region|string|text|contactinformation|
hs_language|Preferred language|enumeration|select|contactinformation|
hubspot_owner_id|Contact owner|enumeration|select|sales_properties|
lifecyclestage|Lifecycle Stage|enumeration|radio|contactinformation|
hs_lifecyclestage_customer_date|Became a Customer Date|datetime|date|contactinformation|r
hs_lead_status|Lead Status|enumeration|radio|sales_properties|
hs_analytics_source|Original Source|enumeration|select|analyticsinformation|r
notes_last_contacted|Last Contacted|datetime|date|sales_properties|r
notes_last_updated|Last Activity Date|datetime|date|sales_properties|r
num_contacted_notes|Number of times contacted|number|number|sales_properties|r
hs_email_optout|Unsubscribed from all email|bool|booleancheckbox|emailinformation|r
hs_legal_basis|Legal basis for processing contact's data|enumeration|checkbox|contactinformation|
gender|Gender|string|text|facebook_ads_properties|
date_of_birth|Date of birth|string|text|facebook_ads_properties|
marital_status|Marital Status|string|text|facebook_ads_properties|
seniority|Seniority|string|text|facebook_ads_properties|
job_function|Job function|string|text|facebook_ads_properties|
degree|Degree|string|text|facebook_ads_properties|
ip_country|IP Country|string|text|analyticsinformation|r
ip_state|IP State/Region|string|text|analyticsinformation|r
ip_city|IP City|string|text|analyticsinformation|r
hubspotscore|HubSpot Score|number|calculation_score|contactinformation|rc
hs_predictivecontactscore_v2|Likelihood to close|number|number|contactinformation|rc
hs_predictivescoringtier|Contact priority|enumeration|select|contactinformation|rc
health_condition|Health condition (sensitive)|string|text|contactinformation|s
"""
_OPTIONS = {
    "lifecyclestage": "subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer "
    "evangelist other",
    "hs_lead_status": "NEW OPEN IN_PROGRESS OPEN_DEAL UNQUALIFIED ATTEMPTED_TO_CONTACT CONNECTED BAD_TIMING",
    "hs_language": "en de fr es pt ja",
    "hs_predictivescoringtier": "tier_1 tier_2 tier_3 tier_4 closed_won",
    "hs_analytics_source": "ORGANIC_SEARCH PAID_SEARCH EMAIL_MARKETING REFERRALS DIRECT_TRAFFIC OFFLINE",
    "hs_email_optout": "true false",
}
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
GROUPS = (
    ("contactinformation", "Contact information"),
    ("sales_properties", "Sales properties"),
    ("emailinformation", "Email information"),
    ("analyticsinformation", "Web analytics history"),
    ("facebook_ads_properties", "Facebook Ads properties"),
)
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
    """One contact property."""

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
            "hasUniqueValue": self.name in {"hs_object_id", "email"},
            "hidden": False,
            "hubspotDefined": self.native,
            "formField": not self.read_only,
            "dataSensitivity": self.sensitivity,
            "archived": False,
            "modificationMetadata": {
                "archivable": not self.native,
                "readOnlyDefinition": self.native,
                "readOnlyValue": self.read_only,
            },
        }

    def allow(self, value: str) -> None:
        """Add an option, as an admin would have before loading such values."""
        if self.type in {"enumeration", "bool"} and value not in {option["value"] for option in self.options}:
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


def native() -> Iterator[Definition]:
    """The properties that every portal has."""
    for line in _NATIVE.strip().splitlines():
        name, label, kind, field_type, group, marks = line.split("|")
        choices = _OPTIONS.get(name, "").split()
        yield Definition(
            name=name,
            label=label,
            type=kind,
            field_type=field_type,
            group=group,
            options=[option(value, place) for place, value in enumerate(choices)],
            read_only="r" in marks,
            calculated="c" in marks,
            sensitivity="sensitive" if "s" in marks else "non_sensitive",
            native=True,
        )


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
