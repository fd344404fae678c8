"""The leads of a connection: are they where the database says that some are."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.doctor.result import Result, fine, wrong
from webapp.services import Services
from webapp.store.rows import ConnectionRow

ABOUT = "Leads"


def leads(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Whether what was pulled is in the data folder, as after a backup of the database alone it is not."""
    audited = opened.evidence.behind(row.id, None, 1)
    if not audited:
        return
    if opened.lake.holds(row.crm, row.organisation):
        yield fine(ABOUT, "They are in the data folder.")
        return
    says = "There was an audit, and the leads behind it are not in the data folder."
    mend = (
        "Is FAIRLEAD_DATA_DIR the one of before? Put its folder leads back, or press Pull now on page Jobs."
    )
    yield wrong(ABOUT, says, mend)
