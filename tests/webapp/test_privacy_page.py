"""The privacy page: an admin answers people, an auditor reads, and a record id is seen nowhere again."""

from __future__ import annotations

import json
import logging
import os
import subprocess

import pytest
from sqlalchemy import text

from tests import processes
from tests.webapp.markup import faults
from webapp import jobs, passwords
from webapp.rights import controller, erasing, proofs
from webapp.rights.paper import to_markdown
from webapp.rights.record import record
from webapp.store.every_table import METADATA
from webapp.store.repository import short_id
from webapp.store.tables import User

CRMS = ("salesforce", "hubspot")


class Ready(dict):
    """CRMs that are pulled and audited when they are first asked for."""

    def __init__(self, crms) -> None:
        self.crms = crms

    def __missing__(self, crm: str):
        self[crm] = self.crms.ready(crm)
        jobs.sync(self.crms.services, self[crm])
        return self[crm]


@pytest.fixture
def ready(crms):
    return Ready(crms)


def path(row, what: str = "") -> str:
    return f"/connections/{row.id}/privacy{what}"


def everything_stored(crms) -> str:
    with crms.services.database.reading() as session:
        rows = [
            session.execute(text(f"SELECT * FROM {table.name}")).all()  # noqa: S608 - our own names
            for table in METADATA.sorted_tables
        ]
    return str(rows)


def auditor(crms, support):
    with crms.services.database.writing() as session:
        session.add(
            User(
                id=short_id(),
                name="Otto",
                role="auditor",
                password_hash=passwords.hashed(support.PASSWORD),
                created_at=crms.services.clock(),
            )
        )
    browser = support.Browser(crms.app.test_client())
    browser.submit("/login", {"name": "Otto", "password": support.PASSWORD})
    return browser


@pytest.mark.parametrize("crm", CRMS)
def test_an_admin_erases_a_lead_and_the_id_is_seen_nowhere_again(crms, ready, crm, caplog):
    browser, row = crms.signed_in(), ready[crm]
    record_id = getattr(crms, crm).record_ids()[1]
    fields = {"record_id": record_id, "confirm": "Erase"}
    with caplog.at_level(logging.DEBUG):
        answer = browser.submit(path(row), fields, to=path(row, "/erase"))
    assert answer.status_code == 303
    page = browser.get(answer.headers["Location"])
    assert "Erased: its row" in page.text
    assert "delete it there" in page.text
    if crm == "salesforce":  # a contact's number is short enough to stand anywhere by chance
        for place in (answer.text, page.text, str(answer.headers), caplog.text, everything_stored(crms)):
            assert record_id[:15] not in place
    again = browser.submit(path(row), fields, to=path(row, "/erase"))
    assert "Nothing was held" in browser.get(again.headers["Location"]).text


def test_the_kind_of_a_hubspot_record_is_chosen_and_stays_chosen(crms, ready):
    browser, row = crms.signed_in(), ready["hubspot"]
    page = browser.get(path(row))
    assert faults(page.text) == []
    assert 'id="dossier-kind-lead"' in page.text
    fields = {"record_id": "XYZ-4711", "kind": "lead"}
    answer = browser.submit(path(row), fields, to=path(row, "/dossier"))
    assert (answer.status_code, "HubSpot lead is a whole number" in answer.text) == (422, True)
    assert 'id="dossier-kind-lead" name="kind" value="lead" checked' in answer.text
    assert faults(answer.text) == []
    fields = {"record_id": crms.hubspot.record_ids()[1], "kind": "lead"}
    assert "was not read" in browser.submit(path(row), fields, to=path(row, "/dossier")).text


WRONG = (
    ("/erase", {"record_id": "00Q000000000001", "confirm": "yes"}, "to confirm"),
    ("/erase", {"record_id": "XYZ-4711", "confirm": "erase"}, "15 or 18 letters"),
    ("/dossier", {"record_id": "XYZ-4711"}, "15 or 18 letters"),
    ("/retention", {"months": "XYZ-4711"}, "whole number of months"),
    ("/controller", {"controller": "x" * 2001}, "longer than"),
)


