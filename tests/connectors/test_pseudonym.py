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
