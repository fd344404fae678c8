"""Leads go by age, do not come back, and a signed certificate says which and how many."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import update

from audit.schema import BadInput
from connectors.ageing import aged
from connectors.lake import Lake
from connectors.pseudonym import LeadKey
from connectors.sandbox.salesforce import org_deeds
from tests.webapp.support import NAMES, contents
from webapp import decisions, jobs
from webapp.key_rotation import rotate
from webapp.rights import certain_time, erasing, proofs, retention
from webapp.store import privacy_tables
from webapp.viewmodels.privacy import certificate

CRMS = ("salesforce", "hubspot")


def aged_contents(crm: str):
    """The leads of `contents`, made over the last two years, four of them on a day."""
    made = contents(crm)
    created, now = NAMES[crm]["created"], datetime.now(UTC)
    records = tuple(
        {**record, created: (now - timedelta(days=12 * (place // 4))).isoformat(timespec="seconds")}
        for place, record in enumerate(made.records)
    )
    return replace(made, records=records)


@pytest.fixture
def crms(support, certificate, tmp_path) -> Iterator[object]:
    """As everywhere, with leads of many days."""
    with support.running(certificate, tmp_path / "data", aged_contents) as world:
        yield world


def store(crms):
    return proofs.privacy(crms.services)


def days(crms, row) -> list[date]:
    return sorted(crms.services.lake.read(row.crm, row.organisation)["cohort_day"].to_pylist())


def rule_that_splits(crms, row) -> date:
    """A rule by which some leads are too old and some are not, whatever days the stand-in gave them."""
    middle = days(crms, row)[len(days(crms, row)) // 2]
    now = crms.services.clock().date()
    months = (now.year - middle.year) * 12 + now.month - middle.month
    store(crms).set_retention(row.id, max(1, months), "Ada")
    return retention.cut_off(now, max(1, months))


@pytest.mark.parametrize("crm", CRMS)
def test_old_leads_go_with_their_flags_and_no_full_pull_brings_them_back(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    before = rule_that_splits(crms, row)
    old = [day for day in days(crms, row) if day < before]
    assert 0 < len(old) < 236
    applied = jobs.expire(crms.services, row)
    assert applied is not None
    assert applied.leads >= len(old)
    left = set(crms.services.lake.read(row.crm, row.organisation)["lead_key"].to_pylist())
    assert {key.hex for key in crms.services.repository.flags(row.id)} == left
    whole = crms.services.lake.whole(row.crm, row.organisation)
    assert (whole.read, whole.kept) == (240, 236 - len(old))
    assert whole.excluded["too_old"] == applied.leads
    audit = jobs.sync(crms.services, row, wanted="full")
    assert (audit.pulled.read, audit.pulled.kept) == (240, 236 - len(old))
    assert audit.pulled.excluded["too_old"] == applied.leads
    assert min(days(crms, row)) >= before
    # The weekly comparison does not take them for missing.
    again = jobs.sync(crms.services, row, wanted="reconcile")
    assert (again.pulled.read, again.pulled.excluded["too_old"]) == (240, applied.leads)
    assert len(store(crms).proofs(row.id)) == 1


@pytest.mark.parametrize("crm", CRMS)
def test_the_certificate_counts_by_day_and_tells_who_was_in_it(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    before = rule_that_splits(crms, row)
    going = aged(crms.services.lake, row.crm, row.organisation, before)
    jobs.expire(crms.services, row)
    (proof,) = store(crms).proofs(row.id)
    told = proofs.told_in(proof)
    assert sum(told["by_cohort_day"].values()) == told["leads"] == going.num_rows
    decisions.keep_tidy(crms.services, row)
    one = LeadKey(bytes.fromhex(going["lead_key"][0].as_py()))
    if crm == "hubspot":  # the marks in the certificate are of the key before
        rotate(crms.services, row, "Ada", jobs.quiet)
        one = crms.services.keyring(row).forward(one, 1)
    later = replace(crms.services, clock=lambda: datetime.now(UTC) + timedelta(days=60))
    assert "believe-clock" in certain_time.certain_now(later).doubt
    certain_time.believe(later, "Ada")
    decisions.keep_tidy(later, row)
    assert decisions.history_of(crms.services, row, one)  # evidence stays for the log's own time
    assert max(told["by_cohort_day"]) < str(before)
    assert told["rule"]["before"] == str(before)
    assert proof.finished_at is not None
    ring = crms.services.keyring(row)
    gone = {ring.forward(LeadKey(bytes.fromhex(key)), 1).hex for key in going["lead_key"].to_pylist()}
    for record_id in getattr(crms, crm).record_ids():
        under = partial(erasing.lead_typed, crms.services, row, record_id)
        named = proofs.naming(crms.services, row, under, [proof])
        assert bool(named) == (under().hex in gone)


def test_a_changed_certificate_is_found_and_a_missing_one(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    for place in (1, 2, 3):
        lead = erasing.lead_typed(crms.services, row, crms.salesforce.record_ids()[place])
        erasing.erase(crms.services, row, lead, "Ada")
    known = store(crms).proofs(row.id)
    assert [one.trouble for one in proofs.check(crms.services, known)] == ["", "", ""]
    assert [bool(one.trouble) for one in proofs.check(crms.services, (known[0], known[2]))] == [False, True]
    body = known[1].body.replace('"leads": 1', '"leads": 2')
    changes = (
        {"body": body},
        {"marks": bytes(8)},
        {"signature": base64.b64encode(bytes(64)).decode()},
        {"digest": "0" * 64},
    )
    for change in changes:
        altered = (known[0], replace(known[1], **change), known[2])
        assert proofs.check(crms.services, altered)[1].trouble, change
    document = json.loads(proofs.document(known[0]))
    assert document["certificate"] == known[0].body


def test_a_clock_that_jumped_deletes_nothing_until_a_person_says_that_it_is_right(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    retention.set_rule(crms.services, row, "24", "Ada")
    held = crms.services.lake.read(row.crm, row.organisation)["lead_key"].to_pylist()
    ahead = replace(crms.services, clock=lambda: datetime.now(UTC) + timedelta(days=3650))
    jobs.sync(ahead, row, wanted="full")
    assert ahead.lake.read(row.crm, row.organisation)["lead_key"].to_pylist() == held
    assert "nothing else is deleted for its age" in ahead.repository.connection(row.id).note
    applied = jobs.expire(ahead, row)
    assert (applied.leads, applied.doubt != "") == (0, True)
    assert decisions.history_of(ahead, row, LeadKey(bytes.fromhex(held[0])))
    certain_time.believe(ahead, "Ada")
    assert jobs.expire(ahead, row).leads >= len(held)


def test_a_run_that_was_killed_is_ended_by_the_next(crms, monkeypatch):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    rule_that_splits(crms, row)

    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(retention.ageing, "expire", killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.expire(crms.services, row)
    (begun,) = store(crms).proofs(row.id)
    assert begun.finished_at is None
    jobs.expire(crms.services, row)
    (ended,) = store(crms).proofs(row.id)
    assert ended.finished_at is not None
    assert not aged(crms.services.lake, row.crm, row.organisation, retention.before_day(crms.services, row))


def test_a_full_disk_is_told_and_the_certificate_waits(crms, monkeypatch):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    rule_that_splits(crms, row)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(retention.ageing, "expire", full)
        with pytest.raises(OSError, match="space"):
            jobs.expire(crms.services, row)
    assert [one.finished_at for one in store(crms).proofs(row.id)] == [None]


def test_an_old_lead_that_changes_in_the_crm_does_not_come_back(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    before = rule_that_splits(crms, row)
    gone = set(aged(crms.services.lake, row.crm, row.organisation, before)["lead_key"].to_pylist())
    jobs.sync(crms.services, row)
    keyring = crms.services.keyring(row)
    old = next(one for one in crms.salesforce.record_ids() if keyring.lead_key(one).hex in gone)
    org_deeds.change(crms.salesforce.org, old, {"Score__c": 11})
    audit = jobs.sync(crms.services, row)
    assert (
        keyring.lead_key(old).hex
        not in crms.services.lake.read(row.crm, row.organisation)["lead_key"].to_pylist()
    )
    assert audit.pulled.read == 240


def test_a_rule_that_leaves_the_audit_nothing_is_refused(crms):
    row = crms.ready("salesforce")
    for text in ("0", "1", "121", "-3", "2.5", "many", "\u0663", "1e2", "9" * 5000):
        with pytest.raises(BadInput, match="whole number of months from 3 to 120"):
            retention.set_rule(crms.services, row, text, "Ada")
    assert store(crms).retention(row.id) is None


def test_a_rule_is_set_changed_and_taken_away_with_a_line_in_the_trail(crms):
    row = crms.ready("salesforce")
    for text, months in (("24", 24), (" 12 ", 12), ("", None)):
        assert retention.set_rule(crms.services, row, text, "Ada") == months
    assert jobs.expire(crms.services, row) is None
    said = [event.detail for event in crms.services.accounts.events() if event.action == "retention set"]
    assert said[0] == "leads stay"


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 11, 20), 120, date(2016, 11, 20)),
    ],
)
def test_months_are_months_of_the_calendar(today, months, first):
    assert retention.cut_off(today, months) == first


def test_a_certificate_of_a_killed_run_without_leads_left_is_finished(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    rule_that_splits(crms, row)
    jobs.expire(crms.services, row)
    with crms.services.database.writing() as session:
        session.execute(update(privacy_tables.DeletionProof).values(finished_at=None))
    jobs.expire(crms.services, row)
    assert all(one.finished_at for one in store(crms).proofs(row.id))
    assert isinstance(crms.services.lake, Lake)


def test_a_certificate_that_somebody_signed_anew_is_not_shown_as_sound(crms, monkeypatch):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    lead = erasing.lead_typed(crms.services, row, crms.salesforce.record_ids()[1])
    with monkeypatch.context() as theirs:
        theirs.setattr(proofs, "_PURPOSE", "somebody else")
        erasing.erase(crms.services, row, lead, "Ada")
    (checked,) = proofs.check(crms.services, store(crms).proofs(row.id))
    assert (checked.trouble, checked.ours) == ("", False)
    shown = certificate(checked)
    assert shown.tone == "medium"
    assert "another key" in shown.state
