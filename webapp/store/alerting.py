"""Everything of alerts behind one door."""

from __future__ import annotations

from dataclasses import dataclass, field

from webapp.secrets_box import SecretsBox
from webapp.store.alert_acts import AlertActs
from webapp.store.alert_channels import AlertChannels
from webapp.store.alert_messages import AlertMessages
from webapp.store.alerts import Alerts
from webapp.store.database import Database
from webapp.store.repository import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """The alerts of an installation; ``box`` seals what channels keep secret."""

    database: Database
    box: SecretsBox = field(repr=False)
    clock: Clock

    @property
    def alerts(self) -> Alerts:
        """What somebody should know of."""
        return Alerts(database=self.database, clock=self.clock)

    @property
    def acts(self) -> AlertActs:
        """What people do about alerts."""
        return AlertActs(database=self.database, clock=self.clock)

    @property
    def channels(self) -> AlertChannels:
        """Where alerts are sent to."""
        return AlertChannels(database=self.database, box=self.box, clock=self.clock)

    @property
    def messages(self) -> AlertMessages:
        """What is sent of them."""
        return AlertMessages(database=self.database, clock=self.clock)
