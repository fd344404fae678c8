"""What each operator makes of a column."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.drop import Drop
from connectors.policy.keep import Keep
from connectors.policy.key import Key
from connectors.policy.map import Map
from connectors.policy.model import Applied, Operator
from connectors.policy.operators import OPERATORS
from connectors.policy.reduce import Reduce
from connectors.pseudonym import Keyring

KEYRING = Keyring(crm="salesforce", organisation="00D1", master=bytes(range(32)))
EVERY: tuple[Operator, ...] = (
    Keep(),
    Drop(),
    Band(bands=(25, 35, 65)),
    Band(bands=(18, 65), of="age", as_of=date(2026, 3, 1)),
    Band(bands=(1960, 1980), of="year"),
    Map(vocabulary=(("Mr.", "man"), ("--None--", ""))),
    Reduce(to="readability"),
    Reduce(to="sentiment", language="en"),
    Key(domain="email"),
    *(Coarsen(by=kind) for kind in ("day", "month", "year", "presence")),
    Coarsen(by="prefix", characters=3),
)


def applied(operator: Operator, *values: str | None) -> Applied:
    return operator.apply(values, KEYRING)


def test_keep_trims_and_empties_are_missing():
    assert applied(Keep(), " Web ", "", "   ", None) == Applied(values=("Web", None, None, None))


def test_drop_gives_nothing():
    assert applied(Drop(), "Canary", None) == Applied(values=(None, None))


def test_a_lower_edge_belongs_to_its_band():
    result = applied(Band(bands=(25, 35, 65)), "24.9", "25", "34.99", "35", "64", "65", "200", "-3")
    assert result.values == ("<25", "25-34", "25-34", "35-64", "35-64", "65+", "65+", "<25")
    assert result.unmapped == 0


@pytest.mark.parametrize("text", ["abc", "nan", "inf", "1_000", "25 years", "25,5"])
def test_what_is_no_number_is_missing_and_counted(text):
    assert applied(Band(bands=(25,)), text, "", None) == Applied(values=(None, None, None), unmapped=1)


def test_an_age_is_counted_in_whole_years_on_its_day():
    band = Band(bands=(25, 35), of="age", as_of=date(2026, 3, 1))
    born = ("2001-03-01", "2001-03-02", "1991-02-28T23:00:00Z", "2030-01-01", "1.3.2001")
    assert applied(band, *born) == Applied(values=("25-34", "<25", "35+", None, None), unmapped=2)


def test_a_year_is_banded():
    band = Band(bands=(1960, 1980), of="year")
    assert applied(band, "1959-12-31", "1960-01-01", "1999-05-05").values == ("<1960", "1960-1979", "1980+")


def test_a_vocabulary_ignores_case_and_spaces_and_never_guesses():
    operator = Map(vocabulary=(("Closed - Won", "1"), ("closed lost", "0"), ("--None--", "")))
    result = applied(operator, " closed -  WON ", "Closed Lost", "--none--", "Closed", "", None)
    assert result == Applied(values=("1", "0", None, None, None, None), unmapped=1)


def test_prefixes_keep_zeros_and_refuse_short_codes():
    result = applied(Coarsen(by="prefix", characters=3), "02139", " 945 ", "94", None)
    assert result == Applied(values=("021", "945", None, None), unmapped=1)


@pytest.mark.parametrize(("kind", "kept"), [("day", "2026-03-01"), ("month", "2026-03"), ("year", "2026")])
def test_dates_lose_their_end(kind, kept):
    operator = Coarsen(by=kind)
    assert applied(operator, "2026-02-28T23:30:00.000-0500", "soon") == Applied(
        values=(kept, None), unmapped=1
    )


IDENTIFIERS = st.one_of(
    st.emails(),
    st.from_regex(r"(\+|00)[1-9]\d{9,12}", fullmatch=True),
    st.from_regex(r"00Q[0-9]{5}[A-Za-z0-9]{7}", fullmatch=True),
    st.from_regex(r"https://www\.linkedin\.com/in/[a-z]{3,12}", fullmatch=True),
    st.uuids().map(str),
    st.ip_addresses().map(str).filter(lambda text: len(text) > 3),
)


def wide(text: str) -> str:
    """The same in full-width letters, as Japanese keyboards write it."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


