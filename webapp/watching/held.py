"""What the database knows of the installation, read at each look: the same from whichever process.

A connection is named by its number alone: the first that was made is 1, and none is ever taken away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from audit.finding import SEVERITIES
from audit.report.model import VERSION
from webapp.services import Services
from webapp.store.rows import ConnectionRow

Numbered = Sequence[tuple[str, ConnectionRow]]


@dataclass(frozen=True, slots=True)
class Held:
    """A collector of prometheus_client."""

    opened: Services

    def collect(self) -> Iterator[Metric]:
        """Every figure. Whoever looks waits for a few queries a connection."""
        rows = [(f"{place}", row) for place, row in enumerate(self.opened.repository.connections(), start=1)]
        version = _gauge("info", "The version; always 1.", "version")
        version.add_metric([VERSION], 1)
        yield version
        yield _states(rows)
        yield from _syncs(self.opened, rows)
        yield from _audits(self.opened, rows)
        yield from _jobs(self.opened, rows)
        yield _logs(self.opened, rows)


def _gauge(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"fairlead_{name}", words, labels=labels)


def _states(rows: Numbered) -> Metric:
    found = _gauge("connection_state", "The state that a connection is in; always 1.", "connection", "state")
    for number, row in rows:
        found.add_metric([number, row.state], 1)
    return found


def _syncs(opened: Services, rows: Numbered) -> Iterator[Metric]:
    """A connection that was never read has no age."""
    age = _gauge("last_sync_age_seconds", "How long ago the newest sync was finished.", "connection")
    leads = _gauge("leads_held", "Leads held after the newest sync.", "connection")
    kind = _gauge("last_sync_kind", "What kind the newest sync was; always 1.", "connection", "kind")
    for number, row in rows:
        last = opened.syncs.latest(row.id)
        if last is not None:
            age.add_metric([number], (opened.clock() - last.made_at).total_seconds())
            leads.add_metric([number], last.synced.whole.kept)
            kind.add_metric([number, last.synced.kind], 1)
    yield from (age, leads, kind)


def _audits(opened: Services, rows: Numbered) -> Iterator[Metric]:
    age = _gauge("last_audit_age_seconds", "How long ago the newest audit was made.", "connection")
    found = _gauge("findings", "Findings of the newest audit, by severity.", "connection", "severity")
    for number, row in rows:
        for head in opened.evidence.behind(row.id, None, 1):
            age.add_metric([number], (opened.clock() - head.made_at).total_seconds())
            for severity in SEVERITIES:
                found.add_metric([number, severity], head.severities.get(severity, 0))
    yield from (age, found)


def _jobs(opened: Services, rows: Numbered) -> Iterator[Metric]:
    labels = ("connection", "kind", "outcome")
    ended = CounterMetricFamily("fairlead_jobs", "Jobs that ended, by kind and outcome.", labels=labels)
    last = _gauge("job_last_timestamp_seconds", "When a job last ended so.", *labels)
    numbers = {row.id: number for number, row in rows}
    for one in opened.job_ends.all():
        named = [numbers[one.connection_id], one.kind, one.outcome]
        ended.add_metric(named, one.times)
        last.add_metric(named, one.last_at.timestamp())
    yield from (ended, last)


def _logs(opened: Services, rows: Numbered) -> Metric:
    sound = _gauge(
        "decision_log_sound", "Whether the last verification found the log as it was written.", "connection"
    )
    for number, row in rows:
        log = opened.decision_logs.get(row.id)
        if log.verified_at is not None:
            sound.add_metric([number], 0 if log.fault else 1)
    return sound
