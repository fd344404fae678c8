"""The two ways to connect without a browser, against a token endpoint that checks as Salesforce does.

The assertion is verified with PyJWT, which did not make it.
"""

from __future__ import annotations

import base64
import hmac
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from werkzeug.wrappers import Request, Response

from connectors.errors import Busy, Refused
from connectors.oauth import Grant
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.oauth import refresh, revoke
from connectors.salesforce.server_flows import audience, connect
from connectors.sandbox.certificate import Certificate
from connectors.sandbox.salesforce.org import make_id
from tests.connectors.scripted import scripted

ORG, USER = make_id("00D", 7), make_id("005", 7)
SECRET = "canary-consumer-secret"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def error(code: str, status: int = 400) -> Response:
    text = f'{{"error": "{code}", "error_description": "canary words"}}'
    return Response(text, status, content_type="application/json")


@dataclass(slots=True)
class Endpoint:
    """Salesforce's token endpoint, as far as these flows need it."""

    key: rsa.RSAPrivateKey
    url: str = ""
    organisation: str = ORG
    forms: list[dict[str, str]] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    broken: Any = None
    more: dict[str, Any] = field(default_factory=dict)
    revoked: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Any:
        form = dict(request.form)
        if request.path.endswith("/revoke"):
            self.revoked.append(form["token"])
            return Response("")
        self.forms.append(form)
        if self.broken is not None:
            return self.broken
        return self.bearer(form) if "assertion" in form else self.credentials(form)

    def bearer(self, form: dict[str, str]) -> Any:
        try:
            self.claims = jwt.decode(
                form["assertion"],
                self.key.public_key(),
                algorithms=["RS256"],
                audience="https://login.salesforce.com",
                issuer="consumer-key",
                options={"require": ["iss", "sub", "aud", "exp"]},
            )
        except jwt.PyJWTError:
            return error("invalid_grant")
        if self.claims["sub"] != "rep@example.com":
            return error("invalid_grant")
        # Salesforce's published answer has neither signature nor issued_at here.
        return {**self.plain(), **self.more}

    def credentials(self, form: dict[str, str]) -> Any:
        if form.get("client_secret") != SECRET:
            return error("invalid_client")
        issued_at = str(int(time.time() * 1000))
        text = (self.plain()["id"] + issued_at).encode()
        signature = base64.b64encode(hmac.digest(SECRET.encode(), text, "sha256")).decode()
        return {**self.plain(), "issued_at": issued_at, "signature": signature, **self.more}

    def plain(self) -> dict[str, str]:
        return {
            "access_token": f"00D{len(self.forms)}!" + "x" * 8000,
            "scope": "api refresh_token",
            "instance_url": self.url,
            "id": f"{self.url}/id/{self.organisation}/{USER}",
            "token_type": "Bearer",
        }


@pytest.fixture
def serving(certificate: Certificate, key: rsa.RSAPrivateKey) -> Callable[[], Any]:
    @contextmanager
    def serve() -> Iterator[tuple[Endpoint, SalesforceApp]]:
        endpoint = Endpoint(key)
        with scripted(endpoint, certificate.server_context()) as url:
            endpoint.url = url
            yield (
                endpoint,
                SalesforceApp(
                    client_id="consumer-key",
                    client_secret=SECRET,
                    redirect_uri="http://127.0.0.1/cb",
                    login_url=url,
                    extra_hosts=("127.0.0.1",),
                    ca_file=certificate.certificate,
                    jwt_key=pem(key),
                    jwt_username="rep@example.com",
                ),
            )

    return serve


def whole(found: BaseException) -> str:
    return "".join(traceback.format_exception(found)) + repr(found.__context__) + repr(found.__cause__)


def test_a_certificate_gives_a_grant_without_secret_or_refresh_token(serving):
    with serving() as (endpoint, app):
        grant = connect(app, "jwt")
    (form,) = endpoint.forms
    assert set(form) == {"grant_type", "assertion"}
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert 60 <= endpoint.claims["exp"] - endpoint.claims["iat"] <= 300
    assert (grant.organisation, grant.flow, grant.refresh_token) == (ORG, "jwt", None)
    assert len(grant.access_token) > 8000
    assert abs((datetime.now(UTC) - grant.issued_at).total_seconds()) < 600


def test_the_run_as_user_gives_a_signed_grant(serving):
    with serving() as (endpoint, app):
        grant = connect(app, "client_credentials")
    assert endpoint.forms == [
        {"grant_type": "client_credentials", "client_id": "consumer-key", "client_secret": SECRET}
    ]
    assert (grant.organisation, grant.flow, grant.refresh_token) == (ORG, "client_credentials", None)


@pytest.mark.parametrize("flow", ["jwt", "client_credentials"])
def test_renewing_is_connecting_again_and_revoking_ends_the_access_token(serving, flow):
    with serving() as (endpoint, app):
        first = connect(app, flow)
        second = refresh(app, first)
        revoke(app, second)
    assert second.access_token != first.access_token
    assert second.flow == flow
    assert endpoint.revoked == [second.access_token]


