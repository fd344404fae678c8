"""The card's request, proved by HubSpot's signature, becomes a visit: portal, user and lead key.

The signature proves the app, the portal and the user; the record is whatever the card's own code
sent, so it is used only to find our own flag for a contact of that portal. What somebody answers is a word
from a list; no other text of a body is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

from connectors.feedback import PERSON, Feedback, Reason, Verdict
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.signature import InboundRequest, check_signature, refused, require
from connectors.inbound import KeyringFor, Visit
from connectors.pseudonym import Keyring, LeadKey

MAXIMUM_BODY = 16_384
PORTAL_UNKNOWN, BODY_INVALID, ANSWER_INVALID = "portal_unknown", "body_invalid", "answer_invalid"
CONTACT, LEAD = "0-1", "0-136"
_SIGNED_QUERY = ("portalId", "userId", "appId", "userEmail")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}\Z")
_NUMBER = re.compile(r"[0-9]{1,20}\Z")
# An audit's own id; any other text is not taken.
_AUDIT_ID = re.compile(r"[a-z0-9]{6,32}\Z")


def verify_card(request: InboundRequest, app: HubSpotApp, keyring_for: KeyringFor, now: datetime) -> Visit:
    """The visit that a card's request proves.

    Raises
    ------
    Refused
        With one of the codes ``signature_missing``, ``timestamp_invalid``, ``timestamp_stale``,
        ``request_too_large``, ``signature_invalid``, ``method_not_allowed``, ``query_invalid``,
        ``app_mismatch``, ``portal_unknown``, ``body_invalid``. No message holds an id.
    """
    query, keyring = _proved(request, app, keyring_for, now)
    kind, record_id = _record(_document(request.body))
    return Visit(
        crm="hubspot",
        organisation=query["portalId"],
        lead=lead_of(keyring, kind, record_id),
        user=keyring.pseudonym(PERSON, query["userId"]),
        generation=keyring.generation,
    )


def verify_answer(
    request: InboundRequest, app: HubSpotApp, keyring_for: KeyringFor, now: datetime
) -> Feedback:
    """What the user of a card answers to the check of a contact, by pseudonyms alone.

    It was given when HubSpot signed it. Its ``key`` is left empty: lead, person and audit tell it apart, and
    nothing that lasts longer than the organisation's key may be made of them. So is ``seen``, for what the
    body says of it proves nothing.

    Raises
    ------
    Refused
        As `verify_card`; or ``answer_invalid``: a word that is in no list of ours, a reason where there is
        nothing to give one for or none where there is, or no audit.
    """
    query, keyring = _proved(request, app, keyring_for, now)
    document = _document(request.body)
    kind, record_id = _record(document)
    verdict, reason, audit_id = _answer(document)
    return Feedback(
        key="",
        lead=lead_of(keyring, kind, record_id),
        who=keyring.pseudonym(PERSON, query["userId"]),
        verdict=verdict,
        given_at=datetime.fromtimestamp(int(request.timestamp or "") / 1000, UTC),
        reason=reason,
        audit_id=audit_id,
    )


def verify_portal(request: InboundRequest, app: HubSpotApp, keyring_for: KeyringFor, now: datetime) -> str:
    """The portal whose user asks for what is true of the portal as a whole; the body is not looked at.

    Raises
    ------
    Refused
        As `verify_card`, but for what is about the body.
    """
    return _proved(request, app, keyring_for, now)[0]["portalId"]


def language_of(request: InboundRequest) -> str:
    """The language that a card says HubSpot speaks to its user, such as "de"; "" where it says none.

    It says nothing about anybody, so that it may be read of any request whose signature was proved.
    """
    said = _document(request.body).get("language")
    return said if isinstance(said, str) and _LANGUAGE.match(said) else ""


def lead_of(keyring: Keyring, kind: str, record_id: str) -> LeadKey:
    """The key of a contact, or of a record of the Leads object: the same number there is another record."""
    return keyring.lead_key(record_id if kind == CONTACT else f"{kind}/{record_id}")


def _proved(
    request: InboundRequest, app: HubSpotApp, keyring_for: KeyringFor, now: datetime
) -> tuple[Mapping[str, str], Keyring]:
    """What HubSpot's signature proves, and the portal's keyring."""
    check_signature(request, app.client_secret, now, MAXIMUM_BODY)
    require(request.method == "POST", "method_not_allowed")
    query = _query(request.uri)
    require(query["appId"] == app.app_id, "app_mismatch")
    keyring = keyring_for(query["portalId"])
    if keyring is None:
        raise refused(PORTAL_UNKNOWN)
    return query, keyring


def _query(uri: str) -> dict[str, str]:
    """The values that HubSpot appended, each exactly once; ids are digits."""
    pairs = parse_qsl(urlsplit(uri).query, keep_blank_values=True)
    found = {name: [value for key, value in pairs if key == name] for name in _SIGNED_QUERY}
    require(all(len(values) <= 1 for values in found.values()), "query_invalid")
    single = {name: values[0] for name, values in found.items() if values}
    numbers = (single.get(name, "") for name in ("portalId", "userId", "appId"))
    require(all(_NUMBER.match(number) for number in numbers), "query_invalid")
    return single


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    return document if isinstance(document, dict) else {}


def _record(document: Mapping[str, Any]) -> tuple[str, str]:
    """The type and the number of the record that a body names."""
    kind, record_id = document.get("objectTypeId"), document.get("objectId")
    text = str(record_id) if isinstance(record_id, int | str) else ""
    if kind not in (CONTACT, LEAD) or not _NUMBER.match(text):
        raise refused(BODY_INVALID)
    return str(kind), text


def _answer(document: Mapping[str, Any]) -> tuple[Verdict, Reason | None, str]:
    """The words of an answer; only who disagrees gives a reason, and must."""
    verdict, reason, audit_id = (document.get(name) for name in ("verdict", "reason", "auditId"))
    require(verdict in get_args(Verdict), ANSWER_INVALID)
    require(reason in get_args(Reason) if verdict == "disagree" else reason is None, ANSWER_INVALID)
    require(isinstance(audit_id, str) and _AUDIT_ID.match(audit_id) is not None, ANSWER_INVALID)
    return verdict, reason, str(audit_id)  # type: ignore[return-value]  # words of the lists, as was seen
