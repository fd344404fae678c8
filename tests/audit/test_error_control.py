"""The verdicts on data whose truth is known: no false alarms where nobody differs, and power where they do.

Each case is a bounded simulation with a fixed seed. On the first one a bare 80 % rule cries wolf in
nearly every run.
"""

from __future__ import annotations

import numpy as np
import pytest

from audit.disparity import compare
from audit.tally import count
from tests.audit.tables import stream
from tests.audit.worlds import equal_leads

RUNS = 40
ALLOWED = 5
"""Of 40 runs at exactly 5 %, more than 5 raise an alarm with a probability of 1.4 %."""


@pytest.mark.parametrize(
    ("sizes", "leads", "base", "threshold"),
    [
        (((1,) * 30,), 6000, 0.3, 60.0),
        (((1, 1),), 300, 0.3, 55.0),
        (((1, 1), (5000, 3000, 1000, 400, 100, 50)), 5000, 0.1, 60.0),
    ],
)
def test_equal_groups_rarely_fail(sizes, leads, base, threshold):
    by = stream(*(f"a{i}" for i in range(len(sizes))), threshold=threshold)
    rng = np.random.default_rng(2024)
    alarms, bare = 0, 0
    for _ in range(RUNS):
        found = compare(count(equal_leads(rng, sizes, leads, base), by, "arrow"), by, 0)
        alarms += any(d.verdict == "fail" for d in found)
        bare += any(d.kind == "ratio" and d.value is not None and d.value < 0.8 for d in found)
    assert alarms <= ALLOWED
    assert bare > alarms


def test_a_real_gap_is_found():
    """Selected 10 % against 3 %, 1,000 leads each: the interval clears the tolerance nearly always."""
    by = stream("a0", threshold=60.0, outcome=None)
    rng = np.random.default_rng(5)
    caught = 0
    for _ in range(60):
        table = equal_leads(rng, ((1, 1),), 2000, 0.3).drop_columns(["outcome"])
        second = np.asarray(table["attribute:a0"]) == "1"
        chosen = rng.random(2000) < np.where(second, 0.03, 0.10)
        table = table.set_column(table.column_names.index("score"), "score", [np.where(chosen, 90.0, 10.0)])
        found = compare(count(table, by, "arrow"), by, 0)
        caught += any(
            d.verdict == "fail" and (d.metric, d.kind) == ("selection_rate", "ratio") for d in found
        )
    assert caught >= 48