@given(value=IDENTIFIERS, end=st.sampled_from(["", "x", ", again"]), form=st.sampled_from([str, wide]))
def test_no_output_holds_an_identifier_that_went_in(value, end, form):
    """Also where the identifier is only the start of a value, and its length is just what is kept."""
    value, whole = form(value), form(value) + (end if "@" in value else "")
    lengths = {*range(1, 7), len(value), len(whole)}
    for operator in (*EVERY, *(Coarsen(by="prefix", characters=length) for length in lengths)):
        (kept,) = applied(operator, whole).values
        assert kept is None or value not in kept, operator


def test_the_start_of_a_code_is_kept_though_it_is_written_like_a_phone_number():
    assert applied(Coarsen(by="prefix", characters=5), "01001-000", "010-0001").values == ("01001", "010-0")
    assert applied(Coarsen(by="prefix", characters=9), "01001-000") == Applied(values=(None,), unmapped=1)
    # So little of a value is no address.
    assert applied(Coarsen(by="prefix", characters=3), "ada@example.org").values == ("ada",)


def test_presence_keeps_nothing_of_the_value():
    assert applied(Coarsen(by="presence"), "2026-01-01", "", None, " ").values == ("1", "0", "0", "0")


def test_pseudonyms_join_within_a_domain_and_an_organisation_only():
    mail, again, other = applied(
        Key(domain="email"), "a@example.org", " a@example.org ", "b@example.org"
    ).values
    assert mail == again != other
    assert mail is not None
    assert len(mail) == 32
    assert applied(Key(domain="phone"), "a@example.org").values[0] != mail
    elsewhere = Keyring(crm="salesforce", organisation="00D2", master=bytes(range(32)))
    assert Key(domain="email").apply(["a@example.org"], elsewhere).values[0] != mail


@pytest.mark.parametrize("operator", EVERY, ids=lambda operator: f"{operator.name}")
@given(values=st.lists(st.none() | st.text(max_size=12) | st.dates().map(str) | st.integers().map(str)))
def test_every_operator_keeps_the_length_and_counts_no_more_than_there_is(operator, values):
    result = operator.apply(values, KEYRING)
    assert len(result.values) == len(values)
    assert 0 <= result.unmapped <= sum(value is not None and value.strip() != "" for value in values)
    assert all(value is None or value.strip() for value in result.values)
    assert result == operator.apply(values, KEYRING)


@given(values=st.lists(st.none() | st.text(max_size=8)), split=st.integers(0, 8))
def test_a_column_in_two_parts_is_the_column(values, split):
    for operator in EVERY:
        whole = operator.apply(values, KEYRING)
        one, two = (operator.apply(part, KEYRING) for part in (values[:split], values[split:]))
        assert one.values + two.values == whole.values
        assert one.unmapped + two.unmapped == whole.unmapped


def test_every_operator_is_registered_and_says_what_it_does():
    # Noise is a lead's own, so that it has tests of its own.
    assert set(OPERATORS) == {operator.name for operator in EVERY} | {"noise"}
    assert all(operator.describe().endswith(".") for operator in EVERY)


@pytest.mark.parametrize(
    ("build", "word"),
    [
        (lambda: Key(domain=" "), "domain"),
        (lambda: Band(bands=()), "bands"),
        (lambda: Band(bands=(30, 20)), "rise"),
        (lambda: Band(bands=(20, 20)), "rise"),
        (lambda: Band(bands=(20, True)), "numbers"),
        (lambda: Band(bands=(float("nan"),)), "numbers"),
        (lambda: Band(bands=(1,), of="agee"), "one of"),
        (lambda: Band(bands=(1,), of="age"), "as_of"),
        (lambda: Band(bands=(1,), as_of=date(2026, 1, 1)), "as_of"),
        (lambda: Map(vocabulary=()), "vocabulary"),
        (lambda: Map(vocabulary=(("a", "1"), (" A ", "2"))), "two meanings"),
        (lambda: Coarsen(by="weeks"), "one of"),
        (lambda: Coarsen(by="prefix"), "characters"),
        (lambda: Coarsen(by="prefix", characters=0), "at least 1"),
        (lambda: Coarsen(by="day", characters=3), "characters"),
    ],
)
def test_a_senseless_operator_is_refused_in_words(build, word):
    with pytest.raises(BadInput, match=word):
        build()
