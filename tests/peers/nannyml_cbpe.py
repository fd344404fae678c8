"""What NannyML's CBPE says of the leads of `tests/audit/expected/cbpe_case.py`: prints nannyml.json.

NannyML is not among the peers of `make peers`: it brings a gigabyte of boosting libraries. To make the file
anew, from the root of the repository, in an environment of its own:

    pip install nannyml==0.13.1 statsmodels
    PYTHONPATH=. python tests/peers/nannyml_cbpe.py > tests/audit/expected/nannyml.json
"""

from __future__ import annotations

import json
import os
import sys
import warnings

warnings.simplefilter("ignore")
# Without it NannyML reports to its maker what is estimated.
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml  # noqa: E402 - warnings and reports are silenced first
import pandas as pd  # noqa: E402

from tests.audit.expected.cbpe_case import calibrated, two_groups  # noqa: E402

METRICS = ["roc_auc", "recall", "specificity", "precision", "accuracy"]


def estimate(reference: pd.DataFrame, analysis: pd.DataFrame) -> dict[str, dict[str, float]]:
    for table in (reference, analysis):
        table["selected"] = (table["p"] >= 0.5).astype(int)
    cbpe = nannyml.CBPE(
        y_pred_proba="p",
        y_pred="selected",
        y_true="won",
        problem_type="classification_binary",
        metrics=METRICS,
        chunk_size=max(len(reference), len(analysis)),
    )
    cbpe.fit(reference)
    found = cbpe.estimate(analysis).filter(period="analysis").to_df()
    return {
        metric: {name: float(found[(metric, name)].iloc[0]) for name in ("value", "sampling_error")}
        for metric in METRICS
    }


def main() -> None:
    even = [pd.DataFrame(calibrated(4000, start), columns=["p", "won"]) for start in (0, 4000)]
    mixed = [pd.DataFrame(two_groups(6000, start), columns=["group", "p", "won"]) for start in (0, 6000)]
    only = mixed[1][mixed[1]["group"] == "b"].copy()
    found = {
        "nannyml": nannyml.__version__,
        "calibrated": estimate(even[0], even[1].drop(columns="won")),
        "group b": estimate(mixed[0], only.drop(columns="won")),
    }
    json.dump(found, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
