"""Drift of tables and of cubes: what is told of known shifts, and how the same leads tell the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy.stats import ks_2samp, wasserstein_distance

from audit.drift import Asked, alarms, drift_of_days, drift_of_table, drift_of_two
from audit.schema import BadInput
from audit.tally import count
from tests.audit.drift.drawn import DAYS, STREAM, late, leads

ROWS = Asked(multivariate=False)
EDGES = tuple(float(one) for one in range(101))


def by_name(report):
    return {one.name: one for one in report.columns}


def gap(report, metric, group="rural"):
    return next(one for one in report.gaps if (one.metric, one.group) == (metric, group))


def windows(table, report):
    day = table["created"]
    spans = report.windows.reference, report.windows.newest
    return [
        table.filter(pc.and_(pc.greater_equal(day, one.first), pc.less_equal(day, one.last))) for one in spans
    ]


def test_a_shift_of_known_size_is_found_with_its_size_and_its_day(moved):
    table, report = moved
    score = by_name(report)["score"]
    old, new = (part["score"].to_numpy() for part in windows(table, report))
    assert score.kolmogorov_smirnov == pytest.approx(ks_2samp(old, new).statistic)
    assert score.wasserstein == pytest.approx(wasserstein_distance(old, new))
    assert score.wasserstein == pytest.approx(8, abs=1)
    assert (score.verdict, score.p_adjusted < 1e-9) == ("fail", True)
    # For two normal distributions the divergence J is the squared shift in standard deviations.
    assert score.psi - score.psi_by_chance == pytest.approx((8 / 15) ** 2, rel=0.25)
    assert score.psi_low < (8 / 15) ** 2 < score.psi_high
    middle = date(2026, 1, 1) + timedelta(days=DAYS // 2)
    assert abs((score.since - middle).days) <= 31
    (change,) = report.changes
    assert change.earliest <= middle <= change.latest
    assert abs((change.day - middle).days) <= 2
    assert change.after - change.before == pytest.approx(8, abs=1)
    assert change.verdict == "fail"


def test_new_values_and_lost_ones_are_told(moved):
    _, report = moved
    source, size = by_name(report)["source"], by_name(report)["size"]
    assert (source.unseen.values, source.unseen.names) == (1, ("<b>chat</b>",))
    assert source.unseen.share == pytest.approx(0.2, abs=0.03)
    assert source.unseen.verdict == "fail"
    assert source.levels[0].name in {"<b>chat</b>", "web"}
    assert size.missing.verdict == "fail"
    assert size.missing.low < 0.3 < size.missing.high
    assert by_name(report)["region"].verdict == "pass"
    assert report.multivariate.verdict == "fail"
    assert {one.name for one in report.multivariate.drivers[:3]} >= {"score", "size"}


def test_a_gap_that_opened_is_told_with_its_change(moved):
    _, report = moved
    one = gap(report, "contact_rate")
    assert (one.verdict, one.undefined) == ("fail", None)
    assert one.low < -0.25 < one.high
    assert one.change == pytest.approx(one.after.value - one.before.value)
    assert abs(one.before.value) < 0.05
    assert one.series[0] == pytest.approx(0, abs=0.12)
    assert one.series[-2] == pytest.approx(-0.25, abs=0.12)
    assert gap(report, "selection_rate").verdict != "fail"
    assert [one for one in report.gaps if one.group == "unknown"] == []
    for each in report.gaps:  # p-value and interval never contradict each other
        assert (each.p_value < 0.05) == (each.low > 0 or each.high < 0)


def test_day_cubes_rows_and_two_sums_of_cubes_tell_the_same(moved):
    table, _ = moved
    table = table.drop_columns(["feature:source", "feature:size"])
    days = [
        (day, count(table.filter(pc.equal(table["created"], day)), STREAM, edges=EDGES))
        for day in pc.unique(table["created"]).to_pylist()
    ]
    of_rows = drift_of_table(table, STREAM, ROWS)
    of_days = drift_of_days(days[::-1], STREAM, ROWS)
    same(of_rows, of_days)
    assert of_days.changes == of_rows.changes
    sums = [sum_of(cube for day, cube in days if one.first <= day <= one.last)
            for one in (of_rows.windows.reference, of_rows.windows.newest)]  # fmt: skip
    two = drift_of_two(*sums, STREAM, ROWS)
    assert (two.periods, two.changes, two.windows.chosen) == ((), (), "two windows")
    same(two, strip(of_days))


def strip(report):
    """Without what days alone tell."""
    columns = tuple(replace(one, series=(), since=None) for one in report.columns)
    return replace(report, columns=columns, gaps=tuple(replace(one, series=()) for one in report.gaps))


def same(one, other):
    """Equal but for the order of columns, and for rounding in the sums of scores."""
    ours, theirs = (
        {each.name: replace(each, wasserstein=None) for each in report.columns} for report in (one, other)
    )
    assert ours == theirs
    assert by_name(one)["score"].wasserstein == pytest.approx(by_name(other)["score"].wasserstein)
    assert one.tested == other.tested
    for mine, theirs in zip(sorted(one.gaps, key=key), sorted(other.gaps, key=key), strict=True):
        assert key(mine) == key(theirs)
        assert mine.change == pytest.approx(theirs.change)
        assert mine.p_adjusted == pytest.approx(theirs.p_adjusted)
        assert mine.series == pytest.approx(theirs.series, nan_ok=True)


def key(one):
    return one.metric, one.attribute, one.group, one.verdict


def sum_of(cubes):
    whole = next(cubes)
    for cube in cubes:
        whole = whole + cube
    return whole


def test_the_order_of_rows_changes_nothing():
    table = leads(3, 1500)
    assert drift_of_table(table.take(np.arange(1499, -1, -1)), STREAM) == drift_of_table(table, STREAM)


def test_streams_without_drift_rarely_raise_an_alarm():
    """30 streams of 23 tests and a scan each; at exactly 5 % more than 5 have a probability of 0.3 %."""
    made = [drift_of_table(leads(seed, 600, 60), STREAM, ROWS) for seed in range(30)]
    assert sum(alarms(one) > 0 for one in made) <= 5


def test_a_sure_but_small_shift_of_many_leads_is_no_alarm():
    def score(random, day, _):
        return np.clip(np.rint(random.normal(50 + 1 * late(day), 15)), 0, 100)

    report = drift_of_table(leads(5, 100_000, score=score), STREAM, ROWS)
    one = by_name(report)["score"]
    assert one.p_adjusted < 1e-3
    assert (one.verdict, one.since) == ("pass", None)
    assert alarms(report) == 0


def test_few_leads_get_no_verdict_and_the_reason():
    report = drift_of_table(leads(1, 60), STREAM)
    assert {one.verdict for one in report.gaps} == {"insufficient"}
    assert all("leads needed" in one.undefined for one in report.gaps)
    assert report.multivariate is None
    assert [one.what for one in report.left_out] == ["all columns together"]


def test_accounts_whose_leads_are_alike_raise_no_false_alarm():
    """Ten leads of an account on one day have one source and one size; as single leads they would alarm."""

    def alike(values):
        return lambda random, _day, made: np.repeat(values(random, len(made["score"]) // 10), 10)

    table = leads(
        2, 3000,
        **{"feature:source": alike(lambda random, n: random.choice(["a", "b", "c", "d"], n)),
           "feature:size": alike(lambda random, n: random.normal(size=n))},
    )  # fmt: skip
    plain = drift_of_table(table, STREAM, ROWS)
    known = drift_of_table(
        table.append_column("account", pa.array([str(i // 10) for i in range(3000)])), STREAM, ROWS
    )
    assert known.by_account
    assert by_name(known)["source"].design_effect == pytest.approx(10, rel=0.15)
    assert by_name(plain)["size"].p_value < by_name(known)["size"].p_value
    assert alarms(known) == 0


def test_leads_of_few_accounts_get_no_verdict_and_the_reason():
    table = leads(2, 400).append_column("account", pa.array([str(i % 9) for i in range(400)]))
    report = drift_of_table(table, STREAM, ROWS)
    assert {one.verdict for one in (*report.columns, *report.gaps)} == {"insufficient"}
    assert "fewer than 20 accounts" in report.left_out[-1].why


def test_many_values_are_counted_as_others_and_said_so():
    def zips(random, day, _):
        return (random.zipf(1.3, len(day)) % 5000).astype(str)

    one = by_name(drift_of_table(leads(4, 6000, **{"feature:zip": zips}), STREAM, ROWS))["zip"]
    assert one.pooled > 100
    assert one.verdict == "pass"
    assert one.unseen.values > 10
    assert one.unseen.share == pytest.approx(one.unseen.expected, abs=0.03)
    assert one.unseen.verdict != "fail"
    # Few of them have the ten leads that a value needs to be named.
    assert one.unseen.names == ()
    assert len(one.gone) <= 10


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"reference_until": date(2025, 1, 1)}, "cannot end on 2025-01-01"),
        ({"reference_until": date(2027, 1, 1)}, "cannot end on 2027-01-01"),
        ({"newest_from": date(2027, 1, 1)}, "cannot begin on 2027-01-01"),
        ({"newest_from": date(2025, 1, 1)}, "cannot begin on 2025-01-01"),
    ],
)
def test_windows_without_leads_are_refused_in_words(asked, words):
    with pytest.raises(BadInput, match=words):
        drift_of_table(leads(1, 200), STREAM, Asked(**asked))


def test_windows_and_periods_as_asked_and_a_lone_old_lead_moves_none():
    table = leads(1, 2000)
    asked = Asked(
        reference_until=date(2026, 2, 28), newest_from=date(2026, 7, 1), period="month", multivariate=False
    )
    report = drift_of_table(table, STREAM, asked)
    assert (report.windows.reference.last, report.windows.newest.first) == (
        date(2026, 2, 28),
        date(2026, 7, 1),
    )
    whole = report.windows.reference.leads + report.windows.newest.leads + report.windows.between
    assert whole == sum(one.leads for one in report.periods) == 2000
    assert len(report.periods) == 7
    old = pa.concat_tables([table.slice(0, 1).set_column(0, "created", pa.array([date(1970, 1, 1)])), table])
    assert (
        drift_of_table(old, STREAM, ROWS).windows.newest == drift_of_table(table, STREAM, ROWS).windows.newest
    )


def test_a_single_day_no_day_and_an_empty_window_are_refused():
    table = leads(1, 50)
    with pytest.raises(BadInput, match="all leads are of one day"):
        drift_of_table(table.set_column(0, "created", pa.array([date(2026, 1, 1)] * 50)), STREAM)
    with pytest.raises(BadInput, match="no created"):
        drift_of_table(table.drop_columns(["created"]), STREAM)
    cube = count(table, STREAM, edges=EDGES)
    with pytest.raises(BadInput, match="newest window has no leads"):
        drift_of_two(cube, cube - cube, STREAM)
    with pytest.raises(ValueError, match="do not add up"):
        drift_of_two(cube, cube.project("score"), STREAM)
    with pytest.raises(ValueError, match="edges"):
        drift_of_two(cube, count(table, STREAM, edges=(1.0, 50.0)), STREAM)
    with pytest.raises(BadInput, match="no leads"):
        drift_of_days([], STREAM)


def test_a_value_of_fewer_than_ten_leads_is_counted_and_not_named():
    def source(_random, _day, made):
        found = made["feature:source"].astype(object)
        found[-9:], found[-40:-30] = "Ada Lovelace", "fair"
        return found

    report = drift_of_table(leads(6, 1500, **{"feature:source": source}), STREAM, ROWS)
    one = by_name(report)["source"].unseen
    assert (one.leads, one.values, one.names) == (19, 2, ("fair",))
    assert "Ada" not in repr(report)
