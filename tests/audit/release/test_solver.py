"""What solves the programmes: SciPy's own door and the one that keeps them say the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from audit.arrays import FloatArray
from audit.release import solver
from audit.release.solver import Programme
from audit.release.solver import solver as solver_of
from tests.audit.release.attacker import Outsider
from tests.audit.release.test_attacks import leads, made_of, truth


@pytest.fixture
def public_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "_core", lambda: None)


def programme(rng: np.random.Generator, shape: tuple[int, int]) -> Programme:
    rows, columns = shape
    low = -rng.integers(0, 4, rows).astype(float)
    return Programme(
        cost=rng.integers(0, 5, columns) + 0.001,
        lower=np.zeros(columns),
        upper=np.where(rng.random(columns) < 0.5, np.inf, rng.integers(0, 6, columns)),
        low=np.where(rng.random(rows) < 0.3, -np.inf, low + rng.integers(0, 6, rows)),
        high=np.where(rng.random(rows) < 0.5, np.inf, low + 8),
    )


def price(asked: Programme, found: FloatArray | None) -> float | None:
    return None if found is None else round(float(asked.cost @ found), 6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(1, 12))
def test_a_kept_programme_costs_what_a_new_one_does(seed, rows, columns):
    rng = np.random.default_rng(seed)
    matrix = csr_array(rng.integers(-1, 2, (rows, columns)).astype(float))
    kept, new = solver_of(matrix), solver._cold(matrix)
    for turn in range(5):
        asked = programme(rng, (rows, columns))
        assert price(asked, kept(asked, turn % 2 == 1)) == price(asked, new(asked, False))


def test_this_scipy_keeps_programmes():
    """Where it does not, releases are right but slow: see `audit.release.solver`."""
    assert solver._core() is not None


@pytest.mark.usefixtures("public_only")
def test_without_that_door_a_release_is_as_safe():
    made = made_of(leads(5, 300, ((1.0, 0.3), (1.0, 0.2)), 0.3, known=0.8))
    outsider, true = Outsider(made.release), truth(made.basis, made.release)
    hidden = [key for key, count in made.release.values().items() if count is None]
    assert hidden
    for key in hidden[::6]:
        low, high = outsider.bounds(key)
        assert high - low >= 10 - 1e-6
        assert low - 1e-6 <= true[key] <= high + 1e-6
