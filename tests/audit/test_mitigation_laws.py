"""Laws of the remedies, one by one, on any leads."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.rows.clusters import FOLDS
from audit.rows.mitigation import recalibration
from audit.rows.mitigation.bench import bench, watching
from audit.rows.mitigation.crm_rules import capped, imitated
from audit.rows.mitigation.encoded import Target, encoded
from audit.rows.mitigation.field_changes import coarse, decorrelated, repaired
from audit.rows.mitigation.folding import dealt
from audit.rows.mitigation.frontier import unbeaten
from audit.rows.mitigation.group_thresholds import thresholds
from audit.rows.mitigation.learning import Fields, cross_fitted, plain
from audit.rows.mitigation.model import Request
from audit.rows.mitigation.queue import Queue
from audit.rows.mitigation.recalibration import curve, recalibrated
from audit.rows.mitigation.reordering import due
from audit.rows.mitigation.resampling import resampled_rows
from audit.rows.mitigation.reweighing import weights
from tests.audit.leads import described, gapped

# The first example imports libraries, which takes long.
LAW = settings(deadline=None, max_examples=20)
SEEDS = st.integers(0, 10_000)


def queue(size: int, places: int, seed: int = 0) -> Queue:
    lot = np.random.default_rng(seed).permutation(size).astype(np.uint64)
    return Queue(of=np.zeros(size, dtype=np.int64), places=np.array([places]), lot=lot)


def drawn(seed: int, size: int = 300, groups: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, size)
    return rng.normal(size=size).round(1), rng.random(size) < 0.2 + 0.2 * group / groups, group


@LAW
@given(SEEDS)
def test_reweighing_makes_group_and_outcome_independent(seed):
    _, won, group = drawn(seed)
    found = weights(won, group)
    for code in range(3):
        here = group == code
        if won[here].any() and not won[here].all():
            assert np.average(won[here], weights=found[here]) == pytest.approx(won.mean())
    assert found.sum() == pytest.approx(won.size)


def test_reweighing_is_one_where_there_is_nothing_to_weigh():
    won = np.array([True, False, True, False])
    assert weights(won, np.zeros(4, dtype=np.int64)).tolist() == [1.0] * 4
    assert weights(np.ones(4, dtype=bool), np.array([0, 0, 1, 1])).tolist() == [1.0] * 4


@pytest.mark.parametrize("over", [True, False])
@LAW
@given(seed=SEEDS)
def test_resampling_evens_the_shares_out_and_only_adds_or_only_takes(over, seed):
    _, won, group = drawn(seed, size=600)
    rows = resampled_rows(won, group, 0, over=over)
    rates = [won[rows][group[rows] == code].mean() for code in range(3)]
    assert np.ptp(rates) < 0.05
    assert rows.size >= won.size if over else rows.size <= won.size
    kept = np.unique(rows)
    assert kept.size == won.size if over else kept.size == rows.size
    # Oversampling copies good outcomes only; undersampling leaves out bad ones only.
    assert set(np.flatnonzero(won)) <= set(kept.tolist())


@LAW
@given(SEEDS)
def test_recalibration_rises_and_knows_no_group(seed):
    score, won, _ = drawn(seed)
    told = curve(score, won)(np.sort(score))
    assert (np.diff(told) >= 0).all()
    assert told.min() >= 0
    assert told.max() <= 1


def test_recalibration_keeps_the_order_of_the_scores_and_so_every_call():
    leads = watching(bench(gapped(), described(), Request()), "group", (1, 0))
    order = np.argsort(leads.score, kind="stable")
    for told in recalibrated(leads, leads.score):
        assert (np.diff(told[order]) >= -1e-12).all()
    (attempt,) = recalibration.attempts(leads, leads.score)
    made = attempt.run()
    assert (made.decided == leads.queue.top(leads.score)).all()
    assert "it promises 'b'" in made.notes[0]


@LAW
@given(seed=SEEDS, places=st.integers(1, 299), strength=st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_reordering_keeps_the_order_within_groups_and_meets_the_capacity(seed, places, strength):
    score, _, group = drawn(seed)
    line = queue(300, places, seed)
    place = due(line, score, group, strength)
    called = line.top(-place)
    assert called.sum() == places
    for code in range(3):
        here = group == code
        order = np.argsort(-score[here], kind="stable")
        assert (np.diff(place[here][order][np.diff(score[here][order], prepend=np.inf) < 0]) > 0).all()
        chosen, left = score[here][called[here] == 1], score[here][called[here] == 0]
        assert not chosen.size or not left.size or chosen.min() >= left.max()
        if strength == 1:
            assert abs(called[here].sum() - places * here.mean()) <= 1.5


@LAW
@given(seed=SEEDS, places=st.integers(1, 299))
def test_reordering_without_strength_calls_as_the_score_does(seed, places):
    score, _, group = drawn(seed)
    line = queue(300, places, seed)
    for code in range(3):
        by_score = line.top(score)[group == code].sum()
        assert abs(line.top(-due(line, score, group, 0.0))[group == code].sum() - by_score) <= 1


@LAW
@given(seed=SEEDS, places=st.integers(1, 299))
def test_a_cap_holds_and_no_call_is_lost(seed, places):
    score, _, group = drawn(seed)
    line, level = queue(300, places, seed), group == 1
    called = capped(line, score, level)
    assert called.sum() == places
    assert called[level].sum() <= max(np.ceil(level.mean() * places), places - (~level).sum())


@LAW
@given(SEEDS)
def test_days_are_queues_of_their_own(seed):
    rng = np.random.default_rng(seed)
    day = rng.integers(0, 5, 200)
    line = Queue(
        of=day, places=np.full(5, 7), lot=np.random.default_rng(seed).permutation(200).astype(np.uint64)
    )
    called = line.top(rng.normal(size=200).round(1))
    assert [called[day == one].sum() for one in range(5)] == [min(7, (day == one).sum()) for one in range(5)]
    assert line.calls == called.sum()


@LAW
@given(seed=SEEDS, bound=st.sampled_from([0.0, 0.02, 0.1, 1.0]))
def test_group_thresholds_are_within_the_bound_and_no_pair_on_a_grid_is_better(seed, bound):
    score, won, group = drawn(seed, size=60, groups=2)
    cuts = thresholds((score, won, group), bound)
    called = score >= np.array([cuts[0], cuts[1]])[group]
    rates = [called[group == code].mean() for code in (0, 1)]
    assert abs(rates[0] - rates[1]) <= bound + 0.001
    right = (called == won).mean()
    for one in (-np.inf, *np.unique(score), np.inf):
        for other in (-np.inf, *np.unique(score), np.inf):
            tried = score >= np.array([one, other])[group]
            gap = abs(tried[group == 0].mean() - tried[group == 1].mean())
            if gap <= bound - 0.001:
                assert (tried == won).mean() <= right + 1e-12


@LAW
@given(SEEDS)
def test_decorrelated_fields_have_the_same_mean_in_every_group(seed):
    _, _, group = drawn(seed)
    values = np.random.default_rng(seed).normal(size=(300, 2)) + group[:, None]
    given_ = Fields(values=values, learned=np.ones(300, dtype=bool), levels=group, names=("a", "b"))
    made = decorrelated(values, given_)
    means = [made[group == code].mean(axis=0) for code in range(3)]
    assert np.ptp(means, axis=0) == pytest.approx([0, 0], abs=1e-9)


@LAW
@given(SEEDS)
def test_repaired_fields_are_spread_alike_and_keep_the_order_within_groups(seed):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, 600)
    values = (rng.normal(size=600) * (1 + group) + 3 * group)[:, None]
    given_ = Fields(values=values, learned=np.ones(600, dtype=bool), levels=group, names=("a",))
    made = repaired(values, given_)[:, 0]
    quartiles = [np.quantile(made[group == code], [0.25, 0.5, 0.75]) for code in (0, 1)]
    assert quartiles[0] == pytest.approx(quartiles[1], abs=0.1)
    for code in (0, 1):
        order = np.argsort(values[group == code, 0])
        assert (np.diff(made[group == code][order]) >= -1e-9).all()


def test_coarse_fields_have_four_levels_and_one_for_what_is_missing():
    leads = bench(gapped(), described(), Request())
    for column in leads.columns:
        assert np.unique(coarse(column).codes).size <= 4
    thousand = pa.array([f"n{row % 1000}" for row in range(30_000)]).dictionary_encode()
    many = bench(
        gapped(30_000).append_column("feature:many", thousand).drop_columns(["feature:noise"]),
        described(),
        Request(),
    )
    assert np.unique(coarse(next(one for one in many.columns if one.name == "many")).codes).size <= 4


@LAW
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_the_frontier_is_what_nothing_beats(points):
    marks = unbeaten(points)
    assert any(marks)
    for mark, one in zip(marks, points, strict=True):
        beaten = any(o != one and o[0] <= one[0] and o[1] >= one[1] for o in points)
        assert mark is not beaten


def test_no_lead_is_scored_by_a_model_that_saw_its_outcome():
    """The outcomes of a fold are turned round: only what is scored by other folds' models may stay."""
    table = gapped()
    fold = dealt(table, 0).fold
    for k in (0, 3):
        outcome = [
            (not one if place == k else one)
            for one, place in zip(table["outcome"].to_pylist(), fold, strict=True)
        ]
        turned = table.set_column(
            table.column_names.index("outcome"), "outcome", pa.array(outcome, pa.bool_())
        )
        one, other = (bench(each, described(), Request()) for each in (table, turned))
        told, again = (cross_fitted(each, each.columns, plain) for each in (one, other))
        assert (told[one.fold == k] == again[one.fold == k]).all()
        assert (told[one.fold != k] != again[one.fold != k]).any()


