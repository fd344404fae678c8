"""The Canvas signed request: what Salesforce posts into the frame of a canvas app.

Source: developer.salesforce.com, platform_connect, canvas_app_signed_req_authentication and
canvas_request_object.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

from connectors.sandbox.salesforce.soql_run import Json
from connectors.sandbox.salesforce.state import State
from connectors.sandbox.salesforce.users import User

API = "68.0"


def sign(payload: Mapping[str, object], secret: str) -> str:
    """``B64(HMAC-SHA256(secret, body)).body`` where body is the payload's JSON in standard base64."""
    body = base64.b64encode(json.dumps(payload).encode())
    mac = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
    return f"{mac.decode()}.{body.decode()}"


def payload(here: State, record_id: str, user: User | None = None) -> Json:
    """The request for one lead, looked at by one user (the rep)."""
    viewer = user or here.org.rep
    return {
        "algorithm": "HMACSHA256",
        "issuedAt": None,
        "userId": viewer.id,
        "client": {
            "refreshToken": None,
            "instanceId": "_:Fairlead:j_id0:canvasapp",
            "targetOrigin": here.page_url,
            "instanceUrl": here.instance_url,
            "oauthToken": session_token(here, viewer),
        },
        "context": {
            "user": _user(viewer),
            "links": _links(here, viewer),
            "application": _application(here),
            "organization": _organization(here),
            "environment": _environment(here, record_id),
        },
    }


def session_token(here: State, user: User) -> str:
    """The user's own access token; opened again where it died."""
    for token, held in list(here.grants.access.items()):
        if held.family.user is user and held.family.refresh is None and here.grants.holder(token):
            return token
    return here.grants.open(user, ("api", "openid", "id"))[1]


def _user(user: User) -> Json:
    return {
        "userId": user.id,
        "userName": user.username,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "fullName": user.name,
        "email": user.username,
        "language": "en_US",
        "locale": "en_US",
        "timeZone": "Europe/Berlin",
        "profileId": None,
        "roleId": None,
        "userType": "STANDARD",
        "currencyISOCode": "EUR",
        "isDefaultNetwork": True,
        "networkId": None,
        "siteUrl": None,
        "siteUrlPrefix": None,
        "accessibilityModeEnabled": False,
    }


def _links(here: State, user: User) -> Json:
    rest = f"/services/data/v{API}/"
    return {
        "loginUrl": here.instance_url,
        "restUrl": rest,
        "sobjectUrl": f"{rest}sobjects/",
        "queryUrl": f"{rest}query/",
        "userUrl": f"/{user.id}",
    }


def _application(here: State) -> Json:
    return {
        "applicationId": "06PFl0000000001",
        "name": "Fairlead",
        "canvasUrl": here.panel_url,
        "version": "1.0",
        "authType": "SIGNED_REQUEST",
        "referenceId": "09HFl0000000001",
        "developerName": "Fairlead",
        "namespace": "",
        "options": [],
        "samlInitiationMethod": "None",
        "isInstalledPersonalApp": False,
    }


def _organization(here: State) -> Json:
    return {
        "organizationId": here.org.organisation,
        "name": "Stand-in for Salesforce",
        "multicurrencyEnabled": False,
        "namespacePrefix": None,
        "currencyIsoCode": "EUR",
    }


def _environment(here: State, record_id: str) -> Json:
    """On a Lightning page the record is empty: the id comes through the parameters."""
    return {
        "locationUrl": f"{here.page_url}/lightning/r/Lead/view",
        "displayLocation": "Aura",
        "subLocation": None,
        "uiTheme": "Theme4d",
        "dimensions": {"width": "100%", "height": "420px", "maxWidth": "1000px", "maxHeight": "2000px"},
        "version": {"season": "WINTER", "api": API},
        "parameters": {"recordId": record_id},
        "record": {},
    }
