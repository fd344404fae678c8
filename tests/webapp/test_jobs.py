"""Pull, audit and write-back of a connection, against both stand-in CRMs over HTTP."""

import json
import threading
from dataclasses import replace

import pytest

from audit.schema import BadInput
from connectors.errors import Busy, Refused
from connectors.sandbox.salesforce.faults import Fault
from webapp import jobs
from webapp.work.watched import Cancelled

CRMS = ("salesforce", "hubspot")


@pytest.mark.parametrize("crm", CRMS)
def test_a_sync_accounts_for_every_lead_and_stores_the_verdict(crms, crm):
    row = crms.ready(crm)
    audit = jobs.sync(crms.services, row)
    pulled = audit.pulled
    assert pulled.read == 240
    assert pulled.excluded == {"Opted_Out__c" if crm == "salesforce" else "opted_out": 4}
    assert pulled.read == pulled.kept + sum(pulled.rejected.values()) + sum(pulled.excluded.values())
    report = json.loads(audit.report)
    assert (report["rows"], report["kept"], report["excluded"]) == (240, 236, 4)
    assert report["digests"]["policy"] == crms.services.repository.policy(row.id).digest
    assert report["digests"]["stream"] == crms.services.repository.stream(row.id).digest
    assert crms.services.repository.latest_audit(row.id) == audit
    assert crms.services.repository.connection(row.id).state == "connected"


@pytest.mark.parametrize("crm", CRMS)
def test_the_planted_gap_is_found(crms, crm):
    audit = jobs.sync(crms.services, crms.ready(crm))
    found = [f for f in json.loads(audit.report)["findings"] if f["verdict"] == "fail"]
    assert any("country" in f["group"] for f in found)
    assert sum(audit.severities.values()) == len(json.loads(audit.report)["findings"])
    assert audit.worst
    assert "\n" not in audit.worst


@pytest.mark.parametrize("crm", CRMS)
def test_every_kept_lead_has_a_flag_of_this_audit(crms, crm):
    row = crms.ready(crm)
    audit = jobs.sync(crms.services, row)
    flags = crms.services.repository.flags(row.id)
    assert len(flags) == audit.pulled.kept
    assert {flag.audit_id for flag in flags.values()} == {audit.id}
    keyring = crms.services.keyring(row)
    opted_out = keyring.lead_key(getattr(crms, crm).record_ids()[59])
    assert opted_out not in flags
    country = flags[keyring.lead_key(getattr(crms, crm).record_ids()[1])]
    assert country.status == "review"
    assert "country" not in country.reason


@pytest.mark.parametrize("crm", CRMS)
def test_flags_are_written_back_and_the_second_time_nothing_changes(crms, crm):
    row = crms.ready(crm)
    audit = jobs.sync(crms.services, row)
    receipt = jobs.publish(crms.services, row)
    assert receipt.written == audit.pulled.kept
    assert receipt.listed == receipt.written + receipt.cleared + receipt.unchanged + receipt.unknown + sum(
        receipt.failed.values()
    )
    again = jobs.publish(crms.services, row)
    assert (again.written, again.unchanged) == (0, audit.pulled.kept)
    assert crms.services.repository.latest_receipt(row.id).receipt == again


def test_what_reached_the_crm_is_noted_whoever_stops_the_job_meanwhile(crms):
    row = crms.ready("hubspot")
    audit, before = jobs.sync(crms.services, row), len(crms.hubspot.written_back())

    def stopping(*_: object) -> None:
        if len(crms.hubspot.written_back()) > before:
            message = "stopped by Ada"
            raise Cancelled(message)

    receipt = jobs.publish(crms.services, row, stopping)
    assert receipt.written == audit.pulled.kept
    assert crms.services.repository.latest_receipt(row.id).receipt == receipt


def opt_out(crms, crm, lead):
    if crm == "salesforce":
        leads = crms.salesforce.org.leads
        leads[lead] = {**leads[lead], "Opted_Out__c": True}
    else:
        crms.hubspot.desk.change("contacts", lead, {"opted_out": True})


def texts_of(standin, crm, lead) -> int:
    """How many texts stand in the package's fields of one lead; Salesforce has more of them, some empty."""
    if crm == "hubspot":
        contacts = standin._world.contacts
        names = [name for name in contacts.definitions if name.startswith("fairscore_")]
        return sum(contacts.text(int(lead), name) is not None for name in names)
    held = standin.org.leads[lead]
    return sum(bool(value) for name, value in held.items() if name.startswith("Fairness_"))


@pytest.mark.parametrize("crm", CRMS)
def test_who_opts_out_loses_the_flag_here_and_in_the_crm(crms, crm):
    row, standin = crms.ready(crm), getattr(crms, crm)
    lead, texts = standin.record_ids()[1], len(standin.written_back())
    jobs.sync(crms.services, row)
    jobs.publish(crms.services, row)
    marked, own = len(standin.written_back()), texts_of(standin, crm, lead)
    assert marked >= texts + 4 * 236
    opt_out(crms, crm, lead)
    jobs.sync(crms.services, row)
    receipt = jobs.publish(crms.services, row)
    assert (receipt.cleared, receipt.unknown, receipt.failed) == (1, 4, {})
    assert own >= 4
    assert texts_of(standin, crm, lead) == 0
    assert len(standin.written_back()) == marked - own
    assert crms.services.keyring(row).lead_key(lead) not in crms.services.repository.flags(row.id)
    assert jobs.publish(crms.services, row).cleared == 0


def test_a_second_sync_is_a_second_audit_with_the_same_report(crms):
    row = crms.ready("hubspot")
    first, second = jobs.sync(crms.services, row), jobs.sync(crms.services, row)
    assert first.id != second.id
    assert first.digest == second.digest
    assert crms.services.repository.audits(row.id) == (second, first)


