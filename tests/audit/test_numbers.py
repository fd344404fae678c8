"""No number in a text that is not in its facts: however it is written, none goes unseen."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audit.report.packs import PACKS
from audit.report.plain import summary
from audit.report.plain.numbers import numbers_in, unfounded
from audit.report.plain.numbers.find import evened
from tests.audit.papered import papered

FACTS = (
    "Leads with region '65+' are selected 42 points less often than 'ZIP 94' leads (11.8 % against 53.7 %).",
    "12,345 leads were read: 12,000 kept. They were created from 2026-01-03 to 2026-02-05.",
    "A third option: 33.3 % of them, 50 % of the others, 0.65 times as often, 9.6 to 13.0 % at most.",
    "The reference of \u043d\u0435\u0442 is unknown.",
)


@pytest.mark.parametrize(
    "text",
    [
        "11.8 % against 53.7 percent, or 11.80 per cent.",
        "12,345, 12 345, 12\N{NO-BREAK SPACE}345, 12'345, 12.345 thousand, 12k, twelve thousand leads.",
        "Half of the others, a third of them, 50 per cent, one in two, 1 out of 2, every other lead.",
        "42 percentage points, forty-two points, 42 pp.",
        "In January 2026, on 3 January 2026, on January 3rd, 2026, on 03.01.2026.",
        "Between 9.6 and 13 %, 9.6\N{EN DASH}13.0 %.",
        "0.65 times, 0.65x.",
        "The group '65+' and 'ZIP 94' first; one thing matters most to both.",
        "No number at all.",
        "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT ONE}.8 %",
        "XLII points, and one of them.",
        "A number of the \u043d\u0435\u0442 group.",
    ],
)
def test_numbers_that_stand_in_the_facts_are_found_however_they_are_written(text):
    assert unfounded(text, FACTS) == ()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("12 % against 53.7 %", "12 %"),
        ("42 % less often", "42 %"),
        ("42 leads", "42"),
        ("twice as often", "twice"),
        ("a quarter of them", "a quarter"),
        ("two thirds of them", "two thirds"),
        ("three in four leads", "three in four"),
        ("every fourth lead", "every fourth"),
        ("12.345 leads", "12.345"),
        ("twelve leads", "twelve"),
        ("12,345 groups were read", "12,345"),
        ("12,345 further findings", "12,345"),
        ("a dozen leads", "dozen"),
        ("hundreds of leads", "hundreds"),
        ("65 leads of 'ZIP 94'", "65"),
        ("leads of 'ZIP 95'", "95"),
        ("the second group", "second"),
        ("the 2nd group", "2nd"),
        ("threefold", "threefold"),
        ("in March 2026", "march 2026"),
        ("on 4 January 2026", "4 january 2026"),
        ("on 31 February 2026", "31 february 2026"),
        ("on 01/03/2026", "01/03/2026"),
        ("in 2026", "2026"),
        ("9.6 to 14 %", "14 %"),
        ("10\N{SUPERSCRIPT FOUR}", "10^4"),
        ("1.2 million", "1.2 million"),
        ("\N{VULGAR FRACTION THREE QUARTERS}", "3/4"),
        ("\N{DINGBAT NEGATIVE CIRCLED DIGIT FIVE}", "\ufffc"),
        ("\N{ARABIC-INDIC DIGIT SEVEN}", "\N{ARABIC-INDIC DIGIT SEVEN}"),
        ("50 basis points", "50 basis points"),
        ("42 \N{PER MILLE SIGN} less", "42 \N{PER MILLE SIGN}"),
        ("12\N{ZERO WIDTH SPACE},\N{ZERO WIDTH JOINER}346 leads", "12,346"),
        ("4\N{RIGHT-TO-LEFT OVERRIDE}3 points", "43 points"),
        ("1/0", "1/0"),
        ("1 in 0 leads", "1 in 0"),
        ("0^-5", "0^-5"),
        ("1e999999", "1e999999"),
        ("XIV leads", "14"),
        ("iii groups", "3"),
        ("\N{ROMAN NUMERAL TWELVE} leads", "\ufffc"),
        ("fortytwo leads", "fortytwo"),
        ("fourty leads", "fourty"),
        ("one group", "one"),
        ("the 42nd group", "42nd"),
        ("doubling", "doubling"),
        ("one hundredth", "one hundredth"),
        ("zweiundvierzig Leads", "zweiundvierzig"),
        ("cuarenta leads", "cuarenta"),
        ("f\N{CYRILLIC SMALL LETTER O}rty leads", "\ufffc"),
        ("within a decade", "decade"),
    ],
)
def test_a_number_that_is_not_there_is_named(text, wrong):
    assert unfounded(text, FACTS) == (wrong,)


def test_what_templates_say_is_founded_in_itself():
    report = papered()
    said = summary(report).sentences
    assert unfounded("\n".join(said), said) == ()
    for make in PACKS.values():
        every = (text for one in make(report).provisions for text in one.evidence)
        told = tuple(text for text in every if "Fairlead 0." not in text)  # a version is no number
        assert unfounded(" ".join(told), told) == ()


@given(st.text())
def test_no_digit_goes_unread(text):
    even = evened(text)
    covered = {place for one in numbers_in(text) for place in range(one.start, one.end)}
    assert [place for place, sign in enumerate(even) if sign.isdigit() and place not in covered] == []


@given(st.text(alphabet="0123456789.,'^/-e %kmx andthofiv"))
def test_a_text_of_figures_is_founded_in_itself_unless_it_is_too_odd_to_be_read(text):
    odd = {one.text for one in numbers_in(text) if one.value is None}
    assert set(unfounded(text, (text,))) <= odd


WAYS = (
    lambda n: f"{n:,} leads",
    lambda n: f"{n:,}".replace(",", "\N{NO-BREAK SPACE}") + " leads",
    lambda n: f"{n:,}".replace(",", "\N{RIGHT SINGLE QUOTATION MARK}"),
    lambda n: f"{n:,}".replace(",", "."),
    lambda n: f"exactly {n}.",
    lambda n: f"{n}.0 of them",
)


@given(st.integers(0, 10**9), st.sampled_from(WAYS))
def test_a_count_is_the_same_in_every_way_of_writing_it(count, way):
    text = way(count)
    # One dot and three digits are a decimal point in English.
    assume(text.count(".") != 1 or "," in text or text.endswith(("of them", ".")))
    assert unfounded(text, (f"{count:,} leads",)) == ()
    assert unfounded(text, (f"{count + 1:,} leads",)) != ()


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_a_share_is_the_same_with_any_sign_of_per_cent_and_never_a_count(tenths, other):
    told = f"{tenths / 10:.1f} %"
    for sign in ("%", " %", "\N{NO-BREAK SPACE}%", " percent", " per cent", "-percent"):
        assert unfounded(f"{tenths / 10:.1f}{sign}", (told,)) == ()
    assert unfounded(f"{tenths / 10:.1f} leads", (told,)) != ()
    assert (unfounded(f"{other / 10:.1f} %", (told,)) == ()) == (other == tenths)


SMALL = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


@given(st.integers(1, 12), st.integers(1, 12))
def test_a_ratio_in_words_is_its_share(some, many):
    assume(some <= many)
    (found,) = numbers_in(f"{SMALL[some]} out of {SMALL[many]} leads")
    assert (found.kind, found.value) == ("share", Fraction(some, many))


TENS = {20: "twenty", 30: "thirty", 70: "seventy"}


@given(st.integers(0, 999), st.sampled_from([*TENS]), st.integers(1, 9))
def test_numerals_in_words_are_counted(thousands, tens, ones):
    text = f"{thousands} thousand" if thousands else ""
    words = f"{SMALL[ones]} hundred and {TENS[tens]}-{SMALL[ones]}"
    assert [one.value for one in numbers_in(words)] == [100 * ones + tens + ones]
    assert [one.value for one in numbers_in(text)] == ([1000 * thousands] if thousands else [])


@given(st.dates(min_value=date(1000, 1, 1)), st.dates(min_value=date(1000, 1, 1)))
def test_a_day_is_the_same_in_every_form_and_no_other_day(day, other):
    fact = (f"Made on {day.isoformat()}.",)
    month = ("January", "February", "March", "April", "May", "June", "July", "August", "September")
    month += ("October", "November", "December")
    forms = (
        f"{other.day} {month[other.month - 1]} {other.year}",
        f"{month[other.month - 1][:3]}. {other.day}, {other.year}",
        f"{other.day:02}.{other.month:02}.{other.year}",
        other.isoformat(),
    )
    for form in forms:
        assert (unfounded(form, fact) == ()) == (day == other)
    assert unfounded(f"{month[day.month - 1]} {day.year}", fact) == ()
