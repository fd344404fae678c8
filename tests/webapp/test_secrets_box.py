import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from connectors.pseudonym import derive
from webapp.secrets_box import SecretsBox, Unreadable

BOX = SecretsBox(master=bytes(range(32)), purpose="grant")


@given(st.binary(max_size=300), st.text(max_size=20))
def test_what_is_sealed_opens_again(plain, owner):
    assert BOX.open(BOX.seal(plain, owner), owner) == plain


def test_the_same_value_never_looks_the_same():
    assert len({BOX.seal(b"token", "a") for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("box", "owner"),
    [
        (BOX, "b"),
        (SecretsBox(master=bytes(range(1, 33)), purpose="grant"), "a"),
        (SecretsBox(master=bytes(range(32)), purpose="consent"), "a"),
    ],
)
def test_another_owner_master_or_purpose_does_not_open_it(box, owner):
    sealed = BOX.seal(b"token", "a")
    with pytest.raises(Unreadable):
        box.open(sealed, owner)


def test_every_altered_byte_is_noticed():
    sealed = BOX.seal(b"token", "a")
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(Unreadable):
            BOX.open(bytes(altered), "a")


@pytest.mark.parametrize("length", range(30))
def test_a_truncated_value_does_not_open(length):
    with pytest.raises(Unreadable):
        BOX.open(BOX.seal(b"token", "a")[:length], "a")


def test_the_master_key_does_not_show():
    assert "master" not in repr(BOX)


OLD, NEW = bytes(range(50, 82)), bytes(range(90, 122))


def box(*keys: bytes) -> SecretsBox:
    return SecretsBox(master=bytes(range(32)), purpose="grant", keys=keys)


@given(st.binary(max_size=100), st.permutations([OLD, NEW]))
def test_old_keys_open_and_the_newest_seals(plain, order):
    for before in (box(), box(OLD), box(NEW)):
        assert box(*order).open(before.seal(plain, "a"), "a") == plain
    fresh = box(*order).seal(plain, "a")
    assert box(order[0]).open(fresh, "a") == plain
    with pytest.raises(Unreadable):
        box(order[1]).open(fresh, "a")
    assert box(order[0]).is_newest(fresh)
    assert not box(*order[::-1]).is_newest(fresh)


def test_what_was_sealed_before_keys_had_names_opens_with_the_master_key():
    key, nonce = derive(bytes(range(32)), "sealed/grant"), bytes(12)
    unnamed = b"\x01" + nonce + AESGCM(key).encrypt(nonce, b"token", b"a")
    for known in (box(), box(NEW), box(NEW, OLD)):
        assert known.open(unnamed, "a") == b"token"
        assert not known.is_newest(unnamed)
    with pytest.raises(Unreadable):
        box(NEW).open(unnamed, "b")


def test_a_value_says_nothing_of_its_key():
    assert OLD not in box(OLD).seal(b"token", "a")
    assert repr(box(OLD)) == "SecretsBox(purpose='grant')"
