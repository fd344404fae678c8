"""The dashboard and the pages of an audit in German: whole, one language at a time, and files in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from audit.history import overview
from audit.intake import Refusal
from audit.report import to_json
from audit.report.json_form import read_json
from audit.report.model import Report
from audit.thresholds import ThresholdCounts
from connectors.source import Receipt
from connectors.synced import Synced
from tests.webapp.markup import Page, faults
from tests.webapp.site import PULLED, Site, open_site
from tests.webapp.test_evidence import KINDS, audited
from webapp import jobs
from webapp.store.evidence import packed
from webapp.store.rows import ConnectionState, NewAudit
from webapp.viewmodels.dashboard import STATUS
from webapp.viewmodels.synced import sentences
from webapp.viewmodels.writeback import NAMED, WORDS, told

GERMAN = {"Accept-Language": "de"}
NBSP = "\N{NO-BREAK SPACE}"
__all__ = ["audited"]


@pytest.fixture(scope="module")
def site(audited: tuple[Report, ThresholdCounts], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two audits of one connection; the second has a finding more."""
    opened = open_site(tmp_path_factory.mktemp("german"))
    report, counts = audited
    connection, fewer = opened.connect(), replace(report, findings=report.findings[1:])
    for name, one, before in (("audit0", fewer, None), ("audit1", report, fewer)):
        kept = packed(overview(one, before), counts)
        values = {"policy_version": 1, "stream_version": 1, "severities": {"high": 2}, "worst": None}
        new = NewAudit(id=name, report=to_json(one), pulled=PULLED, evidence=kept, **values)
        opened.services.repository.add_audit(connection.id, new)
    yield opened
    opened.close()


def german(site: Site, address: str) -> str:
    answer = site.client.get(address, headers=GERMAN)
    assert answer.status_code == 200
    assert faults(answer.text) == []
    return Page(answer.text).text.replace(NBSP, " ")


def test_the_dashboard_tells_verdict_findings_and_changes_in_german(site: Site) -> None:
    text = german(site, "/")
    for said in ("Was eine Entscheidung braucht", "2 hoch", "Seit dem Audit davor", "Verlauf", "Ungleich: "):
        assert said in text
    assert "22.613 Leads gelesen" in site.client.get("/", headers=GERMAN).text.replace(NBSP, " ")


def test_an_audit_is_german_for_one_and_english_for_another(site: Site) -> None:
    assert "900 Leads wurden geprüft." in german(site, "/audits/audit1")
    english = Page(site.client.get("/audits/audit1").text).text.replace(NBSP, " ")
    assert "900 leads were audited." in english
    assert "900 Leads wurden geprüft." in german(site, "/audits/audit1")


def test_what_the_audit_itself_says_stays_and_is_marked_as_english(
    site: Site, audited: tuple[Report, ThresholdCounts]
) -> None:
    report, _ = audited
    page = site.client.get(f"/audits/audit1/findings/{report.findings[0].id}", headers=GERMAN).text
    heading = re.search(r'<h1 class="headline" lang="en">(.*?)</h1>', page, re.DOTALL)
    assert heading
    assert "Was daran etwas ändern würde" in Page(page).text
    english = site.client.get(f"/audits/audit1/findings/{report.findings[0].id}").text
    assert f'<h1 class="headline">{heading[1]}</h1>' in english


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_is_german_on_its_page_and_english_as_a_file(site: Site, kind: str) -> None:
    page = f"/audits/audit1/evidence/{kind}/1"
    assert "Wo Sie sind" in site.client.get(page, headers=GERMAN).text
    german(site, page)
    for form in ("svg", "csv"):
        files = [site.client.get(f"{page}.{form}", headers=told) for told in (GERMAN, {})]
        assert files[0].data == files[1].data


