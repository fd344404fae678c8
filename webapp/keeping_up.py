"""What is watched beside the audits is brought up to date after each, and a failure of it is kept and told.

The audit is in place, and stays so whatever happens there; the next pull catches up and clears the note.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from audit.schema import BadInput
from webapp.defects import frames
from webapp.language import marked
from webapp.secrets_box import Unreadable
from webapp.services import Services
from webapp.store.not_kept_up import Behind, NotUpToDate, Part, Why
from webapp.store.rows import ConnectionRow

LOG = logging.getLogger(__name__)
WORDS: Mapping[Why, str] = {
    "data": marked("the leads or the stream do not fit what it compares"),
    "unreadable": marked("what is kept of it does not open with the key of the organisation"),
    "storage": marked("the database or the disk refused it"),
    "memory": marked("there was not enough memory"),
    "defect": marked("of a defect in Fairlead; the server's log says where"),
}
"""Why, as it stands behind "because"."""
KINDS: tuple[tuple[type[Exception], Why], ...] = (
    (BadInput, "data"),
    (Unreadable, "unreadable"),
    (SQLAlchemyError, "storage"),
    (OSError, "storage"),
    (MemoryError, "memory"),
)


@contextmanager
def kept_up(opened: Services, connection: ConnectionRow, part: Part) -> Iterator[None]:
    """Bring a part up to date within this; a trouble of it goes no further, and is noted."""
    store = NotUpToDate(database=opened.database)
    try:
        yield
        store.clear(connection.id, part)
    except Exception as error:  # noqa: BLE001 - the audit is in place whatever happens here
        LOG.warning("What is watched (%s) could not be brought up to date:\n%s", part, frames(error))
        _note(store, connection, Behind(part=part, since=opened.clock(), why=_why(error)))


def behind_of(opened: Services, connection: ConnectionRow) -> tuple[Behind, ...]:
    """The parts of a connection that are not up to date."""
    return NotUpToDate(database=opened.database).of(connection.id)


def _note(store: NotUpToDate, connection: ConnectionRow, behind: Behind) -> None:
    try:
        store.note(connection.id, behind)
    except SQLAlchemyError as error:
        LOG.warning("That could not be noted either:\n%s", frames(error))


def _why(error: Exception) -> Why:
    for kind, why in KINDS:
        if isinstance(error, kind):
            return why
    return "defect"
