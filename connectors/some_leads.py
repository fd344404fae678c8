"""Some of the held leads, drawn at random, for figures that need not look at all of them."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pyarrow as pa

from connectors.lake import Lake
from connectors.partitions import ATTEMPTS, rewritten


def some_leads(lake: Lake, owner: tuple[str, str], share: float, seed: int = 0) -> pa.Table | None:
    """Each lead of an owner (its CRM and its id) with the same chance ``share``, all where that is 1 or more.

    In little memory, and without a lock. None where nothing is held.

    Raises
    ------
    Busy
        The leads were rewritten again and again while they were read.
    """
    for _ in range(ATTEMPTS):
        with suppress(FileNotFoundError):  # a writer removed this state: another one counts now
            return _drawn(lake, owner, share, np.random.default_rng(seed))
    raise rewritten()


def _drawn(lake: Lake, owner: tuple[str, str], share: float, draws: np.random.Generator) -> pa.Table | None:
    def some(part: pa.Table) -> pa.Table:
        return part if share >= 1 else part.filter(draws.random(part.num_rows) < share)

    parts = [some(part) for read in lake.by_file(*owner).values() for part in read()]
    return pa.concat_tables(parts) if parts else None
