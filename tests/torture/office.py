"""An installation and an org, and a write-back as a process of its own that can be killed."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from audit.finding import Finding
from audit.report import to_json
from audit.report.model import Report
from connectors.pseudonym import LeadKey
from connectors.salesforce.oauth import authorization, exchange
from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.source import Flag, FlagDetail, FlagStatus
from tests.processes import FORKED
from tests.torture.shadow_values import keep, kept, shadow_scores
from tests.webapp.sample_report import sample_report
from webapp import jobs
from webapp.crms import salesforce_app
from webapp.environment import settings_from
from webapp.services import Services, open_services
from webapp.store.repository import short_id
from webapp.store.rows import ConnectionRow, NewAudit, Pulled

FIELDS = (
    "Fairness_Status__c",
    "Fairness_Reason__c",
    "Fairness_Audit_Id__c",
    "Fairness_Checked_At__c",
    "Fairness_Calibrated_Score__c",
    "Fairness_Shadow_Score__c",
)
FINDING = "Fairness_Finding__c"
NOTHING = (None,) * len(FIELDS)
WORDS = {
    "sobjects/Lead/describe": "looking at the fields",
    "composite/sobjects": "writing by collections",
    "jobs/ingest": "making a Bulk job, or looking for earlier ones",
}
JOB_WORDS = {
    "batches": "uploading",
    "successfulResults": "reading results",
    "failedResults": "reading results",
    "unprocessedrecords": "reading results",
}
CHECKED = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)
STATUSES: tuple[FlagStatus, ...] = ("ok", "review", "insufficient_data")
PULLED = Pulled(read=1, kept=1, rejected={}, excluded={}, unmapped={})
Standing = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What must stand in the org after a write-back: each lead's six values, and how many open findings."""

    leads: Standing
    findings: int
    audit_id: str


@dataclass(slots=True, kw_only=True)
class Office:
    """One installation that is connected to one org of nothing but leads."""

    org: SalesforceStandIn
    environ: dict[str, str]
    services: Services
    connection: ConnectionRow
    audits: int = 0
    report: Report = field(default_factory=sample_report)

    def decide(self, dice: Random) -> Wanted:
        """A new audit: some leads get a flag, the others are not in it, and some findings stand."""
        self.audits += 1
        audit_id, at = short_id(), CHECKED + timedelta(minutes=self.audits)
        share = dice.uniform(0.9, 1.0) if dice.random() < 0.4 else dice.uniform(0.05, 0.4)
        flags = {one: a_flag(audit_id, at, dice) for one in self.org.record_ids() if dice.random() < share}
        findings = _findings(self.report, dice)
        keyed = {self._key(one): flag for one, flag in flags.items()}
        store(self.services, self.connection, replace(self.report, findings=findings), audit_id, keyed)
        shadow = shadow_scores(flags, self.audits)
        keep(self.environ, {self._key(one): score for one, score in shadow.items()})
        leads = {
            one: (*_values(flags[one]), shadow.get(one)) if one in flags else NOTHING
            for one in self.org.record_ids()
        }
        return Wanted(leads=leads, findings=len(findings), audit_id=audit_id)

    def start(self) -> Any:
        """A write-back in a process of its own, from its first call to the org on."""
        calls = self.org.state.calls
        return started(self.environ, lambda: self.org.state.calls != calls)

    def standing(self) -> Standing:
        """The six values that each lead has in the org now."""
        with self.org.org.lock:
            rows = dict(self.org.org.leads)
        return {name: tuple(row.get(one) for one in FIELDS) for name, row in rows.items()}

    def findings(self) -> list[tuple[str, str, str]]:
        """Key, status and audit of each record of a finding."""
        rows = list(self.org.org.records[FINDING].values())
        return [(str(row["Audit_Key__c"]), str(row["Status__c"]), str(row["Audit_Id__c"])) for row in rows]

    def moment(self) -> str:
        """What the org was last asked for, in words."""
        path = self.org.state.asked[-1].partition("?")[0].partition("/v68.0/")[2].rstrip("/")
        if path.startswith("jobs/ingest/"):
            return f"Bulk job: {JOB_WORDS.get(path.rpartition('/')[2], 'closing, waiting or deleting')}"
        if FINDING in path:
            return "writing findings"
        return WORDS.get(path, "listing" if path.startswith("query") else "other")

    def let_jobs_end(self) -> None:
        """What a real org does by itself: jobs that a killed process closed are processed to their end."""
        for _ in range(4):
            for job in list(self.org.state.jobs.kept.values()):
                self.org.state.jobs.poll(job)

    def _key(self, record_id: str) -> LeadKey:
        return self.services.keyring(self.connection).lead_key(record_id)