def test_a_form_that_cannot_be_used_says_so_at_its_place_and_repeats_nothing(crms, ready):
    browser, row = crms.signed_in(), ready["salesforce"]
    for form, fields, told in WRONG:
        answer = browser.submit(path(row), fields, to=path(row, form))
        assert answer.status_code == 422
        assert told in answer.text
        assert "XYZ-4711" not in answer.text
        assert 'role="alert"' in answer.text
        assert faults(answer.text) == []
    assert proofs.privacy(crms.services).proofs(row.id) == ()


def test_a_form_needs_its_token(crms, ready):
    crms.signed_in()
    client = crms.app.test_client()
    answer = client.post(path(ready["salesforce"], "/erase"), data={"record_id": "x", "confirm": "erase"})
    assert answer.status_code in {303, 400}
    assert len(crms.services.repository.flags(ready["salesforce"].id)) == 236


def test_an_auditor_reads_and_changes_nothing(crms, ready, support):
    crms.signed_in()
    browser, row = auditor(crms, support), ready["salesforce"]
    page = browser.get(path(row))
    assert page.status_code == 200
    assert faults(page.text) == []
    assert "record_id" not in page.text
    for form in ("/erase", "/dossier", "/retention", "/controller"):
        answer = browser.submit(path(row), {"record_id": "00Q", "confirm": "erase"}, to=path(row, form))
        assert answer.status_code == 403
    for what in ("/record", "/flow", "/record/md", "/flow/json"):
        assert browser.get(path(row, what)).status_code == 200


@pytest.mark.parametrize("crm", CRMS)
def test_the_dossier_is_a_page_and_a_file_and_is_not_kept(crms, ready, crm):
    browser, row = crms.signed_in(), ready[crm]
    fields = {"record_id": getattr(crms, crm).record_ids()[1]}
    page = browser.submit(path(row), fields, to=path(row, "/dossier"))
    assert page.status_code == 200
    assert faults(page.text) == []
    assert page.headers["Cache-Control"] == "no-store"
    assert "What is held about one person" in page.text
    file = browser.submit(path(row), {**fields, "form": "json"}, to=path(row, "/dossier"))
    assert file.headers["Content-Disposition"] == 'attachment; filename="dossier.json"'
    assert json.loads(file.text)["columns"]
    # Reading its address again shows nothing of it.
    assert browser.get(path(row, "/dossier")).status_code == 405


def test_pages_and_files_are_whole(crms, ready):
    browser = crms.signed_in()
    for row in (ready["salesforce"], ready["hubspot"]):
        for what in ("", "/record", "/flow", "/record/html", "/flow/html"):
            answer = browser.get(path(row, what))
            assert answer.status_code == 200
            # A file stands alone, and brings its style sheet.
            found = [one for one in faults(answer.text) if one != "inline style on style"]
            assert found == [], what
        assert json.loads(browser.get(path(row, "/record/json")).text)["schema"] == "fairlead.record/1"
        # What reps answer is told of, and how it comes in from this CRM.
        for what in ("/record/md", "/flow/md"):
            told = browser.get(path(row, what)).text.replace("\\_", "_")
            assert "lead_answer" in told
            assert ("signed by HubSpot" in told or "HubSpot's servers" in told) == (row.crm == "hubspot")
        assert browser.get(path(row, "/flow/md")).text.startswith("# Data flow of ")
        assert browser.get(path(row, "/record/pdf")).status_code == 404
        assert browser.get(path(row, "/certificates/none")).status_code == 404


