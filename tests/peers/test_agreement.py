"""On the same rows the peers and we say the same, wherever both are right."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.compat.names import CLARIFY
from tests.audit.clarify_units import (
    FLIPS,
    ONE_LABEL,
    ONE_LABEL_PRINTED,
    TWELVE,
    TWELVE_PRINTED,
    TWO_LABELS,
    TWO_LABELS_PRINTED,
    flips,
)
from tests.peers.ours import Rows, bank, compas, gaps, named, rates

RATES = (
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
)
AEQUITAS = {
    "tpr": "true_positive_rate",
    "tnr": "true_negative_rate",
    "for": "false_omission_rate",
    "fdr": "false_discovery_rate",
    "fpr": "false_positive_rate",
    "fnr": "false_negative_rate",
    "npv": "negative_predictive_value",
    "precision": "precision",
    "ppr": "selected_share",
    "pprev": "selection_rate",
    "prev": "base_rate",
    "accuracy": "accuracy",
}
AIF360 = {
    "generalized_entropy_error": "generalized_entropy",
    "theil_index": "theil",
    "coefficient_of_variation": "coefficient_of_variation",
    "base_rate": "base_rate",
    "selection_rate": "selection_rate",
    "specificity_score": "true_negative_rate",
}
EXACT = {"rel": 1e-9, "abs": 1e-9}


@st.composite
def tables(draw) -> Rows:
    """Small tables in which every cell of every group may be empty, but no group is."""
    leads = draw(
        st.lists(
            st.tuples(st.sampled_from("abc"), st.integers(0, 1), st.integers(0, 1), st.sampled_from("xy")),
            min_size=4,
            max_size=60,
        )
    )
    group, outcome, decision, factor = (list(column) for column in zip(*leads, strict=True))
    numbers = draw(st.lists(st.sampled_from([0.0, 1.0, 2.5, 7.0]), min_size=len(leads), max_size=len(leads)))
    return Rows(group=group, outcome=outcome, decision=decision, factor=factor, features={"v": numbers})


@pytest.fixture(scope="module", params=["compas", "bank"])
def rows(request, data_dir) -> Rows:
    return {"compas": compas, "bank": bank}[request.param](data_dir)


def two_of(rows: Rows, one: str, other: str) -> Rows:
    kept = [i for i, group in enumerate(rows.group) if group in {one, other}]
    take = lambda values: None if values is None else [values[i] for i in kept]  # noqa: E731
    features = {name: take(values) for name, values in (rows.features or {}).items()} or None
    return Rows(
        group=take(rows.group),
        outcome=take(rows.outcome),
        decision=take(rows.decision),
        factor=take(rows.factor),
        features=features,
    )


@pytest.mark.data
def test_fairlearn_by_group_and_over_all_groups(ask, rows):
    theirs, ours, spans = ask("fairlearn", **rows.asked()), rates(rows), gaps(rows)
    for rate in RATES:
        for group, value in theirs["by_group"][rate].items():
            assert ours[group, rate] == pytest.approx(value, **EXACT)
    for metric, name in (
        ("selection_rate_span", "demographic_parity_difference"),
        ("true_positive_rate_span", "equal_opportunity_difference"),
        ("equalized_odds_span", "equalized_odds_difference"),
    ):
        (span,) = [d for d in spans.values() if d.metric == metric]
        assert span.value == pytest.approx(theirs[name], **EXACT)


@pytest.mark.data
def test_aequitas_rates_and_disparities(ask, rows):
    reference = max(set(rows.group), key=rows.group.count)
    theirs, ours = ask("aequitas", **rows.asked(), reference=reference), rates(rows)
    for group, found in theirs["by_group"].items():
        for name, metric in AEQUITAS.items():
            assert ours[group, metric] == pytest.approx(found[name], **EXACT)
    against = gaps(rows, reference)
    for group, found in theirs["against"].items():
        for name in ("fpr", "fnr", "fdr", "for", "pprev", "precision", "npv", "tpr", "tnr"):
            if group != reference:
                ratio = against[group, AEQUITAS[name], "ratio"].value
                assert ratio == pytest.approx(found[f"{name}_disparity"], **EXACT)


def pair_of(rows: Rows) -> tuple[Rows, str, str]:
    """The two largest groups: the second against the first."""
    reference, group = sorted(set(rows.group), key=rows.group.count)[:-3:-1]
    return two_of(rows, group, reference), group, reference


@pytest.mark.data
def test_aif360_of_two_groups(ask, rows):
    pair, group, reference = pair_of(rows)
    theirs, ours, against = ask("aif360", **pair.asked(), reference=reference), rates(pair), gaps(pair)
    for name, metric in AIF360.items():
        assert ours["", metric] == pytest.approx(theirs[name], **EXACT)
    against, clarify = gaps(pair, reference), named(pair, reference)
    difference = {m: against[group, m, "difference"].value for m in (*RATES, "base_rate")}
    odds = (difference["true_positive_rate"], difference["false_positive_rate"])
    assert theirs["statistical_parity_difference"] == pytest.approx(difference["selection_rate"], **EXACT)
    assert theirs["equal_opportunity_difference"] == pytest.approx(odds[0], **EXACT)
    assert theirs["average_odds_difference"] == pytest.approx(sum(odds) / 2, **EXACT)
    ratio = against[group, "selection_rate", "ratio"].value
    assert theirs["disparate_impact_ratio"] == pytest.approx(ratio, **EXACT)
    assert theirs["kl_divergence"] == pytest.approx(clarify["KL", group, None].value, **EXACT)
    # AIF360 turns the sign: unprivileged minus privileged.
    assert theirs["class_imbalance"] == pytest.approx(-clarify["CI", group, None].value, **EXACT)


@pytest.mark.data
def test_oxonfair_of_two_groups(ask, rows):
    pair, group, reference = pair_of(rows)
    numbers = list(range(len(pair.group)))
    asked = pair.asked() | {"group": [int(pair.group[i] == group) for i in numbers]}
    theirs, ours = ask("oxonfair", **asked), named(pair, reference)
    for name, metric in (
        ("demographic_parity", "DPPL"),
        ("cond_accept.diff", "DCA"),
        ("cond_reject.diff", "DCR"),
        ("recall.diff", "RD"),
        ("specificity.diff", "SD"),
        ("acceptance_rate.diff", "DAR"),
        ("rejection_rate.diff", "DRR"),
        ("accuracy.diff", "AD"),
    ):
        assert theirs[name] == pytest.approx(abs(ours[metric, group, None].value), **EXACT), name


@pytest.mark.data
def test_holisticai_of_two_groups(ask, rows):
    pair, group, reference = pair_of(rows)
    theirs, ours = ask("holisticai", **pair.asked(), facet=group), gaps(pair, reference)
    for name, metric in (
        ("statistical_parity", "selection_rate"),
        ("equal_opportunity_diff", "true_positive_rate"),
        ("false_positive_rate_diff", "false_positive_rate"),
        ("accuracy_diff", "accuracy"),
    ):
        assert theirs[name] == pytest.approx(ours[group, metric, "difference"].value, **EXACT)
    impact = ours[group, "selection_rate", "ratio"].value
    assert theirs["disparate_impact"] == pytest.approx(impact, **EXACT)


@pytest.mark.data
def test_clarify_of_every_group_against_the_rest(ask, rows):
    ours = named(rows)
    for group in sorted(set(rows.group)):
        if rows.group.count(group) > 300:
            agree(ask("smclarify", **rows.asked(), facet=group), ours, group)


def agree(theirs, ours, group) -> None:
    """Clarify's number is the one we say it prints, for each of its 21 names."""
    assert set(theirs) == set(CLARIFY)
    for name, value in theirs.items():
        record = ours.get((name, group, None)) or ours.get((name, "", None))
        if record is None:
            assert name == "FT", name  # no features
        elif isinstance(value, str) and value.startswith("error"):
            assert record.compat_value is None, (name, value)
        else:
            assert record.compat_value == pytest.approx(float(value), rel=1e-9, abs=1e-9), name


