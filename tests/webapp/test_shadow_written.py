"""The shadow score in the CRM: off by default, written to new leads in both CRMs, and taken away again."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from audit.rows.mitigation import Request
from audit.rows.mitigation.catalogue import PLAIN
from audit.rows.mitigation.recalibration import RECALIBRATION
from audit.schema import BadInput
from connectors.hubspot.client import HubSpotClient
from connectors.salesforce.batches import Batches
from connectors.sandbox.fields import FieldSpec
from connectors.source import ShadowReceipt
from tests.webapp.api_caller import caller
from tests.webapp.markup import Page, faults
from webapp import jobs
from webapp.cli import publish
from webapp.doctor.write_back import write_back
from webapp.held_leads import leads_of
from webapp.key_rotation import rotate
from webapp.shadow_audits import audited, written_scores
from webapp.shadow_scores import opened_from
from webapp.shadowing import came_of
from webapp.store.accounts import NewUser
from webapp.store.shadows import NewShadow

LEADS, DAYS = 400, 150
CREATED = {"salesforce": "CreatedDate", "hubspot": "createdate"}


class Killed(BaseException):
    """As a process that is no more: nothing of ours catches it."""


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
                **one,
                CREATED[crm]: f"{day}T09:00:00.000{zone}",
                BRANCH[crm]: f"branch {at % 5}",
                won: at % 5 < 2 or at % 7 == 0,
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
    runs = opened.shadows.running(row.id)
    if runs is None:
        begin(opened, row)
    if runs is None or runs.content is None:
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


def figures(came) -> list[float]:
    """Every figure of a comparison; -9 where one is not defined."""
    told = came.audit.compared
    shares = [
        one for each in (told.everybody, *told.groups) for one in (each.before, each.after, each.differ)
    ]
    rates = [one for row in told.rows for one in (row.before, row.after)]
    ends = [end for one in (told.correlation, *shares, *rates) for end in (one.value, one.low, one.high)]
    return [-9.0 if end is None else end for end in ends]


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
    # Whoever asks who sees what is told of the field as well.
    assert FIELD[crm] in Page(browser.get(f"/connections/{at.id}/privacy/record").text).text
    assert "The chance of a good outcome, from 0 to 100" in shown
    again = jobs.publish(opened, at)
    assert (again.written, again.shadow) == (0, ShadowReceipt(written=0, cleared=0, unchanged=len(told)))
    assert browser.submit(page, {}, to=f"{page}/write-no-more").status_code == 303
    assert "may still stand" in Page(browser.get(page).text).text
    gone = jobs.publish(opened, at)
    assert gone.shadow == ShadowReceipt(written=0, cleared=len(told), unchanged=0)
    assert held(world, at) == {}
    assert FIELD[crm] not in Page(browser.get(f"/connections/{at.id}/privacy/record").text).text
    assert "may still stand" not in Page(browser.get(page).text).text
    lines = [(one.who, one.action) for one in opened.accounts.events(8) if "shadow score write" in one.action]
    assert lines[:2] == [("Ada", "shadow score write-back off"), ("Ada", "shadow score write-back on")]


@pytest.mark.parametrize("crm", ["salesforce"])
def test_a_rotated_key_keeps_the_scores_and_the_comparison(world, at):
    opened = world.services
    opened.shadows.write(at.id, "Ada")
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
    # The leads stand in another order now, so that sums differ in the last digit.
    assert again.audit.leads == came.audit.leads
    assert figures(again) == pytest.approx(figures(came), abs=1e-6)


@CRMS
def test_what_a_killed_write_back_left_is_taken_away_by_the_next_one(world, at, browser, crm, monkeypatch):
    """It dies after some of the scores are in the CRM, and then nobody wants them there any more."""
    opened, page = world.services, f"/connections/{at.id}/shadow"
    opened.shadows.write(at.id, "Ada")
    told, sent = wanted(opened, at), []
    place, name = (Batches, "_sent") if crm == "salesforce" else (HubSpotClient, "update")
    send = getattr(place, name)
    monkeypatch.setattr("connectors.salesforce.batches.LARGEST", 20)
    monkeypatch.setattr("connectors.hubspot.publish.PAGE", 20)

    def once(self, group):
        if sent:
            raise Killed
        sent.append(len(group))
        return send(self, group)

    monkeypatch.setattr(place, name, once)
    with pytest.raises(Killed):
        jobs.publish(opened, at)
    monkeypatch.undo()
    assert 0 < len(held(world, at)) == sent[0] < len(told)
    opened.shadows.write_no_more(at.id, "Ada")
    assert "may still stand" in Page(browser.get(page).text).text
    receipt = jobs.publish(opened, at)
    assert receipt.shadow == ShadowReceipt(written=0, cleared=sent[0], unchanged=0)
    assert held(world, at) == {}
    assert "may still stand" not in Page(browser.get(page).text).text


@pytest.mark.usefixtures("crm")
@CRMS
def test_a_killed_write_back_goes_on_where_it_stopped(world, at, monkeypatch):
    opened = world.services
    opened.shadows.write(at.id, "Ada")
    told = wanted(opened, at)
    add = type(opened.repository).add_receipt
    monkeypatch.setattr(type(opened.repository), "add_receipt", lambda *_: (_ for _ in ()).throw(Killed))
    with pytest.raises(Killed):
        jobs.publish(opened, at)
    monkeypatch.setattr(type(opened.repository), "add_receipt", add)
    again = jobs.publish(opened, at)
    assert (again.written, again.shadow.unchanged) == (0, len(told))


@pytest.mark.parametrize("crm", ["hubspot"])
def test_a_lead_that_leaves_loses_its_score(world, at, support, crm):
    opened, stand_in = world.services, getattr(world, crm)
    opened.shadows.write(at.id, "Ada")
    jobs.publish(opened, at)
    before, ring, field = held(world, at), opened.keyring(at), support.NAMES[crm]["opt_out"]
    gone = next(one for one in reversed(stand_in.record_ids()) if ring.lead_key(one).hex in before)
    stand_in.desk.change("contacts", gone, {field: "true"})
    jobs.sync(opened, at, wanted="full")
    receipt = jobs.publish(opened, at)
    assert (receipt.shadow.cleared, receipt.cleared) == (1, 1)
    assert held(world, at).keys() == before.keys() - {ring.lead_key(gone).hex}


@CRMS
def test_a_field_that_cannot_hold_it_is_told_with_its_mend_and_the_flags_are_written(world, at, crm):
    opened = world.services
    opened.shadows.write(at.id, "Ada")
    jobs.publish(opened, at)
    if crm == "salesforce":
        hidden = world.salesforce.org.admin.hidden_fields
        hidden.add(FIELD[crm].lower())
        receipt = jobs.publish(opened, at)
        hidden.remove(FIELD[crm].lower())
        why, mend = "is missing or not visible to the connected user", "give the connected user edit access"
    else:
        definition = world.hubspot.definition(FIELD[crm])
        definition.type = "string"
        receipt = jobs.publish(opened, at)
        definition.type = "number"
        why, mend = "its type must be number", "archive it in HubSpot, or correct it"
    (note,) = receipt.notes
    assert note.startswith("The shadow score was not written: ")
    assert why in note
    assert mend in note
    assert (receipt.unchanged > LEADS - 20, receipt.shadow) == (True, None)
    (told,) = [one for one in write_back(opened, at) if one.level == "warning"]
    assert told.says == note


@pytest.mark.parametrize("crm", ["hubspot"])
def test_what_can_no_longer_be_computed_is_taken_away_and_the_flags_stay(world, at, browser, caplog):
    """First the stream speaks of another outcome or score, then a defect that nobody foresaw."""
    opened, page = world.services, f"/connections/{at.id}/shadow"
    opened.shadows.write(at.id, "Ada")
    jobs.publish(opened, at)
    before, good = held(world, at), opened.repository.stream(at.id).text
    assert before
    other = good.replace('outcome = "converted"', "")
    opened.repository.save_stream(at.id, other, "Ada")
    # What is written goes by the stream of the audit, until the next one.
    assert jobs.publish(opened, at).shadow.unchanged == len(before)
    jobs.sync(opened, at)
    shown = Page(browser.get(page).text).text
    assert "The stream's outcome was converted when the shadow score learned, and is none now" in shown
    receipt = jobs.publish(opened, at)
    assert receipt.shadow == ShadowReceipt(written=0, cleared=len(before), unchanged=0)
    assert receipt.notes[-1].startswith(
        "No shadow score was written, and its field was emptied: the stream's outcome"
    )
    assert receipt.written + receipt.unchanged > LEADS - 20
    assert held(world, at) == {}
    opened.repository.save_stream(at.id, good, "Ada")
    jobs.sync(opened, at)
    assert jobs.publish(opened, at).shadow.written == len(before)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("webapp.shadow_writing.written_scores", None)
        assert jobs.publish(opened, at).notes[-1].endswith("the server's log says why.")
    assert held(world, at) == {}
    assert "the shadow scores could not be computed" in caplog.text


@pytest.mark.parametrize("crm", ["hubspot"])
def test_only_the_one_connection_is_written_by_the_command_and_nobody_else_switches_it(world, at, support):
    opened, page = world.services, f"/connections/{at.id}/shadow"
    opened.accounts.add_user(
        NewUser(name="Alan", role="auditor", password_hash=support.password_hash()), "Ada"
    )
    auditor = type(world.signed_in())(world.app.test_client())
    auditor.submit("/login", {"name": "Alan", "password": support.PASSWORD})
    assert "Only an administrator may change that." in Page(auditor.get(page).text).text
    assert auditor.submit(page, AGREED, to=f"{page}/write").status_code == 403
    assert auditor.submit(page, {}, to=f"{page}/write-no-more").status_code == 403
    opened.shadows.write(at.id, "Ada")
    records = {}
    for row in opened.repository.connections():
        opened.shadows.running(row.id) or begin(opened, row)
        done = publish._job(opened, row, jobs.quiet)
        records[row.crm] = (done.record["shadow"], "Shadow scores: " in done.text)
    assert records["salesforce"][0] is None or records["salesforce"][0]["written"] == 0
    assert records["hubspot"] == ({"written": len(wanted(opened, at)), "cleared": 0, "unchanged": 0}, True)


@pytest.mark.parametrize("crm", ["salesforce"])
def test_a_stopped_one_is_taken_away_and_a_new_one_is_not_written_before_somebody_says_so(world, at, browser):
    opened, page = world.services, f"/connections/{at.id}/shadow"
    opened.shadows.write(at.id, "Ada")
    told = jobs.publish(opened, at).shadow.written
    stopped = Page(browser.submit(page, {}, to=f"{page}/stop", follow_redirects=True).text).text
    assert "The next write-back empties its field in the CRM." in stopped
    begin(opened, at)
    assert jobs.publish(opened, at).shadow == ShadowReceipt(written=0, cleared=told, unchanged=0)
    opened.shadows.write(at.id, "Ada")
    receipt = jobs.publish(opened, at)
    assert receipt.shadow is None
    assert receipt.notes[-1].endswith("emptied: it has not learned yet, and does with the next pull.")
    shown = browser.get(page, headers={"Accept-Language": "de"})
    assert faults(shown.text) == []


@pytest.mark.parametrize("crm", ["hubspot"])
def test_the_api_tells_what_runs_and_how_it_compares_and_closes_what_is_special(world, at):
    opened, client, there = world.services, world.app.test_client(), f"/connections/{at.id}/shadow-scores"
    plain = caller(client, opened, "read:remedies", role="auditor")
    program = caller(client, opened)
    runs = opened.shadows.running(at.id)
    assert [one["id"] for one in plain.every(there, limit=1)] == [one.id for one in opened.shadows.of(at.id)]
    told = plain.get(f"{there}/{runs.id}").json
    assert (told["remedy"], told["stopped_at"], told["written_since"]) == ("recalibration", None, None)
    assert told["field"] == FIELD["hubspot"]
    opened.shadows.write(at.id, "Ada")
    assert plain.get(f"{there}/{runs.id}").json["written_by"] == "Ada"
    came = came_of(opened, at, runs)
    compared = plain.every(f"{there}/{runs.id}/comparisons", limit=1)
    assert [one["id"] for one in compared] == [one.id for one in came]
    newest, everybody = compared[0], came[0].audit.compared.everybody
    assert newest["groups"][0]["differs"]["value"] == everybody.differ.value
    assert {one["group"] for one in newest["groups"]} == {"", "town", "country"}
    assert newest["shadow_findings"] is not None
    path = f"{there}/{runs.id}/comparisons/{came[0].id}/audit.json"
    assert plain.get(path).text == came[0].audit.text
    for nothing in (f"{there}/none", f"{there}/none/comparisons", path.replace(came[0].id, "none")):
        assert plain.get(nothing).status_code == 404
    assert caller(client, opened, "read:audits", role="auditor").get(there).status_code == 403
    good = opened.repository.stream(at.id).text
    # Another attribute is special: what is about all attributes is closed.
    second = '\n[[stream.attribute]]\nname = "branch"\nspecial_category = true\n'
    opened.repository.save_stream(
        at.id, good.replace('features = ["branch"]', "features = []") + second, "Ada"
    )
    assert plain.get(f"{there}/{runs.id}/comparisons").json["items"][0]["shadow_findings"] is None
    assert plain.get(path).json["type"] == "urn:fairlead:problem:special-category"
    assert program.get(path).text == came[0].audit.text
    opened.repository.save_stream(
        at.id, good.replace('name = "region"', 'name = "region"\nspecial_category = true'), "Ada"
    )
    assert plain.get(there).json["withheld"] == len(opened.shadows.of(at.id))
    assert plain.get(f"{there}/{runs.id}").json["type"] == "urn:fairlead:problem:special-category"
    opened.repository.save_stream(at.id, good, "Ada")


@pytest.mark.parametrize("crm", ["salesforce"])
def test_an_attribute_that_the_stream_no_longer_has_is_named_and_what_is_written_goes_on(world, at):
    opened = world.services
    runs, stream = opened.shadows.running(at.id), jobs.rules_in_force(opened, at).stream
    learned = opened_from(opened, at, runs)
    renamed = replace(stream, attributes=(replace(stream.attributes[0], name="area"),))
    held_leads = leads_of(opened, at, renamed)
    with pytest.raises(BadInput, match="no attribute 'region' any more, by whose groups"):
        audited((held_leads, renamed), learned, runs.asked)
    assert written_scores((held_leads, renamed), learned) == wanted(opened, at)
