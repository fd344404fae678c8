"""A remedy as a shadow score: what is learned is plain numbers, and gives what the remedy gave."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from audit.rows.imitating.threads import one_thread
from audit.rows.mitigation import Request
from audit.rows.mitigation.bench import bench, watching
from audit.rows.mitigation.catalogue import PLAIN, catalogue
from audit.rows.mitigation.learning import Lesson, chance, warm
from audit.rows.mitigation.model import Remedy
from audit.rows.mitigation.reweighing import weights
from audit.rows.shadow import as_written, compared, learn, lower_is_better, scores, why_not, written_cut
from audit.rows.shadow.possible import BY_CHANCE, BY_GROUP, QUEUE
from audit.rows.shadow.trees import chances, trained
from audit.schema import BadInput
from tests.audit.leads import described, gapped

STREAM = described()
SPLIT = 700


def dated(leads: int = 900) -> pa.Table:
    """Leads in the order of their days; those of the last days have no outcome yet."""
    table = gapped(leads)
    days = pa.array([date(2026, 1, 1) + timedelta(days=at // 10) for at in range(leads)])
    young = np.arange(leads) >= leads * SPLIT // 900
    outcome = pa.array(table.column("outcome").to_pylist(), pa.bool_(), mask=young)
    table = table.set_column(table.column_names.index("outcome"), "outcome", outcome)
    return table.append_column("created", days)


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return dated()


@pytest.fixture(scope="module")
def tried(table) -> dict[str, tuple[Remedy, float]]:
    """Every remedy that there is, and how many leads those call that can."""
    leads = bench(table, STREAM, Request())
    leads = watching(leads, "group", (1, 0))
    return {
        one.remedy.id: (one.remedy, 0.0 if why_not(one.remedy) else float(one.run().decided.sum()))
        for one in catalogue(leads, ("town",))
    }


def through_json(learned):
    return replace(learned, given=json.loads(json.dumps(learned.given)))


def test_what_needs_the_group_of_a_new_lead_says_so(tried):
    asking = [
        remedy for remedy, _ in tried.values() if remedy.attribute_at_decision and not remedy.randomised
    ]
    assert {why_not(one) for one in asking} == {BY_GROUP, QUEUE}


def test_every_remedy_can_or_says_why_not(tried):
    can = {name.partition(":")[0] for name, (remedy, _) in tried.items() if why_not(remedy) is None}
    trained_ones = {"plain", "drop", "coarsen", "reweighing", "oversampling", "undersampling"}
    assert can == {*trained_ones, "recalibration", "threshold", "cap"}
    cannot = {name: remedy for name, (remedy, _) in tried.items() if why_not(remedy) is not None}
    assert all(one.attribute_at_decision <= (why_not(one) is not None) for one, _ in tried.values())
    assert {why_not(one) for one in cannot.values() if one.randomised} == {BY_CHANCE}
    with pytest.raises(BadInput, match="decides by chance"):
        learn(dated(100), STREAM, Request(), cannot["gradient-chance:equal_opportunity"])


def test_each_calls_as_many_as_its_remedy_and_learns_the_same_from_any_order(table, tried):
    shuffled = table.take(pa.array(np.random.default_rng(5).permutation(table.num_rows)))
    for name, (remedy, calls) in tried.items():
        if why_not(remedy) is not None:
            continue
        learned = through_json(learn(table, STREAM, Request(), remedy))
        assert learned == through_json(learn(shuffled, STREAM, Request(), remedy)), name
        told = scores(table, STREAM, learned)
        called = int((told >= learned.cut).sum())
        # A model is held to leads that it did not learn from, so that its own count is near and not equal.
        assert called == pytest.approx(calls, abs=0 if learned.way != "model" else 30), name
        assert (learned.leads, learned.known, learned.until) == (900, SPLIT, date(2026, 3, 11))
        few = table.slice(0, 7)
        assert scores(few, STREAM, learned) == pytest.approx(told[:7], abs=0), name


@pytest.mark.parametrize(("size", "weighed"), [(900, False), (900, True), (2100, True)])
def test_the_numbers_give_what_scikit_learn_gives(size, weighed):
    warm()
    random = np.random.default_rng(3)
    values = random.normal(size=(size, 4))
    values[random.random(values.shape) < 0.1] = np.nan
    won = random.random(size) < 1 / (1 + np.exp(-np.nan_to_num(values[:, 0] * values[:, 1])))
    levels = random.integers(0, 2, size)
    lesson = Lesson(values=values, won=won, levels=levels, seed=1)
    weight = weights(won, levels) if weighed else None
    with one_thread():
        model = json.loads(json.dumps(trained(lesson, weight)))
        theirs = chance(lesson, weight)
    assert ("trees" in model) is (size >= 2000)
    new = np.vstack([values[:200], random.normal(size=(50, 4)) * 3, np.full((1, 4), np.nan)])
    assert chances(model, new) == pytest.approx(theirs(new), abs=1e-12)


def test_a_curve_keeps_the_order_and_a_moved_threshold_the_score(table, tried):
    leads = bench(table, STREAM, Request())
    curve = learn(table, STREAM, Request(), tried["recalibration"][0])
    told = scores(leads.table, STREAM, curve)
    order = np.argsort(leads.score, kind="stable")
    assert (np.diff(told[order]) >= 0).all()
    assert ((told >= curve.cut) == (leads.today > 0)).all()
    moved = learn(table, STREAM, Request(), tried["threshold:0.75"][0])
    assert (scores(leads.table, STREAM, moved) == leads.score).all()
    assert moved.today_cut is None
    assert learn(table, STREAM, Request(calls=60), tried["recalibration"][0]).today_cut is not None


def test_where_lower_is_better_the_score_is_turned(table, tried):
    lower = replace(STREAM, higher_is_better=False, threshold=-STREAM.threshold)
    score = pa.array(-table.column("score").to_numpy())
    turned = table.set_column(table.column_names.index("score"), "score", score)
    remedy = tried["recalibration"][0]
    one, other = learn(table, STREAM, Request(), remedy), learn(turned, lower, Request(), remedy)
    assert one.cut == pytest.approx(other.cut)
    assert scores(table, STREAM, one) == pytest.approx(scores(turned, lower, other))


def test_new_names_count_as_rare_and_a_field_that_is_gone_is_named(table, tried):
    learned = learn(table, STREAM, Request(), tried["plain"][0])
    place = table.column_names.index("feature:town")
    as_written = table.column("feature:town").cast(pa.string())
    nowhere = ["Nowhere"] * (table.num_rows - 1)
    new = table.set_column(place, "feature:town", pa.array([*nowhere, as_written[-1].as_py()]))
    assert np.isfinite(scores(new, STREAM, learned)).all()
    another = table.set_column(place, "feature:town", pa.array([*nowhere, None]))
    with pytest.raises(BadInput, match="'town' holds none of the values any more that the shadow score"):
        scores(another, STREAM, learned)
    plainly = table.set_column(place, "feature:town", as_written)
    assert (scores(plainly, STREAM, learned) == scores(table, STREAM, learned)).all()
    with pytest.raises(BadInput, match="the field 'town', which the shadow score goes by, is no longer"):
        scores(table.drop_columns(["feature:town"]), STREAM, learned)
    with pytest.raises(BadInput, match="'worth' held numbers when"):
        scores(_as_names(table, "feature:worth"), STREAM, learned)
    curve = learn(table, STREAM, Request(), tried["recalibration"][0])
    with pytest.raises(BadInput, match="has no score any more"):
        scores(table.drop_columns(["score"]), STREAM, curve)


def _as_names(table: pa.Table, name: str) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, table.column(name).cast(pa.string()))


def test_what_is_written_is_readable_and_calls_the_same_leads(table, tried):
    lower = replace(STREAM, higher_is_better=False)
    for name in ("plain", "recalibration", "threshold:0.75"):
        for stream in (STREAM, lower):
            learned = learn(table, STREAM, Request(), tried[name][0])
            told = scores(table, STREAM, learned).copy()
            # Leads so near to where it calls that four decimals do not tell them apart.
            told[:4] = learned.cut + np.asarray([-1e-9, 0.0, 1e-9, np.nan])
            field, cut = as_written(told, stream, learned), written_cut(stream, learned)
            known, turned = np.isfinite(told), lower_is_better(stream, learned)
            assert turned is (stream is lower and name == "threshold:0.75")
            called = field[known] <= cut if turned else field[known] >= cut
            assert (called == (told[known] >= learned.cut)).all()
            assert np.isnan(field[3])
            scale = (100 if learned.way != "score" else 1) * (-1 if turned else 1)
            assert field[known] == pytest.approx(told[known] * scale, abs=2e-4)
            assert field[known].tolist() == np.round(field[known], 4).tolist()
            assert np.isnan(as_written(np.asarray([np.inf]), stream, learned)).all()


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"score": "another"}, {"recalibration", "threshold:0.75"}),
        ({"higher_is_better": False}, {"recalibration", "threshold:0.75"}),
        ({"outcome": None}, {"recalibration", "plain"}),
    ],
)
def test_another_score_or_outcome_than_what_it_learned_is_refused(table, tried, change, refused):
    for name in ("plain", "recalibration", "threshold:0.75"):
        learned = learn(table, STREAM, Request(), tried[name][0])
        now = replace(STREAM, **change)
        if name in refused:
            with pytest.raises(BadInput, match="stop the shadow score, and start it anew"):
                scores(table, now, learned)
        else:
            assert np.isfinite(scores(table, now, learned)).all()
        # What was learned before this was kept knows no stream, and goes on.
        before = replace(learned, score=None, outcome=None, higher_is_better=None)
        assert np.isfinite(scores(table, now, before)).all()


def test_too_little_to_learn_from_is_a_sentence(table):
    with pytest.raises(BadInput, match="there is too little to learn from"):
        learn(table.slice(0, 150), STREAM, Request(), PLAIN)
    with pytest.raises(BadInput, match="carry no creation day"):
        learn(table.drop_columns(["created"]), STREAM, Request(), PLAIN)


def test_both_scores_are_compared_on_the_same_leads(table):
    new = table.slice(SPLIT)
    score = np.asarray(new.column("score").to_numpy())
    group = new.column("attribute:group").cast(pa.string()).to_pylist()
    raised = score + 10 * (np.asarray(group) == "b")
    told = compared(new, STREAM, (raised, 52.0), ("group", "b"))
    moved = (score < 52) & (raised >= 52)
    assert told.everybody.differ.value == pytest.approx(moved.mean())
    assert told.everybody.leads == 200
    of = {one.group: one for one in told.groups}
    here = np.asarray(group) == "b"
    assert of["a"].differ.value == 0
    assert of["a"].differ.high > 0  # nothing seen is not never
    assert of["b"].differ.value == pytest.approx(moved[here].mean())
    assert of["b"].before.value == pytest.approx((score >= 52)[here].mean())
    assert of["b"].after.value == pytest.approx((raised >= 52)[here].mean())
    assert 0 < told.correlation.low < told.correlation.value < told.correlation.high < 1
    (row,) = [one for one in told.rows if (one.group, one.metric) == ("b", "selection_rate")]
    assert (row.before.value, row.after.value) == (of["b"].before.value, of["b"].after.value)
    assert row.gap_after > row.gap_before
    same = compared(new, STREAM, (score, 52.0), ("group", "b"))
    assert (same.everybody.differ.value, same.correlation.value) == (0, pytest.approx(1))
    assert compared(new.slice(0, 40), STREAM, (score[:40], 52.0), ("group", "z")).rows == ()
