"""What Fairlead says of the windows that the peers of drift were asked about, and what these said."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from audit.drift import Asked, DriftReport, drift_of_table
from audit.schema import Stream
from tests.peers.drift_data import Windows

GOLDEN = Path(__file__).with_name("drift_golden.json")
STREAM = Stream(name="peers", created="day", attributes=())


def golden() -> dict[str, Any]:
    """What the peers said (see `drift_golden.py`)."""
    found: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


def ours(pair: Windows) -> DriftReport:
    """The report on two windows, each as a day."""
    both = pd.concat(pair)
    day = np.repeat([date(2026, 1, 1), date(2026, 1, 2)], [len(part) for part in pair])
    columns = {f"feature:{name}": pa.array(both[name].to_numpy()) for name in both.columns}
    table = pa.table({"created": pa.array(day.tolist()), **columns})
    return drift_of_table(table, STREAM, Asked(reference_until=date(2026, 1, 1)))


def binned(one: pd.Series, other: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Counts in Evidently's bins of numbers: Sturges' of both windows together."""
    edges = np.histogram_bin_edges(np.concatenate([one, other]), bins="sturges")
    return tuple(np.histogram(part, edges)[0].astype(float) for part in (one, other))  # type: ignore[return-value]


def levels(one: pd.Series, other: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Counts by value."""
    names = sorted(set(one) | set(other))
    return tuple(part.value_counts().reindex(names, fill_value=0).to_numpy(float) for part in (one, other))  # type: ignore[return-value]
