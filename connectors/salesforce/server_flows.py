"""Two ways to connect without a browser: a certificate (JWT bearer), or the app's own run-as user.

Neither has a refresh token: renewing is connecting again.

References
----------
Salesforce Help, "OAuth 2.0 JWT Bearer Flow for Server-to-Server Integration" and "OAuth 2.0 Client
Credentials Flow for Server-to-Server Integration"; RFC 7523; RFC 6749 section 4.4.
"""

from __future__ import annotations

import secrets
import time
from typing import Literal
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from connectors.errors import Refused
from connectors.oauth import Grant
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.token_answer import read_grant
from connectors.salesforce.token_call import posted

ServerFlow = Literal["jwt", "client_credentials"]
PRODUCTION, SANDBOX = "https://login.salesforce.com", "https://test.salesforce.com"
# Salesforce takes an assertion that ends within five minutes; three allow for a clock that is off.
SECONDS = 180
JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SHARED = frozenset({"login.salesforce.com", "test.salesforce.com", "login.salesforce.mil"})


def connect(app: SalesforceApp, flow: ServerFlow) -> Grant:
    """A grant of the org, got by the server itself.

    Raises
    ------
    Refused
        The settings do not hold what the flow needs, or Salesforce said no.
    Busy
        Salesforce could not answer.
    """
    form = _jwt_form(app) if flow == "jwt" else _credentials_form(app)
    return read_grant(app, posted(app, form, flow), former=None, flow=flow)


def audience(app: SalesforceApp) -> str:
    """Whom the assertion is for: the login address of production or of sandboxes, also at My Domain."""
    if app.jwt_audience:
        return app.jwt_audience
    host = urlsplit(app.login_url).hostname or ""
    for_tests = host == "test.salesforce.com" or ".sandbox.my." in host or ".scratch.my." in host
    return SANDBOX if for_tests else PRODUCTION


def _jwt_form(app: SalesforceApp) -> dict[str, str]:
    if not app.jwt_key or not app.jwt_username:
        msg = (
            "connecting with a certificate needs its private key and a user: set "
            "FAIRLEAD_SALESFORCE_JWT_KEY_FILE and FAIRLEAD_SALESFORCE_JWT_USERNAME"
        )
        raise Refused(msg, code="not_set_up")
    now = int(time.time())
    claims = {
        "iss": app.client_id,
        "sub": app.jwt_username,
        "aud": audience(app),
        "iat": now,
        "exp": now + SECONDS,
        # RFC 7523, section 3: no assertion is like another.
        "jti": secrets.token_urlsafe(16),
    }
    signed = jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(app.jwt_key))
    return {"grant_type": JWT, "assertion": signed}


def _credentials_form(app: SalesforceApp) -> dict[str, str]:
    if (urlsplit(app.login_url).hostname or "") in _SHARED:
        msg = (
            "the client credentials flow works at the org's own address only: set "
            "FAIRLEAD_SALESFORCE_LOGIN_URL to its My Domain address"
        )
        raise Refused(msg, code="not_set_up")
    return {
        "grant_type": "client_credentials",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
    }
