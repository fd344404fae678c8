"""Pseudonyms: stable, separate, silent."""

from __future__ import annotations

import copy
import hashlib
import hmac
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.pseudonym import Keyring, LeadKey, derive

MASTER = bytes(range(32))
ID = "00Q5g00000CANARYid"


def keyring(crm: str = "salesforce", organisation: str = "00D1", master: bytes = MASTER) -> Keyring:
    return Keyring(crm=crm, organisation=organisation, master=master)


def test_a_lead_key_is_hmac_sha256_under_a_derived_key():
    secret = derive(MASTER, "10:salesforce/4:00D1/4:lead")
    expected = hmac.new(secret, ID.encode(), hashlib.sha256).digest()[:16]
    assert keyring().lead_key(ID).digest == expected


def test_a_key_is_the_same_tomorrow():
    # A golden: if it changes, every stored pseudonym is orphaned.
    assert keyring().lead_key(ID).hex == "3cb2c421f21986327a5381e0f8f601d8"


def test_organisations_crms_and_masters_do_not_share_keys():
    keys = {
        keyring().lead_key(ID),
        keyring(organisation="00D2").lead_key(ID),
        keyring(crm="hubspot").lead_key(ID),
        keyring(master=bytes(32)).lead_key(ID),
    }
    assert len(keys) == 4


def test_a_slash_in_a_name_opens_no_side_door():
    one = keyring(organisation="a").pseudonym("lead", "x")
    two = keyring(organisation="a/field").lead_key("x").hex
    assert one != two


def test_a_field_never_equals_a_lead_key():
    ring = keyring()
    assert ring.pseudonym("lead", ID) != ring.lead_key(ID).hex
    assert ring.pseudonym("email", ID) != ring.pseudonym("phone", ID)


@given(st.text(), st.text())
def test_equal_ids_and_only_equal_ids_have_equal_keys(one, two):
    ring = keyring()
    assert (ring.lead_key(one) == ring.lead_key(two)) == (one == two)
    assert len(ring.lead_key(one).digest) == 16


SECOND, THIRD = bytes(range(1, 33)), bytes(range(2, 34))


def chain(*later: bytes) -> Keyring:
    return Keyring(crm="salesforce", organisation="00D1", master=MASTER, later=later)


@given(st.text(), st.text(max_size=9))
def test_what_is_held_moves_on_to_where_a_pull_would_put_it(one, domain):
    before, after = chain(SECOND), chain(SECOND, THIRD)
    step = after.rekeying()
    assert step.lead(before.lead_key(one).hex) == after.lead_key(one).hex
    assert step.value(domain, before.pseudonym(domain, one)) == after.pseudonym(domain, one)
    assert before.lead_key(one) != after.lead_key(one)


def test_a_pseudonym_of_any_generation_moves_on_to_the_one_in_force():
    now = chain(SECOND, THIRD)
    assert now.generation == 3
    for since, ring in enumerate((chain(), chain(SECOND), now), start=1):
        assert now.forward(ring.lead_key(ID), since) == now.lead_key(ID)
    for unknown in (0, 4):
        with pytest.raises(ValueError, match="none of this keyring"):
            now.forward(now.lead_key(ID), unknown)
    with pytest.raises(ValueError, match="none before it"):
        chain().rekeying()


def test_a_key_for_a_purpose_lasts_and_is_no_other_key():
    ring = chain()
    assert len(ring.key_for("decision-log")) == 32
    assert ring.key_for("decision-log") == chain(SECOND, THIRD).key_for("decision-log")
    assert (
        ring.lasting("finding", "x")
        == ring.pseudonym("finding", "x")
        == chain(SECOND).lasting("finding", "x")
    )
    other = Keyring(crm="hubspot", organisation="00D1", master=MASTER)
    own = Keyring(crm="salesforce", organisation="00D1", master=MASTER, own=SECOND)
    made = {one.key_for(purpose) for one in (ring, other, own) for purpose in ("decision-log", "parquet")}
    assert len(made) == 6
    assert derive(MASTER, "10:salesforce/4:00D1/4:lead") != ring.key_for("lead")


def test_no_secret_shows():
    ring = keyring()
    key = ring.lead_key(ID)
    ring.pseudonym("email", ID)
    shown = f"{ring!r} {ring} {key!r} {key} {[key]}"
    assert MASTER.hex() not in shown
    assert repr(MASTER)[2:-1] not in shown
    assert key.hex not in shown
    assert "derived" not in repr(ring)
    assert ID not in shown


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_keyring_does_not_leave_the_process(leave):
    with pytest.raises(TypeError, match="not serialised"):
        leave(keyring())


def test_used_and_fresh_keyrings_are_equal():
    used = keyring()
    used.lead_key(ID)
    assert used == keyring()
    assert hash(used) == hash(keyring())


def test_a_short_master_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        keyring(master=b"short").lead_key(ID)


def test_lead_keys_sort_and_hash():
    assert sorted({LeadKey(b"b"), LeadKey(b"a"), LeadKey(b"b")}) == [LeadKey(b"a"), LeadKey(b"b")]