def test_a_renewal_for_another_org_is_refused(serving):
    with serving() as (endpoint, app):
        first = connect(app, "jwt")
        endpoint.organisation = make_id("00D", 8)
        with pytest.raises(Refused) as caught:
            refresh(app, first)
    assert caught.value.code == "org_mismatch"


def test_a_signature_is_checked_wherever_there_is_one(serving):
    with serving() as (endpoint, app):
        for flow, more in (
            ("jwt", {"issued_at": "1", "signature": "AAAA"}),
            ("client_credentials", {"signature": "AAAA"}),
        ):
            endpoint.more = more
            with pytest.raises(Refused) as caught:
                connect(app, flow)
            assert caught.value.code == "bad_signature"


def test_only_an_assertion_may_be_answered_without_a_signature(serving):
    with serving() as (endpoint, app):
        endpoint.more = {"signature": None}
        with pytest.raises(Refused) as caught:
            connect(app, "client_credentials")
    assert caught.value.code == "malformed_token_answer"


@pytest.mark.parametrize("flow", ["jwt", "client_credentials"])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (error("invalid_grant"), "invalid_grant"),
        (error("invalid_client_id"), "invalid_client_id"),
        (error("invalid_app_access"), "invalid_app_access"),
        (error("inactive_org"), "inactive_org"),
        (error("unsupported_grant_type"), "unsupported_grant_type"),
        (error("invalid_request"), "invalid_request"),
        (b"<html>", "unexpected_answer"),
    ],
)
def test_a_refusal_names_the_mend_and_shows_no_secret(serving, flow, answer, code):
    with serving() as (endpoint, app):
        endpoint.broken = answer
        with pytest.raises(Refused) as caught:
            connect(app, flow)
    assert caught.value.code == code
    assert ": " in str(caught.value)
    for secret in (
        SECRET,
        "PRIVATE KEY",
        "canary words",
        *[f.get("assertion", SECRET) for f in endpoint.forms],
    ):
        assert secret not in whole(caught.value)


def test_the_mend_fits_the_flow(serving):
    said = {}
    with serving() as (endpoint, app):
        endpoint.broken = error("invalid_grant")
        for flow in ("jwt", "client_credentials"):
            with pytest.raises(Refused) as caught:
                connect(app, flow)
            said[flow] = str(caught.value)
    assert "certificate" in said["jwt"]
    assert "run-as user" in said["client_credentials"]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_what_passes_is_busy(serving, status):
    with serving() as (endpoint, app):
        endpoint.broken = error("server_error", status)
        with pytest.raises(Busy):
            connect(app, "jwt")


@pytest.mark.parametrize("kind", ["DPoP", "mac", None])
def test_a_token_of_another_type_is_refused(serving, kind):
    with serving() as (endpoint, app):
        endpoint.more = {"token_type": kind}
        with pytest.raises(Refused, match="DPoP"):
            connect(app, "jwt")


def test_another_key_or_user_is_refused_by_the_org(serving):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with serving() as (_, app):
        for changed in (replace(app, jwt_key=pem(other)), replace(app, jwt_username="eve@example.com")):
            with pytest.raises(Refused) as caught:
                connect(changed, "jwt")
            assert caught.value.code == "invalid_grant"


def bare(url: str, **more: Any) -> SalesforceApp:
    return SalesforceApp(client_id="c", client_secret="s", redirect_uri="r", login_url=url, **more)


def test_what_a_flow_needs_is_told_before_anything_is_sent():
    with pytest.raises(Refused, match="FAIRLEAD_SALESFORCE_JWT_KEY_FILE"):
        connect(bare("https://acme.my.salesforce.com"), "jwt")
    for shared in ("https://login.salesforce.com", "https://test.salesforce.com"):
        with pytest.raises(Refused, match="My Domain"):
            connect(bare(shared), "client_credentials")


@pytest.mark.parametrize("flow", ["jwt", "client_credentials"])
def test_a_secret_goes_to_salesforces_hosts_only(key, flow):
    app = bare("https://evil.example", jwt_key=pem(key), jwt_username="rep@example.com")
    with pytest.raises(Refused) as caught:
        connect(app, flow)
    assert caught.value.code == "host_not_allowed"


@pytest.mark.parametrize(
    ("url", "whom"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme-dev-ed.develop.my.salesforce.com", "https://login.salesforce.com"),
        ("https://test.salesforce.com", "https://test.salesforce.com"),
        ("https://acme--dev.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("https://acme.scratch.my.salesforce.com", "https://test.salesforce.com"),
    ],
)
def test_the_assertion_is_for_the_login_address_also_at_my_domain(url, whom):
    assert audience(bare(url)) == whom
    assert (
        audience(bare(url, jwt_audience="https://acme.my.salesforce.com")) == "https://acme.my.salesforce.com"
    )


def test_a_grant_shows_no_key(serving):
    with serving() as (_, app):
        grant: Grant = connect(app, "jwt")
    assert "PRIVATE" not in repr(app)
    assert grant.access_token not in repr(grant)
