"""Write what Evidently and NannyML say of the same windows: ``make driftpeers`` runs it in their environment.

NannyML's import takes ten seconds and both take two gigabytes, so that their numbers are committed
(``drift_golden.json``) and not asked for in each run of the tests.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
warnings.simplefilter("ignore")

import nannyml  # noqa: E402 - silenced first
import pandas as pd  # noqa: E402
from drift_data import NAMES, NUMBERS, windows  # noqa: E402
from evidently.legacy.calculations.stattests import get_stattest  # noqa: E402
from evidently.legacy.core import ColumnType  # noqa: E402
from nannyml.chunk import CountBasedChunker  # noqa: E402
from nannyml.drift.univariate.methods import FeatureType, MethodFactory  # noqa: E402
from nannyml.thresholds import ConstantThreshold  # noqa: E402

GOLDEN = Path(__file__).with_name("drift_golden.json")
EVIDENTLY = {
    ColumnType.Numerical: ("psi", "ks", "wasserstein", "jensenshannon", "hellinger"),
    ColumnType.Categorical: ("psi", "chisquare", "jensenshannon", "hellinger"),
}
NANNYML = {
    FeatureType.CONTINUOUS: ("kolmogorov_smirnov", "wasserstein", "jensen_shannon", "hellinger"),
    FeatureType.CATEGORICAL: ("chi2", "jensen_shannon", "hellinger", "l_infinity"),
}


def evidently_says(one: pd.Series, other: pd.Series, kind: ColumnType) -> dict[str, float]:
    found = {}
    for name in EVIDENTLY[kind]:
        test = get_stattest(one, other, kind, name)
        found[name] = float(test(one.copy(), other.copy(), kind, None).drift_score)
    return found


def nannyml_says(one: pd.Series, other: pd.Series, kind: FeatureType) -> dict[str, float]:
    found = {}
    for name in NANNYML[kind]:
        settings = {"threshold": ConstantThreshold(upper=1), "chunker": CountBasedChunker(1)}
        method = MethodFactory.create(name, kind, computation_params={}, **settings)
        found[name] = float(method.fit(one).calculate(other))
    return found


def domain_auc(one: pd.DataFrame, other: pd.DataFrame) -> float:
    kept = [
        frame.astype({name: "category" for name in frame if frame[name].dtype == object})
        for frame in (one, other)
    ]
    made = nannyml.DomainClassifierCalculator(feature_column_names=list(one.columns), chunk_number=1)
    result = made.fit(kept[0]).calculate(kept[1]).filter(period="analysis").to_df()
    return float(result["domain_classifier_auroc"]["value"].iloc[0])


def said(name: str, data: Path) -> dict[str, object]:
    one, other = windows(name, data)
    columns = {}
    for column in (*NUMBERS[name], *NAMES[name]):
        number = column in NUMBERS[name]
        of = one[column], other[column]
        columns[column] = {
            "evidently": evidently_says(*of, ColumnType.Numerical if number else ColumnType.Categorical),
            "nannyml": nannyml_says(*of, FeatureType.CONTINUOUS if number else FeatureType.CATEGORICAL),
        }
    mixed = [part.sample(frac=1, random_state=0).reset_index(drop=True) for part in (one, other)]
    return {
        "columns": columns,
        "domain_auc": domain_auc(one, other),
        "domain_auc_of_shuffled_rows": domain_auc(mixed[0], mixed[1]),
    }


if __name__ == "__main__":
    data = Path(sys.argv[1])
    record = {
        "made_with": {
            name: version(name) for name in ("evidently", "nannyml", "numpy", "pandas", "scikit-learn")
        },
        **{name: said(name, data) for name in NAMES},
    }
    GOLDEN.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
