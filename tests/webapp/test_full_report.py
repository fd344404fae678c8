"""The PDF of a full report: made once by a worker, kept with its audit, and offered when it is there."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from audit.report import to_json
from audit.report.bundle.container import unpacked
from audit.report.json_form import read_json
from audit.report.page import to_html
from audit.report.pdf import to_pdf
from tests.audit.papered import papered
from tests.webapp.bench import work_off
from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from tests.webapp.sample_report import sample_report
from tests.webapp.site import PASSWORD, PULLED, Site, open_site
from webapp import jobs, kept_papers, passwords
from webapp.kept_papers import papers
from webapp.store import tables
from webapp.store.accounts import NewUser
from webapp.store.audit_papers import AuditPapers
from webapp.store.repository import Repository
from webapp.store.rows import NewAudit

VALUES = {"policy_version": 1, "stream_version": 1, "severities": {}, "worst": None, "pulled": PULLED}
REPORT = to_json(sample_report("size", ("small", "large")))
GERMAN = {"Accept-Language": "de"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    opened = open_site(tmp_path_factory.mktemp("full") / "site")
    opened.audited(opened.connect(), to_json(papered()))
    other = opened.connect("hubspot", "62515")
    store = opened.services.repository
    store.save_policy(other.id, "text", "Ada")
    store.save_stream(other.id, "text", "Ada")
    for name in ("audit2", "audit3"):
        store.add_audit(other.id, NewAudit(id=name, report=REPORT, **VALUES))
    yield opened
    opened.close()


@pytest.fixture
def asked() -> str:
    """The audit whose PDF somebody asks for."""
    return "audit2"


@pytest.fixture(autouse=True)
def nothing_waits(site: Site):
    """What is still waiting goes at the end of each test."""
    yield
    for job in site.services.work.open():
        site.services.work.cancel(job.id, "test")


def page(audit_id: str) -> str:
    return f"/audits/{audit_id}/full-report"


def file(audit_id: str) -> str:
    return f"/audits/{audit_id}/papers/report/pdf"


def told(site: Site, audit_id: str) -> str:
    answer = site.client.get(page(audit_id))
    assert (faults(answer.text), unexplained(answer.text)) == ([], [])
    german = site.client.get(page(audit_id), headers=GERMAN)
    assert faults(german.text) == []
    return Page(answer.text).text


def test_it_is_asked_for_made_in_the_background_and_then_offered(site, asked):
    shown = site.client.get(f"/audits/{asked}").text
    assert "Paper (PDF), to be made first" in Page(shown).text
    early = site.client.get(file(asked))
    assert (early.status_code, early.headers["Location"]) == (303, page(asked))
    before = told(site, asked)
    assert "Not made yet" in before
    assert "No worker runs." in before
    assert site.services.work.open() == ()
    for _ in range(2):
        answer = site.post(f"/audits/{asked}", page(asked))
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{page(asked)}?watch=yes")
    (job,) = site.services.work.open()
    assert (job.kind, job.wanted) == ("paper", asked)
    waits = told(site, asked)
    assert "The PDF is being made" in waits
    assert "Asked for by Ada Admin" in waits
    assert "No worker runs." in waits
    (done,) = work_off(site.services)
    assert (done.state, done.told) == ("done", kept_papers.MADE)
    ready = site.client.get(f"{page(asked)}?watch=yes").text
    assert [one["data-jobs-go"] for one in Page(ready).having("div") if "data-jobs-go" in one] == [
        page(asked)
    ]
    assert "Download the full report (PDF)" in told(site, asked)
    answer = site.client.get(file(asked))
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=report-{asked}.pdf"
    # The same input gives the same bytes, whoever makes it.
    assert answer.data == to_pdf(to_html(read_json(REPORT)))
    assert "to be made first" not in Page(site.client.get(f"/audits/{asked}").text).text


def test_the_bundle_takes_the_file_that_is_there_and_asks_for_it_where_none_is(site):
    papers(site.services).keep("audit2", b"%PDF-1.7 as it is kept")
    kept = papers(site.services).get("audit2")
    for audit_id in ("audit2", "audit3"):
        answer = site.post(f"/audits/{audit_id}", f"/audits/{audit_id}/evidence.zip", pdf="yes")
        if audit_id == "audit2":
            assert unpacked(answer.data)["report.pdf"] == kept
        else:
            assert (answer.status_code, answer.headers["Location"]) == (303, page(audit_id))


def test_a_killed_worker_loses_nothing_and_what_is_kept_is_not_made_again(site, asked, monkeypatch):
    store = site.services
    papers(store).keep(asked, b"%PDF-1.7 as it is kept")
    kept = papers(store).get(asked)
    job = kept_papers.ask(store, store.evidence.one(asked), "Ada Admin")
    store.work.begin(job.id, job.attempt, "worker-9")
    store.work.anew(store.work.get(job.id))
    monkeypatch.setattr(kept_papers, "to_pdf", None)  # it would fail, were it asked again
    (done,) = work_off(store)
    assert (done.state, papers(store).get(asked)) == ("done", kept)


def test_cancelled_before_the_pages_are_laid_out_nothing_is_kept(site):
    store = site.services
    job = kept_papers.ask(store, store.evidence.one("audit3"), "Ada Admin")

    def stops(step: str, done: int, total: int | None) -> None:
        jobs.quiet(step, done, total)
        if step == kept_papers.PRINTING:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        kept_papers.do(store, job, stops)
    assert not papers(store).is_made("audit3")
    store.work.cancel(job.id, "Ben")
    assert "The last try came to nothing" in told(site, "audit3")


def test_who_may_not_see_special_categories_gets_none_where_there_are_some(site):
    stored = passwords.hashed(PASSWORD)
    site.services.accounts.add_user(NewUser(name="Vi", role="viewer", password_hash=stored), "test")
    viewer = Site(app=site.app, client=site.app.test_client())
    viewer.post("/login", "/login", name="Vi", password=PASSWORD)
    assert viewer.client.get(page("audit1")).status_code == 403
    assert viewer.client.get(file("audit1")).status_code == 403
    assert viewer.post("/account", page("audit1")).status_code == 403
    assert site.services.work.open() == ()


def test_the_evidence_of_a_connection_that_has_ended_can_still_be_printed(site, monkeypatch):
    row = site.services.repository.connection_for("hubspot", "62515")
    site.services.repository.move_state(row.id, "disconnected", "", set())
    job = kept_papers.ask_again(site.services, row, "audit3", "Ada Admin")
    monkeypatch.setattr(kept_papers, "to_html", lambda _: "<p>Short, so that it is made at once.</p>")
    (done,) = work_off(site.services)
    assert (done.id, done.state) == (job.id, "done")
    assert papers(site.services).get("audit3").startswith(b"%PDF")
    with pytest.raises(Exception, match="no longer kept"):
        kept_papers.ask_again(site.services, row, "audit1", "Ada Admin")


def test_the_store_keeps_the_first_of_a_version_as_long_as_the_audit_on_each_database(database, monkeypatch):
    repository, kept = Repository(database=database), AuditPapers(database=database)
    row = repository.add_connection("hubspot", "4711", "https://example.com")
    repository.add_audit(row.id, NewAudit(id="audit1", report="{}", **VALUES))
    assert not kept.keep("nothing", b"x")
    assert kept.keep("audit1", b"first")
    assert kept.keep("audit1", b"second")
    assert kept.get("audit1") == b"first"
    monkeypatch.setattr("webapp.store.audit_papers.VERSION", "9.9.9")
    assert (kept.get("audit1"), kept.is_made("audit1")) == (None, False)
    assert kept.keep("audit1", b"of the new version")
    assert kept.get("audit1") == b"of the new version"
    with database.writing() as session:
        session.execute(delete(tables.Audit).filter_by(id="audit1"))
    assert not kept.is_made("audit1")
