"""Token answers that are valid HTTP and wrong all the same: a good grant is never replaced by one of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.wrappers import Response

from connectors.errors import ConnectorError, Refused
from connectors.oauth import Grant
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.oauth import refresh
from connectors.sandbox.certificate import Certificate
from tests.connectors.salesforce.test_odd_answers import NOW, ORG
from tests.connectors.scripted import scripted

SECRET = "SECRETBODY"
IDENTITY = f"https://login.salesforce.com/id/{ORG}/005000000000001AAA"


def signed(**odd: Any) -> dict[str, Any]:
    """A token answer that is right but for what a test makes odd."""
    token = {
        "id": IDENTITY,
        "issued_at": "1790000000000",
        "access_token": "good",
        "token_type": "Bearer",
        **odd,
    }
    text = f"{token['id']}{token['issued_at']}".encode("utf-8", "surrogatepass")
    signature = base64.b64encode(hmac.digest(b"s", text, hashlib.sha256)).decode()
    return {"signature": signature, "instance_url": "https://acme.my.salesforce.com", **token}


@pytest.fixture
def refreshing(certificate: Certificate) -> Callable[[Any], Any]:
    @contextmanager
    def serve(token: Any) -> Iterator[Callable[[], Grant]]:
        answer = token if isinstance(token, Response) else Response(_body(token))
        with scripted(lambda _: answer, certificate.server_context()) as url:
            app = SalesforceApp(
                client_id="c",
                client_secret="s",
                redirect_uri="http://127.0.0.1/cb",
                login_url=url,
                extra_hosts=("127.0.0.1",),
                ca_file=certificate.certificate,
            )
            yield lambda: refresh(app, FORMER)

    return serve


def _body(token: Any) -> bytes:
    return token if isinstance(token, bytes) else json.dumps(token).encode()


FORMER = Grant(
    organisation=ORG,
    instance_url="https://acme.my.salesforce.com",
    issued_at=NOW,
    expires_at=None,
    scopes=("api",),
    access_token="former",
    refresh_token="kept",
)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"expires_in": SECRET},
        {"expires_in": {"a": 1}},
        {"expires_in": 10**400},
        {"expires_at": []},
        {"expires_at": SECRET},
        {"scope": ["a"]},
        {"scope": 5},
        {"refresh_token": None},
        {"refresh_token": ""},
    ],
)
def test_what_else_is_in_a_token_answer_does_not_matter(refreshing, odd):
    with refreshing(signed(**odd)) as ask:
        grant = ask()
    assert (grant.access_token, grant.refresh_token, grant.scopes) == ("good", "kept", ("api",))


def test_a_lifetime_without_end_does_not_matter(refreshing):
    with refreshing(json.dumps(signed()).encode()[:-1] + b', "expires_in": 1e999}') as ask:
        assert ask().access_token == "good"


@pytest.mark.parametrize(
    "odd",
    [
        {"access_token": f"{SECRET}\r\nX-Evil: 1"},
        {"access_token": f"{SECRET} x"},
        {"access_token": f"{SECRET}\u20ac"},
        {"access_token": f"{SECRET}\ud800"},
        {"access_token": {"a": SECRET}},
        {"access_token": ""},
        {"refresh_token": {"a": SECRET}},
        {"refresh_token": f"{SECRET}\ud800"},
        {"refresh_token": f"{SECRET}\n"},
        {"refresh_token": 5},
        {"signature": f"{SECRET}\ud800"},
        {"signature": f"{SECRET}\u00e9"},
        {"issued_at": "\ud800"},
        {"issued_at": "9" * 5000},
        {"id": "https://[SECRETBODY/id/00D000000000001AAA/005"},
        {"instance_url": f"https://{SECRET}\ud800"},
    ],
)
def test_a_token_answer_that_cannot_be_used_is_refused(refreshing, odd):
    with refreshing(signed(**odd)) as ask, pytest.raises(Refused) as caught:
        ask()
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in "".join(traceback.format_exception(error)) + repr(vars(error))
        error = error.__context__


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"7", b"[" * 100_000, b'{"x":' + b"9" * 5000 + b"}", b'"\\ud800"', b"\xff\xfe"]
)
def test_a_body_that_is_no_token_answer_is_refused(refreshing, body):
    with refreshing(body) as ask, pytest.raises(ConnectorError):
        ask()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_login_address_that_leads_elsewhere_is_told_and_gets_no_secret(refreshing, status: int):
    elsewhere = {"Location": "https://other.example/services/oauth2/token"}
    with refreshing(Response(b"", status, headers=elsewhere)) as refreshed, pytest.raises(Refused) as caught:
        refreshed()
    assert (caught.value.code, "leads elsewhere" in str(caught.value)) == ("moved", True)
    assert "other.example" not in "".join(traceback.format_exception(caught.value))
