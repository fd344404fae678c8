"""What changes between two policies: the claims of finer and coarser are held to the operators themselves."""

from __future__ import annotations

import re
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.difference import Change, difference, widens
from connectors.policy.drop import Drop
from connectors.policy.finer import compare, tells_no_more
from connectors.policy.keep import Keep
from connectors.policy.key import Key
from connectors.policy.map import Map
from connectors.policy.meaning import meaning_digest
from connectors.policy.model import Operator, Policy, Rule
from connectors.policy.noise import Noise
from connectors.policy.parse import parse_policy
from connectors.policy.reduce import Reduce
from connectors.policy.write import policy_to_toml
from connectors.pseudonym import Keyring

KEYRING = Keyring(crm="file", organisation="x", master=bytes(32))
DAY = date(2026, 3, 1)
OPERATORS: tuple[Operator, ...] = (
    Keep(),
    Drop(),
    Key(domain="a"),
    Key(domain="b"),
    *(Band(bands=edges) for edges in ((25,), (25, 35), (30,), (25, 35, 50), (25, 50))),
    *(Band(bands=edges, of="year") for edges in ((1990,), (1980, 1990), (0, 1990), (1989.5,))),
    *(Band(bands=edges, of="age", as_of=DAY) for edges in ((30,), (18, 30), (-1, 30), (29.5,))),
    Band(bands=(30,), of="age", as_of=date(2026, 3, 2)),
    *(Coarsen(by=by) for by in ("day", "month", "year", "presence")),
    *(Coarsen(by="prefix", characters=count) for count in (1, 3, 5)),
    *(Coarsen(by=by) for by in ("zip_area", "zip_urban_rural", "zip_income", "zip_state", "zip_division")),
    *(Coarsen(by=by) for by in ("zip_region", "country_region", "country_subregion", "title_seniority")),
    Coarsen(by="table", table=(("021", "x"), ("100", "y"), ("597", "x")), characters=3),
    Coarsen(by="table", table=(("021", "x"), ("100", "x"), ("597", "x")), characters=3),
    Coarsen(by="table", table=(("021", "p"), ("100", "q"), ("597", "p")), characters=3),
    Map(vocabulary=(("usa", "a"), ("france", "b"), ("peru", "a"))),
    Map(vocabulary=(("usa", "a"), ("france", "b"), ("peru", "c"))),
    Map(vocabulary=(("usa", "a"), ("france", "b"))),
    Map(vocabulary=(("usa", ""), ("france", "b"))),
    *(Reduce(to=to) for to in ("words", "length")),
)
ZIPS = ("02139", "02138", "10001", "59718", "59601", "60601", "90210", "00901", "99501", "32003", "02912")
DATES = tuple(
    f"{year}-{month:02}-{day:02}"
    for year, month, day in product((1979, 1985, 1989, 1996, 2015), (2, 3), (1, 2))
)
NUMBERS = ("3", "24.5", "25", "29", "30", "34", "35", "49", "50", "80")
WORDS = ("usa", "France", "peru", "Chile", "Germany", "ceo", "Sales Manager", "some words here", "other")
SHAPES = (ZIPS, DATES, NUMBERS, WORDS)


def made(operator: Operator, values: tuple[str, ...]) -> tuple[str | None, ...]:
    return operator.apply(values, KEYRING).values


def can_be_worked_out(one: Operator, than: Operator, values: tuple[str, ...]) -> bool:
    """Whether equal results of ``than`` have equal results of ``one``, over the values that both can use."""
    pairs = list(zip(made(than, values), made(one, values), strict=True))
    if not (explicit(one) and explicit(than)):
        pairs = [pair for pair in pairs if pair[0] is not None and pair[1] is not None]
    into: dict[str | None, str | None] = {}
    return all(into.setdefault(known, word) == word for known, word in pairs)


def explicit(operator: Operator) -> bool:
    return isinstance(operator, Map) or (isinstance(operator, Coarsen) and operator.by == "table")


@pytest.mark.parametrize("one", OPERATORS, ids=repr)
def test_what_is_said_to_tell_no_more_can_be_worked_out(one):
    for than in OPERATORS:
        if tells_no_more(one, than):
            assert all(can_be_worked_out(one, than, values) for values in SHAPES), than


