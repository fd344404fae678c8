"""Some of the held leads, drawn at random, for figures that need not look at all of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pyarrow as pa

from connectors.errors import Busy
from connectors.partitions import Manifest, load_manifest, stretches
from connectors.seals import Home

ATTEMPTS = 20
REWRITTEN = "the stored leads are being rewritten: try again in a moment"


def some_leads(home: Callable[[], Home], leads: int, seed: int = 0) -> tuple[pa.Table, int]:
    """Each lead that is held with the same chance, so that about ``leads`` come; and how many are held.

    Raises
    ------
    Busy
        The leads were rewritten again and again while they were read.
    """
    for _ in range(ATTEMPTS):
        with suppress(FileNotFoundError):  # a writer removed this state: the manifest names the next one
            return _drawn(home(), leads, seed)
    raise Busy(REWRITTEN, retry_after=1)


def _drawn(home: Home, leads: int, seed: int) -> tuple[pa.Table, int]:
    manifest = load_manifest(home) or Manifest(columns=(), partitions={})
    chance, draws = leads / max(manifest.kept, 1), np.random.default_rng(seed)

    def some(part: pa.Table) -> pa.Table:
        return part if chance >= 1 else part.filter(draws.random(part.num_rows) < chance)

    days = sorted(manifest.partitions)
    parts = [some(part) for day in days for part in stretches(home, manifest, day)]
    return pa.concat_tables([manifest.schema(hidden=True).empty_table(), *parts]), manifest.kept
