"""Clarify's 21 metrics: its published unit values, COMPAS, our corrections, and that intervals hold."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.clustering.accounts import accounts_of
from audit.clustering.jackknife import design_effects
from audit.compat import Compat
from audit.compat.distances import (
    jensen_shannon,
    kolmogorov_smirnov,
    kullback_leibler,
    largest_difference,
    shares,
    total_variation,
)
from audit.compat.listing import clarify
from audit.compat.names import CLARIFY
from audit.metrics import estimates
from audit.registry import METRICS
from audit.rows.matching.flip_test import flip_tests
from audit.rows.matching.matched_gap import majority_gap, matched_gap
from audit.tally import count
from tests.audit.clarify_units import (
    FLIPS,
    ONE_LABEL,
    ONE_LABEL_PRINTED,
    TWELVE,
    TWELVE_PRINTED,
    TWO_LABELS,
    TWO_LABELS_PRINTED,
    flip_table,
)
from tests.audit.tables import compas, stream

# African-American against Caucasian, n = 6,150, as smclarify 0.5 prints them.
COMPAS = {
    "CI": -0.201951,
    "DPL": -0.120697,
    "KL": 0.029311,
    "JS": 0.007365,
    "LP": 0.170691,
    "TVD": 0.120697,
    "KS": 0.120697,
    "CDDL": -0.090069,
    "DPPL": -0.2402,
    "DI": 1.690224,
    "DCA": 0.256723,
    "DCR": 0.249369,
    "RD": -0.197373,
    "SD": -0.213925,
    "DAR": -0.03838,
    "DRR": -0.061415,
    "AD": 0.031669,
    "TE": -0.660047,
    "CDDPL": -0.199735,
}
Found = dict[tuple[str, str, str | None], Compat]


def named(table: pa.Table, **changes) -> Found:
    controls = tuple(name[len("control:") :] for name in table.column_names if name.startswith("control:"))
    given = {"score": None, "decision": "d", "threshold": None, "controls": controls, "minimum_group": 1}
    by = stream("g", **{**given, **changes})
    cube = count(table, by, "arrow")
    made = clarify(cube, by, estimates(cube, by, 0), flip_tests(table, by, 0))
    return {(c.name, c.group[0] if c.group else "", c.reference[0] if c.reference else None): c for c in made}


def leads(*cells: tuple[str | None, int, int, int, int], **more: list[str]) -> pa.Table:
    """Groups with their true positives, false positives, false negatives and true negatives."""
    rows = [
        (group, outcome, decision)
        for group, *four in cells
        for n, (outcome, decision) in zip(four, ((1, 1), (0, 1), (1, 0), (0, 0)), strict=True)
        for _ in range(n)
    ]
    group, outcome, decision = zip(*rows, strict=True)
    columns = {"attribute:g": pa.array(group, pa.string()), **{k: pa.array(v) for k, v in more.items()}}
    truth = {"selected": decision, "outcome": outcome}
    return pa.table({**columns, **{name: pa.array(v).cast(pa.bool_()) for name, v in truth.items()}})


def test_a_small_table_by_hand():
    """Counts that can be done in the head."""
    found = named(leads(("d", 0, 1, 2, 2), ("a", 1, 1, 0, 5)))
    assert found["CI", "d", None].value == pytest.approx((7 - 5) / 12)
    six = shares(np.array([1.0, 1.0])), shares(np.array([1.0, 2.0]))
    assert kullback_leibler(*six) == pytest.approx(0.5 * math.log(0.5 * 3) + 0.5 * math.log(0.75))
    assert np.isfinite(found["AD", "d", None].value)


@pytest.mark.parametrize(("group", "sign"), [("d", 1), ("a", -1)])
def test_twelve_leads_have_the_unit_values_of_clarify(group, sign):
    found = named(leads(*TWELVE))
    for name, printed in TWELVE_PRINTED.items():
        record = found.get((name, group, None)) or found[name, "", None]
        expected = {"GE": printed, "DI": printed**sign}.get(name, sign * printed)
        assert record.value == pytest.approx(expected, abs=5e-9), name
        assert record.compat_value is None or record.compat_value == pytest.approx(expected, abs=5e-9), name


def test_the_distances_have_the_unit_values_of_clarify_and_ours_keep_the_label():
    found = named(leads(*TWO_LABELS))
    for name, printed in TWO_LABELS_PRINTED.items():
        assert found[name, "d", None].value == pytest.approx(printed, abs=5e-8), name
        assert found[name, "d", None].compat_value == pytest.approx(printed, abs=5e-8), name
    found = named(leads(*ONE_LABEL))
    for name, printed in ONE_LABEL_PRINTED.items():
        assert found[name, "d", None].compat_value == pytest.approx(printed, abs=5e-7), name
    assert found["KL", "d", None].value is None
    middle = 0.4 * math.log(0.4 / 0.7) + 0.6 * math.log(0.6 / 0.3) + math.log(1 / 0.7)
    assert found["JS", "d", None].value == pytest.approx(middle / 2)
    assert found["LP", "d", None].value == pytest.approx(0.6 * math.sqrt(2))


@pytest.mark.parametrize(("others", "selected", "printed"), FLIPS)
def test_the_flip_test_has_the_unit_values_of_clarify(others, selected, printed):
    found = named(flip_table(others, selected))
    assert found["FT", "d", None].compat_value == pytest.approx(printed, abs=5e-7)


@pytest.mark.data
def test_compas_as_clarify_prints_it(data_dir):
    raw = compas(data_dir)
    race = np.array(raw["attribute:race"].cast(pa.string()).to_pylist())
    both = raw.filter(pa.array(np.isin(race, ["African-American", "Caucasian"])))
    table = pa.table(
        {
            "attribute:g": both["attribute:race"].cast(pa.string()),
            "control:age": both["attribute:age_cat"].cast(pa.string()),
            "selected": both["selected"],
            "outcome": both["outcome"],
        }
    )
    found = named(table)
    for name, printed in COMPAS.items():
        record = found[name, "African-American", None]
        assert record.value == pytest.approx(printed, abs=6e-7), name
        assert record.compat_value == pytest.approx(record.value, abs=1e-12), name
        assert record.low < record.value < record.high
        assert record.note is None
    assert found["GE", "", None].value == pytest.approx(0.165435, abs=6e-7)


def test_every_name_is_there_once_and_leads_to_the_registry():
    table = leads(("d", 9, 3, 4, 8), ("a", 7, 2, 3, 9), ("b", 5, 5, 5, 5))
    size = table.num_rows
    table = table.append_column("control:c", pa.array(["x", "y"] * (size // 2) + ["x"] * (size % 2)))
    table = table.append_column("feature:v", pa.array(np.arange(size, dtype=float)))
    found = named(table)
    rest = {name for name, group, other in found if group in {"d", ""} and other is None}
    assert rest == set(CLARIFY)
    assert len(CLARIFY) == 21
    against = {name for name, group, other in found if group == "d" and other == "a"}
    assert against in (set(), set(CLARIFY) - {"GE"})
    assert {one.metric for one in CLARIFY.values()} <= set(METRICS)
    assert len(METRICS) >= 60


def test_controls_that_part_the_sides_leave_nothing_to_compare():
    """No lead of d is like any of a: 0 would say that d is treated alike."""
    table = leads(("d", 1, 1, 1, 1), ("a", 4, 1, 1, 2), c=["x"] * 4 + ["y"] * 8).rename_columns(
        ["attribute:g", "control:c", "selected", "outcome"]
    )
    found = named(table)
    for name in ("CDDL", "CDDPL"):
        record = found[name, "d", None]
        assert (record.value, record.low, record.compat_value) == (None, None, 0)
        assert "both sides" in record.undefined
        assert "no value" in record.note


def test_a_group_without_a_conversion_keeps_its_mass():
    found = named(leads(("d", 0, 2, 0, 3), ("a", 2, 1, 1, 6)))
    for name in ("TVD", "KS"):
        assert found[name, "d", None].value == pytest.approx(0.3)
        assert found[name, "d", None].compat_value == pytest.approx(0.15 if name == "TVD" else 0.3)
    kl = found["KL", "d", None]
    assert kl.value is None
    assert kl.compat_value < 0
    assert "label" in kl.note


def test_where_neither_converts_the_divergence_has_no_upper_end():
    kl = named(leads(("d", 0, 2, 0, 3), ("a", 0, 1, 0, 6)))["KL", "d", None]
    assert (kl.value, kl.low, kl.high, kl.undefined) == (0, 0, None, None)


def test_unknown_groups_are_on_neither_side():
    found = named(leads(("d", 1, 0, 0, 1), ("a", 1, 1, 1, 1), (None, 4, 0, 0, 0)))
    assert not [key for key in found if key[1] == "unknown"]
    assert found["CI", "d", None].value == pytest.approx((4 - 2) / 6)
    assert found["CI", "d", None].compat_value == pytest.approx((8 - 2) / 10)
    assert "unknown group" in found["CI", "d", None].note


def test_one_group_alone_has_reasons_and_no_numbers():
    for record in named(leads(("d", 2, 2, 2, 2))).values():
        if record.name != "GE":
            assert record.value is None
            assert record.undefined
            assert record.compat_value is None


def test_only_the_largest_groups_are_listed():
    names = [f"g{i:03d}" for i in range(40)]
    found = named(leads(*((name, 1, 1, 1, 1 + i % 3) for i, name in enumerate(names))))
    assert len({group for _, group, _ in found if group}) == 25


counts = st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any)


@given(counts, counts)
def test_laws_of_the_distances(one, other):
    p, q = shares(np.array(one, dtype=float)), shares(np.array(other, dtype=float))
    tv, js, kl = total_variation(p, q), jensen_shannon(p, q), kullback_leibler(p, q)
    assert 0 <= js <= math.log(2) + 1e-12
    assert kl >= 0
    assert tv <= math.sqrt(kl / 2) + 1e-9  # Pinsker
    assert largest_difference(p, q) <= tv + 1e-12
    assert kolmogorov_smirnov(p, q) <= tv + 1e-12
    assert jensen_shannon(q, p) == pytest.approx(js)
    assert total_variation(p, p) == kullback_leibler(p, p) == 0


def covered(name: str, truth: float, tables: list[dict[str, Compat]]) -> float:
    found = [listed[name] for listed in tables]
    return float(
        np.mean([one.low <= truth <= (one.high or np.inf) for one in found if one.value is not None])
    )


def drawn(seed: int, rates: tuple[float, float], n: int = 150) -> pa.Table:
    """Two groups in two strata that are selected at these rates in the first, half as often in the second."""
    random = np.random.default_rng(seed)
    group, stratum = random.choice(["a", "d"], 2 * n), random.choice(["x", "y"], 2 * n)
    rate = np.where(group == "d", rates[0], rates[1]) * np.where(stratum == "x", 1.0, 0.5)
    return pa.table(
        {
            "attribute:g": group,
            "control:c": stratum,
            "selected": random.random(2 * n) < rate,
            "outcome": random.random(2 * n) < np.where(group == "d", rates[0], rates[1]),
        }
    )


@pytest.mark.parametrize("rates", [(0.3, 0.3), (0.2, 0.4)])
def test_intervals_hold_the_truth(rates):
    """Of 80 tables; by chance alone the share is above 0.88 (95 % intervals) nearly always."""
    by = stream("g", score=None, decision="d", threshold=None, controls=("c",))
    tables = [
        {c.name: c for c in clarify(count(drawn(seed, rates), by, "arrow"), by, (), ()) if c.group == ("d",)}
        for seed in range(80)
    ]
    d, a = (np.array([1 - rate, rate]) for rate in rates)
    for name, truth in (
        ("KL", kullback_leibler(a, d)),
        ("JS", jensen_shannon(a, d)),
        ("TVD", total_variation(a, d)),
        ("DPL", rates[1] - rates[0]),
        ("CI", 0.0),
        ("CDDPL", population_disparity(rates)),
    ):
        assert covered(name, float(truth), tables) >= 0.88, name


def population_disparity(rates: tuple[float, float]) -> float:
    """CDD of endless leads: half of each group in each stratum, both strata as large."""
    gaps = []
    for factor in (1.0, 0.5):
        d, a = (rate * factor for rate in rates)
        gaps.append((1 - d) / (2 - d - a) - d / (d + a))
    return sum(gaps) / 2


def flip(table: pa.Table, **changes):
    by = stream("g", score=None, decision="d", threshold=None, **changes)
    return {(one.group, one.reference): one for one in flip_tests(table, by, 0)}


def similar(seed: int, gap: float, n: int = 400) -> pa.Table:
    """Leads decided by a feature that group d has less of, and ``gap`` less often besides."""
    random = np.random.default_rng(seed)
    group = random.choice(["a", "d"], n)
    value = random.normal(size=n) - (group == "d")
    rate = np.clip(0.5 + 0.15 * value - gap * (group == "d"), 0, 1)
    return pa.table({"attribute:g": group, "feature:v": value, "selected": random.random(n) < rate})


def test_the_matched_gap_sees_the_gap_that_the_features_do_not_explain():
    found = [flip(similar(seed, 0.15))["d", None].estimate for seed in range(60)]
    assert np.mean([one.value for one in found]) == pytest.approx(-0.15, abs=0.025)
    assert np.mean([one.low <= -0.15 <= one.high for one in found]) >= 0.88
    none = [flip(similar(seed, 0.0))["d", None].estimate for seed in range(60)]
    assert np.mean([one.low <= 0 <= one.high for one in none]) >= 0.88


def skewed(seed: int, shift: float, n: int = 1200) -> pa.Table:
    """Leads decided by a skewed number alone, whatever their group, which has more of it by ``shift``."""
    random = np.random.default_rng(seed)
    group = random.choice(["a", "d"], n)
    value = np.exp(1.5 * random.normal(size=n) + shift * (group == "d"))
    rate = np.where(value > np.quantile(value, 0.7), 0.9, 0.1)
    noise = {f"feature:n{i}": random.normal(size=n) for i in range(3)}
    columns = {"attribute:g": group, "feature:v": value, **noise, "selected": random.random(n) < rate}
    return pa.table(columns)


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_the_matched_gap_is_nothing_where_a_skewed_feature_decides(shift):
    """Neighbours lie where leads are many: a lead against its neighbours saw a gap here in most tables."""
    found = [flip(skewed(seed, shift))["d", None].estimate for seed in range(40)]
    assert abs(np.mean([one.value for one in found])) < 0.012
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.9


def test_a_group_of_one_lead_has_no_matched_gap():
    table = similar(1, 0.0, n=30).set_column(0, "attribute:g", pa.array(["d"] + ["a"] * 29))
    assert "single lead" in flip(table)["d", None].estimate.undefined
    assert flip(table)["a", None].estimate.value is not None


def test_the_flip_test_does_not_depend_on_the_order_of_leads_or_the_units():
    table = similar(3, 0.1)
    order = pa.array(np.random.default_rng(0).permutation(table.num_rows))
    mixed = flip(table.take(order))["d", None].estimate
    scaled = table.set_column(1, "feature:v", pa.array(np.asarray(table["feature:v"]) * 1e9))
    for other in (mixed, flip(scaled)["d", None].estimate):
        assert other.value == pytest.approx(flip(table)["d", None].estimate.value)


def test_flips_by_hand():
    other = np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 1.0, 1.0])
    group = np.array([[0.1], [2.1]]), np.array([1.0, 1.0])
    assert majority_gap(group, other) == pytest.approx(0.5)  # one nearest lead each: 0 and 1
    exact = matched_gap((np.zeros((4, 1)), np.array([1, 1, 0, 0.0])), (np.zeros((9, 1)), np.ones(9)), 0.95)
    assert (exact.value, exact.n) == (pytest.approx(-0.5), 4)


@pytest.mark.parametrize(
    "changes",
    [
        {"feature:v": [None] * 400},
        {"feature:v": [1e60] * 200 + [-1e60] * 200},
        {"feature:v": ["\N{SNOWMAN}", "<b>", "", "x" * 300] * 100},
        {"feature:v": [0.0, -0.0] * 200},
        {"attribute:g": ["a"] * 400},
        {"attribute:g": [None] * 400},
        {"attribute:g": [f"g{i}" for i in range(400)]},
        {"selected": [None] * 400},
        {"selected": [True] * 400},
    ],
)
def test_odd_columns(changes):
    table = similar(1, 0.0)
    for name, values in changes.items():
        kind = pa.bool_() if name == "selected" else None
        table = table.set_column(table.column_names.index(name), name, pa.array(values, kind))
    for one in flip(table).values():
        assert (one.estimate.value is None) == bool(one.estimate.undefined)
        assert one.estimate.value is None or one.estimate.low <= one.estimate.value <= one.estimate.high


def test_a_missing_value_stops_clarify_and_not_us():
    table = similar(2, 0.0)
    values = [None, *table["feature:v"].to_pylist()[1:]]
    found = flip(table.set_column(1, "feature:v", pa.array(values, pa.float64())))["d", None]
    assert found.compat_value is None
    assert "missing" in found.note
    assert found.estimate.value is not None


def test_many_leads_are_drawn_with_the_seed():
    table = pa.concat_tables([similar(seed, 0.1) for seed in range(24)])
    by = stream("g", score=None, decision="d", threshold=None)
    first, again, other = (flip_tests(table, by, seed) for seed in (0, 0, 1))
    assert first == again != other
    assert {one.estimate.n for one in first} == {1500}
    assert all("at most 1,500" in one.note for one in first)


def test_a_record_can_be_written_and_read():
    from audit.report.json_form import _compat, _read_compat

    record = named(leads(("d", 1, 0, 1, 1), ("a", 1, 1, 1, 1)))["TE", "d", None]
    assert record.compat_value == math.inf
    assert _compat(record)["compat_value"] == "Infinity"
    for theirs in (math.inf, -math.inf, 0.5, None):
        one = replace(record, compat_value=theirs)
        assert _read_compat(_compat(one)) == one


def test_a_tiny_group_does_not_widen_the_rest_of_the_others():
    """Accounts that mean nothing: eight leads of b have no say in how sure the gap of d is."""
    random = np.random.default_rng(0)
    group = np.array(["a"] * 396 + ["d"] * 396 + ["b"] * 8)
    table = pa.table({"attribute:g": group, "selected": random.random(800) < 0.4})
    by = stream("g", score=None, outcome=None, decision="d", threshold=None, account="account")
    cube = count(table, by, "arrow")
    table = table.append_column("account", pa.array((np.arange(800) // 4).astype(str)))
    effects = design_effects(table, by, cube, accounts_of(table, 0))
    alone, together = (
        {(c.name, c.group): c for c in clarify(cube, by, (), (), one) if c.reference is None}
        for one in (None, effects)
    )
    one, other = (found["DPPL", ("d",)] for found in (alone, together))
    assert 1 <= (other.high - other.low) / (one.high - one.low) < 1.5


def test_leads_of_the_same_account_make_wider_intervals():
    random = np.random.default_rng(0)
    account, n = np.repeat(np.arange(100), 8), 800
    group = np.where(np.arange(100) % 2, "a", "d")[account]
    chosen = (random.random(100) < 0.4)[account]
    table = pa.table({"attribute:g": group, "selected": chosen, "outcome": random.random(n) < 0.3})
    by = stream("g", score=None, decision="d", threshold=None, account="account")
    cube = count(table, by, "arrow")
    table = table.append_column("account", pa.array(account.astype(str)))
    effects = design_effects(table, by, cube, accounts_of(table, 0))
    alone, together = (
        {(c.name, c.group): c for c in clarify(cube, by, (), (), one)} for one in (None, effects)
    )
    for name in ("DPPL", "DI"):
        one, other = (found[name, ("d",)] for found in (alone, together))
        assert other.value == one.value
        assert other.high - other.low > 2 * (one.high - one.low)
    assert together["DI", ("d",)].low >= 0
