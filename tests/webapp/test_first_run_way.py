"""The guided way to the first audit, step by step through the pages, at both stand-in CRMs, with faults."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from audit.schema import parse_stream
from connectors.policy.parse import parse_policy
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.fill import contents_for_story
from connectors.sandbox.salesforce.faults import Fault
from connectors.sandbox.story import story
from tests.journey.canaries import MARK, planted
from tests.webapp.forms import inputs
from tests.webapp.markup import faults
from webapp.store.accounts import NewUser
from webapp.store.work_jobs import Wanted
from webapp.work.attempt import Bench

CRMS = ("salesforce", "hubspot")
SCORES = {"salesforce": "Lead_Score__c", "hubspot": "lead_score"}
REASON = "We look at it first"
LEADS, ENOUGH = 60, 300
TEXTS: dict[str, tuple[str, ...]] = {}


@pytest.fixture(scope="module")
def stories() -> dict[str, OrgContents]:
    made = contents_for_story(story(ENOUGH * 2, 5))
    return {crm: planted(one) for crm, one in zip(CRMS, made, strict=True)}


@pytest.fixture
def few(request) -> int:
    return getattr(request, "param", LEADS)


@pytest.fixture
def world(support, certificate, stories, few, tmp_path):
    held = {crm: replace(one, records=one.records[:few]) for crm, one in stories.items()}
    with support.running(certificate, tmp_path / "data", held=held.__getitem__) as opened:
        yield opened


@dataclass
class Walk:
    """An admin on the way: each call is what one press of a button does."""

    world: Any
    crm: str
    browser: Any
    row: Any
    seen: list[str] = field(default_factory=list)

    @property
    def at(self) -> str:
        return f"/connections/{self.row.id}/start"

    def page(self, step: str, status: int = 200) -> str:
        answer = self.browser.get(f"{self.at}/{step}" if step else self.at)
        assert (answer.status_code, faults(answer.text)) == (status, []), step
        self.seen.append(answer.text)
        before, _, rest = answer.text.partition('<aside class="help')
        return html.unescape(before + rest.partition("</aside>")[2])

    def now(self) -> str:
        """Where the way goes on."""
        return self.browser.get(self.at).headers["Location"].removeprefix(self.at)

    def send(self, step: str, to: str = "", **changes: str) -> Any:
        """The form of a step, with some inputs changed."""
        return self.post(to or step, inputs(self.browser.get(f"{self.at}/{step}").text) | changes)

    def post(self, step: str, form: dict[str, str]) -> Any:
        """A form that was shown before."""
        return self.browser.client.post(f"{self.at}/{step}", data=form)

    def choose(self, **changes: str) -> Any:
        return self.send("choose", threshold="60", **changes)

    def look(self, **changes: str) -> Any:
        asked = inputs(self.browser.get(f"{self.at}/keep").text) | changes
        return self.browser.get(f"{self.at}/check", query_string=asked)

    def save(self, looked: Any, **changes: str) -> Any:
        """Save the draft that a look has shown."""
        return self.post("check", inputs(looked.text) | {"action": "save", "reason": REASON} | changes)

    def set_up(self) -> None:
        """What the steps before the pull save: through the pages once, then as it came out there."""
        repository = self.world.services.repository
        if self.crm in TEXTS:
            repository.save_stream(self.row.id, TEXTS[self.crm][0], "Ada")
            repository.save_policy(self.row.id, TEXTS[self.crm][1], "Ada")
            return
        assert self.choose().status_code == 303
        assert self.save(self.look()).status_code == 303
        saved = repository.stream(self.row.id), repository.policy(self.row.id)
        TEXTS[self.crm] = tuple(one.text for one in saved)

    def pull(self) -> Any:
        """Press the button, and let a worker do what was asked for."""
        answer = self.browser.submit(f"{self.at}/pull", {})
        assert answer.headers["Location"] == f"{self.at}/pull"
        (job,) = self.world.services.work.open()
        Bench(opened=self.world.services, worker="worker-1").attempt(job.id, job.attempt)
        return self.world.services.work.get(job.id)


def walk(world: Any, crm: str) -> Walk:
    browser = world.signed_in()
    return Walk(world=world, crm=crm, browser=browser, row=world.connect(crm, browser))


def asked(world: Any, crm: str) -> set[str]:
    """What was asked for of leads so far."""
    if crm == "hubspot":
        return {call for call in world.hubspot.control.calls if "/objects/contacts" in call}
    return set(world.salesforce.org.requested) & {"Status", "Region__c", "Lead_Score__c", "Id"}


def spoken(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


@pytest.mark.parametrize("few", [ENOUGH], indirect=True)
@pytest.mark.parametrize("crm", CRMS)
def test_six_steps_lead_from_a_connection_to_its_first_audit(world, crm):
    way = walk(world, crm)
    assert "Go on with the first run" in way.browser.get("/").text
    assert "Go on with the first run" in way.browser.get("/connections").text
    assert way.now() == "/choose"
    page = way.page("choose")
    for words in ("Lead score", SCORES[crm], "Its name or label says that it is a score.", "Suggested"):
        assert words in page
    assert "fields that are not offered, and why" in page
    assert way.choose().headers["Location"] == f"{way.at}/keep"
    stream = parse_stream(world.services.repository.stream(way.row.id).text)
    assert (stream.score, stream.threshold) == (SCORES[crm].lower(), 60)
    assert {one.column for one in stream.attributes if one.special_category} <= {"genderidentity", "gender"}
    assert way.now() == "/keep"
    assert "What counts as success" in way.page("keep")
    assert asked(world, crm) == set()
    looked = way.look()
    assert faults(looked.text) == []
    assert "What Fairlead would hold of 3 real leads" in looked.text
    way.seen.append(looked.text + looked.request.url)
    assert world.services.repository.policies(way.row.id) == ()
    assert way.save(looked).status_code == 303
    policy = parse_policy(world.services.repository.policy(way.row.id).text)
    assert {rule.column for rule in policy.rules} >= {stream.score, stream.outcome}
    assert way.now() == "/pull"
    assert "Read the leads" in way.page("pull")
    assert way.pull().state == "done"
    audit = world.services.evidence.newest(way.row.id, 1)[0]
    assert way.now() == "/audit"
    assert way.browser.get(f"{way.at}/audit?first=1").headers["Location"] == f"/audits/{audit.id}"
    assert "This is your first audit." in way.browser.get(f"/audits/{audit.id}").text
    assert 'data-jobs-go="' in way.browser.get(f"{way.at}/pull/now").text
    done = {event.action for event in world.services.accounts.events()}
    assert {"connected", "stream saved", "policy saved", "policy reason", "job asked for"} <= done
    shown = "\n".join(way.seen)
    assert not [one for one in (MARK, *getattr(world, crm).record_ids()) if one in shown]
    # Who is set up never sees it again.
    for address in ("/", "/connections"):
        assert "first run" not in way.browser.get(address).text
    assert way.browser.get("/start").headers["Location"] == "/"
    for step in ("choose", "keep", "check", "pull"):
        assert way.browser.get(f"{way.at}/{step}").headers["Location"] in {way.at, f"{way.at}/keep"}


def test_a_busy_crm_is_a_sentence_and_the_step_stays(world):
    way = walk(world, "salesforce")
    world.salesforce.faults.plan(Fault(kind="unavailable", times=None, retry_after=600, path="/describe"))
    for step, status in (("choose", 503),):
        page = way.page(step, status)
        assert "The CRM could not be asked for its fields" in page
        assert "Try again in about 10 minutes" in page
    world.salesforce.faults.clear()
    assert way.choose().status_code == 303


def test_a_consent_that_was_revoked_between_two_steps_is_asked_for_again(world):
    way = walk(world, "hubspot")
    way.choose()
    world.hubspot.uninstall()
    page = way.page("keep", 502)
    assert "Connect HubSpot again" in page
    assert way.now() == "/keep"


def test_a_connection_that_is_cut_off_begins_with_connecting_it_again(world):
    way = walk(world, "hubspot")
    way.set_up()
    world.services.repository.set_state(way.row.id, "consent_needed", "HubSpot said no.")
    assert way.browser.get(way.at).headers["Location"] == "/start"
    text = way.browser.get("/start").text
    assert faults(text) == []
    assert "HubSpot said no." in text
    assert "What was chosen and saved stays." in text
    assert way.browser.submit("/connections", {}, to=f"{way.at}/pull").headers["Location"] == "/start"
    world.connect("hubspot", way.browser)
    assert way.now() == "/pull"


def test_the_policy_of_another_admin_is_not_saved_over_without_a_word(world):
    way = walk(world, "hubspot")
    way.choose()
    looked = way.look()
    text = inputs(looked.text)["text"]
    world.services.repository.save_policy(way.row.id, "# by Bob\n" + text, "Bob")
    way.save(looked)
    other = way.look(preset="strict")
    world.services.repository.save_policy(way.row.id, "# by Bob again\n" + text, "Bob")
    answer = way.save(other)
    assert answer.status_code == 422
    assert "saved by Bob, came in force after you opened this page" in spoken(answer)
    assert "What changes of version" in spoken(answer)
    assert way.save(answer).status_code == 303
    assert "# by Bob" not in world.services.repository.policy(way.row.id).text


def test_a_policy_made_elsewhere_that_fits_is_enough(world):
    way = walk(world, "hubspot")
    way.choose()
    text = inputs(way.look().text)["text"]
    world.services.repository.save_policy(way.row.id, text, "Bob")
    assert way.now() == "/pull"
    assert "Keep it, and go on to the first pull" in way.page("keep")


def test_a_policy_made_elsewhere_that_lacks_a_column_is_named(world):
    way = walk(world, "hubspot")
    way.choose()
    text = inputs(way.look().text)["text"]
    lacking = re.sub(r'# [^\n]*\n\[\[rule\]\]\nfield = "age".*?(?=\n#|\Z)', "", text, flags=re.DOTALL)
    world.services.repository.save_policy(way.row.id, lacking, "Bob")
    assert way.now() == "/keep"
    assert "age is missing" in spoken(way.browser.get(f"{way.at}/keep"))


def test_two_tabs_do_not_save_over_each_other(world):
    way = walk(world, "hubspot")
    one = inputs(way.browser.get(f"{way.at}/choose").text) | {"threshold": "60"}
    way.choose()
    answer = way.post("choose", one | {"threshold": "70"})
    assert answer.status_code == 422
    assert "Yours is not saved yet" in spoken(answer)
    again = inputs(answer.text)
    assert again["threshold"] == "70"
    assert way.post("choose", again).status_code == 303
    assert [one.version for one in world.services.repository.streams(way.row.id)] == [2, 1]


def test_going_back_shows_what_was_chosen_and_saves_nothing_twice(world):
    way = walk(world, "salesforce")
    way.set_up()
    before = inputs(way.page("choose"))
    assert (before["threshold"], before["score"]) == ("60", "Lead_Score__c")
    assert way.choose().status_code == 303
    assert len(world.services.repository.streams(way.row.id)) == 1
    assert inputs(way.page("keep"))["means.3"] == "1"
    looked = way.look(preset="strict", **{"means.1": "0"})
    back = re.search(r'href="([^"]+)">Back: change', looked.text)
    assert back
    typed = inputs(way.browser.get(html.unescape(back[1])).text)
    assert (typed["preset"], typed["means.1"]) == ("strict", "0")
    assert way.browser.get(f"{way.at}/check").headers["Location"] == f"{way.at}/keep"


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_the_preset_that_was_saved_is_the_one_that_is_shown(world, crm):
    way = walk(world, crm)
    way.choose()
    assert inputs(way.page("keep"))["preset"] == "balanced"
    for preset in ("strict", "balanced", "detailed"):
        assert way.save(way.look(preset=preset)).status_code == 303
        assert inputs(way.page("keep"))["preset"] == preset


def test_a_field_that_vanishes_before_the_pull_leads_back_to_the_choice(world):
    way = walk(world, "hubspot")
    way.set_up()
    world.hubspot.desk.drop_property("contacts", "age")
    assert way.pull().state == "failed"
    page = way.page("pull")
    assert "The pull came to no audit" in page
    assert "no contact property age" in page
    assert "Choose other fields" in page
    assert "age" not in {name.removeprefix("role.") for name in inputs(way.page("choose"))}
    assert "age" in spoken(way.browser.get(f"{way.at}/keep"))
    assert way.choose().status_code == 303
    assert way.now() == "/pull"  # the policy in force still fills what is left, and asks for the lost field
    assert way.save(way.look()).status_code == 303
    assert "came to no audit" not in way.page("pull")


def test_a_chosen_field_that_is_gone_is_named_in_the_next_step(world):
    way = walk(world, "hubspot")
    way.choose()
    world.hubspot.desk.drop_property("contacts", "age")
    assert "The CRM shows no field called age (any more)" in spoken(way.browser.get(f"{way.at}/keep"))
    answer = way.look()
    assert answer.status_code == 422
    assert "Choose other fields" in spoken(answer)


def test_without_a_date_of_the_outcome_the_way_goes_on(world):
    way = walk(world, "salesforce")
    fields = world.salesforce.org.objects["Lead"].fields.values()
    dates = {one.name.lower() for one in fields if one.type in {"date", "datetime"}} - {"createddate"}
    world.salesforce.org.admin.hidden_fields |= {*dates, *(f"lead.{name}" for name in dates)}
    page = way.page("choose")
    assert "Your CRM shows no date that could tell it." in page
    way.choose()
    stream = parse_stream(world.services.repository.stream(way.row.id).text)
    assert (stream.outcome_at, stream.worked) == (None, None)
    assert "What Fairlead would hold of 3 real leads" in way.look().text


@pytest.mark.parametrize("few", [0], indirect=True)
def test_without_a_lead_it_says_so_and_loses_nothing(world):
    way = walk(world, "hubspot")
    way.choose()
    looked = way.look()
    assert "No lead is left to show" in looked.text
    answer = way.save(looked, reason="")
    assert answer.status_code == 422
    assert "could not be measured" in spoken(answer)
    assert way.save(answer).status_code == 303
    job = way.pull()
    assert job.state == "failed"
    page = way.page("pull")
    assert job.told in page
    assert "Start it again" in page
    assert world.services.repository.policy(way.row.id) is not None


@pytest.mark.parametrize("few", [40], indirect=True)
def test_too_few_leads_are_told_with_what_is_missing(world):
    way = walk(world, "salesforce")
    way.set_up()
    assert way.pull().state == "done"
    page = way.page("audit")
    assert "Not enough data yet" in page
    assert "more leads than the" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "When it will be enough" in page
    assert "Open the audit" in page
    assert "first run" not in way.browser.get("/").text


def test_what_cannot_be_used_is_named_and_nothing_typed_is_lost(world):
    way = walk(world, "hubspot")
    wrong = {"threshold": "sixty", "days": "-3", "outcome": "nothing_here", "worked": ""}
    answer = way.send("choose", **wrong)
    assert answer.status_code == 422
    assert faults(answer.text) == []
    text = spoken(answer)
    for words in (
        "The threshold is a number",
        "The days are a whole number",
        "nothing_here can no longer be",
    ):
        assert words in text
    assert inputs(answer.text)["threshold"] == "sixty"
    none = {name: "" for name in inputs(answer.text) if name.startswith("role.")}
    assert "Choose at least one field to compare groups by" in spoken(way.send("choose", **none))
    twice = way.send("choose", worked="hs_lifecyclestage_customer_date")
    assert "One field is chosen twice" in spoken(twice)
    assert world.services.repository.streams(way.row.id) == ()
    way.choose()
    nobody = {name: "" for name in inputs(way.page("keep")) if name.startswith("means.")}
    answer = way.look(**nobody)
    assert answer.status_code == 422
    assert "means success: say of one at least that it does" in spoken(answer)


def test_a_step_towards_less_risk_that_leaves_out_a_group_is_not_saved(world):
    way = walk(world, "hubspot")
    way.choose()
    step = {"action": "step", "step_column": "region", "step_rule": ""}
    answer = way.post("check", inputs(way.look().text) | step)
    assert "leaves out what you chose for the audit: region" in spoken(answer)
    assert way.save(answer).status_code == 422
    assert world.services.repository.policies(way.row.id) == ()


def test_a_won_deal_can_be_the_outcome(world):
    way = walk(world, "hubspot")
    assert way.choose(outcome="deal.hs_is_closed_won", outcome_at="deal.closedate").status_code == 303
    assert "What counts as success" not in way.page("keep")
    looked = way.look()
    assert "deal_hs_is_closed_won" in looked.text
    assert way.save(looked).status_code == 303
    assert "hs_is_closed_won" in world.services.repository.policy(way.row.id).text


def test_auditors_have_no_part_in_it(world):
    way = walk(world, "hubspot")
    with world.services.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE user_account SET role = 'auditor'")
    for step in ("", "/choose", "/keep", "/check", "/pull", "/pull/now", "/audit"):
        assert way.browser.get(way.at + step).status_code == 403
    assert way.browser.get("/start").status_code == 403
    for address in ("/", "/connections"):
        assert "first run" not in way.browser.get(address).text


def test_two_admins_both_agree_before_anything_is_read(world):
    way = walk(world, "hubspot")
    opened = world.services
    bob = opened.accounts.add_user(NewUser(name="Bob", role="admin", password_hash="x"), "test")
    ada = opened.accounts.user_named("Ada")
    opened.proposals.need_two(way.row.id, ada)
    assert way.choose().status_code == 303
    assert way.now() == "/keep"
    assert "waits for another admin" in way.page("keep")
    assert way.save(way.look()).status_code == 303
    page = way.page("pull")
    assert "Two admins must agree here" in page
    assert "Read the leads</button>" not in page
    assert way.browser.submit("/connections", {}, to=f"{way.at}/pull").headers["Location"] == f"{way.at}/pull"
    assert opened.work.open() == ()
    for one in opened.proposals.of(way.row.id):
        opened.proposals.approve(one, bob)
    assert way.now() == "/pull"
    assert "Read the leads</button>" in way.page("pull")


def test_a_pull_can_be_cancelled_without_leaving_the_way(world):
    way = walk(world, "hubspot")
    way.set_up()
    way.browser.submit(f"{way.at}/pull", {})
    (job,) = world.services.work.open()
    answer = way.browser.submit(f"{way.at}/pull", {"back": "start"}, to=f"/jobs/{job.id}/cancel")
    assert answer.headers["Location"] == way.at
    work = world.services.work
    for _ in range(60):  # whatever ends meanwhile, this page tells of its own pull
        other = work.ask(Wanted(connection_id=way.row.id, kind="log", who="Ada"))
        work.cancel(other.id, "Ada")
    assert "You can start it again." in way.page("pull")


def test_the_first_account_goes_on_with_connecting(site):
    text = site.client.get("/start").text
    assert faults(text) == []
    assert "No CRM is set up yet" in text
    assert "fairlead demo --first-run" in text
    assert site.client.get("/connections/unknown/start").status_code == 404
    row = site.connect()
    assert site.client.get(f"/connections/{row.id}/start/choose").status_code in {502, 503}
    site.services.repository.set_state(row.id, "disconnected")
    for step in ("", "/choose", "/pull"):
        assert site.client.get(f"/connections/{row.id}/start{step}").status_code == 303
    assert isinstance(site.client, FlaskClient)
