"""The regulatory tables: the published COMPAS numbers, the rule's own examples, and an independent count."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from audit.clustering.accounts import accounts_of
from audit.clustering.jackknife import design_effects
from audit.intake import admit
from audit.regulation import regulate
from audit.report import read_json, to_html, to_json
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import BadInput, parse_stream
from audit.tally import count
from tests.audit.tables import compas, stream


def decided(**groups: tuple[int, int]) -> dict[str, pa.Array]:
    """Leads by group as (selected, all)."""
    name = [group for group, (_, n) in groups.items() for _ in range(n)]
    chosen = [i < hits for hits, n in groups.values() for i in range(n)]
    return {"attribute:g": pa.array(name).dictionary_encode(), "selected": pa.array(chosen)}


def tables(columns: dict[str, pa.Array], **changes):
    by = stream("g", score=None, threshold=None, outcome=None, decision="d", **changes)
    table = pa.table(columns)
    return regulate(count(table, by), table, by)


@pytest.mark.data
def test_compas_has_the_published_scoring_rates_and_impact_ratios(data_dir):
    by = stream("race", "sex", decision="score", threshold=None)
    table = compas(data_dir)
    found = regulate(count(table, by), table, by)
    scoring = next(one for one in found.ll144 if one.attribute == ("race",) and one.metric == "scoring_rate")
    rows = {one.group[0]: one for one in scoring.categories}
    published = {"African-American": (0.588203, 1.0), "Caucasian": (0.348003, 0.5916)}
    published |= {"Hispanic": (0.298273, 0.5071), "Other": (0.209549, 0.3563)}
    for group, (rate, ratio) in published.items():
        assert rows[group].rate == pytest.approx(rate, abs=5e-7)
        assert rows[group].impact_ratio == pytest.approx(ratio, abs=5e-5)
    for group, n, rate, share in (("Asian", 32, 0.25, 0.0044), ("Native American", 18, 2 / 3, 0.0025)):
        assert (rows[group].n, rows[group].impact_ratio, rows[group].excluded) == (n, None, True)
        assert rows[group].rate == pytest.approx(rate)
        assert rows[group].share == pytest.approx(share, abs=5e-5)
    assert scoring.most_favoured == ("African-American",)
    assert any(one.attribute == ("race", "sex") for one in found.ll144)
    rule = next(one for one in found.four_fifths if one.attribute == ("race",))
    white = next(one for one in rule.rows if one.group == ("Caucasian",))
    assert white.sd == pytest.approx(-18.45100, abs=5e-6)
    assert white.conclusion == "both"


def test_the_example_table_of_the_rule():
    # 6 RCNY 5-301, "culture fit": Male 92, 54.3 %, 1.00; Female 76, 44.7 %, 0.82
    (table,) = tables(decided(Male=(50, 92), Female=(34, 76))).ll144
    male, female = table.categories
    assert (male.group, male.n, round(male.rate, 3), male.impact_ratio) == (("Male",), 92, 0.543, 1.0)
    assert (female.group, female.n, round(female.rate, 3)) == (("Female",), 76, 0.447)
    assert female.impact_ratio == pytest.approx(0.82, abs=0.005)


def test_scoring_rate_needs_no_decision_and_knows_that_lower_may_be_better():
    columns = {
        "attribute:g": pa.array(["a"] * 4 + ["b"] * 4).dictionary_encode(),
        "score": pa.array([1.0, 1, 2, 9, 2, 9, 9, 9]),
    }
    for higher, hits in ((True, {"a": 1, "b": 3}), (False, {"a": 3, "b": 1})):
        by = stream("g", threshold=None, outcome=None, higher_is_better=higher)
        table = pa.table(columns)
        found = regulate(count(table, by), table, by)
        assert found.four_fifths == ()
        assert {one.group[0]: one.hits for one in found.ll144[0].categories} == hits


def test_unknown_is_counted_and_in_no_row():
    columns = decided(a=(5, 50), unknown=(7, 30), b=(20, 60))
    found = tables(columns)
    assert (found.ll144[0].unknown, found.four_fifths[0].unknown) == (30, 30)
    assert {one.group[0] for one in found.ll144[0].categories} == {"a", "b"}


def test_two_per_cent_is_enough_and_below_it_is_not():
    found = tables(decided(most=(400, 980), edge=(10, 20)))
    assert [one.excluded for one in found.ll144[0].categories] == [False, False]
    found = tables(decided(most=(400, 982), edge=(18, 19)))
    assert {one.group[0]: one.excluded for one in found.ll144[0].categories} == {"most": False, "edge": True}
    assert found.four_fifths[0].highest == ("most",)
    assert [one.required for one in found.four_fifths[0].rows] == [True, False]


def test_where_every_category_is_small_all_are_compared():
    found = tables(decided(**{f"g{i}": (i % 5, 10) for i in range(60)}))
    assert not any(one.excluded for one in found.ll144[0].categories)


@pytest.mark.parametrize(
    ("groups", "conclusion"),
    [
        ({"low": (480, 1200), "high": (720, 1200)}, "both"),
        ({"low": (3, 10), "high": (5, 10)}, "practically significant"),
        ({"low": (8500, 10_000), "high": (9000, 10_000)}, "statistically significant"),
        ({"low": (90, 100), "high": (92, 100)}, "neither"),
    ],
)
def test_practical_and_statistical_significance_are_two_questions(groups, conclusion):
    (table,) = tables(decided(**groups)).four_fifths
    assert table.rows[0].conclusion == conclusion
    assert table.rows[-1].conclusion == "highest rate"


def test_exactly_four_fifths_is_not_below():
    # 0.24 / 0.3 is 0.7999999999999999 in floating point
    (table,) = tables(decided(low=(24, 100), high=(30, 100))).four_fifths
    assert not table.rows[0].practical
    assert table.rows[0].shortfall_four_fifths == 0
    assert table.rows[0].shortfall == 6


def test_one_different_person_is_seen():
    # Questions and Answers 21: a shift of one selection turns the result round
    (table,) = tables(decided(low=(1, 10), high=(2, 11))).four_fifths
    assert table.rows[0].one_person
    (table,) = tables(decided(low=(10, 100), high=(40, 100))).four_fifths
    assert not table.rows[0].one_person


def test_nobody_selected_has_no_ratio_and_no_conclusion():
    found = tables(decided(a=(0, 40), b=(0, 60)))
    assert found.ll144[0].most_favoured is None
    assert [one.impact_ratio for one in found.ll144[0].categories] == [None, None]
    assert {one.conclusion for one in found.four_fifths[0].rows} == {"not compared"}


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_an_independent_count_agrees(pairs):
    groups = {f"g{i}": (min(hits, n), n) for i, (hits, n) in enumerate(pairs)}
    (table,) = tables(decided(**groups)).four_fifths
    required = {one.group[0] for one in table.rows if one.required}
    top = max((Fraction(*groups[name]) for name in required), default=Fraction(0))
    for row in table.rows:
        hits, n = groups[row.group[0]]
        if row.conclusion in ("not compared", "highest rate"):
            continue
        ratio = Fraction(hits, n) / top
        assert row.impact_ratio == pytest.approx(float(ratio))
        assert row.practical == (ratio < Fraction(4, 5))
        assert Fraction(hits + row.shortfall, n) >= top
        assert row.shortfall == 0 or Fraction(hits + row.shortfall - 1, n) < top
        if row.test == "fisher":
            best = groups[table.highest[0]]
            expected = fisher_exact([[hits, n - hits], [best[0], best[1] - best[0]]]).pvalue
            assert row.p == pytest.approx(expected, rel=1e-6)


STREAM = """
[stream]
name = "s"
decision = "d"
created = "day"
[[stream.attribute]]
name = "g"
[audit]
"""


def whole(settings_line: str = ""):
    random = np.random.default_rng(3)
    table = pa.table(
        {
            "d": random.integers(0, 2, 300),
            "g": random.choice(["<b>one</b>", "two", "unknown"], 300),
            "day": [f"2026-01-{1 + i % 28:02d}" for i in range(300)],
        }
    )
    by = parse_stream(STREAM + settings_line)
    return run(admit(table, by), by, AuditRequest())


def test_the_report_carries_the_tables_with_their_period_and_reads_them_back():
    report = whole()
    assert report.regulation.period == ("2026-01-01", "2026-01-28")
    again = read_json(to_json(report))
    assert to_json(again) == to_json(report)
    page = to_html(report)
    assert "Leads created from 2026-01-01 to 2026-01-28" in page
    assert "Not legal advice" in page
    assert "&lt;b&gt;one&lt;/b&gt;" in page


def accounted(seed: int) -> tuple[pa.Table, np.ndarray]:
    """Two groups of 60 accounts with 8 leads each, decided by the account alone and not by the group."""
    random = np.random.default_rng(seed)
    account = np.repeat(np.arange(120), 8)
    table = pa.table(
        {
            "attribute:g": pa.array(np.where(account % 2, "a", "b")).dictionary_encode(),
            "selected": (random.random(120) < 0.4)[account],
            "account": account.astype(str),
        }
    )
    return table, account


def test_leads_of_accounts_are_not_independent_in_the_tables_either():
    """Leads of an account are decided alike: a test of single leads sees a difference in half the tables."""
    by = stream("g", score=None, threshold=None, outcome=None, decision="d", account="account")
    significant = {"plain": 0, "clustered": 0}
    for seed in range(12):
        table, _ = accounted(seed)
        cube = count(table, by)
        effects = design_effects(table, by, cube, accounts_of(table, 0))
        found = {"plain": regulate(cube, table, by), "clustered": regulate(cube, table, by, effects)}
        for name, one in found.items():
            significant[name] += any(row.statistical for row in one.four_fifths[0].rows)
        plain, wide = (found[name].ll144[0].categories for name in ("plain", "clustered"))
        assert [(one.n, one.rate, one.impact_ratio) for one in wide] == [
            (one.n, one.rate, one.impact_ratio) for one in plain
        ]
        assert all(b.low < a.low < a.high < b.high for a, b in zip(plain, wide, strict=True))
        assert wide[1].ratio_high - wide[1].ratio_low > 1.8 * (plain[1].ratio_high - plain[1].ratio_low)
    assert significant["plain"] >= 4
    assert significant["clustered"] <= 2


def test_the_page_says_that_leads_come_in_accounts():
    table = accounted(0)[0].rename_columns(["g", "d", "account"])
    by = parse_stream(STREAM.replace('created = "day"', 'account = "account"'))
    report = run(admit(table, by), by, AuditRequest())
    assert report.regulation.clustered
    assert "Leads of one account are alike" in to_html(report)
    assert read_json(to_json(report)).regulation.clustered
    assert "Leads of one account are alike" not in to_html(whole())


def test_a_report_of_an_earlier_version_is_still_read():
    record = json.loads(to_json(whole()))
    del record["regulation"]["clustered"]
    assert not read_json(json.dumps(record)).regulation.clustered
    del record["regulation"]
    assert read_json(json.dumps(record)).regulation.ll144 == ()


def test_a_stream_chooses_its_regimes():
    assert whole("regulation = []\n").regulation.ll144 == ()
    assert 'id="regulation"' not in to_html(whole("regulation = []\n"))
    only = whole('regulation = ["four_fifths"]\n').regulation
    assert (bool(only.ll144), bool(only.four_fifths)) == (False, True)
    with pytest.raises(BadInput, match="regulation names 'll145'"):
        whole('regulation = ["ll145"]\n')
