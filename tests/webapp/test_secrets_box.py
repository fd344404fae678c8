import pytest
from hypothesis import given
from hypothesis import strategies as st

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
