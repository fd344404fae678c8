from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce.ids import full_id

# Published pairs: Salesforce's Canvas request sample, Salesforce help's worked example, and two tutorials.
PUBLISHED = ("00D50000000IZ3ZEAW", "500x000000003TRAAY", "a0D30000001n7PiEAI", "0019000000B98deAAB")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@pytest.mark.parametrize("published", PUBLISHED)
def test_the_checksum_is_the_published_one(published):
    assert full_id(published[:15]) == published
    assert full_id(published) == published


@given(st.text(ALPHABET, min_size=15, max_size=15))
def test_a_long_id_stays_and_a_change_of_case_is_noticed(stem):
    full = full_id(stem)
    assert full[:15] == stem
    assert full_id(full) == full
    flipped = stem.swapcase() + full[15:]
    if stem.swapcase() != stem:
        with pytest.raises(ValueError, match="checksum"):
            full_id(flipped)


@pytest.mark.parametrize(
    "bad", ["", "00Q", "00Q" + "é" * 12, "00QFl000000000 ", "00QFl0000000001MA", "0" * 19]
)
def test_what_is_no_id_is_refused_without_being_repeated(bad):
    with pytest.raises(ValueError, match="not a Salesforce record id") as caught:
        full_id(bad)
    assert not bad or bad not in str(caught.value)
