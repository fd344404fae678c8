"""Some of very many leads: enough for the laboratory, and the same ones in every run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from audit.rows.mitigation.folding import lots, texts
from audit.rows.mitigation.model import Request


def drawn(table: pa.Table, most: int, seed: int) -> pa.Table:
    """As many leads of an admitted table, by lot; the table itself where it has no more.

    A lead's lot is fixed by its key and the seed; whole accounts come together, but for the last one.
    """
    if table.num_rows <= most:
        return table
    alone = lots(texts(table.column("key")), f"{seed}:drawn:")
    order = np.argsort(alone, kind="stable")
    if "account" in table.column_names:
        names = table.column("account").cast(pa.string())
        free = np.asarray(names.is_null().to_numpy(), dtype=np.bool_)
        shared = np.where(free, alone, lots(texts(names.fill_null("")), f"{seed}:drawn account:"))
        order = np.lexsort((alone, shared))
    return table.take(pa.array(np.sort(order[:most])))


def scaled(request: Request, share: float) -> Request:
    """The same request for a share of the leads: the team can call as much fewer of them."""

    def part(calls: int | None) -> int | None:
        return None if calls is None else max(1, round(calls * share))

    return replace(request, calls=part(request.calls), calls_per_day=part(request.calls_per_day))
