"""An org that shows no lead at all, where leads are held: a lost access, unless a person says otherwise.

To a connected user a lost sharing rule looks as if every lead were deleted. To believe it would erase the
scores of earlier pulls, which no later pull brings back.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from connectors.errors import Refused
from connectors.lake import Lake
from connectors.pseudonym import LeadKey

NO_LEADS = "NO_LEADS"


def refuse_emptied(lake: Lake, organisation: str, gone: Sequence[LeadKey] = ()) -> None:
    """Stop where leads are held that nobody told us are ``gone``; to be called where the org shows none.

    Raises
    ------
    Refused
        ``NO_LEADS``.
    """
    held = lake.keys("salesforce", organisation)["lead_key"]
    told = pa.array([key.hex for key in gone], pa.string())
    left = int(pc.sum(pc.invert(pc.is_in(held, value_set=told))).as_py() or 0)
    if left:
        msg = (
            f"the connected user sees no lead any more, and {left:,} are held here, so they stay as they "
            "are: give the user access to the leads again, then sync. If every lead was deleted, disconnect "
            "the org here, which erases them"
        )
        raise Refused(msg, code=NO_LEADS)
