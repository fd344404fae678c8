"""The dashboard: a verdict for each stream, what surely changed, how it moved, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.history import overview
from audit.report import to_json
from audit.report.model import Report
from audit.thresholds import ThresholdCounts
from connectors.account import Pulled
from connectors.source import FieldInfo
from tests.webapp.markup import Page, faults
from tests.webapp.sample_report import sample_report
from tests.webapp.site import PULLED, Site, open_site
from webapp.deciding import STALE, decisions
from webapp.store.accounts import NewUser
from webapp.store.database import Database
from webapp.store.evidence import Evidence, packed
from webapp.store.proposals import Wish
from webapp.store.repository import Repository
from webapp.store.rows import ConnectionRow, NewAudit

NO_COUNTS = ThresholdCounts(
    thresholds=(), own=None, higher_is_better=True, confidence=0.95, outcomes=False, groups=()
)
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
POLICY = 'version = 1\nname = "p"\ncrm = "salesforce"\nobject = "Lead"\ncreated = "CreatedDate"\n'


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(tmp_path: Path, clock: Clock) -> Iterator[Site]:
    opened = open_site(tmp_path)
    opened.app.extensions["fairlead"] = replace(opened.services, clock=clock)
    opened.client.set_cookie("fairlead", "")
    opened.sign_in()
    yield opened
    opened.close()


def moved(report: Report, by: float) -> Report:
    """The same audit with every gap moved."""
    told = tuple(
        replace(one, value=one.value + by, low=one.low + by, high=one.high + by)
        if one.kind == "difference" and one.value is not None and one.low is not None and one.high is not None
        else one
        for one in report.disparities
    )
    return replace(report, disparities=told)


def failing(report: Report) -> Report:
    """One finding on the group that fails, led by its difference."""
    finding = replace(report.findings[3], group=("small town",), evidence=(("kind", "difference"),))
    return replace(report, findings=(finding,))


def add(
    store: Repository, connection: ConnectionRow, report: Report, before: Report | None, name: str
) -> None:
    store.add_audit(
        connection.id,
        NewAudit(
            id=name,
            report=to_json(report),
            policy_version=1,
            stream_version=1,
            severities={"high": 1},
            worst=report.findings[0].headline if report.findings else None,
            pulled=PULLED,
            evidence=packed(overview(report, before), NO_COUNTS),
        ),
    )


def dashboard(site: Site) -> Page:
    """The dashboard; days may have passed, and with them the sign-in."""
    if site.client.get("/").status_code != 200:
        site.sign_in()
    text = site.client.get("/").text
    assert faults(text) == []
    return Page(text)


def words(site: Site) -> str:
    return dashboard(site).text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_history_shows_what_surely_changed_and_how_the_gap_moved(site: Site, clock: Clock) -> None:
    connection, first = site.connect(), failing(sample_report())
    second = moved(first, -0.1)
    for name, report, before in (("a1", first, None), ("a2", first, first), ("a3", second, first)):
        add(site.services.repository, connection, report, before, name)
        clock.now += timedelta(days=1)
    text = words(site)
    assert "Unequal: 1 finding" in text
    assert "What surely changed since 3 Nov 2026." in text
    assert "Worse" in text
    assert "The gap is \N{MINUS SIGN}21.3 points (\N{MINUS SIGN}23.0 points to" in text
    assert "it was \N{MINUS SIGN}11.3 points" in text
    assert "4 Nov 2026: \N{MINUS SIGN}21.3 points" in text
    picture = [one for one in dashboard(site).having("svg") if one.get("class") == "chart"]
    assert len(picture) == 1
    assert "2 Nov 2026: \N{MINUS SIGN}11.3" in (picture[0]["aria-label"] or "").replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_the_same_audit_again_changes_nothing(site: Site, clock: Clock) -> None:
    connection, report = site.connect(), failing(sample_report())
    add(site.services.repository, connection, report, None, "a1")
    assert "This is the first audit." in words(site)
    clock.now += timedelta(days=1)
    add(site.services.repository, connection, report, report, "a2")
    assert "Nothing surely changed since 2 Nov 2026." in words(site)


def test_nothing_found_is_only_good_news_where_something_was_compared(site: Site) -> None:
    quiet = replace(sample_report(findings=False), disparities=())
    add(site.services.repository, site.connect(), quiet, None, "a1")
    text = words(site)
    assert "Nothing compared" in text
    assert "Nothing outside tolerance" not in text
    passed = replace(
        sample_report(findings=False),
        disparities=tuple(replace(one, verdict="pass") for one in sample_report().disparities),
    )
    add(site.services.repository, site.connect(organisation="00D2"), passed, None, "b1")
    assert "Nothing outside tolerance" in words(site)


def test_everything_that_waits_for_somebody_is_named_with_its_place(site: Site, clock: Clock) -> None:
    opened, connection = site.services, site.connect()
    opened.repository.save_policy(connection.id, POLICY, "Ada Admin")
    add(opened.repository, connection, failing(sample_report()), None, "a1")
    clock.now += timedelta(hours=1)
    there = [FieldInfo(name=f"There_{place}__c", label="There", type="string") for place in range(3)]
    opened.crm_fields.remember(connection.id, there)
    clock.now += STALE + timedelta(days=1)
    new = FieldInfo(name="Brand_New__c", label="Brand new", type="string")
    opened.crm_fields.remember(connection.id, [*there, new])
    opened.repository.set_state(connection.id, "consent_needed", "The refresh token was revoked.")
    row = opened.repository.connection(connection.id)
    found = {one.where: one for one in decisions(opened, row, opened.evidence.newest(connection.id, 12))}
    assert set(found) == {"connections", "finding", "audit", "policy"}
    assert "8 days old" in found["audit"].text.replace("\N{NO-BREAK SPACE}", " ")
    assert "1 new field" in found["policy"].text.replace("\N{NO-BREAK SPACE}", " ")
    page = dashboard(site)
    addresses = {one.get("href") for one in page.having("a")}
    assert {"/audits/a1", "/audits/a1/findings/F3", f"/connections/{connection.id}/policy"} <= addresses
    assert "Nothing waits" not in page.text


def test_a_failed_job_waits(site: Site) -> None:
    opened, connection = site.services, site.connect()
    opened.repository.set_state(connection.id, "connected", "The last pull could not be audited: no leads.")
    row = opened.repository.connection(connection.id)
    assert [one.text for one in decisions(opened, row, ())] == [
        "The last pull could not be audited: no leads."
    ]


def test_a_job_that_failed_last_waits_until_it_is_done(site: Site, clock: Clock) -> None:
    opened, connection = site.services, site.connect()
    opened.job_ends.add(connection.id, "write_back", "done")
    clock.now += timedelta(hours=1)
    opened.job_ends.add(connection.id, "write_back", "failed")
    assert [one.text for one in decisions(opened, connection, ())] == [
        "The last write-back failed, on 2 Nov 2026."
    ]
    clock.now += timedelta(hours=1)
    opened.job_ends.add(connection.id, "write_back", "done")
    assert decisions(opened, connection, ()) == ()


def test_a_proposal_waits_for_another_admin(site: Site) -> None:
    opened, connection = site.services, site.connect()
    new = NewUser(name="Bo Admin", role="admin", password_hash="x")
    opened.accounts.add_user(new, "Ada Admin")
    ada = opened.accounts.user_named("Ada Admin")
    opened.proposals.need_two(connection.id, ada)
    made = opened.proposals.propose(Wish(connection_id=connection.id, kind="policy", text=POLICY), ada)
    assert "A policy was proposed by Ada Admin and waits for another admin." in words(site)
    assert f'href="/proposals/{made.id}"' in site.client.get("/").text
    opened.proposals.refuse(made, ada, "")
    assert "waits for another admin" not in words(site)


def test_a_finding_that_was_looked_at_waits_again_once_it_is_worse(site: Site, clock: Clock) -> None:
    opened, connection, first = site.services, site.connect(), failing(sample_report())
    add(opened.repository, connection, first, None, "a1")
    opened.evidence.look(connection.id, "a1", "F3", "Ada Admin")
    assert "Nothing waits" in words(site)
    clock.now += timedelta(days=1)
    add(opened.repository, connection, first, first, "a2")
    assert "Nothing waits" in words(site)
    clock.now += timedelta(days=1)
    add(opened.repository, connection, moved(first, -0.1), first, "a3")
    assert "1 finding has not been looked at" in words(site)
    opened.evidence.look(connection.id, "a3", "F3", "Ada Admin")
    assert "Nothing waits" in words(site)


def test_an_empty_installation_tells_the_next_step(site: Site) -> None:
    text = words(site)
    assert "Six steps bring you to the first audit" in text
    assert "What needs a decision" not in text


def test_what_is_kept_beside_an_audit_on_either_database(database: Database) -> None:
    repository, evidence = Repository(database=database), Evidence(database=database)
    org = repository.add_connection("salesforce", "00D1", "https://x.example.com")
    report = failing(sample_report())
    add(repository, org, report, None, "a1")
    add(repository, org, report, report, "a2")
    kept = evidence.newest(org.id, 1)
    assert [one.id for one in kept] == ["a2"]
    assert kept[0].overview == overview(report, report)
    assert kept[0].pulled == Pulled(**{name: getattr(PULLED, name) for name in Pulled.__slots__})
    assert evidence.one("a1").id == "a1"
    assert evidence.one("nothing") is None
    assert evidence.counts("a1").thresholds == ()
    assert evidence.counts("nothing") is None
    evidence.look(org.id, "a1", "F3", "Ada")
    evidence.look(org.id, "a2", "F3", "Otto")
    looks = evidence.looks(org.id)
    assert [(one.audit_id, one.who) for one in looks.values()] == [("a2", "Otto")]
