"""Remedies tried in the application: the job, what is kept of it, and its pages."""

from __future__ import annotations

import csv
import importlib
import io
import json
import re
from contextlib import ExitStack
from dataclasses import replace

import pytest

from audit.finding import Finding
from audit.report.json_form import read_json
from audit.report.mitigation.view import lines
from connectors.sandbox.fields import FieldSpec
from tests.webapp.api_caller import caller
from tests.webapp.bench import work_off
from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from webapp import erasure, experiments, jobs
from webapp.experiments import ON_THE_SCORE, Asked, all_of, ask, asked_of, open_one
from webapp.store.experiment_tables import Experiment
from webapp.store.experiments import KEPT, Experiments
from webapp.store.repository import Repository
from webapp.store.work_jobs import WorkJobs
from webapp.viewmodels.remedy_form import EMPTY, Choices, read, typed_for

QUICK = Asked(attribute="region", families=ON_THE_SCORE)
FORM = {"attribute": "region", "aim": "demographic_parity", "effort": "today", "which": "score"}
AMOUNTS = {"salesforce": "Deal__c", "hubspot": "deal_x"}
GERMAN = {"Accept-Language": "de"}


@pytest.fixture(scope="module")
def world(support, certificate, tmp_path_factory):
    """Salesforce with leads, pulled and audited once; HubSpot connected, and nothing pulled."""

    def with_amounts(crm):
        held, name = support.contents(crm), AMOUNTS[crm]
        fields = (*held.fields, FieldSpec(name=name, label="Deal", type="number"))
        records = tuple({**one, name: 100.0 + at % 7} for at, one in enumerate(held.records))
        return replace(held, fields=fields, records=records)

    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("remedies")
        opened = stack.enter_context(support.running(certificate, folder, with_amounts))
        row = opened.ready("salesforce")
        keep = f'[[rule]]\nfield = "{AMOUNTS["salesforce"]}"\noperator = "keep"\ncolumn = "amount"\n'
        opened.services.repository.save_policy(row.id, support.policy_text("salesforce") + keep, "Ada")
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
def tried(opened, row):
    """The newest experiment; made where there is none."""
    if not opened.experiments.made(row.id):
        ask(opened, row, QUICK, "Ada")
        (job,) = work_off(opened)
        assert job.state == "done", job.told
    return all_of(opened, row)[0]


def here(row, more: str = "") -> str:
    return f"/connections/{row.id}/remedies{more}"


def table(browser, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(browser.get(path).text)))


def finding_of(opened, row) -> tuple[str, Finding]:
    audit = opened.repository.latest_audit(row.id)
    return audit.id, next(one for one in read_json(audit.report).findings if one.attribute == ("region",))


def test_from_a_finding_to_what_came_of_it(opened, row, browser):
    audit_id, finding = finding_of(opened, row)
    at_finding = browser.get(f"/audits/{audit_id}/findings/{finding.id}").text
    (link,) = [one["href"] for one in Page(at_finding).having("a") if "/remedies?" in (one["href"] or "")]
    assert link.partition("#")[0] in [
        (one["href"] or "").partition("#")[0]
        for one in Page(browser.get(f"/audits/{audit_id}").text).having("a")
    ]
    form = Page(browser.get(link).text)
    (chosen,) = [one for one in form.having("option") if "selected" in one]
    assert chosen == {"selected": None}
    hidden = {one["name"]: one["value"] for one in form.having("input") if one.get("type") == "hidden"}
    about = {name: hidden[name] for name in ("audit_id", "finding_id")}
    assert about == {"audit_id": audit_id, "finding_id": finding.id}
    sent = browser.submit(link, {**FORM, **about}, to=here(row))
    watched = sent.headers["Location"]
    assert sent.status_code == 303
    waits = browser.get(watched)
    assert "data-jobs-go" not in waits.text
    assert "Asked for by Ada" in Page(waits.text).text
    work_off(opened)
    ready = Page(browser.get(watched).text)
    (place,) = [one["data-jobs-go"] for one in ready.having("div") if "data-jobs-go" in one]
    page = browser.get(place)
    assert (faults(page.text), unexplained(page.text)) == ([], [])
    found = all_of(opened, row)[0]
    made = found.report.experiment
    assert (made.attribute, made.group, made.reference) == ("region", "country", "town")
    assert made.today.gap("demographic_parity").value == -1
    text = Page(page.text).text
    assert text.index("Recommended:" if made.advice.remedy else "No remedy is recommended") < text.index(
        "In short"
    )
    assert all(one.remedy.title in text for one in made.trials)
    assert f"/audits/{audit_id}/findings/{finding.id}" in page.text
    noted = [(one.who, one.detail) for one in opened.accounts.events() if one.action == "remedies tried"]
    assert ("Ada", f"experiment {found.id}") in noted


