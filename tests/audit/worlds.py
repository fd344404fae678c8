"""Made-up worlds whose truth is known."""

from __future__ import annotations

import numpy as np
import pyarrow as pa


def equal_leads(
    rng: np.random.Generator, sizes: tuple[tuple[int, ...], ...], leads: int, base: float
) -> pa.Table:
    """Leads whose attributes (one per entry of ``sizes``, with these shares) say nothing at all."""
    outcome = rng.random(leads) < base
    score = np.clip(np.round(rng.normal(50 + 10 * outcome, 15)), 0, 100)
    attributes = {}
    for i, share in enumerate(sizes):
        level = rng.choice(len(share), leads, p=np.array(share) / sum(share))
        attributes[f"attribute:a{i}"] = pa.array(level.astype(str)).dictionary_encode()
    return pa.table({**attributes, "score": score, "outcome": outcome})
