"""Comparisons with the reference group: who is compared with whom, and what the verdict may say."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from audit.disparity import Disparity, compare
from audit.registry import metric
from audit.schema import Attribute, BadInput, Stream
from tests.audit.tables import cube, random_leads, stream


def selected(*groups: tuple[str, int, int], **more: object) -> dict[str, object]:
    """Leads of each (name, selected, all): scores of 90 and 10 around the threshold of 50."""
    names = np.concatenate([np.full(n, name) for name, _, n in groups])
    score = np.concatenate([np.where(np.arange(n) < k, 90.0, 10.0) for _, k, n in groups])
    return {"attribute:g": pa.array(names), "score": score, **more}


def verdicts(
    table: dict[str, object], by: Stream, metric: str = "selection_rate"
) -> dict[tuple[str, str], str]:
    return {(d.group[0], d.kind): d.verdict for d in compare(cube(table, by), by, 0) if d.metric == metric}


def test_a_clear_gap_fails_a_clear_tie_passes_and_the_rest_is_insufficient():
    table = selected(("base", 2000, 4000), ("worse", 1000, 4000), ("same", 2010, 4000), ("few", 40, 90))
    got = verdicts(table, stream("g", reference="base"))
    assert got["worse", "difference"] == got["worse", "ratio"] == "fail"
    assert got["same", "difference"] == got["same", "ratio"] == "pass"
    assert got["few", "difference"] == got["few", "ratio"] == "insufficient"


def test_a_group_under_the_minimum_never_gets_a_verdict():
    table = selected(("base", 2000, 4000), ("tiny", 0, 29), ("enough", 0, 30))
    by = stream("g")
    found = {d.group[0]: d for d in compare(cube(table, by), by, 0) if d.metric == "selection_rate"}
    assert found["tiny"].verdict == "insufficient"
    assert found["tiny"].p is not None
    assert found["tiny"].p_adjusted is None
    assert found["tiny"].n_needed == 30
    assert found["enough"].verdict == "fail"


def with_the_reference(found: tuple[Disparity, ...]) -> list[Disparity]:
    """Without the gaps among all groups, which have no reference."""
    return [one for one in found if metric(one.metric).kind != "span"]


def test_the_reference_is_the_largest_known_group_and_never_unknown():
    table = selected(("unknown", 50, 500), ("b", 100, 200), ("a", 50, 100))
    by = stream("g")
    found = with_the_reference(compare(cube(table, by), by, 0))
    assert {d.reference for d in found} == {("b",)}
    assert {d.group for d in found} == {("a",), ("unknown",)}


def test_a_named_reference_is_used_and_a_missing_one_refused_with_the_nearest():
    table = selected(("urban", 50, 100), ("rural", 20, 60))
    by = stream("g", reference="rural")
    assert {d.reference for d in with_the_reference(compare(cube(table, by), by, 0))} == {("rural",)}
    with pytest.raises(BadInput, match=r"'g'.*'rurl'; did you mean 'rural'"):
        compare(cube(table, by), stream("g", reference="rurl"), 0)
    with pytest.raises(BadInput, match="use one of 'rural', 'urban'"):
        compare(cube(table, by), stream("g", reference="zzzz"), 0)
    lost = selected(("unknown", 5, 10))
    with pytest.raises(BadInput, match="every value is missing"):
        compare(cube(lost, by), by, 0)
    with pytest.raises(BadInput, match="'unknown'"):
        compare(cube(lost, by), stream("g", reference="unknown"), 0)


def test_one_group_or_only_unknown_is_compared_with_nobody():
    by = stream("g")
    assert compare(cube(selected(("only", 5, 90)), by), by, 0) == ()
    assert compare(cube(selected(("unknown", 5, 90)), by), by, 0) == ()


def test_a_crossing_is_compared_with_the_crossing_of_the_references():
    rng = np.random.default_rng(1)
    h = pa.array(rng.choice(["x", "y"], 4000, p=[0.6, 0.4]))
    leads = {**random_leads(2, 4000), "attribute:h": h}
    by = Stream(
        name="s",
        attributes=(Attribute(name="g", column="g", reference="g2"), Attribute(name="h", column="h")),
        score="score",
        threshold=50.0,
    )
    crossed = [d for d in compare(cube(leads, by), by, 0) if len(d.attribute) == 2]
    assert {d.reference for d in crossed} == {("g2", "x")}
    assert {d.attribute for d in crossed} == {("g", "h")}
    assert len({d.group for d in crossed}) == 7


def test_a_crossing_without_its_reference_falls_back_to_the_largest_known():
    table = {
        "attribute:g": pa.array(["a"] * 100 + ["b"] * 75 + ["a"] * 5),
        "attribute:h": pa.array(["x"] * 70 + ["unknown"] * 30 + ["y"] * 80),
        "score": np.tile([10.0, 90.0], 90),
    }
    by = stream("g", "h")
    crossed = [d for d in compare(cube(table, by), by, 0) if len(d.attribute) == 2]
    assert {d.reference for d in crossed} == {("b", "y")}


def test_undefined_comparisons_say_on_which_side():
    outcome = pa.array([True] * 40 + [False] * 40 + [None] * 40)
    table = selected(("base", 20, 80), ("new", 10, 40), outcome=outcome)
    by = stream("g", reference="base")
    found = {(d.metric, d.kind): d for d in compare(cube(table, by), by, 0)}
    gap = found["true_positive_rate", "difference"]
    assert gap.undefined == "no lead of this group has a known outcome"
    assert (gap.value, gap.low, gap.high, gap.p, gap.p_adjusted, gap.n_needed) == (None,) * 6
    assert gap.verdict == "insufficient"
    by = stream("g", reference="new")
    found = {(d.metric, d.kind): d for d in compare(cube(table, by), by, 0)}
    assert found["base_rate", "difference"].undefined == "no lead of the reference group has a known outcome"


def test_a_ratio_to_nothing_is_undefined_and_of_nothing_is_zero():
    by = stream("g", reference="none")
    table = selected(("none", 0, 60), ("some", 30, 60))
    up = {d.kind: d for d in compare(cube(table, by), by, 0) if d.metric == "selection_rate"}
    assert up["ratio"].undefined == "the rate of the reference group is 0, so there is no ratio to it"
    assert up["difference"].verdict == "fail"
    by = stream("g", reference="some")
    down = {d.kind: d for d in compare(cube(table, by), by, 0) if d.metric == "selection_rate"}
    assert (down["ratio"].value, down["ratio"].low) == (0, 0)
    assert 0 < down["ratio"].high < 0.3
    assert down["ratio"].verdict == "fail"


def test_a_rate_and_its_complement_share_one_hypothesis():
    by = stream("g")
    found = {(d.group, d.metric, d.kind): d for d in compare(cube(random_leads(6, 3000), by), by, 0)}
    for group in {key[0] for key in found if not key[1].endswith("_span")}:
        true, false = (found[group, f"{m}_positive_rate", "difference"] for m in ("true", "false"))
        missed = found[group, "false_negative_rate", "difference"]
        assert missed.p == pytest.approx(true.p)
        assert missed.p_adjusted == true.p_adjusted
        assert missed.value == pytest.approx(-true.value)
        assert (missed.low, missed.high) == pytest.approx((-true.high, -true.low))
        assert found[group, "true_negative_rate", "ratio"].p_adjusted == false.p_adjusted


def test_verdicts_agree_with_the_interval_that_is_shown():
    by = stream("g", tolerance_difference=0.03, tolerance_ratio=0.75)
    seen = set()
    for d in compare(cube(random_leads(1, 20_000), by), by, 0):
        ends = (-0.03, 0.03) if d.kind == "difference" else (0.75, 1 / 0.75)
        if metric(d.metric).kind in {"mean", "quantile"} or d.metric == "score_gap_area":
            ends = (-3.0, 3.0)
        seen.add(d.verdict)
        if d.verdict == "pass":
            assert ends[0] <= d.low <= d.high <= ends[1]
        if d.verdict == "fail":
            assert d.low > ends[1] or d.high < ends[0]
            assert d.p_adjusted < 0.05
        assert (d.n_needed is None) or (d.verdict == "insufficient" and d.n_needed > d.n)
    assert seen == {"pass", "fail", "insufficient"}


@pytest.mark.parametrize(("rate", "ends_as"), [(0.5, "pass"), (0.3, "fail")])
def test_with_the_leads_it_asked_for_a_group_gets_its_verdict(rate, ends_as):
    by = stream("g", reference="base")

    def comparison(n: int):
        table = selected(("base", 100_000, 200_000), ("g", round(rate * n), n))
        found = compare(cube(table, by), by, 0)
        return next(d for d in found if (d.metric, d.kind) == ("selection_rate", "difference"))

    small = comparison(40)
    assert small.verdict == "insufficient"
    assert comparison(int(small.n_needed * 1.15)).verdict == ends_as
    assert comparison(int(small.n_needed * 0.33)).verdict == "insufficient"


def test_lower_is_better_turns_the_ranking_round():
    leads = random_leads(9, 4000)
    by, turned = stream("g"), stream("g", higher_is_better=False)
    down = {**leads, "score": 100 - np.asarray(leads["score"])}
    one = {(d.group, d.metric, d.kind): d.value for d in compare(cube(leads, by), by, 0)}
    two = {(d.group, d.metric, d.kind): d.value for d in compare(cube(down, turned), turned, 0)}
    for key, value in one.items():
        # A quarter of the turned scores is three quarters of these, counted from the other end.
        if not key[1].startswith(("outcome_rate", "score_quantile")):
            assert two[key] == pytest.approx(-value if key[1] == "mean_score" else value, abs=1e-9)


def test_a_stream_with_only_a_decision_is_compared_on_decisions():
    table = {
        "attribute:g": pa.array(["a"] * 500 + ["b"] * 500),
        "selected": pa.array([True] * 400 + [False] * 100 + [True] * 200 + [False] * 300),
    }
    by = stream("g", score=None, threshold=None, decision="d", outcome=None)
    found = with_the_reference(compare(cube(table, by), by, 0))
    assert {(d.metric, d.verdict) for d in found} == {("selection_rate", "fail")}


def test_a_gap_of_scores_is_judged_on_the_scale_of_the_score():
    rng = np.random.default_rng(3)
    table = {
        "attribute:g": pa.array(["a"] * 3000 + ["b"] * 3000),
        "score": np.clip(
            np.concatenate([rng.normal(60, 10, 3000), rng.normal(50, 10, 3000)]), 0, 100
        ).round(),
    }
    by = stream("g")
    gap = next(d for d in compare(cube(table, by), by, 0) if d.metric == "mean_score")
    assert gap.kind == "difference"
    assert abs(gap.value) == pytest.approx(10, abs=1)
    assert gap.verdict == "fail"
    wide = stream("g", tolerance_difference=0.2)
    assert next(d for d in compare(cube(table, wide), wide, 0) if d.metric == "mean_score").verdict == "pass"
