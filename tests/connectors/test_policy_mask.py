"""The masks of the preview tell a kind and about a length, and nothing else of a value."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.policy.apply import Raw
from connectors.policy.look import SHOWN, as_one, look_at
from connectors.policy.mask import CODE, DAY, LONG, MAIL, MOMENT, SHAPES, mask
from connectors.policy.parse import parse_policy
from connectors.pseudonym import Keyring

KEYRING = Keyring(crm="salesforce", organisation="00D000000000001EAA", master=bytes(32))
POLICY = parse_policy("""
[policy]
name = "leads"
crm = "salesforce"
object = "Lead"
created = "CreatedDate"
exclude_when = ["OptOut"]
[[rule]]
field = "Age__c"
operator = "band"
column = "age"
bands = [25, 35]
[[rule]]
field = "Email"
operator = "key"
domain = "email"
""")
LETTERS = st.text(string.ascii_letters, min_size=1, max_size=60)
PEOPLE = st.one_of(
    st.emails(),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.integers().map(str),
    st.from_regex(r"\+[0-9]{1,3} [0-9]{3} [0-9]{4,8}", fullmatch=True),
    st.text(max_size=3000),
)


@given(PEOPLE)
def test_a_mask_is_one_of_a_few_fixed_words(value):
    shape = mask(value)
    assert shape in SHAPES if value.strip() else shape is None


@given(st.text(string.ascii_letters + " ", min_size=1, max_size=1500), st.randoms())
def test_other_letters_have_the_same_mask(value, random):
    other = "".join(one if one == " " else random.choice("kqxz") for one in value)
    assert mask(other) == mask(value) or "yes or no" in {mask(other), mask(value)}


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_other_digits_have_the_same_mask(one, other):
    if len(str(one)) == len(str(other)):
        assert mask(str(one)) == mask(str(other))


@given(st.emails(), st.emails())
def test_every_mail_address_has_the_same_mask(one, other):
    assert mask(one) == mask(other) == MAIL


@given(LETTERS, LETTERS)
def test_a_length_is_told_in_a_few_steps_only(one, other):
    told = {mask(one), mask(other)} - {"yes or no"}
    short, long = sorted((len(one), len(other)))
    if short > 40 or 10 < short <= long <= 40:
        assert len(told) == 1


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (None, None),
        ("  ", None),
        ("true", "yes or no"),
        ("ada@example.org", MAIL),
        ("https://example.org/ada", "https://•••"),
        ("1990-06-02", DAY),
        ("1990-06-02T10:00:00Z", MOMENT),
        ("94107", "number of 4 to 6 digits"),
        ("3.5", "number with decimals"),
        ("+1 555 0100", "digits and signs, as in a phone number"),
        ("SW1A 1AA", CODE),
        ("Ada", "text of 1 to 10 characters"),
        ("x" * 1001, LONG),
    ],
)
def test_the_shapes(value, shape):
    assert mask(value) == shape


def raw(leads: int, first: int = 0) -> Raw:
    span = range(first, first + leads)
    return Raw(
        keys=[KEYRING.lead_key(f"{number:018}") for number in span],
        columns={
            "Age__c": [str(20 + number) if number % 2 else None for number in span],
            "Email": [f"canary{number}@example.org" for number in span],
            "CreatedDate": ["2026-01-02"] * leads,
            "OptOut": ["true" if number % 3 == 0 else "false" for number in span],
        },
    )


def test_the_masks_stand_beside_the_leads_that_are_kept():
    looked = look_at(POLICY, raw(8), KEYRING)
    assert looked.before.num_rows == looked.batch.table.num_rows == 5
    ages = [bool(number % 2) for number in range(8) if number % 3]
    assert [one is not None for one in looked.before["Age__c"].to_pylist()] == ages
    assert [one is not None for one in looked.batch.table["age"].to_pylist()] == ages
    assert set(looked.before.column_names) == set(POLICY.fields)
    assert "canary" not in str(looked.before.to_pylist())


def test_groups_of_leads_are_joined_as_if_read_together():
    parts = [look_at(POLICY, raw(30, first), KEYRING) for first in (0, 30)]
    joined, whole = as_one(parts), look_at(POLICY, raw(60), KEYRING)
    assert joined.batch.table.equals(whole.batch.table)
    assert joined.before.equals(whole.before)
    assert joined.before.num_rows == SHOWN
    assert (joined.batch.read, joined.batch.excluded) == (60, {"OptOut": 20})
