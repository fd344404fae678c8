"""What HubSpot tells by itself: did any of it ever come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from webapp.doctor.result import Result, fine, warning
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.store.told_events import REMEMBERED

ABOUT = "Webhooks"
PATIENCE = timedelta(days=7)


def webhooks(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Whether any came of late; of an address that HubSpot cannot reach, the public address tells."""
    now = opened.clock()
    if row.crm != "hubspot" or not opened.settings.secure_cookies or row.connected_at > now - PATIENCE:
        return
    newest = opened.told_events.newest(row.id)
    if newest is None:
        says = f"HubSpot has told of no deletion in the last {REMEMBERED.days} days."
        yield warning(
            ABOUT,
            says,
            "If contacts were deleted there, look at the app's webhooks in HubSpot: do they go to "
            f"{opened.settings.public_url}/hubspot/webhooks, and what does its log say?",
        )
    else:
        yield fine(ABOUT, f"The last one came on {newest:%Y-%m-%d}.")
