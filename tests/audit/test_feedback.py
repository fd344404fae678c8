"""The feedback loop: quiet without one, found where it is planted, and the size of each link."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from audit.finding.feedback import loop_caution, loop_text
from audit.registry.treatment import WEEK
from audit.report.forms.feedback_form import feedback_record, read_feedback
from audit.rows.feedback import Feedback, feedback
from audit.rows.feedback.effects import experiment, trend
from audit.rows.feedback.jump import bandwidth, cells, jump
from audit.tally import count
from tests.audit.treated import stream

CONFIDENCE = 0.95


def world(
    seed: int,
    n: int = 4_000,
    *,
    follows: float = 0.0,
    step: float = 0.0,
    pays: float = 0.0,
    neglect: float = 0.0,
) -> pa.Table:
    """Leads whose contact follows the score (along it, or by a step at 60), and pays as far as is asked."""
    rng = np.random.default_rng(seed)
    group = rng.choice(2, n, p=[0.6, 0.4])
    score = np.clip(np.round(rng.normal(52, 18, n), 1), 0, 100)
    reach = 0.4 + follows * (score - 50) / 100 + step * ((score >= 60) - 0.4) - neglect * group
    worked = rng.random(n) < np.clip(reach, 0, 1)
    won = rng.random(n) < np.clip(0.05 + 0.0015 * score + pays * worked, 0, 1)
    return pa.table(
        {
            "score": score,
            "selected": score >= 60,
            "outcome": won,
            "worked": worked,
            "attribute:g": pa.array(np.array(["a", "b"])[group]).dictionary_encode(),
        }
    )


def loop(table: pa.Table, **changes) -> Feedback:
    by = stream(**{"contacted": None, "worked": "w", **changes})
    found = feedback(table, count(table, by), by, 0)
    assert found is not None
    return found


@pytest.mark.parametrize("links", [{}, {"follows": 0.6, "step": 0.3}, {"pays": 0.1}])
def test_without_both_links_a_loop_is_hardly_ever_found(links):
    """Type-I error: 150 worlds in which one link or both are absent."""
    runs = 150
    found = sum(loop(world(seed, 1_500, **links)).verdict == "found" for seed in range(runs))
    assert found <= stats.binom.isf(0.001, runs, 0.05)


@pytest.mark.parametrize("links", [{"step": 0.4}, {"follows": 0.8}])
def test_a_planted_loop_is_found_and_said(links):
    found = [loop(world(seed, pays=0.12, **links)) for seed in range(10)]
    assert sum(one.verdict == "found" for one in found) >= 9
    (said,) = loop_caution(next(one for one in found if one.verdict == "found"))
    assert said.code == "feedback_loop"
    assert "association, not proof" in said.text
    assert "at random" in said.text
    assert dict(said.evidence)["leads"] == 4_000


def test_the_links_have_the_sizes_that_were_planted():
    found = loop(world(1, 40_000, step=0.4, pays=0.1))
    assert found.contact_jump.low < 0.4 < found.contact_jump.high
    assert found.conversion_jump.low < 0.04 < found.conversion_jump.high
    assert found.contact_effect.low < 0.1 < found.contact_effect.high
    assert found.contact_effect.value == pytest.approx(0.1, abs=0.01)
    assert [band.low for band in found.bands] == sorted(band.low for band in found.bands)
    assert sum(band.n for band in found.bands) == found.n == 40_000


def test_a_groups_gap_through_contact_is_the_gap_in_contact_times_what_it_pays():
    found = loop(world(2, 40_000, step=0.3, pays=0.15, neglect=0.2))
    (one,) = found.channels
    assert (one.group, one.reference) == ("b", "a")
    assert one.through_contact.value == pytest.approx(-0.2 * 0.15, abs=0.006)
    assert one.through_contact.high < 0
    assert one.gap_at_equal_contact.low < 0 < one.gap_at_equal_contact.high
    assert one.share == pytest.approx(1.0, abs=0.25)
    total = one.gap_at_equal_contact.value + one.through_contact.value
    assert total == pytest.approx(one.gap.value, abs=0.006)
    assert "'b' are contacted less often at equal score" in loop_text(found)


def test_a_group_that_is_contacted_alike_loses_nothing_through_contact():
    sure = 0
    for seed in range(60):
        (one,) = loop(world(seed, 1_500, step=0.3, pays=0.15)).channels
        sure += one.p_adjusted < 0.05
    assert sure <= stats.binom.isf(0.001, 60, 0.05)


def test_where_contact_is_decided_by_the_score_alone_the_steps_speak():
    table = world(3, 8_000)
    score = table["score"].to_numpy()
    worked = score >= 60
    won = np.random.default_rng(3).random(8_000) < 0.05 + 0.2 * worked
    names = table.column_names
    table = table.set_column(names.index("worked"), "worked", pa.array(worked))
    table = table.set_column(names.index("outcome"), "outcome", pa.array(won))
    found = loop(table)
    assert found.contact_effect.value is None
    assert "at no score" in found.contact_effect.undefined
    assert found.contact_jump.value == pytest.approx(1.0, abs=0.02)
    assert found.contact_jump.low < found.contact_jump.high
    assert found.verdict == "found"
    assert "conversion rises by" in loop_text(found)


def test_a_step_that_is_not_there_is_covered_even_on_a_bent_curve():
    """Coverage of the step's interval, 200 worlds with a curve and no step."""
    rng = np.random.default_rng(4)
    runs, covered = 200, 0
    for _ in range(runs):
        x = np.round(rng.normal(-5, 20, 3_000), 1)
        hit = rng.random(3_000) < 0.2 + 0.6 / (1 + np.exp(-x / 10))
        at = cells(x, hit.astype(float))
        one = jump(at, bandwidth(at), CONFIDENCE)
        covered += one.low <= 0 <= one.high
    assert covered >= stats.binom.isf(0.999, runs, 0.95)


