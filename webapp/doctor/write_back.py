"""What the last write-back could not write."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.doctor.result import Result, fine, warning
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.writeback import CONVERTED, shown

ABOUT = "Write-back"
# What happens to a record now and then, and needs nobody.
USUAL = frozenset(
    {CONVERTED, "OBJECT_NOT_FOUND", "MERGED", "NOT_CONFIRMED", "CONFLICT", "UNABLE_TO_LOCK_ROW"}
)


def write_back(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Fields that lack, and records that the CRM did not take, as the newest receipt tells."""
    receipt = opened.repository.latest_receipt(row.id)
    if receipt is None:
        return
    told = shown(receipt)
    refused = [one for one in told.reasons if one.code not in USUAL]
    for note in told.notes:
        yield warning(ABOUT, note, "Mend what the sentence names in the CRM, then press Write back now.")
    for one in refused:
        yield warning(ABOUT, f"{one.count:,} not written ({one.code}): {one.what}", one.mend)
    if not told.notes and not refused:
        yield fine(ABOUT, f"It wrote all that it should on {told.made_at:%Y-%m-%d}.")
