"""Gaps within strata of the controls: published numbers, another library, laws, coverage, sentences."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from audit.disparity import Disparity, compare
from audit.disparity.stratified import (
    Strata,
    cochran_mantel_haenszel_p,
    odds_ratio,
    risk_difference,
    risk_ratio,
)
from audit.inference import normal_p
from audit.intake import admit
from audit.registry import metric
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import Attribute, BadInput, Stream, parse_stream
from audit.tally import count
from tests.audit.tables import random_leads, stream

# UC Berkeley 1973: admitted and rejected women, admitted and rejected men, by department.
BERKELEY = np.array(
    [
        [89, 19, 512, 313],
        [17, 8, 353, 207],
        [202, 391, 120, 205],
        [131, 244, 138, 279],
        [94, 299, 53, 138],
        [24, 317, 22, 351],
    ]
)
CONTROLS = ("size",)


def berkeley() -> pa.Table:
    cells = [
        (sex, admitted, f"D{place}", n)
        for place, row in enumerate(BERKELEY)
        for (sex, admitted), n in zip(
            [("F", True), ("F", False), ("M", True), ("M", False)], row.tolist(), strict=True
        )
    ]
    return pa.table(
        {
            "attribute:g": pa.array([sex for sex, _, _, n in cells for _ in range(n)]).dictionary_encode(),
            "control:size": pa.array([d for _, _, d, n in cells for _ in range(n)]).dictionary_encode(),
            "selected": pa.array([admitted for _, admitted, _, n in cells for _ in range(n)]),
        }
    )


def conditional(table: pa.Table, by: Stream) -> dict[tuple[str, str, str], Disparity]:
    found = compare(count(table, by, "arrow"), by, 0)
    kept = [one for one in found if metric(one.metric).kind == "conditional"]
    return {(one.group[0], one.metric, one.kind): one for one in kept}


def test_berkeley_turns_round_within_departments():
    by = stream("g", reference="M", score=None, threshold=None, decision="d", outcome=None, controls=CONTROLS)
    found = conditional(berkeley(), by)
    odds = found["F", "conditional_selection_odds", "ratio"]
    assert odds.value == pytest.approx(1 / 0.9046968, abs=1e-6)
    assert odds.p == pytest.approx(normal_p(np.sqrt(np.array(1.5246067))), abs=1e-7)
    assert found["F", "conditional_selection_rate", "difference"].value == pytest.approx(0.0184252, abs=1e-6)
    assert found["F", "conditional_selection_rate", "difference"].verdict == "pass"
    marginal = [
        one for one in compare(count(berkeley(), by, "arrow"), by, 0) if one.metric == "selection_rate"
    ]
    assert marginal[0].value == pytest.approx(557 / 1835 - 1198 / 2691)
    assert marginal[0].verdict == "fail"


cells = st.lists(st.lists(st.integers(1, 60), min_size=4, max_size=4), min_size=1, max_size=6)


def strata(rows: np.ndarray) -> Strata:
    a, b, c, d = np.asarray(rows, dtype=float).T
    return Strata(group=np.zeros(len(a), int), groups=1, hits=a, n=a + b, other_hits=c, other_n=c + d)


@given(cells)
@settings(max_examples=60, deadline=None)
def test_pooled_ratios_and_their_test_equal_statsmodels(rows):
    theirs = StratifiedTable([np.array(row).reshape(2, 2) for row in rows])
    value, (low, high) = odds_ratio(strata(rows), 0.95)
    assert value[0] == pytest.approx(theirs.oddsratio_pooled)
    assert (low[0], high[0]) == pytest.approx(theirs.oddsratio_pooled_confint())
    assert risk_ratio(strata(rows), 0.95)[0][0] == pytest.approx(theirs.riskratio_pooled)
    assert cochran_mantel_haenszel_p(strata(rows))[0] == pytest.approx(theirs.test_null_odds().pvalue)


@given(cells)
@settings(max_examples=60, deadline=None)
def test_the_difference_keeps_its_laws(rows):
    of = strata(rows)
    value, (low, high), _ = risk_difference(of, 0.95)
    turned = replace(of, hits=of.other_hits, n=of.other_n, other_hits=of.hits, other_n=of.n)
    other, (other_low, other_high), _ = risk_difference(turned, 0.95)
    assert (value[0], low[0], high[0]) == pytest.approx((-other[0], -other_high[0], -other_low[0]))
    each = of.hits / of.n - of.other_hits / of.other_n
    assert each.min() - 1e-12 <= value[0] <= each.max() + 1e-12
    assert low[0] <= value[0] <= high[0]


def test_one_stratum_is_the_plain_difference():
    leads = random_leads(1, 900)
    by = stream("g", controls=CONTROLS)
    table = pa.table({**leads, "control:size": pa.array(["all"] * 900).dictionary_encode()})
    plain = {
        (one.group[0], one.metric, one.kind): one.value for one in compare(count(table, by, "arrow"), by, 0)
    }
    for (group, name, kind), one in conditional(table, by).items():
        if name != "conditional_selection_odds":
            assert one.value == pytest.approx(plain[group, name.removeprefix("conditional_"), kind])


def test_the_mean_within_strata_is_that_of_a_regression_on_them():
    random = np.random.default_rng(8)
    size = random.integers(0, 5, 3_000)
    group = random.random(3_000) < 0.2 + 0.12 * size
    score = 1e6 + 9.0 * size + 2.0 * group + random.normal(size=3_000) * 4
    table = pa.table(
        {
            "attribute:g": pa.array(np.where(group, "b", "a")).dictionary_encode(),
            "control:size": pa.array(size.astype(str)).dictionary_encode(),
            "score": score,
        }
    )
    by = stream("g", reference="a", threshold=None, outcome=None, controls=CONTROLS)
    one = conditional(table, by)["b", "conditional_mean_score", "difference"]
    frame = pd.DataFrame({"score": score, "b": group.astype(int), "size": size})
    fitted = smf.ols("score ~ b + C(size)", frame).fit()
    assert one.value == pytest.approx(fitted.params["b"])
    assert (one.low, one.high) == pytest.approx(tuple(fitted.conf_int().loc["b"]), rel=0.02)


@pytest.mark.parametrize(("groups", "n"), [(2, 200), (40, 2_000)])
def test_the_interval_of_the_difference_covers_in_few_and_in_many_strata(groups, n):
    random = np.random.default_rng(groups)
    inside = 0
    for _ in range(800):
        stratum = random.integers(0, groups, n)
        mine = random.random(n) < 0.3 + 0.4 * stratum / groups
        hit = random.random(n) < 0.1 + 0.4 * stratum / groups + 0.1 * mine
        a, c = (np.bincount(stratum[hit & side], minlength=groups) for side in (mine, ~mine))
        own, other = (np.bincount(stratum[side], minlength=groups) for side in (mine, ~mine))
        both = (own > 0) & (other > 0)
        rows = np.stack([a, own - a, c, other - c], axis=1)[both]
        _, (low, high), _ = risk_difference(strata(rows), 0.95)
        inside += low[0] <= 0.1 <= high[0]
    assert 0.935 <= inside / 800 <= 0.975


def test_strata_that_only_one_side_has_say_so():
    table = pa.table(
        {
            "attribute:g": pa.array(["a", "b"] * 50).dictionary_encode(),
            "control:size": pa.array(["x", "y"] * 50).dictionary_encode(),
            "score": np.arange(100.0),
        }
    )
    by = stream("g", reference="a", outcome=None, controls=CONTROLS)
    for one in conditional(table, by).values():
        assert one.undefined == "no stratum of the controls holds both this group and the reference group"
        assert one.value is one.low is one.high is one.p is None
        assert one.verdict == "insufficient"


def test_without_controls_there_is_nothing_conditional():
    assert conditional(pa.table(random_leads(1, 200)), stream("g")) == {}


def simpson(gap: float = 0.0) -> pa.Table:
    """Group B has fewer large firms, which are selected more often; within a size it lacks ``gap``."""
    cells = (("S", "A", 1_000, 0.2), ("L", "A", 3_000, 0.6), ("S", "B", 3_000, 0.2), ("L", "B", 1_000, 0.6))
    rows = [
        (size, region, 70.0 if place < n * (share - gap * (region == "B")) else 40.0, place * 7 % 10 < 3)
        for size, region, n, share in cells
        for place in range(n)
    ]
    size, region, score, won = zip(*rows, strict=True)
    return pa.table({"size": size, "region": region, "score": score, "won": won})


def audited(table: pa.Table, controls: tuple[str, ...] = CONTROLS, features=None):
    by = Stream(
        name="s",
        score="score",
        threshold=60,
        outcome="won",
        controls=controls,
        features=features,
        attributes=(Attribute(name="region", column="region", reference="A"),),
    )
    return run(admit(table, by), by, AuditRequest())


def test_a_gap_that_the_control_goes_with_is_told_and_weighs_less():
    found, plain = audited(simpson()).findings[0], audited(simpson(), ()).findings[0]
    assert (
        "Among leads alike in 'size', the gap is 0.0 points (-2.3 to 2.3), within the tolerance: these"
        " controls go with it."
    ) in found.rest
    assert "alike" not in plain.text
    assert (plain.severity, found.severity) == ("critical", "high")


def test_a_gap_that_remains_within_the_control_is_told():
    found = audited(simpson(gap=0.12)).findings[0]
    assert "Among leads alike in 'size', the gap is 12 points" in found.rest
    assert ": it remains." in found.rest
    assert found.severity == "critical"


@pytest.mark.parametrize("features", [None, (), ("size",)])
def test_a_control_is_searched_as_a_proxy_and_told_when_it_is_one(features):
    report = audited(simpson(), features=features)
    assert [(one.feature, one.rank) for one in report.proxies] == [("size", 1)]
    assert report.proxies[0].share == pytest.approx(1.0)
    (told,) = [one for one in report.warnings if one.code == "control_is_proxy"]
    assert told.text.startswith("The control 'size' gives 'region' away (AUC 0.75).")


def test_a_control_that_tells_nothing_is_not_accused():
    random = np.random.default_rng(1)
    table = simpson().set_column(0, "size", pa.array(random.choice(["S", "L"], 8_000)))
    assert "control_is_proxy" not in {one.code for one in audited(table).warnings}


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ("score", "names the column 'score' as both score and a control; choose one"),
        ("region", "names the column 'region' as both a control and an attribute; choose one"),
    ],
)
def test_a_column_with_another_role_is_no_control(column, sentence):
    text = f'[stream]\nname = "s"\nscore = "score"\nthreshold = 1\ncontrols = ["{column}"]\n'
    with pytest.raises(BadInput, match=sentence):
        parse_stream(text + '[[stream.attribute]]\nname = "region"\n')


def _noise(rates: dict[str, float], n: int = 6_000, **columns) -> pa.Table:
    """Two regions selected at these rates, and a control that has nothing to do with them."""
    random = np.random.default_rng(12)
    region = np.array(list(rates))[np.arange(n) % 2]
    chosen = random.random(n) < np.array(list(rates.values()))[np.arange(n) % 2]
    won = random.random(n) < 0.3
    return pa.table(
        {
            "size": random.choice(["S", "L"], n),
            "region": region,
            "score": np.where(chosen, 70.0, 40.0),
            "won": won,
            **columns,
        }
    )


def test_a_gap_that_fails_as_a_ratio_is_held_against_the_ratio_within_the_controls():
    table = _noise({"A": 0.017, "B": 0.042})
    found, plain = audited(table).findings[0], audited(table, ()).findings[0]
    assert dict(found.evidence)["kind"] == dict(plain.evidence)["kind"] == "ratio"
    assert "Among leads alike in 'size', the ratio is 2." in found.rest
    assert ": it remains." in found.rest
    assert "go with" not in found.rest
    assert found.severity == plain.severity


def test_a_gap_that_turns_round_is_told_with_its_way_and_its_interval():
    found = audited(simpson(gap=-0.09)).findings[0]
    assert found.metric == "selection_rate"
    told = re.search(
        r"the gap is 9.0 points the other way round \((.*) to (.*)\): it turns round\.", found.rest
    )
    assert 5 < float(told[1]) < 9 < float(told[2]) < 12


def test_a_control_with_few_counterparts_explains_nothing():
    random = np.random.default_rng(3)
    n = 4_000
    region = np.where(np.arange(n) % 2, "A", "B")
    size = np.where(region == "A", "S", "L")
    size[:70] = "M"
    chosen = np.where(size == "M", False, random.random(n) < np.where(region == "A", 0.6, 0.2))
    table = pa.table(
        {"size": size, "region": region, "score": np.where(chosen, 70.0, 40.0), "won": random.random(n) < 0.3}
    )
    found, plain = audited(table).findings[0], audited(table, ()).findings[0]
    assert "only 35 leads of the group have a counterpart" in found.rest
    assert "these controls go with it" not in found.rest
    assert found.severity == plain.severity
    within = [one for one in audited(table).disparities if one.metric == "conditional_selection_rate"]
    assert all(one.high - one.low > 0.05 for one in within if one.kind == "difference")


def test_a_finding_led_by_a_gap_within_the_controls_leaves_conversion_out_and_names_them():
    found = audited(simpson(gap=-0.13)).findings[0]
    assert found.metric == "conditional_selection_rate"
    assert found.headline == (
        "Among leads alike in the controls, leads with region 'B' are selected 13 points more often than"
        " 'A' leads."
    )
    assert found.rest.startswith("The controls are 'size'. ")
    assert "conver" not in found.text


def test_without_a_threshold_the_mean_score_leads_and_the_controls_are_told():
    by = Stream(
        name="s",
        score="score",
        outcome="won",
        controls=CONTROLS,
        attributes=(Attribute(name="region", column="region", reference="A"),),
    )
    found = run(admit(simpson(), by), by, AuditRequest()).findings[0]
    assert found.metric == "mean_score"
    assert "Among leads alike in 'size', the gap is 0 points" in found.rest


def test_an_open_selection_is_not_cleared_by_a_contact_rate_that_passed():
    table = _noise({"A": 0.5, "B": 0.46}, n=900, worked=pa.array(["yes"] * 900))
    by = Stream(
        name="s",
        score="score",
        threshold=60,
        outcome="won",
        worked="worked",
        attributes=(Attribute(name="region", column="region", reference="A"),),
    )
    report = run(admit(table, by), by, AuditRequest())
    selection, contact = report.findings
    assert (selection.verdict, contact.verdict) == ("insufficient", "pass")
    assert contact.headline.startswith("At equal score, people treat")


def test_lower_is_better_says_better_and_not_above():
    random = np.random.default_rng(1)
    region = np.where(np.arange(2_000) % 2, "a", "b")
    score = np.round(random.normal(size=2_000) * 10 + np.where(region == "a", 40, 60))
    by = Stream(
        name="s",
        score="score",
        higher_is_better=False,
        attributes=(Attribute(name="region", column="region", reference="b"),),
    )
    report = run(admit(pa.table({"score": score, "region": region}), by), by, AuditRequest())
    rates = {one.group: one.estimate.value for one in report.estimates if one.metric == "scoring_rate"}
    assert rates["a",] > 0.7
    assert rates["b",] < 0.3
    assert "above the" not in " ".join(one.text for one in report.findings)
