"""Surname and place combined, and numbers of groups that are only known as probabilities."""

from __future__ import annotations

import csv
import gzip
import io
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.intake import admit
from audit.membership import bisg, membership_estimates, national_shares
from audit.membership.weights import sharp_ends, weighted_mean
from audit.report import read_json, to_json
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import BadInput, Membership, Stream, parse_stream, stream_to_toml

GROUPS = ("white", "black", "hispanic", "api", "aian", "mult_other")


def cfpb(data_dir, prefix: str) -> np.ndarray:
    text = (data_dir / "geo" / "cfpb_bisg_test_proxied_final.csv").read_text()
    rows = csv.DictReader(io.StringIO(text))
    return np.array([[float(row[f"{prefix}_{group}"] or "nan") for group in GROUPS] for row in rows])


@pytest.fixture(scope="module")
def national(data_dir) -> np.ndarray:
    """Share of each group over all places but Puerto Rico; "some other race" is spread within each place."""
    import pandas as pd

    with gzip.open(data_dir / "geo" / "zip_over18_race_dec10.dta.gz") as file:
        places = pd.read_stata(io.BytesIO(file.read()))
    places = places[~places["ZCTA5"].str[:3].isin(["006", "007", "008", "009"])]
    count = {name: places[name].to_numpy(dtype=np.float64) for name in places.select_dtypes("number")}
    both = {race: count[f"NH_{race}_Other"] for race in ("White", "Black", "AIAN", "API")}
    parts = {race: count[f"NH_{race}_alone"] + both[race] for race in both}
    asian = count["NH_Asian_HPI"] + count["NH_Asian_HPI_Other"]
    parts["API"] += asian
    parts["Mult"] = count["NH_Mult_Total"] - sum(both.values()) - asian
    total = sum(parts.values())
    more = 1 + np.divide(count["NH_Other_alone"], total, out=np.zeros_like(total), where=total > 0)
    columns = [parts["White"] * more, parts["Black"] * more, count["Hispanic_Total"]]
    return national_shares(
        np.column_stack([*columns, *(parts[race] * more for race in ("API", "AIAN", "Mult"))])
    )


@pytest.mark.data
def test_the_national_shares_are_those_of_the_cfpb(national):
    expected = (0.6712554, 0.11706773, 0.14216036, 0.05073226, 0.00685764, 0.0119266)
    assert national == pytest.approx(expected, abs=1e-8)


# Tracts and block groups were divided by national shares of their own tables, which are not in the data.
@pytest.mark.data
@pytest.mark.parametrize(("place", "error"), [("zip18", 1e-6), ("tract18", 1e-4), ("blkgrp18", 1e-4)])
def test_the_answers_of_the_cfpb_are_reproduced(data_dir, national, place, error):
    answers = bisg(cfpb(data_dir, "name_pr"), cfpb(data_dir, f"{place}_geo_pr"), national)
    assert answers.shape == (100, 6)
    np.testing.assert_allclose(answers, cfpb(data_dir, f"{place}_pr"), rtol=0, atol=error)


def test_one_source_alone_decides_where_the_other_is_missing_and_nobody_without_both():
    national, nan = np.array([0.6, 0.4]), np.full(2, np.nan)
    made = bisg(
        np.array([[0.9, 0.1], nan, nan, [1.0, 0.0]]), np.array([nan, [0.2, 0.8], nan, [0.0, 1.0]]), national
    )
    assert made[0] == pytest.approx([0.9, 0.1])
    assert made[1] == pytest.approx([0.2, 0.8])
    assert np.isnan(made[2:]).all()


@pytest.mark.parametrize(
    ("surname", "national", "words"),
    [
        ([[0.5, 1.5]], [0.5, 0.5], "no probability"),
        ([[0.5, 0.5]], [0.5, 0.0], "above 0"),
        ([[0.5, 0.5, 0.0]], [0.5, 0.5], "do not fit"),
    ],
)
def test_what_is_no_probability_is_refused(surname, national, words):
    with pytest.raises(BadInput, match=words):
        bisg(np.array(surname), np.array([[0.5, 0.5]]), np.array(national))


@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(2, 6))
@settings(deadline=None)
def test_posteriors_are_probabilities_and_follow_the_order_of_the_groups(seed, n, groups):
    random = np.random.default_rng(seed)
    surname, place = random.dirichlet(np.ones(groups), n), random.dirichlet(np.ones(groups), n)
    national = random.dirichlet(np.ones(groups)) * 0.9 + 0.1 / groups
    made, order = bisg(surname, place, national), random.permutation(groups)
    assert made.sum(axis=1) == pytest.approx(np.ones(n))
    np.testing.assert_allclose(bisg(surname[:, order], place[:, order], national[order]), made[:, order])


def world(seed: int, n: int, *, dependent: bool = False) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """Leads with a probability of being in group a; who is in a; who is selected."""
    random = np.random.default_rng(seed)
    p = np.round(random.beta(0.6, 0.6, n), 3)
    member = random.random(n) < p
    rate = 0.2 + 0.4 * p + (0.2 * member if dependent else 0.0)
    chosen = random.random(n) < rate
    table = pa.table(
        {"p_a": p, "p_b": 1 - p, "score": np.where(chosen, 80.0, 20.0), "x": random.integers(0, 9, n)}
    )
    return table, member, chosen


STREAM = Stream(
    name="s",
    score="score",
    threshold=50.0,
    attributes=(),
    memberships=(Membership(name="race", probabilities=(("a", "p_a"), ("b", "p_b")), reference="b"),),
)


