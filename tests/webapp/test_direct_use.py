"""What the CRM's rules of a score look at, as the auditor reads it."""

from __future__ import annotations

from audit.schema import parse_stream
from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule
from connectors.scorerules import ScoreRules
from webapp.direct_use import direct_use

POLICY = Policy(
    name="p",
    crm="hubspot",
    object="contacts",
    created="createdate",
    rules=(
        Rule(field="lead_score", operator=Keep(), column="score"),
        Rule(field="gender", operator=Keep(), column="sex"),
        Rule(field="region", operator=Keep(), column="region"),
    ),
)
STREAM = parse_stream(
    '[stream]\nname = "s"\nscore = "score"\nthreshold = 50\n'
    '[[stream.attribute]]\nname = "gender"\ncolumn = "sex"\n[[stream.attribute]]\nname = "region"\n'
)
RULES = ScoreRules(
    id="7",
    name="Fit score",
    changed_at="2026-11-20T10:00:00Z",
    uses=(("gender", "Who they are"), ("marital_status", "Who they are"), ("company_size", "Company")),
)


def test_direct_use_of_an_attribute_is_said_with_the_property_and_the_group_of_rules():
    first, unread, whole = direct_use(RULES, POLICY, STREAM)
    assert (first.code, unread.code, whole.code) == ("direct_use", "direct_use", "score_rules")
    assert "look at gender directly (property gender, in Who they are)" in first.text
    assert "marital_status, which the policy does not read" in unread.text
    assert "made by rules over company_size, gender, marital_status" in whole.text
    assert dict(first.evidence)["rules_changed_at"] == "2026-11-20T10:00:00Z"


def test_rules_over_harmless_properties_are_only_listed():
    rules = ScoreRules(id="7", name="Fit", uses=(("company_size", ""),))
    (only,) = direct_use(rules, POLICY, STREAM)
    assert only.code == "score_rules"


def test_nothing_is_said_where_nothing_is_told():
    assert direct_use(None, POLICY, STREAM) == ()
    assert direct_use(ScoreRules(id="1", name="Empty"), POLICY, STREAM) == ()
