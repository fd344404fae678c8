"""An org that shows no lead at all, where leads are held: a lost access, unless a person says otherwise.

To a connected user a lost sharing rule looks as if every lead were deleted. To believe it would erase the
scores of earlier pulls, which no later pull brings back.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from connectors.errors import Refused
from connectors.lake import Lake

NO_LEADS = "NO_LEADS"
NOBODY = pa.array([], pa.string())


def refuse_emptied(lake: Lake, organisation: str, gone: pa.Array = NOBODY) -> None:
    """Stop where leads are held that nobody told us are ``gone`` (keys); for an org that shows none.

    Raises
    ------
    Refused
        ``NO_LEADS``.
    """
    left = sum(
        int(pc.sum(pc.invert(pc.is_in(held["lead_key"], value_set=gone))).as_py() or 0)
        for held in lake.keys("salesforce", organisation)
    )
    if left:
        msg = (
            f"the connected user sees no lead any more, and {left:,} are held here, so they stay as they "
            "are: give the user access to the leads again, then sync. If every lead was deleted, disconnect "
            "the org here, which erases them"
        )
        raise Refused(msg, code=NO_LEADS)
