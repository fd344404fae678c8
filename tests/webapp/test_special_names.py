"""What a viewer, and a token without read:special, may see: no special category by its name or its column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from audit.finding import Caution
from audit.history import overview
from audit.membership import MembershipEstimate
from audit.report.json_form import to_json
from audit.report.model import Report
from tests.webapp.api_caller import Caller, caller, two_sided
from tests.webapp.sample_report import sample_report
from tests.webapp.site import NAME, PASSWORD, PULLED, Site, open_site
from webapp import passwords
from webapp.store.accounts import NewUser
from webapp.store.rows import ConnectionRow, NewAudit

STREAM = """[stream]
name = "lead-score"
key = "id"
score = "score"
[[stream.attribute]]
name = "region"
column = "region"
"""
BELIEF = '[[stream.attribute]]\nname = "belief"\ncolumn = "creed_c"\n'
ORIGIN = '[[stream.attribute]]\nname = "origin"\nprobabilities = {here = "p_here", there = "p_there"}\n'
MARK = "special_category = true\n"
ESTIMATED = MembershipEstimate(
    attribute="origin",
    group="here",
    reference=None,
    metric="selection_rate",
    **dict.fromkeys(("value", "low", "high", "lower", "upper", "bound_low", "bound_high"), 0.5),
    n=100,
    leads=50.0,
)
LEFT_OUT = Caution(code="read_differently", text="Field 'creed_c' was left out.", evidence=())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = open_site(tmp_path)
    yield site
    site.close()


def keep(site: Site, report: Report, stream: str, name: str = "audit1") -> ConnectionRow:
    """Keep an audit that was made under this stream."""
    rows = site.services.repository.connections()
    connection = rows[0] if rows else site.connect()
    site.services.repository.save_policy(connection.id, "text", NAME)
    version = site.services.repository.save_stream(connection.id, stream, NAME).version
    new = NewAudit(
        id=name,
        report=to_json(report),
        policy_version=1,
        stream_version=version,
        severities={"critical": 9},
        worst="belief: a gap",
        pulled=replace(PULLED, unmapped={"creed_c": 17, "salutation": 2}),
    )
    site.services.repository.add_audit(connection.id, new)
    return connection


def viewer(site: Site) -> Caller:
    return caller(site.app.test_client(), site.services, "read:audits", role="viewer")


def browser(site: Site) -> FlaskClient:
    """A viewer's browser."""
    new = NewUser(name="Vic", role="viewer", password_hash=passwords.hashed(PASSWORD))
    site.services.accounts.add_user(new, NAME)
    client = site.app.test_client()
    token = re.search(r'csrf_token" value="([^"]+)', client.get("/login").text)
    assert token
    client.post("/login", data={"name": "Vic", "password": PASSWORD, "csrf_token": token[1]})
    return client


def warned() -> Report:
    report = two_sided()
    return replace(report, warnings=(*report.warnings, LEFT_OUT))


def test_a_column_is_hidden_as_the_name_is(site: Site):
    keep(site, warned(), STREAM + BELIEF + MARK)
    told = viewer(site)
    assert told.get("/audits/audit1").json["account"]["unmapped"] == {"salutation": 2}
    assert "creed_c" not in told.get("/audits/audit1/warnings").text
    whole = caller(site.app.test_client(), site.services)
    assert "creed_c" in whole.get("/audits/audit1/warnings").text
    assert whole.get("/audits/audit1").json["account"]["unmapped"] == {"creed_c": 17, "salutation": 2}


def test_the_pages_hide_the_column_too(site: Site):
    keep(site, warned(), STREAM + BELIEF + MARK)
    assert "creed_c" in site.client.get("/").text
    client = browser(site)
    for path in ("/", "/audits/audit1"):
        page = client.get(path)
        assert page.status_code == 200
        assert "salutation" in page.text
        assert "creed_c" not in page.text


def test_a_page_closes_what_was_marked_since(site: Site):
    report = two_sided()
    plain = tuple(replace(one, special_category=False) for one in report.findings)
    old = replace(report, settings=replace(report.settings, special_categories=()), findings=plain)
    row = keep(site, old, STREAM + BELIEF)
    client = browser(site)
    assert "belief" in client.get("/audits/audit1").text
    assert client.get("/audits/audit1/metrics.csv").status_code == 200
    site.services.repository.save_stream(row.id, STREAM + BELIEF + MARK, NAME)
    assert "belief" not in client.get("/audits/audit1").text
    assert client.get("/audits/audit1/metrics.csv").status_code == 403


def test_the_list_counts_by_the_overview_where_there_is_one(site: Site, monkeypatch: pytest.MonkeyPatch):
    keep(site, two_sided(), STREAM + BELIEF + MARK)
    behind = type(site.services.evidence).behind

    def with_overviews(self, *asked, overviews=False):
        rows = behind(self, *asked, overviews=overviews)
        return [replace(one, overview=overview(two_sided())) for one in rows] if overviews else rows

    monkeypatch.setattr(type(site.services.evidence), "behind", with_overviews)
    (listed,) = viewer(site).get("/audits").json["items"]
    assert listed["severities"] == viewer(site).get("/audits/audit1").json["severities"]


def test_a_token_without_the_scope_counts_only_the_findings_it_may_see(site: Site):
    keep(site, two_sided(), STREAM + BELIEF + MARK)
    told = viewer(site)
    seen = [one["severity"] for one in told.get("/audits/audit1/findings").json["items"]]
    counted = {severity: seen.count(severity) for severity in seen}
    one, (listed,) = told.get("/audits/audit1").json, told.get("/audits").json["items"]
    assert one["severities"] == listed["severities"] == counted
    whole = caller(site.app.test_client(), site.services).get("/audits/audit1").json
    assert whole["severities"] == {"critical": 9}
    assert one["summary"] != whole["summary"]


def test_what_is_marked_later_is_closed_in_older_audits(site: Site):
    report = two_sided()
    plain = tuple(replace(one, special_category=False) for one in report.findings)
    old = replace(report, settings=replace(report.settings, special_categories=()), findings=plain)
    keep(site, old, STREAM + BELIEF)
    told = viewer(site)
    assert told.get("/audits/audit1/estimates?attribute=belief").json["items"]
    assert told.get("/audits/audit1/audit.json").status_code == 200
    site.services.repository.save_stream(
        site.services.repository.connections()[0].id, STREAM + BELIEF + MARK, NAME
    )
    assert not told.get("/audits/audit1/estimates?attribute=belief").json["items"]
    assert told.get("/audits/audit1/audit.json").status_code == 403
    assert "belief" not in told.get("/audits/audit1").text


def test_what_the_newest_audit_calls_special_is_closed_in_older_ones(site: Site):
    report = two_sided()
    keep(site, replace(report, settings=replace(report.settings, special_categories=())), "text")
    told = viewer(site)
    assert told.get("/audits/audit1/estimates?attribute=belief").json["items"]
    keep(site, report, "text", "audit2")
    assert not told.get("/audits/audit1/estimates?attribute=belief").json["items"]


@pytest.mark.parametrize(
    ("stream", "status"),
    [(STREAM + ORIGIN, 200), (STREAM + ORIGIN + MARK, 403), ("no stream", 403)],
    ids=["told to be none", "told to be one", "nothing tells"],
)
def test_groups_that_are_estimated_are_closed_unless_the_stream_tells_otherwise(
    site: Site, stream: str, status: int
):
    keep(site, replace(sample_report(), membership=(ESTIMATED,)), stream)
    assert viewer(site).get("/audits/audit1/audit.json").status_code == status
