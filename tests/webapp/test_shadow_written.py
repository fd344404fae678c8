"""The shadow score in the CRM: off by default, written to new leads in both CRMs, and taken away again."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from audit.rows.mitigation import Request
from audit.rows.mitigation.catalogue import PLAIN
from audit.rows.mitigation.recalibration import RECALIBRATION
from connectors.sandbox.fields import FieldSpec
from connectors.source import ShadowReceipt
from tests.webapp.markup import Page, faults
from webapp import jobs
from webapp.held_leads import leads_of
from webapp.key_rotation import rotate
from webapp.shadow_audits import written_scores
from webapp.shadow_scores import opened_from
from webapp.shadowing import came_of
from webapp.store.shadows import NewShadow

LEADS, DAYS = 400, 150
CREATED = {"salesforce": "CreatedDate", "hubspot": "createdate"}
FIELD = {"salesforce": "Fairness_Shadow_Score__c", "hubspot": "fairscore_shadow_score"}
REMEDY = {"salesforce": PLAIN, "hubspot": RECALIBRATION}
BRANCH = {"salesforce": "Branch__c", "hubspot": "branch"}
RULE = '\n[[rule]]\nfield = "{field}"\noperator = "key"\ndomain = "branch"\ncolumn = "branch"\n'
ABOUT = {"request": asdict(Request(attribute="region")), "attribute": "region", "group": "country"}
CRMS = pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
AGREED = {"agreed": "yes"}


@pytest.fixture(scope="module")
def world(support, certificate, tmp_path_factory):
    """Both CRMs with leads of many days, pulled and audited; a shadow score has learned at each."""

    def over_days(crm):
        held, won = support.contents(crm, LEADS), support.NAMES[crm]["converted"]
        first = support.START.date() - timedelta(days=DAYS)
        days = [first + timedelta(days=at * DAYS // LEADS) for at in range(LEADS)]
        zone = "+0000" if crm == "salesforce" else "Z"
        records = tuple(
            {
                **one, CREATED[crm]: f"{day}T09:00:00.000{zone}",
                BRANCH[crm]: f"branch {at % 5}", won: at % 5 < 2 or at % 7 == 0,
            }
            for at, (one, day) in enumerate(zip(held.records, days, strict=True))
        )
        branch = FieldSpec(name=BRANCH[crm], label="Branch", type="text")
        return replace(held, records=records, fields=(*held.fields, branch))

    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("shadow-written")
        opened = stack.enter_context(support.running(certificate, folder, over_days))
        for crm in CREATED:
            row = opened.ready(crm)
            text = support.policy_text(crm) + RULE.format(field=BRANCH[crm])
            opened.services.repository.save_policy(row.id, text, "Ada")
            opened.services.repository.save_stream(row.id, stream(support), "Ada")
            begin(opened.services, row)
            jobs.sync(opened.services, row)
        yield opened


def stream(support) -> str:
    return support.STREAM.replace("features = []", 'features = ["branch"]\nmaturity_days = 30')


def begin(opened, row) -> str:
    asked = {"remedy": asdict(REMEDY[row.crm]), **ABOUT}
    return opened.shadows.start(
        row.id, NewShadow(experiment_id="e1", asked=asked, who="Ada", reason="To see.")
    )


@pytest.fixture
def at(world, crm):
    """One connection, whose shadow score runs, has learned, and is not written; its page."""
    opened = world.services
    row = opened.repository.connection_for(crm, getattr(world, crm).organisation)
    if opened.shadows.running(row.id) is None:
        begin(opened, row)
        jobs.sync(opened, row)
    opened.shadows.write_no_more(row.id, "test")
    jobs.publish(opened, row)
    return row


@pytest.fixture(scope="module")
def browser(world):
    return world.signed_in()


def held(world, row) -> dict[str, float]:
    """What stands in the CRM's field, by the key of the lead."""
    crm, ring = getattr(world, row.crm), world.services.keyring(row)
    if row.crm == "salesforce":
        rows = {name: one.get(FIELD[row.crm]) for name, one in crm.org.leads.items()}
    else:
        rows = {name: crm.values(name).get(FIELD[row.crm]) for name in crm.record_ids()}
    return {ring.lead_key(name).hex: float(value) for name, value in rows.items() if value not in {None, ""}}


