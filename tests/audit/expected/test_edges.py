"""Where nothing, little or something strange is known, it is said so; nothing is 0 for "no data"."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from audit.expected import Expected, cut, dated, expected, expected_of, stacked
from audit.intake import admit
from audit.schema import BadInput
from tests.audit.expected.worlds import World, drawn, stream, table

WORLD = World(name="edges", leads=250)


@pytest.fixture(scope="module")
def rows():
    return table(drawn(WORLD, 6, np.random.default_rng(6)))


def made(rows: pa.Table, **changes) -> Expected:
    of = stream(**changes)
    return expected_of(dated(admit(rows, of).table, of), of)


def put(rows: pa.Table, **columns) -> pa.Table:
    for name, values in columns.items():
        rows = rows.set_column(rows.column_names.index(name), name, pa.array(values))
    return rows


def codes(one: Expected) -> set[str]:
    return {warned.code for warned in one.cautions}


def of_all(one: Expected) -> dict:
    return {f.metric: f for f in one.forecasts if not f.attribute and not f.cohort}


def test_without_a_ripe_outcome_every_figure_is_undefined_with_the_reason(rows):
    one = made(rows, maturity_days=400)
    assert one.absent == "No worked lead has a ripe outcome yet; the first is ripe on 2026-02-05."
    assert len(one.forecasts) == 4 * 6
    assert {(f.estimate.value, f.estimate.undefined) for f in one.forecasts} == {(None, one.absent)}
    assert one.gaps == ()
    assert one.reconciled == ()
    assert one.unreconciled is not None
    assert one.taught.leads == 0
    assert one.taught.last is None


@pytest.mark.parametrize(
    ("won", "words"),
    [("", "No worked lead has a ripe outcome yet."), (1, "are the same"), (0, "are the same")],
)
def test_outcomes_that_are_missing_or_all_the_same_teach_nothing(rows, won, words):
    one = made(put(rows, won=[str(won)] * len(rows)))
    assert words in one.absent
    assert all(f.estimate.value is None and words in f.estimate.undefined for f in one.forecasts)


def test_a_stream_without_outcome_score_or_decision(rows):
    assert "names no outcome" in made(rows, outcome=None).absent
    unscored = made(rows, score=None, threshold=None)
    found = of_all(unscored)
    assert found["base_rate"].estimate.value is not None
    for metric in ("true_positive_rate", "precision", "accuracy", "auc"):
        assert found[metric].estimate.value is None
        assert found[metric].estimate.undefined
    undecided = of_all(made(rows, threshold=None))
    assert undecided["auc"].estimate.value is not None
    assert undecided["precision"].estimate.value is None
    with pytest.raises(BadInput, match="created"):
        made(rows, created=None, maturity_days=None)


def test_where_every_lead_has_its_outcome_there_is_nothing_to_estimate_but_the_past_is_told(rows):
    one = made(rows, maturity_days=0)
    assert one.absent == "Every worked lead has an outcome: there is nothing to estimate."
    assert one.open == 0
    assert one.reconciled


def test_a_score_that_is_the_same_for_all_ranks_nobody(rows):
    one = made(put(rows, score=[50.0] * len(rows)))
    assert of_all(one)["auc"].estimate.value is None
    assert of_all(one)["base_rate"].estimate.value is not None


def test_without_maturity_the_known_ones_teach_and_nothing_can_be_checked(rows):
    late = np.array(rows["day"].to_pylist()) > "2025-05-01"
    one = made(put(rows, won=np.where(late, "", rows["won"].cast("string"))), maturity_days=None)
    assert one.open > 0
    assert of_all(one)["base_rate"].estimate.value is not None
    assert one.reconciled == ()
    assert "set maturity_days" in one.unreconciled
    assert "no_maturity" in codes(one)


def test_leads_nobody_worked_widen_the_worst_case_only(rows):
    one = of_all(made(rows))
    for metric in ("base_rate", "true_positive_rate", "precision", "accuracy", "false_positive_rate"):
        found = one[metric]
        assert found.all_low < found.estimate.low <= found.estimate.high < found.all_high
    assert one["auc"].all_low is None
    every = of_all(made(put(rows, worked=[1] * len(rows))))
    assert every["base_rate"].all_low is None


def test_the_worst_case_holds_whatever_becomes_of_leads_nobody_worked():
    drawn_ = drawn(replace(WORLD, leads=1500), 6, np.random.default_rng(8))
    # Nobody works leads of low score, and all of them would have converted.
    drawn_ = replace(drawn_, worked=drawn_.score >= 45, won=np.where(drawn_.score < 45, True, drawn_.won))
    one = made(table(drawn_))
    open_ = np.array(table(drawn_)["day"].to_pylist()) > str(date(2025, 4, 30))
    chosen, won = drawn_.score[open_] >= 60, drawn_.won[open_]
    truth = {
        "base_rate": won.mean(),
        "true_positive_rate": chosen[won].mean(),
        "accuracy": (chosen == won).mean(),
    }
    for metric, value in truth.items():
        found = of_all(one)[metric]
        assert found.all_low <= value <= found.all_high
        assert not found.estimate.low <= value <= found.estimate.high
    assert "selective_labels" in codes(one)


def test_a_kind_of_lead_that_was_never_worked_may_do_anything(rows):
    """Only selected leads were worked so far; now others are too."""
    early = np.array(rows["day"].to_pylist()) < "2025-05-01"
    low = np.array(rows["score"].to_pylist()) < 60
    one = made(put(rows, worked=np.where(early & low, 0, 1)))
    assert "unlike_any_ripe" in codes(one)
    found = of_all(one)
    assert found["precision"].estimate.high - found["precision"].estimate.low < 0.45
    assert found["base_rate"].estimate.high - found["base_rate"].estimate.low > 0.5


def test_a_group_of_which_nothing_is_known_is_not_taken_for_the_others(rows):
    days = np.array(rows["day"].to_pylist())
    new = np.where((days > "2025-05-01") & (np.arange(len(rows)) % 4 == 0), "new", rows["region"])
    one = made(put(rows, region=new))
    found = {f.metric: f.estimate for f in one.forecasts if f.group == "new" and not f.cohort}
    assert {estimate.value for estimate in found.values()} == {None}
    assert "10 are needed" in found["base_rate"].undefined
    gaps = [gap for gap in one.gaps if gap.group == "new"]
    assert gaps
    assert all(gap.estimate.value is None and gap.verdict == "insufficient" for gap in gaps)


def test_small_groups_are_left_out_and_counted(rows):
    one = made(rows, minimum_group=100)
    assert one.left_out == 1
    assert {f.group for f in one.forecasts} == {"", "big", "half"}
    few = [f.estimate for f in one.forecasts if f.cohort and f.estimate.n < 100]
    assert few
    assert all("100 are needed" in estimate.undefined for estimate in few)


def test_unknown_groups_are_estimated_but_no_gap(rows):
    region = ["" if place % 5 == 0 else name for place, name in enumerate(rows["region"].to_pylist())]
    one = made(put(rows, region=region))
    assert "unknown" in {f.group for f in one.forecasts}
    assert "unknown" not in {gap.group for gap in one.gaps}
    assert "unknown" not in {row.group for row in one.reconciled if row.reference}


def test_outcomes_that_are_overdue_are_told(rows):
    late = np.arange(len(rows)) % 3 == 0
    one = made(put(rows, won=np.where(late, "", rows["won"].cast("string"))))
    assert "overdue" in codes(one)
    assert one.overdue > 100
    assert one.open == made(rows).open


def test_one_date_far_ahead_makes_no_lead_ripe(rows):
    days = rows["day"].to_pylist()
    one = made(put(rows, day=["2062-01-01", *days[1:]]))
    assert one.as_of < date(2025, 7, 2)
    assert {f.cohort for f in one.forecasts} == {"", "2025-05", "2025-06"}


def test_quarters(rows):
    of = stream()
    made_ = expected_of(dated(admit(rows, of).table, of), of, period="quarter", as_of=date(2025, 6, 29))
    assert {f.cohort for f in made_.forecasts} == {"", "2025-Q2"}
    assert made_.reconciled == ()
    assert made_.unreconciled.startswith("No cohort is ripe yet")


def test_cubes_that_do_not_belong_together_are_refused(rows):
    of = stream()
    days = cut(dated(admit(rows, of).table, of))
    first, second = list(days)[:2]
    with pytest.raises(ValueError, match="same axes"):
        stacked({first: days[first], second: days[second].project("score", "outcome")})
    with pytest.raises(ValueError, match="no day"):
        expected({}, of)


@pytest.fixture(scope="module")
def shocked():
    """From the sixth month on leads convert far more often than their scores say."""
    rows = drawn(World(name="shock", leads=700), 10, np.random.default_rng(9))
    late = (rows.day >= 150) & (rows.day < 210)
    return made(table(replace(rows, won=np.where(late, rows.score % 3 > 0, rows.won))))


def test_estimates_that_held_too_seldom_are_widened_or_withheld_and_it_is_said(shocked):
    decisive = {(one.metric, one.gaps): one for one in shocked.records if not one.attribute}
    rate = decisive["base_rate", False]
    assert rate.state in {"widened", "withheld"}
    assert rate.held < 0.9 * rate.compared
    assert "not_to_be_trusted" in codes(shocked)
    for one in shocked.forecasts:
        record = decisive[one.metric, False]
        if record.state == "withheld" and one.estimate.n >= 30:
            assert one.estimate.value is None
            assert f"{record.held} of {record.compared}" in one.estimate.undefined
    assert "months_differ" in codes(shocked)


def test_records_are_sums_of_what_is_published(shocked):
    for one in shocked.records:
        rows = [
            row
            for row in shocked.reconciled
            if row.metric == one.metric
            and bool(row.reference) == one.gaps
            and (not one.attribute or (row.attribute, row.group) == (one.attribute, one.group))
        ]
        assert one.compared == len(rows)
        assert one.held == sum(row.held for row in rows)
        if rows:
            assert one.mean_error == pytest.approx(np.mean([row.error for row in rows]))
            assert one.mean_absolute_error == pytest.approx(np.mean([abs(row.error) for row in rows]))
