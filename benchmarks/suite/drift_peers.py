"""The peers of drift, run by the Python of their own environment."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402 - logging is silenced first
import pandas as pd  # noqa: E402

from benchmarks.suite.leads import levels  # noqa: E402
from benchmarks.suite.measuring import Task  # noqa: E402
from benchmarks.suite.stored import load  # noqa: E402


def _halves(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    leads = load(folder, fields=True)
    names = {name: np.array(levels(name), dtype=object)[codes] for name, codes in leads.names.items()}
    frame = pd.DataFrame({**names, **leads.numbers})
    half = len(frame) // 2
    return frame.iloc[:half].reset_index(drop=True), frame.iloc[half:].reset_index(drop=True)


def evidently(folder: Path) -> Task:
    """DataDriftPreset with PSI."""
    from evidently import Report
    from evidently.presets import DataDriftPreset

    reference, newest = _halves(folder)
    return Task(lambda: Report([DataDriftPreset(method="psi")]).run(newest, reference).dict())


def nannyml(folder: Path) -> Task:
    """Univariate drift: Kolmogorov-Smirnov of numbers, Jensen-Shannon of names."""
    import nannyml as nml

    reference, newest = _halves(folder)

    def call() -> object:
        made = nml.UnivariateDriftCalculator(
            column_names=list(reference.columns),
            continuous_methods=["kolmogorov_smirnov"],
            categorical_methods=["jensen_shannon"],
            chunk_number=1,
        )
        return made.fit(reference).calculate(newest).to_df()

    return Task(call)


CASES = {"evidently": evidently, "nannyml": nannyml}