def test_a_certificate_of_another_connection_is_not_handed_out(crms, ready):
    browser, row = crms.signed_in(), ready["salesforce"]
    lead = erasing.lead_typed(crms.services, row, crms.salesforce.record_ids()[1])
    erasing.erase(crms.services, row, lead, "Ada")
    (proof,) = proofs.privacy(crms.services).proofs(row.id)
    assert browser.get(path(row, f"/certificates/{proof.id}")).status_code == 200
    assert browser.get(path(ready["hubspot"], f"/certificates/{proof.id}")).status_code == 404


def test_a_connection_without_policy_and_one_that_has_ended(crms):
    browser = crms.signed_in()
    row = crms.connect("salesforce", browser)
    page = browser.get(path(row))
    assert "no policy yet" in page.text
    assert faults(page.text) == []
    assert browser.get(path(row, "/record")).status_code == 422
    crms.services.repository.set_state(row.id, "disconnected")
    page = browser.get(path(row))
    assert "has ended" in page.text
    answer = browser.submit(
        "/connections", {"record_id": "00Q000000000001", "confirm": "erase"}, to=path(row, "/erase")
    )
    assert "is disconnected" in answer.text
    assert browser.get("/connections/none/privacy").status_code == 404


def test_the_record_follows_the_policy_in_force_and_what_was_said(crms, ready):
    row = ready["salesforce"]
    before = record(crms.services, row)
    assert before.blanks == 7
    controller.save(crms.services, {name: f"said of {name}" for name in controller.NAMES}, "Ada")
    policy = crms.services.repository.policy(row.id).text.replace(
        '[[rule]]\nfield = "Region__c"', '[[rule]]\nfield = "Region|<b>__c"'
    )
    crms.services.repository.save_policy(row.id, policy, "Ada")
    after = record(crms.services, row)
    assert after.blanks == 0
    stamp = {line.term: line.text for line in after.stamp}["Policy"]
    assert stamp.startswith("version 2, digest ")
    text_form = to_markdown(after)
    assert "Region\\|\\<b\\>" in text_form
    assert "said of legal_basis" in text_form.replace("\\_", "_")
    assert "&lt;b&gt;" in crms.signed_in().get(path(row, "/record")).text


def run(crms, *arguments: str, typed: str) -> subprocess.CompletedProcess[str]:
    settings = crms.services.settings
    env = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    env |= {
        "FAIRLEAD_SECRET_KEY": settings.secret_key.get_secret_value(),
        "FAIRLEAD_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "FAIRLEAD_DATA_DIR": str(settings.data_dir),
    }
    return processes.run(arguments, env=env, typed=typed.encode())


def test_the_commands_take_the_id_from_standard_input_alone(crms, ready):
    row, ids = ready["salesforce"], crms.salesforce.record_ids()
    made = run(crms, "dossier", "salesforce", typed=f"{ids[1]}\n")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["columns"]
    refused = run(crms, "erase", "salesforce", "--yes", typed="XYZ-4711\n")
    assert (refused.returncode, "XYZ-4711" in refused.stderr) == (2, False)
    done = run(crms, "erase", "salesforce", "--yes", typed=f"{ids[1]}\n")
    assert done.returncode == 0, done.stderr
    assert "Erased: its row" in done.stdout
    assert crms.services.repository.flag(row.id, crms.services.keyring(row).lead_key(ids[1]).hex) is None
    verified = run(crms, "retention", "verify", "salesforce", "--lead", "--json", typed=f"{ids[1]}\n")
    assert verified.returncode == 0, verified.stderr
    assert [one["trouble"] for one in json.loads(verified.stdout)] == [""]
    other = run(crms, "retention", "verify", "salesforce", "--lead", typed=f"{ids[2]}\n")
    assert "no certificate" in other.stdout
    assert run(crms, "retention", "run", typed="").returncode == 0
    assert run(crms, "retention", "set", "salesforce", "1", typed="").returncode == 2
    assert run(crms, "retention", "set", "salesforce", "24", typed="").returncode == 0
    assert run(crms, "erase", "salesforce", "--yes", typed="").returncode == 2
