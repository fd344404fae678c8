"""A rule as inputs: what is shown means what the policy says, and what is typed is never lost."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors.policy.allowed import allowed_operators
from connectors.policy.editing import sheet_of, with_new_rule
from connectors.policy.operators import OPERATORS
from connectors.policy.parse import parse_policy
from connectors.source import FieldInfo
from webapp.rule_form import parameters, table_of, typed_rules, usual

HEAD = '[policy]\nname = "x"\ncrm = "salesforce"\nobject = "Lead"\ncreated = "CreatedDate"\n'
FIELD = FieldInfo(name="Thing__c", label="Thing", type="string", kind="short_text")
TABLES = [
    {"field": "Age__c", "operator": "band", "column": "age", "bands": [25, 35.5]},
    {"field": "Born__c", "operator": "band", "bands": [25], "of": "age", "as_of": date(2026, 1, 31)},
    {
        "field": "Status",
        "operator": "map",
        "column": "outcome",
        "vocabulary": {"Closed => won": "1", "Open": ""},
    },
    {"field": "PostalCode", "operator": "coarsen", "by": "prefix", "characters": 3},
    {"field": "Description", "operator": "reduce", "to": "tone", "language": "en"},
    {"field": "Email", "operator": "key", "domain": "mail"},
    {"field": "Source", "operator": "keep", "column": "source", "odd": [1, [2]]},
    {"field": "City", "operator": "drop"},
    {"field": "Trade", "operator": "keep", "checked": True},
    {"field": "Level", "operator": "keep", "checked": False},
    {"field": "Odd", "operator": "keep", "checked": "maybe"},
    {"field": "Calls__c", "operator": "noise", "epsilon": 0.5, "lower": 0, "upper": 9},
    {"field": "Unknown", "operator": "bnad", "bands": [1]},
]


def shown(table) -> dict[str, str]:
    inputs = {one.name: one.value for one in parameters(table)}
    return {"operator": table["operator"], "column": table.get("column", table["field"].lower()), **inputs}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["field"])
def test_a_form_that_nobody_touched_changes_nothing(table):
    assert table_of(shown(table), table) == table


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("kind", ["short_text", "moment"])
def test_another_operator_begins_valid(operator, kind):
    field = FieldInfo(name="Thing__c", label="", type="", kind=kind)
    table = table_of({"operator": operator, "column": "thing"}, {"field": "Thing__c", "operator": ""}, field)
    assert parse_policy(with_new_rule(sheet_of(HEAD), table).text).rules[0].operator.name == operator
    assert usual(operator, field).keys() <= {one.name for one in parameters(table)}


@given(st.text(max_size=30))
def test_what_is_typed_as_edges_is_read_or_stays(typed):
    before = {"field": "Age__c", "operator": "band", "bands": [25]}
    table = table_of({"operator": "band", "column": "age__c", "bands": typed}, before)
    assert isinstance(table["bands"], list | str)
    text = with_new_rule(sheet_of(HEAD), table).text
    assert sheet_of(text).rules[0]["bands"] == table["bands"]
    if isinstance(table["bands"], str):
        with pytest.raises(BadInput, match="bands must be a list of numbers"):
            parse_policy(text)


def test_a_parameter_that_means_nothing_any_more_is_not_asked():
    table = {"field": "Made__c", "operator": "coarsen", "by": "prefix", "characters": 3}
    changed = table_of({**shown(table), "by": "month"}, table)
    assert changed == {"field": "Made__c", "operator": "coarsen", "by": "month"}
    assert [one.name for one in parameters({"field": "x", "operator": "coarsen", "by": "month"})] == ["by"]


def test_only_inputs_of_rules_that_there_are_count():
    form = {"r0.operator": "keep", "r1.column": "x\r\ny", "r2.operator": "key", "rx.y": "z", "reason": "w"}
    assert typed_rules(form, 2) == [{"operator": "keep"}, {"column": "x\ny"}]


@pytest.mark.parametrize(
    ("name", "kind", "operators"),
    [
        ("LastName", "short_text", {"drop"}),
        ("Email", "contact", {"drop", "key"}),
        ("Past__c", "long_text", {"drop", "reduce"}),
        ("Description", "short_text", {"drop", "reduce"}),
        ("Age__c", "number", set(OPERATORS)),
    ],
)
def test_only_what_a_field_allows_can_be_chosen(name, kind, operators):
    field = FieldInfo(name=name, label="", type="", kind=kind)
    assert set(allowed_operators(field)) == operators


@pytest.mark.parametrize("operator", OPERATORS)
def test_another_column_changes_nothing_else(operator):
    table = {"field": "Thing__c", "operator": operator, **usual(operator, FIELD)}
    assert table_of({**shown(table), "column": "other"}, table) == {**table, "column": "other"}
