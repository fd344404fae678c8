"""Waiting, pace, touches and the rest at equal score: against peers, brute force and simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight, survdiff
from statsmodels.stats.contingency_tables import StratifiedTable

from audit.clustering.accounts import accounts_of
from audit.disparity import compare
from audit.registry.treatment import WEEK
from audit.rows.treatment import treatment
from audit.rows.treatment.layout import equal_strata, score_bands
from audit.rows.treatment.pace import moments, pace
from audit.rows.treatment.survival import Waits, contacted_within, curves, median
from audit.schema import Attribute
from audit.tally import count
from tests.audit.treated import compared, leads, stream, treated

CONFIDENCE = 0.95
EQUAL = (
    ("equal_score_contact_rate", "difference"),
    ("equal_score_within_1h", "difference"),
    ("equal_score_within_24h", "difference"),
    ("equal_score_hours_to_contact", "difference"),
    ("equal_score_contact_pace", "ratio"),
    ("equal_score_touches", "ratio"),
    ("equal_score_reassignment_rate", "difference"),
)


def waits(seed: int, n: int = 500, groups: int = 3) -> tuple[np.ndarray, np.ndarray, Waits]:
    """Groups, strata and waits with many ties."""
    rng = np.random.default_rng(seed)
    group, stratum = rng.integers(0, groups, n), rng.integers(0, 4, n)
    hours, end = np.ceil(rng.exponential(20 + 5 * group)), np.ceil(rng.exponential(40, n))
    made = Waits(hours=np.minimum(hours, end), met=hours <= end, known=rng.random(n) < 0.95)
    return group, stratum, made


@pytest.mark.parametrize("seed", range(4))
def test_the_curve_and_its_spread_are_those_of_statsmodels(seed):
    group, _, of = waits(seed)
    found = curves(group, of, 3)
    for code in range(3):
        rows = (group == code) & of.known
        peer = SurvfuncRight(of.hours[rows], of.met[rows].astype(int))
        mine = (found.group == code) & np.isin(found.time, peer.surv_times)
        assert found.waiting[mine] == pytest.approx(peer.surv_prob, abs=1e-12)
        inner = peer.surv_prob > 0
        spread = np.sqrt(found.variance[mine][inner])
        assert spread == pytest.approx(peer.surv_prob_se[inner], abs=1e-12)
        value, _ = median(found, CONFIDENCE)
        assert value[code] == peer.quantile(0.5)


def test_shares_and_medians_are_those_of_lifelines():
    """Made with lifelines 0.30.3: KaplanMeierFitter and median_survival_times, log-log intervals."""
    group, _, of = waits(0)
    found = curves(group, of, 3)
    reached = contacted_within(found, 24, CONFIDENCE)
    value, (low, high) = median(found, CONFIDENCE)
    assert reached.share == pytest.approx(LIFELINES["share"], abs=1e-9)
    assert reached.ends[0] == pytest.approx(LIFELINES["low"], abs=1e-9)
    assert reached.ends[1] == pytest.approx(LIFELINES["high"], abs=1e-9)
    assert [value.tolist(), low.tolist(), high.tolist()] == LIFELINES["median"]


LIFELINES = {
    "share": [0.7665046355189858, 0.6434424718108716, 0.5587446796837858],
    "low": [0.6725430310042699, 0.5531129575173122, 0.4754405685333073],
    "high": [0.8497174171856037, 0.7329652721942538, 0.6456319723274303],
    "median": [[13.0, 17.0, 22.0], [10.0, 14.0, 19.0], [16.0, 22.0, 28.0]],
}


@pytest.mark.parametrize("seed", range(6))
def test_the_test_of_pace_is_the_stratified_log_rank_test(seed):
    group, stratum, of = waits(seed)
    found, _ = pace(group, moments(stratum, of), (3, 0), CONFIDENCE)
    for code in (1, 2):
        rows = np.isin(group, (0, code)) & of.known
        _, p = survdiff(of.hours[rows], of.met[rows].astype(int), group[rows], strata=stratum[rows])
        assert found.p[code] == pytest.approx(p, abs=1e-12)


def test_many_moments_are_counted_in_steps_that_hardly_change_the_test():
    rng = np.random.default_rng(1)
    n = 4_000
    group, stratum = rng.integers(0, 2, n), rng.integers(0, 3, n)
    hours, end = rng.exponential(20 + 3.0 * group), rng.exponential(60, n)
    of = Waits(hours=np.minimum(hours, end), met=hours <= end, known=np.ones(n, dtype=bool))
    found, medians = pace(group, moments(stratum, of), (2, 0), CONFIDENCE)
    chi2, _ = survdiff(of.hours, of.met.astype(int), group, strata=stratum)
    assert stats.norm.isf(found.p[1] / 2) ** 2 == pytest.approx(chi2, rel=0.06)
    assert found.value[1] == pytest.approx(20 / 23, abs=0.06)
    assert medians[1, 1] == pytest.approx(20 * np.log(2), rel=0.1)


def test_rates_at_equal_score_are_those_of_mantel_and_haenszel():
    table = leads(3, 3_000, contact=0.1)
    found = compared(table)
    strata = equal_strata(table, stream())
    group = np.array(table["attribute:g"].to_pylist())
    hit = table["worked"].to_numpy()
    tables = []
    for code in np.unique(strata):
        sides = [hit[(strata == code) & (group == name)] for name in "ba"]
        if all(len(side) for side in sides):
            tables.append(np.array([[side.sum(), len(side) - side.sum()] for side in sides]).T)
    pooled = StratifiedTable([one.astype(float) for one in tables])
    one = found["b", "equal_score_contact_rate", "difference"]
    assert one.p == pytest.approx(float(pooled.test_null_odds(correction=False).pvalue), rel=1e-9)
    up = sum((t[0, 0] * t[:, 1].sum() - t[0, 1] * t[:, 0].sum()) / t.sum() for t in tables)
    down = sum(t[:, 0].sum() * t[:, 1].sum() / t.sum() for t in tables)
    assert one.value == pytest.approx(up / down, abs=1e-12)
    assert one.verdict == "fail"


def test_mean_waiting_at_equal_score_is_the_weighted_difference_over_bands():
    table = leads(4, 3_000, slower=2.0)
    one = compared(table)["b", "equal_score_hours_to_contact", "difference"]
    strata, group = equal_strata(table, stream()), np.array(table["attribute:g"].to_pylist())
    hours = np.minimum(np.nan_to_num(table["contacted_after_hours"].to_numpy(), nan=np.inf), WEEK)
    old = table["observed_hours"].to_numpy() >= WEEK
    up = down = spread = 0.0
    for code in np.unique(strata):
        a, b = (hours[old & (strata == code) & (group == name)] for name in "ab")
        if len(a) and len(b):
            weight = len(a) * len(b) / (len(a) + len(b))
            up, down = up + weight * (b.mean() - a.mean()), down + weight
            if min(len(a), len(b)) > 1:
                spread += weight**2 * (a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    assert one.value == pytest.approx(up / down, abs=1e-9)
    half = (one.high - one.low) / 2
    assert half == pytest.approx(1.96 * np.sqrt(spread) / down, rel=0.1)
    assert one.value > 0
    assert one.verdict == "fail"


def test_a_planted_gap_in_touches_is_found_at_its_size():
    found = compared(leads(5, 6_000, fewer=0.5))
    one = found["b", "equal_score_touches", "ratio"]
    assert one.low < 0.5 < one.high
    assert one.verdict == "fail"
    assert found["c", "equal_score_touches", "ratio"].verdict != "fail"


def test_what_the_score_explains_differs_over_all_scores_and_not_at_equal_score():
    found = compared(leads(6, 20_000))
    assert found["b", "contacted_within_24h", "difference"].high < 0
    assert found["b", "mean_touches", "ratio"].high < 1
    for metric, kind in EQUAL:
        assert found["b", metric, kind].verdict != "fail", metric


def test_nobody_is_failed_by_chance_more_often_than_allowed():
    """Type-I error of every test at equal score, 120 worlds of 900 leads without a gap."""
    runs = 120
    below = dict.fromkeys(EQUAL, 0)
    outside = dict.fromkeys(EQUAL, 0)
    fails = 0
    for seed in range(runs):
        found = compared(leads(seed, 900), stream(outcome=None, minimum_group=10))
        fails += any(one.verdict == "fail" for key, one in found.items() if key[1:] in EQUAL)
        for key in EQUAL:
            one = found[("b", *key)]
            below[key] += one.p < 0.05
            equal = 1.0 if key[1] == "ratio" else 0.0
            outside[key] += not (one.value is None or one.low <= equal <= one.high)
    limit = stats.binom.isf(0.001, runs, 0.05)
    assert max(below.values()) <= limit, below
    assert max(outside.values()) <= limit, outside
    assert fails <= limit


def test_the_share_within_a_day_is_covered():
    """Coverage of the interval of a Kaplan-Meier share, 300 groups of 40 leads."""
    rng = np.random.default_rng(8)
    runs, n, truth = 300, 40, 1 - np.exp(-24 / 30)
    group = np.repeat(np.arange(runs), n)
    hours, end = rng.exponential(30, runs * n), rng.uniform(0, 200, runs * n)
    of = Waits(hours=np.minimum(hours, end), met=hours <= end, known=np.ones(runs * n, dtype=bool))
    reached = contacted_within(curves(group, of, runs), 24, CONFIDENCE)
    covered = np.mean((reached.ends[0] <= truth) & (truth <= reached.ends[1]))
    assert 0.92 <= covered <= 0.98
    value, (low, high) = median(curves(group, of, runs), CONFIDENCE)
    half = 30 * np.log(2)
    told = np.isfinite(high)
    assert np.mean((low <= half) & (half <= high) | ~told) >= 0.92
    assert np.nanmean(value) == pytest.approx(half, rel=0.1)


@given(st.integers(0, 1_000), st.permutations([0, 1, 2]))
@settings(max_examples=10, deadline=None)
def test_neither_the_order_of_rows_nor_the_names_of_groups_matter(seed, order):
    table = leads(seed, 300, contact=0.1)
    shuffled = table.take(np.random.default_rng(seed).permutation(table.num_rows))
    by = stream(outcome=None, minimum_group=5)
    assert close(compared(table, by), compared(shuffled, by))
    names = np.array(["a", "b", "c"])[list(order)]
    codes = {"a": names[0], "b": names[1], "c": names[2]}
    renamed = table.set_column(
        table.column_names.index("attribute:g"),
        "attribute:g",
        pa.array([codes[name] for name in table["attribute:g"].to_pylist()]).dictionary_encode(),
    )
    other = replace(by, attributes=(Attribute(name="g", column="g", reference=str(names[0])),))
    found = compared(renamed, other)
    assert close(
        {(codes[k[0]], *k[1:]): v for k, v in compared(table, by).items() if "span" not in k[1]}, found
    )


def close(one, other) -> bool:
    return all(
        (mine.value is None and other[key].value is None)
        or (mine.value == pytest.approx(other[key].value) and mine.p == pytest.approx(other[key].p))
        for key, mine in one.items()
        if "span" not in key[1]
    )


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_the_two_sides_of_a_comparison_mirror_each_other(seed):
    table = leads(seed, 250, slower=1.5)
    first = compared(table, stream(outcome=None, minimum_group=5))
    b = replace(
        stream(outcome=None, minimum_group=5), attributes=(Attribute(name="g", column="g", reference="b"),)
    )
    second = compared(table, b)
    for metric, kind in EQUAL:
        one, other = first["b", metric, kind], second["a", metric, kind]
        assert one.p == pytest.approx(other.p)
        if one.value is not None and other.value is not None:
            mirrored = 1 / other.value if kind == "ratio" else -other.value
            assert one.value == pytest.approx(mirrored)


def test_bands_keep_the_threshold_as_an_edge():
    rng = np.random.default_rng(0)
    score = rng.random(5_000) * 100
    table = pa.table({"score": score})
    for higher in (True, False):
        bands = score_bands(table, stream(threshold=61.7, higher_is_better=higher))
        chosen = score >= 61.7 if higher else score <= 61.7
        assert not set(bands[chosen]) & set(bands[~chosen])
        assert 50 <= len(set(bands)) <= 101


def test_without_times_of_day_an_hour_is_not_known():
    made = treated(leads(1), timed=False)
    hour = [e.estimate for e in made.estimates if e.metric == "contacted_within_1h"]
    assert hour
    assert all("no time of day" in (one.undefined or "") for one in hour)
    assert not [c for c in made.comparisons if c.contrast.metric == "equal_score_within_1h"]


def test_nothing_is_said_where_the_stream_names_nothing():
    table = leads(1).select(["score", "selected", "attribute:g"])
    made = treated(table)
    assert not made.estimates
    assert not made.comparisons


def test_leads_copied_within_an_account_make_nothing_surer():
    """Each lead five times under one account: intervals stay near those of the leads taken once."""
    once = leads(12, 1_200, contact=0.05)
    rows = np.repeat(np.arange(once.num_rows), 5)
    many = once.take(rows).append_column("account", pa.array([f"k{row}" for row in rows]))
    by = stream(outcome=None)
    cube = count(many, by)
    accounts = accounts_of(many, 0)
    plain = compare(cube, by, 0, further=treatment(many, cube, by, timed=True).comparisons)
    wide = compare(cube, by, 0, further=treatment(many, cube, by, timed=True, accounts=accounts).comparisons)
    single = compared(once, by)
    for one, other in zip(plain, wide, strict=True):
        if (one.metric, one.kind) in EQUAL and one.value is not None:
            truth = single[one.group[0], one.metric, one.kind]
            widths = [
                np.log(d.high / d.low) if one.kind == "ratio" else d.high - d.low for d in (one, other, truth)
            ]
            assert widths[1] > 1.3 * widths[0], one.metric
            assert widths[1] > 0.6 * widths[2], one.metric
            assert other.p >= one.p
