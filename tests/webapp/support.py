"""The application over a fresh installation, and a client that fills in forms as a browser does."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import FieldSpec, OrgContents
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.server import LocalServer, free_port
from webapp import passwords
from webapp.app import app_over
from webapp.environment import settings_from
from webapp.services import Services, open_services
from webapp.settings import Settings
from webapp.store.rows import ConnectionRow

PASSWORD = "four words in a row"
START = datetime(2026, 11, 20, 9, tzinfo=UTC)


@cache
def password_hash() -> str:
    """The stored form of Ada's password, made once: hashing is slow on purpose."""
    return passwords.hashed(PASSWORD)


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def settings_for(folder: Any, **changes: str) -> Settings:
    """Settings of a fresh installation in a folder; changes are environment variables without prefix."""
    environ = {
        "FAIRLEAD_SECRET_KEY": "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9",
        "FAIRLEAD_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        "FAIRLEAD_DATA_DIR": str(folder),
        **{f"FAIRLEAD_{name}": value for name, value in changes.items()},
    }
    return settings_from(environ)


@dataclass(frozen=True, slots=True)
class Browser:
    """A person's browser: it posts forms with the token that the page gave it."""

    client: FlaskClient

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def submit(
        self, page: str, fields: dict[str, str], to: str | None = None, **options: Any
    ) -> TestResponse:
        """Open ``page``, take its form token and post ``fields``."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(page, **options).text)
        token = {"csrf_token": found.group(1)} if found else {}
        return self.client.post(to or page, data={**token, **fields}, **options)

    def sign_in(self, password: str = PASSWORD, **options: Any) -> TestResponse:
        return self.submit("/login", {"name": "Ada", "password": password}, **options)


POLICY = """
[policy]
name = "leads"
crm = "{crm}"
object = "{object}"
created = "{created}"
exclude_when = ["{opt_out}"]

[[rule]]
field = "{score}"
operator = "keep"
column = "score"

[[rule]]
field = "{region}"
operator = "keep"
column = "region"

[[rule]]
field = "{converted}"
operator = "keep"
column = "converted"
"""
STREAM = """
[stream]
name = "lead-score"
key = "lead_key"
score = "score"
threshold = 50
outcome = "converted"
created = "cohort_day"
features = []

[[stream.attribute]]
name = "region"
"""
NAMES = {
    "salesforce": {
        "object": "Lead",
        "created": "CreatedDate",
        "opt_out": "Opted_Out__c",
        "score": "Score__c",
        "region": "Region__c",
        "converted": "Won__c",
    },
    "hubspot": {
        "object": "contacts",
        "created": "createdate",
        "opt_out": "opted_out",
        "score": "lead_score_x",
        "region": "home_region",
        "converted": "won",
    },
}


def policy_text(crm: str) -> str:
    """A policy for the leads of `contents`."""
    return POLICY.format(crm=crm, **NAMES[crm])


def contents(crm: str, leads: int = 240) -> OrgContents:
    """Leads of two regions; in the country, scores are low although as many convert."""
    names = NAMES[crm]
    chosen = ("score", "number"), ("region", "choice"), ("converted", "boolean"), ("opt_out", "boolean")
    fields = tuple(
        FieldSpec(
            name=names[role],
            label=role.capitalize(),
            type=kind,
            options=("town", "country") if kind == "choice" else (),
        )
        for role, kind in chosen
    )
    records = tuple(
        {
            names["region"]: "country" if number % 2 else "town",
            names["score"]: (number * 7) % 40 + (5 if number % 2 else 55),
            names["converted"]: number % 3 == 0,
            names["opt_out"]: number % 60 == 59,
        }
        for number in range(leads)
    )
    return OrgContents(fields=fields, records=records, policy=policy_text(crm), stream=STREAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Both stand-ins, and the application over real HTTP at its public address."""

    salesforce: SalesforceStandIn
    hubspot: HubSpotStandIn
    services: Services
    app: Flask

    def signed_in(self) -> Browser:
        """Ada's browser, signed in."""
        if not self.services.accounts.any_user():
            self.services.accounts.add_first_user("Ada", "admin", password_hash())
        browser = Browser(self.app.test_client())
        browser.sign_in()
        return browser

    def callback(self, browser: Browser, crm: str, **decision: str) -> str:
        """Ask for consent as Ada does; where the CRM sends her back to."""
        url = browser.submit("/connections", {}, to=f"/connect/{crm}").headers["Location"]
        return getattr(self, crm).consent(url, **decision)

    def connect(self, crm: str, browser: Browser | None = None) -> ConnectionRow:
        """A connection, made through the CRM's consent page."""
        browser = browser or self.signed_in()
        back = urlsplit(self.callback(browser, crm))
        browser.get(f"{back.path}?{back.query}")
        row = self.services.repository.connection_for(crm, getattr(self, crm).organisation)
        assert row is not None, f"{crm} did not connect"
        return row

    def ready(self, crm: str) -> ConnectionRow:
        """A connection with its policy and stream."""
        row = self.connect(crm)
        self.services.repository.save_policy(row.id, policy_text(crm), "Ada")
        self.services.repository.save_stream(row.id, STREAM, "Ada")
        return row


@contextmanager
def running(
    certificate: Certificate, folder: Path, held: Callable[[str], OrgContents] = contents, **changes: str
) -> Iterator[World]:
    """Start everything, and stop it; each CRM holds what ``held`` gives for it, changes are settings."""
    with ExitStack() as stack:
        org = SalesforceStandIn(contents=held("salesforce"), certificate=certificate, seed=7)
        salesforce = stack.enter_context(org)
        hubspot = stack.enter_context(HubSpotStandIn(contents=held("hubspot"), seed=7))
        port = free_port()
        changes["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        opened = open_services(world_settings(folder, salesforce, hubspot, **changes))
        stack.callback(opened.close)
        app = app_over(opened)
        stack.enter_context(LocalServer(app=app, port=port))
        _introduce(opened.settings.public_url, salesforce, hubspot)
        yield World(salesforce=salesforce, hubspot=hubspot, services=opened, app=app)


def world_settings(
    folder: Path, salesforce: SalesforceStandIn, hubspot: HubSpotStandIn, **changes: str
) -> Settings:
    """Settings of an installation for both stand-ins."""
    return settings_for(
        folder,
        SALESFORCE_CLIENT_ID=salesforce.client_id,
        SALESFORCE_CLIENT_SECRET=salesforce.client_secret,
        SALESFORCE_LOGIN_URL=salesforce.login_url,
        SALESFORCE_EXTRA_HOSTS="127.0.0.1",
        SALESFORCE_CA_FILE=str(salesforce.certificate.certificate),
        HUBSPOT_APP_ID=hubspot.app_id,
        HUBSPOT_CLIENT_ID=hubspot.client_id,
        HUBSPOT_CLIENT_SECRET=hubspot.client_secret,
        HUBSPOT_AUTHORIZE_URL=f"{hubspot.api_url}/oauth/authorize",
        HUBSPOT_API_URL=hubspot.api_url,
        **changes,
    )


def _introduce(url: str, salesforce: SalesforceStandIn, hubspot: HubSpotStandIn) -> None:
    salesforce.redirect_uris.add(f"{url}/connect/salesforce/callback")
    salesforce.panel_url = f"{url}/salesforce/canvas"
    hubspot.redirect_uris.add(f"{url}/connect/hubspot/callback")
    hubspot.card_url = f"{url}/hubspot/card"
