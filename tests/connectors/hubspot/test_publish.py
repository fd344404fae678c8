"""Writing flags back: what differs is written, every contact is accounted for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.errors import Refused
from connectors.hubspot.client import HubSpotClient
from connectors.sandbox.hubspot.faults import Fault
from connectors.source import Flag
from tests.connectors.subject_hubspot import some

FLAG = Flag(
    status="review",
    reason="The last audit found that this score is unreliable.",
    audit_id="A-7",
    checked_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
)


def flags_for(found, count=None):
    return {found.keyring.lead_key(name): FLAG for name in found.portal.record_ids()[:count]}


def total(receipt):
    left = receipt.unchanged + receipt.unknown + sum(receipt.failed.values())
    return receipt.written + receipt.cleared + left


def test_flags_are_written_and_then_unchanged(small):
    receipt = small.source.publish(flags_for(small, 240))
    assert (receipt.listed, receipt.written, receipt.unknown) == (250, 240, 10)
    stored = small.portal.values(small.portal.record_ids()[0])
    assert stored["fairscore_status"] == "review"
    assert stored["fairscore_audited_at"] == "2026-11-20T09:30:00.000Z"
    again = small.source.publish(flags_for(small, 240))
    assert (again.written, again.unchanged, again.unknown) == (0, 240, 10)


def test_a_contact_that_left_the_audit_loses_its_flag_once(small):
    small.source.publish(flags_for(small))
    receipt = small.source.publish(flags_for(small, 240))
    assert (receipt.cleared, receipt.written, receipt.unchanged, receipt.unknown) == (10, 0, 240, 0)
    assert total(receipt) == 250
    left = small.portal.values(small.portal.record_ids()[249])
    assert not [name for name in left if name.startswith("fairscore_")]
    calls = small.calls["POST /crm/objects/2026-09/contacts/batch/update"]
    again = small.source.publish(flags_for(small, 240))
    assert (again.cleared, again.written, again.unchanged, again.unknown) == (0, 0, 240, 10)
    assert small.calls["POST /crm/objects/2026-09/contacts/batch/update"] == calls


def test_a_contact_that_cannot_be_cleared_is_counted_as_failed(connecting):
    found = connecting(some(3, company="Acme"))
    found.source.publish(flags_for(found))
    found.portal.desk.change("contacts", found.portal.record_ids()[0], {"company": None})
    found.portal.control.required = ("company",)
    receipt = found.source.publish({})
    assert (receipt.cleared, receipt.failed) == (2, {"VALIDATION_ERROR": 1})
    assert total(receipt) == 3


def test_only_what_differs_is_written(small):
    small.source.publish(flags_for(small))
    flags = flags_for(small)
    flags[small.keyring.lead_key(small.portal.record_ids()[5])] = replace(FLAG, status="ok", reason="")
    receipt = small.source.publish(flags)
    assert (receipt.written, receipt.unchanged) == (1, 249)
    assert "fairscore_reason" not in small.portal.values(small.portal.record_ids()[5])


def test_nothing_but_the_four_properties_is_written(small):
    before = small.portal.values(small.portal.record_ids()[0])
    small.source.publish(flags_for(small))
    after = small.portal.values(small.portal.record_ids()[0])
    changed = {name for name in after if after[name] != before.get(name)} - {"lastmodifieddate"}
    assert changed == {"fairscore_status", "fairscore_reason", "fairscore_audit_id", "fairscore_audited_at"}


@pytest.mark.parametrize("partial", [False, True])
def test_bad_records_are_found_and_the_rest_is_written(connecting, partial):
    records = some(250)
    found = connecting(records)
    # An admin's rule: no write while the company is empty; three contacts break it.
    ids = found.portal.record_ids()
    for place, name in enumerate(ids):
        if place not in {0, 77, 249}:
            found.portal.desk.change("contacts", name, {"company": "Acme"})
    found.portal.control.required = ("company",)
    found.portal.control.partial_updates = partial
    receipt = found.source.publish(flags_for(found))
    assert receipt.failed == {"VALIDATION_ERROR": 3}
    assert receipt.written == 247
    assert total(receipt) == receipt.listed == 250
    assert "fairscore_status" not in found.portal.values(ids[77])
    assert found.portal.values(ids[78])["fairscore_status"] == "review"


UPDATES = "POST /crm/objects/2026-09/contacts/batch/update"


def test_a_rule_that_refuses_every_contact_is_not_found_out_one_by_one(connecting):
    found = connecting(some(450))
    found.portal.control.required = ("company",)
    receipt = found.source.publish(flags_for(found))
    assert receipt.failed == {"VALIDATION_ERROR": 450}
    assert total(receipt) == receipt.listed == 450
    assert found.calls[UPDATES] < 250


def test_contacts_that_a_rule_spares_are_written_after_a_batch_that_it_refused(connecting):
    found = connecting(some(400))
    ids = found.portal.record_ids()
    for name in ids[200:]:
        found.portal.desk.change("contacts", name, {"company": "Acme"})
    found.portal.desk.change("contacts", ids[377], {"company": None})
    found.portal.control.required = ("company",)
    receipt = found.source.publish(flags_for(found))
    assert (receipt.written, receipt.failed) == (199, {"VALIDATION_ERROR": 201})
    assert found.portal.values(ids[376])["fairscore_status"] == "review"


def test_a_contact_that_goes_before_the_write_is_counted(small):
    gone = small.portal.record_ids()[3]
    small.portal.control.plan(Fault(kind="deed", deed="archive", record=gone, path="/batch/update"))
    receipt = small.source.publish(flags_for(small))
    assert receipt.failed == {"OBJECT_NOT_FOUND": 1}
    assert total(receipt) == receipt.listed == 250


def test_archived_contacts_are_not_listed(small):
    small.portal.archive(small.portal.record_ids()[0])
    assert small.source.publish(flags_for(small)).listed == 249


def test_a_busy_moment_is_waited_out(small):
    small.portal.control.plan(Fault(status=503, path="/batch/update", times=2))
    assert small.source.publish(flags_for(small)).written == 250


def test_properties_are_made_once(small):
    small.source.publish({})
    small.source.publish({})
    created = small.calls["POST /crm/properties/2026-09/contacts"]
    assert created == 4
    assert small.calls["POST /crm/properties/2026-09/contacts/groups"] == 1
    status = small.portal.definition("fairscore_status")
    assert {one["value"] for one in status.options} == {"ok", "review", "insufficient_data"}
    assert status.group == "fairscore"


def test_a_property_whose_answer_was_lost_is_not_made_again(small):
    small.portal.control.plan(Fault(kind="reset", path="/properties/", method="POST", skip=1))
    assert small.source.publish(flags_for(small)).written == 250


def test_two_first_publishes_at_once(small):
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda _: small.source.publish(flags_for(small)), range(4)))
    assert all(receipt.written + receipt.unchanged == 250 for receipt in receipts)
    assert small.portal.values(small.portal.record_ids()[0])["fairscore_status"] == "review"


def test_a_property_that_exists_and_is_not_shown_is_named(small, monkeypatch):
    small.source.publish({})
    monkeypatch.setattr(HubSpotClient, "properties", lambda _self: [])
    with pytest.raises(Refused, match=r"fairscore_audited_at.*archived") as caught:
        small.source.publish({})
    assert caught.value.code == "PROPERTY_CONFLICT"


def test_a_property_of_the_portal_that_cannot_hold_a_flag_is_not_touched(small):
    small.source.publish({})
    small.portal.definition("fairscore_status").type = "string"
    with pytest.raises(Refused, match="fairscore_status") as caught:
        small.source.publish(flags_for(small))
    assert caught.value.code == "PROPERTY_CONFLICT"


def test_a_refusal_that_is_no_record_s_fault_stops(small):
    small.portal.control.plan(Fault(status=403, path="/batch/update", times=100))
    with pytest.raises(Refused):
        small.source.publish(flags_for(small))
    assert small.calls["POST /crm/objects/2026-09/contacts/batch/update"] == 1
