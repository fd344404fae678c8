"""Whole audits of random small tables: every report can be written, and no interval is empty or infinite."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audit.report
from audit.intake import admit
from audit.report import read_json, to_html, to_json
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import Attribute, BadInput, Membership, Stream, Tolerance
from tests.audit.test_score_worlds import FIXED

SCHEMA = json.loads((Path(audit.report.__file__).parent / "audit.schema.json").read_text())
VALID = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)

OFFERS = ["None", "a {b}", 'x@"y".z', "<i>v1.2</i>", "worst"]
LEVELLED = {"decision": "offer", "decision_kind": "levels", "decision_levels": tuple(OFFERS)}
OFFERED = {"decision": "offer", "decision_kind": "options"}
DECISIONS = [
    {},
    OFFERED,
    LEVELLED,
    {**LEVELLED, "favourable": ("None", "worst")},
]


def acts(random: np.random.Generator, n: int, *, timed: bool, share: float) -> dict[str, np.ndarray]:
    """When leads were made and first contacted, sometimes before; how often, and whether handed on."""
    made = np.datetime64("2026-01-01T00:00") + random.integers(0, 60 * 24 * 20, n).astype("timedelta64[m]")
    first = made + random.integers(-60, 60 * 24 * 9, n).astype("timedelta64[m]")
    unit = "m" if timed else "D"
    return {
        "made": np.datetime_as_string(made, unit=unit),
        "first": np.where(random.random(n) < share, np.datetime_as_string(first, unit=unit), ""),
        "touches": random.choice(
            ["0", "1", "3", "12", "", "-1", "x"], n, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.05, 0.05]
        ),
        "moves": random.choice(["0", "1", "4", ""], n),
    }


PROBABLE = Membership(name="r<b>'x", probabilities=(("a'<", "p"), ("b", "q")))


@st.composite
def cases(draw) -> tuple[pa.Table, Stream]:
    random, n = np.random.default_rng(draw(st.integers(0, 10_000))), draw(st.integers(4, 250))
    groups = np.array(["a", "b", "c", "", "d"])[: draw(st.integers(2, 5))]
    weights = random.dirichlet(np.ones(len(groups)) * draw(st.sampled_from([0.3, 3])))
    levels = draw(st.sampled_from([1, 2, 5, 101]))
    score = random.integers(0, levels, n) * (100.0 / max(levels - 1, 1))
    won = score > 50 if draw(st.booleans()) else random.random(n) < draw(st.sampled_from([0.02, 0.4]))
    table = pa.table(
        {
            "score": score,
            "region": random.choice(groups, n, p=weights),
            "size": random.choice(["S", "M", "L"], n),
            "kind": random.choice(["x", "y", ""], n),
            "firm": random.choice(["old", "new"], n),
            "account": random.choice(["a", "<b>", "", "c" * 300, "d'\"", "e"], n),
            "zip": random.integers(0, draw(st.sampled_from([1, 30, 900])), n).astype(str),
            "amount": np.where(
                random.random(n) < 0.3, "", (10.0 ** random.integers(-300, 300, n)).astype(str)
            ),
            "copy": score * draw(st.sampled_from([0.0, 1.0])),
            "won": np.where(random.random(n) < 0.2, "", won.astype(int).astype(str)),
            "worked": random.choice(["1", "0", ""], n, p=[0.8, 0.1, 0.1]),
            "offer": random.choice(OFFERS, n, p=random.dirichlet(np.full(len(OFFERS), 0.5))),
            **acts(random, n, timed=draw(st.booleans()), share=draw(st.sampled_from([0.0, 0.5, 1.0]))),
            "scored": random.choice(["2026-01-01", "2026-02-01T10:00Z", "2026-03-05"], n),
            "ended": random.choice(["2025-12-31", "2026-02-10", "2026-02-01T09:00Z", "", "soon"], n),
            "p": random.choice([0.0, 0.25, 1.0, 2.0], n),
            "q": random.choice([1.0, 0.75, 0.0, np.nan], n),
        }
    )
    stream = Stream(
        name="s",
        score="score",
        threshold=draw(st.sampled_from([None, 50.0, 100.0])),
        higher_is_better=draw(st.booleans()),
        outcome=draw(st.sampled_from([None, "won"])),
        worked=draw(st.sampled_from([None, "worked"])),
        account=draw(st.sampled_from([None, None, None, None, "account"])),
        created=draw(st.sampled_from([None, "made"])),
        contacted=draw(st.sampled_from([None, "first"])),
        touches=draw(st.sampled_from([None, "touches"])),
        reassigned=draw(st.sampled_from([None, "moves"])),
        controls=draw(st.sampled_from([(), ("size",), ("size", "kind")])),
        scored_at=draw(st.sampled_from([None, "scored"])),
        memberships=draw(st.sampled_from([(), (PROBABLE,)])),
        attributes=(
            Attribute(name="region", column="region", special_category=draw(st.booleans())),
            Attribute(name="firm", column="firm"),
        ),
        audit=Tolerance(
            search_depth=draw(st.sampled_from([1, 2, 4])),
            minimum_group=draw(st.sampled_from([1, 5, 30])),
            queue=draw(st.sampled_from([None, 1, 50, 10_000])),
        ),
        **draw(st.sampled_from(DECISIONS)),
    )
    if stream.several and draw(st.booleans()):
        stream = replace(stream, score=None, threshold=None)
    if stream.outcome is not None and draw(st.booleans()):
        stream = replace(stream, outcome_at="ended")
    return table, stream


@given(cases())
@settings(max_examples=8, deadline=None)
def test_every_report_can_be_written_and_read(case):
    table, stream = case
    try:
        report = run(admit(table, stream), stream, AuditRequest())
    except BadInput:
        return  # no row is left, or a reference is not there: what these say has tests of its own
    text = to_json(report)
    VALID.validate(json.loads(text))
    assert to_json(read_json(text)) == text
    assert to_html(report)
    in_order(report)
    for one in report.estimates:
        made = one.estimate
        assert (made.value is None) == (made.undefined is not None)
        if made.value is not None and one.metric != "count":
            assert made.low <= made.value <= made.high, one
            fixed = made.value == pytest.approx(FIXED.get(one.metric), abs=1e-9)
            assert made.low < made.high or may_be_one_point(one.metric) or fixed, one
    for gap in report.disparities:
        if gap.value is not None:
            assert gap.low <= gap.value <= gap.high, gap
            assert gap.low < gap.high or may_be_one_point(gap.metric), gap
    for one in report.compat:
        assert (one.value is None) == (one.undefined is not None), one
        high = np.inf if one.high is None else one.high
        assert one.value is None or one.low <= one.value <= high, one
        assert one.value == pytest.approx(one.compat_value, abs=1e-6) or one.note, one


def in_order(report) -> None:
    for one in report.bounds:
        if one.undefined is None:
            ends = np.array([one.low, one.lower, one.upper, one.high])
            assert (np.diff(ends) >= -1e-9).all(), one
    for one in report.membership:
        if one.undefined is None:
            assert one.low <= one.value <= one.high, one
            assert one.lower is None or one.lower - 1e-9 <= one.value <= one.upper + 1e-9, one


def may_be_one_point(metric: str) -> bool:
    """A quantile of tied scores or waits, between order statistics that are the same."""
    return metric.startswith("score_quantile") or metric == "hours_to_contact"


def test_a_group_that_is_ranked_right_after_one_that_is_not_has_an_interval():
    random = np.random.default_rng(0)
    won = [*(random.random(60) < 0.3), False, False, False, True, True]
    table = pa.table(
        {
            "score": np.concatenate([random.random(60) * 100, [10, 20, 30, 80, 90]]),
            "region": ["a"] * 60 + ["b"] * 5,
            "won": np.array(won).astype(int),
        }
    )
    region = Attribute(name="region", column="region")
    stream = Stream(name="s", score="score", threshold=50, outcome="won", attributes=(region,))
    report = run(admit(table, stream), stream, AuditRequest())
    (one,) = [e for e in report.estimates if e.group == ("b",) and e.metric == "average_precision"]
    assert one.estimate.value == pytest.approx(1.0)
    assert one.estimate.low < 0.9


def test_a_score_that_ranks_every_lead_wrong_has_an_interval():
    """Weights of pinned AUCs are fractions: their sum came a rounding error off 0, which has no logit."""
    won = [*[True] * 13, *[False] * 28, *[True] * 7, *[False] * 12, *[True] * 3]
    table = pa.table(
        {
            "score": np.where(won, 70, 10) + np.arange(63) % 7,
            "region": ["b"] * 41 + ["a"] * 22,
            "won": np.array(won).astype(int),
        }
    )
    region = Attribute(name="region", column="region")
    low_first = Stream(name="s", score="score", higher_is_better=False, outcome="won", attributes=(region,))
    report = run(admit(table, low_first), low_first, AuditRequest())
    pinned = [one.estimate for one in report.estimates if one.metric == "pinned_auc"]
    assert {one.value for one in pinned} == {0.0}
    assert all(one.low == 0.0 and 0 < one.high < 1 for one in pinned)
