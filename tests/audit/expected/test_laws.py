"""What must hold of the estimates whatever the leads are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.expected import dated, day_cubes, expected, expected_of
from audit.intake import admit
from tests.audit.expected.worlds import FIRST, NAMES, World, drawn, stream, table

STREAM = stream(maturity_days=20, minimum_group=1)
ANY = stream(maturity_days=20, minimum_group=1, reference=None)


def found(rows: pa.Table, of=STREAM):
    return expected_of(dated(admit(rows, of).table, of), of)


@pytest.fixture(scope="module")
def rows():
    return drawn(World(name="laws", leads=250), 4, np.random.default_rng(2))


@pytest.fixture(scope="module")
def made(rows):
    return found(table(rows))


@st.composite
def few_leads(draw):
    n = draw(st.integers(2, 40))
    size = st.integers(0, 3)
    values = draw(
        st.lists(st.tuples(st.integers(0, 99), size, size, st.booleans(), size), min_size=n, max_size=n)
    )
    return pa.table(
        {
            "day": [str(np.datetime64(FIRST) + day) for day, *_ in values],
            "region": [("big", "half", "small", "")[group] for _, group, *_ in values],
            "score": [float(30 * score) for _, _, score, *_ in values],
            "won": [int(won) for *_, won, _ in values],
            "worked": [("0", "1", "1", "")[worked] for *_, worked in values],
        }
    )


@settings(max_examples=12, deadline=None)
@given(few_leads(), st.randoms(use_true_random=False))
def test_any_leads_in_any_order_give_the_same_figures_that_make_sense(leads, random):
    places = list(range(len(leads)))
    random.shuffle(places)
    one = found(leads, ANY)
    assert one == found(leads.take(places), ANY)
    for forecast in one.forecasts:
        estimate = forecast.estimate
        assert (estimate.value is None) == (estimate.undefined is not None)
        if estimate.value is not None:
            assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
        if forecast.all_low is not None:
            assert 0 <= forecast.all_low <= estimate.value <= forecast.all_high <= 1


def test_day_cubes_and_rows_give_the_same(rows, made):
    days = day_cubes(admit(table(rows), STREAM).table, STREAM)
    assert len(days) == 120
    assert expected(days, STREAM) == made
    assert expected(dict(reversed(days.items())), STREAM) == made


def test_the_same_leads_and_seed_give_the_same_and_another_seed_moves_only_the_intervals(rows, made):
    cube = dated(admit(table(rows), STREAM).table, STREAM)
    assert expected_of(cube, STREAM) == made
    other = expected_of(cube, STREAM, seed=1)
    assert [one.estimate.value for one in other.forecasts] == [one.estimate.value for one in made.forecasts]
    assert [one.estimate.low for one in other.forecasts] != [one.estimate.low for one in made.forecasts]


def test_groups_by_other_names_have_the_same_figures(rows, made):
    names = ("zulu", "alpha", "mike")
    turned = stream(maturity_days=20, minimum_group=1, reference="zulu")
    other = found(table(rows, names), turned)
    back = dict(zip(names, NAMES, strict=True))

    def keyed(of, rename):
        rename = {"": "", **rename}
        alone = {(rename[one.group], one.cohort, one.metric): one.estimate for one in of.forecasts}
        gaps = {("gap", rename[one.group], one.metric): (one.estimate, one.verdict) for one in of.gaps}
        past = {
            (rename[one.group], bool(one.reference), one.cohort, one.metric): one.error
            for one in of.reconciled
        }
        return alone, gaps, past

    assert keyed(other, back) == keyed(made, {name: name for name in NAMES})


def test_expected_conversions_of_all_cohorts_add_up(made):
    of = {(one.attribute, one.group, one.cohort): (one.won, one.estimate.n) for one in made.forecasts}
    assert len({cohort for *_, cohort in of}) >= 2
    for attribute, group, cohort in of:
        if not cohort:
            parts = [two for key, two in of.items() if key[:2] == (attribute, group) and key[2]]
            whole = of[attribute, group, ""]
            assert sum(won for won, _ in parts) == pytest.approx(whole[0])
            assert sum(n for _, n in parts) == whole[1]


def test_the_score_may_be_moved_and_stretched(rows, made):
    """Only the order of the scores counts."""
    moved = table(rows)
    stretched = moved.set_column(2, "score", pa.array(rows.score * 7 - 300))
    wide = replace(STREAM, threshold=60 * 7 - 300, score_range=(-400.0, 500.0))
    assert found(stretched, wide).forecasts == made.forecasts


def test_a_score_turned_over_gives_the_same_figures(rows, made):
    turned = table(rows).set_column(2, "score", pa.array(100 - rows.score))
    lower = replace(STREAM, threshold=40, higher_is_better=False)
    for one, other in zip(found(turned, lower).forecasts, made.forecasts, strict=True):
        assert one.metric == other.metric
        assert one.estimate.value == pytest.approx(other.estimate.value, abs=0.03)
