"""Explanations in the application: the job, what is kept of it, its page, one lead, and the API."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from importlib.resources import files

import jsonschema
import pytest

from audit.finding import Finding
from audit.report.json_form import read_json
from connectors.sandbox.fields import FieldSpec
from tests.webapp.api_caller import caller
from tests.webapp.bench import work_off
from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from tests.webapp.site import PASSWORD
from webapp import erasure, explanations, jobs, passwords
from webapp.explanations import ask, ask_again, newest, open_one
from webapp.store.accounts import NewUser
from webapp.store.explanations import Explanations
from webapp.store.repository import Repository
from webapp.store.work_jobs import WorkJobs
from webapp.viewmodels.fidelity import fidelity

GERMAN = {"Accept-Language": "de"}
CHANNELS = ("fair", "web")
NAMES = {"salesforce": ("Visits__c", "Channel__c"), "hubspot": ("visits_x", "channel_x")}


@pytest.fixture(scope="module")
def world(support, certificate, tmp_path_factory):
    """Salesforce with leads whose fields tell their score, pulled and audited; HubSpot connected only."""

    def with_fields(crm):
        held, (visits, channel) = support.contents(crm), NAMES[crm]
        fields = (
            FieldSpec(name=visits, label="Visits to the shop", type="number"),
            FieldSpec(name=channel, label="Channel", type="choice", options=CHANNELS),
        )
        records = tuple(
            # The channel goes with the region of three in four, and the score with channel and visits.
            {**one, visits: float(at * 7 % 40), channel: CHANNELS[(at + (at // 2 % 4 == 3)) % 2]}
            for at, one in enumerate(held.records)
        )
        score = support.NAMES[crm]["score"]
        records = tuple(
            {**one, score: 10 + int(one[visits]) + 25 * (one[channel] == "fair")} for one in records
        )
        return replace(held, fields=(*held.fields, *fields), records=records)

    with ExitStack() as stack:
        opened = stack.enter_context(
            support.running(certificate, tmp_path_factory.mktemp("explained"), with_fields)
        )
        row = opened.ready("salesforce")
        rules = "".join(
            f'[[rule]]\nfield = "{field}"\noperator = "keep"\ncolumn = "{column}"\n'
            for field, column in zip(NAMES["salesforce"], ("visits", "channel"), strict=True)
        )
        opened.services.repository.save_policy(row.id, support.policy_text("salesforce") + rules, "Ada")
        stream = support.STREAM.replace("features = []", 'features = ["visits", "channel"]')
        opened.services.repository.save_stream(row.id, stream, "Ada")
        jobs.sync(opened.services, row)
        opened.connect("hubspot")
        yield opened


@pytest.fixture
def opened(world):
    """The services, with no job left over from another test."""
    yield world.services
    for job in world.services.work.open():
        world.services.work.cancel(job.id, "test")


@pytest.fixture
def row(world):
    return world.services.repository.connection_for("salesforce", world.salesforce.organisation)


@pytest.fixture(scope="module")
def browser(world):
    return world.signed_in()


@pytest.fixture
def made(opened, row):
    """The newest explanation; made where there is none."""
    if opened.explanations.newest(row.id) is None:
        ask(opened, row, (), "Ada")
        (job,) = work_off(opened)
        assert job.state == "done", job.told
    return newest(opened, row)


def here(row, more: str = "") -> str:
    return f"/connections/{row.id}/explanations{more}"


def log(row) -> str:
    return f"/connections/{row.id}/log"


def finding_of(opened, row) -> tuple[str, Finding]:
    audit = opened.repository.latest_audit(row.id)
    return audit.id, next(one for one in read_json(audit.report).findings if one.attribute == ("region",))


@pytest.fixture
def lead(opened, row) -> str:
    """The pseudonym of a lead that the imitation leaves out."""
    held = opened.lake.read(row.crm, row.organisation)
    return next(
        one["lead_key"] for one in held.to_pylist() if float(one["score"]) < 40 and one["channel"] == "web"
    )


@pytest.fixture(scope="module")
def viewer(world, support):
    """A browser that may not see special categories."""
    new = NewUser(name="Vi", role="viewer", password_hash=passwords.hashed(PASSWORD))
    world.services.accounts.add_user(new, "test")
    found = support.Browser(client=world.app.test_client())
    found.submit("/login", {"name": "Vi", "password": PASSWORD})
    return found


def test_from_a_finding_to_what_drives_its_gap(opened, row, browser):
    audit_id, finding = finding_of(opened, row)
    at_finding = Page(browser.get(f"/audits/{audit_id}/findings/{finding.id}").text)
    (link,) = [one["href"] for one in at_finding.having("a") if "/explanations?" in (one["href"] or "")]
    early = browser.get(link)
    assert (faults(early.text), unexplained(early.text)) == ([], [])
    assert "Nobody has asked for an explanation of this score." in Page(early.text).text
    sent = browser.submit(link, {"fixed": "visits"}, to=here(row))
    assert sent.status_code == 303
    watched = sent.headers["Location"]
    waits = browser.get(watched)
    assert "data-jobs-go" not in waits.text
    assert "Asked for by Ada" in Page(waits.text).text
    (job,) = work_off(opened)
    assert (job.state, job.told) == ("done", "The score goes most by 'channel', then 'visits'.")
    ready = Page(browser.get(watched).text)
    assert [one["data-jobs-go"] for one in ready.having("div") if "data-jobs-go" in one] == [here(row)]
    page = browser.get(link)
    assert (faults(page.text), unexplained(page.text)) == ([], [])
    text = Page(page.text).text
    asked, others = text.index("What drives the gap of the finding"), text.index("What drives the score")
    assert "The finding is about this" in text[asked:others]
    assert "Most of it goes through Channel:" in text[asked:others]
    # The CRM's own names stand there, and each figure with its fidelity.
    assert "The score goes most by Channel, then by Visits to the shop." in text
    assert text.count("in 100 of the score's orderings of two leads.") == 3
    assert "Permutation and SHAP agree: both put Channel first." in text
    noted = [(one.who, one.detail) for one in opened.accounts.events() if one.action == "score explained"]
    assert noted == [("Ada", f"explanation {job.wanted}")]


def test_what_nobody_can_change_is_kept_and_no_way_leads_through_it(opened, row, browser):
    ask(opened, row, ("visits", "gone"), "Ada")
    work_off(opened)
    made = newest(opened, row).report.explained
    assert made.request.fixed == ("visits",)
    assert [(one.field, one.reason) for one in made.locked] == [
        ("visits", "you said that nobody can change it")
    ]
    text = Page(browser.get(here(row)).text).text
    assert "Taken as changeable: Channel." in text
    wrong = browser.submit(here(row), {"fixed": "salary"})
    assert wrong.status_code == 422
    assert "choose from the list; one is not in it." in Page(wrong.text).text
    assert opened.work.open() == ()


@pytest.mark.usefixtures("made")
def test_the_page_is_well_made_in_german(row, browser, lead):
    for answer in (
        browser.get(here(row), headers=GERMAN),
        browser.submit(log(row), {"lead": lead}, headers=GERMAN),
    ):
        assert faults(answer.text) == []
        assert Page(answer.text).having("html")[0]["lang"] == "de"
    assert "Warum dieser Score" in Page(answer.text).text


def test_methods_that_disagree_are_shown_as_disagreeing(made, row, browser, monkeypatch):
    told = made.report.explained
    apart = replace(told.agreements[0], verdict="disagree", rank=-0.4)
    changed = replace(made, report=replace(made.report, explained=replace(told, agreements=(apart,))))
    monkeypatch.setattr("webapp.views.explanations.newest", lambda *_: changed)
    text = Page(browser.get(here(row)).text).text
    assert "The methods disagree here. Rely on none of them alone" in text
    assert "Permutation and SHAP disagree: both put Channel first, but" in text
    assert "Rank correlation of the fields that matter: \N{MINUS SIGN}0.40." in text


@pytest.mark.usefixtures("made")
def test_an_imitation_worse_than_the_mean_is_given_no_share_of_the_spread(opened, row):
    found = newest(opened, row).report.explained.explainer
    nothing = "It tells nothing of how much scores differ from lead to lead."
    assert nothing in fidelity(replace(found, fidelity=-0.02, faithful=False)).told
    assert nothing not in fidelity(found).told


def test_a_poor_imitation_is_never_shown_as_the_truth(opened, row, browser, lead, monkeypatch):
    monkeypatch.setattr("audit.rows.surrogate.FAITHFUL_R2", 0.999)
    ask(opened, row, (), "Ada")
    work_off(opened)
    page = browser.get(here(row))
    assert (faults(page.text), unexplained(page.text)) == ([], [])
    text = Page(page.text).text
    assert "This explanation cannot be trusted, so it is not shown." in text
    assert "What drives the score Fidelity" not in text
    assert "in the score's order (by chance: 50)." in text
    answer = browser.submit(log(row), {"lead": lead})
    assert (faults(answer.text), unexplained(answer.text)) == ([], [])
    assert "An explanation of this score cannot be trusted, so none is shown." in Page(answer.text).text
    assert "What lifts it most" not in Page(answer.text).text
    monkeypatch.undo()
    ask(opened, row, (), "Ada")
    work_off(opened)


@pytest.mark.usefixtures("made")
def test_why_a_lead_has_its_score(opened, row, browser, lead):
    answer = browser.submit(log(row), {"lead": lead})
    assert (faults(answer.text), unexplained(answer.text)) == ([], [])
    text = Page(answer.text).text
    assert "The CRM gave this lead the score" in text
    lowered = text.partition("What lowers it most: ")[2].partition("Fidelity:")[0]
    assert "Channel" in lowered
    assert "The smallest change by which this lead would be selected (threshold 50): " in text
    assert "none that is smaller does it." in text
    assert "Do not show this to a sales rep" in text
    over = next(
        one["lead_key"]
        for one in opened.lake.read(row.crm, row.organisation).to_pylist()
        if float(one["score"]) > 60
    )
    back = Page(browser.submit(log(row), {"lead": over}).text).text
    assert "by which this lead would no longer be selected (threshold 50): " in back
    # Older entries of the same lead do not work it out anew.
    assert "Why this score" not in Page(browser.submit(log(row), {"lead": lead, "before": "1"}).text).text


def test_a_lead_that_is_gone_or_a_score_nobody_explained_is_said_so(opened, row, browser, made):
    gone = Page(browser.submit(log(row), {"lead": "ab" * 16}).text).text
    assert "This lead is not held any more" in gone
    kept = opened.explanations.one(made.id)
    opened.explanations.remove(row.id)
    answer = browser.submit(log(row), {"lead": "ab" * 16})
    assert faults(answer.text) == []
    assert "This score was not explained yet" in Page(answer.text).text
    ask(opened, row, kept.fixed, "Ada")
    work_off(opened)


def test_a_run_stops_at_its_next_step_keeps_nothing_and_can_be_tried_again(opened, row, browser, monkeypatch):
    before = newest(opened, row)
    job = ask(opened, row, (), "Ada")
    with pytest.raises(jobs.AtWork, match="is being explained already"):
        ask(opened, row, (), "Ben")
    real = explanations.explanations

    def cancelling(table, stream, request, begin):
        def told(step):
            browser.submit(here(row), {}, to=here(row, "/cancel"))
            begin(step)

        return real(table, stream, request, begin=told)

    monkeypatch.setattr(explanations, "explanations", cancelling)
    (ended,) = work_off(opened)
    assert (ended.state, ended.step) == ("cancelled", "Learning the score")
    assert newest(opened, row) == before
    assert "The last try came to nothing" in Page(browser.get(here(row)).text).text
    monkeypatch.undo()
    again = ask_again(opened, row, job.wanted, "Ada")
    opened.work.begin(again.id, again.attempt, "worker-9")  # which dies
    opened.work.anew(opened.work.get(again.id))
    (done,) = work_off(opened)
    assert done.state == "done"
    found = newest(opened, row)
    monkeypatch.setattr(explanations, "explanations", None)  # what is kept is not worked out again
    assert explanations.do(opened, row, opened.work.get(again.id), jobs.quiet) == done.told
    assert newest(opened, row) == found
    lines = [one.detail for one in opened.accounts.events() if one.action == "score explained"]
    assert lines.count(f"explanation {job.wanted}") == 1


def test_the_same_leads_give_the_same_report_sealed_and_without_a_lead(world, opened, row, made):
    ask(opened, row, made.fixed, "Ben")
    work_off(opened)
    again = newest(opened, row)
    assert (again.text, again.who) == (made.text, "Ben")
    assert opened.explanations.one(made.id) is None  # the newest is kept
    stored = opened.explanations.one(again.id)
    assert b"channel" not in stored.content
    keys = opened.lake.read(row.crm, row.organisation)["lead_key"].to_pylist()
    assert len(keys) > 200
    assert not [key for key in keys if key in again.text]
    other = opened.repository.connection_for("hubspot", world.hubspot.organisation)
    assert open_one(opened, other, stored) is None
    assert newest(opened, other) is None


def test_special_categories_are_for_who_may_see_them(world, row, made, viewer, browser):
    opened = world.services
    client, at = world.app.test_client(), f"/connections/{row.id}/explanation"
    whole = caller(client, opened)
    plain = caller(client, opened, "read:explanations", role="viewer")
    assert plain.get(at).json["gaps"][0]["group"] == "country"
    assert plain.get(f"{at}/explanation.json").text == made.text
    assert viewer.get(here(row, "/explanation.json")).text == made.text
    stream = opened.repository.stream(row.id).text
    special = stream.replace('name = "region"', 'name = "region"\nspecial_category = true')
    opened.repository.save_stream(row.id, special, "Ada")
    try:
        told = plain.get(at).json
        assert (told["gaps"], told["withheld"], len(told["drivers"])) == ([], True, 2)
        assert len(whole.get(at).json["gaps"]) == 1
        page = viewer.get(here(row))
        assert faults(page.text) == []
        texts = [Page(page.text).text, viewer.get(here(row, "/explanation.json")).text]
        for text in (*texts, plain.get(f"{at}/explanation.json").text):
            assert "country" not in text
            assert "region" not in text
        assert "Special category" in Page(browser.get(here(row)).text).text
        assert browser.get(here(row, "/explanation.json")).text == made.text
    finally:
        opened.repository.save_stream(row.id, stream, "Ada")


@pytest.mark.usefixtures("made")
def test_a_viewer_reads_and_asks_for_nothing(row, viewer):
    page = Page(viewer.get(here(row)).text)
    assert "The score goes most by Channel" in page.text
    assert not [one for one in page.having("form") if "/explanations" in (one.get("action") or "")]
    assert viewer.submit("/account", {}, to=here(row)).status_code == 403


def test_the_api_tells_the_newest_and_its_schema(world, opened, row, made):
    client, at = world.app.test_client(), f"/connections/{row.id}/explanation"
    program = caller(client, opened, "read:explanations", role="auditor")
    told, explained = program.get(at).json, made.report.explained
    assert (told["id"], told["verdict"]) == (made.id, "The score goes most by 'channel', then 'visits'.")
    assert told["fidelity"]["pairs_in_order"] == explained.explainer.ordered
    assert [one["fields"] for one in told["drivers"]] == [["channel"], ["visits"]]
    assert told["gaps"][0]["parts"][0]["neutral"]["value"] == explained.gaps[0].parts[0].neutral.value
    whole = json.loads(program.get(f"{at}/explanation.json").text)
    schema = json.loads(files("audit.report.explanation").joinpath("explanation.schema.json").read_text())
    jsonschema.validate(whole, schema)
    other = opened.repository.connection_for("hubspot", world.hubspot.organisation)
    assert program.get(f"/connections/{other.id}/explanation").status_code == 404
    assert caller(client, opened, "read:audits", role="auditor").get(at).status_code == 403


def test_before_anything_is_pulled_the_page_says_what_is_missing(world, browser):
    other = world.services.repository.connection_for("hubspot", world.hubspot.organisation)
    page = browser.get(here(other))
    assert faults(page.text) == []
    assert "Nothing can be explained yet" in Page(page.text).text
    assert browser.get(here(other, "/explanation.json")).status_code == 404
    assert browser.submit("/account", {}, to=here(other)).status_code == 422


def test_what_was_found_goes_with_the_connection(opened, row, made):
    kept = opened.explanations.one(made.id)
    opened.explanations.remove(row.id)
    assert not opened.explanations.holds(row.id)
    assert not opened.explanations.keep(kept.id, b"sealed")
    assert erasure.left_over(opened) == ()


def test_the_store_keeps_one_at_a_time_and_the_newest_on_each_database(database):
    kept = Explanations(database=database)
    row = Repository(database=database).add_connection("hubspot", "4711", "https://example.com")
    jobs_of = WorkJobs(database=database)
    made = []
    for _ in range(2):
        job_id = kept.ask(row.id, ("size",), "Ada")
        assert kept.ask(row.id, (), "Ben") is None
        made.append(jobs_of.get(job_id).wanted)
        assert kept.keep(made[-1], b"sealed")
        assert kept.keep(made[-1], b"sealed again")
        jobs_of.cancel(job_id, "Ada")
    found = kept.newest(row.id)
    assert (found.id, found.fixed, found.content) == (made[1], ("size",), b"sealed")
    assert kept.one(made[0]) is None
    failed = jobs_of.get(kept.ask(row.id, (), "Ada"))
    jobs_of.cancel(failed.id, "Ada")
    jobs_of.cancel(kept.ask(row.id, (), "Ada"), "Ada")
    assert kept.one(failed.wanted) is None
    assert kept.newest(row.id).id == made[1]
