"""Intervals hold what they say, in streams whose truth is known; the larger simulation is `make validate`."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from tests.audit.expected.worlds import WORLDS, World, held
from tests.validation.expecting import checked, opened
from tests.validation.expecting_written import Expecting, expecting_written

STREAMS = 4


@pytest.fixture(scope="module")
def found():
    return {world.name: held(world, STREAMS, 5) for world in WORLDS}


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_nine_of_ten_intervals_hold_at_least(found, world):
    kept = [one for _, _, one, _ in found[world.name]]
    assert len(kept) >= 120
    assert np.mean(kept) >= 0.92


@pytest.mark.parametrize("place", [0, 1], ids=["metric", "group"])
def test_they_hold_for_every_metric_and_for_every_group(found, place):
    kept = defaultdict(list)
    for rows in found.values():
        for row in rows:
            kept[row[place]].append(row[2])
    assert len(kept) == (6 if place == 0 else 5)
    assert {name: np.mean(ones) for name, ones in kept.items() if np.mean(ones) < 0.9} == {}


def test_a_calibrated_score_leaves_no_bias(found):
    """Estimates of rates are right on average, group by group."""
    error = defaultdict(list)
    for metric, group, _, off in found["many leads"]:
        error[metric, group].append(off)
    for off in error.values():
        # Months of one stream share what was learned, so the streams are the independent ones.
        of_stream = np.array(off).reshape(STREAMS, -1).mean(axis=1)
        assert abs(of_stream.mean()) < 4 * of_stream.std(ddof=1) / np.sqrt(STREAMS) + 0.004


def test_a_trend_is_beyond_them_and_what_the_past_taught_makes_up_for_it():
    """What cannot be seen is not held, so that the test of the intervals can fail; then it is said."""
    trend = World(name="trend", leads=900, trend=0.25)
    past = checked(trend, 3, 3)
    assert past.worst_metric[1] < 0.85
    now = opened(trend, 3, 3)
    assert now.warned == 1
    assert now.given > now.plain
    page = "\n".join(expecting_written(Expecting(checked=(past,), opened=(now,))))
    assert f"| trend | {100 * past.held:.1f} |" in page
    assert f"| trend | {100 * now.plain:.1f} | {100 * now.given:.1f} |" in page
