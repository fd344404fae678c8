"""A policy against the types of the CRM's fields: free text is dropped, whatever its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from audit.schema import BadInput
from connectors.hubspot.fields import field_info as hubspot_field
from connectors.policy.coarsen import Coarsen
from connectors.policy.drop import Drop
from connectors.policy.fitting import refuse_unfit
from connectors.policy.keep import Keep
from connectors.policy.key import Key
from connectors.policy.map import Map
from connectors.policy.model import Operator, Policy, Rule
from connectors.policy.reduce import Reduce
from connectors.salesforce.fields import field_info as salesforce_field
from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.fields import FieldSpec, OrgContents
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.source import FieldInfo, FieldKind, Source
from tests.connectors import subject_hubspot, subject_salesforce

OPERATORS: tuple[Operator, ...] = (
    Keep(),
    Map(vocabulary=(("a", "b"),)),
    Coarsen(by="presence"),
    Reduce(to="words"),
    Key(domain="d"),
    Drop(),
)
FREE: dict[FieldKind, str] = {
    "long_text": "reduce drop",
    "other": "drop",
    "formula_text": "map drop",
    "contact": "key drop",
    **dict.fromkeys(  # type: ignore[dict-item]  # the keys are kinds
        ("choice", "yes_no", "number", "moment", "short_text", "unknown"), "keep map coarsen reduce key drop"
    ),
}


def policy(*rules: Rule, created: str = "when", exclude_when: tuple[str, ...] = ()) -> Policy:
    return Policy(
        name="p", crm="hubspot", object="contacts", created=created, rules=rules, exclude_when=exclude_when
    )


def field(name: str, kind: FieldKind, kind_in_the_crm: str = "odd") -> FieldInfo:
    return FieldInfo(name=name, label=name, type=kind_in_the_crm, kind=kind)


@pytest.mark.parametrize("kind", list(FREE))
@pytest.mark.parametrize("operator", OPERATORS, ids=lambda one: one.name)
def test_a_kind_of_field_allows_its_operators_only(kind: FieldKind, operator: Operator):
    draft = policy(Rule(field="Plain__c", operator=operator, column="c"))
    fields = [field("PLAIN__C", kind)]
    if operator.name in FREE[kind].split():
        refuse_unfit(draft, fields)
        return
    with pytest.raises(BadInput) as told:
        refuse_unfit(draft, fields, "The policy")
    message = str(told.value)
    assert message.startswith("The policy: field 'Plain__c' holds ")
    assert f"(type odd) and cannot be used with operator '{operator.name}': use " in message
    assert message.endswith((" drop", " or key", " or map", " or reduce"))


@pytest.mark.parametrize(
    "kind", ["short_text", "long_text", "number", "moment", "contact", "formula_text", "other"]
)
def test_only_a_checkbox_or_a_list_excludes(kind: FieldKind):
    with pytest.raises(
        BadInput, match="exclude_when: field 'gone' is of type odd: name a checkbox or a list"
    ):
        refuse_unfit(policy(exclude_when=("gone",)), [field("gone", kind)])


@pytest.mark.parametrize(
    "kind", ["short_text", "long_text", "number", "choice", "yes_no", "contact", "other"]
)
def test_only_a_date_dates_a_lead(kind: FieldKind):
    with pytest.raises(BadInput, match="created: field 'when' is of type odd: name a date"):
        refuse_unfit(policy(), [field("when", kind)])


def test_what_the_crm_does_not_describe_is_judged_by_its_name_alone():
    refuse_unfit(policy(Rule(field="Owner.Type", operator=Keep(), column="c"), exclude_when=("x",)), [])
    refuse_unfit(policy(created=""), [field("other", "long_text")])


SALESFORCE: dict[FieldKind, str] = {
    "choice": "picklist multipicklist",
    "yes_no": "boolean",
    "number": "int long double currency percent",
    "moment": "date datetime time",
    "short_text": "string combobox",
    "long_text": "textarea",
    "contact": "email phone url encryptedstring id reference",
    "other": "address location base64 anyType json somethingNew None",
}


@pytest.mark.parametrize(("kind", "types"), SALESFORCE.items())
def test_what_a_salesforce_type_holds(kind: FieldKind, types: str):
    for one in types.split():
        assert salesforce_field({"name": "X__c", "type": one, "length": 255}).kind == kind


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"length": 40}, "short_text"),
        ({"length": 256}, "long_text"),
        ({"length": 1300, "calculated": True}, "formula_text"),
        ({}, "long_text"),
        ({"length": "255"}, "long_text"),
    ],
)
def test_a_salesforce_string_is_short_long_or_made_by_a_formula(more: dict[str, object], kind: FieldKind):
    assert salesforce_field({"name": "X__c", "type": "string", **more}).kind == kind


@pytest.mark.parametrize(
    ("type_", "typed", "kind", "shown"),
    [
        ("string", "text", "short_text", "string"),
        ("string", "textarea", "long_text", "string, textarea"),
        ("string", "html", "long_text", "string, html"),
        ("string", "file", "long_text", "string, file"),
        ("string", "something_new", "long_text", "string, something_new"),
        ("string", "phonenumber", "contact", "string, phonenumber"),
        ("string", "calculation_equation", "formula_text", "string, calculation_equation"),
        ("phone_number", "phonenumber", "contact", "phone_number"),
        ("enumeration", "checkbox", "choice", "enumeration"),
        ("bool", "booleancheckbox", "yes_no", "bool"),
        ("number", "calculation_score", "number", "number"),
        ("date", "date", "moment", "date"),
        ("datetime", "date", "moment", "datetime"),
        ("object_coordinates", "text", "other", "object_coordinates"),
        ("json", "text", "other", "json"),
    ],
)
def test_what_a_hubspot_type_holds(type_: str, typed: str, kind: FieldKind, shown: str):
    found = hubspot_field({"name": "x", "type": type_, "fieldType": typed})
    assert (found.kind, found.type) == (kind, shown)


LIFE, CITY = "Background__c", "Home_Town__c"


@contextmanager
def connected(crm: str) -> Iterator[tuple[Source, SalesforceStandIn | HubSpotStandIn]]:
    """A connected stand-in with a long and a short text of the customer's own."""
    specs = (
        FieldSpec(name=LIFE, label="Background", type="long_text"),
        FieldSpec(name=CITY, label="Home town", type="text"),
    )
    names = {name: name if crm == "salesforce" else name.lower() for name in (LIFE, CITY)}
    contents = OrgContents(
        fields=specs, records=({names[LIFE]: "canary", names[CITY]: "Bonn"},), policy="", stream=""
    )
    with TemporaryDirectory() as folder:
        if crm == "hubspot":
            with HubSpotStandIn(contents, seed=1) as portal:
                yield subject_hubspot.connect(portal).source, portal
        else:
            with SalesforceStandIn(contents, make_certificate(Path(folder)), seed=1) as org:
                yield subject_salesforce.source_of(org, subject_salesforce.connect(org)), org