def test_what_cannot_be_worked_out_is_not_said_to_tell_less():
    """The other way round: each refusal has a pair of values that shows it, or is a pair of unlike kinds."""
    shown = 0
    for one, than in product(OPERATORS, OPERATORS):
        if type(one) is type(than) and not tells_no_more(one, than) and one.name in {"band", "map"}:
            counter = [values for values in SHAPES if not can_be_worked_out(one, than, values)]
            same = getattr(one, "of", "") == getattr(than, "of", "")
            assert counter or not same or getattr(one, "as_of", None) != getattr(than, "as_of", None), (
                one,
                than,
            )
            shown += bool(counter)
    assert shown > 20


@pytest.mark.parametrize(
    ("old", "new", "order"),
    [
        (Band(bands=(25, 35)), Band(bands=(25, 35, 50)), "finer"),
        (Band(bands=(25, 35, 50)), Band(bands=(25, 50)), "coarser"),
        (Band(bands=(25, 35)), Band(bands=(25, 40)), "other"),
        (Band(bands=(25, 35)), Band(bands=(25.0, 35.0)), "same"),
        (Band(bands=(25.5,), of="year"), Band(bands=(26,), of="year"), "same"),
        (
            Band(bands=(30,), of="age", as_of=DAY),
            Band(bands=(30,), of="age", as_of=date(2026, 4, 1)),
            "other",
        ),
        (Coarsen(by="month"), Coarsen(by="day"), "finer"),
        (Coarsen(by="day"), Band(bands=(18,), of="age", as_of=DAY), "coarser"),
        (Coarsen(by="month"), Band(bands=(18,), of="age", as_of=DAY), "other"),
        (Coarsen(by="prefix", characters=3), Coarsen(by="prefix", characters=5), "finer"),
        (Coarsen(by="prefix", characters=3), Coarsen(by="zip_region"), "coarser"),
        (Coarsen(by="prefix", characters=2), Coarsen(by="zip_region"), "other"),
        (Coarsen(by="zip_urban_rural"), Coarsen(by="zip_area"), "finer"),
        (Coarsen(by="zip_income"), Coarsen(by="zip_area"), "other"),
        (Map(vocabulary=(("a", "1"),)), Map(vocabulary=(("a", "1"), ("b", "2"))), "finer"),
        (Map(vocabulary=(("a", "1"), ("b", "2"))), Map(vocabulary=(("A ", "x"), ("b", "y"))), "same"),
        (Map(vocabulary=(("a", "1"), ("b", "2"))), Map(vocabulary=(("a", "1"), ("b", "1"))), "coarser"),
        (Map(vocabulary=(("a", "1"), ("b", "2"))), Keep(), "finer"),
        (Noise(epsilon=1, lower=0, upper=20), Noise(epsilon=2, lower=0, upper=20), "finer"),
        (Noise(epsilon=1, lower=0, upper=20), Noise(epsilon=1, lower=0, upper=30), "other"),
        (Noise(epsilon=1, lower=0, upper=20), Keep(), "finer"),
        (Key(domain="a"), Keep(), "finer"),
        (Key(domain="a"), Key(domain="b"), "other"),
        (Keep(), Coarsen(by="presence"), "coarser"),
    ],
)
def test_the_order_of_two_operators(old, new, order):
    assert compare(old, new) == order
    turned = {"finer": "coarser", "coarser": "finer"}
    assert compare(new, old) == turned.get(order, order)


HEAD = '[policy]\nname = "p"\ncrm = "salesforce"\nobject = "Lead"\ncreated = "CreatedDate"\n'
AGE = '[[rule]]\nfield = "Age__c"\noperator = "band"\ncolumn = "age"\nbands = [25, 35]\n'
SOURCE = '[[rule]]\nfield = "LeadSource"\noperator = "keep"\ncolumn = "source"\n'


def told(old: str, new: str) -> list[tuple[str, str]]:
    return [(one.kind, one.sentence) for one in difference(parse_policy(old), parse_policy(new))]


def test_each_change_is_one_sentence_the_widest_first():
    old = HEAD + 'exclude_when = ["HasOptedOutOfEmail"]\n' + AGE + SOURCE
    new = HEAD.replace('"p"', '"q"') + AGE.replace("25, 35", "25, 30, 35")
    new += '[[rule]]\nfield = "Industry"\noperator = "keep"\n'
    assert told(old, new) == [
        (
            "read",
            (
                "Industry is newly read, into industry: The value is kept as it is. "
                "What holds an address or a number of a person, or is a long text, is left out."
            ),
        ),
        (
            "finer",
            (
                "Age__c is read finer into age: before: The number becomes one of the bands <25, 25-34, 35+. "
                "Now: The number becomes one of the bands <25, 25-29, 30-34, 35+."
            ),
        ),
        ("included", "Leads are no longer left out unless HasOptedOutOfEmail is empty or says no."),
        ("unread", "LeadSource is no longer read."),
        ("head", "The policy's name was p, and is now q."),
    ]


