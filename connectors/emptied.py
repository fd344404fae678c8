"""A CRM that shows no lead at all, where leads are held: a lost access, unless something says otherwise.

To believe it would erase the scores of earlier pulls, which no later pull brings back.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from connectors.lake import Lake

NO_LEADS = "NO_LEADS"
NOBODY = pa.array([], pa.string())


def still_held(lake: Lake, crm: str, organisation: str, gone: pa.Array = NOBODY) -> int:
    """How many leads are held, or were turned away, that nobody told us are ``gone`` (keys)."""
    return sum(
        int(pc.sum(pc.invert(pc.is_in(held["lead_key"], value_set=gone))).as_py() or 0)
        for held in lake.keys(crm, organisation)
    )
