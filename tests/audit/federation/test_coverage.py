"""Joint intervals of releases with noise cover at least what they say; the long run is `coverage`."""

from __future__ import annotations

import numpy as np

from tests.audit.federation.coverage import once


def test_joint_intervals_with_noise_cover_at_least_what_they_say():
    rng = np.random.default_rng(7)
    told = [one for _ in range(8) for one in once(rng, 1200, (2.0, 1.0, None))]
    assert len(told) == 32
    assert sum(not hit for _, hit, _ in told) <= 0.05 * len(told)
    assert np.median([width for what, _, width in told if what == "rate"]) < 0.15
