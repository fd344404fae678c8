"""The jobs page, and the buttons that start a pull or a write-back."""

from __future__ import annotations

import pytest

from tests.webapp import site as sites
from tests.webapp.markup import Page
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import End, JobRow, Wanted
from webapp.work.slots import slot


@pytest.fixture
def connection(site: sites.Site) -> ConnectionRow:
    return site.connect()


def ask(site: sites.Site, connection: ConnectionRow, kind: str = "sync") -> JobRow:
    return site.services.work.ask(Wanted(connection_id=connection.id, kind=kind, who="Ada"))  # type: ignore[arg-type]


def begun(site: sites.Site, connection: ConnectionRow) -> JobRow:
    asked = ask(site, connection)
    job = site.services.work.begin(asked.id, asked.attempt, "worker-1")
    assert job is not None
    return job


def test_an_empty_page_says_that_nothing_runs_and_that_no_worker_does(site: sites.Site):
    text = Page(site.client.get("/jobs").text).text
    for words in ("Nothing runs.", "Nothing waits.", "Nothing has run yet.", "No worker runs."):
        assert words in text


def test_a_worker_that_lives_is_seen(site: sites.Site):
    with slot(site.services):
        assert "No worker runs" not in Page(site.client.get("/jobs").text).text


def test_a_look_does_not_say_that_anything_leaves(site: sites.Site, connection: ConnectionRow):
    page = f"/connections/{connection.id}/share"
    with slot(site.services):
        site.post(page, f"{page}/look")
        text = Page(site.client.get(page).text).text
    assert "It will be on the page Share figures; nothing leaves." in text
    assert "in the list of what left" not in text


def test_pull_now_asks_once_however_often_it_is_pressed(site: sites.Site, connection: ConnectionRow):
    for _ in range(3):
        answer = site.post("/connections", f"/connections/{connection.id}/jobs/sync")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/jobs")
    (job,) = site.services.work.open()
    assert (job.kind, job.who, job.state) == ("sync", sites.NAME, "waiting")
    assert "so it waits" in site.client.get("/jobs").text


@pytest.mark.parametrize("kind", ["sync", "publish", "retention", "log", "alert", "outcomes"])
def test_every_kind_that_a_button_starts_says_what_becomes_of_it(site: sites.Site, connection, kind: str):
    with slot(site.services):
        assert site.post("/jobs", f"/connections/{connection.id}/jobs/{kind}").status_code == 303
    assert [job.kind for job in site.services.work.open()] == [kind]


def test_a_running_job_shows_its_step_and_how_far_it_is(site: sites.Site, connection: ConnectionRow):
    job = begun(site, connection)
    site.services.work.move(job, "Pulling leads", 1200, 4800)
    for page in ("/jobs", "/jobs/now"):
        text = site.client.get(page).text
        assert "Pulling leads: 1,200 of 4,800." in text
        assert '<progress max="100" value="25"' in text


def test_what_failed_says_why_and_what_to_do_and_can_be_started_again(
    site: sites.Site, connection: ConnectionRow
):
    job = begun(site, connection)
    site.services.work.end(job, End(state="failed", told="HubSpot says <no>.", trouble="refused"))
    text = site.client.get("/jobs").text
    assert "HubSpot says &lt;no&gt;. Mend it in the CRM" in text
    assert "Start it again" in text


def test_a_waiting_job_is_cancelled_by_its_button(site: sites.Site, connection: ConnectionRow):
    job = ask(site, connection)
    assert site.post("/jobs", f"/jobs/{job.id}/cancel").status_code == 303
    assert site.services.work.open() == ()
    assert site.services.accounts.events()[0].action == "job cancelled"
    assert site.post("/jobs", f"/jobs/{job.id}/cancel").status_code == 303
    assert "It had ended already; nothing was cancelled." in site.client.get("/jobs").text
    assert site.post("/jobs", "/jobs/unknown/cancel").status_code == 404


def test_a_disconnected_crm_starts_nothing(site: sites.Site, connection: ConnectionRow):
    site.services.repository.move_state(connection.id, "disconnected", "", set())
    site.post("/connections", f"/connections/{connection.id}/jobs/sync")
    assert site.services.work.open() == ()


def test_auditors_read_and_start_nothing(site: sites.Site, connection: ConnectionRow):
    job = ask(site, connection)
    token = site.client.get("/jobs").text.split('name="csrf_token" value="')[1].split('"')[0]
    with site.services.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE user_account SET role = 'auditor'")
    text = site.client.get("/jobs").text
    assert "Pull and audit" in text
    assert "/cancel" not in text
    assert f"/connections/{connection.id}/jobs/" not in text + site.client.get("/connections").text
    for path in (f"/jobs/{job.id}/cancel", f"/connections/{connection.id}/jobs/sync"):
        assert site.client.post(path, data={"csrf_token": token}).status_code == 403
    assert site.services.work.open() == (job,)


def test_nobody_reads_it_who_is_not_signed_in(site: sites.Site):
    for path in ("/jobs", "/jobs/now"):
        assert site.app.test_client().get(path).status_code == 303
