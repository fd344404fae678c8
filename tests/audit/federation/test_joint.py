"""The joint audit: by hand, against the audit of all leads together, and against each release alone."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from itertools import permutations

import jsonschema
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.disparity import compare
from audit.federation import Joint, joint
from audit.federation.model import Figure
from audit.finding.conclude import findings
from audit.finding.facts import Facts
from audit.intervals import koopman, mover, wilson
from audit.metrics import estimates
from audit.release import bounds, disparities
from audit.release import estimates as own_estimates
from audit.release.counted import rates_of
from audit.report.federation import to_html, to_json
from tests.audit.federation.organisations import (
    DECIDED,
    SCORED,
    counted,
    exact,
    leads,
    noisy,
    parties,
)
from tests.audit.tables import cube, stream

ONE = stream("a", score=None, threshold=None, decision="d", intersections=1)
FULL = {
    (group, selected, outcome): n
    for group, n in (("x", 40), ("y", 60))
    for selected in (True, False)
    for outcome in (True, False)
}
few = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def rate(made: Joint, group: str, metric: str) -> Figure:
    return next(one.figure for one in made.rates if one.group == (group,) and one.metric == metric)


def gap(made: Joint, group: str, metric: str, kind: str = "difference"):
    return next(one for one in made.gaps if (one.group, one.metric, one.kind) == ((group,), metric, kind))


def test_two_organisations_by_hand():
    one = exact(counted({**FULL, ("x", True, True): 80}, ONE), ONE)
    two = exact(counted({**FULL, ("y", False, False): 180}, ONE), ONE)
    made = joint(parties(one, two))
    # x: 120 + 80 = 200 selected of 360; y: 120 + 120 = 240 selected of 600.
    x, y = rate(made, "x", "selection_rate"), rate(made, "y", "selection_rate")
    assert (x.value, x.n) == (pytest.approx(200 / 360), 360)
    assert (y.value, y.n) == (pytest.approx(240 / 600), 600)
    # Newcombe's method 10 from the Wilson intervals, worked out beside.
    assert (x.low, x.high) == (pytest.approx(0.503908, abs=1e-6), pytest.approx(0.606030, abs=1e-6))
    found = gap(made, "x", "selection_rate")
    assert found.reference == ("y",)
    assert found.figure.value == pytest.approx(0.155556, abs=1e-6)
    assert (found.figure.low, found.figure.high) == (
        pytest.approx(0.090403, abs=1e-6),
        pytest.approx(0.219003, abs=1e-6),
    )
    assert found.verdict == "fail"
    assert [one.figure.value for one in made.rates if one.group == ("x",) and one.metric == "count"] == [360]


def test_hidden_counts_bound_the_joint_figure_by_hand():
    rows = {("x", True, True): 4, ("x", True, False): 46, ("x", False, True): 20, ("x", False, False): 30}
    rows |= {
        ("y", True, True): 100,
        ("y", True, False): 200,
        ("y", False, True): 100,
        ("y", False, False): 200,
    }
    hidden = exact(counted(rows, ONE), ONE)
    shown = exact(counted(FULL, ONE), ONE)
    made = joint(parties(hidden, shown))
    # x: 4 selected leads that converted are hidden. Of the 50 selected nobody knows more than that all are
    # 0 to 50 of them; what the release itself says of them is the bound, and the other organisation adds 40.
    own = {(one.group, one.metric): one for one in bounds(hidden)}[("x",), "precision"]
    found = rate(made, "x", "precision")
    assert found.value is None
    assert found.least == pytest.approx((own.low * 50 + 40) / 130)
    assert found.most == pytest.approx((own.high * 50 + 40) / 130)
    assert found.least <= 44 / 130 <= found.most
    low, _ = wilson(np.array(own.low * 50 + 40), np.array(130.0), 0.95)
    _, high = wilson(np.array(own.high * 50 + 40), np.array(130.0), 0.95)
    assert (found.low, found.high) == (pytest.approx(float(low)), pytest.approx(float(high)))
    assert rate(made, "x", "selection_rate").value == pytest.approx((50 + 80) / 260)
    told = gap(made, "x", "precision")
    assert told.verdict == "insufficient"
    assert told.why is not None
    assert told.why.startswith("hidden counts leave the gap between")
    assert any(one.code == "hidden_counts" for one in made.cautions)


@few
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_without_suppression_and_noise_it_is_the_audit_of_the_pooled_leads_exactly(seed, organisations):
    rng = np.random.default_rng(seed)
    cubes = [cube(leads(rng, 2500, ((1, 0.8), (1, 0.6)), known=0.7), DECIDED) for _ in range(organisations)]
    releases = [exact(one, DECIDED) for one in cubes]
    assert not any(count is None for one in releases for group in one.groups for count in group.counts)
    made = joint(parties(*releases))
    pooled = cubes[0]
    for other in cubes[1:]:
        pooled = pooled + other
    # Figures, intervals, p-values and verdicts are the same numbers to the last bit, and so are the words.
    theirs = estimates(pooled, DECIDED, 0)
    assert {(e.attribute, e.group, e.metric): _numbers(e.estimate) for e in theirs} == {
        (e.attribute, e.group, e.metric): _numbers(e.figure) for e in made.rates
    }
    compared = compare(pooled, DECIDED, 0)
    assert [
        (d.attribute, d.group, d.reference, d.metric, d.kind, d.value, d.low, d.high, d.p_adjusted, d.verdict)
        for d in compared
    ] == [
        (
            *(g.attribute, g.group, g.reference, g.metric, g.kind),
            *(g.figure.value, g.figure.low, g.figure.high, g.p_adjusted, g.verdict),
        )
        for g in made.gaps
    ]
    assert made.findings == findings(Facts(stream=DECIDED, estimates=theirs, disparities=compared))


def _numbers(one) -> tuple[object, ...]:
    return one.value, one.low, one.high, one.n


def test_with_scores_the_rates_and_gaps_are_those_of_the_audit_too():
    rng = np.random.default_rng(4)
    cubes = [cube(leads(rng, 3000, ((1, 0.8), (1, 0.6)), scored=True), SCORED) for _ in range(2)]
    made = joint(parties(*(exact(one, SCORED) for one in cubes)))
    edges = sorted({*made.edges})
    assert 60.0 in edges
    pooled = cube(_both(4), SCORED)
    theirs = {(e.attribute, e.group, e.metric): _numbers(e.estimate) for e in estimates(pooled, SCORED, 0)}
    mine = {(e.attribute, e.group, e.metric): _numbers(e.figure) for e in made.rates}
    assert len(mine) > 100
    assert {place: theirs[place] for place in mine} == mine
    ours = {(g.attribute, g.group, g.metric, g.kind): _numbers(g.figure) for g in made.gaps}
    found = compare(pooled, SCORED, 0)
    audited = {(d.attribute, d.group, d.metric, d.kind): (d.value, d.low, d.high, d.n) for d in found}
    assert {place: audited[place] for place in ours} == ours


def _both(seed: int) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    halves = [pa.table(leads(rng, 3000, ((1, 0.8), (1, 0.6)), scored=True)) for _ in range(2)]
    whole = pa.concat_tables([half.unify_dictionaries() for half in halves]).unify_dictionaries()
    return {name: whole[name] for name in whole.column_names}


@cache
def small(seed: int, size: int = 500):
    rng = np.random.default_rng(seed)
    return cube(leads(rng, size, ((1, 0.3, 0.05), (1, 0.2)), scored=True), SCORED)


@pytest.mark.parametrize("epsilon", [None, 3.0])
def test_one_release_alone_gives_its_own_figures(epsilon):
    release = exact(small(1), SCORED) if epsilon is None else noisy(small(1, 4000), SCORED, epsilon)
    made = joint(parties(release))
    mine = {(one.attribute, one.group, one.metric): one.figure for one in made.rates}
    theirs = [one for one in own_estimates(release) if (one.attribute, one.group, one.metric) in mine]
    assert len(theirs) > 40
    for one in theirs:
        figure = mine[one.attribute, one.group, one.metric]
        if one.estimate.value is not None:
            assert (figure.value, figure.low, figure.high) == pytest.approx(
                (one.estimate.value, one.estimate.low, one.estimate.high), abs=1e-12
            )
        else:
            assert figure.value is None
    for one in bounds(release):
        if (one.attribute, one.group, one.metric) in mine:
            figure = mine[one.attribute, one.group, one.metric]
            assert (figure.least, figure.most) == pytest.approx((one.low, one.high))
    gaps = {(g.attribute, g.group, g.reference, g.metric, g.kind): g.figure for g in made.gaps}
    shown = [one for one in disparities(release) if one.estimate.value is not None]
    same = [one for one in shown if (*_place(one), one.metric, one.kind) in gaps]
    assert len(same) >= 6
    for one in same:
        figure = gaps[(*_place(one), one.metric, one.kind)]
        assert (figure.value, figure.low, figure.high) == pytest.approx(
            (one.estimate.value, one.estimate.low, one.estimate.high), rel=1e-9
        )


def _place(one) -> tuple[object, ...]:
    return one.attribute, one.group, one.reference


@few
@given(st.integers(0, 10**6))
def test_the_truth_lies_within_the_bounds_and_a_verdict_holds_for_it(seed):
    rng = np.random.default_rng(seed)
    sizes = ((300, (1, 0.3, 0.06)), (700, (1, 0.5, 0.1)), (450, (1, 0.2)))
    tables = [leads(rng, size, (share, (1, 0.1)), scored=True) for size, share in sizes]
    cubes = [cube(table, SCORED) for table in tables]
    made = joint(parties(*(exact(one, SCORED, crossings=1) for one in cubes)))
    true = _true_counts(tables)
    known = {level for one in made.stream.attributes for level in _levels(made, one.name)}
    checked = 0
    for one in made.counts:
        if one.fact.band is None and set(one.group) <= known:
            n = true(one.attribute, one.group, one.fact.selected, one.fact.result)
            assert one.least <= n <= one.most, one
            checked += one.value is None
    assert checked > 4
    _verdicts_hold(made, true)


def _levels(made: Joint, name: str) -> set[str]:
    return {one.group[0] for one in made.rates if one.attribute == (name,)} - {"all other groups"}


def _true_counts(tables):
    frames = [
        (
            {name: np.array(table[f"attribute:{name}"].to_pylist()) for name in "ab"},
            np.where(table["score"] >= 60, "yes", "no"),
            np.array(
                ["open" if one is None else "yes" if one else "no" for one in table["outcome"].to_pylist()]
            ),
        )
        for table in tables
    ]

    def count(attribute, group, selected, result) -> int:
        total = 0
        for columns, decided, known in frames:
            keep = np.ones(len(decided), dtype=bool)
            for name, level in zip(attribute, group, strict=True):
                keep &= columns[name] == level
            keep &= (decided == selected) | (selected is None)
            total += int((keep & ((known == result) | (result is None))).sum())
        return total

    return count


def _verdicts_hold(made: Joint, true) -> None:
    parts = {
        "selection_rate": ((("yes", None),), (("no", None),)),
        "true_positive_rate": ((("yes", "yes"),), (("no", "yes"),)),
        "precision": ((("yes", "yes"),), (("yes", "no"),)),
    }
    seen = 0
    for one in made.gaps:
        if one.metric not in parts or one.figure.undefined or "all other groups" in one.group + one.reference:
            continue
        sides = [
            [sum(true(one.attribute, group, *fact) for fact in side) for side in parts[one.metric]]
            for group in (one.group, one.reference)
        ]
        (hits, misses), (other, rest) = sides
        numbers = [np.array(float(n)) for n in (hits, hits + misses, other, other + rest)]
        p, q = hits / (hits + misses), other / (other + rest)
        if one.kind == "difference":
            ends = mover(*_side(numbers[0], numbers[1]), *_side(numbers[2], numbers[3]))
            value = p - q
        else:
            ends, value = koopman(*numbers, 0.95), p / q
        assert one.figure.least - 1e-9 <= value <= one.figure.most + 1e-9
        assert one.figure.low - 1e-9 <= float(ends[0])
        assert float(ends[1]) <= one.figure.high + 1e-9
        seen += one.figure.value is None
    assert seen


def _side(hits, n):
    return hits / n, wilson(hits, n, 0.95)


def test_the_order_of_the_releases_does_not_matter_to_a_byte():
    releases = [exact(small(seed), SCORED) for seed in (1, 2)] + [_drawn()]
    texts = {
        (to_json(made), to_html(made)) for made in map(joint, list(permutations(parties(*releases)))[::3])
    }
    assert len(texts) == 1
    ((text, page),) = texts
    schema = json.loads(files("audit.report.federation").joinpath("federated.schema.json").read_text())
    jsonschema.validate(json.loads(text), schema)
    assert "<script" not in page
    assert "http" not in page


@cache
def _drawn():
    return noisy(small(3, 2000), SCORED, 2.0)


def test_names_from_the_data_are_escaped_on_the_page():
    rows = {(f"<b>{group}", *rest): n for (group, *rest), n in FULL.items()}
    page = to_html(joint(parties(exact(counted(rows, ONE), ONE))))
    assert "&lt;b&gt;x" in page
    assert "<b>x" not in page


def test_a_group_that_one_does_not_name_is_counted_with_the_others():
    rare = exact(counted({**FULL, ("z", True, True): 6, ("w", True, False): 8}, ONE), ONE)
    more = {("z", selected, outcome): 30 for _, selected, outcome in FULL}
    common = exact(counted({**FULL, **more}, ONE), ONE)
    none = exact(counted(FULL, ONE), ONE)
    made = joint(parties(rare, common, none))
    assert {one.group for one in made.rates if one.attribute} == {("x",), ("y",), ("all other groups",)}
    (told,) = [one for one in made.cautions if one.code == "groups_together"]
    assert "'z' (not named by A)" in told.text
    # Where nobody has such a lead, the group is a joint one: the others' leads are all of it.
    both = joint(parties(common, none))
    assert rate(both, "z", "count").value == 120


def test_a_gap_that_turns_round_in_every_organisation_is_told():
    """Simpson's paradox: one group applies where much is selected, the other where little is."""
    much = {("x", True, True): 630, ("x", False, True): 70, ("y", True, True): 95, ("y", False, True): 5}
    little = {("x", True, True): 10, ("x", False, True): 90, ("y", True, True): 140, ("y", False, True): 560}
    much, little = ({**rows, **_losses(rows)} for rows in (much, little))
    made = joint(parties(*(exact(counted(rows, ONE), ONE) for rows in (much, little))))
    found = {one.metric: one for one in made.disagreements}["selection_rate"]
    assert (found.way, found.organisations) == ("reversal", ("A", "B"))
    assert "Simpson" in found.text
    value = gap(made, found.group[0], "selection_rate").figure.value
    own = [one.gap.value for one in made.own if one.metric == "selection_rate" and one.gap is not None]
    assert all(value * other < 0 for other in own)
    assert found.text in to_html(made).replace("\N{NO-BREAK SPACE}", " ").replace("&#39;", "'")


