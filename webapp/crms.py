"""The two CRMs behind one face: consent, its end, and the source of leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from audit.schema import BadInput
from connectors.errors import Refused
from connectors.oauth import AuthorizationRequest, Grant
from connectors.pseudonym import Keyring
from connectors.shared_notes import Notes
from connectors.source import Source
from webapp.services import Services
from webapp.settings import Settings
from webapp.store.key_rows import KeyDestroyed
from webapp.store.rows import ConnectionRow, Crm
from webapp.store.shared_notes import shared_notes

if TYPE_CHECKING:
    from connectors.hubspot.app import HubSpotApp
    from connectors.hubspot.source import HubSpotSource
    from connectors.salesforce.app import SalesforceApp
    from connectors.salesforce.server_flows import ServerFlow
    from connectors.salesforce.source import SalesforceSource

App = TypeVar("App")
CRM_HOSTS: dict[Crm, tuple[str, ...]] = {
    "salesforce": ("https://*.salesforce.com", "https://*.force.com"),
    "hubspot": ("https://*.hubspot.com",),
}
NAMES: dict[Crm, str] = {"salesforce": "Salesforce", "hubspot": "HubSpot"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """How one CRM's admin agrees, how that is renewed, and how it ends. Each may raise Refused or Busy.

    ``direct`` connects by one of the flows that need no browser. ``inspect`` asks the CRM what a grant is
    good for; its sentences say what does not work with it. ``lacking`` says the same from what is known.
    """

    ask: Callable[[], AuthorizationRequest]
    exchange: Callable[[str, str], Grant]
    direct: Callable[[ServerFlow], Grant]
    renew: Callable[[Grant], Grant]
    revoke: Callable[[Grant], None]
    inspect: Callable[[Grant], tuple[str, ...]] = lambda _grant: ()
    lacking: Callable[[Grant], tuple[str, ...]] = lambda _grant: ()


def label(connection: ConnectionRow) -> str:
    """A connection's name in sentences."""
    return f"{NAMES[connection.crm]} {connection.organisation}"


def redirect_uri(settings: Settings, crm: Crm) -> str:
    """The address that the CRM sends the admin back to; it must be registered in the CRM's app."""
    return f"{settings.public_url}/connect/{crm}/callback"


def salesforce_app(settings: Settings) -> SalesforceApp | None:
    """The External Client App of the settings; None where none is set up."""
    from connectors.salesforce.app import SalesforceApp  # noqa: PLC0415 - only who connects needs it

    if settings.salesforce_client_id is None or settings.salesforce_client_secret is None:
        return None
    return SalesforceApp(
        client_id=settings.salesforce_client_id,
        client_secret=settings.salesforce_client_secret.get_secret_value(),
        redirect_uri=redirect_uri(settings, "salesforce"),
        login_url=settings.salesforce_login_url,
        extra_hosts=settings.salesforce_extra_hosts,
        ca_file=settings.salesforce_ca_file,
        allow_duplicates=settings.salesforce_allow_duplicates,
        api_version=settings.salesforce_api_version,
        api_percent=settings.salesforce_api_percent,
        jwt_key=settings.salesforce_jwt_key.get_secret_value() if settings.salesforce_jwt_key else None,
        jwt_username=settings.salesforce_jwt_username,
        jwt_audience=settings.salesforce_jwt_audience,
    )


def hubspot_app(settings: Settings) -> HubSpotApp | None:
    """The HubSpot app of the settings; None where none is set up."""
    from connectors.hubspot.app import HubSpotApp  # noqa: PLC0415 - only who connects needs it

    if (
        settings.hubspot_client_secret is None
        or not settings.hubspot_client_id
        or not settings.hubspot_app_id
    ):
        return None
    return HubSpotApp(
        app_id=settings.hubspot_app_id,
        client_id=settings.hubspot_client_id,
        client_secret=settings.hubspot_client_secret.get_secret_value(),
        redirect_uri=redirect_uri(settings, "hubspot"),
        authorize_url=settings.hubspot_authorize_url.removesuffix("/oauth/authorize"),
        api_url=settings.hubspot_api_url,
        api_version=settings.hubspot_api_version,
        ca_file=settings.hubspot_ca_file,
        optional_scopes=settings.hubspot_optional_scopes,
        api_percent=settings.hubspot_api_percent,
    )


def connectable(settings: Settings) -> tuple[Crm, ...]:
    """The CRMs whose app is in the settings."""
    found: tuple[Crm, ...] = ()
    if settings.salesforce_client_id:
        found = ("salesforce",)
    return (*found, "hubspot") if settings.hubspot_client_id else found


