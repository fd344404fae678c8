"""The ways to connect a CRM that an admin can choose from, and what each still needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from connectors.oauth import Flow
from webapp.language import gettext, marked
from webapp.settings import Settings
from webapp.store.rows import Crm

if TYPE_CHECKING:
    from connectors.salesforce.server_flows import ServerFlow


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to connect. ``missing`` says what must be set first; empty where it can be used."""

    crm: Crm
    flow: Flow
    name: str
    sentence: str
    button: str
    missing: str = ""


SIGN_IN = marked(
    "You sign in at the CRM and agree; you come back here by yourself. Fairlead then acts as you, with a "
    "token that it renews. Best to begin with."
)
CERTIFICATE = marked(
    "No browser and no refresh token: Fairlead signs each request for access with a private key that only "
    "this server has. It acts as the user that the settings name. Best for an unattended server."
)
RUN_AS = marked(
    "No browser: Fairlead shows the app's id and secret, and acts as the user that the app's policies name. "
    "The simplest for an unattended server; the secret alone gives access."
)
# The flows that need no browser, by their name in a form or on a command line.
SERVER_FLOWS: Mapping[str, ServerFlow] = MappingProxyType(
    {"jwt": "jwt", "client_credentials": "client_credentials"}
)
SHARED_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com", "login.salesforce.mil"})


def ways(settings: Settings) -> tuple[Way, ...]:
    """The ways of every CRM whose app is in the settings, the most usual first."""
    found: list[Way] = []
    if settings.salesforce_client_id:
        found += [
            Way(
                crm="salesforce",
                flow="web",
                name=gettext("Sign in at Salesforce"),
                sentence=gettext(SIGN_IN),
                button=gettext("Connect Salesforce"),
            ),
            _certificate(settings),
            _run_as(settings),
        ]
    if settings.hubspot_client_id:
        found.append(
            Way(
                crm="hubspot",
                flow="web",
                name=gettext("Sign in at HubSpot"),
                sentence=gettext(SIGN_IN),
                button=gettext("Connect HubSpot"),
            )
        )
    return tuple(found)


def flow_name(flow: Flow) -> str:
    """How a connection was made, in words."""
    return {
        "web": gettext("An admin signed in"),
        "jwt": gettext("With a certificate (JWT bearer)"),
        "client_credentials": gettext("As the app's run-as user (client credentials)"),
    }[flow]


def _certificate(settings: Settings) -> Way:
    needed = gettext("Set FAIRLEAD_SALESFORCE_JWT_KEY_FILE and FAIRLEAD_SALESFORCE_JWT_USERNAME to use it.")
    return Way(
        crm="salesforce",
        flow="jwt",
        name=gettext("Use a certificate"),
        sentence=gettext(CERTIFICATE),
        button=gettext("Connect Salesforce with the certificate"),
        missing="" if settings.salesforce_jwt_key else needed,
    )


def _run_as(settings: Settings) -> Way:
    shared = urlsplit(settings.salesforce_login_url).hostname in SHARED_HOSTS
    needed = gettext("Set FAIRLEAD_SALESFORCE_LOGIN_URL to the org's My Domain address to use it.")
    return Way(
        crm="salesforce",
        flow="client_credentials",
        name=gettext("Use the app's run-as user"),
        sentence=gettext(RUN_AS),
        button=gettext("Connect Salesforce as the run-as user"),
        missing=needed if shared else "",
    )