def test_the_pages_are_well_made_in_both_languages(row, browser, tried):
    for path in (here(row), here(row, f"/{tried.id}"), here(row, f"/{tried.id}?legal=yes")):
        english, german = browser.get(path), browser.get(path, headers=GERMAN)
        assert (faults(english.text), unexplained(english.text)) == ([], []), path
        assert faults(german.text) == [], path
        assert Page(german.text).having("html")[0]["lang"] == "de"
    assert "Was ein kleinerer Abstand kostet" in Page(german.text).text


def test_the_legal_mode_leaves_out_what_needs_a_group_and_nothing_else(row, browser, tried):
    every = {one.remedy.title: one.remedy.attribute_at_decision for one in tried.report.experiment.trials}
    shown = Page(browser.get(here(row, f"/{tried.id}?legal=yes")).text).text
    assert {title for title in every if title in shown} == {t for t, aware in every.items() if not aware}
    assert f"{sum(every.values())} remedies are left out by the legal mode." in shown
    rows = table(browser, here(row, f"/{tried.id}/remedies.csv"))
    assert {one["remedy"]: one["group_needed"] == "yes" for one in rows} == every
    fewer = list(
        csv.DictReader(io.StringIO(browser.get(here(row, f"/{tried.id}/remedies.csv?legal=yes")).text))
    )
    assert {one["number"] for one in fewer} < {one["number"] for one in rows}
    link = next(
        one["href"]
        for one in Page(browser.get(here(row, f"/{tried.id}?legal=yes")).text).having("a")
        if "mitigation.json" in one.get("href", "")
    )
    told = json.loads(browser.get(link).text)
    assert told["settings"]["legal"]
    assert not [one for one in told["trials"] if one["remedy"]["attribute_at_decision"]]
    assert len(told["trials"]) == len(fewer)


def test_what_is_downloaded_is_what_was_found(row, browser, tried):
    answer = browser.get(here(row, f"/{tried.id}/mitigation.json"))
    assert answer.text == tried.text
    assert json.loads(answer.text)["schema"] == "fairlead.mitigation/1"
    rows = table(browser, here(row, f"/{tried.id}/remedies.csv"))
    of = {one.remedy.title: one for one in tried.report.experiment.trials}
    for one in rows:
        trial = of[one["remedy"]]
        assert (one["undefined"] or None) == trial.undefined
        if trial.after is None:
            assert one["gap"] == one["gap_change"] == ""
            continue
        assert float(one["gap"]) == pytest.approx(trial.after.gap("demographic_parity").value, abs=1e-9)
        assert float(one["gap_change"]) == pytest.approx(-trial.reduction.value, abs=1e-9)
    for good in ("accuracy", "won"):
        chart = browser.get(here(row, f"/{tried.id}/{good}.svg"), headers=GERMAN)
        assert chart.text.startswith("<?xml")
        assert "needs nobody&#39;s group" in chart.text
        assert "sandbox" in chart.headers["Content-Security-Policy"]
    assert browser.get(here(row, f"/{tried.id}/worth.svg")).status_code == 404
    assert browser.get(here(row, "/nothing")).status_code == 404


def test_another_connection_sees_nothing_of_it(world, browser, tried):
    other = world.services.repository.connection_for("hubspot", world.hubspot.organisation)
    assert browser.get(here(other, f"/{tried.id}")).status_code == 404
    page = Page(browser.get(here(other)).text)
    assert "Nothing can be tried yet" in page.text
    assert not [one for one in page.having("button") if one.get("name") == "try"]
    assert "Nothing was tried yet." in page.text
    assert "save a policy" in page.text


def test_an_experiment_is_kept_sealed_and_holds_no_lead(world, opened, row, tried):
    stored = opened.experiments.one(tried.id)
    assert b"region" not in stored.content
    keys = {
        key
        for table in opened.lake.held_keys(row.crm, row.organisation)
        for key in table["lead_key"].to_pylist()
    }
    assert len(keys) > 200
    assert not [key for key in keys if key in tried.text]
    other = opened.repository.connection_for("hubspot", world.hubspot.organisation)
    assert open_one(opened, other, stored) is None
    assert open_one(opened, row, replace(stored, id="another")) is None
    assert open_one(opened, row, replace(stored, content=None)) is None


