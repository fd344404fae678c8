"""The odd signed requests of the stand-in, judged by the rule of the platform's guide, not by our code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.canvas_variants import VARIANTS

UNTRUE = {"wrong_secret", "tampered", "urlsafe", "extra_dots", "half"}


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SalesforceStandIn]:
    contents = OrgContents(
        fields=(), records=tuple({"LastName": f"L{n}"} for n in range(20)), policy="", stream=""
    )
    with SalesforceStandIn(contents, make_certificate(tmp_path_factory.mktemp("tls")), seed=3) as running:
        running.panel_url = "http://127.0.0.1:1/canvas"
        running.org.rep.hidden_records.add(running.record_ids()[19])
        yield running


def signed(org: SalesforceStandIn, name: str, lead: int = 1) -> str:
    address = f"{org.page_url}/__control/canvas/{org.record_ids()[lead]}"
    told = requests.get(address, params={"variant": name}, timeout=10).json()
    assert told["panel_url"] == org.panel_url
    return str(told["signed_request"])


def content(org: SalesforceStandIn, text: str) -> Any:
    """The payload of a request whose signature is true; None where it is not."""
    mark, _, body = text.partition(".")
    own = base64.b64encode(hmac.digest(org.client_secret.encode(), body.encode(), hashlib.sha256)).decode()
    return json.loads(base64.b64decode(body, validate=True)) if hmac.compare_digest(own, mark) else None


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_a_variant_is_truly_signed_or_it_is_not(org: SalesforceStandIn, name: str):
    # One signature in four lacks both of the characters in which the alphabets differ.
    found = [content(org, signed(org, name, lead)) is not None for lead in range(18)]
    assert all(found) == (name not in UNTRUE)


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("good", "issuedAt", None),
        ("issued_at_odd", "issuedAt", -1_245_345_345),
        ("empty_parameters", "context.environment.parameters", {}),
        ("no_parameters", "context.environment.parameters", None),
        ("foreign_instance", "client.instanceUrl", "https://evil.example"),
        ("dead_token", "client.oauthToken", "00D!dead"),
        ("lower_algorithm", "algorithm", "hmacsha256"),
    ],
)
def test_a_variant_holds_its_oddity(org: SalesforceStandIn, name: str, path: str, value: object):
    found = content(org, signed(org, name))
    for part in path.split("."):
        found = found[part]
    assert found == value


def test_foreign_ids_are_foreign(org: SalesforceStandIn):
    own = content(org, signed(org, "good"))
    foreign = content(org, signed(org, "foreign_org"))["context"]["organization"]["organizationId"]
    assert foreign[:3] == "00D"
    assert foreign != own["context"]["organization"]["organizationId"]
    lead = content(org, signed(org, "foreign_lead"))["context"]["environment"]["parameters"]["recordId"]
    assert lead == org.record_ids()[19]
    assert content(org, signed(org, "foreign_user"))["userId"] != own["userId"]
    assert len(signed(org, "too_large")) > 65_536


def test_the_page_posts_a_variant_or_asks_for_approval(org: SalesforceStandIn):
    page = org.lead_page(org.record_ids()[1])
    text = requests.get(f"{page}?variant=wrong_secret", timeout=10).text
    found = re.search(r'name="signed_request" value="([^"]+)"', text)
    assert found
    assert content(org, html.unescape(found[1])) is None
    asked = requests.get(f"{page}?variant=approval", timeout=10).text
    assert "_sfdc_canvas_auth=user_approval_required&amp;loginUrl=" in asked
    assert "signed_request" not in asked
    assert requests.get(f"{page}?variant=nonsense", timeout=10).status_code == 404
    wrong = requests.get(f"{org.page_url}/__control/canvas/x", params={"variant": "nonsense"}, timeout=10)
    assert wrong.status_code == 400