def wanted(opened, row) -> dict[str, float]:
    """The same, told here from what was learned."""
    stream = jobs.rules_in_force(opened, row).stream
    learned = opened_from(opened, row, opened.shadows.running(row.id))
    return dict(written_scores((leads_of(opened, row, stream), stream), learned))


@CRMS
def test_it_is_written_to_new_leads_once_an_admin_agrees_and_taken_away_again(world, at, browser, crm):
    opened, page = world.services, f"/connections/{at.id}/shadow"
    shown = browser.get(page)
    assert faults(shown.text) == []
    assert "Off. Nothing of the shadow score is in the CRM." in Page(shown.text).text
    assert FIELD[crm] in Page(shown.text).text
    assert jobs.publish(opened, at).shadow is None
    refused = browser.submit(page, {}, to=f"{page}/write")
    assert (refused.status_code, "Tick the box first" in Page(refused.text).text) == (422, True)
    assert faults(refused.text) == []
    assert held(world, at) == {}
    assert browser.submit(page, AGREED, to=f"{page}/write").status_code == 303
    assert (
        "nothing was changed"
        in Page(browser.submit(page, AGREED, to=f"{page}/write", follow_redirects=True).text).text
    )
    receipt, told = jobs.publish(opened, at), wanted(opened, at)
    assert receipt.shadow == ShadowReceipt(written=len(told), cleared=0, unchanged=0)
    assert 50 < len(told) < LEADS - 200
    assert held(world, at) == pytest.approx(told)
    shown = Page(browser.get(page).text).text
    assert f"Shadow scores: {len(told)} written + 0 cleared + 0 unchanged" in shown
    assert "The chance of a good outcome, from 0 to 100" in shown
    again = jobs.publish(opened, at)
    assert (again.written, again.shadow) == (0, ShadowReceipt(written=0, cleared=0, unchanged=len(told)))
    assert browser.submit(page, {}, to=f"{page}/write-no-more").status_code == 303
    assert "may still stand" in Page(browser.get(page).text).text
    gone = jobs.publish(opened, at)
    assert gone.shadow == ShadowReceipt(written=0, cleared=len(told), unchanged=0)
    assert held(world, at) == {}
    assert "may still stand" not in Page(browser.get(page).text).text
    lines = [(one.who, one.action) for one in opened.accounts.events(8) if "shadow score write" in one.action]
    assert lines[:2] == [("Ada", "shadow score write-back off"), ("Ada", "shadow score write-back on")]


@pytest.mark.parametrize("crm", ["salesforce"])
def test_a_rotated_key_keeps_the_scores_and_the_comparison(world, at):
    opened = world.services
    opened.shadows.write(at.id, "Ada")
    jobs.sync(opened, at)
    jobs.publish(opened, at)
    before, came = held(world, at), came_of(opened, at, opened.shadows.running(at.id))[0]
    learned = opened_from(opened, at, opened.shadows.running(at.id))
    (branch,) = [one for one in learned.given["fields"] if one["name"] == "branch"]
    assert len(branch["names"]) == 5
    rotate(opened, at, "Ada", jobs.quiet)
    moved = opened_from(opened, at, opened.shadows.running(at.id))
    (after,) = [one for one in moved.given["fields"] if one["name"] == "branch"]
    assert set(after["names"]).isdisjoint(branch["names"])
    assert after["means"] == branch["means"]
    receipt = jobs.publish(opened, at)
    assert receipt.shadow == ShadowReceipt(written=0, cleared=0, unchanged=len(before))
    assert sorted(held(world, at).values()) == sorted(before.values())
    jobs.sync(opened, at)
    again = came_of(opened, at, opened.shadows.running(at.id))[0]
    assert (again.audit.leads, again.audit.compared) == (came.audit.leads, came.audit.compared)
