"""The decision log of a connection: is it whole, and has anybody looked lately."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from webapp.decision_opening import place_of
from webapp.decisions import is_behind
from webapp.doctor.result import Result, fine, sentence, warning, wrong
from webapp.services import Services
from webapp.store.rows import ConnectionRow

ABOUT = "Decision log"
LONG = timedelta(days=15)
KEEP = (
    "Find out who may write into the data folder, and keep a copy of it. "
    "docs/how-to/verify-the-decision-log.md says more."
)
GONE = f"Is FAIRLEAD_DATA_DIR the one of before? Put the folder of a backup back. If nobody did that: {KEEP}"


def decision_log(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Whether the last verification found it sound, and it is as long as the database knows."""
    known, now = opened.decision_logs.get(row.id), opened.clock()
    if not known.entries:
        return
    seen = known.verified_at
    if known.fault:
        yield wrong(ABOUT, f"It is not as it was written. {sentence(known.fault)}", KEEP)
    elif not place_of(opened, row).exists():
        yield wrong(ABOUT, "It is gone from the data folder.", GONE)
    elif is_behind(opened, row):
        says = "It is shorter than the database knows: the folder or the database is of another time."
        yield wrong(ABOUT, says, "Put folder and database of one moment back. If nobody did that: " + KEEP)
    elif seen is None and known.written_at and known.written_at < now - LONG:
        yield warning(
            ABOUT, "It was never verified.", "Press Verify now on its page, or switch its schedule on."
        )
    elif seen is not None and seen < now - LONG:
        says = f"It was last verified on {seen:%Y-%m-%d}."
        yield warning(ABOUT, says, "Press Verify now on its page, or switch its schedule on.")
    else:
        yield fine(ABOUT, "Nothing is known that was changed in it.")
