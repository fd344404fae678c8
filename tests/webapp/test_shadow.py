"""A remedy as a shadow score in the application: started, learned, compared, stopped, forgotten."""

from __future__ import annotations

import json
import zlib
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta

import pytest

from audit.report.json_form import read_json
from audit.rows.shadow import learn
from audit.schema import BadInput
from connectors.sandbox.salesforce.new_org import load
from tests.webapp.bench import work_off
from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from webapp import erasure, jobs, passwords, shadow_scores
from webapp.experiments import ON_THE_SCORE, Asked, all_of, ask
from webapp.secrets_box import Unreadable
from webapp.shadowing import came_of, start
from webapp.store.accounts import NewUser
from webapp.store.repository import Repository
from webapp.store.shadows import KEPT, NewShadow, Shadows

GERMAN = {"Accept-Language": "de"}
LEADS, DAYS = 400, 150
LATER = "2026-11-21T09:00:00.000+0000"
REASON = "Counsel wants to see it on new leads first."


@pytest.fixture(scope="module")
def world(support, certificate, tmp_path_factory):
    """Salesforce with leads of many days, pulled and audited, and its remedies tried; the last are young."""

    def over_days(crm):
        held = support.contents(crm, LEADS)
        first = support.START.date() - timedelta(days=DAYS)
        days = [first + timedelta(days=at * DAYS // LEADS) for at in range(LEADS)]
        records = tuple(
            {**one, "CreatedDate": f"{day}T09:00:00.000+0000"} if crm == "salesforce" else one
            for one, day in zip(held.records, days, strict=True)
        )
        return replace(held, records=records)

    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("shadow")
        opened = stack.enter_context(support.running(certificate, folder, over_days))
        row = opened.ready("salesforce")
        ripe = support.STREAM.replace("features = []", 'features = ["region"]\nmaturity_days = 30')
        opened.services.repository.save_stream(row.id, ripe, "Ada")
        jobs.sync(opened.services, row)
        ask(opened.services, row, Asked(attribute="region", families=ON_THE_SCORE), "Ada")
        (job,) = work_off(opened.services)
        assert job.state == "done", job.told
        yield opened


@pytest.fixture
def opened(world):
    return world.services


@pytest.fixture
def row(world):
    return world.services.repository.connection_for("salesforce", world.salesforce.organisation)


@pytest.fixture(scope="module")
def browser(world):
    return world.signed_in()


def at(row, more: str = "") -> str:
    return f"/connections/{row.id}/shadow{more}"


@pytest.fixture
def found(opened, row):
    return all_of(opened, row)[0]


@pytest.fixture
def started(opened, row, found):
    """A shadow score that runs; whatever ran before is stopped."""
    opened.shadows.stop(row.id, "test")
    return start(opened, row, found, ("recalibration", REASON, "Ada"))


def lines(opened, action: str) -> list[tuple[str, str]]:
    return [(one.who, one.detail) for one in opened.accounts.events() if one.action == action]


def new_lead(world, number: int) -> None:
    """A lead of the day after the last one, with what another one has."""
    held = world.salesforce.org.leads
    like = held[list(held)[number]]
    names = ("Score__c", "Region__c", "Won__c", "Opted_Out__c")
    load(world.salesforce.org, {**{name: like[name] for name in names}, "CreatedDate": LATER})


def test_from_an_experiment_to_a_comparison_with_every_pull(world, opened, row, browser, found):
    opened.shadows.stop(row.id, "test")
    at_experiment = Page(browser.get(f"/connections/{row.id}/remedies/{found.id}").text)
    (link,) = [one["href"] for one in at_experiment.having("a") if "/shadow?" in (one["href"] or "")]
    offered = browser.get(link)
    assert (faults(offered.text), unexplained(offered.text)) == ([], [])
    can = {one["value"] for one in Page(offered.text).having("input") if one.get("name") == "remedy"}
    moved = {f"threshold:{factor}" for factor in ("0.75", "0.9", "1.1", "1.25")}
    assert can == {"recalibration", *moved}
    assert "It sorts a whole queue anew, and tells no score of a single lead." in Page(offered.text).text
    for remedy, reason, words in (
        ("reorder:1", REASON, "Remedy: choose one from the list."),
        ("threshold:1.25", "", "Reason: write why"),
        ("threshold:1.25", "x" * 501, "Reason: at most 500 characters."),
    ):
        refused = browser.submit(
            link, {"experiment": found.id, "remedy": remedy, "reason": reason}, to=at(row)
        )
        assert (refused.status_code, words in Page(refused.text).text) == (422, True)
        assert faults(refused.text) == []
    form = {"experiment": found.id, "remedy": "threshold:1.25", "reason": REASON}
    assert browser.submit(link, form, to=at(row)).status_code == 303
    again = browser.submit(link, form, to=at(row))
    assert (again.status_code, "One runs already." in Page(again.text).text) == (422, True)
    runs = opened.shadows.running(row.id)
    told = f"shadow {runs.id}, experiment {found.id}, threshold:1.25: {REASON}"
    assert lines(opened, "shadow score started")[0] == ("Ada", told)
    jobs.sync(opened, row)
    (first,) = came_of(opened, row, opened.shadows.running(row.id))
    learned = shadow_scores.opened_from(opened, row, opened.shadows.running(row.id))
    assert first.audit.until == learned.until
    assert first.audit.leads > 60
    everybody = first.audit.compared.everybody
    assert everybody.after.value > everybody.before.value
    assert everybody.differ.value == pytest.approx(everybody.after.value - everybody.before.value)
    assert first.audit.compared.correlation.value == pytest.approx(1)
    shown = browser.get(at(row))
    assert (faults(shown.text), unexplained(shown.text)) == ([], [])
    assert REASON in Page(shown.text).text
    assert "lead-score: shadow score" in Page(shown.text).text
    assert "too few of the new leads have one yet" in Page(shown.text).text
    for n in range(30):
        new_lead(world, n)
    jobs.sync(opened, row)
    second = came_of(opened, row, opened.shadows.running(row.id))[0]
    assert second.audit.leads > first.audit.leads + 25
    assert shadow_scores.opened_from(opened, row, opened.shadows.running(row.id)) == learned
    german = browser.get(at(row), headers=GERMAN)
    assert faults(german.text) == []
    assert "Der neueste Vergleich" in Page(german.text).text
    text = browser.get(at(row, f"/{second.id}/audit.json")).text
    assert json.loads(text)["stream"] == "lead-score: shadow score"
    assert read_json(text).kept == second.audit.leads
    assert browser.get(at(row, "/none/audit.json")).status_code == 404


@pytest.mark.usefixtures("started")
def test_it_changes_nothing_of_the_crms_own_score(opened, row, browser):
    before = jobs.sync(opened, row)
    flags = opened.repository.flags(row.id)
    assert came_of(opened, row, opened.shadows.running(row.id))
    opened.shadows.stop(row.id, "Ada")
    after = jobs.sync(opened, row)
    assert opened.repository.latest_audit(row.id).id == after.id
    assert json.loads(before.report) == json.loads(after.report)
    assert {key: one.status for key, one in flags.items()} == {
        key: one.status for key, one in opened.repository.flags(row.id).items()
    }
    assert "shadow score" not in Page(browser.get(f"/audits/{after.id}").text).text
    assert "shadow score" not in Page(browser.get("/").text).text


def test_when_it_is_stopped_what_it_learned_is_gone_and_what_came_of_it_stays(opened, row, browser, started):
    jobs.sync(opened, row)
    browser.submit(at(row), {}, to=at(row, "/stop"))
    (stopped,) = [one for one in opened.shadows.of(row.id) if one.id == started]
    assert (stopped.content, stopped.stopped_by) == (None, "Ada")
    assert lines(opened, "shadow score stopped")[0] == ("Ada", f"shadow {started}")
    jobs.sync(opened, row)
    assert len(came_of(opened, row, stopped)) == 1
    again = browser.submit(at(row), {}, to=at(row, "/stop"), follow_redirects=True)
    assert "nothing was stopped" in Page(again.text).text
    assert not opened.shadows.learned(started, b"late")
    assert not opened.shadows.add_audit(started, "a1", b"late")


def test_what_is_kept_is_sealed_and_no_pickle(opened, row, started):
    jobs.sync(opened, row)
    kept = opened.shadows.running(row.id)
    (came,) = opened.shadows.audits(started)
    box = shadow_scores.box_of(opened, row)
    learned = json.loads(zlib.decompress(box.open(kept.content, kept.id)))
    assert learned["way"] == "curve"
    assert b"country" not in kept.content + came.content
    keys = {
        key
        for table in opened.lake.held_keys(row.crm, row.organisation)
        for key in table["lead_key"].to_pylist()
    }
    text = zlib.decompress(box.open(came.content, kept.id)).decode()
    assert len(keys) > 300
    assert not [key for key in keys if key in text]
    with pytest.raises(Unreadable):
        box.open(kept.content, "another")
    spoilt = replace(kept, content=bytes([*kept.content[:-9], kept.content[-9] ^ 1, *kept.content[-8:]]))
    with pytest.raises(BadInput, match="cannot be read any more"):
        shadow_scores.opened_from(opened, row, spoilt)


@pytest.mark.usefixtures("started")
def test_a_pull_that_brings_nothing_says_why_and_is_whole(opened, row, browser, monkeypatch, caplog):
    monkeypatch.setattr(shadow_scores, "learn", lambda *given: replace(learn(*given), until=date(2030, 1, 1)))
    audit = jobs.sync(opened, row)
    assert opened.repository.latest_audit(row.id).id == audit.id
    monkeypatch.undo()
    told = Page(browser.get(at(row)).text).text
    assert "0 leads were created after 2030-01-01, the last day that the shadow score learned from" in told
    monkeypatch.setattr(shadow_scores, "audited", None)  # what nobody foresaw
    audit = jobs.sync(opened, row)
    assert opened.repository.latest_audit(row.id).id == audit.id
    assert "The shadow score could not be computed" in Page(browser.get(at(row)).text).text
    assert "Der Schatten-Score konnte nicht berechnet werden" in browser.get(at(row), headers=GERMAN).text
    assert "a shadow score could not be computed" in caplog.text
    assert came_of(opened, row, opened.shadows.running(row.id)) == ()


def test_only_an_administrator_starts_and_stops_one(world, opened, row, found):
    opened.shadows.stop(row.id, "test")
    hashed = passwords.hashed("four words in a row")
    opened.accounts.add_user(NewUser(name="Alan", role="auditor", password_hash=hashed), "Ada")
    auditor = type(world.signed_in())(world.app.test_client())
    auditor.submit("/login", {"name": "Alan", "password": "four words in a row"})
    page = auditor.get(at(row, f"?experiment={found.id}"))
    assert "Only an administrator may start one." in Page(page.text).text
    form = {"experiment": found.id, "remedy": "recalibration", "reason": REASON}
    assert auditor.submit(at(row), form, to=at(row)).status_code == 403
    assert auditor.submit(at(row), {}, to=at(row, "/stop")).status_code == 403
    assert opened.shadows.running(row.id) is None


def test_the_store_runs_one_at_a_time_and_keeps_the_newest_on_each_database(database):
    kept = Shadows(database=database)
    row = Repository(database=database).add_connection("hubspot", "4711", "https://example.com")
    new = NewShadow(experiment_id="e1", asked={"remedy": {"id": "plain"}}, who="Ada", reason="Why not.")
    first = kept.start(row.id, new)
    assert kept.start(row.id, new) is None
    assert kept.learned(first, b"sealed")
    kept.note(first, "Nothing yet.")
    assert (kept.running(row.id).content, kept.running(row.id).note) == (b"sealed", "Nothing yet.")
    for n in range(KEPT + 1):
        assert kept.add_audit(first, f"a{n}", b"sealed")
    assert len(kept.audits(first)) == KEPT
    assert kept.running(row.id).note == ""
    assert kept.stop(row.id, "Ben")
    assert not kept.stop(row.id, "Ben")
    second = kept.start(row.id, new)
    assert [one.id for one in kept.of(row.id) if one.stopped_at is None] == [second]
    kept.remove(row.id)
    assert not kept.holds(row.id)
    assert kept.audits(first) == ()


def test_a_disconnect_forgets_it(opened, row, started):
    jobs.sync(opened, row)
    assert opened.shadows.holds(row.id)
    watched = opened.watched_gaps.sequences(row.id)
    assert {one.metric for one in watched} == {"selection_rate", "true_positive_rate", "base_rate", "count"}
    gaps = opened.watched_gaps.gaps([one.id for one in watched])
    assert {(one.name, one.told["waiting"]) for one in gaps} <= {("country", 0), ("town", 0)}
    assert len(gaps) == 3
    opened.repository.set_state(row.id, "disconnected")
    assert erasure.erase(opened, opened.repository.connection(row.id))
    assert not opened.shadows.holds(row.id)
    assert opened.shadows.audits(started) == ()
    assert not opened.watched_gaps.holds(row.id)
    assert not erasure.left_over(opened)
