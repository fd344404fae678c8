"""Some of the held leads, drawn at random, for figures that need not look at all of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from connectors.partitions import Manifest, stretches
from connectors.seals import Home


def drawn(home: Home, manifest: Manifest, leads: int, seed: int) -> pa.Table:
    """Each lead of one state with the same chance, so that about ``leads`` come; all if there are no more."""
    chance, draws = leads / max(manifest.kept, 1), np.random.default_rng(seed)

    def some(part: pa.Table) -> pa.Table:
        return part if chance >= 1 else part.filter(draws.random(part.num_rows) < chance)

    days = sorted(manifest.partitions)
    parts = [some(part) for day in days for part in stretches(home, manifest, day)]
    return pa.concat_tables([manifest.schema(hidden=True).empty_table(), *parts])
