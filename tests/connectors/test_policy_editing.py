"""A policy's text is changed rule by rule, and the rest of it stays as it is."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors.policy.coarsen import Coarsen
from connectors.policy.editing import sheet_of, with_head, with_new_rule, with_rule, without_rule
from connectors.policy.parse import parse_policy

TEXT = """# Our policy.
[policy]
name = "leads" # theirs
crm = "salesforce"
object = "Lead"
created = "CreatedDate"

# Why the age is here.
[[rule]]
field = "Age__c" # in years
operator = "band"
column = "age"
bands = [25, 35]

# [[rule]]
# field = "Not__c"

# Where they come from.
[[rule]]
field = "LeadSource"
operator = "keep"
"""


def test_the_pieces_are_the_text():
    sheet = sheet_of(TEXT)
    assert sheet.text == TEXT
    assert [rule["field"] for rule in sheet.rules] == ["Age__c", "LeadSource"]
    assert sheet.policy["name"] == "leads"


def test_a_changed_rule_keeps_every_comment_and_every_other_line():
    changed = with_rule(sheet_of(TEXT), 0, {**sheet_of(TEXT).rules[0], "bands": [30, 40]}).text
    assert changed == TEXT.replace("[25, 35]", "[30, 40]")


def test_another_operator_takes_its_parameters_along():
    rule = {"field": "Age__c", "operator": "coarsen", "column": "age", "by": "month"}
    changed = with_rule(sheet_of(TEXT), 0, rule).text
    assert "bands" not in changed
    assert "# in years" in changed
    assert parse_policy(changed).rules[0].operator.describe() == Coarsen(by="month").describe()


def test_a_rule_goes_with_the_comment_above_it_and_no_other():
    left = without_rule(sheet_of(TEXT), 0).text
    assert [rule.field for rule in parse_policy(left).rules] == ["LeadSource"]
    assert "Why the age" not in left
    for kept in ("# Our policy.", "# theirs", '# field = "Not__c"', "# Where they come from."):
        assert kept in left


def test_a_new_rule_comes_last_with_its_reason():
    more = with_new_rule(
        sheet_of(TEXT.rstrip()), {"field": "City", "operator": "drop"}, "People\ntype it."
    ).text
    assert more.endswith('\n\n# People type it.\n[[rule]]\nfield = "City"\noperator = "drop"\n')
    assert parse_policy(more).rules[2].field == "City"


def test_the_head_is_changed_and_an_empty_value_goes():
    changed = with_head(sheet_of(TEXT), {"exclude_when": ["HasOptedOutOfEmail"]})
    assert parse_policy(changed.text).exclude_when == ("HasOptedOutOfEmail",)
    assert with_head(changed, {"exclude_when": []}).text.count("exclude_when") == 0
    assert "# theirs" in changed.text


@pytest.mark.parametrize(
    "text",
    [
        "[policy",
        'rule = [{ field = "A", operator = "keep" }]\n',
        TEXT.replace('column = "age"', 'column = """\n[[rule]]\n"""'),
        "[[ rule ]]\n" * 2 + "[other]\n",
        TEXT + "[rule.sub]\nx = 1\n[rule]\n",
    ],
    ids=["no-toml", "inline", "in-a-text", "a-table-behind", "contradiction"],
)
def test_what_cannot_be_told_apart_is_left_to_the_text(text):
    with pytest.raises(BadInput, match="change it in the text below"):
        sheet_of(text)


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
VALUES = st.one_of(
    NAMES,
    st.integers(-(2**31), 2**31),
    st.lists(st.integers(0, 99), max_size=4),
    st.dictionaries(NAMES, NAMES, max_size=3),
    st.dates(),
)
RULES = st.dictionaries(st.sampled_from(["field", "operator", "column", "bands", "vocabulary"]), VALUES)


@settings(deadline=None)
@given(st.lists(RULES, max_size=4), RULES, st.data())
def test_whatever_a_rule_says_is_written_and_read_again(rules, wanted, data):
    sheet = sheet_of('# top\n[policy]\nname = "x"')
    for rule in rules:
        sheet = sheet_of(with_new_rule(sheet, rule, "why").text)
    assert tomllib.loads(sheet.text).get("rule", []) == [dict(rule) for rule in rules]
    if rules:
        place = data.draw(st.integers(0, len(rules) - 1))
        changed = sheet_of(with_rule(sheet, place, wanted).text)
        assert changed.rules == (*sheet.rules[:place], wanted, *sheet.rules[place + 1 :])
        assert changed.text.count("# why") == len(rules)
        gone = sheet_of(without_rule(changed, place).text)
        assert gone.rules == (*sheet.rules[:place], *sheet.rules[place + 1 :])
