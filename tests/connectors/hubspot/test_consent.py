"""Opt-outs, legal bases and demographics that people typed: honoured, normalised by a list, and counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit.schema import BadInput
from connectors.policy.parse import parse_policy
from connectors.policy.starter import starter
from connectors.policy.write import policy_to_toml
from connectors.sandbox.hubspot.scoring import ScoringRule
from tests.connectors.hubspot.syncing import POLICY, desk_of
from tests.connectors.hubspot.test_related import DEALS, SCHEMAS, SCORING, with_scopes
from tests.connectors.subject_hubspot import some

TYPED = ("Female", " F ", "femme", "Mann", "m", "NB", "Select", "yes please", "", "N/A")


@pytest.fixture
def suggested(connecting):
    """The suggestion for a portal whose app may read deals and scores."""
    found = with_scopes(connecting(some(5)), DEALS, *SCHEMAS, SCORING)
    rules = [ScoringRule(property="region", points={"a": 5})]
    found.portal.desk.publish_score(7, "Fit", "age", rules)
    return starter("hubspot", found.source.suggestible())


def test_a_legal_basis_that_must_be_there_is_honoured_and_counted(connecting, tmp_path):
    records = some(40)
    for number in range(30):
        records[number]["hs_legal_basis"] = "Not applicable"
    records[3]["opted_out_of_profiling"] = True
    desk = desk_of(connecting(records), tmp_path)
    policy = replace(POLICY, exclude_unless=("hs_legal_basis",))
    done = desk.sync(policy)
    assert done.run.excluded == {"opted_out_of_profiling": 1, "without hs_legal_basis": 10}
    assert (done.run.read, done.run.kept) == (40, 29)
    desk.later()
    desk.portal._world.contacts.definitions["hs_legal_basis"].allow("Freely given consent from contact")
    desk.change(35, hs_legal_basis="Freely given consent from contact")
    desk.change(5, hs_legal_basis="")
    desk.later(1)
    done = desk.sync(policy)
    assert (done.added, done.whole.kept, done.whole.excluded["without hs_legal_basis"]) == (1, 29, 10)
    assert desk.lead(5) is None


def test_consent_is_written_and_read_back():
    policy = replace(POLICY, exclude_unless=("hs_legal_basis",))
    assert parse_policy(policy_to_toml(policy)) == policy
    assert "hs_legal_basis" in policy.fields


def test_a_name_is_no_consent():
    with pytest.raises(BadInput, match="exclude_unless"):
        parse_policy(policy_to_toml(replace(POLICY, exclude_unless=("lastname",))))


def test_what_people_typed_is_read_by_a_list_and_the_rest_is_counted(connecting, tmp_path, suggested):
    records = some(len(TYPED))
    for record, typed in zip(records, TYPED, strict=True):
        record["gender"] = typed
    desk = desk_of(connecting(records), tmp_path)
    gender = next(rule for rule in parse_policy(suggested.policy).rules if rule.field == "gender")
    done = desk.sync(replace(POLICY, rules=(*POLICY.rules, gender)))
    rows = {row["lead_key"]: row["gender"] for row in desk.rows().to_pylist()}
    assert [rows[desk.key(number)] for number in range(len(TYPED))] == [
        *("female", "female", "female", "male", "male", "nonbinary"),
        *(None, None, None, None),
    ]
    assert done.run.unmapped == {"gender": 1}


def test_the_suggestion_takes_the_portals_own_score_first_and_objections_of_every_name(suggested):
    policy = parse_policy(suggested.policy)
    assert policy.exclude_when == ("hs_email_optout", "opted_out_of_profiling")
    assert next(rule.field for rule in policy.rules if rule.column == "score") == "age"
    assert "hubspotscore" not in suggested.policy
    assert '# exclude_unless = ["hs_legal_basis"]' in suggested.policy


def test_what_is_suggested_as_a_note_is_valid_when_it_is_taken_up(suggested):
    for wanted in ("deal.hs_is_closed_won", "hs_v2_date_entered_customer", "marital_status", "date_of_birth"):
        lines = suggested.policy.splitlines()
        place = lines.index(f'# field = "{wanted}"')
        end = next(n for n in range(place, len(lines)) if not lines[n])
        taken = [
            *lines[: place - 1],
            *(one.removeprefix("# ") for one in lines[place - 1 : end]),
            *lines[end:],
        ]
        assert wanted in parse_policy("\n".join(taken)).fields


def test_the_tier_that_tells_the_outcome_is_mapped_to_missing(suggested):
    place = suggested.policy.index('field = "hs_predictivescoringtier"')
    assert '"closed_won" = ""' in suggested.policy[place : place + 200]


def test_sensitive_properties_are_neither_described_nor_suggested_nor_asked_for(connecting, tmp_path):
    desk = desk_of(connecting(some(3)), tmp_path)
    desk.sync()
    names = {field.name for field in desk.source.suggestible()}
    sensitive = {"health_condition", "national_id_number"}
    assert not sensitive & names
    assert not sensitive & desk.portal.control.requested
