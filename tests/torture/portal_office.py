"""An installation and a portal of HubSpot, and a write-back as a process of its own that can be killed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from audit.report.model import Report
from connectors.hubspot.oauth import authorization, exchange
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.source import Flag
from tests.torture.office import CHECKED, Standing, Wanted, a_flag, started, store
from tests.torture.shadow_values import keep, shadow_scores
from tests.webapp.sample_report import sample_report
from webapp.crms import hubspot_app
from webapp.environment import settings_from
from webapp.services import Services, open_services
from webapp.store.repository import short_id
from webapp.store.rows import ConnectionRow

PROPERTIES = (
    "fairscore_status",
    "fairscore_reason",
    "fairscore_audit_id",
    "fairscore_audited_at",
    "fairscore_calibrated_score",
    "fairscore_shadow_score",
)
NOTHING = ("",) * len(PROPERTIES)


@dataclass(slots=True, kw_only=True)
class PortalOffice:
    """One installation that is connected to one portal of nothing but contacts."""

    portal: HubSpotStandIn
    environ: dict[str, str]
    services: Services
    connection: ConnectionRow
    audits: int = 0
    report: Report = field(default_factory=sample_report)

    def decide(self, dice: Random) -> Wanted:
        """A new audit: some contacts get a flag, the others are not in it."""
        self.audits += 1
        audit_id, at = short_id(), CHECKED + timedelta(minutes=self.audits)
        share = dice.uniform(0.9, 1.0) if dice.random() < 0.4 else dice.uniform(0.05, 0.4)
        flags = {one: a_flag(audit_id, at, dice) for one in self.portal.record_ids() if dice.random() < share}
        keyring = self.services.keyring(self.connection)
        keyed = {keyring.lead_key(one): flag for one, flag in flags.items()}
        store(self.services, self.connection, self.report, audit_id, keyed)
        shadow = shadow_scores(flags, self.audits)
        keep(self.environ, {keyring.lead_key(one): score for one, score in shadow.items()})
        leads = {
            one: (*_values(flags[one]), _text(shadow.get(one))) if one in flags else NOTHING
            for one in self.portal.record_ids()
        }
        return Wanted(leads=leads, findings=0, audit_id=audit_id)

    def start(self) -> Any:
        """A write-back in a process of its own, from its first call to the portal on."""
        self.portal.control.calls.clear()
        return started(self.environ, lambda: self._calls > 0)

    @property
    def _calls(self) -> int:
        return self.portal.control.calls.total()

    def standing(self) -> Standing:
        """The six values that each contact has now; a value that was taken away is empty."""
        rows = {one: self.portal.values(one) for one in self.portal.record_ids()}
        return {one: tuple(row.get(name) or "" for name in PROPERTIES) for one, row in rows.items()}

    def findings(self) -> list[tuple[str, str, str]]:
        """A portal has no place for findings."""
        return []

    def moment(self) -> str:
        """How far the process came, by what it asked for."""
        asked = " ".join(self.portal.control.calls)
        if "batch/update" in asked:
            return "writing"
        return "listing" if "objects" in asked else "looking at the properties"

    def let_jobs_end(self) -> None:
        """A portal has no queue: a call that was taken is done."""


@contextmanager
def portal_office(folder: Path, leads: int, seed: int) -> Iterator[PortalOffice]:
    """Everything in one folder; the processes connect to the portal as to a real one."""
    records = tuple({"lastname": f"Contact {number}"} for number in range(leads))
    contents = OrgContents(fields=(), records=records, policy="", stream="")
    with HubSpotStandIn(contents, seed) as portal:
        portal.control.burst_maximum = portal.control.search_maximum = 1_000_000
        environ = _environ(folder, portal)
        opened = open_services(settings_from(environ))
        try:
            connection = _connected(opened, portal)
            yield PortalOffice(portal=portal, environ=environ, services=opened, connection=connection)
        finally:
            opened.close()


def _environ(folder: Path, portal: HubSpotStandIn) -> dict[str, str]:
    given = {
        "SECRET_KEY": base64.b64encode(bytes(range(48))).decode(),
        "MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        "DATA_DIR": str(folder / "data"),
        "HUBSPOT_APP_ID": portal.app_id,
        "HUBSPOT_CLIENT_ID": portal.client_id,
        "HUBSPOT_CLIENT_SECRET": portal.client_secret,
        "HUBSPOT_AUTHORIZE_URL": f"{portal.api_url}/oauth/authorize",
        "HUBSPOT_API_URL": portal.api_url,
    }
    return {f"FAIRLEAD_{name}": value for name, value in given.items()}


def _connected(opened: Services, portal: HubSpotStandIn) -> ConnectionRow:
    app = hubspot_app(opened.settings)
    assert app is not None
    portal.redirect_uris.add(app.redirect_uri)
    request = authorization(app)
    answer = parse_qs(urlsplit(portal.consent(request.url)).query)
    grant = exchange(app, answer["code"][0], request.verifier)
    row = opened.repository.add_connection("hubspot", grant.organisation, grant.instance_url)
    opened.grants(row.id).save(grant)
    opened.repository.save_policy(row.id, "text", "admin")
    opened.repository.save_stream(row.id, "text", "admin")
    return row


def _text(score: float | None) -> str:
    return "" if score is None else f"{score:g}"


def _values(flag: Flag) -> tuple[str, ...]:
    """The flag as the portal stores it, written out here and not by the code that is tested."""
    at = flag.checked_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    calibrated = f"{flag.detail.calibrated:g}" if flag.detail else ""
    return (flag.status, flag.reason, flag.audit_id, at, calibrated)