def test_one_run_at_a_time_and_a_second_is_told_so(opened, row, browser):
    first = ask(opened, row, QUICK, "Ada")
    refused = browser.submit(here(row), FORM)
    assert refused.status_code == 422
    assert "Remedies are being tried for this connection already." in Page(refused.text).text
    assert [job.id for job in opened.work.open()] == [first.id]
    browser.submit(here(row), {}, to=here(row, "/cancel"))
    assert opened.work.get(first.id).state == "cancelled"
    text = Page(browser.get(here(row)).text).text
    assert "The last try came to nothing" in text
    # It only waited: nothing has to stop first.
    assert "It is cancelled." in text


def test_a_run_stops_at_its_next_remedy_and_keeps_nothing(opened, row, monkeypatch):
    job, before = ask(opened, row, QUICK, "Ada"), len(all_of(opened, row))
    real, begun = experiments.laboratory, []

    def cancelling(table, stream, request, begin):
        def told(title, done, whole):
            begun.append(title)
            opened.work.cancel(job.id, "Ben")
            begin(title, done, whole)

        return real(table, stream, request, told)

    monkeypatch.setattr(experiments, "laboratory", cancelling)
    (ended,) = work_off(opened)
    assert (ended.state, len(begun)) == ("cancelled", 1)
    assert len(all_of(opened, row)) == before
    monkeypatch.undo()
    again = experiments.ask_again(opened, row, job.wanted, "Ada")
    assert again.wanted == job.wanted
    (ended,) = work_off(opened)
    assert ended.state == "done"
    assert open_one(opened, row, opened.experiments.one(job.wanted)).asked == QUICK


def test_a_run_whose_worker_died_is_done_again_once(opened, row, monkeypatch):
    job = ask(opened, row, QUICK, "Ada")
    opened.work.begin(job.id, job.attempt, "worker-9")
    opened.work.anew(opened.work.get(job.id))
    (done,) = work_off(opened)
    found = open_one(opened, row, opened.experiments.one(job.wanted))
    monkeypatch.setattr(experiments, "laboratory", None)  # what is kept is not worked out again
    told = experiments.do(opened, row, opened.work.get(job.id), jobs.quiet)
    assert done.told == told
    after = open_one(opened, row, opened.experiments.one(job.wanted))
    assert (after.made_at, after.text) == (found.made_at, found.text)
    lines = [one.detail for one in opened.accounts.events() if one.action == "remedies tried"]
    assert lines.count(f"experiment {job.wanted}") == 1


def test_the_same_request_gives_the_same_report(opened, row, tried):
    ask(opened, row, QUICK, "Ada")
    work_off(opened)
    assert all_of(opened, row)[0].text == tried.text


def test_of_very_many_leads_some_are_drawn_and_it_says_so(opened, row, browser, monkeypatch):
    monkeypatch.setattr(experiments, "MOST_LEADS", 230)
    ask(opened, row, replace(QUICK, calls=118), "Ada")
    work_off(opened)
    found = all_of(opened, row)[0]
    made = found.report.experiment
    assert (made.leads, found.held, made.request.calls) == (230, 236, 115)
    assert "There are 236 leads; 230 of them were drawn by lot" in browser.get(here(row, f"/{found.id}")).text


def test_what_calls_bring_is_counted_by_the_hour_and_never_learned_from(opened, row, browser):
    wished = {**FORM, "value": "amount", "minutes": "6", "effort": "calls", "calls": "60"}
    assert browser.submit(here(row), wished).status_code == 303
    (job,) = work_off(opened)
    assert job.state == "done", job.told
    found = all_of(opened, row)[0]
    made = found.report.experiment
    assert (made.request.value, made.request.minutes, made.request.calls) == ("amount", 6, 60)
    # A third of the calls wins about 103; ten calls an hour.
    assert 250 < made.today.worth.value < 500
    assert not [one for one in made.trials if "amount" in one.remedy.id]
    page = browser.get(here(row, f"/{found.id}"))
    assert faults(page.text) == []
    assert "Value per call hour" in Page(page.text).text
    assert browser.get(here(row, f"/{found.id}/worth.svg")).status_code == 200
    rows = table(browser, here(row, f"/{found.id}/remedies.csv"))
    told = [one.trial.after.worth.value for one in lines(made) if one.trial.after]
    known = [one for one in told if one is not None]
    assert len(known) > 5
    worth = [float(one["worth"]) for one in rows if one["worth"]]
    assert worth == pytest.approx(known)


