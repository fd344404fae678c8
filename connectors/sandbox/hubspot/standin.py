"""One HubSpot portal on loopback, with one registered app, filled and ready to be connected."""

from __future__ import annotations

import random
import secrets
from types import TracebackType
from typing import Self

from connectors.sandbox.fields import OrgContents
from connectors.sandbox.hubspot.accounts import Accounts
from connectors.sandbox.hubspot.application import Application
from connectors.sandbox.hubspot.clock import Clock
from connectors.sandbox.hubspot.consent import allow
from connectors.sandbox.hubspot.control import Control
from connectors.sandbox.hubspot.definitions import Definition
from connectors.sandbox.hubspot.desk import Desk
from connectors.sandbox.hubspot.filling import filled_tables
from connectors.sandbox.hubspot.limits import Limits
from connectors.sandbox.hubspot.webhooks import Webhooks
from connectors.sandbox.hubspot.world import World
from connectors.sandbox.server import LocalServer


class HubSpotStandIn:
    """Serves the API, the consent page, the card proxy and the pages of one portal on one port.

    The unmodified hubspot-api-client works against ``api_url`` (give it as ``host`` and as
    ``base_url``). ``control`` turns the knobs and plans faults; ``desk`` does what people do there.
    """

    def __init__(self, contents: OrgContents, seed: int, port: int = 0) -> None:
        chance = random.Random(seed)  # noqa: S311 - made-up numbers of a portal and an app
        self.organisation = str(chance.randint(20_000_000, 29_999_999))
        self.app_id = str(chance.randint(1_000_000, 9_999_999))
        self.client_id = f"stand-in-client-{self.app_id}"
        self.client_secret = secrets.token_urlsafe(32)
        self.redirect_uris: set[str] = set()
        self.clock = Clock()
        self.control = Control(clock=self.clock)
        self._world = self._filled(contents, seed)
        self.desk = Desk(self._world)
        self._server = LocalServer(app=Application(self._world), port=port)

    @property
    def api_url(self) -> str:
        """The address of the API and of the consent page, without a trailing slash."""
        return self._server.url

    @property
    def page_url(self) -> str:
        """The list of contacts, as a person opens it."""
        return f"{self._server.url}/contacts/{self.organisation}/objects/0-1/views/all/list"

    @property
    def settings_url(self) -> str:
        """The settings page of the app, as an admin opens it."""
        return f"{self._server.url}/connected-apps/{self.organisation}/app/settings"

    @property
    def card_url(self) -> str | None:
        """Our endpoint that the card asks; None until it is known."""
        return self._world.card_url

    @card_url.setter
    def card_url(self, url: str | None) -> None:
        self._world.card_url = url

    def record_ids(self) -> tuple[str, ...]:
        """The ids of the contacts in the order of the contents, archived ones too."""
        contacts = self._world.contacts
        return tuple(str(number) for number in contacts.numbers if number not in contacts.gone)

    def lead_page(self, record_id: str) -> str:
        """Where one contact's page is."""
        return f"{self._server.url}/contacts/{self.organisation}/record/0-1/{record_id}"

    def values(self, record_id: str) -> dict[str, str]:
        """The stored values of a contact."""
        return self._world.contacts.values(int(record_id))

    def definition(self, name: str) -> Definition:
        """How a contact property is defined."""
        return self._world.contacts.definitions[name]

    @property
    def accounts(self) -> Accounts:
        """The app's registration, its codes and its tokens."""
        return self._world.accounts

    @property
    def webhooks(self) -> Webhooks:
        """The sender of webhooks."""
        return self._world.webhooks

    def token(self, *scopes: str, static: bool = False) -> str:
        """An access token without a consent page; a static one is that of a private app."""
        return self._world.accounts.open(scopes, static=static)

    def is_open(self, record_id: str) -> bool:
        """Whether a rep still works on this contact."""
        return self.values(record_id).get("lifecyclestage") == "lead"

    def written_back(self) -> tuple[str, ...]:
        """Every text that now stands in the flag properties of any contact."""
        contacts = self._world.contacts
        names = [name for name in contacts.definitions if name.startswith("fairscore_")]
        found = (contacts.text(number, name) for number in contacts.numbers for name in names)
        return tuple(value for value in found if value is not None)

    def break_down(self) -> None:
        """From now on every data call fails, until ``recover``."""
        self.control.break_after(0)

    def recover(self) -> None:
        """Forget all faults."""
        self.control.mend()

    def consent(self, url: str) -> str:
        """Open the consent page, allow the app, and return the address of the redirect."""
        return allow(url)

    def archive(self, record_id: str) -> None:
        """Put a contact into the recycling bin."""
        self.desk.archive("contacts", record_id)

    def uninstall(self) -> None:
        """The portal's admin removes the app."""
        self._world.accounts.uninstall()

    def expire_tokens(self) -> None:
        """Every access token is expired from now on."""
        self._world.accounts.expire_access()

    def start(self) -> Self:
        """Begin to serve."""
        self._server.start()
        return self

    def close(self) -> None:
        """Stop serving."""
        self._server.close()

    def __enter__(self) -> Self:
        """Begin to serve."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self.close()

    def _filled(self, contents: OrgContents, seed: int) -> World:
        accounts = Accounts(
            portal=self.organisation,
            app_id=self.app_id,
            client_id=self.client_id,
            client_secret=self.client_secret,
            redirect_uris=self.redirect_uris,
            control=self.control,
        )
        return World(
            portal=self.organisation,
            clock=self.clock,
            control=self.control,
            limits=Limits(control=self.control),
            accounts=accounts,
            tables=filled_tables(self.clock, contents, seed),
            webhooks=Webhooks(
                portal=self.organisation, app_id=self.app_id, secret=self.client_secret, clock=self.clock
            ),
        )
