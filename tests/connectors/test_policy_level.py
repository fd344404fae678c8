"""Green, amber or red, by the stated limits, and which columns an outsider could know."""

from __future__ import annotations

import pyarrow as pa
import pytest

from connectors.policy.exposure import exposure
from connectors.policy.level import ALONE, FEW, LINKED, PUBLISHED, K, Level, level_of
from connectors.policy.outsider import knowable, outsider_columns
from connectors.policy.parse import parse_policy

HEAD = '[policy]\nname = "p"\ncrm = "salesforce"\nobject = "Lead"\ncreated = "CreatedDate"\n'


def rule(field: str, operator: str = "keep", more: str = "") -> str:
    return f'[[rule]]\nfield = "{field}"\noperator = "{operator}"\ncolumn = "{field.lower()}"\n{more}\n'


POLICY = parse_policy(HEAD + rule("A") + rule("S"))


def leveled(groups: list[int], sensitive: dict[int, list[str]] | None = None) -> Level:
    """The level of leads that come in groups of these sizes."""
    a = [f"g{place}" for place, size in enumerate(groups) for _ in range(size)]
    s = [value for place, size in enumerate(groups) for value in (sensitive or {}).get(place, ["x"] * size)]
    table = pa.table({"a": pa.array(a, pa.string()), "s": pa.array(s, pa.string())})
    return level_of(exposure(table, POLICY, ("a",), ("s",) if sensitive else ()))


def test_large_groups_are_green():
    assert leveled([K] * 100) == Level(
        colour="amber",
        sentences=(
            (
                "Somebody with a list of these values would find the right lead for 20.0% of them, "
                "by pointing at any lead for 0.20%."
            ),
        ),
    )
    assert leveled([50] * 10) == Level(
        colour="green",
        sentences=("Every lead looks like at least 49 others on what an outsider could know.",),
    )


@pytest.mark.parametrize("smallest", [1, 2, K - 1])
def test_a_group_under_five_is_amber(smallest):
    level = leveled([smallest, *[100] * 10])
    assert level.colour == "amber"
    assert f"has {smallest}: aim at 5" in level.sentences[0]


def test_many_alone_are_red_and_a_few_are_not():
    assert leveled([1] * 60 + [100] * 10).colour == "red"
    assert leveled([1] * 40 + [100] * 10).colour == "amber"
    assert ALONE == 0.05
    assert (PUBLISHED, LINKED) == (0.09, 0.20)


def test_a_group_with_one_sensitive_value_is_amber():
    values = {0: ["y"] * 100, 1: ["x", "y"] * 50}
    assert any("only one value of s" in one for one in leveled([100, 100], values).sentences)
    mixed = {0: ["x", "y"] * 50, 1: ["x", "y"] * 50}
    assert leveled([100, 100], mixed).colour == "green"


def test_no_lead_is_never_green_and_few_leads_are_told():
    assert leveled([]).colour == "unmeasured"
    assert "Measured on 30 leads only" in leveled([15, 15]).sentences[-1]
    assert FEW == 200


def test_worst_first():
    level = leveled([1] * 60 + [100] * 10)
    assert "look like no other" in level.sentences[0]
    assert "aim at 5" in level.sentences[-1]


def test_an_outsider_knows_what_the_rule_does_not_say_is_inside():
    text = HEAD + "".join(
        [
            *(
                rule(name)
                for name in ("LeadSource", "Industry", "Lead_Score__c", "CreatedDate", "Status", "Whatever")
            ),
            *(rule(name, "coarsen", 'by = "presence"') for name in ("LastActivityDate", "PostalCode")),
            rule("Email", "key", 'domain = "d"'),
            rule("Fax", "drop"),
            rule("Description", "reduce", 'to = "words"'),
            rule("Visits__c", "noise", "epsilon = 1.0\nlower = 0\nupper = 9"),
        ]
    )
    found = knowable(parse_policy(text))
    assert found.columns == ("industry", "whatever", "postalcode")
    assert dict(found.inside) == {
        "leadsource": "is filled by the CRM or its users about their own work",
        "lead_score__c": "is filled by the CRM or its users about their own work",
        "createddate": "is the day on which the CRM made the record",
        "status": "is filled by the CRM or its users about their own work",
        "lastactivitydate": "is filled by the CRM or its users about their own work",
        "email": "is a code that nobody outside can make",
        "description": "is a number made of a text that nobody outside has",
        "visits__c": "carries noise, so that an exact list does not match it",
    }


@pytest.mark.parametrize(
    "name",
    [
        "Age__c",
        "Birthdate",
        "Title",
        "Country",
        "Marital_Status__c",
        "Postcode__c",
        "Gender",
        "Employment_Status",
    ],
)
def test_what_says_something_of_a_person_is_known_outside(name):
    assert outsider_columns(parse_policy(HEAD + rule(name))) == (name.lower(),)
