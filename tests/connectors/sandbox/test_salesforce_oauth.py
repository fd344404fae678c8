"""The stand-in's authorization server, by plain HTTP: flows, rotation, lifetimes, policies, its errors."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.salesforce import SalesforceStandIn

CALLBACK = "http://127.0.0.1:1/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
UNAPPROVED = "user is not admin approved to access this app"
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fairlead")])
NOW = datetime.now(UTC)
PEM = (
    x509.CertificateBuilder()
    .subject_name(NAME)
    .issuer_name(NAME)
    .public_key(KEY.public_key())
    .serial_number(1)
    .not_valid_before(NOW - timedelta(days=1))
    .not_valid_after(NOW + timedelta(days=99))
    .sign(KEY, hashes.SHA256())
    .public_bytes(serialization.Encoding.PEM)
    .decode()
)
CONTENTS = OrgContents(fields=(), records=(), policy="", stream="")


@pytest.fixture
def org(certificate: Certificate, closing: ThreadPoolExecutor) -> Iterator[SalesforceStandIn]:
    running = SalesforceStandIn(CONTENTS, certificate, 5).start()
    running.redirect_uris.add(CALLBACK)
    yield running
    closing.submit(running.close)


def control(org: SalesforceStandIn, path: str, body: Any = None) -> Any:
    answer = requests.post(f"{org.page_url}/__control/{path}", json=body, timeout=10)
    assert answer.ok, answer.text
    return answer.json()


def secret(org: SalesforceStandIn) -> dict[str, str]:
    return {"client_id": org.client_id, "client_secret": org.client_secret}


def post(org: SalesforceStandIn, path: str = "token", host: str = "", **form: Any) -> requests.Response:
    address = org.page_url.replace("127.0.0.1", host or "127.0.0.1")
    return requests.post(f"{address}/services/oauth2/{path}", data=form, timeout=10)


def authorize(org: SalesforceStandIn, **more: str) -> dict[str, str]:
    asked = {"response_type": "code", "client_id": org.client_id, "redirect_uri": CALLBACK}
    asked |= {"scope": "api refresh_token openid", "state": "s", "code_challenge": CHALLENGE, **more}
    url = f"{org.login_url}/services/oauth2/authorize?{urlencode({k: v for k, v in asked.items() if v})}"
    return {name: found[0] for name, found in parse_qs(urlsplit(org.consent(url)).query).items()}


def granted(org: SalesforceStandIn, **more: str) -> dict[str, str]:
    code = authorize(org, **more)["code"]
    form = secret(org) | {"redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    answer = post(org, grant_type="authorization_code", code=code, **form)
    assert answer.ok, answer.text
    return dict(answer.json())


def refreshed(org: SalesforceStandIn, token: str, **more: str) -> requests.Response:
    return post(org, grant_type="refresh_token", refresh_token=token, **(secret(org) | more))


def works(org: SalesforceStandIn, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{org.page_url}/services/data/v68.0/limits", headers=headers, timeout=10).ok


def problem(answer: requests.Response) -> tuple[str, str]:
    assert answer.status_code == 400
    return answer.json()["error"], answer.json()["error_description"]


def test_the_web_flow_grants_what_was_asked(org: SalesforceStandIn):
    told = granted(org)
    text = (told["id"] + told["issued_at"]).encode()
    mark = base64.b64encode(hmac.digest(org.client_secret.encode(), text, hashlib.sha256)).decode()
    assert (told["signature"], told["token_type"], "expires_in" in told) == (mark, "Bearer", False)
    assert told["instance_url"] == org.login_url
    assert works(org, told["access_token"])
    head, body, signature = told["id_token"].split(".")
    (key,) = requests.get(f"{org.page_url}/id/keys", timeout=10).json()["keys"]
    numbers = [int.from_bytes(decoded(key[part]), "big") for part in ("n", "e")]
    public = rsa.RSAPublicNumbers(numbers[1], numbers[0]).public_key()
    public.verify(decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert json.loads(decoded(body))["aud"] == org.client_id
    found = requests.get(f"{org.page_url}/.well-known/openid-configuration", timeout=10).json()
    assert found["token_endpoint"] == f"{org.login_url}/services/oauth2/token"


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_code_works_once_with_its_verifier_for_a_quarter_of_an_hour(org: SalesforceStandIn):
    form = secret(org) | {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    code = authorize(org)["code"]
    assert post(org, **form, code=code, code_verifier=VERIFIER).ok
    assert problem(post(org, **form, code=code, code_verifier=VERIFIER))[1] == "invalid authorization code"
    wrong = post(org, **form, code=authorize(org)["code"], code_verifier="x" * 64)
    assert problem(wrong) == ("invalid_grant", "invalid code verifier")
    late = authorize(org)["code"]
    control(org, "clock", {"seconds": 901})
    assert problem(post(org, **form, code=late, code_verifier=VERIFIER))[1] == "expired authorization code"
    elsewhere = {**form, "redirect_uri": CALLBACK + "/"}
    answer = post(org, **elsewhere, code=authorize(org)["code"], code_verifier=VERIFIER)
    assert problem(answer)[0] == "redirect_uri_mismatch"


def test_a_reused_refresh_token_ends_the_whole_family(org: SalesforceStandIn):
    first = granted(org)
    other = granted(org)
    second = refreshed(org, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert works(org, second["access_token"])
    assert problem(refreshed(org, first["refresh_token"])) == (
        "invalid_grant",
        "expired access/refresh token",
    )
    assert not works(org, second["access_token"])
    assert problem(refreshed(org, second["refresh_token"]))[0] == "invalid_grant"
    assert works(org, other["access_token"])


def test_without_rotation_a_refresh_token_stays_and_is_not_told_again(org: SalesforceStandIn):
    control(org, "oauth", {"rotation": False})
    first = granted(org)
    for _ in range(2):
        again = refreshed(org, first["refresh_token"])
        assert again.ok
        assert "refresh_token" not in again.json()


def test_a_second_worker_rotates_first(org: SalesforceStandIn):
    first = granted(org)
    (new,) = control(org, "oauth/rotate")["refresh_tokens"]
    assert problem(refreshed(org, first["refresh_token"]))[0] == "invalid_grant"
    assert problem(refreshed(org, new))[0] == "invalid_grant"


def test_tokens_die_of_age_of_idleness_and_of_the_admin(org: SalesforceStandIn):
    first = granted(org)
    control(org, "clock", {"seconds": 7201})
    assert not works(org, first["access_token"])
    second = refreshed(org, first["refresh_token"]).json()
    control(org, "clock", {"seconds": 29 * 86_400})
    third = refreshed(org, second["refresh_token"]).json()
    control(org, "clock", {"seconds": 30 * 86_400 + 1})
    assert problem(refreshed(org, third["refresh_token"]))[0] == "invalid_grant"
    last = granted(org)
    control(org, "oauth/revoke")
    assert not works(org, last["access_token"])
    assert problem(refreshed(org, last["refresh_token"]))[0] == "invalid_grant"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"org_active": False}, "inactive_org"),
        ({"ip_restricted": True}, "invalid_grant"),
        ({"permitted": "AdminApprovedPreAuthorized"}, "invalid_app_access"),
        (
            {"permitted": "AdminApprovedPreAuthorized", "approved": ["rep@stand-in.example"]},
            "invalid_app_access",
        ),
    ],
)
def test_a_policy_refuses_at_consent_and_at_refresh(
    org: SalesforceStandIn, policy: dict[str, Any], expected: str
):
    token = granted(org)["refresh_token"]
    control(org, "oauth", policy)
    assert problem(refreshed(org, token))[0] == expected
    assert authorize(org)["error"] == expected


def test_a_frozen_user_is_refused(org: SalesforceStandIn):
    token = granted(org, login_hint="rep@stand-in.example")["refresh_token"]
    control(org, "users/rep", {"active": False})
    assert problem(refreshed(org, token)) == ("inactive_user", "user is inactive")


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "api full"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_a_wrong_authorization_request_comes_back_with_its_error(org: SalesforceStandIn, asked, error):
    assert authorize(org, **asked) == {
        "error": error,
        "error_description": authorize(org, **asked)["error_description"],
        "state": "s",
    }


@pytest.mark.parametrize("asked", [{"client_id": "nobody"}, {"redirect_uri": CALLBACK + "?x"}])
def test_a_wrong_client_or_address_is_never_redirected(org: SalesforceStandIn, asked: dict[str, str]):
    with pytest.raises(RuntimeError, match="400"):
        authorize(org, **asked)


def test_the_client_shows_its_secret_where_it_must(org: SalesforceStandIn):
    token = granted(org)["refresh_token"]
    assert problem(refreshed(org, token, client_secret=""))[0] == "invalid_client"
    assert problem(refreshed(org, token, client_secret="wrong"))[0] == "invalid_client"
    assert problem(refreshed(org, token, client_id="nobody"))[0] == "invalid_client_id"
    control(org, "oauth", {"secret_required_for_refresh": False})
    assert refreshed(org, token, client_secret="").ok
    basic = requests.post(
        f"{org.page_url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(org.client_id, org.client_secret),
        timeout=10,
    )
    assert problem(basic)[1] == "no client credentials user enabled"
    assert problem(post(org, grant_type="password", **secret(org)))[0] == "unsupported_grant_type"


def assertion(
    org: SalesforceStandIn, key: rsa.RSAPrivateKey = KEY, algorithm: str = "RS256", **more: Any
) -> str:
    claims = {
        "iss": org.client_id,
        "sub": org.org.integration.username,
        "aud": "https://login.salesforce.com",
        "exp": int(org.org.clock.now().timestamp()) + 180,
        **more,
    }
    parts = [json.dumps({"alg": algorithm}), json.dumps(claims)]
    body = ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)
    mark = key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{body}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def prepared(org: SalesforceStandIn) -> None:
    approved = {"permitted": "AdminApprovedPreAuthorized", "approved": [org.org.integration.username]}
    control(org, "oauth", {"certificate": PEM, **approved})


def test_an_assertion_gives_a_token_without_refresh(org: SalesforceStandIn):
    prepared(org)
    for audience in ("https://test.salesforce.com", org.login_url):
        told = post(org, grant_type=BEARER, assertion=assertion(org, aud=audience)).json()
        assert works(org, told["access_token"])
        assert "refresh_token" not in told
        assert told["id"].endswith(org.org.integration.id)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"aud": "https://evil.example"}, ("invalid_grant", "audience is invalid")),
        ({"iss": "nobody"}, ("invalid_client_id", "client identifier invalid")),
        ({"sub": "nobody@x.example"}, ("invalid_grant", "user hasn't approved this consumer")),
        ({"sub": "rep@stand-in.example"}, ("invalid_app_access", UNAPPROVED)),
        ({"exp": 5}, ("invalid_grant", "assertion has expired")),
        ({"exp": 2**40}, ("invalid_grant", "invalid assertion: exp is too far ahead")),
        ({"exp": "soon"}, ("invalid_grant", "assertion has expired")),
        ({"algorithm": "none"}, ("invalid_grant", "invalid assertion")),
        ({"key": rsa.generate_private_key(public_exponent=65_537, key_size=2048)},
         ("invalid_grant", "invalid assertion")),
    ],
)  # fmt: skip
def test_a_wrong_assertion_is_told(org: SalesforceStandIn, more: Any, expected: tuple[str, str]):
    prepared(org)
    assert problem(post(org, grant_type=BEARER, assertion=assertion(org, **more))) == expected


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "!.!.!", "e30.e30.AA", "W10.W10.AA"])
def test_an_assertion_that_is_none_is_told(org: SalesforceStandIn, text: str):
    prepared(org)
    assert problem(post(org, grant_type=BEARER, assertion=text)) == ("invalid_grant", "invalid assertion")
    control(org, "oauth", {"certificate": ""})
    assert problem(post(org, grant_type=BEARER, assertion=assertion(org)))[1] == "invalid assertion"


def test_an_assertion_needs_an_approval_of_some_kind(org: SalesforceStandIn):
    control(org, "oauth", {"certificate": PEM})
    admin = {"sub": org.org.admin.username}
    answer = post(org, grant_type=BEARER, assertion=assertion(org, **admin))
    assert problem(answer)[1] == "user hasn't approved this consumer"
    granted(org)
    assert post(org, grant_type=BEARER, assertion=assertion(org, **admin)).ok
    control(org, "oauth", {"scopes": ["api"]})
    answer = post(org, grant_type=BEARER, assertion=assertion(org, **admin))
    assert problem(answer)[0] == "invalid_request"


def test_client_credentials_work_on_the_orgs_own_host_only(org: SalesforceStandIn):
    control(org, "oauth", {"run_as": "integration"})
    form = {"grant_type": "client_credentials", **secret(org)}
    told = post(org, **form).json()
    assert "refresh_token" not in told
    assert works(org, told["access_token"])
    elsewhere = post(org, host="localhost", **form)
    assert problem(elsewhere) == ("invalid_grant", "request not supported on this domain")
    assert problem(post(org, **{**form, "client_secret": "x"}))[0] == "invalid_client"


def test_tokens_are_introspected_and_revoked(org: SalesforceStandIn):
    told = granted(org)

    def about(token: str) -> Any:
        return post(org, "introspect", token=token, **secret(org)).json()

    found = about(told["access_token"])
    assert found["active"]
    assert found["exp"] - found["iat"] == 7200
    assert about(told["refresh_token"])["active"]
    assert (
        problem(post(org, "introspect", token=told["access_token"], client_id="x"))[0] == "invalid_client_id"
    )
    odd = post(org, "revoke", token=told["refresh_token"], token_type_hint="id_token")
    assert problem(odd)[0] == "unsupported_token_type"
    gone = post(org, "revoke", token=told["refresh_token"])
    assert (gone.status_code, gone.content) == (200, b"")
    assert about(told["access_token"]) == {"active": False}
    assert problem(post(org, "revoke", token=told["refresh_token"]))[0] == "invalid_token"


def test_access_tokens_may_be_long_and_in_three_parts(org: SalesforceStandIn):
    control(org, "oauth", {"jwt_tokens": True})
    told = granted(org)
    assert (told["token_format"], told["access_token"].count(".")) == ("jwt", 2)
    assert works(org, told["access_token"])


def test_a_token_without_api_scope_opens_no_data(org: SalesforceStandIn):
    told = control(org, "oauth/token", {"user": "rep", "scopes": ["openid"]})
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    answer = requests.get(f"{org.page_url}/services/data/v68.0/limits", headers=headers, timeout=10)
    assert answer.status_code == 403
    who = requests.get(f"{org.page_url}/services/oauth2/userinfo", headers=headers, timeout=10)
    assert who.json()["user_id"] == org.org.rep.id
    control(org, "oauth/expire")
    who = requests.get(f"{org.page_url}/services/oauth2/userinfo", headers=headers, timeout=10)
    assert (who.status_code, who.text) == (403, "Bad_OAuth_Token")


@pytest.mark.parametrize(
    "body", [{"nonsense": 1}, {"permitted": "Everyone"}, {"scopes": "api"}, {"run_as": "x"}]
)
def test_a_policy_that_is_not_understood_is_told(org: SalesforceStandIn, body: Any):
    answer = requests.post(f"{org.page_url}/__control/oauth", json=body, timeout=10)
    assert answer.status_code == 400
