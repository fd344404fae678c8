"""From what a job met to the state of its connection, in the words of an admin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType

from sqlalchemy.exc import SQLAlchemyError

from audit.schema import BadInput
from connectors.errors import Busy, ConnectorError, Refused
from webapp.disk import trouble
from webapp.services import Services
from webapp.store.job_ends import Outcome
from webapp.store.rows import ConnectionRow, ConnectionState
from webapp.work.watched import Cancelled, Stopping

PULL = "The last pull did not finish"
WRITE_BACK = "The last write-back did not finish"
CHECK = "The last check of the access failed"
KINDS: Mapping[str, str] = MappingProxyType({PULL: "pull", WRITE_BACK: "write_back", CHECK: "check"})
STANDS = "The audit before it still stands."

# Asking the CRM again will not help before somebody signs in there again, or mends the app's settings.
_SIGN_IN = (
    "invalid_grant",
    "no_refresh_token",
    "unreadable_grant",
    "not_connected",
    "invalid_client",
    "invalid_client_id",
    "inactive_user",
    "org_mismatch",
    "portal_mismatch",
    "bad_signature",
    "token_type",
    "unsupported_grant_type",
    "INVALID_AUTH_HEADER",
    "HTTP_401",
    "moved",
    "HTTP_301",
    "HTTP_302",
    "HTTP_303",
    "HTTP_307",
    "HTTP_308",
    "INVALID_AUTHENTICATION",
    "EXPIRED_AUTHENTICATION",
    "BAD_REFRESH_TOKEN",
)
# A person in the CRM must allow something.
_PERMISSION = (
    "INVALID_SESSION_ID",
    "API_DISABLED_FOR_ORG",
    "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "FORBIDDEN",
    "HTTP_403",
    "INVALID_FIELD",
    "FIELD_ABSENT",
    "INVALID_TYPE",
    "NO_LEADS",
    "NOT_FOUND",
    "invalid_app_access",
    "invalid_scope",
    "access_denied",
    "MISSING_SCOPES",
)
_GONE = (
    "inactive_org",
    "ORG_LOCKED",
    "INACTIVE_ORG_OR_USER",
    "TRIAL_EXPIRED",
    "org_gone",
    "portal_gone",
    "api_version",
)
# Our own id or secret is not taken, or the app is not as it must be: the consent is as good as before.
_SETTINGS = (
    "BAD_CLIENT",
    "BAD_CLIENT_ID",
    "BAD_CLIENT_SECRET",
    "BAD_REDIRECT_URI",
    "BAD_SCOPES",
    "BAD_TOKEN_REQUEST",
    "app_mismatch",
    "sensitive_scope",
)
_STATES: Mapping[str, ConnectionState] = MappingProxyType(
    {
        **dict.fromkeys(_SIGN_IN, "consent_needed"),
        **dict.fromkeys(_PERMISSION, "missing_permission"),
        **dict.fromkeys(_SETTINGS, "wrong_settings"),
        **dict.fromkeys(_GONE, "org_gone"),
    }
)


def state_after(error: Exception) -> ConnectionState:
    """The state that an error leaves a connection in; "pull_incomplete" where it tells of none."""
    if isinstance(error, Busy):
        return "limit_reached" if error.code == "limit_reached" else "busy"
    code = error.code if isinstance(error, Refused) else ""
    # Whatever else HubSpot's token endpoint refuses is about our settings too: never about the consent.
    return _STATES.get(code, "wrong_settings" if code.startswith("BAD_") else "pull_incomplete")


@contextmanager
def noting(opened: Services, connection: ConnectionRow, what: str) -> Iterator[None]:
    """Record the state that an error of the block leaves the connection in; disconnected is final.

    ``what`` begins the note: `PULL`, `WRITE_BACK` or `CHECK`. A write-back or a check that met no more
    than a defect of ours says nothing about the access.
    """
    try:
        yield
    except Exception as error:
        if not isinstance(error, Cancelled | Stopping):  # a person ended it, or it goes on later
            _count(opened, connection, what, "failed")
        state = state_after(error)
        if what == PULL or state != "pull_incomplete":
            audited = bool(opened.evidence.newest(connection.id, 1))
            _record(opened, connection, state, note_of(what, error, audited=audited))
        raise
    _count(opened, connection, what, "done")


def _count(opened: Services, connection: ConnectionRow, what: str, outcome: Outcome) -> None:
    """A count for whoever watches; where the database does not take it, that is no trouble of the job's."""
    with suppress(SQLAlchemyError):
        opened.job_ends.add(connection.id, KINDS[what], outcome)


def note_of(what: str, error: Exception, *, audited: bool) -> str:
    """A connector's message is fit to show; any other error's may hold values, so it is left out."""
    told = str(error) if isinstance(error, ConnectorError | BadInput) else trouble(error)
    reason = f" ({told})" if told else ""
    return f"{what}{reason}." + (f" {STANDS}" if what == PULL and audited else "")


def clear_note_of(opened: Services, connection: ConnectionRow, what: str) -> None:
    """The block went well this time: where the last trouble was its own, the connection is well again."""
    row = opened.repository.connection(connection.id)
    if row is not None and row.state != "connected" and row.note.startswith(what):
        _record(opened, connection, "connected", "")


def _record(opened: Services, connection: ConnectionRow, state: ConnectionState, note: str) -> None:
    opened.repository.move_state(connection.id, state, note, {"disconnected"})
