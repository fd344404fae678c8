"""Both stand-in CRMs and the product itself, started together and stopped together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from flask import Flask
from pydantic import SecretStr

from connectors.sandbox.certificate import Certificate, make_certificate
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.server import free_port
from webapp.app import create_app
from webapp.demo.background import served
from webapp.demo.contents import Contents
from webapp.demo.home import Home
from webapp.services import Services
from webapp.settings import Settings
from webapp.store.repository import Clock, utc_now

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that runs in a demo, with its addresses."""

    home: Home
    settings: Settings
    app: Flask
    salesforce: SalesforceStandIn
    hubspot: HubSpotStandIn

    @property
    def services(self) -> Services:
        """The product's open installation."""
        return _services(self.app)

    @property
    def url(self) -> str:
        """The product's own address."""
        return self.settings.public_url


@contextmanager
def running(contents: Contents, home: Home, port: int, seed: int, clock: Clock = utc_now) -> Iterator[World]:
    """Start both stand-ins, then the product against them; stop all on leaving.

    Raises
    ------
    BadInput
        The port is taken.
    """
    certificate = make_certificate(home.folder / "tls")
    with ExitStack() as stack:
        salesforce = stack.enter_context(
            SalesforceStandIn(contents=contents.salesforce, certificate=certificate, seed=seed)
        )
        hubspot = stack.enter_context(HubSpotStandIn(contents=contents.hubspot, seed=seed))
        settings = _settings(home, port or free_port(), certificate, (salesforce, hubspot))
        app = create_app(settings, clock)
        stack.callback(_services(app).close)
        stack.enter_context(served(app, HOST, urlsplit(settings.public_url).port or 0))
        _introduce(settings.public_url, salesforce, hubspot)
        yield World(home=home, settings=settings, app=app, salesforce=salesforce, hubspot=hubspot)


def _services(app: Flask) -> Services:
    return cast("Services", app.extensions["fairlead"])


def _introduce(url: str, salesforce: SalesforceStandIn, hubspot: HubSpotStandIn) -> None:
    """Tell the stand-ins what their admins would have typed into the app's set-up."""
    salesforce.redirect_uris.add(f"{url}/connect/salesforce/callback")
    salesforce.panel_url = f"{url}/salesforce/canvas"
    hubspot.redirect_uris.add(f"{url}/connect/hubspot/callback")
    hubspot.card_url = f"{url}/hubspot/card"


def _settings(
    home: Home, port: int, certificate: Certificate, orgs: tuple[SalesforceStandIn, HubSpotStandIn]
) -> Settings:
    salesforce, hubspot = orgs
    return Settings.model_validate(
        {
            "secret_key": home.secret_key(),
            "master_key": home.master_key(),
            "data_dir": home.data,
            "public_url": f"http://{HOST}:{port}",
            "salesforce_client_id": salesforce.client_id,
            "salesforce_client_secret": SecretStr(salesforce.client_secret),
            "salesforce_login_url": salesforce.login_url,
            "salesforce_extra_hosts": (urlsplit(salesforce.login_url).hostname,),
            "salesforce_ca_file": certificate.certificate,
            "hubspot_app_id": str(hubspot.app_id),
            "hubspot_client_id": hubspot.client_id,
            "hubspot_client_secret": SecretStr(hubspot.client_secret),
            "hubspot_authorize_url": f"{hubspot.api_url}/oauth/authorize",
            "hubspot_api_url": hubspot.api_url,
        }
    )
