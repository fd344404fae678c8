"""The Canvas signed request: its signature, and the few of its words that we use.

References
----------
Salesforce, Canvas Developer Guide, "Verify and Decode a Signed Request" and "CanvasRequest Object".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import Refused
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.ids import full_id

LARGEST = 65_536
LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Za-z]{2,4})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a correctly signed request says. ``record_id`` comes from the browser: it proves nothing."""

    organisation: str
    user_id: str = field(repr=False)
    record_id: str = field(repr=False)
    token: str = field(repr=False)
    instance_url: str
    target_origin: str
    language: str = ""


def read_claim(signed_request: str, app: SalesforceApp) -> Claim:
    """The claim of a request signed with the app's secret.

    The signature covers the encoded payload, up to the first dot, so it is checked before anything
    is decoded. ``issuedAt`` is not read: the platform reserves it.

    Raises
    ------
    Refused
        ``too_large``, ``malformed_request``, ``bad_signature``, ``algorithm`` or ``no_record``.
    """
    if len(signed_request) > LARGEST:
        raise refused(code="too_large")
    signature, dot, payload = signed_request.partition(".")
    if not dot or not signed_request.isascii():
        raise refused(code="malformed_request")
    made = base64.b64encode(hmac.digest(app.client_secret.encode(), payload.encode(), hashlib.sha256))
    if not hmac.compare_digest(made, signature.encode()):
        raise refused(code="bad_signature")
    return _claim(_decoded(payload))


def refused(code: str) -> Refused:
    """The refusal of a visit; the sentence is the same whatever was wrong with the request."""
    return Refused(f"the Canvas request was refused ({code}): open the lead again", code=code)


def _decoded(payload: str) -> Mapping[str, Any]:
    try:
        body = json.loads(base64.b64decode(payload, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise refused(code="malformed_request")
    if str(body.get("algorithm")).upper() != "HMACSHA256":
        raise refused(code="algorithm")
    return body


def _claim(body: Mapping[str, Any]) -> Claim:
    client, context = _part(body, "client"), _part(body, "context")
    return Claim(
        organisation=_id(_part(context, "organization").get("organizationId"), "malformed_request"),
        user_id=_id(body.get("userId") or _part(context, "user").get("userId"), "malformed_request"),
        record_id=_id(_record(_part(context, "environment")), "no_record"),
        token=_text(client, "oauthToken"),
        instance_url=_text(client, "instanceUrl"),
        target_origin=str(client.get("targetOrigin") or ""),
        language=_language(_part(context, "user").get("language")),
    )


def _language(value: object) -> str:
    """A code such as ``de`` or ``en_US``; empty for anything else."""
    return value if isinstance(value, str) and LANGUAGE.fullmatch(value) else ""


def _record(environment: Mapping[str, Any]) -> object:
    """On a Lightning page the id is a parameter; on a page layout it is the record's."""
    return _parameters(environment).get("recordId") or _part(environment, "record").get("Id")


def _parameters(environment: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters as the component gave them: an object, its JSON as a text, or one within another."""
    found = environment.get("parameters")
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            found = None
    outer = found if isinstance(found, dict) else {}
    return {**_part(outer, "parameters"), **outer}


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    # A token with a line break could forge a header.
    if not isinstance(value, str) or not value or not (value.isascii() and value.isprintable()):
        raise refused(code="malformed_request")
    return value


def _id(value: object, code: str) -> str:
    try:
        return full_id(value if isinstance(value, str) else "")
    except ValueError:
        raise refused(code) from None