def test_clarify_has_its_unit_values_in_our_small_tables(ask):
    """What tests/audit/test_compat.py holds us to is what the library prints of the same leads."""
    for cells, printed in (
        (TWELVE, TWELVE_PRINTED),
        (ONE_LABEL, ONE_LABEL_PRINTED),
        (TWO_LABELS, TWO_LABELS_PRINTED),
    ):
        kinds = ((1, 1), (0, 1), (1, 0), (0, 0))
        leads = [
            (g, *kind) for g, *four in cells for n, kind in zip(four, kinds, strict=True) for _ in range(n)
        ]
        group, outcome, decision = (list(column) for column in zip(*leads, strict=True))
        theirs = ask("smclarify", group=group, outcome=outcome, decision=decision, facet="d")
        for name, value in printed.items():
            assert theirs[name] == pytest.approx(value, abs=5e-7), name
    for others, selected, value in FLIPS:
        group, place, decision = flips(others, selected)
        given = {"group": group, "outcome": decision, "decision": decision, "features": {"v": place}}
        assert ask("smclarify", **given, facet="d")["FT"] == pytest.approx(value, abs=5e-7)


@given(rows=tables())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_clarify_on_small_tables_edge_rules_included(ask, rows):
    ours = named(rows)
    for group in sorted(set(rows.group)):
        agree(ask("smclarify", **rows.asked(), facet=group), ours, group)


@given(rows=tables())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rates_on_small_tables(ask, rows):
    """Where a group has no lead to count, we say why and the peers say 0 or nothing."""
    fairlearn, aequitas = (ask(peer, **rows.asked()) for peer in ("fairlearn", "aequitas"))
    ours = rates(rows)
    for group in set(rows.group):
        for rate in RATES:
            value = fairlearn["by_group"][rate][group]
            assert value == pytest.approx(ours[group, rate] or 0.0, **EXACT)
        for name, metric in AEQUITAS.items():
            value, own = aequitas["by_group"][group][name], ours[group, metric]
            if value is not None and own is not None:
                assert value == pytest.approx(own, **EXACT), name


@pytest.mark.data
def test_the_two_sides_of_clarify_are_our_own_comparisons(rows):
    """What is under Clarify's name is the registry's number, with its sign turned, and its interval."""
    reference = max(set(rows.group), key=rows.group.count)
    ours, against = named(rows, reference), gaps(rows, reference)
    for (group, metric, kind), gap in against.items():
        for name, what in CLARIFY.items():
            record = ours.get((name, group, reference))
            if record is None or what.metric != metric or math.isnan(gap.value or math.nan):
                continue
            if (name == "DI") == (kind == "ratio"):
                turned = -1 if what.ours == "minus the difference" else 1
                ends = sorted(turned * end for end in (gap.low, gap.high))
                assert record.value == pytest.approx(turned * gap.value, **EXACT)
                assert [record.low, record.high] == pytest.approx(ends, **EXACT)
