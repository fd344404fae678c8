"""An org that shows no lead at all, where some are held: to a connected user so looks a lost sharing rule."""

from __future__ import annotations

import pyarrow as pa

from connectors.emptied import NO_LEADS, NOBODY, still_held
from connectors.errors import Refused
from connectors.lake import Lake

__all__ = ["NO_LEADS", "refuse_emptied"]


def refuse_emptied(lake: Lake, organisation: str, gone: pa.Array = NOBODY) -> None:
    """Stop where leads are held that nobody told us are ``gone`` (keys); for an org that shows none.

    Raises
    ------
    Refused
        ``NO_LEADS``.
    """
    if left := still_held(lake, "salesforce", organisation, gone):
        msg = (
            f"the connected user sees no lead any more, and {left:,} are held here, so they stay as they "
            "are: give the user access to the leads again, then sync. If every lead was deleted, disconnect "
            "the org here, which erases them"
        )
        raise Refused(msg, code=NO_LEADS)
