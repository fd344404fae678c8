"""Which proxies count: those that surely tell something, and shares only of gaps that are real."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from audit.rows.proxy import gap_pairs, informative, proxies
from audit.schema import Attribute, Stream

LEADS = 3_000


def words(values) -> pa.Array:
    return pa.array([str(value) for value in values]).dictionary_encode()


def stream(*names: str) -> Stream:
    return Stream(name="s", attributes=tuple(Attribute(name=name, column=name) for name in names))


def world(seed: int, attributes: int) -> pa.Table:
    """A score that follows the first attribute only; ``hint`` tells of it without carrying the score."""
    random = np.random.default_rng(seed)
    first = random.random(LEADS) < 0.3
    hint = np.where(random.random(LEADS) < 0.4, first, random.random(LEADS) < 0.5)
    others = {f"attribute:a{i}": words(random.integers(0, 3, LEADS)) for i in range(1, attributes)}
    return pa.table(
        {
            "attribute:a0": words(first),
            **others,
            "feature:noise": words(random.integers(0, 50, LEADS)),
            "feature:hint": words(hint),
            "score": pa.array(50 - 6 * first + random.normal(size=LEADS) * 10),
        }
    )


def test_attributes_without_a_gap_have_no_shares_however_many_are_tried():
    names = [f"a{i}" for i in range(8)]
    chance = 0
    for seed in range(25):
        found = gap_pairs(world(seed, len(names)), stream(*names))
        assert "a0" in {one.attribute for one in found}
        chance += any(one.attribute != "a0" for one in found)
    assert chance <= 4  # 5 % of 25 audits, not of 200 attributes


def test_a_feature_that_tells_nothing_ranks_behind_one_that_does():
    for seed in range(10):
        found = proxies(world(seed, 2), stream("a0", "a1"), seed)
        telling = [informative(one, 0.95) for one in found]
        assert telling == sorted(telling, reverse=True)
        assert (found[0].feature, found[0].attribute, found[0].rank) == ("hint", "a0", 1)
        assert [one.rank for one in found] == [1, 2, 3, 4]


def test_an_interval_that_reaches_one_half_tells_nothing():
    (one, *_) = proxies(world(1, 1), stream("a0"), 1)
    assert informative(one, 0.95)
    assert not informative(replace(one, low=0.5), 0.95)
    assert not informative(replace(one, p_adjusted=0.06), 0.95)
