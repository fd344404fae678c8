"""The dossier: everything that is held of one person, in plain words, and nothing of anybody else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from audit.schema import BadInput
from tests.webapp.support import policy_text
from tests.webapp.test_jobs import opt_out
from webapp import jobs
from webapp.rights import controller, dossier, erasing, retention
from webapp.rights.controller import BLANK
from webapp.rights.drivers import drivers
from webapp.rights.rules import in_force

CRMS = ("salesforce", "hubspot")


def made(crms, row, place: int = 1):
    record_id = getattr(crms, row.crm).record_ids()[place]
    return dossier.dossier(crms.services, row, erasing.lead_typed(crms.services, row, record_id), "Ada")


@pytest.mark.parametrize("crm", CRMS)
def test_it_tells_every_kept_value_and_what_it_is_for(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    found = made(crms, row)
    lead = erasing.lead_typed(crms.services, row, getattr(crms, crm).record_ids()[1])
    table = crms.services.lake.read(row.crm, row.organisation)
    held = table.slice(table["lead_key"].to_pylist().index(lead.hex), 1).to_pylist()[0]
    assert {one.column: one.value for one in found.columns} == {
        name: value for name, value in held.items() if name not in {"lead_key", "cohort_day"}
    }
    assert found.created_day == str(held["cohort_day"])
    assert [(one.score, one.policy_version) for one in found.decisions] == [(held["score"], 1)]
    purposes = {one.column: one.purpose for one in found.columns}
    assert purposes["score"] == "the score that is checked"
    assert "group" in purposes["region"]
    assert any("counts as not selected" in one for one in found.use)
    assert found.check is not None
    assert found.check.state == "flagged"
    assert found.drivers is not None
    assert "Fairlead does not know how" in found.drivers.sentence


@pytest.mark.parametrize("crm", CRMS)
def test_it_names_no_group_but_the_persons_own_and_nobody_else(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    text = dossier.to_json(made(crms, row))
    assert "country" in text  # the person's own
    assert "town" not in text
    others = (getattr(crms, crm).record_ids()[2], getattr(crms, crm).record_ids()[1])
    assert not [one for one in others if crm == "salesforce" and one in text]
    lead = erasing.lead_typed(crms.services, row, others[0])
    assert lead.hex not in text


@pytest.mark.parametrize("crm", CRMS)
def test_who_opted_out_is_told_so_between_two_pulls_everything_of_them_goes(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    record_id = getattr(crms, crm).record_ids()[1]
    lead = erasing.lead_typed(crms.services, row, record_id)
    opt_out(crms, crm, record_id)
    jobs.sync(crms.services, row, wanted="full")
    assert crms.services.repository.flag(row.id, lead.hex) is None
    found = made(crms, row)
    assert (found.columns, found.check, found.scores) == ((), None, ())
    assert "left out of everything" in found.standing[0]
    assert "is ticked" in found.standing[0]


@pytest.mark.parametrize("crm", CRMS)
def test_an_erased_lead_and_one_that_was_never_there(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    lead = erasing.lead_typed(crms.services, row, getattr(crms, crm).record_ids()[1])
    erasing.erase(crms.services, row, lead, "Ada")
    assert "erased here" in made(crms, row).standing[0]
    unknown = crms.services.keyring(row).lead_key("nobody")
    assert "was not read" in dossier.dossier(crms.services, row, unknown, "Ada").standing[0]


def test_the_trail_says_that_one_was_made_and_not_of_whom(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    made(crms, row)
    (event,) = [one for one in crms.services.accounts.events() if one.action == "dossier made"]
    lead = erasing.lead_typed(crms.services, row, crms.salesforce.record_ids()[1])
    assert event.who == "Ada"
    assert lead.hex not in event.detail
    assert crms.salesforce.record_ids()[1][:15] not in event.detail


def test_it_says_who_answers_and_what_is_still_to_be_filled_in(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    assert any(BLANK in one for one in made(crms, row).rights)
    retention.set_rule(crms.services, row, "24", "Ada")
    controller.save(crms.services, {"controller": "Acme  GmbH,\nBerlin", "contact": "privacy"}, "Ada")
    found = made(crms, row)
    assert "Responsible: Acme GmbH, Berlin" in found.rights
    assert any("24 months" in one for one in found.retention)
    assert json.loads(dossier.to_json(found))["schema"] == "fairlead.dossier/1"


def test_a_special_category_is_told_to_the_person_and_marked(crms):
    row = crms.ready("salesforce")
    stream = crms.services.repository.stream(row.id)
    crms.services.repository.save_stream(row.id, stream.text.rstrip() + "\nspecial_category = true\n", "Ada")
    jobs.sync(crms.services, row)
    found = made(crms, row)
    marked = {one.column: (one.special, one.value) for one in found.columns}
    assert marked["region"] == (True, "country")
    assert marked["score"][0] is False
    # What the check says tells nothing of the group.
    assert found.check is not None
    assert (found.check.estimate, found.check.fields) == (None, ())


def test_earlier_scores_stand_with_the_moment_since_when(crms):
    row = crms.ready("salesforce")
    text = crms.services.repository.stream(row.id).text
    crms.services.repository.save_stream(
        row.id,
        text.replace('created = "cohort_day"', 'created = "cohort_day"\nscored_at = "scored_at"'),
        "Ada",
    )
    jobs.sync(crms.services, row)
    record_id = crms.salesforce.record_ids()[1]
    leads = crms.salesforce.org.leads
    leads[record_id] = {**leads[record_id], "Score__c": 33}
    jobs.sync(crms.services, row, wanted="full")
    found = made(crms, row)
    assert [one.score for one in found.scores] == ["12", "33"]
    assert all(one.since for one in found.scores)


def test_the_fields_that_go_with_the_score_are_named_where_the_imitation_is_good(crms):
    row, store = crms.ready("salesforce"), crms.services.repository
    policy = (
        store.policy(row.id).text + '\n[[rule]]\nfield = "Region__c"\noperator = "keep"\ncolumn = "area"\n'
    )
    store.save_policy(row.id, policy, "Ada")
    stream = store.stream(row.id).text.replace("features = []", 'features = ["area"]')
    store.save_stream(row.id, stream, "Ada")
    jobs.sync(crms.services, row)
    low, high = made(crms, row, 1).drivers, made(crms, row, 2).drivers
    assert low is not None
    assert high is not None
    assert "imitates the score" in low.sentence
    (country,), (town,) = low.fields, high.fields
    assert (country.field, country.value, country.points < 0) == ("Region__c", "country", True)
    assert (town.value, town.points > 0) == ("town", True)


def test_a_connection_without_a_stream_still_tells_what_it_can(crms):
    row = crms.connect("salesforce")
    with pytest.raises(BadInput, match="no policy yet"):
        dossier.dossier(crms.services, row, crms.services.keyring(row).lead_key("x"), "Ada")
    crms.services.repository.save_policy(row.id, policy_text("salesforce"), "Ada")
    found = dossier.dossier(crms.services, row, crms.services.keyring(row).lead_key("x"), "Ada")
    assert found.use == ("Nobody has said yet which field is the score, so nothing was checked.",)


@pytest.mark.parametrize("crm", CRMS)
def test_a_policy_that_was_saved_since_the_pull_hides_nothing_that_is_held(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    before = {one.column: (one.value, one.done) for one in made(crms, row).columns}
    narrower = policy_text(crm)
    start = narrower.index("[[rule]]", narrower.index("[[rule]]") + 1)
    crms.services.repository.save_policy(row.id, narrower[:start], "Ada")
    found = made(crms, row)
    assert {one.column: (one.value, one.done) for one in found.columns} == before
    assert found.policy_version == 1


def test_why_the_fields_cannot_be_named_is_said(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    rules = in_force(crms.services, row)
    assert rules.stream is not None
    odd = replace(rules, stream=replace(rules.stream, score="nowhere"))
    lead = erasing.lead_typed(crms.services, row, crms.salesforce.record_ids()[1])
    told = drivers(crms.services, row, odd, lead)
    assert told.fields == ()
    assert told.sentence.startswith("The score is made in the CRM")
    assert "could not be worked out here (" in told.sentence
    assert "nowhere" in told.sentence
