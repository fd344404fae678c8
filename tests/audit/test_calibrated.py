"""The group-calibrated score: its interval holds the true shift, and nothing is made of nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from audit.intake import Intake
from audit.rows.flag import Flag, flags
from audit.rows.flagging.calibrated import shifts
from audit.rows.proxy import Proxy
from audit.run import AuditRequest, audit
from audit.schema import Attribute, Stream

GROUP = Attribute(name="g", column="g", reference="a")
STREAM = Stream(
    name="s", attributes=(GROUP,), score="score", threshold=60, outcome="won", score_range=(0.0, 100.0)
)
SHAPES = {
    "logistic": lambda promise: 1 / (1 + np.exp((65 - promise) / 8)),
    "straight": lambda promise: np.clip(promise / 100, 0, 1),
    "bent": lambda promise: np.clip((promise - 20) / 80, 0, 1) ** 3,
}


def leads(
    seed: int, shape: str = "logistic", shift: float = 15.0, n: int = 1_500, groups: str = "ab"
) -> pa.Table:
    """Leads of all groups are as good; the score of group b is ``shift`` points too low."""
    random = np.random.default_rng(seed)
    group = random.choice(list(groups), n)
    promise = random.normal(60, 14, n)
    score = np.clip(promise - shift * (group == "b"), 0, 100)
    return pa.table(
        {
            "key": [f"k{i}" for i in range(n)],
            "attribute:g": pa.array(group.tolist()).dictionary_encode(),
            "score": score,
            "selected": score >= 60,
            "outcome": random.random(n) < SHAPES[shape](promise),
        }
    )


def report_on(table: pa.Table, stream: Stream = STREAM):
    intake = Intake(table=table, rows=len(table), rejected=(), excluded=(), score_range=(0.0, 100.0))
    return audit(intake, stream, AuditRequest(seed=1))


CARRIER = Proxy(
    feature="zip3",
    attribute="g",
    auc=0.9,
    low=0.85,
    high=0.95,
    p_adjusted=0.001,
    share=0.6,
    share_low=0.4,
    share_high=0.8,
    rank=1,
)


def flagged_with_carrier(table: pa.Table) -> tuple[Flag, ...]:
    """As though zip3 carried the gap, and a field that tells nothing were there too."""
    silent = replace(CARRIER, feature="noise", low=0.4, rank=2)
    return flags(table, STREAM, replace(report_on(table), proxies=(CARRIER, silent)))


def flagged(table: pa.Table, stream: Stream = STREAM) -> tuple[Flag, ...]:
    return flags(table, stream, report_on(table, stream))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("shift", [0.0, 15.0])
def test_the_interval_holds_the_true_shift_in_95_of_100(shape: str, shift: float):
    found = [shifts(leads(seed, shape, shift), GROUP, STREAM)["b"] for seed in range(80)]
    held = np.mean([one.low <= shift <= one.high for one in found])
    assert held >= 0.88  # 0.95 less three standard errors
    assert np.mean([one.value for one in found]) == pytest.approx(shift, abs=1.0)
    assert all(one.low <= one.value <= one.high for one in found)


def test_one_group_unlike_four_others_keeps_its_interval():
    found = [shifts(leads(seed, n=3_000, groups="abcde"), GROUP, STREAM)["b"] for seed in range(60)]
    assert np.mean([one.low <= 15 <= one.high for one in found]) >= 0.87


def test_groups_that_are_alike_are_drawn_towards_no_shift():
    found = shifts(leads(1, shift=0.0, n=3_000, groups="abcdefgh"), GROUP, STREAM)
    alone = {name: (one.low + one.high) / 2 for name, one in found.items()}
    assert sum(abs(found[name].value) for name in found) < 0.8 * sum(abs(value) for value in alone.values())
    assert all(abs(found[name].value) <= abs(value) + 1e-9 for name, value in alone.items())


def test_where_nothing_is_wrong_few_leads_are_for_review():
    reviewed = [
        np.mean([one.status == "review" for one in flagged(leads(seed, shift=0.0, n=800))])
        for seed in range(20)
    ]
    assert np.count_nonzero(reviewed) <= 4
    assert np.mean(reviewed) < 0.05


def test_a_lead_of_a_shifted_group_near_the_cut_off_is_told_how_far_off_it_is():
    table = leads(3, n=3_000)
    found = flagged_with_carrier(table)
    told = [one for one in found if one.direction is not None]
    assert told
    for one in told:
        assert one.status == "review"
        assert one.direction == "may be too low"
        assert one.low < 15 < one.high
        assert one.low <= one.shift <= one.high
        assert one.fields == ("zip3",)
        assert one.advice.startswith("Check zip3 and the last activity before you drop it")
        assert (
            one.explanation == "Leads with scores like this one turned out better than their scores promised."
        )
    group, score = np.array(table["attribute:g"].to_pylist()), np.asarray(table["score"])
    near = (group == "b") & (score < 60) & (score >= 60 - told[0].shift)
    assert [one.direction is not None for one in found] == near.tolist()


def test_where_lower_is_better_the_number_is_too_high():
    table = leads(3, n=3_000)
    turned = table.set_column(
        table.column_names.index("score"), "score", pa.array(100 - np.asarray(table["score"]))
    )
    down = flagged(turned, replace(STREAM, higher_is_better=False, threshold=40))
    told = {(one.direction, one.shift, one.low < one.high) for one in down if one.direction}
    ((direction, shift, ordered),) = told
    assert direction == "may be too high"
    assert shift == pytest.approx(-15, abs=3)
    assert ordered


def test_a_favoured_group_whose_score_is_too_high_is_told_so():
    found = flagged_with_carrier(leads(3, shift=-15.0, n=3_000))
    told = {one.direction for one in found if one.direction}
    assert told == {"may be too high"}
    one = next(one for one in found if one.direction)
    assert one.advice == (
        "Check zip3 and the last activity before you put it ahead of others; "
        "ask your CRM admin to review how the score uses this field."
    )


def test_a_flag_that_says_nothing_says_why():
    found = flagged(leads(3, n=3_000))
    assert all(one.explanation and one.advice for one in found)
    (lone,) = {one.explanation for one in flagged(leads(3, n=28)) if one.status == "insufficient_data"}
    assert lone == "The audit had too few leads, or no decisions, to check any score."
    unsaid = [one for one in flagged(leads(3, n=3_000).drop_columns(["outcome"])) if one.status == "review"]
    assert {one.explanation for one in unsaid} == {
        "In which direction this score is off, and by how much, cannot be said."
    }


def test_exchanging_the_groups_of_a_special_category_changes_no_flag():
    table = leads(3, n=3_000)
    second = Attribute(name="h", column="h", special_category=True)
    random = np.random.default_rng(0)
    other = np.where(np.asarray(table["score"]) > 55, random.choice(["x", "y"], 3_000), "y")
    table = table.append_column("attribute:h", pa.array(other.tolist()).dictionary_encode())
    for attributes in ((replace(GROUP, special_category=True),), (GROUP, second)):
        stream = replace(STREAM, attributes=attributes)
        report = report_on(table, stream)
        plain = flags(table, stream, report)
        assert {one.status for one in plain} >= {"ok", "review"}
        for name in [one.name for one in attributes if one.special_category]:
            place = table.column_names.index(f"attribute:{name}")
            values = pa.array(random.permutation(table.column(place).to_pylist()).tolist())
            mixed = table.set_column(place, f"attribute:{name}", values.dictionary_encode())
            assert flags(mixed, stream, report) == plain


def test_a_special_category_alone_tells_no_direction():
    found = flagged(leads(3, n=3_000), replace(STREAM, attributes=(replace(GROUP, special_category=True),)))
    assert {(one.direction, one.shift, one.low, one.high) for one in found} == {(None, None, None, None)}
    assert len({(one.fields, one.advice, one.explanation) for one in found if one.status == "review"}) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"score": np.full(300, -0.0)},
        {"outcome": np.zeros(300, dtype=bool)},
        {"outcome": np.ones(300, dtype=bool)},
        {"outcome": pa.array([None] * 300, pa.bool_())},
        {"score": np.repeat([0.0, 1e60], 150)},
        {"score": np.repeat([1.0, 2.0], 150), "outcome": np.repeat([False, True], 150)},
        {"attribute:g": pa.array(["a"] * 300).dictionary_encode()},
        {"attribute:g": pa.array([f"u{i}" for i in range(300)]).dictionary_encode()},
        {"worked": np.zeros(300, dtype=bool)},
    ],
)
def test_odd_tables_have_no_shift(change):
    table = leads(1, n=300)
    for name, values in change.items():
        column = pa.array(values)
        table = (
            table.set_column(table.column_names.index(name), name, column)
            if name in table.column_names
            else table.append_column(name, column)
        )
    assert shifts(table, GROUP, STREAM) == {}
