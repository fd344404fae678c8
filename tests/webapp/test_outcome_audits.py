"""Outcome audits: each quarter told once, kept as it was said, sealed, told to those who may see it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pyarrow as pa
import pytest

from tests.webapp.api_caller import caller
from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from tests.webapp.site import NAME, open_site
from tests.webapp.watched_leads import FIRST, STREAM, leads, pull, until
from webapp import erasure
from webapp.alerts.change import Unknown
from webapp.alerts.from_outcomes import of_outcomes
from webapp.gap_watch import telling
from webapp.gap_watch.after import after_events
from webapp.gap_watch.events import benchmarks_of
from webapp.gap_watch.outcome_audits import outcome_audits, outcome_store
from webapp.jobs import ENDED
from webapp.roles import ROUTES
from webapp.store.not_kept_up import Behind, NotUpToDate
from webapp.store.work_jobs import Wanted
from webapp.work.attempt import Bench

GERMAN = {"Accept-Language": "de"}
# From the first of January on; the second quarter's outcomes are known on 21 July, day 201.
LEADS = leads(days=205, per_day=14, gap=0.5)


def tell(opened, row):
    """Do the job as a worker does; what it said at its end."""
    job = opened.work.ask(Wanted(connection_id=row.id, kind="outcomes", who=NAME))
    Bench(opened=opened, worker="one").attempt(job.id, job.attempt)
    return opened.work.get(job.id)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    opened = open_site(tmp_path_factory.mktemp("outcomes") / "site")
    row = opened.connect()
    opened.services.repository.save_stream(row.id, STREAM, NAME)
    benchmarks_of(opened.services).set(row.id, ("region", "base_rate", "least"), 0.99, NAME)
    pull(opened.services, row, until(LEADS, 112), 112)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def told(site):
    """The first quarter told, then another benchmark and other leads, then the second one."""
    opened, row = site.services, site.services.repository.connections()[0]
    first = tell(opened, row)
    before = outcome_audits(opened, row, special=True)
    edition = [one.edition for one in of_outcomes(opened, row)]
    benchmarks_of(opened).remove(row.id, ("region", "base_rate", "least"), NAME)
    benchmarks_of(opened).set(row.id, ("faith", "selection_rate", "least"), 0.99, NAME)
    pull(opened, row, LEADS, 205)
    return {"row": row, "first": first, "before": before, "edition": edition, "second": tell(opened, row)}


def test_a_quarter_is_told_once_and_stays_as_it_was_said(site, told):
    opened, row = site.services, told["row"]
    assert (told["first"].state, told["first"].told) == (
        "done",
        "The outcomes of leads created in 2026-Q1 are told and kept. See the page Scorecards.",
    )
    assert "2026-Q2" in told["second"].told
    again = tell(opened, row)
    assert (again.id != told["second"].id, again.told) == (True, telling.NOTHING)
    now = outcome_audits(opened, row, special=True)
    assert [one.cohort for one in now] == ["2026-Q2", "2026-Q1"]
    assert now[1:] == told["before"]
    assert [(one.attribute, one.metric, one.kind) for one in now[1].failed] == [
        ("region", "base_rate", "least"),
        ("region", "selection_rate", "gap"),
    ][: len(now[1].failed)]
    events = [one for one in opened.accounts.events() if one.action == "outcomes audited"]
    assert [(one.who, one.detail) for one in events] == [(NAME, "2026-Q2"), (NAME, "2026-Q1")]


def test_several_workers_that_tell_the_same_quarter_keep_it_once(site, told):
    opened, row = site.services, told["row"]
    store = outcome_store(opened)
    kept = store.all(row.id)
    other = opened.repository.add_connection("hubspot", "424242", "https://example.com")
    copies = [
        type(kept[0])(
            id=f"copy{n}", connection_id=other.id, cohort="2026-Q1", told_at=kept[0].told_at, content=b"x"
        )
        for n in range(4)
    ]
    with ThreadPoolExecutor(4) as crowd:
        done = list(crowd.map(lambda one: store.keep(one, NAME), copies))
    assert sorted(done) == [False, False, False, True]
    assert len(store.all(other.id)) == 1
    # What does not open is not shown, and no alert is closed over it.
    assert outcome_audits(opened, other, special=True) == ()
    with pytest.raises(Unknown):
        of_outcomes(opened, other)


def test_a_new_failure_is_an_alert_and_special_categories_have_their_own(site, told):
    opened, row = site.services, told["row"]
    assert told["edition"] == ["2026-Q1"]
    found = {one.subject: one for one in of_outcomes(opened, row)}
    assert set(found) == {"outcomes", "outcomes/special"}
    special = found["outcomes/special"]
    assert (special.special_category, special.about, special.edition) == (True, ("faith",), "2026-Q2")
    assert "faith" not in found["outcomes"].quote
    assert "Share selected by faith: every group at least 99 %" in special.quote
    assert found["outcomes"].page == f"/connections/{row.id}/scorecards/2026-Q2"


def at(row, more=""):
    return f"/connections/{row.id}/scorecards{more}"


def test_the_page_lists_them_and_opens_each_as_it_was_said(site, told):
    row = told["row"]
    text = Page(site.client.get(at(row)).text).text
    first, day = told["before"][0], f"{site.services.clock():%Y-%m-%d}"
    line = f"told on {day}; {len(first.failed)} of {len(first.benchmarks)} benchmarks failed"
    assert f"Leads created in January to March 2026 : {line}" in text.replace("2026: ", "2026 : ")
    for cohort in ("", "/2026-Q1", "/2026-Q2"):
        for spoken in ({}, GERMAN):
            answer = site.client.get(at(row, cohort), headers=spoken)
            assert answer.status_code == 200
            assert faults(answer.text) == [], cohort
            if not spoken:
                assert unexplained(answer.text) == [], cohort
    shown = Page(site.client.get(at(row, "/2026-Q1")).text).text
    assert "at least 99.0 %" in shown
    assert "This is what was said that day." in shown
    assert site.client.get(at(row, "/2025-Q1")).status_code == 404


def test_the_page_says_what_changed_after_what_happened(site, told):
    opened, row = site.services, told["row"]
    store = benchmarks_of(opened)
    notes = {"2026-04-13": "New routing", "2026-07-20": "A training", "2026-01-05": "A form"}
    for day, words in notes.items():
        store.note(row.id, date.fromisoformat(day), words, NAME)
    found = {one.event.words: one for one in after_events(opened, row, "region", rules=True).events}
    routing = {one.metric: one for one in found["New routing"].metrics}
    selected = routing["selection_rate"]
    assert (selected.windows.first, selected.windows.days) == (date(2026, 2, 12), 60)
    # Rural leads are selected less often by half from the 13th of April on, and not before.
    assert [(one.group, one.course) for one in selected.groups] == [("rural", "larger")]
    assert selected.groups[0].after.low < -0.5 < selected.groups[0].after.high
    assert selected.groups[0].before.low < 0 < selected.groups[0].before.high
    training = {one.metric: one for one in found["A training"].metrics}
    assert (training["selection_rate"].wait, training["selection_rate"].groups) == (10, ())
    # Of outcomes the 4th of July is closed: 16 days up to the 20th, and 14 after it.
    assert training["base_rate"].wait == 30
    assert [one.groups for one in found["A form"].metrics] == [()] * 3
    assert after_events(opened, row, "region", rules=False).events == ()
    text = Page(site.client.get(at(row)).text).text
    assert "Surely larger after" in text
    assert "Share selected: too early; 10 further days must close." in text
    assert "Share selected: too few days are known before it." in text
    assert "After is not because of" in text


def test_days_that_closed_under_a_later_rule_do_not_count_before_it(site):
    opened = site.services
    row = opened.repository.add_connection("hubspot", "515151", "https://example.com")
    moved = STREAM.replace("threshold = 50", "threshold = 90")
    opened.repository.save_stream(row.id, STREAM, NAME)
    pull(opened, row, until(LEADS, 100), 100)
    pull(opened, row, until(LEADS, 150), 150, stream=moved, version=2)
    day = FIRST + timedelta(days=140)
    benchmarks_of(opened).note(row.id, day, "Another threshold", NAME)
    metrics = {one.metric: one for one in after_events(opened, row, "region", rules=True).events[0].metrics}
    # The version itself is told to programs too; the note is not.
    program = caller(site.app.test_client(), opened, "read:audits")
    here = f"/connections/{row.id}/gaps-after"
    assert program.get(here).json["items"] == []
    opened.repository.save_stream(row.id, moved, NAME)
    (item,) = program.get(here).json["items"]
    assert (item["words"], item["attribute"]) == (
        "Threshold moved from 50 to 90 (stream version 2)",
        "region",
    )
    assert {one["metric"] for one in item["metrics"]} >= {"selection_rate", "base_rate"}
    assert program.get(f"{here}?attribute=faith").status_code == 404
    # The pull of day 100 closed the days up to the 99th; the rest has the new rule.
    assert metrics["selection_rate"].windows.after == day + timedelta(days=1)
    last = metrics["selection_rate"].windows.first + timedelta(
        days=metrics["selection_rate"].windows.days - 1
    )
    assert last == FIRST + timedelta(days=99)
    assert metrics["base_rate"].windows.first > FIRST


def test_special_categories_are_for_those_who_may_see_them(site, told):
    row, client = told["row"], site.app.test_client()
    plain, whole = (
        caller(client, site.services, *scopes)
        for scopes in (("read:audits",), ("read:audits", "read:special"))
    )
    here = f"/connections/{row.id}/outcome-audits"
    assert [one["cohort"] for one in whole.get(here).json["items"]] == ["2026-Q2", "2026-Q1"]
    assert [one["withheld"] for one in plain.get(here).json["items"]] == [1, 1]
    seen, hidden = (one.get(f"{here}/2026-Q2").json for one in (whole, plain))
    assert {one["attribute"] for one in seen["scorecards"]} == {"region", "faith"}
    assert {one["attribute"] for one in hidden["scorecards"]} == {"region"}
    assert "faith" not in str(hidden)
    assert plain.get(f"{here}/2025-Q1").status_code == 404
    assert "scorecards.told" in ROUTES["audits"]


def test_nothing_is_told_from_gaps_that_are_behind_or_cannot_be_read(site, told, monkeypatch):
    opened, row = site.services, told["row"]
    store = NotUpToDate(database=opened.database)
    store.note(row.id, Behind(part="gaps", since=opened.clock(), why="defect"))
    assert tell(opened, row).told == telling.BEHIND
    store.clear(row.id, "gaps")
    monkeypatch.setattr(telling, "counts_in", lambda _sealed, _row: None)
    failed = tell(opened, row)
    assert (failed.state, failed.trouble) == ("failed", "input")
    assert telling.UNREADABLE in failed.told


def test_a_connection_that_ends_takes_them_with_it(tmp_path):
    site = open_site(tmp_path / "site")
    opened, row = site.services, site.connect()
    opened.repository.save_stream(row.id, STREAM, NAME)
    pull(opened, row, until(LEADS, 112), 112)
    tell(opened, row)
    kept = outcome_store(opened).all(row.id)[0]
    assert b"rural" not in kept.content
    opened.repository.move_state(row.id, "disconnected", "", set())
    assert erasure.left_over(opened)
    assert erasure.erase(opened, opened.repository.connection(row.id))
    assert not outcome_store(opened).holds(row.id)
    assert not outcome_store(opened).keep(kept, NAME)
    assert ENDED in tell(opened, row).told
    site.close()


def test_a_quarter_of_which_no_outcome_came_to_be_known_meets_no_benchmark_of_outcomes(tmp_path):
    opened = open_site(tmp_path / "site")
    services, row = opened.services, opened.connect()
    services.repository.save_stream(row.id, STREAM, NAME)
    benchmarks_of(services).set(row.id, ("region", "base_rate", "least"), 0.01, NAME)
    table = leads(days=112, per_day=10, gap=0.0)
    pull(services, row, table.set_column(5, "won", pa.nulls(table.num_rows, pa.int64())), 112)
    assert tell(services, row).state == "done"
    found = outcome_audits(services, row, special=True)[0].benchmarks
    assert {one.verdict for one in found if one.metric in {"base_rate", "true_positive_rate"}} == {
        "insufficient"
    }
    for path in ("scorecards", "scorecards/2026-Q1"):
        got = opened.client.get(f"/connections/{row.id}/{path}").text
        assert faults(got) == []
        assert "no lead counts" in Page(got).text
    opened.close()
