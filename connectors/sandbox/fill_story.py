"""The generated story as one org."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa

from audit.schema import Attribute, Stream
from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.keep import Keep
from connectors.policy.map import Map
from connectors.policy.model import Operator, Rule
from connectors.sandbox.fields import FieldSpec, OrgContents, Value
from connectors.sandbox.filling import Column, Crm, Leads, put_together
from connectors.sandbox.story import MATURITY_DAYS
from connectors.sandbox.story_model import THRESHOLD
from connectors.sandbox.story_people import People
from connectors.sandbox.story_world import REGIONS, SENIORITIES, SIZES, SOURCES
from connectors.sandbox.year import CONTACT_BY

AGE_BANDS = (25, 35, 50, 65)
GENDER = Map(
    vocabulary=(
        *(("Female", "female"), ("Male", "male"), ("Nonbinary", "nonbinary")),
        *(("--None--", ""), ("Select", "")),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """A neutral column of the story, and the policy's column that its ``operator`` fills.

    Without an operator the field is in the org and never read.
    """

    name: str
    label: str
    column: str = ""
    operator: Operator | None = None
    type: str = "text"
    options: tuple[str, ...] = ()


_FIELDS = (
    _Field(name="zip", label="Zip/Postal Code", column="zip3", operator=Coarsen(by="prefix", characters=3)),
    _Field(name="country", label="Country"),
    _Field(name="region", label="Region", column="region", operator=Keep(), type="choice", options=REGIONS),
    _Field(name="age", label="Age", column="age", operator=Band(bands=AGE_BANDS), type="number"),
    _Field(name="gender", label="Gender identity", column="gender", operator=GENDER),
    _Field(
        name="source", label="Lead source", column="source", operator=Keep(), type="choice", options=SOURCES
    ),
    _Field(
        name="company_size",
        label="Company size",
        column="company_size",
        operator=Keep(),
        type="choice",
        options=SIZES,
    ),
    _Field(
        name="seniority",
        label="Seniority",
        column="seniority",
        operator=Keep(),
        type="choice",
        options=SENIORITIES,
    ),
    _Field(name="industry", label="Industry", column="industry", operator=Keep()),
    _Field(name="score", label="Lead score", column="score", operator=Keep(), type="number"),
)
# The field that a web form gets in the course of the simulated year.
_NEW_FIELD = _Field(
    name="preferred_contact",
    label="Preferred contact",
    column="preferred_contact",
    operator=Keep(),
    type="choice",
    options=CONTACT_BY,
)
# What a custom field is called where the neutral name would say too little.
_CUSTOM = MappingProxyType({"score": "lead_score", "source": "lead_source"})


def story_contents(crm: Crm, table: pa.Table) -> OrgContents:
    """The leads of ``table`` (columns of ``Story`` or ``Year``) in one CRM, with its policy and stream."""
    rows = {name: table.column(name).to_pylist() for name in table.column_names}
    columns = [_column(crm, field, rows[field.name]) for field in _fields(table)]
    rules = [
        Rule(field=crm.outcome[0], operator=crm.outcome[1], column="outcome"),
        Rule(field=crm.worked[0], operator=crm.worked[1], column="worked"),
        Rule(field=crm.created, operator=Coarsen(by="day"), column="created"),
    ]
    return put_together(crm, leads_in(table), columns, rules, _stream(table))


def leads_in(table: pa.Table) -> Leads:
    """The standard part of the leads of a table."""
    names = ("first_name", "last_name", "company", "email", "phone", "created", "outcome", "worked")
    rows = {name: table.column(name).to_pylist() for name in (*names, "last_activity", "opted_out")}
    return Leads(
        people=People(
            first=tuple(rows["first_name"]),
            last=tuple(rows["last_name"]),
            company=tuple(rows["company"]),
            email=tuple(rows["email"]),
            phone=tuple(rows["phone"]),
        ),
        created=rows["created"],
        outcome=rows["outcome"],
        worked=rows["worked"],
        last_activity=rows["last_activity"],
        opted_out=rows["opted_out"],
    )


def _fields(table: pa.Table) -> tuple[_Field, ...]:
    return (*_FIELDS, _NEW_FIELD) if _NEW_FIELD.name in table.column_names else _FIELDS


def _column(crm: Crm, field: _Field, values: Sequence[Value]) -> Column:
    native = crm.native.get(field.name)
    name = native or crm.custom_name(_CUSTOM.get(field.name, field.name))
    read = field.operator
    return Column(
        spec=FieldSpec(name=name, label=field.label, type=field.type, options=field.options),
        values=values,
        rules=() if read is None else (Rule(field=name, operator=read, column=field.column),),
        native=native is not None,
    )


def _stream(table: pa.Table) -> Stream:
    more = (_NEW_FIELD.name,) if _NEW_FIELD.name in table.column_names else ()
    city = REGIONS[0] in table.column("region").to_pylist()
    return Stream(
        name="lead-score",
        key="lead_key",
        score="score",
        score_range=(0, 100),
        threshold=THRESHOLD,
        outcome="outcome",
        worked="worked",
        created="created",
        maturity_days=MATURITY_DAYS,
        features=("zip3", "source", "seniority", "industry", *more),
        controls=("company_size",),
        attributes=(
            Attribute(name="region", column="region", reference=REGIONS[0] if city else None),
            Attribute(name="age", column="age"),
            Attribute(name="gender", column="gender", special_category=True),
        ),
    )
