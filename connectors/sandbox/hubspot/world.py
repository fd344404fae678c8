"""Everything that one stand-in portal holds, handed to each handler."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from connectors.sandbox.hubspot.accounts import Accounts
from connectors.sandbox.hubspot.clock import Clock
from connectors.sandbox.hubspot.contacts import Contacts
from connectors.sandbox.hubspot.control import Control
from connectors.sandbox.hubspot.definitions import Definition
from connectors.sandbox.hubspot.limits import Limits

USER_ID = "2094417"
# How many requests of cards HubSpot has under way at once for one app in one account.
FETCHES_AT_ONCE = 20
# The plus and the at sign matter: HubSpot signs such addresses in a form of its own.
USER_EMAIL = "sam.rep+west@stand-in.example"


@dataclass(slots=True, kw_only=True)
class World:
    """The portal, the app that is registered with it, and the knobs."""

    portal: str
    clock: Clock
    control: Control
    limits: Limits
    accounts: Accounts
    contacts: Contacts
    definitions: dict[str, Definition]
    groups: dict[str, str]
    card_url: str | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)
    fetches: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(FETCHES_AT_ONCE))
