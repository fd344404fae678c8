"""NannyML's CBPE on the same leads: the same where its assumptions hold, and who is nearer where they do not.

`tests/peers/nannyml_cbpe.py` made the file of what it says.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from audit.expected import dated, expected_of
from audit.expected.figures import RATES, confusion, step_auc
from audit.intake import admit
from tests.audit.expected.cbpe_case import calibrated, two_groups
from tests.audit.expected.worlds import stream

SAID = json.loads((Path(__file__).parent / "nannyml.json").read_text(encoding="utf-8"))
OURS = {
    "recall": "true_positive_rate",
    "precision": "precision",
    "accuracy": "accuracy",
    "roc_auc": "auc",
}


def test_with_given_probabilities_every_figure_is_the_same():
    p, n = np.unique([p for p, _ in calibrated(4000, 4000)], return_counts=True)
    made = confusion(n * p, n * (1 - p), np.where(p >= 0.5, 0, 1))
    for theirs, ours in OURS.items():
        if ours != "auc":
            assert RATES[ours](made) == pytest.approx(SAID["calibrated"][theirs]["value"], rel=1e-9)
    specificity = SAID["calibrated"]["specificity"]["value"]
    assert 1 - RATES["false_positive_rate"](made) == pytest.approx(specificity, rel=1e-9)
    auc = step_auc((n * p)[None], (n * (1 - p))[None], np.arange(len(p)))
    assert auc == pytest.approx(SAID["calibrated"]["roc_auc"]["value"], rel=1e-9)


def asked(reference, analysis):
    """Reference leads are ripe, analysis leads a year younger and without an outcome."""
    rows = [*(("2025-01-15", *one) for one in reference), *(("2025-12-20", *one) for one in analysis)]
    day, group, score, won = zip(*rows, strict=True)
    table = pa.table({"day": day, "region": group, "score": score, "won": won})
    of = stream(threshold=0.5, worked=None, reference="a")
    made = expected_of(dated(admit(table, of).table, of), of)
    return {(one.group, one.metric): one.estimate for one in made.forecasts if not one.cohort}


def test_learning_from_the_same_leads_it_comes_to_the_same():
    ours = asked(*([("a", *one) for one in calibrated(4000, start)] for start in (0, 4000)))
    for theirs, metric in OURS.items():
        assert ours["", metric].value == pytest.approx(SAID["calibrated"][theirs]["value"], abs=0.01)


def test_27_of_a_group_that_converts_half_as_often_only_ours_is_near():
    leads = [two_groups(6000, start) for start in (0, 6000)]
    ours = asked(*leads)
    p, won = np.array([one[1:] for one in leads[1] if one[0] == "b"]).T
    truth = {
        "recall": won[p >= 0.5].sum() / won.sum(),
        "precision": won[p >= 0.5].mean(),
        "accuracy": ((p >= 0.5) == won).mean(),
    }
    for theirs, value in truth.items():
        estimate = ours["b", OURS[theirs]]
        assert estimate.low <= value <= estimate.high
        assert abs(estimate.value - value) < 0.02
    # Its calibration is one for all groups: of the selected it promises 62 % where 36 % convert.
    assert SAID["group b"]["precision"]["value"] - truth["precision"] > 0.2
