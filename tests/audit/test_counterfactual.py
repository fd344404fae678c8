"""The smallest change, where it is known by hand and where every change was tried."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.rows.explaining import space
from audit.rows.explaining.counterfactual import counterfactual
from audit.rows.explaining.groups import grouped
from audit.rows.explaining.recourse import recourse
from audit.rows.explaining.space import choices, locked
from audit.schema import Attribute, BadInput, Stream
from tests.audit.fields import segregated, words
from tests.audit.known_models import coloured, known, red_and_large

STREAM = Stream(
    name="s",
    score="score",
    threshold=8.0,
    attributes=(Attribute(name="region", column="region", reference="city"),),
)


@pytest.fixture(scope="module")
def world():
    table = coloured()
    subject = known(table, red_and_large)
    free = choices(table, subject, ())
    return table, subject, free


def position(world, colour: str, size: float) -> int:
    table, subject, _ = world
    rows = [
        row
        for row in range(table.num_rows)
        if table["feature:colour"][row].as_py() == colour and table["feature:size"][row].as_py() == size
    ]
    return subject.made.position(rows[0])


def found(world, colour: str, size: float, line: float, *fixed: str):
    table, subject, free = world
    kept = tuple(one for one in free if one.name not in fixed)
    return counterfactual(subject, kept, table, position(world, colour, size), lambda told: told >= line)


def test_one_field_nearest_in_its_own_order_is_chosen(world):
    """Red would do it, too; the size goes a shorter way, and 8 is nearer than 9."""
    told = found(world, "blue", 3.0, 8.0)
    (change,) = told.changes
    assert (change.field, change.before, change.after) == ("size", "3", "8")
    # A tenth of the leads has each size: from the middle of 3 to the middle of 8.
    assert change.distance == pytest.approx(0.5)
    assert (told.outcome, told.reached, told.tried) == ("found", 8.0, 15)


def test_a_field_that_nobody_can_change_is_left(world):
    (change,) = found(world, "blue", 3.0, 8.0, "size").changes
    assert (change.field, change.after, change.distance) == ("colour", "red", 1.0)


def test_one_field_goes_before_two_that_are_nearer_and_two_before_none(world):
    (change,) = found(world, "blue", 3.0, 12.0).changes
    assert (change.field, change.after) == ("colour", "red")
    told = found(world, "blue", 3.0, 15.0)
    assert [(one.field, one.after) for one in told.changes] == [("colour", "red"), ("size", "5")]
    assert (told.reached, told.tried) == (15.0, 15 + 3 * 10 + 3 * 2 + 10 * 2)


def test_none_is_an_answer_and_so_is_nothing_to_change(world):
    told = found(world, "blue", 3.0, 25.0)
    assert (told.outcome, told.changes, told.reached, told.tried) == ("none", (), None, 71)
    assert found(world, "red", 9.0, 8.0).outcome == "over"


def test_a_lower_threshold_is_crossed_downwards(world):
    table, subject, free = world
    told = counterfactual(subject, free, table, position(world, "blue", 6.0), lambda one: one <= 2)
    assert [(one.field, one.after) for one in told.changes] == [("size", "2")]


def brute_force(table: pa.Table, answers: dict, own: tuple, line: float):
    """Every change of one or two of three names, the fewest first: how many fields it takes."""
    levels = [sorted(set(table[f"feature:{name}"].to_pylist())) for name in "abc"]
    for count in (1, 2):
        for places in combinations(range(3), count):
            for values in product(*(levels[place] for place in places)):
                changed = list(own)
                for place, value in zip(places, values, strict=True):
                    changed[place] = value
                if all(changed[place] != own[place] for place in places) and answers[tuple(changed)] >= line:
                    return count
    return None


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_it_crosses_and_nothing_smaller_does(seed):
    """A model without any sense, and the oracle that tries everything."""
    random = np.random.default_rng(seed)
    names = [np.asarray(list("pqrs"))[random.integers(0, 4, 150)] for _ in range(3)]
    table = pa.table(
        {
            **{f"feature:{name}": words(column) for name, column in zip("abc", names, strict=True)},
            "score": pa.array(random.normal(size=150)),
        }
    )
    answers = {one: float(random.integers(0, 100)) for one in product("pqrs", repeat=3)}
    subject = known(
        table, lambda values: [answers[one] for one in zip(*(values[name] for name in "abc"), strict=True)]
    )
    free = choices(table, subject, ())
    at, line = int(random.integers(150)), float(random.integers(85, 101))
    own = tuple(str(column[subject.made.rows[at]]) for column in names)
    told = counterfactual(subject, free, table, at, lambda one: one >= line)
    if answers[own] >= line:
        assert told.outcome == "over"
        return
    least = brute_force(table, answers, own, line)
    assert (len(told.changes) or None) == least
    assert (told.outcome == "none") == (least is None)
    if told.changes:
        after = dict(zip("abc", own, strict=True)) | {one.field: one.after for one in told.changes}
        assert answers[tuple(after[name] for name in "abc")] == told.reached >= line
        assert all(one.before != one.after for one in told.changes)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_of_single_numbers_the_nearest_by_rank_is_found(seed):
    random = np.random.default_rng(seed)
    sizes = random.integers(0, 30, (2, 200)).astype(float)
    table = pa.table(
        {
            "feature:a": pa.array(sizes[0]),
            "feature:b": pa.array(sizes[1]),
            "score": pa.array(random.normal(size=200)),
        }
    )
    heights = random.normal(size=(30, 30))
    subject = known(table, lambda v: heights[v["a"].astype(int), v["b"].astype(int)])
    free, at = choices(table, subject, ()), int(random.integers(200))
    a, b = (int(one[subject.made.rows[at]]) for one in sizes)
    line = float(np.quantile(heights, 0.93))
    told = counterfactual(subject, free, table, at, lambda one: one >= line)

    def far(column: np.ndarray, one: float, other: float) -> float:
        ranks = [(np.mean(column < value) + np.mean(column <= value)) / 2 for value in (one, other)]
        return abs(ranks[0] - ranks[1])

    ways = [far(sizes[0], a, value) for value in set(sizes[0]) - {a} if heights[int(value), b] >= line]
    ways += [far(sizes[1], b, value) for value in set(sizes[1]) - {b} if heights[a, int(value)] >= line]
    if heights[a, b] >= line:
        assert told.outcome == "over"
    elif ways:
        assert len(told.changes) == 1
        assert told.changes[0].distance == pytest.approx(min(ways))
    else:
        assert len(told.changes) != 1


def test_what_is_missing_or_rare_is_never_proposed():
    n = 200
    names = ["common"] * 120 + ["often"] * 75 + ["Jane Doe"] * 5
    table = pa.table(
        {
            "feature:name": pa.array(names).dictionary_encode(),
            "feature:size": pa.array([None if row % 4 == 0 else float(row % 7) for row in range(n)]),
            "score": pa.array(np.random.default_rng(0).normal(size=n)),
        }
    )
    subject = known(
        table,
        lambda values: (
            [100.0 if one is None else 0.0 for one in values["size"]] + 100.0 * (values["name"] == "Jane Doe")
        ),
    )
    free = {one.name: one for one in choices(table, subject, ())}
    assert set(free["name"].texts) == {"common", "often"}
    assert set(free["size"].texts) == {str(one) for one in range(7)}
    row = next(row for row in range(n) if row % 4 and names[row] == "common")
    at = subject.made.position(row)
    assert counterfactual(subject, tuple(free.values()), table, at, lambda told: told >= 50).outcome == "none"
    # From missing to a value is a change like that of a name.
    gone = subject.made.position(0)
    (change,) = counterfactual(subject, (free["size"],), table, gone, lambda told: told < 50).changes
    assert (change.before, change.distance) == ("unknown", 1.0)


def test_of_many_values_evenly_spaced_ones_and_both_ends_are_tried():
    table = segregated(n=600)
    subject = known(table, lambda values: values["used"].astype(float))
    one = next(one for one in choices(table, subject, ()) if one.name == "used")
    told = one.searched(())
    assert (told.tried, told.values, told.ordered) == (space.MOST_VALUES, 600, True)
    values = np.sort(table["feature:used"].to_numpy())
    assert one.texts[0] == f"{values[0]:.6g}"
    assert one.texts[-1] == f"{values[-1]:.6g}"


def test_an_attribute_and_what_gives_it_away_are_never_proposed():
    table = segregated(n=900)
    region = table["attribute:region"].cast(pa.string()).to_pylist()
    table = table.append_column("feature:region", words(region))
    twin = table.append_column("feature:twin", words([f"{one}!" for one in region]))
    subject = known(twin, lambda values: values["used"].astype(float))
    told = {one.field: one.reason for one in locked(twin, STREAM, subject, ("used",))}
    assert told == {
        "region": "it is the protected attribute region",
        "twin": "it almost surely gives the attribute region away",
        "used": "you said that nobody can change it",
    }
    with pytest.raises(BadInput, match="--fixed names 'colour', which is no field"):
        locked(twin, STREAM, subject, ("colour",))


def test_groups_are_what_their_leads_are_one_by_one():
    """The oracle asks for each lead alone."""
    table = coloured()
    town = np.asarray(table["attribute:region"].to_pylist()) == "town"
    sized = np.where(town, np.arange(240) // 2 % 4, np.arange(240) // 2 % 10).astype(float)
    table = table.set_column(3, "feature:size", pa.array(sized))
    subject = known(table, lambda values: values["size"].astype(float) + (values["colour"] == "red"))
    free = tuple(one for one in choices(table, subject, ()) if one.name == "colour")

    def reaches(told):
        return told >= 3.5

    groups = grouped(table, STREAM, subject)
    told = {one.group: one for one in recourse(subject, free, groups, reaches)}
    for name, one in told.items():
        here = np.flatnonzero((town == (name == "town"))[subject.made.rows] & ~reaches(subject.predicted))
        each = [counterfactual(subject, free, table, int(at), reaches) for at in here]
        ways = [one.outcome == "found" for one in each]
        assert one.under == here.size
        assert one.way.value == pytest.approx(np.mean(ways))
        assert one.way.low < one.way.value < one.way.high
        assert one.size.value == pytest.approx(1.0)
    assert told["city"].reference
    assert told["city"].way_gap.undefined == "this is the reference"
    assert told["town"].way_gap.value == pytest.approx(told["town"].way.value - told["city"].way.value)
    assert told["town"].way_gap.low <= told["town"].way_gap.value <= told["town"].way_gap.high


def test_a_group_that_nobody_leaves_out_says_so():
    table = coloured()
    subject = known(
        table, lambda values: np.where(values["size"] == 0, 0.0, 9.0) + 9 * (values["mood"] == "1")
    )
    groups = grouped(table, STREAM, subject)
    free = choices(table, subject, ())
    nobody = recourse(subject, free, groups, lambda told: told >= -1)
    assert {one.way.undefined for one in nobody} == {
        "the model leaves nobody of this group under the threshold"
    }
    assert {one.under for one in nobody} == {0}
    never = recourse(subject, free, groups, lambda told: told >= 99)
    assert {one.size.undefined for one in never} == {"nobody of this group has a way over by one field"}
    assert {one.way.value for one in never} == {0.0}


def test_a_field_without_a_choice_is_not_proposed():
    table = coloured().append_column("feature:empty", pa.array([None] * 240, type=pa.float64()))
    table = table.append_column("feature:constant", words(["same"] * 240))
    subject = known(table, red_and_large)
    assert {one.name for one in choices(table, subject, ())} == {"colour", "mood", "size"}
