"""How the checks of a whole stream went, for a manager in the CRM: the panel's larger sister.

It counts leads by what the check says of them and repeats the findings in the fixed words for everybody
(`audit.finding.outward`): no attribute, no group, and nothing from which one could be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from connectors.source import FlagStatus
from webapp.language import decimal, gettext, marked, ngettext
from webapp.outgoing import notices_of
from webapp.panels import BY_STATUS, FINE, utc_text
from webapp.services import Services
from webapp.store.flag_counts import FlagCounts
from webapp.store.repository import Repository
from webapp.store.rows import ConnectionRow

SCHEMA = "fairlead.overview/1"
SHOWN = 5
COUNTED_ANEW = 600
"""Seconds after which leads are counted again: between two audits only those that are erased go."""
MOST = 64
"""Audits whose sentences and counts are held, for each process."""
ASK = marked("Ask an auditor what is behind it before you change how your team uses the score.")
SENTENCES = (
    marked("The score is unreliable for some leads."),
    marked("Some leads are selected less readily than others."),
    marked("Some leads are worked less, or later, than others."),
    marked("The audit is sure of it."),
    marked("The audit holds it likely; more leads would tell."),
    marked("Auditors can read in Fairlead what is behind it."),
)
"""What `audit.finding.outward` says."""
ORDER: tuple[FlagStatus, ...] = ("review", "insufficient_data", "ok")
OverviewState = Literal["checked", "not_audited", "not_connected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many leads the newest check says one thing of."""

    state: str
    title: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What a manager sees. ``findings`` are whole sentences, the worst first, each once."""

    state: OverviewState
    sentence: str
    next_step: str
    counts: tuple[Counted, ...] = ()
    checked_at: str | None = None
    audit_id: str | None = None
    findings: tuple[str, ...] = ()


NOT_AUDITED = Overview(
    state="not_audited",
    sentence=marked("No audit of these leads is finished yet, so there is nothing to sum up."),
    next_step=marked("Ask your CRM admin when the first check is due."),
)
NOT_CONNECTED = Overview(
    state="not_connected",
    sentence=marked("Fairlead has no working connection to this CRM, so it cannot check its scores."),
    next_step=marked("Ask your CRM admin to connect Fairlead."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Audit:
    """The audit that is summed up; a stored one never changes."""

    id: str
    digest: str
    connection_id: str
    repository: Repository = field(compare=False)


def overview_of(opened: Services, connection: ConnectionRow) -> Overview:
    """The newest audit of a connection, summed up; its report is read once, however many look."""
    audit = next(iter(opened.evidence.behind(connection.id, None, 1)), None)
    if audit is None:
        return NOT_AUDITED
    held = _Audit(id=audit.id, digest=audit.digest, connection_id=connection.id, repository=opened.repository)
    numbers = _numbers(held, int(opened.clock().timestamp()) // COUNTED_ANEW)
    counts = tuple(
        Counted(state=BY_STATUS[one].state, title=BY_STATUS[one].title, number=numbers.get(one, 0))
        for one in ORDER
    )
    return Overview(
        state="checked",
        sentence=_sentence(sum(numbers.values()), numbers.get("review", 0)),
        next_step=ASK if numbers.get("review") else FINE.next_step,
        counts=counts,
        checked_at=utc_text(audit.made_at),
        audit_id=audit.id,
        findings=_findings(held),
    )


def overview_json(overview: Overview) -> dict[str, Any]:
    """The overview as the manager's card reads it (``fairlead.overview/1``), in its language."""
    spoken = replace(
        overview,
        sentence=gettext(overview.sentence),
        next_step=gettext(overview.next_step),
        counts=tuple(replace(one, title=gettext(one.title)) for one in overview.counts),
        findings=tuple(map(_spoken, overview.findings)),
    )
    return {"schema": SCHEMA, **asdict(spoken)}


def _spoken(finding: str) -> str:
    """A finding is made of a few fixed sentences; what is not known of it stays English."""
    for one in SENTENCES:
        finding = finding.replace(one, gettext(one))
    return finding


def _sentence(leads: int, doubtful: int) -> str:
    return ngettext(
        "%(n)s lead was checked; the score of %(doubtful)s of them may be unreliable.",
        "%(n)s leads were checked; the score of %(doubtful)s of them may be unreliable.",
        leads,
        doubtful=decimal(doubtful),
    )


@lru_cache(maxsize=MOST)
def _findings(of: _Audit) -> tuple[str, ...]:
    audit = of.repository.audit(of.id)
    if audit is None:
        return ()
    return tuple(dict.fromkeys(notice.sentence for notice in notices_of(audit)))[:SHOWN]


@lru_cache(maxsize=MOST)
def _numbers(of: _Audit, _period: int) -> Mapping[FlagStatus, int]:
    """Counting takes seconds where there are a million leads."""
    return FlagCounts(database=of.repository.database).of(of.connection_id)