def estimated(table: pa.Table, group: str, reference: str | None, metric: str = "selection_rate"):
    admitted = admit(table, STREAM).table
    (one,) = [
        e
        for e in membership_estimates(admitted, STREAM)
        if (e.group, e.reference, e.metric) == (group, reference, metric)
    ]
    return one


def test_the_weighted_gap_is_unbiased_and_covered_where_membership_is_only_probable():
    """Chen et al. (2019): right where selection depends on the probability alone, unlike a threshold."""
    # E[p(.2+.4p)]/E[p] and the same of 1-p, for Beta(.6, .6): E[p^2] = .5 * 1.6 / 2.2.
    second = 0.5 * 1.6 / 2.2
    of_a, of_b = 0.2 + 0.4 * second / 0.5, 0.2 + 0.4 * (0.5 - second) / 0.5
    found, threshold = [], []
    for seed in range(150):
        table, _, chosen = world(seed, 800)
        one = estimated(table, "a", "b")
        found.append((one.value, one.low, one.high))
        likely = table["p_a"].to_numpy() > 0.5
        threshold.append(chosen[likely].mean() - chosen[~likely].mean())
    value, low, high = np.array(found).T
    assert value.mean() == pytest.approx(of_a - of_b, abs=4 * value.std() / np.sqrt(150))
    assert abs(np.mean(threshold) - (of_a - of_b)) > 0.05
    assert 0.90 <= ((low <= of_a - of_b) & (of_a - of_b <= high)).mean() <= 0.99


def test_the_bounds_hold_the_true_gap_where_the_assumption_does_not():
    table, member, chosen = world(1, 20_000, dependent=True)
    one = estimated(table, "a", "b")
    truth = chosen[member].mean() - chosen[~member].mean()
    assert not one.low <= truth <= one.high
    assert one.bound_low <= truth <= one.bound_high
    assert one.lower <= one.value <= one.upper


@given(st.integers(0, 10_000), st.integers(5, 200))
@settings(max_examples=60, deadline=None)
def test_the_weighted_value_lies_between_the_bounds(seed, n):
    random = np.random.default_rng(seed)
    hits, weight = (random.random(n) < 0.4).astype(float), random.beta(0.5, 0.5, n).clip(1e-6, 1.0)
    lower, upper = sharp_ends(hits, weight)
    assert -1e-9 <= lower.value <= weighted_mean(hits, weight).value + 1e-9
    assert weighted_mean(hits, weight).value - 1e-9 <= upper.value <= 1 + 1e-9


def test_sure_membership_gives_the_plain_rate():
    table, member, chosen = world(3, 2_000)
    sure = table.set_column(0, "p_a", pa.array(member.astype(float)))
    sure = sure.set_column(1, "p_b", pa.array((~member).astype(float)))
    one = estimated(sure, "a", None)
    assert one.value == pytest.approx(chosen[member].mean())
    assert one.lower == pytest.approx(one.value)
    assert one.upper == pytest.approx(one.value)
    assert one.leads == member.sum()


TOML = """[stream]
name = "s"
score = "score"
threshold = 50
[[stream.attribute]]
name = "race"
reference = "b"
probabilities = {a = "p_a", b = "p_b"}
"""


def test_the_stream_file_reads_probabilities_and_writes_them_back():
    made = parse_stream(TOML)
    assert made == STREAM
    assert parse_stream(stream_to_toml(made)) == made


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('probabilities = {a = "p_a"}', "two groups or more"),
        ('probabilities = {a = "p_a", b = "p_a"}', "for two groups"),
        ('probabilities = "p_a"', "name the column of each group"),
        ('probabilities = {a = "score", b = "p_b"}', "both score and a probability"),
        ('probabilities = {x = "p_a", y = "p_b"}', "none of the groups"),
        ('probabilities = {a = "p_a", b = "p_b"}\nbands = [1]', "no key 'bands'"),
    ],
)
def test_probabilities_that_cannot_be_meant_are_refused(line, words):
    with pytest.raises(BadInput, match=words):
        parse_stream(TOML.replace('probabilities = {a = "p_a", b = "p_b"}', line))


def test_the_report_marks_estimated_groups_and_judges_none():
    table, _, _ = world(5, 3_000)
    report = run(admit(table, STREAM), STREAM, AuditRequest())
    (told,) = [one for one in report.warnings if one.code == "estimated_groups"]
    assert "Local Law 144" in told.text
    assert report.membership
    assert not [one for one in report.disparities if "race" in one.attribute]
    assert not [one for one in report.findings if "race" in one.attribute]
    assert to_json(read_json(to_json(report))) == to_json(report)
    assert "p_a" not in json.dumps([one["feature"] for one in json.loads(to_json(report))["proxies"]])


def test_impossible_probabilities_count_as_unknown():
    table, _, _ = world(6, 200)
    p = table["p_a"].to_numpy().copy()
    p[:3] = 1.7
    found = admit(table.set_column(0, "p_a", pa.array(p)), STREAM)
    assert found.table.column("membership:race:a").null_count == 3
    assert [(one.field, one.count, one.rows) for one in found.unmapped] == [("race", 3, (0, 1, 2))]


def test_a_group_of_which_too_few_leads_are_expected_has_no_numbers():
    table, _, _ = world(7, 100)
    few = table.set_column(0, "p_a", pa.array(np.full(100, 0.05)))
    few = few.set_column(1, "p_b", pa.array(np.full(100, 0.95)))
    one = estimated(few, "a", None)
    assert one.value is None
    assert "are expected" in one.undefined
