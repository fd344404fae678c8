"""Decisions of several options and of ordered levels: reading, rates, comparisons, words and coverage."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import brunnermunzel, chi2_contingency, mannwhitneyu
from scipy.stats.contingency import association as cramers_v

from audit.disparity.association import associations
from audit.disparity.options import distance, superiority
from audit.intake import admit
from audit.report import read_json, to_html, to_json
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import BadInput, Tolerance, parse_stream, stream_to_toml
from audit.tally import count

HEAD = '[stream]\nname = "cases"\ndecision = "d"\n'
GROUP = '[[stream.attribute]]\nname = "g"\n'
OPTIONS = 'decision_kind = "options"\n'
LEVELS = 'decision_levels = ["low", "normal", "high"]\n'
SURE = Tolerance()


def of(*lines: str):
    return parse_stream(HEAD + "".join(lines) + GROUP)


def table(**groups: dict[str, int]) -> pa.Table:
    rows = [(g, d) for g, mix in groups.items() for d, n in mix.items() for _ in range(n)]
    return pa.table({"g": [g for g, _ in rows], "d": [d for _, d in rows]})


def audited(rows: pa.Table, stream):
    return run(admit(rows, stream), stream, AuditRequest())


def estimates(report):
    return {(e.group, e.metric): e.estimate for e in report.estimates}


def gaps(report, kind="difference"):
    return {(d.group[0], d.metric): d for d in report.disparities if d.kind == kind}


TWO = table(a={"Basic": 700, "Premium": 300}, b={"Basic": 440, "Premium": 60})


def test_each_option_is_compared_with_the_rest():
    report = audited(TWO, of(OPTIONS))
    numbers = estimates(report)
    assert numbers[("a",), "option_rate@Premium"].value == pytest.approx(0.3)
    assert numbers[("b",), "option_rate@Premium"].value == pytest.approx(0.12)
    gap = gaps(report)["b", "option_rate@Premium"]
    assert (gap.value, gap.verdict) == (pytest.approx(-0.18), "fail")
    assert gaps(report, "ratio")["b", "option_rate@Premium"].value == pytest.approx(0.4)
    assert not any(e.metric == "selection_rate" for e in report.estimates)


def test_the_finding_names_the_option_and_calls_nobody_worse_off():
    report = audited(TWO, of(OPTIONS))
    (finding,) = [one for one in report.findings if one.verdict == "fail"]
    assert "are given" in finding.headline
    assert "against" in finding.headline
    assert dict(finding.evidence)["worse_off"] is None
    assert "depends on what the option is worth" in finding.rest


def test_the_json_names_the_option_beside_the_metric():
    record = json.loads(to_json(audited(TWO, of(OPTIONS))))
    named = {one["metric"]: one["option"] for one in record["estimates"]}
    assert named["option_rate@Premium"] == "Premium"
    assert named["count"] is None
    assert {one["option"] for one in record["disparities"]} >= {"Basic", "Premium", None}
    assert all("option" in one for one in record["findings"] + record["subgroups"])
    assert record["decisions"][0]["attribute"] == "g"
    assert to_json(read_json(json.dumps(record))) == to_json(audited(TWO, of(OPTIONS)))


def test_levels_are_audited_at_or_above_each():
    rows = table(
        a={"low": 300, "normal": 400, "high": 300},
        b={"low": 500, "normal": 300, "high": 200},
    )
    report = audited(rows, of(LEVELS))
    numbers = estimates(report)
    assert numbers[("b",), "level_at_least@normal"].value == pytest.approx(0.5)
    assert numbers[("b",), "level_at_least@high"].value == pytest.approx(0.2)
    assert (("b",), "level_at_least@low") not in numbers
    one = gaps(report)["b", "level_superiority"]
    # 0.5 x 0.3/2 + 0.3 x (0.3 + 0.4/2) + 0.2 x (0.3 + 0.4 + 0.3/2) - 0.5
    assert one.value == pytest.approx(0.075 + 0.15 + 0.17 - 0.5)
    assert one.verdict == "fail"


def test_favourable_levels_count_as_selected():
    rows = table(a={"low": 60, "normal": 20, "high": 20}, b={"low": 90, "high": 10})
    report = audited(rows, of(LEVELS, 'favourable = ["normal", "high"]\n'))
    assert estimates(report)[("a",), "selection_rate"].value == pytest.approx(0.4)
    assert report.regulation.four_fifths[0].rows[0].selected == 10


def test_each_option_has_its_local_law_table():
    tables = audited(TWO, of(OPTIONS)).regulation
    premium = next(one for one in tables.ll144 if one.metric == "option_rate@Premium")
    assert premium.most_favoured == ("a",)
    assert premium.categories[1].impact_ratio == pytest.approx(0.4)
    assert tables.four_fifths == ()


def test_a_named_level_is_no_missing_value():
    stream = of('decision_levels = ["None", "some"]\n')
    report = audited(table(a={"None": 50, "some": 50}, b={"None": 30, "some": 70}), stream)
    assert report.kept == 200
    rejected = audited(table(a={"N/A": 5, "x": 50}, b={"x": 30, "y": 70}), of(OPTIONS)).rejected
    assert [(one.code, one.count) for one in rejected] == [("decision_missing", 5)]


def test_conversion_is_told_for_each_option():
    rows = table(a={"x": 40, "y": 60}, b={"x": 50, "y": 50})
    won = pa.array([i % 4 == 0 for i in range(200)])
    stream = parse_stream(HEAD + OPTIONS + 'outcome = "won"\n' + GROUP)
    numbers = estimates(audited(rows.append_column("won", won.cast(pa.int8())), stream))
    assert numbers[("a",), "option_conversion@x"].n == 40
    assert numbers[("a",), "option_conversion@x"].value == pytest.approx(0.25)


def test_a_rare_option_is_not_judged_by_its_ratio():
    rows = table(a={"x": 990, "y": 10}, b={"x": 297, "y": 3})
    gap = gaps(audited(rows, of(OPTIONS)), "ratio")["b", "option_rate@y"]
    assert gap.verdict == "insufficient"
    assert gap.n_needed is None or gap.n_needed > 300


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (('decision_kind = "many"\n',), "must be one of yes_no, options, levels"),
        (('decision_kind = "levels"\n',), "needs two levels or more"),
        ((OPTIONS, LEVELS), "take one of the lines out"),
        (('favourable = ["x"]\n',), "add decision_kind"),
        ((LEVELS, 'favourable = ["hihg"]\n'), "none of decision_levels"),
        ((f"decision_levels = {[str(i) for i in range(51)]}\n".replace("'", '"'),), "more than 50"),
        (('decision_levels = ["low ", "high"]\n',), "spaces around it"),
    ],
)
def test_a_stream_that_contradicts_itself_is_refused(lines, words):
    with pytest.raises(BadInput, match=words):
        of(*lines)


def test_options_need_a_decision():
    with pytest.raises(BadInput, match="no decision"):
        parse_stream('[stream]\nname = "s"\nscore = "x"\n' + OPTIONS + GROUP)


def test_an_unknown_level_names_its_row_and_the_nearest():
    rows = pa.table({"g": ["a", "b", "b"], "d": ["low", "high", "hgih"]})
    with pytest.raises(BadInput, match="did you mean 'high'") as caught:
        admit(rows, of(LEVELS))
    assert caught.value.row == 2


def test_values_that_are_no_levels_at_all_are_not_repeated():
    rows = pa.table({"g": ["a"] * 9, "d": [f"Call Ada Lovelace {i}" for i in range(9)]})
    with pytest.raises(BadInput) as caught:
        admit(rows, of(LEVELS))
    assert "Ada" not in str(caught.value)


def test_too_many_options_and_a_favourite_that_nobody_got_are_refused():
    with pytest.raises(BadInput, match="51 options, and at most 50"):
        admit(pa.table({"g": ["a"] * 51, "d": [str(i) for i in range(51)]}), of(OPTIONS))
    with pytest.raises(BadInput, match="none of the favourable options; did you mean 'Premium'"):
        admit(TWO, of(OPTIONS, 'favourable = ["Premum"]\n'))


@pytest.mark.parametrize("lines", [(OPTIONS,), (LEVELS,), (LEVELS, 'favourable = ["high"]\n')])
def test_the_stream_text_reads_back_as_the_same_stream(lines):
    assert parse_stream(stream_to_toml(of(*lines))) == of(*lines)


def test_odd_names_and_fifty_options_make_a_page():
    names = [f"<b>{i}</b> {{x}} @.v{i}" for i in range(50)]
    rows = table(a=dict.fromkeys(names, 3), b=dict.fromkeys(names[:40], 4), unknown={names[0]: 2})
    report = audited(rows, of(OPTIONS))
    page = to_html(report)
    assert "&lt;b&gt;0&lt;/b&gt;" in page
    assert "<b>0</b>" not in page
    assert "38 more options are in metrics.csv" in page
    assert to_json(read_json(to_json(report))) == to_json(report)


COUNTS = st.lists(st.integers(0, 12), min_size=3, max_size=3).filter(lambda c: sum(c) > 3)


@given(COUNTS, COUNTS)
@settings(max_examples=80, deadline=None)
def test_superiority_is_mann_whitneys_probability_and_turns_round(one, other):
    both = np.array([one, other])
    x, y = (np.repeat(np.arange(3), counts) for counts in both)
    apart = superiority(both, 1, SURE)
    u = mannwhitneyu(x, y, method="asymptotic", use_continuity=False)
    assert apart.value[0] == pytest.approx(u.statistic / len(x) / len(y) - 0.5)
    assert superiority(both[::-1], 1, SURE).value[0] == pytest.approx(-apart.value[0])
    assert apart.low[0] <= apart.value[0] <= apart.high[0]
    assert apart.low[0] < apart.high[0]
    if np.isfinite(u.pvalue):
        assert apart.p[0] >= u.pvalue - 1e-9


def test_superiority_is_near_brunner_and_munzel_in_large_groups():
    counts = np.array([[500, 300, 200], [900, 900, 900]])
    x, y = (np.repeat(np.arange(3), row) for row in counts)
    apart = superiority(counts, 1, SURE)
    assert apart.p[0] == pytest.approx(max(brunnermunzel(x, y).pvalue, mannwhitneyu(x, y).pvalue), rel=0.2)


@given(COUNTS, COUNTS)
@settings(max_examples=80, deadline=None)
def test_distance_is_half_the_sum_of_gaps_and_at_least_the_widest(one, other):
    both = np.array([one, other])
    shares = both / both.sum(axis=1)[:, None]
    apart = distance(both, 1, SURE)
    assert apart.value[0] == pytest.approx(np.abs(shares[0] - shares[1]).sum() / 2)
    assert apart.low[0] <= apart.value[0] <= apart.high[0] <= 1.0
    assert apart.value[1] == pytest.approx(0.0)


@pytest.mark.parametrize(("n", "m", "least"), [(20, 200, 0.93), (150, 400, 0.94)])
def test_the_interval_of_superiority_covers(n, m, least):
    rng = np.random.default_rng(11)
    p, q = np.array([0.4, 0.4, 0.15, 0.05]), np.array([0.3, 0.4, 0.2, 0.1])
    truth = float((p * (np.cumsum(q) - q / 2)).sum()) - 0.5
    runs = 2000
    tables = np.stack([rng.multinomial(n, p, runs), rng.multinomial(m, q, runs)], axis=1)
    apart = [superiority(one, 1, SURE) for one in tables]
    covered = np.mean([a.low[0] <= truth <= a.high[0] for a in apart])
    assert covered >= least


def test_equal_groups_are_seldom_called_different():
    rng = np.random.default_rng(12)
    p = np.array([0.6, 0.3, 0.08, 0.02])
    tables = np.stack([rng.multinomial(40, p, 2000), rng.multinomial(800, p, 2000)], axis=1)
    told = [(superiority(one, 1, SURE).p[0], distance(one, 1, SURE).p[0]) for one in tables]
    for share in np.mean(np.array(told) < 0.05, axis=0):
        assert share <= 0.065


def test_the_interval_of_the_distance_covers_though_it_cannot_be_below_zero():
    rng = np.random.default_rng(13)
    p, q = np.array([0.5, 0.3, 0.15, 0.05]), np.array([0.35, 0.4, 0.2, 0.05])
    truth = np.abs(p - q).sum() / 2
    tables = np.stack([rng.multinomial(120, p, 1000), rng.multinomial(600, q, 1000)], axis=1)
    apart = [distance(one, 1, SURE) for one in tables]
    assert np.mean([a.low[0] <= truth <= a.high[0] for a in apart]) >= 0.95


def test_the_association_agrees_with_scipy_and_corrects_its_bias():
    rows = table(a={"x": 500, "y": 300, "z": 200}, b={"x": 300, "y": 400, "z": 300}, unknown={"x": 90})
    stream = of(OPTIONS)
    (one,) = associations(count(admit(rows, stream).table, stream), stream)
    counts = np.array([[500, 300, 200], [300, 400, 300]])
    assert one.cramers_v == pytest.approx(cramers_v(counts, method="cramer"), abs=0.005)
    assert one.cramers_v < cramers_v(counts, method="cramer")
    assert one.low < one.cramers_v < one.high
    assert one.p == pytest.approx(chi2_contingency(counts).pvalue, rel=0.2)
    assert (one.groups, one.n, one.sparse) == (2, 2000, False)


def test_no_association_is_found_where_there_is_none_and_none_is_told_of_one_group():
    rng = np.random.default_rng(14)
    stream = of(OPTIONS)
    sure = 0
    for _ in range(60):
        rows = pa.table({"g": rng.choice(["a", "b", "c"], 300), "d": rng.choice(["x", "y", "z"], 300)})
        (one,) = associations(count(admit(rows, stream).table, stream), stream)
        sure += one.p < 0.05
        assert one.low <= one.cramers_v <= one.high
    assert sure <= 8
    (alone,) = associations(count(admit(table(a={"x": 5, "y": 5}), stream).table, stream), stream)
    assert (alone.cramers_v, alone.p) == (None, None)
    assert alone.undefined


def test_equal_groups_with_many_options_give_no_finding():
    rng = np.random.default_rng(15)
    found = 0
    for _ in range(12):
        rows = pa.table(
            {"g": rng.choice(list("abcd"), 1500), "d": rng.choice(["v", "w", "x", "y", "z"], 1500)}
        )
        found += any(one.verdict == "fail" for one in audited(rows, of(OPTIONS)).findings)
    assert found <= 1


def accounts_alike(seed: int) -> pa.Table:
    """Three hundred accounts of six leads, all of one group and one option: as many leads as accounts."""
    random = np.random.default_rng(seed)
    account = np.repeat(np.arange(300), 6)
    return pa.table(
        {
            "d": random.choice(["x", "y", "z"], 300)[account],
            "g": random.choice(["a", "b"], 300)[account],
            "firm": account.astype(str),
        }
    )


def test_options_of_accounts_do_not_depend_on_a_group_by_their_leads():
    stream = of(OPTIONS, 'account = "firm"\n')
    distances, strengths = [], []
    for seed in range(12):
        report = audited(accounts_alike(seed), stream)
        distances += [one for one in report.disparities if one.metric == "option_distance"]
        strengths.append(report.decisions[0])
    assert len(distances) == 12
    assert sum(one.verdict == "fail" for one in distances) == 0
    assert sum(one.p_adjusted < 0.05 for one in distances) <= 2
    assert sum(one.p < 0.05 for one in strengths) <= 2
    assert sum(one.low > 0 for one in strengths) <= 2


def test_a_group_of_too_few_accounts_takes_no_part_in_the_association():
    rows = accounts_alike(0)
    few = pa.table({"d": ["x"] * 60, "g": ["c"] * 60, "firm": ["one"] * 60})
    (one,) = audited(pa.concat_tables([rows, few]), of(OPTIONS, 'account = "firm"\n')).decisions
    assert (one.groups, one.n) == (2, 1800)