def test_no_lead_is_encoded_by_its_own_outcome():
    leads = bench(gapped(), described(), Request())
    value = leads.won.astype(float)
    row = int(np.flatnonzero(leads.fold == 2)[0])
    changed = value.copy()
    changed[row] = 1 - changed[row]
    for left_out in range(FOLDS):
        one, other = (
            encoded(leads.columns, Target(value=each, known=leads.known, fold=leads.fold), left_out)
            for each in (value, changed)
        )
        assert (one[row] == other[row]).all()


def test_an_imitation_tells_what_a_field_adds_to_a_score():
    """The score goes down by 14 points in the north; without the field those leads gain about that share."""
    leads = bench(gapped(1_500), described(), Request())
    told = imitated(leads, leads.score, ("town", "noise"))
    north = leads.columns[[one.name for one in leads.columns].index("town")]
    gap = [told.moves[north.codes == north.names.index(name), 0].mean() for name in ("north", "south")]
    assert gap[0] - gap[1] == pytest.approx(14, abs=2)
    assert np.abs(told.moves[:, 1]).mean() < 1
    assert told.fidelity > 0.8


@pytest.mark.parametrize("accounts", [0, 60])
def test_folds_depend_on_keys_or_accounts_and_the_seed_alone(accounts):
    table = gapped(accounts=accounts)
    whole = dict(zip(table["key"].to_pylist(), dealt(table, 5).fold.tolist(), strict=True))
    shuffled = table.take(pa.array(np.random.default_rng(0).permutation(table.num_rows)[:500]))
    part = dict(zip(shuffled["key"].to_pylist(), dealt(shuffled, 5).fold.tolist(), strict=True))
    assert part == {key: whole[key] for key in part}
    assert (dealt(table, 6).fold != dealt(table, 5).fold).any()
    if accounts:
        folds: dict[str, set[int]] = {}
        for account, key in zip(table["account"].to_pylist(), table["key"].to_pylist(), strict=True):
            folds.setdefault(account, set()).add(whole[key])
        assert all(len(found) == 1 for found in folds.values())
