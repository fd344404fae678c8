"""The attention of places in a queue: exact, and for a milliard leads in no more memory than for ten."""

from __future__ import annotations

import math

import numpy as np
import pytest

from audit.metrics import discount
from audit.metrics.discount import attention, places


def test_attention_is_the_sum_over_places():
    expected = [math.fsum(1 / math.log2(1 + place) for place in range(1, n + 1)) for n in (0, 1, 2, 10, 999)]
    np.testing.assert_allclose(attention(np.array([0, 1, 2, 10, 999])), expected, rtol=1e-13)


def test_beyond_the_table_the_closed_form_is_the_sum(monkeypatch):
    leads = np.array([1000, 1001, 5000, 200_000])
    summed = attention(leads)
    discount._table.cache_clear()
    monkeypatch.setattr(discount, "TABLED", 1000)
    np.testing.assert_allclose(attention(leads), summed, rtol=1e-11)
    discount._table.cache_clear()


def test_a_milliard_leads_cost_no_memory():
    """One array over the places would be 8 GB."""
    found = places(np.array([4e8, 5e8, 1e8]))
    assert np.all(np.diff(found.mean) > 0)
    assert found.mean[0] == pytest.approx(1 / np.log2(8e8), rel=1e-3)
    whole = float((found.mean * [4e8, 5e8, 1e8]).sum())
    assert whole == pytest.approx(float(attention(np.array([10**9]))[0]), rel=1e-12)
