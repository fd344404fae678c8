"""A Canvas request, proved by its signature and by the user's own token, becomes a visit.

The signature proves that Salesforce sent it for this app; it holds no time, so that the token's
being alive is what proves freshness. The record id comes from the browser, so that the user's own
token must be able to read the lead.

References
----------
Salesforce, REST API Developer Guide, "Get Records With a Request Body Using sObject Collections".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol, cast

import requests

from connectors.errors import Busy
from connectors.inbound import KeyringFor, Visit
from connectors.salesforce.app import SalesforceApp, frame_origin, lightning_origin, trusted_origin
from connectors.salesforce.ids import full_id
from connectors.salesforce.session import new_session
from connectors.salesforce.signed_request import Claim, read_claim, refused
from connectors.salesforce.versions import agreed

LEAD, LEAD_PREFIX = "Lead", "00Q"
NO_ACCESS = "no_access"
TIMEOUT = (5, 15)
Document = Mapping[str, object]


class Replays(Protocol):
    """Remembers signed requests: Canvas puts no time into them."""

    def admit(self, signed_request: str) -> bool:
        """Whether the request is new, or came first a short while ago."""
        ...


# The address at which an org was connected, by the org's id.
AddressFor = Callable[[str], str]


def verify_canvas(
    signed_request: str,
    app: SalesforceApp,
    keyring_for: KeyringFor,
    replays: Replays | None = None,
    address_of: AddressFor | None = None,
) -> Visit:
    """The visit that a signed request proves.

    ``replays``, where given, refuses a request that comes again long after it first came. ``address_of``,
    where given, tells the address that an org was connected at: the user's token is sent nowhere else.

    Raises
    ------
    Refused
        ``too_large``, ``malformed_request``, ``bad_signature``, ``algorithm``, ``no_record``,
        ``not_a_lead``, ``org_unknown``, ``host_not_allowed``, ``replayed``, ``token_refused``,
        ``user_mismatch``, ``other_address`` or ``no_access``. No message names an id.
    Busy
        Salesforce could not be asked whether the user may see the lead.
    """
    claim = read_claim(signed_request, app)
    if not claim.record_id.startswith(LEAD_PREFIX):
        raise refused(code="not_a_lead")
    keyring = keyring_for(claim.organisation)
    if keyring is None:
        raise refused(code="org_unknown")
    origin = trusted_origin(app, claim.instance_url)
    if address_of is not None and trusted_origin(app, address_of(claim.organisation)) != origin:
        raise refused(code="other_address")
    if replays is not None and not replays.admit(signed_request):
        raise refused(code="replayed")
    _authorise(app, claim, origin)
    return Visit(
        crm="salesforce",
        organisation=claim.organisation,
        lead=keyring.lead_key(claim.record_id),
        frame_origins=_frame_origins(app, claim, origin),
        user=keyring.pseudonym("user", claim.user_id),
        generation=keyring.generation,
        language=claim.language,
    )


def _authorise(app: SalesforceApp, claim: Claim, origin: str) -> None:
    """Ask Salesforce, with the user's own token, who the user is and whether the lead is visible."""
    user = _answer(_sent(app, claim, "GET", f"{origin}/services/oauth2/userinfo"), "token_refused")
    if _ids(user, "organization_id", "user_id") != (claim.organisation, claim.user_id):
        raise refused(code="user_mismatch")
    # By collections, because there the id travels in the body: an address ends in logs.
    with new_session(app) as session:
        version = agreed(session, origin, app.api_version)
    address = f"{origin}/services/data/v{version}/composite/sobjects/{LEAD}"
    body = {"ids": [claim.record_id], "fields": ["Id"]}
    found = _answer(_sent(app, claim, "POST", address, body), NO_ACCESS)
    # One entry per id that was asked for: null for a lead that is not there or not for this user.
    lead = found[0] if isinstance(found, list) and len(found) == 1 else None
    if _ids(lead, "Id") != (claim.record_id,):
        raise refused(NO_ACCESS)


def _answer(response: requests.Response | None, refusal: str) -> object:
    """The JSON that Salesforce shows the user. Raises Refused or Busy."""
    if response is None or response.status_code >= 500 or _is_limited(response):
        msg = "Salesforce could not be asked whether the user may see the lead: open the lead again"
        raise Busy(msg, retry_after=5.0)
    if response.status_code != 200:
        raise refused(refusal)
    with suppress(ValueError, RecursionError):
        return cast("object", response.json())
    raise refused(refusal)


def _is_limited(response: requests.Response) -> bool:
    """Whether the org's calls are used up, which says nothing about this user."""
    if response.status_code != 403:
        return response.status_code == 429
    with suppress(ValueError, RecursionError):
        found = response.json()
        first = found[0] if isinstance(found, list) and found else None
        return isinstance(first, dict) and first.get("errorCode") == "REQUEST_LIMIT_EXCEEDED"
    return False


def _sent(
    app: SalesforceApp, claim: Claim, method: str, address: str, body: Document | None = None
) -> requests.Response | None:
    headers = {"Authorization": f"Bearer {claim.token}"}
    with new_session(app) as session, suppress(requests.RequestException, UnicodeError):
        return session.request(
            method, address, json=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
        )
    return None


def _ids(body: object, *names: str) -> tuple[str, ...]:
    """The named ids in their long form; an empty text for one that is none."""
    found = []
    for name in names:
        try:
            found.append(full_id(str(body.get(name)) if isinstance(body, dict) else ""))
        except ValueError:
            found.append("")
    return tuple(found)


def _frame_origins(app: SalesforceApp, claim: Claim, origin: str) -> tuple[str, ...]:
    """The page that asked, the org's own host, and its Lightning host."""
    framing = (
        frame_origin(app, claim.target_origin),
        frame_origin(app, origin),
        lightning_origin(app, origin),
    )
    return tuple(dict.fromkeys(found for found in framing if found))