def store(
    services: Services,
    connection: ConnectionRow,
    report: Report,
    audit_id: str,
    flags: Mapping[LeadKey, Flag],
) -> None:
    """An audit with its flags, as a sync would have stored it."""
    new = NewAudit(
        id=audit_id,
        report=to_json(report),
        policy_version=1,
        stream_version=1,
        severities={},
        worst=None,
        pulled=PULLED,
    )
    services.repository.add_audit(connection.id, new, flags)


@contextmanager
def office(folder: Path, leads: int, seed: int) -> Iterator[Office]:
    """Everything in one folder; the processes connect to the org over TLS as to a real one."""
    certificate = make_certificate(folder)
    contents = OrgContents(
        fields=(), records=tuple({"LastName": f"Lead {n}"} for n in range(leads)), policy="", stream=""
    )
    with SalesforceStandIn(contents, certificate, seed) as org:
        environ = _environ(folder, org)
        opened = open_services(settings_from(environ))
        try:
            yield Office(org=org, environ=environ, services=opened, connection=_connected(opened, org))
        finally:
            opened.close()


def started(environ: dict[str, str], called: Callable[[], bool]) -> Any:
    """A process that writes back, once the CRM was ``called`` by it."""
    process = FORKED.Process(target=publish_once, args=(environ,))
    process.start()
    while process.is_alive() and not called():
        time.sleep(0.001)
    return process


def publish_once(environ: dict[str, str]) -> None:
    """What `fairlead publish` does, in the process that is killed."""
    opened = open_services(settings_from(environ))
    (connection,) = opened.repository.connections()
    jobs.to_write = partial(kept, environ)  # type: ignore[attr-defined]
    jobs.publish(opened, connection)


def _environ(folder: Path, org: SalesforceStandIn) -> dict[str, str]:
    given = {
        "SECRET_KEY": base64.b64encode(bytes(range(48))).decode(),
        "MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        "DATA_DIR": str(folder / "data"),
        "SALESFORCE_CLIENT_ID": org.client_id,
        "SALESFORCE_CLIENT_SECRET": org.client_secret,
        "SALESFORCE_LOGIN_URL": org.login_url,
        "SALESFORCE_EXTRA_HOSTS": "127.0.0.1",
        "SALESFORCE_CA_FILE": str(org.certificate.certificate),
        "SALESFORCE_API_PERCENT": "100",
    }
    return {f"FAIRLEAD_{name}": value for name, value in given.items()}


def _connected(opened: Services, org: SalesforceStandIn) -> ConnectionRow:
    app = salesforce_app(opened.settings)
    assert app is not None
    org.redirect_uris.add(app.redirect_uri)
    org.state.daily_calls = 10_000_000
    request = authorization(app)
    answer = parse_qs(urlsplit(org.consent(request.url)).query)
    grant = exchange(app, answer["code"][0], request.verifier)
    row = opened.repository.add_connection("salesforce", grant.organisation, grant.instance_url)
    opened.grants(row.id).save(grant)
    opened.repository.save_policy(row.id, "text", "admin")
    opened.repository.save_stream(row.id, "text", "admin")
    return row


def a_flag(audit_id: str, at: datetime, dice: Random) -> Flag:
    """A flag by the dice."""
    status = dice.choice(STATUSES)
    calibrated = dice.choice((None, 12.5, 71.0)) if status == "review" else None
    detail = FlagDetail(explanation="e", advice="a", calibrated=calibrated) if calibrated else None
    return Flag(status=status, reason=f"Because {status}.", audit_id=audit_id, checked_at=at, detail=detail)


def _values(flag: Flag) -> tuple[Any, ...]:
    """The flag as the org stores it, written out here and not by the code that is tested."""
    at = flag.checked_at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    calibrated = flag.detail.calibrated if flag.detail else None
    return (flag.status, flag.reason, flag.audit_id, at, calibrated)


def _findings(report: Report, dice: Random) -> tuple[Finding, ...]:
    first = report.findings[0]
    return tuple(
        replace(first, id=f"{number:012x}", severity="high") for number in range(6) if dice.random() < 0.6
    )