def test_the_step_is_a_weighted_least_squares_fit():
    rng = np.random.default_rng(5)
    x = np.round(rng.uniform(-20, 20, 4_000), 1)
    hit = (rng.random(4_000) < 0.3 + 0.2 * (x >= 0) + 0.005 * x).astype(float)
    one = jump(cells(x, hit), 12.0, CONFIDENCE)
    ends = []
    for side in (x < 0, x >= 0):
        near = side & (np.abs(x) < 12)
        weight = np.sqrt(1 - np.abs(x[near]) / 12)
        design = np.vander(x[near], 3, increasing=True)
        beta = np.linalg.lstsq(design * weight[:, None], hit[near] * weight, rcond=None)[0]
        ends.append(beta[0])
    assert one.value == pytest.approx(ends[1] - ends[0], abs=1e-9)
    assert one.low < 0.2 < one.high


def test_the_trend_is_the_slope_over_midranks():
    rng = np.random.default_rng(6)
    score = rng.integers(0, 20, 500).astype(float)
    hit = (rng.random(500) < 0.2 + 0.02 * score).astype(float)
    ranks = (stats.rankdata(score) - 0.5) / 500
    slope = np.polyfit(ranks, hit, 1)[0]
    assert trend(score, hit, CONFIDENCE).value == pytest.approx(slope * np.ptp(ranks), abs=1e-9)
    assert trend(np.full(500, 3.0), hit, CONFIDENCE).undefined == "all scores are the same"


def test_the_experiment_has_the_power_it_promises():
    plan = experiment(0.05, 0.09, CONFIDENCE)
    rng = np.random.default_rng(7)
    one, other = rng.binomial(plan.leads, [[0.05], [0.09]], (2, 4_000)) / plan.leads
    pooled = (one + other) / 2
    z = (other - one) / np.sqrt(2 * pooled * (1 - pooled) / plan.leads)
    assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.8, abs=0.025)
    assert experiment(0.2, 0.2, CONFIDENCE) is None


@pytest.mark.parametrize("lower", [False, True])
def test_lower_scores_can_be_better(lower):
    table = world(8, step=0.5, pays=0.15)
    if lower:
        turned = pa.array(100 - table["score"].to_numpy())
        table = table.set_column(0, "score", turned)
    found = loop(table, higher_is_better=not lower, threshold=40.0 if lower else 60.0)
    assert found.verdict == "found"
    assert found.contact_jump.value == pytest.approx(0.5, abs=0.15)


def test_the_order_of_rows_does_not_matter():
    table = world(9, step=0.3, pays=0.1, neglect=0.1)
    shuffled = table.take(np.random.default_rng(0).permutation(table.num_rows))
    one, other = loop(table), loop(shuffled)
    assert one.verdict == other.verdict
    assert one.contact_jump.value == pytest.approx(other.contact_jump.value)
    assert one.channels[0].through_contact.value == pytest.approx(other.channels[0].through_contact.value)


def test_leads_too_young_to_tell_are_left_out():
    table = world(10, pays=0.1)
    watched = np.where(np.arange(4_000) < 1_000, 10.0, WEEK + 1)
    assert loop(table.append_column("observed_hours", pa.array(watched))).n == 3_000


def test_what_cannot_be_told_is_said():
    table = world(11, 300)
    flat = loop(table.set_column(0, "score", pa.array(np.full(300, 50.0))))
    assert flat.verdict == "open"
    assert loop_text(flat) == "Whether the score feeds itself cannot be told: all scores are the same."
    assert not loop_caution(flat)
    nobody = table.set_column(table.column_names.index("worked"), "worked", pa.array([True] * 300))
    everyone = loop(nobody)
    assert everyone.verdict == "not found"
    assert everyone.contact_effect.value is None
    assert everyone.trend.low < 0 < everyone.trend.high
    by = stream(contacted=None, outcome=None)
    bare = table.drop_columns(["outcome"])
    assert feedback(bare, count(bare, by), by, 0) is None


def test_the_block_is_written_and_read_back():
    found = loop(world(12, step=0.3, pays=0.1))
    assert read_feedback(json.loads(json.dumps(feedback_record(found)))) == found
    assert read_feedback(None) is None
    assert replace(found, experiment=None) == read_feedback(feedback_record(replace(found, experiment=None)))


def test_without_outcomes_of_leads_that_nobody_contacted_a_loop_cannot_be_told():
    table = world(13, step=0.4, pays=0.1)
    worked = table["worked"].to_numpy()
    hidden = pa.array(table["outcome"].to_numpy(), mask=~worked)
    found = loop(table.set_column(table.column_names.index("outcome"), "outcome", hidden))
    assert found.verdict == "open"
    assert found.n == 4_000
    assert found.contact_jump.low > 0
    assert found.contact_effect.value is None
    assert "less often" in found.conversion_jump.undefined
    assert "whose outcome is known" in loop_text(found)
