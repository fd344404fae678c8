"""When the score was made is a column that Fairlead fills by itself, in whichever CRM the leads live."""

from __future__ import annotations

import pytest

from audit.schema import parse_stream
from connectors.policy.parse import parse_policy
from connectors.policy.starter import stream_text
from tests.webapp.support import STREAM, policy_text
from webapp.viewmodels.columns import left_out, origins

TIMES = 'outcome_at = "score_day"\nscored_at = "scored_at"\nfeatures = []'


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_a_stream_may_name_it(crm):
    stream = parse_stream(STREAM.replace("features = []", TIMES))
    assert [one.name for one in left_out(parse_policy(policy_text(crm)), stream)] == ["score_day"]


def test_a_file_is_read_once_and_has_no_such_column():
    policy = parse_policy(policy_text("hubspot").replace('crm = "hubspot"', 'crm = "file"'))
    assert "scored_at" not in origins(policy)


def test_what_is_suggested_holds_for_hubspot_once_its_marks_are_taken_away():
    suggested = stream_text(["score", "outcome", "outcome_at", "region"])
    assert '# scored_at = "scored_at"' in suggested
    text = suggested.replace("# scored_at", "scored_at").replace("# outcome_at", "outcome_at")
    text = text.replace("# threshold", "threshold")
    policy = policy_text("hubspot").replace('column = "converted"', 'column = "outcome"')
    rule = '\n[[rule]]\nfield = "won_on"\noperator = "keep"\ncolumn = "outcome_at"\n'
    assert left_out(parse_policy(policy + rule), parse_stream(text)) == ()