def asked(standin: SalesforceStandIn | HubSpotStandIn) -> set[str]:
    found = standin.org.requested if isinstance(standin, SalesforceStandIn) else standin.control.requested
    return {name.lower() for name in found}


@pytest.mark.parametrize(("crm", "kind"), [("salesforce", "textarea"), ("hubspot", "string, textarea")])
def test_a_long_text_is_refused_before_anything_is_requested(crm: str, kind: str):
    head = replace(policy(created="CreatedDate"), crm="salesforce", object="Lead")
    head = head if crm == "salesforce" else policy(created="createdate")
    name, city = (LIFE, CITY) if crm == "salesforce" else (LIFE.lower(), CITY.lower())
    bad = replace(head, rules=(Rule(field=name, operator=Keep(), column="c"),))
    with connected(crm) as (source, standin):
        for ask in (lambda: list(source.pull(bad)), lambda: source.sample(bad, 3)):
            with pytest.raises(BadInput) as told:
                ask()
            assert f"field '{name}' holds a long text that people type (type {kind})" in str(told.value)
            assert "canary" not in str(told.value)
        assert name.lower() not in asked(standin)
        good = replace(
            head,
            rules=(
                Rule(field=name, operator=Drop(), column="c"),
                Rule(field=city, operator=Keep(), column="town"),
            ),
        )
        (batch,) = source.pull(good)
        assert batch.table["town"].to_pylist() == ["Bonn"]
        assert name.lower() not in asked(standin)
