"""What errors of the libraries mean for who wants to sign in. No answer of a provider is repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import requests
from authlib.common.errors import AuthlibBaseError
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError

from webapp.language import marked
from webapp.sign_in.refusal import NotLetIn

CODE = re.compile(r"[a-z_]{1,40}\Z")
AWAY = marked("The provider does not answer now. Try again in a minute, or sign in with a password.")
CLOCKS = marked(
    "The provider's answer is not valid at this moment: its clock and that of this server differ by over "
    "a minute. Set both by NTP."
)
STRANGE = marked(
    "The provider gave an answer that Fairlead cannot read. An administrator must look at its settings."
)
OTHERS = marked("The provider's answer is for another application: compare FAIRLEAD_OIDC_CLIENT_ID with it.")
CLAIMS: Mapping[str, str] = MappingProxyType(
    {
        "aud": OTHERS,
        "azp": OTHERS,
        "iss": marked("The answer comes from another issuer than FAIRLEAD_OIDC_ISSUER."),
        "nonce": marked("The provider's answer belongs to another sign-in. Begin again on this page."),
        "iat": CLOCKS,
        "nbf": CLOCKS,
        "exp": CLOCKS,
    }
)
OAUTH: Mapping[str, str] = MappingProxyType(
    {
        "access_denied": marked("You did not agree there, or the provider does not let you use Fairlead."),
        "invalid_client": marked(
            "The provider does not accept Fairlead's client id or secret: set them anew."
        ),
        "unauthorized_client": marked(
            "The provider lets Fairlead sign nobody in: allow the code flow there."
        ),
        "invalid_grant": marked(
            "The provider's answer was used before or is too old. Begin again on this page."
        ),
        "invalid_scope": marked(
            "The provider refuses the scopes openid, profile and email: allow them there."
        ),
        "redirect_uri_mismatch": marked("The provider does not know Fairlead's address: enter it there."),
    }
)


def told(error: Exception) -> NotLetIn:
    """What an error of the libraries means."""
    if isinstance(error, requests.RequestException):
        return _unreached(error)
    if isinstance(error, AuthlibBaseError):
        return declined(str(error.error or ""))
    if isinstance(error, ExpiredTokenError):
        return NotLetIn(CLOCKS, code="expired")
    if isinstance(error, ClaimError):
        return NotLetIn(CLAIMS.get(error.claim, STRANGE), code="wrong_claim")
    if isinstance(error, JoseError):
        msg = marked(
            "The provider's answer is not signed by one of its keys, so it proves nothing. Begin again."
        )
        return NotLetIn(msg, code="bad_signature")
    return NotLetIn(STRANGE, code="bad_answer")


def declined(code: str) -> NotLetIn:
    """What an OAuth error means."""
    known = code if CODE.match(code) else "unknown_error"
    if known in {"temporarily_unavailable", "server_error"}:
        return NotLetIn(AWAY, code=known, passing=True)
    if known in OAUTH:
        return NotLetIn(OAUTH[known], code=known)
    msg = marked("The provider said no (%(error)s). An administrator must look at its settings.")
    return NotLetIn(msg, code=known, error=known)


def _unreached(error: requests.RequestException) -> NotLetIn:
    if isinstance(error, requests.TooManyRedirects):
        msg = marked(
            "The provider's address leads elsewhere, and no secret goes there: set FAIRLEAD_OIDC_ISSUER."
        )
        return NotLetIn(msg, code="moved")
    if isinstance(error, requests.exceptions.SSLError):
        msg = marked(
            "The provider's certificate is not accepted: set FAIRLEAD_OIDC_CA_FILE to its authority."
        )
        return NotLetIn(msg, code="certificate")
    if isinstance(error, requests.exceptions.JSONDecodeError):
        return NotLetIn(STRANGE, code="bad_answer")
    status = error.response.status_code if error.response is not None else 500
    if status < 500:
        return NotLetIn(STRANGE, code=f"http_{status}")
    return NotLetIn(AWAY, code="away", passing=True)