def test_progress_counts_up_to_the_whole(crms):
    seen = []
    jobs.sync(crms.services, crms.ready("hubspot"), lambda *step: seen.append(step))
    pulls = [(done, total) for step, done, total in seen if step == "Pulling leads"]
    assert pulls[0][0] == 0
    assert pulls[-1] == (240, 240)
    assert [done for done, _ in pulls] == sorted(done for done, _ in pulls)
    assert seen[-1][0] == "Auditing"


def test_a_pull_that_breaks_off_gives_no_verdict_and_keeps_the_old_one(crms):
    row = crms.ready("salesforce")
    before = jobs.sync(crms.services, row)
    crms.salesforce.faults.plan(Fault(kind="api_disabled", at=1, times=None, path="/query"))
    with pytest.raises(Refused):
        jobs.sync(crms.services, row)
    after = crms.services.repository.connection(row.id)
    assert after.state == "missing_permission"
    assert "did not finish" in after.note
    assert crms.services.repository.audits(row.id) == (before,)
    assert len(crms.services.repository.flags(row.id)) == before.pulled.kept
    crms.salesforce.faults.clear()
    jobs.sync(crms.services, row)
    assert crms.services.repository.connection(row.id).state == "connected"


def test_the_very_first_pull_that_breaks_off_leaves_no_audit(crms):
    row = crms.ready("salesforce")
    crms.salesforce.faults.plan(Fault(kind="api_disabled", times=None))
    with pytest.raises(Refused):
        jobs.sync(crms.services, row)
    assert crms.services.repository.latest_audit(row.id) is None


def test_a_lost_consent_is_told_to_the_admin(crms):
    row = crms.ready("hubspot")
    crms.hubspot.uninstall()
    with pytest.raises((Refused, Busy)):
        jobs.sync(crms.services, row)
    after = crms.services.repository.connection(row.id)
    assert after.state == "consent_needed"
    assert "onnect" in after.note


def test_an_expired_token_is_renewed_on_the_way_and_kept(crms):
    row = crms.ready("hubspot")
    grants = crms.services.grants(row.id)
    before = grants.load()
    crms.hubspot.expire_tokens()
    jobs.sync(crms.services, row)
    assert grants.load().access_token != before.access_token


def test_two_jobs_of_one_connection_do_not_overlap(crms):
    row = crms.ready("hubspot")
    inside, leave = threading.Event(), threading.Event()

    def slow(*_progress: object) -> None:
        inside.set()
        leave.wait(30)

    worker = threading.Thread(target=jobs.sync, args=(crms.services, row, slow))
    worker.start()
    assert inside.wait(30)
    for job in (jobs.sync, jobs.publish):
        with pytest.raises(BadInput, match="being worked on already"):
            job(crms.services, row)
    leave.set()
    worker.join(60)
    assert crms.services.repository.latest_audit(row.id)


def test_disconnecting_during_a_sync_stays_disconnected(crms):
    row = crms.ready("hubspot")

    def leave(step: str, *_count: object) -> None:
        if step == "Auditing":
            crms.services.repository.set_state(row.id, "disconnected")

    jobs.sync(crms.services, row, leave)
    assert crms.services.repository.connection(row.id).state == "disconnected"


@pytest.mark.parametrize("missing", ["policy", "stream"])
def test_a_connection_without_its_rules_says_which(crms, support, missing):
    row = crms.connect("hubspot")
    if missing == "stream":
        crms.services.repository.save_policy(row.id, support.policy_text("hubspot"), "Ada")
    with pytest.raises(BadInput, match=f"has no {missing} yet"):
        jobs.sync(crms.services, row)


def test_a_disconnected_connection_is_not_pulled(crms):
    row = replace(crms.ready("hubspot"), state="disconnected")
    with pytest.raises(BadInput, match="disconnected"):
        jobs.sync(crms.services, row)


def test_there_is_nothing_to_publish_before_an_audit(crms):
    with pytest.raises(BadInput, match="no audit yet"):
        jobs.publish(crms.services, crms.ready("hubspot"))


def test_a_stream_that_does_not_fit_leaves_the_old_verdict(crms, support):
    row = crms.ready("hubspot")
    before = jobs.sync(crms.services, row)
    crms.services.repository.save_stream(row.id, support.STREAM.replace('"region"', '"shoe_size"'), "Ada")
    with pytest.raises(BadInput, match="shoe_size"):
        jobs.sync(crms.services, row)
    assert crms.services.repository.latest_audit(row.id) == before
    assert "could not be audited" in crms.services.repository.connection(row.id).note


def test_no_record_id_gets_past_the_connector(crms):
    for crm in CRMS:
        row = crms.ready(crm)
        jobs.sync(crms.services, row)
        jobs.publish(crms.services, row)
    files = [path for path in crms.services.settings.data_dir.rglob("*") if path.is_file()]
    held = b"".join(path.read_bytes() for path in files)
    assert not [
        one for one in crms.salesforce.record_ids() if one.encode() in held or one[:15].encode() in held
    ]


@pytest.mark.postgres
def test_the_same_jobs_run_on_postgresql(support, certificate, tmp_path, postgres_url):
    with support.running(certificate, tmp_path / "data", DATABASE_URL=postgres_url) as world:
        for crm in CRMS:
            row = world.ready(crm)
            audit = jobs.sync(world.services, row)
            assert len(world.services.repository.flags(row.id)) == audit.pulled.kept == 236
            assert jobs.publish(world.services, row).written == 236
    assert not (tmp_path / "data" / "fairlead.db").exists()
