"""What a first run offers to choose from, the presets, and the two texts that a choice makes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.schema import BadInput, parse_stream
from connectors.entries import Entry, entries_of
from connectors.policy.band import Band
from connectors.policy.finer import compare
from connectors.policy.parse import parse_policy
from connectors.policy.starter import TABLES
from connectors.policy.starter.chosen import Chosen, Kept, chosen_policy, chosen_stream, fields_behind
from connectors.policy.starter.presets import BALANCED, DETAILED, PRESETS, STRICT, under
from connectors.policy.starter.roles import Choices, choices_of, column_of
from connectors.policy.starter.success import guessed
from connectors.source import FieldInfo

SALESFORCE, HUBSPOT = TABLES["salesforce"], TABLES["hubspot"]


def field(name: str, kind: str = "choice", label: str = "", **more: object) -> FieldInfo:
    types = {"choice": "picklist", "yes_no": "boolean", "number": "double", "moment": "date"}
    given = {"type": types.get(kind, "string"), "kind": kind, "label": label or name, **more}
    return FieldInfo(name=name, **given)  # type: ignore[arg-type]


ORG = (
    field("Lead_Score__c", "number"),
    field("Einstein__c", "number", predicted=True),
    field("Employees_Count__c", "number"),
    field("Status"),
    field("Is_Customer__c", "yes_no"),
    field("IsConverted", "yes_no"),
    field("HasOptedOutOfEmail", "yes_no"),
    field("ConvertedDate", "moment"),
    field("LastActivityDate", "moment"),
    field("Birthday__c", "moment"),
    field("CreatedDate", "moment"),
    field("SystemModstamp", "moment"),
    field("GenderIdentity"),
    field("Salutation"),
    field("Religion__c"),
    field("Region__c"),
    field("Age__c", "number"),
    field("PostalCode", "short_text"),
    field("Email", "contact"),
    field("LastName", "short_text"),
    field("Notes__c", "long_text"),
    field("Fairness_Status__c"),
)


def choices() -> Choices:
    return choices_of(SALESFORCE, ORG)


def names(offered) -> list[str]:
    return [one.field.name for one in offered]


def test_each_part_is_offered_what_could_be_it_the_likely_first():
    made = choices()
    assert names(made.scores)[:2] == ["Einstein__c", "Lead_Score__c"]
    assert [one.suggested for one in made.scores] == [True, True, False, False]
    assert names(made.outcomes)[:3] == ["Status", "Is_Customer__c", "IsConverted"]
    assert names(made.ended) == ["ConvertedDate", "LastActivityDate"]
    assert names(made.worked)[0] == "LastActivityDate"
    roles = {one.field.name: one.role for one in made.others if one.suggested}
    groups = dict.fromkeys(("GenderIdentity", "Region__c", "Age__c", "Birthday__c"), "group")
    assert roles == {**groups, "PostalCode": "feature"}
    assert [one.field.name for one in made.others if one.special] == ["GenderIdentity", "Salutation"]


def test_what_points_at_a_person_or_is_of_a_special_category_is_refused_with_its_reason():
    made = choices()
    why = {one.field.name: (one.special, one.why) for one in made.refused}
    assert next(iter(why)) == "Religion__c"
    assert why["Religion__c"][0]
    assert "Article 9" in why["Religion__c"][1]
    assert {"Email", "LastName", "Notes__c", "Fairness_Status__c"} <= set(why)
    offered = {name for part in (made.scores, made.outcomes, made.ended, made.others) for name in names(part)}
    assert not offered & {*why, "HasOptedOutOfEmail", "CreatedDate", "SystemModstamp"}


def test_an_org_without_dates_lists_or_numbers_offers_none():
    made = choices_of(HUBSPOT, [field("email", "contact"), field("createdate", "moment")])
    assert (made.scores, made.outcomes, made.ended, made.others) == ((), (), (), ())


def chosen(**changes: object) -> Chosen:
    groups = tuple(one for one in choices().others if one.role == "group")
    usual = {"score": "Lead_Score__c", "outcome": "Status", "groups": groups, "features": ("PostalCode",)}
    return Chosen(**{**usual, **changes})  # type: ignore[arg-type]


MEANINGS = {"Won": "1", "Lost": "0", "Open": ""}


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
@pytest.mark.parametrize("outcome", ["Status", "Is_Customer__c"])
def test_the_policy_fills_every_column_of_the_stream_and_reads_nothing_else(preset, outcome):
    stream = parse_stream(chosen_stream(chosen(outcome=outcome, outcome_at="ConvertedDate", before=True)))
    policy = parse_policy(
        chosen_policy(SALESFORCE, ORG, stream, Kept(preset=preset, meanings=MEANINGS)), "The policy"
    )
    assert {rule.column for rule in policy.rules} == set(fields_behind(stream, ORG))
    read = {"Lead_Score__c", outcome, "ConvertedDate", "GenderIdentity", "Region__c", "Age__c", "Birthday__c"}
    assert set(policy.fields) == {*read, "PostalCode", "CreatedDate", "HasOptedOutOfEmail"}
    assert [one.special_category for one in stream.attributes if one.column == "genderidentity"] == [True]
    assert stream.scored_at == "scored_at"


@settings(deadline=None)
@given(
    threshold=st.none() | st.floats(-1e9, 1e9, allow_nan=False),
    days=st.integers(0, 3650),
    higher=st.booleans(),
    label=st.text(max_size=40),
)
def test_the_stream_says_what_was_chosen_whatever_a_label_holds(threshold, days, higher, label):
    groups = tuple(one for one in choices().others if one.role == "group")[:1]
    named = type(groups[0])(**{**values(groups[0]), "field": field("GenderIdentity", label=label or "x")})
    text = chosen_stream(
        chosen(groups=(named,), threshold=threshold, maturity_days=days, higher_is_better=higher)
    )
    stream = parse_stream(text)
    assert (stream.maturity_days, stream.higher_is_better) == (days, higher)
    assert stream.threshold == threshold
    assert [one.column for one in stream.attributes] == ["genderidentity"]


def values(one) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}


def test_two_fields_of_one_label_stay_two_groups():
    groups = tuple(one for one in choices().others if one.role == "group")
    twins = tuple(
        type(one)(**{**values(one), "field": field(one.field.name, label="Group")}) for one in groups
    )
    stream = parse_stream(chosen_stream(chosen(groups=twins)))
    assert len({one.name for one in stream.attributes}) == len(groups)


def test_a_field_that_is_gone_is_named():
    stream = parse_stream(chosen_stream(chosen()))
    left = [one for one in ORG if one.name != "Age__c"]
    with pytest.raises(BadInput, match=r"no field called age__c \(any more\)"):
        chosen_policy(SALESFORCE, left, stream, Kept(meanings=MEANINGS))


@pytest.mark.parametrize(
    ("meanings", "lacking"),
    [({"Won": "1"}, "no success"), ({"Lost": "0"}, "success"), ({}, "success"), ({"Open": ""}, "success")],
)
def test_an_outcome_without_success_or_without_failure_is_refused(meanings, lacking):
    stream = parse_stream(chosen_stream(chosen()))
    with pytest.raises(BadInput, match=f"No entry of Status means {lacking}:"):
        chosen_policy(SALESFORCE, ORG, stream, Kept(meanings=meanings))


def test_a_stricter_preset_never_tells_more():
    for usual in {*STRICT.instead, *DETAILED.instead}:
        assert under(BALANCED, usual) == usual
        assert compare(usual, under(STRICT, usual)) in {"coarser", "same"}, usual
        if isinstance(usual, Band):  # wider bands of a preset need not share their edges with narrower ones
            assert len(under(DETAILED, usual).bands) > len(usual.bands)  # type: ignore[attr-defined]
        else:
            assert compare(usual, under(DETAILED, usual)) in {"finer", "same"}, usual


def test_entries_are_read_once_each_and_odd_ones_are_left_out():
    rows = [{"value": "a", "label": "A"}, {"value": "a", "label": "B"}, {"value": ""}, "x", {"value": 3}]
    assert entries_of(rows) == (Entry(value="a", label="B"),)
    assert entries_of(None) == ()


@pytest.mark.parametrize(
    ("label", "means"),
    [("Won", "1"), ("Closed - Converted", "1"), ("Not converted", "0"), ("Disqualified", "0"), ("Call", "")],
)
def test_what_an_entry_likely_means(label, means):
    entry = Entry(value=label, label=label)
    assert guessed(SALESFORCE, "Stage__c", [entry]) == {label: means}


def test_a_reserved_name_gets_a_column_of_its_own():
    assert column_of("Lead_Key") == "lead_key_field"
    assert column_of("Region__c") == "region__c"