def _losses(rows):
    return {(group, selected, False): n for (group, selected, _), n in rows.items()}


def test_a_gap_within_the_tolerance_that_hides_two_is_told():
    up = {("x", True, True): 600, ("x", False, True): 400, ("y", True, True): 400, ("y", False, True): 600}
    down = {("x", True, True): 400, ("x", False, True): 600, ("y", True, True): 600, ("y", False, True): 400}
    made = joint(parties(*(exact(counted({**rows, **_losses(rows)}, ONE), ONE) for rows in (up, down))))
    assert gap(made, "y", "selection_rate").verdict == "pass"
    found = {one.metric: one for one in made.disagreements}["selection_rate"]
    assert (found.way, found.organisations) == ("covered", ("A", "B"))


def test_a_special_category_weighs_more():
    rows = {**FULL, ("x", True, True): 400}
    release = exact(counted(rows, ONE), ONE)
    plain, special = (joint(parties(release), named).findings[0].severity for named in ((), ("a",)))
    order = ("info", "low", "medium", "high", "critical")
    assert order.index(special) >= order.index(plain)
    assert joint(parties(release), ("a",)).findings[0].special_category


def test_every_rate_of_the_releases_is_a_joint_one():
    made = joint(parties(exact(small(1), SCORED), exact(small(2), SCORED)))
    there = {one.metric for one in made.rates if one.attribute == ("a",)}
    assert set(rates_of(made.parties[0].release)) <= there
