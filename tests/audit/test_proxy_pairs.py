"""Two fields that tell an attribute only in combination."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from audit.rows.separating.joint import joint_proxies, jointly_informative
from tests.audit.fields import REGION, ten_hints, unrelated_fields, words


def combined(seed: int, n: int = 3_000, wrong: float = 0.1, numbers: bool = False) -> pa.Table:
    """The region is whether two fields agree, one time in ten the opposite; four others tell nothing."""
    random = np.random.default_rng(seed)
    one, other = random.normal(size=n), random.normal(size=n)
    town = ((one > 0) == (other > 0)) ^ (random.random(n) < wrong)
    others = {f"feature:n{i}": words(random.integers(0, 30, n)) for i in range(4)}
    kept = [pa.array(each) if numbers else words(each > 0) for each in (one, other)]
    return pa.table(
        {
            "attribute:region": words(town),
            "feature:left": kept[0],
            **others,
            "feature:right": kept[1],
            "score": pa.array(random.normal(size=n)),
        }
    )


@pytest.mark.parametrize("numbers", [False, True])
def test_two_fields_that_tell_only_in_combination_are_found_and_named(numbers):
    (found,) = joint_proxies(combined(1, numbers=numbers), REGION, 0)
    # Nine of ten are told right; numbers lose a little where bins straddle 0.
    assert found.auc == pytest.approx(0.9, abs=0.02 if not numbers else 0.08)
    assert jointly_informative(found, 0.95)
    assert set(found.carried_by) == {"left", "right"}
    assert found.p_adjusted < 1e-30


def test_what_adds_up_is_left_to_the_discriminant():
    (found,) = joint_proxies(ten_hints(1), REGION, seed=0)
    assert len(found.carried_by) >= 6


def test_pairs_of_many_fields_that_tell_nothing_raise_no_alarm():
    found = []
    for seed in range(40):
        table = unrelated_fields(seed, 1_200)
        random = np.random.default_rng(seed + 500)
        for i in range(10):
            table = table.append_column(f"feature:m{i}", words(random.integers(0, 5, 1_200)))
        found += joint_proxies(table, REGION, seed)
    assert sum(jointly_informative(one, 0.95) for one in found) <= 2
    assert np.mean([one.auc for one in found]) == pytest.approx(0.5, abs=0.006)
