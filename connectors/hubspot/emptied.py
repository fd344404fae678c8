"""A portal that shows no contact at all, where some are held: a fault, unless HubSpot says they are gone."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from connectors.emptied import NO_LEADS, still_held
from connectors.errors import Refused
from connectors.lake import Lake
from connectors.pseudonym import Keyring, LeadKey


def refuse_emptied(lake: Lake, keyring: Keyring, gone: Iterable[LeadKey]) -> None:
    """Stop where contacts are held that are not among those ``gone``; for a portal that shows none.

    Raises
    ------
    Refused
        ``NO_LEADS``.
    """
    keys = pa.array([key.hex for key in gone], pa.string())
    if left := still_held(lake, "hubspot", keyring.organisation, keys):
        msg = (
            f"the portal shows the app no contact any more, and {left:,} are held here, so they stay as they "
            "are: look whether the contacts are still in HubSpot, connect the portal again, then sync. If "
            "every contact was deleted for good, disconnect the portal here, which erases them"
        )
        raise Refused(msg, code=NO_LEADS)
