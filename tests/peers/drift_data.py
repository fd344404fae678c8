"""Two windows for the peers of drift and for us. It imports nothing of Fairlead: both environments run it."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd

Windows = tuple[pd.DataFrame, pd.DataFrame]
NUMBERS = {"bank": ("age", "balance", "duration"), "generated": ("size", "score")}
NAMES = {"bank": ("job", "marital", "contact", "month"), "generated": ("source", "region")}


def bank(data: Path) -> Windows:
    """Calls of a bank in the order of their dates: 2008 to 2010, the first 60 % and the rest."""
    with gzip.open(data / "bank_marketing" / "bank-full.csv.gz") as file:
        raw = pd.read_csv(file, sep=";")[[*NUMBERS["bank"], *NAMES["bank"]]].iloc[::4]
    cut = int(len(raw) * 0.6)
    return raw.iloc[:cut].reset_index(drop=True), raw.iloc[cut:].reset_index(drop=True)


def generated() -> Windows:
    """Leads whose size moved by 0.3 standard deviations, whose source moved, and whose region did not."""
    random = np.random.default_rng(20_260_101)
    made = []
    for n, shift, source in ((3000, 0.0, (0.5, 0.3, 0.2)), (2000, 0.3, (0.4, 0.35, 0.25))):
        made.append(
            pd.DataFrame(
                {
                    "size": random.normal(shift, 1, n),
                    "score": np.clip(np.rint(random.normal(50 + 10 * shift, 15, n)), 0, 100),
                    "source": random.choice(["web", "event", "partner"], n, p=source),
                    "region": random.choice(["rural", "urban"], n),
                }
            )
        )
    return made[0], made[1]


def windows(name: str, data: Path) -> Windows:
    """The two windows of a data set by its name."""
    return generated() if name == "generated" else bank(data)