def consent_origins(settings: Settings) -> tuple[str, ...]:
    """Where a connect form may end: the consent pages, and the CRM's own hosts that they lead to."""
    origins: list[str] = []
    for crm in connectable(settings):
        page = settings.salesforce_login_url if crm == "salesforce" else settings.hubspot_authorize_url
        origins += [urlsplit(page)._replace(path="").geturl(), *CRM_HOSTS[crm]]
    return tuple(origins)


def consent(settings: Settings, crm: Crm) -> Consent:
    """One CRM's consent. Raises BadInput where its app is not in the settings."""
    return _salesforce_consent(settings) if crm == "salesforce" else _hubspot_consent(settings)


def source_for(opened: Services, connection: ConnectionRow) -> Source:
    """The source of one connection's leads. Raises BadInput where the CRM's app is not in the settings."""
    return syncing_source(opened, connection)


def syncing_source(opened: Services, connection: ConnectionRow) -> SalesforceSource | HubSpotSource:
    """As `source_for`, of a CRM whose leads are kept up to date (`Synced`)."""
    crm_source = salesforce_source if connection.crm == "salesforce" else hubspot_source
    return crm_source(opened, connection)


def hubspot_source(opened: Services, connection: ConnectionRow) -> HubSpotSource:
    """The source of a HubSpot connection. Raises BadInput where the app is not in the settings."""
    from connectors.hubspot.source import HubSpotSource  # noqa: PLC0415 - loads the client library

    app = _set_up(hubspot_app(opened.settings), "hubspot")
    app = replace(app, notes=_notes(opened))
    return HubSpotSource(app, opened.grants(connection.id), _keyring(opened, connection))


def salesforce_source(opened: Services, connection: ConnectionRow) -> SalesforceSource:
    """The source of a Salesforce connection. Raises BadInput where the app is not in the settings."""
    from connectors.salesforce.source import SalesforceSource  # noqa: PLC0415 - loads the client library

    app = _set_up(salesforce_app(opened.settings), "salesforce")
    app = replace(app, notes=_notes(opened))
    notes = opened.lake.beside("salesforce", connection.organisation, "jobs")
    return SalesforceSource(app, opened.grants(connection.id), _keyring(opened, connection), notes=notes)


def _notes(opened: Services) -> Notes:
    """What all processes know together of the limits of the CRMs."""
    return shared_notes(opened.database, opened.settings.data_dir / "pace")


def _keyring(opened: Services, connection: ConnectionRow) -> Keyring:
    """The secrets of a connection. Raises Refused where they were destroyed meanwhile."""
    try:
        return opened.keyring(connection)
    except KeyDestroyed as gone:
        raise Refused(str(gone), code="not_connected") from None


def _salesforce_consent(settings: Settings) -> Consent:
    from connectors.salesforce import oauth, server_flows  # noqa: PLC0415 - only who connects needs it

    app = _set_up(salesforce_app(settings), "salesforce")
    return Consent(
        ask=lambda: oauth.authorization(app),
        exchange=lambda code, verifier: oauth.exchange(app, code, verifier),
        direct=lambda flow: server_flows.connect(app, flow),
        renew=lambda grant: oauth.refresh(app, grant),
        revoke=lambda grant: oauth.revoke(app, grant),
    )


def _no_direct(_flow: ServerFlow) -> Grant:
    msg = "HubSpot is connected by its consent page only."
    raise BadInput(msg)


def _hubspot_consent(settings: Settings) -> Consent:
    from connectors.hubspot import leaving, oauth, scopes, vetting  # noqa: PLC0415 - only who connects needs it

    app = _set_up(hubspot_app(settings), "hubspot")

    def inspect(grant: Grant) -> tuple[str, ...]:
        found = vetting.vetted(app, grant, oauth.told_of(app, grant.access_token))
        return scopes.degraded(app.optional_scopes, found.scopes)

    return Consent(
        ask=lambda: oauth.authorization(app),
        exchange=lambda code, verifier: oauth.exchange(app, code, verifier),
        direct=_no_direct,
        renew=lambda grant: oauth.refresh(app, grant),
        revoke=lambda grant: leaving.leave(app, grant),
        inspect=inspect,
        lacking=lambda grant: scopes.degraded(app.optional_scopes, grant.scopes),
    )


def _set_up(app: App | None, crm: Crm) -> App:
    if app is None:
        wanted = f"FAIRLEAD_{crm.upper()}_CLIENT_ID and FAIRLEAD_{crm.upper()}_CLIENT_SECRET"
        msg = f"{NAMES[crm]} is not set up: set {wanted}, then start Fairlead again."
        raise BadInput(msg)
    return app
