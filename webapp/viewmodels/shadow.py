"""The shadow score of a connection as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from audit.estimate import Estimate
from audit.finding import SEVERITIES, Severity
from audit.finding.overview import by_severity
from audit.rows.mitigation.model import Row
from audit.rows.shadow import Differing
from webapp.language import decimal, english, gettext, iso_day
from webapp.shadow_audits import ShadowAudit
from webapp.shadowing import Came
from webapp.store.shadows import ShadowRow
from webapp.viewmodels.experiment import Compared, compared_row
from webapp.viewmodels.remedy_lines import Cell, share_cell
from webapp.viewmodels.words import MINUS, SEVERITY_WORDS, low_to_high, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """A group, or all leads: the shares called by both scores, and whose decision differs."""

    name: str
    leads: str
    before: Cell
    after: Cell
    differ: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """What the audit of the shadow score found: a severity, and a headline in English."""

    kind: str
    severity: str
    headline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameLine:
    """One pull in the list."""

    id: str
    when: str
    leads: str
    differ: Cell
    correlation: str
    findings: str
    usual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The newest comparison, whole. ``untold`` says that some rates need outcomes that are not known yet."""

    id: str
    when: str
    until: str
    leads: str
    correlation: Cell
    groups: tuple[GroupLine, ...]
    attribute: str
    rows: tuple[Compared, ...]
    untold: bool
    found: tuple[FoundLine, ...]
    usual: str
    stream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowPage:
    """One shadow score. ``title`` is the remedy's, in English; ``stopped`` is empty while it runs."""

    id: str
    title: str
    who: str
    reason: str
    since: str
    learned: str
    stopped: str
    stopped_by: str
    note: str
    experiment_id: str
    newest: Newest | None
    lines: tuple[CameLine, ...]


def shadow_page(row: ShadowRow, came: tuple[Came, ...]) -> ShadowPage:
    """One shadow score with what came of it."""
    return ShadowPage(
        id=row.id,
        title=row.asked["remedy"]["title"],
        who=row.who,
        reason=row.reason,
        since=moment(row.started_at),
        learned=_moment(row.learned_at),
        stopped=_moment(row.stopped_at),
        stopped_by=row.stopped_by,
        note=_note(row.note),
        experiment_id=row.experiment_id,
        newest=_newest(came[0]) if came else None,
        lines=tuple(_line(one) for one in came),
    )


def _note(words: str) -> str:
    """Why there is no comparison; what only the audit says is in English, and marked so."""
    ours = gettext(words) if words else ""
    return english(words) if ours == words and words else ours


def _moment(at: datetime | None) -> str:
    return moment(at) if at else ""


def _newest(one: Came) -> Newest:
    audit = one.audit
    everybody, groups = audit.compared.everybody, audit.compared.groups
    lines = (_group(everybody, gettext("All leads")), *(_group(each, each.group) for each in groups))
    return Newest(
        id=one.id,
        when=moment(one.made_at),
        until=iso_day(audit.until),
        leads=decimal(audit.leads),
        correlation=_correlation(audit.compared.correlation),
        groups=lines,
        attribute=audit.compared.attribute,
        rows=tuple(compared_row(row) for row in audit.compared.rows if _is_told(row)),
        untold=not all(_is_told(row) for row in audit.compared.rows),
        found=tuple(_found(audit)),
        usual=findings_in_words(audit.usual),
        stream=audit.report.stream,
    )


def _group(one: Differing, name: str) -> GroupLine:
    return GroupLine(
        name=name,
        leads=decimal(one.leads),
        before=share_cell(one.before),
        after=share_cell(one.after),
        differ=share_cell(one.differ),
    )


def _is_told(row: Row) -> bool:
    return row.before.value is not None or row.after.value is not None


def _found(audit: ShadowAudit) -> Iterator[FoundLine]:
    for one in audit.report.findings:
        yield FoundLine(
            kind=one.severity, severity=gettext(SEVERITY_WORDS[one.severity]), headline=one.headline
        )


def _line(one: Came) -> CameLine:
    return CameLine(
        id=one.id,
        when=moment(one.made_at),
        leads=decimal(one.audit.leads),
        differ=share_cell(one.audit.compared.everybody.differ),
        correlation=_correlation(one.audit.compared.correlation).value,
        findings=findings_in_words(by_severity(one.audit.report.findings)),
        usual=findings_in_words(one.audit.usual),
    )


def findings_in_words(counts: Mapping[Severity, int]) -> str:
    """How many findings there are of each severity, the worst first."""
    told = [
        f"{gettext(SEVERITY_WORDS[one])}: {decimal(counts[one])}"
        for one in reversed(SEVERITIES)
        if counts.get(one)
    ]
    return ", ".join(told) or gettext("none")


def _correlation(one: Estimate) -> Cell:
    if one.value is None or one.low is None or one.high is None:
        return Cell(value="")
    value, low, high = (decimal(each, 2).replace("-", MINUS) for each in (one.value, one.low, one.high))
    return Cell(value=value, range=low_to_high(low, high))
