"""New fields of a CRM become proposals with a reason, and are never read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.hubspot.fields import field_info
from connectors.policy.fitting import refuse_unfit
from connectors.policy.parse import parse_policy
from connectors.policy.special import told_category
from connectors.policy.starter.profile import Profile
from connectors.policy.starter.proposals import field_names, proposals
from connectors.policy.starter.sampled import may_be_looked_at
from connectors.policy.write import policy_to_toml
from connectors.salesforce.fields import field_info as salesforce_field
from connectors.source import FieldInfo, FieldKind

POLICY = parse_policy(
    """
[policy]
name = "p"
crm = "salesforce"
object = "Lead"
created = "CreatedDate"
exclude_when = ["HasOptedOutOfEmail"]
[[rule]]
field = "LeadSource"
operator = "keep"
column = "industry"
[[rule]]
field = "Email"
operator = "drop"
"""
)
KINDS: tuple[FieldKind, ...] = (
    *("choice", "yes_no", "number", "moment", "short_text"),
    *("long_text", "formula_text", "contact", "other", "unknown"),
)


def field(name: str, kind: FieldKind = "choice", **more: object) -> FieldInfo:
    return FieldInfo(name=name, label=name, type=kind, kind=kind, **more)  # type: ignore[arg-type]


def proposed(*fields: FieldInfo, **profiles: Profile) -> dict[str, tuple[str, str]]:
    found = proposals(POLICY, fields, (), profiles)
    return {one.field: (one.operator, one.reason) for one in found}


def profile(looks: str, **more: object) -> Profile:
    given = {"leads": 200, "filled": 150, "distinct": 12, "length": "1-10", "share": 0.9, **more}
    return Profile(looks=looks, **given)  # type: ignore[arg-type]


def test_only_a_field_that_is_new_is_proposed():
    fields = [
        field("LeadSource"),
        field("email", "contact"),
        field("HASOPTEDOUTOFEMAIL"),
        field("CreatedDate"),
    ]
    assert proposals(POLICY, fields, ()) == ()
    new = [*fields, field("Region__c"), field("Old__c")]
    assert [one.field for one in proposals(POLICY, new, ["old__C"])] == ["Region__c"]
    assert proposals(POLICY, new, field_names(new)) == ()


def test_a_proposal_is_not_a_read():
    before = POLICY.fields
    found = proposals(POLICY, [field("Region__c"), field("Income__c", "number")], ())
    assert POLICY.fields == before
    assert not {one.field for one in found} & set(POLICY.fields)


def test_a_proposal_is_a_valid_rule_beside_those_of_the_policy():
    fields = [field("Industry"), field("Birth_Date__c", "moment"), field("Title", "short_text")]
    text = policy_to_toml(POLICY) + "".join(f"\n{one.toml}\n" for one in proposals(POLICY, fields, ()))
    policy = parse_policy(text)
    refuse_unfit(policy, fields)
    columns = {rule.field: rule.column for rule in policy.rules}
    assert columns == {
        "LeadSource": "industry",
        "Email": "email",
        "Industry": "industry_2",
        "Birth_Date__c": "birth_date__c",
        "Title": "title",
    }


@pytest.mark.parametrize(
    ("one", "operator", "word"),
    [
        (field("Spouse_Name__c"), "drop", "a name"),
        (field("Work_Email__c", "short_text"), "drop", "identifier of a person"),
        (field("Rep_Notes__c", "long_text"), "drop", "free text"),
        (field("Story__c", "long_text"), "drop", "a long text"),
        (field("Reach__c", "contact"), "drop", "mail address, phone number"),
        (field("Place__c", "other"), "drop", "no single plain value"),
        (field("Formula__c", "formula_text"), "drop", "formula"),
        (field("Nickname_of_choice__c", "short_text"), "drop", "a name"),
        (field("Religion__c", "choice", security="Restricted"), "drop", "classifies it as Restricted"),
        (field("Illness__c", "choice", compliance=("HIPAA",)), "drop", "HIPAA"),
        (field("Plan_Kind__c", "choice", compliance=("HIPAA",)), "drop", "only if a person decides"),
        (field("Salary_Level__c", "choice", compliance=("PII", "GDPR")), "coarsen", "PII, GDPR"),
        (field("Birth_Date__c", "moment", security="Confidential"), "band", "decade"),
        (field("Old_Thing__c", "choice", retiring=True), "drop", "do without"),
        (field("Home_Zip__c", "short_text"), "coarsen", "first character"),
        (field("BillingCountry", "short_text"), "coarsen", "region"),
        (field("Job_Title__c", "short_text"), "coarsen", "level"),
        (field("Age__c", "number"), "band", "bands"),
        (field("Visits__c", "number"), "band", "one of a kind"),
        (field("Fit_Score__c", "number"), "keep", "score"),
        (field("Is_Partner__c", "yes_no"), "keep", "checkbox"),
        (field("Segment__c", "choice"), "keep", "list"),
        (field("Last_Demo__c", "moment"), "coarsen", "month"),
        (field("Favourite_Colour__c", "short_text"), "drop", "type anything"),
    ],
)
def test_each_proposal_says_why(one, operator, word):
    found, reason = proposed(one)[one.name]
    assert found == operator
    assert word in reason
    assert reason.endswith(".")


SPECIAL = [
    ({"name": "X1__c", "label": "Confession", "type": "picklist"}, "religion or belief", "Article 9"),
    (
        {"name": "X2__c", "type": "picklist", "inlineHelpText": "Is the lead in a trade union?"},
        "trade union",
        "9",
    ),
    (
        {"name": "X3__c", "type": "multipicklist", "picklistValues": ["Black", "Asian", "White"]},
        "ethnic",
        "9",
    ),
    (
        {"name": "X4__c", "type": "picklist", "picklistValues": ["--None--", "Jüdisch", "Andere"]},
        "religion",
        "9",
    ),
    ({"name": "X5__c", "type": "boolean", "inlineHelpText": "Vorstrafen?"}, "criminal records", "Article 10"),
    (
        {"name": "GenderIdentity", "type": "picklist", "picklistValues": ["Female", "Transgender"]},
        "gender",
        "9",
    ),
]


@pytest.mark.parametrize(("told", "what", "by"), SPECIAL)
def test_a_special_category_is_dropped_whatever_says_it(told, what, by):
    values = [{"active": True, "label": one, "value": one} for one in told.get("picklistValues", ())]
    in_salesforce = salesforce_field({**told, "picklistValues": values})
    kinds = {"picklist": "enumeration", "multipicklist": "enumeration", "boolean": "bool"}
    in_hubspot = field_info(
        {
            "name": told["name"],
            "label": told.get("label"),
            "description": told.get("inlineHelpText"),
            "type": kinds[told["type"]],
            "options": values,
        }
    )
    for found in proposals(POLICY, [in_salesforce], ()), proposals(POLICY, [in_hubspot], ()):
        assert found[0].operator == "drop"
        assert what in found[0].reason
        assert by in found[0].reason
        assert "special_category = true" in found[0].reason


@pytest.mark.parametrize(
    "values",
    [
        ("Red", "White", "Black", "Blue"),
        ("Conservative", "Balanced", "Growth"),
        ("English", "Hebrew", "Arabic"),
        ("Religious Institutions", "Hospital & Health Care", "Political Organization"),
        ("Female", "Male", "Nonbinary", "Not Listed"),
    ],
)
def test_an_ordinary_list_is_no_special_category(values):
    assert told_category("", values) == ""


def test_what_says_a_special_category_is_never_asked_for_a_sample():
    assert not may_be_looked_at(field("Religion__c"))
    assert not may_be_looked_at(field("X__c", special="health"))
    assert may_be_looked_at(field("Gender__c"))


def test_neither_help_text_nor_entries_are_remembered():
    told = {"name": "X__c", "type": "picklist", "inlineHelpText": "SECRET help", "picklistValues": []}
    assert "SECRET" not in str(salesforce_field(told))


def test_the_label_speaks_as_the_name_does():
    found = proposals(
        POLICY, [FieldInfo(name="X1__c", label="Home phone", type="string", kind="short_text")], ()
    )
    assert found[0].operator == "drop"
    assert "identifier" in found[0].reason


def test_hubspots_sensitive_properties_are_dropped():
    told = {"name": "plan_kind", "type": "enumeration", "dataSensitivity": "highly_sensitive"}
    found = proposals(POLICY, [field_info({**told, "sensitiveDataCategories": ["HIPAA"]})], ())
    assert (found[0].operator, found[0].reason) == (
        "drop",
        "Your org classifies it as highly_sensitive, HIPAA: it is read only if a person decides so.",
    )


@pytest.mark.parametrize(
    ("kind", "seen", "operator", "word"),
    [
        ("choice", profile("mail"), "drop", "look like mail addresses"),
        ("unknown", profile("name"), "drop", "names of people"),
        ("choice", profile("text", distinct=41), "drop", "More than 40"),
        ("short_text", profile("text", distinct=149), "drop", "nearly every value is another"),
        ("choice", profile("empty", filled=0, distinct=0), "drop", "is empty"),
        ("choice", profile("text"), "keep", "list"),
    ],
)
def test_what_a_sample_showed_is_heard(kind, seen, operator, word):
    found, reason = proposed(field("X__c", kind), X__c=seen)["X__c"]
    assert (found, word in reason) == (operator, True)


words = st.sampled_from(
    ["Name", "Email", "Zip", "Score", "Age", "Notes", "X", "Region", "Title", "Country", "Id"]
)
fields = st.builds(
    lambda parts, kind, security, group: FieldInfo(
        name="_".join(parts), label=parts[0], type=kind, kind=kind, security=security, compliance=group
    ),
    st.lists(words, min_size=1, max_size=3),
    st.sampled_from(KINDS),
    st.sampled_from(["", "Public", "Internal", "Confidential", "Restricted", "MissionCritical"]),
    st.sampled_from([(), ("PII",), ("HIPAA",), ("GDPR", "CCPA")]),
)


@given(st.lists(fields, max_size=8, unique_by=lambda one: one.name))
def test_whatever_the_fields_the_proposals_make_a_policy_that_fits_them(described):
    found = proposals(POLICY, described, ())
    policy = parse_policy(policy_to_toml(POLICY) + "".join(f"\n{one.toml}\n" for one in found))
    refuse_unfit(policy, described)
    kept = {one.name: one for one in described}
    for one in found:
        if one.operator == "keep":
            assert kept[one.field].kind in {"choice", "yes_no", "number"}
            assert kept[one.field].security in {"", "Public", "Internal"}
            assert not kept[one.field].compliance
