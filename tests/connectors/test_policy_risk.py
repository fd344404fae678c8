"""The risk of what a policy keeps: against definitions in ten lines, and what holds whatever the data."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors.policy.alike import classes
from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.coarser import steps
from connectors.policy.diversity import diversity
from connectors.policy.keep import Keep
from connectors.policy.linkage import inference, linkage
from connectors.policy.model import Policy, Rule
from connectors.policy.risk import risk
from connectors.pseudonym import Keyring

VALUES = st.sampled_from(["a", "b", "c", None])
ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=40)
KEYRING = Keyring(crm="file", organisation="x", master=bytes(32))


def table_of(rows):
    return pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate("xyz")})


def groups_of(rows):
    found = defaultdict(list)
    for x, y, z in rows:
        found[x, y].append(z)
    return found


@given(ROWS)
def test_leads_are_in_one_class_just_when_they_look_alike(rows):
    found = classes(table_of(rows), "xy")
    assert set(found) == set(range(len(groups_of(rows))))
    for one, first in zip(found, rows, strict=True):
        for other, second in zip(found, rows, strict=True):
            assert (one == other) == (first[:2] == second[:2])


@given(ROWS)
def test_diversity_is_what_its_papers_define(rows):
    groups, whole = groups_of(rows), Counter(z for *_, z in rows)
    shares = [{z: n / len(zs) for z, n in Counter(zs).items()} for zs in groups.values()]
    entropies = [-sum(p * math.log(p) for p in one.values()) for one in shares]
    distances = [sum(abs(one.get(z, 0) - n / len(rows)) for z, n in whole.items()) / 2 for one in shares]
    found = diversity(table_of(rows), "xy", "z")
    assert found.distinct == min(map(len, shares))
    assert found.effective == pytest.approx(math.exp(min(entropies)))
    assert found.closeness == pytest.approx(max(distances))


@given(ROWS)
def test_hiding_a_column_never_makes_leads_easier_to_find(rows):
    table = table_of(rows)
    fine, coarse = risk(table, "xy"), risk(table, "x")
    assert coarse.smallest >= fine.smallest
    assert coarse.alone <= fine.alone
    listed = len(rows)
    assert (
        linkage(table, "x", listed=listed, seed=1).expected
        <= linkage(table, "xy", listed=listed, seed=1).expected
    )
    assert diversity(table, "x", "z").distinct >= diversity(table, "xy", "z").distinct
    assert diversity(table, "x", "z").closeness <= diversity(table, "xy", "z").closeness + 1e-12


def guessed(others, own):
    most = max(others.values(), default=0)
    best = [value for value, count in others.items() if count == most and most]
    return (own in best) / len(best) if best else None


@given(ROWS)
def test_a_guess_is_the_most_frequent_value_of_the_others_that_look_alike(rows):
    table, whole = table_of(rows), Counter(z for *_, z in rows)
    found = inference(table, "xy", "z")
    if len(rows) == 1:
        assert (found.right, found.base) == (None, None)
        return
    right = []
    for x, y, z in rows:
        others = Counter(groups_of(rows)[x, y])
        others.subtract([z])
        chance = guessed(+others, z)
        right.append(guessed(+(whole - Counter([z])), z) if chance is None else chance)
    assert found.right == pytest.approx(np.mean(right))
    assert found.base == pytest.approx(np.mean([guessed(+(whole - Counter([z])), z) for *_, z in rows]))


def test_an_attack_finds_as_many_as_it_must():
    """Four classes of 1, 2, 3 and 4 leads: of all ten, four are found on average, one surely."""
    table = table_of(
        [(name, None, None) for name, size in zip("abcd", (1, 2, 3, 4), strict=True) for _ in range(size)]
    )
    attacks = [linkage(table, "x", listed=10, seed=seed) for seed in range(2000)]
    assert {one.expected for one in attacks} == {4.0}
    assert {one.sure for one in attacks} == {1}
    assert {one.by_chance for one in attacks} == {1.0}
    assert np.mean([one.found for one in attacks]) == pytest.approx(4.0, abs=0.1)
    assert linkage(table, "x", listed=3, seed=1) == linkage(table, "x", listed=3, seed=1)


def test_a_list_longer_than_the_leads_is_refused():
    with pytest.raises(BadInput, match="cannot name 3 people: there are 2 leads"):
        linkage(table_of([("a", "a", "a")] * 2), "x", listed=3, seed=1)


def test_of_nobody_nothing_is_said():
    nobody = table_of([("a", "a", "a")]).slice(1)
    assert diversity(nobody, "x", "z").distinct is None
    assert inference(nobody, "x", "z").right is None
    assert linkage(nobody, "x", listed=0, seed=1).expected == 0


OPERATORS = {
    "age": Band(bands=(25, 35, 50, 65)),
    "zip": Coarsen(by="prefix", characters=3),
    "since": Coarsen(by="month"),
    "source": Keep(),
}
RAW = st.lists(
    st.tuples(
        st.integers(0, 100).map(str),
        st.integers(0, 99999).map("{:05}".format),
        st.dates(date(2020, 1, 1), date(2024, 12, 31)).map(str),
        st.sampled_from(["web", "fair"]),
    ),
    min_size=1,
    max_size=30,
)


def kept(rows, operators):
    columns = zip(operators, zip(*rows, strict=True), strict=True)
    return pa.table(
        {
            name: pa.array(operators[name].apply(list(values), KEYRING).values, pa.string())
            for name, values in columns
        }
    )


def policy_of(operators):
    rules = tuple(Rule(field=name, operator=one, column=name) for name, one in operators.items())
    return Policy(name="p", crm="file", object="", created="", rules=rules)


@given(RAW)
def test_a_step_does_to_what_is_kept_what_its_rule_would_have_done_to_the_raw_value(rows):
    table = kept(rows, OPERATORS)
    for step in steps(table, policy_of(OPERATORS), tuple(OPERATORS)):
        if step.rule is None:
            rest = [name for name in OPERATORS if name != step.column]
            assert step.risk == risk(table, rest)
        else:
            again = kept(rows, {**OPERATORS, step.column: step.rule.operator})
            assert step.risk == risk(again, tuple(OPERATORS))
            assert step.values == len(set(again[step.column].to_pylist()) - {None})


@given(RAW)
def test_the_best_step_comes_first_and_none_makes_it_worse(rows):
    table = kept(rows, OPERATORS)
    found = steps(table, policy_of(OPERATORS), tuple(OPERATORS))
    now = risk(table, tuple(OPERATORS))
    assert sorted(step.column for step in found) == sorted(OPERATORS)
    assert [step.risk.alone for step in found] == sorted(step.risk.alone for step in found)
    assert all(step.risk.alone <= now.alone and step.risk.smallest >= now.smallest for step in found)


def test_the_words_of_a_step_say_the_rule():
    rows = [("30", "02139", "2024-05-06", "web")]
    words = {
        one.column: one.words for one in steps(kept(rows, OPERATORS), policy_of(OPERATORS), tuple(OPERATORS))
    }
    assert words["age"] == "age: The number becomes one of the bands <35, 35-64, 65+."
    assert words["zip"] == "zip: Only the first 2 characters are kept."
    assert words["since"] == "since: Only the year of the date is kept."
    assert words["source"] == "leave out source"
