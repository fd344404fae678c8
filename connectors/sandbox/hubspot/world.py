"""Everything that one stand-in portal holds, handed to each handler."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from connectors.sandbox.hubspot.accounts import Accounts, Consent
from connectors.sandbox.hubspot.associations import Associations
from connectors.sandbox.hubspot.clock import Clock
from connectors.sandbox.hubspot.control import Control
from connectors.sandbox.hubspot.exports import Exports
from connectors.sandbox.hubspot.kinds import CONTACTS, TIERS, Kind
from connectors.sandbox.hubspot.limits import Limits
from connectors.sandbox.hubspot.pipelines import Pipeline, default_pipelines
from connectors.sandbox.hubspot.records import Records
from connectors.sandbox.hubspot.scoring import Scoring
from connectors.sandbox.hubspot.webhooks import Webhooks

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
    tables: dict[Kind, Records]
    webhooks: Webhooks
    associations: Associations = field(default_factory=Associations)
    pipelines: dict[Kind, list[Pipeline]] = field(default_factory=default_pipelines)
    scoring: Scoring = field(default_factory=Scoring)
    exports: Exports = field(default_factory=Exports)
    # The consent pages that are open in a browser, by the secret in their form, with the app's state.
    consents: dict[str, tuple[Consent, str]] = field(default_factory=dict)
    card_url: str | None = None
    permitted: set[str] = field(default_factory=set)
    lock: threading.RLock = field(default_factory=threading.RLock)
    fetches: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(FETCHES_AT_ONCE))

    def has(self, kind: Kind) -> bool:
        """Whether the portal bought what the object type needs."""
        return TIERS.index(self.control.tier) >= TIERS.index(kind.tier)

    @property
    def contacts(self) -> Records:
        """The contacts, which most of the stand-in is about."""
        return self.tables[CONTACTS]