def test_too_few_outcomes_are_an_answer(opened, row, browser, monkeypatch):
    module = importlib.import_module("audit.rows.mitigation.laboratory")
    monkeypatch.setattr(module, "too_little", lambda _: "all leads have the same score")
    ask(opened, row, QUICK, "Ada")
    (job,) = work_off(opened)
    assert (job.state, job.told[:16]) == ("done", "Not enough data:")
    page = browser.get(here(row, f"/{all_of(opened, row)[0].id}"))
    assert faults(page.text) == []
    text = Page(page.text).text
    assert "What is missing" in text
    assert "In short" not in text


def test_without_outcomes_the_gap_is_tried_on_and_no_cost_is_told(opened, row, browser, monkeypatch):
    monkeypatch.setattr("audit.rows.mitigation.bench.LEAST_KNOWN", 100_000)
    ask(opened, row, QUICK, "Ada")
    (job,) = work_off(opened)
    assert job.state == "done"
    page = browser.get(here(row, f"/{all_of(opened, row)[0].id}"))
    assert faults(page.text) == []
    text = Page(page.text).text
    for words in (
        "without enough known outcomes nobody can tell what one costs",
        "Not enough data",
        "In short",
    ):
        assert words in text
    assert "None is worth it" not in text
    assert "Not enough data" in Page(browser.get(here(row)).text).text


def test_the_store_keeps_one_at_a_time_and_the_newest_on_each_database(database):
    kept = Experiments(database=database)
    row = Repository(database=database).add_connection("hubspot", "4711", "https://example.com")
    jobs_of = WorkJobs(database=database)
    made = []
    for _ in range(KEPT + 1):
        job_id = kept.ask(row.id, {"families": []}, "Ada")
        assert kept.ask(row.id, {"families": []}, "Ben") is None
        made.append(jobs_of.get(job_id).wanted)
        assert kept.keep(made[-1], b"sealed")
        jobs_of.cancel(job_id, "Ada")
    assert {one.id for one in kept.made(row.id)} == set(made[1:])
    failed = jobs_of.get(kept.ask(row.id, {"families": []}, "Ada"))
    jobs_of.cancel(failed.id, "Ada")
    jobs_of.cancel(kept.ask(row.id, {"families": []}, "Ada"), "Ada")
    assert kept.one(failed.wanted) is None
    kept.remove(row.id)
    assert not kept.holds(row.id)
    assert not kept.keep(made[-1], b"sealed")


def test_the_api_lists_and_tells_and_closes_what_is_special(world, opened, row, support):
    ask(opened, row, QUICK, "Ada")
    work_off(opened)
    found = all_of(opened, row)[0]
    client, at = world.app.test_client(), f"/connections/{row.id}/experiments"
    program, plain = caller(client, opened), caller(client, opened, "read:remedies", role="auditor")
    listed = plain.every(at, limit=1)
    assert [one["id"] for one in listed] == [one.id for one in all_of(opened, row)]
    told = plain.get(f"{at}/{found.id}").json
    made = found.report.experiment
    assert (told["attribute"], told["group"], told["verdict"]) == ("region", "country", listed[0]["verdict"])
    assert [one["id"] for one in told["remedies"]] == [one.remedy.id for one in made.trials]
    assert told["gap_today"]["value"] == made.today.gap("demographic_parity").value
    assert plain.get(f"{at}/{found.id}/mitigation.json").text == found.text
    assert plain.get(f"{at}/none").status_code == 404
    assert caller(client, opened, "read:audits", role="auditor").get(at).status_code == 403
    special = support.STREAM.replace('name = "region"', 'name = "region"\nspecial_category = true')
    opened.repository.save_stream(row.id, special, "Ada")
    try:
        closed = plain.get(at).json
        assert (closed["items"], closed["withheld"]) == ([], len(listed))
        for path in (f"{at}/{found.id}", f"{at}/{found.id}/mitigation.json"):
            assert plain.get(path).json["type"] == "urn:fairlead:problem:special-category"
        assert program.get(at).json["withheld"] == 0
    finally:
        opened.repository.save_stream(row.id, support.STREAM, "Ada")