def test_a_chart_says_the_same_in_german_to_who_does_not_see_it(site: Site) -> None:
    page = Page(site.client.get("/audits/audit1/evidence/groups/1", headers=GERMAN).text)
    chart = next(one for one in page.having("svg") if one.get("class") == "chart")
    assert "außerhalb der Toleranz" in str(chart["aria-label"])
    assert re.search(r"\d,\d\N{NO-BREAK SPACE}% \(\d+,\d\N{NO-BREAK SPACE}% bis ", str(chart["aria-label"]))


def test_the_slider_has_its_words_and_its_numbers_from_the_page(site: Site) -> None:
    text = site.client.get("/audits/audit1/evidence/thresholds/1", headers=GERMAN).text
    assert 'data-span="{low} bis {high}"' in text
    assert '<template data-look="reference group"><span class="quiet">Vergleichsgruppe</span>' in text
    english = site.client.get("/audits/audit1/evidence/thresholds/1").text
    assert 'data-span="{low} to {high}"' in english


@pytest.mark.parametrize("state", [state for state in STATUS if state != "connected"])
def test_the_state_of_a_connection_is_told_in_german(tmp_path: Path, state: ConnectionState) -> None:
    site = open_site(tmp_path)
    row = site.connect("hubspot", "77")
    site.services.repository.set_state(row.id, state, "The note of a connector.")
    page = site.client.get("/", headers=GERMAN).text
    assert f">{STATUS[state].words}<" in site.client.get("/").text
    assert f">{STATUS[state].words}<" not in page
    assert '<p lang="en">The note of a connector.</p>' in page
    site.close()


def test_commands_and_jobs_tell_of_syncs_and_write_backs_in_english() -> None:
    run = replace(PULLED, read=3, kept=3, rejected={}, excluded={}, unmapped={})
    synced = Synced(kind="full", why="It was asked for.", run=run, whole=run)
    assert sentences(synced)[1].startswith(f"This sync read 3{NBSP}leads = 3 kept")
    receipt = Receipt(listed=2, written=1, cleared=0, unchanged=0, unknown=0, failed={"NOT_CONFIRMED": 1})
    assert told(receipt)[0] == "2 leads = 1 written + 0 cleared + 0 unchanged + 0 not audited + 1 failed"
    assert WORDS["NOT_CONFIRMED"][0] in told(receipt)[-1]
    assert all("%(names)s" in what for what, _ in NAMED.values())


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_a_dossier_is_german_on_its_page_and_english_as_a_file(crms, crm: str) -> None:
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    browser, page = crms.signed_in(), f"/connections/{row.id}/privacy"
    form = {"record_id": getattr(crms, crm).record_ids()[1]}
    answer = browser.submit(page, form, to=f"{page}/dossier", headers=GERMAN)
    assert (answer.status_code, faults(answer.text)) == (200, [])
    text = Page(answer.text).text
    assert "Was über eine Person gespeichert ist" in text
    assert "Der Score, der geprüft wird." in text
    file = browser.submit(page, {**form, "form": "json"}, to=f"{page}/dossier", headers=GERMAN).json
    assert file is not None
    assert "the score that is checked" in {one["purpose"] for one in file["columns"]}
    assert file["rights"][-1] == "The person may complain to a supervisory authority (article 77)."


def test_why_leads_were_left_out_is_told_in_the_language_of_who_looks(site: Site) -> None:
    report = read_json(site.services.repository.audit("audit1").report)
    turned_away = Refusal(code="HasOptedOutOfEmail", text="HasOptedOutOfEmail is ticked.", count=2, rows=())
    told = replace(report, excluded=(turned_away,))
    new = NewAudit(
        id="audit9",
        report=to_json(told),
        pulled=PULLED,
        policy_version=1,
        stream_version=1,
        severities={},
        worst=None,
    )
    site.services.repository.add_audit(site.connect("hubspot", "77").id, new)
    text = german(site, "/audits/audit9")
    assert "2: HasOptedOutOfEmail ist angekreuzt oder sagt nicht nein." in text
    assert "is ticked" not in text
