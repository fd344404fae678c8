"""The preview of a draft shows no kept value of a column that could name people."""

from __future__ import annotations

from datetime import date

from connectors.policy.apply import Raw
from connectors.policy.look import look_at
from connectors.policy.parse import parse_policy
from connectors.pseudonym import Keyring
from webapp.viewmodels.policy import preview_of

NAMES = ("Maren Holm", "Otto Brandt", "Ines Keller", "Paul Winter", "Rosa Sommer", "Anna Lenz")
POLICY = """[policy]
name = "leads"
crm = "salesforce"
object = "Lead"
created = "CreatedDate"

[[rule]]
field = "Gegenueber__c"
operator = "keep"
column = "partner"
"""


def shown(text: str) -> tuple[set[str | None], tuple[str, ...]]:
    """What is shown after the policy, and what is in doubt."""
    policy = parse_policy(text)
    keyring = Keyring(crm="salesforce", organisation="00D", master=b"k" * 32)
    raw = Raw(
        keys=[keyring.lead_key(name) for name in NAMES],
        columns={"CreatedDate": ["2026-01-02"] * len(NAMES), "Gegenueber__c": list(NAMES)},
        cohort_days=[date(2026, 1, 2)] * len(NAMES),
        rejected={},
    )
    made = preview_of(look_at(policy, raw, keyring), policy, (), len(NAMES))
    values = next(pairs for column, _, pairs in made.rows if column == "partner")
    return {one.after for one in values}, made.doubts


def test_names_of_people_are_not_shown_before_somebody_says_that_they_are_none():
    values, doubts = shown(POLICY)
    assert values == {"text of 1 to 10 characters", "text of 11 to 40 characters"}
    assert len(doubts) == 1
    assert "names of people" in doubts[0]


def test_who_has_looked_sees_them():
    values, doubts = shown(POLICY + "checked = true\n")
    assert (values, doubts) == (set(NAMES), ())
