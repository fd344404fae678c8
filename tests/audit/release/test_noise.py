"""Releases with noise: what OpenDP proves, what an insider can guess, and what the intervals cover."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from audit.cube import Cube
from audit.release import Release, estimates, noisy_release, plain_shape, read_release, terms_of, to_json
from audit.release.counted import _quantile
from audit.release.figures import disparities
from audit.release.noise import DELTA, check_epsilon
from audit.release.shape import OTHER
from audit.schema import BadInput
from tests.audit.tables import cube, stream

STREAM = stream("a", threshold=60.0, intersections=1, reference="x")


def people(rng: np.random.Generator, size: int, rates: tuple[float, float]) -> Cube:
    group = rng.random(size) < 0.5
    selected = rng.random(size) < np.where(group, rates[0], rates[1])
    table = {
        "attribute:a": pa.array(np.where(group, "x", "y").tolist()).dictionary_encode(),
        "score": np.where(selected, 80.0, 20.0),
        "outcome": rng.random(size) < 0.3,
    }
    return cube(table, STREAM)


def released(of: Cube, epsilon: float) -> Release:
    return noisy_release(of, plain_shape(of, STREAM), terms_of(STREAM), epsilon)


def test_the_tables_together_spend_no_more_than_epsilon():
    from opendp import domains, measurements, metrics, mod

    mod.enable_features("contrib")
    found = released(people(np.random.default_rng(1), 2000, (0.5, 0.5)), 1.0)
    space = domains.vector_domain(domains.atom_domain(T=int)), metrics.l1_distance(T=int)
    each = measurements.make_laplace(*space, scale=found.noise.scale).map(1)
    tables = 2 + 2  # decisions and bands, of all leads and of one attribute
    assert tables * each <= 0.9 * (1 + 1e-9)
    assert found.noise.delta == DELTA


def test_counts_are_whole_numbers_whose_sums_agree_within_a_table():
    found = released(people(np.random.default_rng(1), 2000, (0.5, 0.5)), 1.0)
    counts = dict(zip(found.facts, found.groups[0].counts, strict=True))
    assert all(type(count) is int for count in counts.values())
    whole = next(count for fact, count in counts.items() if fact == type(fact)())
    parts = [n for f, n in counts.items() if f.selected and f.result is None and f.band is None]
    assert whole == sum(parts)
    assert read_release(to_json(found)) == found


def test_groups_that_few_leads_have_are_not_named():
    rng = np.random.default_rng(0)
    names = ["x"] * 3000 + ["y"] * 3000 + ["only one"]
    table = {
        "attribute:a": pa.array(names).dictionary_encode(),
        "score": rng.integers(0, 100, len(names)).astype(float),
        "outcome": rng.random(len(names)) < 0.3,
    }
    found = released(cube(table, STREAM), 1.0)
    assert found.dimensions[0].levels == ("x", "y", OTHER)


def test_an_insider_who_knows_everybody_else_guesses_no_better_than_epsilon_allows():
    """Membership of one lead: the best guess between two worlds is right with at most e^eps / (1 + e^eps)."""
    from audit.release.noise import _laplace

    epsilon, tries = 0.5, 20_000
    drawn = np.array(_laplace([40] * tries + [41] * tries, 1 / epsilon))
    without, inside = drawn[:tries], drawn[tries:]
    right = ((without <= 40).mean() + (inside > 40).mean()) / 2
    limit = math.exp(epsilon) / (1 + math.exp(epsilon))
    spare = 4 * math.sqrt(0.25 / (2 * tries))
    assert 0.5 < right <= limit + spare


def test_the_quantile_of_summed_noise_is_that_of_the_exact_distribution():
    from audit.release.noise import _laplace

    for terms in (1, 3, 9):
        sums = np.array(_laplace([0] * (20_000 * terms), 4.0)).reshape(-1, terms).sum(axis=1)
        most = _quantile(4.0, terms, 0.05)
        assert (np.abs(sums) > most).mean() <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / 20_000)
        assert (np.abs(sums) > most - 1).mean() > 0.05 - 4 * math.sqrt(0.05 * 0.95 / 20_000)


def figures(found: Release) -> list[tuple[float | None, float | None, float | None]]:
    """Selection rate of x, that of y, and the gap of y; each with what it must cover."""
    rates = {one.group: one.estimate for one in estimates(found) if one.metric == "selection_rate"}
    gaps = [
        one.estimate
        for one in disparities(found)
        if (one.metric, one.kind, one.group, one.reference)
        == ("selection_rate", "difference", ("y",), ("x",))
    ]
    both = [(rates.get(("x",)), 0.35), (rates.get(("y",)), 0.2), *((gap, 0.2 - 0.35) for gap in gaps)]
    return [(one.low, true, one.high) for one, true in both if one is not None and one.value is not None]


@pytest.mark.parametrize(("epsilon", "size"), [(0.5, 400), (2.0, 1500)])
def test_intervals_of_rates_and_gaps_cover_at_least_what_they_say(epsilon, size):
    rng = np.random.default_rng(7)
    told = [one for _ in range(50) for one in figures(released(people(rng, size, (0.35, 0.2)), epsilon))]
    missed = sum(not low <= true <= high for low, true, high in told)
    assert missed <= 0.05 * len(told)
    if size == 1500:
        assert len(told) > 120


@pytest.mark.parametrize("epsilon", [0, -1, 0.001, 11, math.nan, math.inf])
def test_an_epsilon_that_protects_nobody_is_refused(epsilon):
    with pytest.raises(BadInput, match="epsilon is"):
        check_epsilon(epsilon)
