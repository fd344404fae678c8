"""Counts with noise: against OpenDP's, the guarantee by exact arithmetic, and the same at every pull."""

from __future__ import annotations

import math
import sys
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors.policy.apply import Raw, apply_policy
from connectors.policy.noise import Noise, drawn, draws_for, noisy_columns, thresholds
from connectors.policy.parse import parse_policy
from connectors.policy.write import policy_to_toml
from connectors.pseudonym import Keyring

KEYRING = Keyring(crm="hubspot", organisation="42", master=bytes(32))
LEADS = [KEYRING.lead_key(str(number)) for number in range(5_000)]
POLICY = """
[policy]
name = "visits"
crm = "hubspot"
object = "contacts"
created = "createdate"
[[rule]]
field = "hs_analytics_num_visits"
operator = "noise"
column = "visits"
epsilon = 2.0
lower = 0
upper = 20
"""


def chances(count: int, width: int, epsilon: float) -> list[Fraction]:
    """The exact chance of each result of the mechanism, from its thresholds."""
    ends = [0, *(thresholds(width, epsilon)[width - count + end] for end in range(width)), 2**128]
    return [Fraction(high - low, 2**128) for low, high in pairwise(ends)]


@pytest.mark.parametrize(("width", "epsilon"), [(1, 0.1), (1, 10.0), (5, 1.0), (20, 2.0), (300, 10.0)])
def test_no_result_is_likelier_by_more_than_epsilon_allows(width, epsilon):
    bound = Fraction(math.exp(epsilon)) * (1 + Fraction(1, 10**9))
    rows = [chances(count, width, epsilon) for count in {0, 1, width // 2, width}]
    assert all(sum(row) == 1 and min(row) > 0 for row in rows)
    for one in rows:
        for other in rows:
            assert all(p <= bound * q for p, q in zip(one, other, strict=True))
    # The bound is met, so the noise is no larger than it has to be.
    assert rows[0][0] / chances(width, width, epsilon)[0] > bound * Fraction(99, 100)


def test_the_mechanism_is_the_one_that_opendp_draws_from():
    dp = pytest.importorskip("opendp.prelude")
    dp.enable_features("contrib")
    space = (dp.atom_domain(T=int), dp.absolute_distance(T=int))
    theirs = dp.m.make_geometric(*space, scale=10.0, bounds=(0, 20))
    drawn_there = Counter(theirs(3) for _ in range(5_000))
    expected = chances(3, 20, 2.0)
    chi = sum(
        (drawn_there[count] - 5_000 * float(p)) ** 2 / (5_000 * float(p)) for count, p in enumerate(expected)
    )
    # 20 degrees of freedom: a right mechanism is above this once in 100,000 runs.
    assert chi < 62.0


def test_draws_follow_the_chances_and_differ_from_lead_to_lead():
    made = Noise(epsilon=2.0, lower=0, upper=20).apply_to(["3"] * len(LEADS), LEADS, draws_for("v", KEYRING))
    seen = Counter(made.values)
    expected = chances(3, 20, 2.0)
    for count, chance in enumerate(expected):
        spread = math.sqrt(len(LEADS) * float(chance))
        assert abs(seen[str(count)] - len(LEADS) * float(chance)) < 6 * spread


@given(st.integers(1, 60), st.floats(0.01, 10), st.data())
@settings(max_examples=60)
def test_every_draw_stays_within_the_bounds_and_rises_with_the_count(width, epsilon, data):
    count = data.draw(st.integers(0, width - 1))
    draw = data.draw(st.integers(0, 2**128 - 1))
    low, high = drawn(count, width, epsilon, draw), drawn(count + 1, width, epsilon, draw)
    assert 0 <= low <= high <= width
    assert drawn(count, width, epsilon, 0) == 0
    assert drawn(count, width, epsilon, 2**128 - 1) == width


def pull(values: list[str | None], leads: range, keyring: Keyring = KEYRING, text: str = POLICY):
    columns = {"hs_analytics_num_visits": values, "createdate": ["2026-01-02"] * len(values)}
    keys = [keyring.lead_key(str(lead)) for lead in leads]
    batch = apply_policy(parse_policy(text), Raw(keys=keys, columns=columns), keyring)
    return batch.table["visits"].to_pylist(), batch.unmapped


def test_another_pull_in_another_order_and_spelling_draws_the_same():
    values = [str(number % 25) for number in range(200)]
    first, _ = pull(values, range(200))
    spelled = [f" {value}.0 " for value in reversed(values)]
    again, _ = pull(spelled, range(199, -1, -1))
    assert again == list(reversed(first))
    # So a hundred pulls averaged tell no more than one.
    pulls = np.array([pull(values, range(200))[0] for _ in range(3)], int)
    assert (pulls.std(axis=0) == 0).all()
    assert np.abs(pulls.mean(axis=0) - np.minimum(np.arange(200) % 25, 20)).mean() > 2


@pytest.mark.parametrize(
    "changed",
    [
        POLICY.replace("2.0", "1.0"),
        POLICY.replace("upper = 20", "upper = 21"),
        POLICY.replace("lower = 0", "lower = -1"),
    ],
)
def test_another_rule_draws_anew(changed):
    values = ["5"] * 300
    assert pull(values, range(300))[0] != pull(values, range(300), text=changed)[0]


def test_another_value_another_lead_another_column_and_another_key_draw_anew():
    noise = Noise(epsilon=0.5, lower=0, upper=9)
    other = Keyring(crm="hubspot", organisation="43", master=bytes(32))
    base = noise.apply_to(["4"] * 300, LEADS[:300], draws_for("v", KEYRING)).values
    assert noise.apply_to(["4"] * 300, LEADS[300:600], draws_for("v", KEYRING)).values != base
    assert noise.apply_to(["4"] * 300, LEADS[:300], draws_for("w", KEYRING)).values != base
    assert noise.apply_to(["4"] * 300, LEADS[:300], draws_for("v", other)).values != base
    # Independent draws: a value's draw says nothing of the next one's.
    one, two = (
        np.array(noise.apply_to([v] * 5_000, LEADS[:5_000], draws_for("v", KEYRING)).values, int)
        for v in "45"
    )
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.08


def test_what_is_no_whole_number_is_counted_and_what_is_empty_is_missing():
    values, unmapped = pull(["3", "3.5", "many", None, " ", "1_0", "nan", "1e400", "inf", "1e3"], range(10))
    assert [value is None for value in values] == [
        False,
        True,
        True,
        True,
        True,
        True,
        True,
        True,
        True,
        False,
    ]
    assert unmapped == {"visits": 6}


def test_the_policy_reads_back_and_names_the_column_as_noisy():
    policy = parse_policy(POLICY)
    assert parse_policy(policy_to_toml(policy)) == policy
    assert noisy_columns(policy) == ("visits",)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"epsilon": 0, "lower": 0, "upper": 9}, "epsilon must be a number from 0.01"),
        ({"epsilon": 11, "lower": 0, "upper": 9}, "epsilon must be"),
        ({"epsilon": float("nan"), "lower": 0, "upper": 9}, "epsilon must be"),
        ({"epsilon": True, "lower": 0, "upper": 9}, "epsilon must be"),
        ({"epsilon": 1, "lower": 9, "upper": 9}, "whole numbers, the lower one first"),
        ({"epsilon": 1, "lower": 0.0, "upper": 9}, "whole numbers"),
        ({"epsilon": 1, "lower": 0, "upper": 10_001}, "10,000 apart"),
    ],
)
def test_a_rule_that_promises_nothing_is_refused(parameters, words):
    with pytest.raises(BadInput, match=words):
        Noise(**parameters)


def test_without_opendp_the_operator_is_refused_in_one_sentence(monkeypatch):
    from connectors.policy.noise import _vouched

    _vouched.cache_clear()
    monkeypatch.setitem(sys.modules, "opendp.measurements", None)
    with pytest.raises(
        BadInput, match=r"needs OpenDP, which is not installed: install the extra, fairlead\[privacy\]$"
    ):
        parse_policy(POLICY)
    monkeypatch.undo()
    assert parse_policy(POLICY).rules[0].operator == Noise(epsilon=2.0, lower=0, upper=20)


def test_a_column_without_its_leads_is_refused_never_shared():
    with pytest.raises(BadInput, match="whose value it is"):
        Noise(epsilon=1, lower=0, upper=9).apply(["3"], KEYRING)


def test_the_score_cannot_carry_noise():
    with pytest.raises(BadInput, match="the score is what is audited"):
        parse_policy(POLICY.replace('"visits"', '"score"', 2).replace('name = "score"', 'name = "p"'))