def test_a_field_in_another_column_tells_no_more_and_a_second_finer_one_does():
    other = AGE.replace('"age"', '"years"')
    assert [kind for kind, _ in told(HEAD + AGE, HEAD + other)] == ["column", "column"]
    finer = AGE.replace('"age"', '"years"').replace("25, 35", "20, 25, 35")
    assert [kind for kind, _ in told(HEAD + AGE, HEAD + AGE + finer)] == ["finer"]
    assert [kind for kind, _ in told(HEAD + AGE + finer, HEAD + AGE)] == ["coarser"]


def test_a_dropped_field_is_not_read_and_letter_case_is_no_change():
    dropped = '[[rule]]\nfield = "Email"\noperator = "drop"\n'
    assert told(HEAD + AGE, HEAD + AGE + dropped) == []
    assert told(HEAD + AGE, HEAD + AGE.replace("Age__c", "AGE__C")) == []


def test_layout_comments_and_order_are_no_change():
    shuffled = "# a note\n" + HEAD + SOURCE + "\n\n" + AGE.replace("[25, 35]", "[ 25,\n 35.0 ]")
    assert told(HEAD + AGE + SOURCE, shuffled) == []


def test_only_what_tells_more_asks_for_a_second_look():
    policy, less = parse_policy(HEAD + AGE + SOURCE), parse_policy(HEAD + AGE)
    assert widens(difference(less, policy))
    assert not widens(difference(policy, less))
    assert not widens(difference(policy, policy))


rules = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(OPERATORS)),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one[0],
)


def policy_of(chosen: list[tuple[str, Operator]]) -> Policy:
    made = tuple(Rule(field=f"f{name}", operator=operator, column=name) for name, operator in chosen)
    return Policy(name="p", crm="file", object="o", created="", rules=made)


@given(rules, rules)
def test_a_change_back_undoes_a_change(one, other):
    there, back = difference(policy_of(one), policy_of(other)), difference(policy_of(other), policy_of(one))
    turned = {"read": "unread", "unread": "read", "finer": "coarser", "coarser": "finer"}
    assert sorted(turned.get(change.kind, change.kind) for change in there) == sorted(c.kind for c in back)
    assert difference(policy_of(one), policy_of(list(reversed(one)))) == ()


@given(rules, rules)
def test_two_policies_mean_the_same_just_where_nothing_changes(one, other):
    first, second = policy_of(one), policy_of(other)
    assert (meaning_digest(first) == meaning_digest(second)) == (difference(first, second) == ())


def test_the_digest_hears_the_meaning_and_not_the_layout():
    plain = HEAD + 'exclude_when = ["A", "B"]\n' + AGE + SOURCE
    plain += '[[rule]]\nfield = "Status"\noperator = "map"\nvocabulary = { Open = "", Won = "1" }\n'
    same = "# a note\n" + plain.replace("25, 35", "25.0,  35").replace('"A", "B"', '"b", "A"')
    same = same.replace('Open = "", Won = "1"', '" won " = "1", OPEN = ""').replace("Age__c", "age__C")
    same += '[[rule]]\nfield = "Email"\noperator = "drop"\n'
    digest = meaning_digest(parse_policy(plain))
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert meaning_digest(parse_policy(same)) == digest
    assert told(plain, same) == []
    others = [("35]", "36]"), ('column = "age"', 'column = "years"'), ('Won = "1"', 'Won = "0"')]
    others += [('"A", "B"', '"A"'), ('"Lead"', '"Case"'), ("CreatedDate", "Made__c")]
    for old, new in others:
        assert meaning_digest(parse_policy(plain.replace(old, new))) != digest
        assert told(plain, plain.replace(old, new))


@given(rules)
def test_a_policy_reads_back_to_the_same_meaning(chosen):
    policy = policy_of(chosen)
    assert difference(policy, parse_policy(policy_to_toml(policy))) == ()


def test_a_change_shows_no_more_than_the_policy():
    change = Change(kind="read", field="f", column="c", sentence="s.")
    assert repr(change) == "Change(kind='read', field='f', column='c', sentence='s.')"