OFFERED = Choices(attributes=("region",), values=("amount",), leads=900)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"attribute": "gone"}, "attribute", "Attribute: choose one from the list"),
        ({"aim": "nothing"}, "aim", "What should be equal: choose one of the three."),
        ({"effort": "never"}, "calls", "Calls: choose one of the three."),
        ({"effort": "calls"}, "calls", "Calls: write a whole number from 1 to 899"),
        ({"effort": "calls", "calls": "900"}, "calls", "from 1 to 899"),
        ({"effort": "daily", "calls": "1.5"}, "calls", "whole number"),
        ({"effort": "daily", "calls": "9" * 5000}, "calls", "whole number"),
        ({"which": "none"}, "which", "Which remedies: choose one of the three."),
        ({"value": "salary"}, "value", "Value: choose a column from the list"),
        ({"minutes": "six", "value": "amount"}, "minutes", "Minutes: write how long a call takes"),
        ({"minutes": "inf", "value": "amount"}, "minutes", "Minutes: write"),
        ({"minutes": "6"}, "minutes", "Minutes: they count only with a value"),
    ],
)
def test_what_cannot_be_asked_gets_one_sentence_beside_its_field(typed, field, words):
    asked, wrong = read({**EMPTY, **typed}, OFFERED)
    assert asked is None
    assert list(wrong) == [field]
    assert words in wrong[field]
    assert wrong[field].endswith(".")


def test_what_is_typed_is_what_is_asked():
    typed = {
        "attribute": "region",
        "aim": "equal_opportunity",
        "effort": "daily",
        "calls": " 40 ",
        "which": "score",
        "legal": "yes",
        "value": "amount",
        "minutes": "7,5",
        "audit_id": "a1",
        "finding_id": "f1",
    }
    asked, wrong = read(typed, OFFERED)
    assert wrong == {}
    assert asked == Asked(
        attribute="region",
        aim="equal_opportunity",
        calls_per_day=40,
        legal=True,
        value="amount",
        minutes=7.5,
        families=ON_THE_SCORE,
        audit_id="a1",
        finding_id="f1",
    )
    assert read(EMPTY, OFFERED) == (Asked(), {})


def test_a_finding_says_which_gap_is_meant(opened, row):
    audit_id, finding = finding_of(opened, row)
    found = typed_for(replace(finding, metric="true_positive_rate"), audit_id, OFFERED)
    assert (found["attribute"], found["aim"]) == ("region", "equal_opportunity")
    assert typed_for(replace(finding, attribute=("age",)), audit_id, OFFERED)["attribute"] == ""
    assert typed_for(None, "", OFFERED) == EMPTY


def test_a_wrong_form_stands_as_it_was_typed(row, browser):
    answer = browser.submit(here(row), {**FORM, "effort": "calls", "calls": "many"})
    assert answer.status_code == 422
    assert faults(answer.text) == []
    (typed,) = [one for one in Page(answer.text).having("input") if one.get("name") == "calls"]
    assert (typed["value"], typed["aria-invalid"]) == ("many", "true")
    assert re.search(r'id="calls-error">.*Calls: write a whole number', answer.text, re.DOTALL)


def test_a_disconnect_erases_every_experiment_and_one_that_is_being_made(opened, row, monkeypatch):
    ask(opened, row, QUICK, "Ada")
    work_off(opened)
    job = ask(opened, row, QUICK, "Ada")
    real = experiments.laboratory

    def disconnecting(*given):
        found = real(*given)
        opened.repository.set_state(row.id, "disconnected")
        assert erasure.erase(opened, opened.repository.connection(row.id))
        return found

    monkeypatch.setattr(experiments, "laboratory", disconnecting)
    (ended,) = work_off(opened)
    assert (ended.id, ended.state) == (job.id, "failed")
    assert "The connection has ended." in ended.told or "key" in ended.told
    assert not opened.experiments.holds(row.id)
    assert not erasure.left_over(opened)


def test_what_was_asked_comes_back_as_it_was(opened):
    other = opened.repository.add_connection("hubspot", "4711", "https://example.com")
    every = Asked(
        attribute="age", calls=5, legal=True, value="amount", minutes=2.5, audit_id="a", finding_id="f"
    )
    with opened.database.writing() as session:
        values = {name: getattr(every, name) for name in Asked.__slots__}
        session.add(
            Experiment(id="e1", connection_id=other.id, who="Ada", asked_at=opened.clock(), asked=values)
        )
    assert asked_of(opened.experiments.one("e1")) == every
