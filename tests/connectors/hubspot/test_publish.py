"""Writing flags back: what differs is written, every contact is accounted for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.errors import Busy, Refused
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.flag_properties import CALIBRATED, NAMES
from connectors.sandbox.hubspot.faults import Fault
from connectors.source import Flag, FlagDetail
from tests.connectors.subject_hubspot import some

FLAG = Flag(
    status="review",
    reason="The last audit found that this score is unreliable.",
    audit_id="A-7",
    checked_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
)

REQUIRED = "REQUIRED_PROPERTY_MISSING:company"


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
    assert (receipt.cleared, receipt.failed) == (2, {REQUIRED: 1})
    assert total(receipt) == 3


def test_only_what_differs_is_written(small):
    small.source.publish(flags_for(small))
    flags = flags_for(small)
    flags[small.keyring.lead_key(small.portal.record_ids()[5])] = replace(FLAG, status="ok", reason="")
    receipt = small.source.publish(flags)
    assert (receipt.written, receipt.unchanged) == (1, 249)
    assert "fairscore_reason" not in small.portal.values(small.portal.record_ids()[5])


def test_nothing_but_the_five_properties_is_written(small):
    before = small.portal.values(small.portal.record_ids()[0])
    small.source.publish(flags_for(small))
    after = small.portal.values(small.portal.record_ids()[0])
    changed = {name for name in after if after[name] != before.get(name)} - {"lastmodifieddate"}
    assert changed == set(NAMES) - {CALIBRATED}


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
    assert receipt.failed == {REQUIRED: 3}
    assert receipt.written == 247
    assert total(receipt) == receipt.listed == 250
    assert "fairscore_status" not in found.portal.values(ids[77])
    assert found.portal.values(ids[78])["fairscore_status"] == "review"


UPDATES = "POST /crm/objects/2026-09/contacts/batch/update"


def test_a_rule_that_refuses_every_contact_is_not_found_out_one_by_one(connecting):
    found = connecting(some(450))
    found.portal.control.required = ("company",)
    receipt = found.source.publish(flags_for(found))
    tried = receipt.failed[REQUIRED]
    assert 100 + 3 * 5 + 2 <= tried <= 100 + 3 * 5 + 3
    assert receipt.failed == {REQUIRED: tried, "NOT_TRIED": 450 - tried}
    assert total(receipt) == receipt.listed == 450
    assert found.calls[UPDATES] < 250


def test_a_contact_among_refused_ones_is_tried_sooner_or_later(connecting, monkeypatch):
    """Which few are tried is left to chance; here chance comes to it at its last throw."""
    found = connecting(some(204))
    ids = found.portal.record_ids()
    found.portal.desk.change("contacts", ids[104], {"company": "Acme"})
    found.portal.control.required = ("company",)
    throws = iter(range(100))
    monkeypatch.setattr("secrets.randbelow", lambda most: next(throws) % most)
    runs = [found.source.publish(flags_for(found)) for _ in range(3)]
    assert all(total(run) == 204 for run in runs)
    assert sum(run.written for run in runs) == 1
    assert found.portal.values(ids[104])["fairscore_status"] == "review"


def test_contacts_that_a_rule_spares_are_written_after_a_batch_that_it_refused(connecting):
    found = connecting(some(400))
    ids = found.portal.record_ids()
    for name in ids[200:]:
        found.portal.desk.change("contacts", name, {"company": "Acme"})
    found.portal.desk.change("contacts", ids[377], {"company": None})
    found.portal.control.required = ("company",)
    receipt = found.source.publish(flags_for(found))
    assert (receipt.written, receipt.failed) == (199, {REQUIRED: 106, "NOT_TRIED": 95})
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
    assert created == 5
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
    with pytest.raises(Refused, match=r"fairscore_audited_at, .*archived") as caught:
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


def detailed(calibrated):
    return replace(FLAG, detail=FlagDetail(explanation="e", advice="a", calibrated=calibrated))


@pytest.mark.parametrize(
    ("calibrated", "stored"),
    [(62.5, "62.5"), (61.99999999, "62"), (-3.00001, "-3"), (-0.0, "0"), (1e-9, "0"), (None, None)],
)
def test_the_corrected_score_is_a_number_and_nothing_is_written_twice(small, calibrated, stored):
    key = small.keyring.lead_key(small.portal.record_ids()[0])
    assert small.source.publish({key: detailed(calibrated)}).written == 1
    assert small.portal.values(small.portal.record_ids()[0]).get(CALIBRATED) == stored
    assert small.source.publish({key: detailed(calibrated)}).unchanged == 1


def test_neither_explanation_nor_advice_is_written(small):
    small.source.publish({small.keyring.lead_key(small.portal.record_ids()[0]): detailed(1.0)})
    assert not {"e", "a"} & set(small.portal.written_back())


@pytest.mark.parametrize("place", [10, 240])
def test_a_contact_that_is_merged_meanwhile_does_not_give_its_flag_to_the_winner(small, monkeypatch, place):
    """The winner answers for it, and holds its own flag at the end, listed before the loser or behind it."""
    ids = small.portal.record_ids()
    loser, winner = ids[120], ids[place]
    flags = flags_for(small)
    flags[small.keyring.lead_key(winner)] = replace(FLAG, status="ok", reason="")
    update, done = HubSpotClient.update, []

    def merging(self, inputs):
        if loser in [one["id"] for one in inputs] and not done:
            done.append(small.portal.desk.merge("contacts", winner, loser))
        return update(self, inputs)

    monkeypatch.setattr(HubSpotClient, "update", merging)
    receipt = small.source.publish(flags)
    assert receipt.failed == {"MERGED": 1}
    assert (receipt.written + receipt.unchanged, total(receipt), receipt.listed) == (249, 250, 250)
    assert small.portal.values(winner)["fairscore_status"] == "ok"


def test_a_merge_within_one_batch_leaves_the_winner_its_own_flag(connecting, monkeypatch):
    found = connecting(some(3))
    loser, winner, _ = found.portal.record_ids()
    flags = flags_for(found)
    flags[found.keyring.lead_key(winner)] = replace(FLAG, status="ok", reason="")
    update = HubSpotClient.update

    def merging(self, inputs):
        found.portal._world.contacts.merged[int(loser)] = int(winner)
        # The portal takes the loser's flag last.
        return update(self, sorted(inputs, key=lambda one: one["id"] == loser))

    monkeypatch.setattr(HubSpotClient, "update", merging)
    receipt = found.source.publish(flags)
    assert (receipt.written, receipt.failed) == (2, {"MERGED": 1})
    assert found.portal.values(winner)["fairscore_status"] == "ok"


@pytest.mark.parametrize("kind", ["reset", "status"])
@pytest.mark.parametrize("skip", [0, 1, 3])
def test_nothing_is_made_twice_when_an_answer_is_lost(small, kind, skip):
    """The call that broke off is looked after, not repeated: what was made by it is found."""
    small.portal.control.plan(Fault(kind=kind, status=502, path="/properties/", method="POST", skip=skip))
    assert small.source.publish(flags_for(small)).written == 250
    tries = small.calls["POST /crm/properties/2026-09/contacts"]
    groups = small.calls["POST /crm/properties/2026-09/contacts/groups"]
    # One of the five, or the group, was tried again at most where it had not been made.
    assert tries + groups == 6 + (kind == "status")


def test_making_is_repeated_where_hubspot_surely_did_not_begin(small):
    small.portal.control.plan(Fault(status=429, path="/properties/", method="POST", times=2))
    assert small.source.publish({}).unknown == 250
    assert small.calls["POST /crm/properties/2026-09/contacts/groups"] == 3


def test_making_is_given_up_after_some_looks(small):
    small.portal.control.plan(Fault(status=502, path="/properties/", method="POST", times=1_000))
    with pytest.raises(Busy):
        small.source.publish({})
    assert small.calls["POST /crm/properties/2026-09/contacts/groups"] == 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"type": "string"}, "its type must be enumeration"),
        ({"read_only": True}, "its values are read-only"),
        ({"options": []}, "it lacks the options ok, review, insufficient_data"),
    ],
)
def test_what_is_wrong_with_a_property_is_told_with_the_mend(small, change, told):
    small.source.publish({})
    for name, value in change.items():
        setattr(small.portal.definition("fairscore_status"), name, value)
    with pytest.raises(Refused, match=f"fairscore_status .*{told}.*publish again"):
        small.source.publish({})


def test_a_property_that_became_read_only_is_a_reason_by_its_name(small, monkeypatch):
    small.source.publish({})
    properties = small.source._client.properties()
    monkeypatch.setattr(HubSpotClient, "properties", lambda _self: properties)
    small.portal.definition("fairscore_reason").read_only = True
    receipt = small.source.publish(flags_for(small))
    assert set(receipt.failed) == {"READ_ONLY_VALUE:fairscore_reason", "NOT_TRIED"}
    assert total(receipt) == 250


def test_flags_are_written_on_the_undated_paths_too(connecting):
    found = connecting(some(3), "v3")
    assert found.source.publish(flags_for(found)).written == 3
    assert found.calls["POST /crm/v3/properties/contacts"] == 5
    assert found.calls["POST /crm/v3/objects/contacts/batch/update"] == 1


def answering(monkeypatch, answer):
    """HubSpot answers the first write with what ``answer`` makes of it; all writes are noted."""
    update, asked = HubSpotClient.update, []

    def changed(self, inputs):
        asked.append([one["id"] for one in inputs])
        return answer(inputs, update(self, inputs)) if len(asked) == 1 else update(self, inputs)

    monkeypatch.setattr(HubSpotClient, "update", changed)
    return asked


RULE = (
    'Property values were not valid: [{"isValid":false,"error":"REQUIRED_PROPERTY_MISSING","name":"company"}]'
)


@pytest.mark.parametrize(
    ("errors", "failed"),
    [
        (
            [{"category": "VALIDATION_ERROR", "message": RULE, "context": {"objectWriteTraceId": ["1"]}}] * 2,
            {REQUIRED: 2},
        ),
        ([{"category": "CONFLICT"}], {"CONFLICT": 1, "NOT_CONFIRMED": 1}),
        ([{"category": "CONFLICT"}] * 3, {"CONFLICT": 2}),
    ],
)
def test_an_error_that_names_no_contact_is_about_one_that_was_not_taken(
    connecting, monkeypatch, errors, failed
):
    found = connecting(some(5))
    answering(monkeypatch, lambda _, whole: {**whole, "results": whole["results"][:3], "errors": errors})
    receipt = found.source.publish(flags_for(found))
    assert (receipt.written, receipt.failed) == (3, failed)
    assert total(receipt) == 5


def test_a_winner_that_is_gone_already_does_not_stop_the_write_back(connecting, monkeypatch):
    found = connecting(some(150))
    ids = found.portal.record_ids()

    def merged(_, whole):
        return {**whole, "results": [{"id": "999999999"}, *whole["results"][1:]]}

    asked = answering(monkeypatch, merged)
    receipt = found.source.publish(flags_for(found))
    assert ["999999999"] in asked
    assert (receipt.written, receipt.failed, total(receipt)) == (149, {"MERGED": 1}, 150)
    assert found.portal.values(ids[149])["fairscore_status"] == "review"
