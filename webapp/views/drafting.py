"""What the two editors of a connection share: its row, the typed text, what is said after saving."""

from __future__ import annotations

from flask import abort, flash, request

from audit.schema import BadInput
from connectors.errors import Busy, ConnectorError
from webapp.language import english, gettext
from webapp.services import services
from webapp.store.rows import ConnectionRow, PolicyVersion, StreamVersion
from webapp.views.errors import wait_words

LONGEST_TEXT = 200_000


def connection_or_404(connection_id: str) -> ConnectionRow:
    """The connection that the address names."""
    return services().repository.connection(connection_id) or abort(404)


def typed_text() -> str:
    """What stands in the editor, with the line ends that files have."""
    return request.form.get("text", "").replace("\r\n", "\n")


def refuse_too_long(text: str, what: str) -> None:
    """Raise BadInput where nobody could have typed so much."""
    if len(text) > LONGEST_TEXT:
        msg = f"The {what} is longer than {LONGEST_TEXT:,} characters; take something out."
        raise BadInput(msg)


def announce(before: PolicyVersion | StreamVersion | None, saved: PolicyVersion | StreamVersion) -> None:
    """Say on the next page what saving did."""
    if before and before.version == saved.version:
        said = gettext(
            "Nothing has changed: this text is version %(version)s already.", version=saved.version
        )
        flash(said, "info")
    else:
        flash(
            gettext("Saved as version %(version)s. The next pull uses it.", version=saved.version), "success"
        )


def remote_words(problem: ConnectorError | BadInput) -> str:
    """Why the CRM could not be asked, and when to try again; what is not of ours is marked as English."""
    ours = gettext(str(problem))
    said = english(str(problem)) if ours == str(problem) else ours
    if isinstance(problem, Busy):
        return said + " " + gettext("Try again in about %(wait)s.", wait=wait_words(problem.retry_after))
    return said
