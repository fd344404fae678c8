"""Papers of an audit on its pages: who gets which, what they hold, and the bundle in the trail."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from audit.report import to_json
from audit.report.bundle import verify
from audit.report.bundle.container import unpacked
from audit.report.packs import PACKS
from tests.audit.papered import papered
from tests.webapp.api_caller import caller
from tests.webapp.markup import Page, faults
from tests.webapp.sample_report import sample_report
from tests.webapp.site import PASSWORD, PULLED, Site, open_site
from webapp import passwords
from webapp.rights import proofs
from webapp.store.accounts import NewUser
from webapp.store.remarks import NewRemark
from webapp.store.rows import NewAudit
from webapp.viewmodels.reports import FORMS, PAPERS, PLAIN

# The attribute of `papered` is a special category; that of the other audit is none.
SPECIAL, PLAIN_AUDIT = "audit1", "audit2"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    opened = open_site(tmp_path_factory.mktemp("reports") / "site")
    opened.audited(opened.connect(), to_json(papered()))
    other = opened.connect("hubspot", "62515")
    store = opened.services.repository
    store.save_policy(other.id, "text", "Ada")
    store.save_stream(other.id, "text", "Ada")
    plain = sample_report("size", ("small", "large"))
    plain = replace(plain, findings=tuple(one for one in plain.findings if not one.special_category))
    values = {"policy_version": 1, "stream_version": 1, "severities": {}, "worst": None, "pulled": PULLED}
    store.add_audit(other.id, NewAudit(id=PLAIN_AUDIT, report=to_json(plain), **values))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def viewer(site: Site) -> Site:
    stored = passwords.hashed(PASSWORD)
    site.services.accounts.add_user(NewUser(name="Vi", role="viewer", password_hash=stored), "test")
    client = site.app.test_client()
    found = Site(app=site.app, client=client)
    found.post("/login", "/login", name="Vi", password=PASSWORD)
    return found


def address(audit_id: str, paper: str, form: str) -> str:
    return f"/audits/{audit_id}/papers/{paper}/{form}"


@pytest.mark.parametrize("paper", [name for name in PAPERS if name != "report"])
@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_every_paper_comes_in_its_forms_and_in_no_other(site, paper, form):
    answer = site.client.get(address(SPECIAL, paper, form))
    if form not in PAPERS[paper][2]:
        assert answer.status_code == 404
        return
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename={paper}-{SPECIAL}.{form}"
    assert "legal advice" in answer.text
    assert answer.content_type.startswith(
        {"html": "text/html", "md": "text/markdown", "json": "application/json"}[form]
    )


def test_the_pack_is_the_one_of_the_command_line(site):
    from audit.report.packs import pack_json

    assert site.client.get(address(SPECIAL, "ll144", "json")).text == pack_json(PACKS["ll144"](papered()))


def test_a_paper_comes_as_pdf(site):
    answer = site.client.get(address(PLAIN_AUDIT, "summary", "pdf"))
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-1.7")


def test_the_audit_offers_every_paper_and_each_link_leads_to_one(site):
    text = site.client.get(f"/audits/{SPECIAL}").text
    assert faults(text) == []
    links = set(re.findall(rf'"(/audits/{SPECIAL}/papers/[^"]+)"', text))
    wanted = {address(SPECIAL, name, form) for name in PAPERS for form in PAPERS[name][2]}
    assert links == wanted
    assert {form for _, _, forms in PAPERS.values() for form in forms} == set(FORMS)
    assert proofs.public_key(site.services) in text


def test_who_may_not_see_special_categories_gets_papers_without_them_or_none(viewer):
    shown = viewer.client.get(f"/audits/{SPECIAL}")
    assert shown.status_code == 200
    links = set(re.findall(rf'"(/audits/{SPECIAL}/papers/[^"]+)"', shown.text))
    assert links == {address(SPECIAL, name, form) for name in PLAIN for form in PAPERS[name][2]}
    assert "are for auditors and administrators" in Page(shown.text).text
    for name in PLAIN:
        paper = viewer.client.get(address(SPECIAL, name, "md"))
        assert paper.status_code == 200
        assert "Special categories of personal data are left out of this copy." in paper.text
        assert "region" not in paper.text
        assert "urban" not in paper.text
    for name in (*PACKS, "report"):
        assert viewer.client.get(address(SPECIAL, name, PAPERS[name][2][0])).status_code == 403
    page = viewer.client.get(f"/audits/{SPECIAL}/summary")
    assert page.status_code == 200
    assert "region" not in Page(page.text).text


def test_who_may_not_see_special_categories_gets_every_paper_where_there_are_none(viewer):
    for name in PAPERS:
        if name != "report":
            assert viewer.client.get(address(PLAIN_AUDIT, name, "html")).status_code == 200
    answer = viewer.post("/account", f"/audits/{PLAIN_AUDIT}/evidence.zip")
    assert answer.status_code == 403


def test_a_bundle_is_signed_by_this_installation_and_the_trail_says_who_made_it(site):
    answer = site.post(f"/audits/{SPECIAL}", f"/audits/{SPECIAL}/evidence.zip")
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    found = verify(answer.data, proofs.public_key(site.services))
    assert found.sound
    assert found.manifest is not None
    assert found.manifest.digests.policy == "d" * 64
    files = unpacked(answer.data)
    assert files["audit.json"].decode() == to_json(papered())
    assert json.loads(files["pack-gdpr.json"])["schema"] == "fairlead.pack/1"
    assert "report.pdf" not in files
    trail = site.client.get("/trail.csv").text
    assert re.search(rf"Ada Admin,evidence signed,\w+,\"?audit {SPECIAL}, SHA-256 [0-9a-f]{{64}}", trail)
    again = site.post(f"/audits/{SPECIAL}", f"/audits/{SPECIAL}/evidence.zip")
    assert again.data == answer.data


def test_what_people_said_is_a_paper_and_part_of_the_evidence(site):
    before = site.client.get(address(PLAIN_AUDIT, "feedback", "md")).text
    assert "Nobody had answered the check" in before
    assert "Nobody has written a note." in before
    connection = site.services.evidence.one(PLAIN_AUDIT).connection_id
    text = "Leads from the spring fair get low scores."
    site.services.remarks.add(connection, NewRemark(team="sales", topic="complaint", text=text), "Ada")
    after = site.client.get(address(PLAIN_AUDIT, "feedback", "md")).text
    assert "| Somebody complained | 1 | 1 |" in after
    assert text not in after
    signed = site.post(f"/audits/{PLAIN_AUDIT}", f"/audits/{PLAIN_AUDIT}/evidence.zip")
    assert verify(signed.data, proofs.public_key(site.services)).sound
    assert unpacked(signed.data)["feedback.md"].decode() == after


def test_the_page_in_plain_words_says_what_the_file_says(site):
    text = site.client.get(f"/audits/{PLAIN_AUDIT}/summary").text
    assert faults(text) == []
    page = Page(text)
    said = site.client.get(address(PLAIN_AUDIT, "summary", "md")).text.replace("\\", "")
    for line in said.splitlines():
        if line.startswith("- ") and "**" not in line:
            assert " ".join(line[2:].split()) in page.text
    assert "Say it in other words" not in page.text


def test_where_no_model_is_set_nothing_can_be_asked_of_one(site):
    assert site.post(f"/audits/{SPECIAL}", f"/audits/{SPECIAL}/summary").status_code == 404


@pytest.mark.parametrize("path", ["papers/hipaa/html", "papers/summary/exe", "papers/report/html", "summary"])
def test_what_is_not_there_is_not_found(site, path):
    known = "none" if path == "summary" else SPECIAL
    assert site.client.get(f"/audits/{known}/{path}").status_code == 404


def test_a_program_gets_a_pack_and_the_plain_words_as_far_as_its_token_may(site):
    client = site.app.test_client()
    whole, part = caller(client, site.services), caller(client, site.services, "read:audits", role="viewer")
    pack = whole.get(f"/audits/{SPECIAL}/packs/ll144")
    assert (pack.status_code, pack.json["schema"]) == (200, "fairlead.pack/1")
    assert part.get(f"/audits/{SPECIAL}/packs/ll144").status_code == 403
    assert whole.get(f"/audits/{SPECIAL}/packs/hipaa").status_code == 404
    assert "region" in " ".join(whole.get(f"/audits/{SPECIAL}/summary").json["todo"])
    assert "region" not in part.get(f"/audits/{SPECIAL}/summary").text
    assert part.get(f"/audits/{PLAIN_AUDIT}/packs/gdpr").status_code == 200
