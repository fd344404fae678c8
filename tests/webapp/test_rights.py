"""Erasure, however it is asked for, leaves nothing of a lead but the tombstone that keeps it away."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from audit.schema import BadInput
from connectors.hubspot.events import Event
from connectors.pseudonym import LeadKey
from connectors.sandbox.salesforce import org_deeds
from webapp import connecting, decisions, departures, erasure, jobs
from webapp.panels import NOT_AUDITED, panel_for
from webapp.rights import erasing, proofs
from webapp.store.every_table import METADATA

CRMS = ("salesforce", "hubspot")


def lead_of(crms, row, place: int = 1) -> LeadKey:
    return crms.services.keyring(row).lead_key(getattr(crms, row.crm).record_ids()[place])


def in_files(crms, lead: LeadKey) -> Counter[str]:
    """How often each file of the data folder holds the key, as text or as bytes."""
    files = [path for path in crms.services.settings.data_dir.rglob("*") if path.is_file()]
    spellings = (lead.hex.encode(), lead.digest)
    return +Counter({path.name: sum(path.read_bytes().count(one) for one in spellings) for path in files})


def traces(crms, lead: LeadKey) -> set[str]:
    """Every file and every table that holds the key, whatever is packed in it.

    The database's file counts where it holds the key more often than the list of who must not come back
    makes it: SQLite keeps a key in the table's row and in its index.
    """
    spellings = (lead.hex.encode(), lead.digest)
    listed = sum(
        lead.hex in crms.services.erased.known(one.id) for one in crms.services.repository.connections()
    )
    found = {*(in_files(crms, lead) - Counter({"fairlead.db": 2 * listed}))}
    with crms.services.database.reading() as session:
        for table in METADATA.sorted_tables:
            rows = session.execute(text(f"SELECT * FROM {table.name}")).all()  # noqa: S608 - our own names
            if any(one in cell for row in rows for cell in _cells(row) for one in spellings):
                found.add(table.name)
    for one in crms.services.repository.connections():
        if decisions.history_of(crms.services, one, lead):
            found.add("decision log")
        tables = crms.services.lake.held_keys(one.crm, one.organisation)
        if any(lead.hex in table["lead_key"].to_pylist() for table in tables):
            found.add("lake")
    return found


def _cells(row) -> Iterator[bytes]:
    return (cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)


def only_the_tombstone(crms, row, lead: LeadKey, *, listed: bool = True) -> bool:
    """Whether the list of who must not come back names the lead, for good, and nothing else does."""
    known = crms.services.erased.known(row.id)
    there = {"erased_lead"} if listed else set()
    return traces(crms, lead) == there and (lead.hex in known) == listed and known.get(lead.hex) is None


@pytest.mark.parametrize("crm", CRMS)
def test_an_erasure_by_form_leaves_nothing_but_the_tombstone_and_stays(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    lead = lead_of(crms, row)
    assert {"lake", "lead_flag", "decision log"} <= traces(crms, lead)
    done = erasing.erase(crms.services, row, lead, "Ada")
    before = done.before
    assert (before.row, before.flag, before.decisions, done.after.any, done.waiting) == (
        1,
        1,
        1,
        False,
        False,
    )
    assert decisions.check(crms.services, row, contents=True).faults == ()
    assert only_the_tombstone(crms, row, lead)
    assert panel_for(crms.services.repository.flag(row.id, lead.hex)) == NOT_AUDITED
    # The record is still in the CRM: a full pull leaves it out, and counts it.
    audit = jobs.sync(crms.services, row, wanted="full")
    assert audit.pulled.excluded["erased"] == 1
    assert audit.pulled.read == 240
    assert only_the_tombstone(crms, row, lead)
    again = erasing.erase(crms.services, row, lead, "Ada")
    assert not again.before.any


def test_after_a_disconnect_no_list_of_who_was_erased_is_left_even_where_it_was_killed(crms, monkeypatch):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    lead, other = lead_of(crms, row), lead_of(crms, row, 2)
    erasing.erase(crms.services, row, lead, "Ada")
    assert set(in_files(crms, lead)) == {"fairlead.db"}
    # The folder goes, and the process ends before the database was told.
    monkeypatch.setattr(type(crms.services.erased), "note", lambda *_: 1 / 0)
    monkeypatch.setattr(type(crms.services.erased), "forget", lambda *_: None)
    with pytest.raises(ZeroDivisionError):
        connecting.end(crms.services, row, "Ada")
    monkeypatch.undo()
    assert not list(crms.services.lake.folder.rglob("*.erased-*"))
    assert erasure.left_over(crms.services)
    erasure.sweep(crms.services)
    assert erasure.left_over(crms.services) == ()
    assert crms.services.erased.known(row.id) == {}
    assert (in_files(crms, lead), in_files(crms, other)) == (Counter(), Counter())


@pytest.mark.parametrize("crm", CRMS)
def test_of_who_opted_out_and_was_erased_not_even_the_reason_comes_back(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    lead = lead_of(crms, row, 59)
    assert "lake" in traces(crms, lead)
    done = erasing.erase(crms.services, row, lead, "Ada")
    assert (done.before.turned_away, done.after.any) == (1, False)
    for wanted in ("", "full", "reconcile"):
        audit = jobs.sync(crms.services, row, wanted=wanted)
        assert only_the_tombstone(crms, row, lead), wanted
        assert audit.pulled.read == audit.pulled.kept + sum(audit.pulled.excluded.values())


@pytest.mark.parametrize("crm", CRMS)
def test_what_was_written_back_on_an_erased_lead_is_cleared_at_the_next_write_back(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    jobs.publish(crms.services, row)
    erasing.erase(crms.services, row, lead_of(crms, row), "Ada")
    receipt = jobs.publish(crms.services, row)
    assert receipt.cleared == 1


@pytest.mark.parametrize("crm", CRMS)
def test_a_lead_that_a_sync_finds_deleted_is_forgotten_everywhere(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    ids, lead = getattr(crms, crm).record_ids(), lead_of(crms, row)
    if crm == "salesforce":
        org_deeds.delete(crms.salesforce.org, "Lead", ids[1])
    else:
        crms.hubspot.archive(ids[1])
    audit = jobs.sync(crms.services, row)
    assert audit.pulled.read == 239
    # It may be restored there, so no list keeps it away.
    assert only_the_tombstone(crms, row, lead, listed=False)
    (proof,) = proofs.privacy(crms.services).proofs(row.id)
    assert proofs.told_in(proof)["cause"] == "gone from the CRM"


def test_a_full_pull_that_names_nobody_forgets_who_is_gone(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    lead = lead_of(crms, row)
    org_deeds.delete(crms.salesforce.org, "Lead", crms.salesforce.record_ids()[1])
    jobs.sync(crms.services, row, wanted="full")
    # Whether it was deleted or is not shown any more cannot be told: the log has its own time of grace.
    left = {name for name in traces(crms, lead) if ".erased" not in name}
    assert left <= {"decision log", "index.db"}
    assert "decision log" in left
    assert len(proofs.privacy(crms.services).proofs(row.id)) == 1


@pytest.mark.parametrize("crm", CRMS)
def test_an_erasure_while_a_sync_runs_holds_at_its_end(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    lead, asked, go_on = lead_of(crms, row), threading.Event(), threading.Event()

    def watch(step: str, *_: object) -> None:
        if step == "Auditing":
            asked.set()
            assert go_on.wait(60)

    job = threading.Thread(target=jobs.sync, args=(crms.services, row, watch))
    job.start()
    assert asked.wait(60)
    done = erasing.erase(crms.services, row, lead, "Ada")
    go_on.set()
    job.join()
    assert done.waiting
    assert only_the_tombstone(crms, row, lead)
    assert crms.services.told_events.pending(row.id) == ()


def test_an_erasure_whose_process_ended_is_done_at_the_next_start(crms, monkeypatch):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    lead = lead_of(crms, row)
    monkeypatch.setattr(erasing, "settle", lambda *_: None)
    assert erasing.erase(crms.services, row, lead, "Ada").waiting
    departures.settle_all(crms.services)
    assert only_the_tombstone(crms, row, lead)


@pytest.mark.parametrize("crm", CRMS)
def test_the_trail_and_the_certificate_prove_an_erasure_without_naming_anybody(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    lead, other = lead_of(crms, row), lead_of(crms, row, 2)
    erasing.erase(crms.services, row, lead, "Ada")
    trail = [event for event in crms.services.accounts.events() if event.action == "lead erased"]
    assert [event.who for event in trail] == ["Ada"]
    assert lead.hex not in trail[0].detail
    known = proofs.privacy(crms.services).proofs(row.id)
    assert proofs.naming(crms.services, row, lambda _: lead, known) == known
    assert proofs.naming(crms.services, row, lambda _: other, known) == ()
    assert [one.trouble for one in proofs.check(crms.services, known)] == [""]
    record_id = getattr(crms, crm).record_ids()[1]
    with crms.services.database.reading() as session:
        for table in METADATA.sorted_tables:
            cells = b" ".join(
                cell
                for line in session.execute(text(f"SELECT * FROM {table.name}")).all()  # noqa: S608
                for cell in _cells(line)
            )
            assert record_id.encode() not in cells or crm == "hubspot", table.name


SALESFORCE_WRONG = {
    "": "15 or 18",
    "00Q5e000001abcdEAB": "capitals",
    "003000000000001": "another kind",
    "00Q00000000000": "15 or 18",
    "00Q0000000000\u0661\u0661": "15 or 18",
}


def test_a_typed_salesforce_id_is_told_wrong_without_being_repeated(crms):
    row = crms.connect("salesforce")
    assert erasing.lead_typed(crms.services, row, "00Q000000000001")
    for typed, told in SALESFORCE_WRONG.items():
        with pytest.raises(BadInput, match=told) as problem:
            erasing.lead_typed(crms.services, row, typed)
        assert not typed or typed not in str(problem.value)


def test_the_short_and_the_long_form_of_an_id_are_one_lead(crms):
    row = crms.connect("salesforce")
    full = crms.salesforce.record_ids()[3]
    short, long = (erasing.lead_typed(crms.services, row, f" {one}\n") for one in (full[:15], full))
    assert short == long == lead_of(crms, row, 3)


def test_an_id_of_hubspots_leads_object_is_another_record_than_the_contact_of_that_number(crms):
    row = crms.ready("hubspot")
    keyring, one = crms.services.keyring(row), crms.hubspot.record_ids()[0]
    typed = {kind: erasing.lead_typed(crms.services, row, one, kind=kind) for kind in ("", "contact", "lead")}
    assert typed[""] == typed["contact"] == lead_of(crms, row, 0)
    assert typed["lead"] == keyring.lead_key(f"0-136/{one}") != typed["contact"]
    with pytest.raises(BadInput, match="HubSpot lead is a whole number"):
        erasing.lead_typed(crms.services, row, "x", kind="lead")
    with pytest.raises(BadInput, match="choose contact or lead"):
        erasing.lead_typed(crms.services, row, one, kind="deal")
    # The contact of that number stays when the lead is erased.
    jobs.sync(crms.services, row)
    done = erasing.erase_typed(crms.services, row, one, "Ada", "lead")
    assert (done.before.any, done.waiting) == (False, False)
    assert erasing.held_of(crms.services, row, typed["contact"]).row == 1


def test_a_typed_hubspot_id_is_a_whole_number(crms):
    row = crms.connect("hubspot")
    for typed in ("", "abc", "12.5", "-3", "0", "1" * 20, "\u0663"):
        with pytest.raises(BadInput, match="whole number"):
            erasing.lead_typed(crms.services, row, typed)
    one = crms.hubspot.record_ids()[0]
    assert erasing.lead_typed(crms.services, row, f"00{one} ") == lead_of(crms, row, 0)


@pytest.mark.parametrize("told", [("deleted",), ("merged", "restored"), ("restored", "deleted")])
def test_what_the_crm_tells_later_of_an_erased_lead_changes_nothing(crms, told):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    lead = lead_of(crms, row)
    erasing.erase(crms.services, row, lead, "Ada")
    for later, kind in enumerate(told, start=1):
        one = Event(
            organisation=row.organisation,
            kind=kind,
            lead=lead,
            at=crms.services.clock() + timedelta(minutes=later),
            digest=f"{later:064x}",
            generation=crms.services.keyring(row).generation,
        )
        departures.receive(crms.services, [one])
        departures.settle(crms.services, row)
    # The database's own list would bring it back after a backup of the folder.
    assert crms.services.erased.known(row.id) == {lead.hex: None}
    assert crms.services.told_events.count(row.id, lead) == 0
    assert jobs.sync(crms.services, row, wanted="full").pulled.excluded["erased"] == 1
