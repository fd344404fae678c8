"""Signed requests that are not as they should be, or only look odd: what a canvas app must tell apart."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.salesforce.canvas import payload, sign
from connectors.sandbox.salesforce.record_ids import make_id
from connectors.sandbox.salesforce.soql_run import Json
from connectors.sandbox.salesforce.state import State

# The query of the GET that comes instead of a POST where users authorise the app themselves.
APPROVAL = "_sfdc_canvas_auth=user_approval_required"


def signed_variant(here: State, record_id: str, name: str = "good") -> str:
    """A signed request for a lead, in one of the ways of ``VARIANTS``. Raises KeyError for another name."""
    return VARIANTS[name](here, record_id)


def _changed(change: Callable[[Any], None]) -> Callable[[State, str], str]:
    """A request that is truly signed, and whose content is another."""

    def made(here: State, record_id: str) -> str:
        body = payload(here, record_id)
        change(body)
        return sign(body, here.grants.client.secret)

    return made


def _good(here: State, record_id: str) -> str:
    return sign(payload(here, record_id), here.grants.client.secret)


def _wrong_secret(here: State, record_id: str) -> str:
    return sign(payload(here, record_id), here.grants.client.secret[::-1])


def _tampered(here: State, record_id: str) -> str:
    """The signature of one request before the content of another."""
    other = sign(payload(here, make_id("00Q", 1)), "x")
    return f"{_good(here, record_id).partition('.')[0]}.{other.partition('.')[2]}"


def _urlsafe(here: State, record_id: str) -> str:
    """The signature in the URL-safe alphabet, which Salesforce does not use."""
    mark, _, body = _good(here, record_id).partition(".")
    return f"{base64.urlsafe_b64encode(base64.b64decode(mark)).decode()}.{body}"


def _extra_dots(here: State, record_id: str) -> str:
    return f"{_good(here, record_id)}.e30=.e30="


def _half(here: State, record_id: str) -> str:
    whole = _good(here, record_id)
    return whole[: len(whole) // 2]


def _set(path: str, value: object) -> Callable[[Any], None]:
    """A change of one value, its place named with dots."""

    def change(body: Mapping[str, Any]) -> None:
        *parents, last = path.split(".")
        place: Any = body
        for parent in parents:
            place = place[parent]
        place[last] = value

    return change


def _foreign_lead(here: State, _record_id: str) -> str:
    """A lead of the org that the rep may not see."""
    hidden = next(iter(here.org.rep.hidden_records), make_id("00Q", 62**6))
    return _good(here, hidden)


def _padded(body: Json) -> None:
    body["padding"] = "x" * 70_000


PARAMETERS = "context.environment.parameters"
VARIANTS: Mapping[str, Callable[[State, str], str]] = {
    "good": _good,
    "wrong_secret": _wrong_secret,
    "tampered": _tampered,
    "urlsafe": _urlsafe,
    "extra_dots": _extra_dots,
    "half": _half,
    "issued_at_odd": _changed(_set("issuedAt", -1_245_345_345)),
    "empty_parameters": _changed(_set(PARAMETERS, {})),
    "no_parameters": _changed(_set(PARAMETERS, None)),
    "parameter_no_id": _changed(_set(f"{PARAMETERS}.recordId", "<script>")),
    "parameter_other_object": _changed(_set(f"{PARAMETERS}.recordId", make_id("006", 1))),
    "foreign_org": _changed(_set("context.organization.organizationId", make_id("00D", 62**4 - 1))),
    "foreign_instance": _changed(_set("client.instanceUrl", "https://evil.example")),
    "foreign_user": _changed(_set("userId", make_id("005", 99))),
    "foreign_lead": _foreign_lead,
    "dead_token": _changed(_set("client.oauthToken", "00D!dead")),
    "no_token": _changed(_set("client.oauthToken", None)),
    "lower_algorithm": _changed(_set("algorithm", "hmacsha256")),
    "other_algorithm": _changed(_set("algorithm", "HMACSHA1")),
    "too_large": _changed(_padded),
}
