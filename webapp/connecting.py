"""From an admin's consent to a connection, and its end."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.schema import BadInput
from connectors.errors import Busy, ConnectorError, Refused
from connectors.oauth import Grant
from webapp.crms import NAMES, consent
from webapp.erasure import erase
from webapp.language import gettext, marked
from webapp.rights.parting import certify_parting
from webapp.services import Services
from webapp.store import erased_leads, pseudonymised
from webapp.store.releases import owner_of
from webapp.store.rows import ConnectionRow, Crm, UserRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from connectors.salesforce.server_flows import ServerFlow

ERROR_CODE = re.compile(r"[A-Za-z_]{1,60}\Z")
_NOT_INSTALLED = marked(
    "The app is not in this org, or is not approved for you: make it in this org and add your permission set "
    "to its policies, then connect again."
)
# What a redirect with an error means for who stands before it.
MENDS = {
    "invalid_client": _NOT_INSTALLED,
    "OAUTH_APPROVAL_ERROR_GENERIC": _NOT_INSTALLED,
    "OAUTH_APP_BLOCKED": marked(
        "An admin has blocked the app in this org: unblock it in Setup, then connect again."
    ),
    "OAUTH_APP_ACCESS_DENIED": _NOT_INSTALLED,
    "invalid_scope": marked("Add the scopes api, refresh_token and openid to the app, then connect again."),
    "server_error": marked("Something broke there. Wait some minutes, then connect again."),
    "temporarily_unavailable": marked("Wait some minutes, then connect again."),
}
UNCONFIRMED = marked("%(crm)s did not confirm the end of the consent: remove the app there too.")
ERASED = marked("Its leads are erased here; the audits stay.")
ERASED_LATER = marked("Its leads will be erased here when the running job ends; the audits stay.")
# With these there is nothing left to revoke: the CRM ended it first.
ENDED = frozenset({"not_connected", "invalid_grant", "invalid_token", "portal_gone"})


class NotConnected(Exception):
    """The consent did not lead to a connection; the message is a sentence for the admin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the CRM put on the redirect; empty where it is absent."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    error: str


def begin(opened: Services, crm: Crm, user: UserRow) -> str:
    """Where to send the admin's browser. What must come back is remembered for this person, once."""
    request = consent(opened.settings, crm).ask()
    opened.consents.remember(crm, user.id, request)
    return request.url


def finish(opened: Services, crm: Crm, user: UserRow, answer: Answer) -> ConnectionRow:
    """The connection that the CRM's answer leads to, its grant stored.

    Raises
    ------
    NotConnected
        The admin declined, the answer was not asked for, or the CRM refused the code.
    """
    verifier = opened.consents.take(crm, user.id, answer.state)
    if verifier is None:
        msg = gettext(
            "This answer was not asked for here, was used already, or came after 15 minutes. Connect again."
        )
        raise NotConnected(msg)
    if answer.error or not answer.code:
        raise NotConnected(_declined(crm, answer.error))
    try:
        grant = consent(opened.settings, crm).exchange(answer.code, verifier)
    except ConnectorError as error:
        msg = f"{error}."
        raise NotConnected(msg) from None
    return _connected(opened, crm, grant, user.name)


def direct(opened: Services, crm: Crm, flow: ServerFlow, who: str) -> ConnectionRow:
    """The connection that the server makes by itself, with a certificate or the app's run-as user.

    Raises
    ------
    NotConnected
        The CRM said no, or could not answer.
    BadInput
        The CRM is not set up here, or knows no such way.
    """
    try:
        grant = consent(opened.settings, crm).direct(flow)
    except ConnectorError as error:
        msg = f"{error}."
        raise NotConnected(msg) from None
    return _connected(opened, crm, grant, who)


def _connected(opened: Services, crm: Crm, grant: Grant, who: str) -> ConnectionRow:
    row = opened.repository.add_connection(crm, grant.organisation, grant.instance_url)
    opened.keys.renew(row.id, lambda session: _begin_anew(session, row.id))
    former = _former(opened, row)
    opened.grants(row.id).save(grant)
    opened.accounts.record(who, "connected", row.id, f"{crm} {row.organisation}")
    if crm == "salesforce" and former and former.refresh_token not in {None, grant.refresh_token}:
        # Nobody will use that consent again; a portal of HubSpot has one for all, which must live on.
        with suppress(ConnectorError):
            consent(opened.settings, crm).revoke(former)
    return row


def _begin_anew(session: Session, connection_id: str) -> None:
    pseudonymised.remove(session, connection_id)
    erased_leads.forget(session, connection_id)


def _former(opened: Services, row: ConnectionRow) -> Grant | None:
    try:
        return opened.grants(row.id).load()
    except Refused:
        return None


def end(opened: Services, connection: ConnectionRow, user: str) -> str:
    """Revoke the consent, delete its tokens and leads, and say in short sentences what became of it.

    Raises
    ------
    BadInput
        The connection has ended, but the disk did not let its leads be erased.
    """
    name, note, said = NAMES[connection.crm], "", ""
    if not _revoked(opened, connection):
        # The note is stored, in English; what is said is told once, to who ends it.
        note, said = UNCONFIRMED % {"crm": name}, gettext(UNCONFIRMED, crm=name)
    opened.grants(connection.id).delete()
    opened.repository.set_state(connection.id, "disconnected", note)
    opened.accounts.record(user, "disconnected", connection.id, note)
    certify_parting(opened, connection)
    opened.keys.destroy(connection.id, user)
    opened.releases.forget_counts(owner_of(connection), user)
    told = gettext(
        "%(crm)s is disconnected, its tokens are deleted and the key of its leads is destroyed.", crm=name
    )
    try:
        now = erase(opened, connection)
    except BadInput as problem:
        msg = f"{told} {problem} {said}".strip()
        raise BadInput(msg) from None
    return f"{told} {gettext(ERASED if now else ERASED_LATER)} {said}".strip()


def _revoked(opened: Services, connection: ConnectionRow) -> bool:
    """Whether the consent has surely ended at the CRM, now or before."""
    try:
        grant = opened.grants(connection.id).load()
        consent(opened.settings, connection.crm).revoke(grant)
    except Refused as error:
        return error.code in ENDED
    except (Busy, BadInput):
        return False
    return True


def _declined(crm: Crm, error: str) -> str:
    if error == "access_denied":
        return gettext(
            "The consent was declined in %(crm)s. Nothing was changed; you can connect again.", crm=NAMES[crm]
        )
    reason = f" ({error})" if ERROR_CODE.match(error) else ""
    usual = marked("Check the app's settings there, then connect again.")
    mend = MENDS.get(error, usual) if crm == "salesforce" else usual
    said = gettext("%(crm)s did not give its consent%(reason)s.", crm=NAMES[crm], reason=reason)
    return f"{said} {gettext(mend)}"
