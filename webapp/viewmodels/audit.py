"""The audit page: the report as a person reads it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from audit.disparity import Verdict
from audit.finding import SEVERITIES, Caution, Finding, Severity
from audit.finding.evidence_words import evidence_words
from audit.report.model import Report
from audit.rows.proxy import Proxy, informative
from webapp.direct_use import DIRECT, RULES
from webapp.language import gettext
from webapp.store.evidence import KeptAudit
from webapp.store.rows import AuditRow
from webapp.viewmodels.account import Account, account
from webapp.viewmodels.dashboard import SeverityCount, severity_counts
from webapp.viewmodels.examined import Examined, examined
from webapp.viewmodels.groups import AttributeTable, attribute_tables
from webapp.viewmodels.measures import Meaning, MeasureTable, meanings, measure_tables
from webapp.viewmodels.words import (
    NBSP,
    SEVERITY_WORDS,
    VERDICT_WORDS,
    amount,
    between,
    counted,
    moment,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCard:
    """One finding: its severity in a word, its text (``headline``, then ``rest``), its evidence in words."""

    id: str
    place: int
    anchor: str
    severity: Severity
    severity_words: str
    verdict: Verdict
    verdict_words: str
    headline: str
    rest: str
    where: str
    special_category: bool
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """One warning in plain words with its evidence."""

    text: str
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRow:
    """One feature that gives an attribute away, in words."""

    rank: int
    feature: str
    attribute: str
    strength: str
    strength_interval: str
    share: str
    share_interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """The fields that tell nothing sure about an attribute: how many, and their names."""

    words: str
    fields: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Everything the audit page shows.

    ``notes`` are findings for information, folded away where there are ``findings`` to act on;
    ``judged`` is whether any group was compared; ``measures`` go with ``tables``, one by one.
    ``direct`` says what the CRM's own rules of the score look at. ``proxies`` are the fields that surely
    tell something about an attribute, ``silent`` the others.
    """

    id: str
    made_at: str
    stream: str
    summary: str
    compared: str
    judged: bool
    rule: str
    severities: tuple[SeverityCount, ...]
    findings: tuple[FindingCard, ...]
    notes: tuple[FindingCard, ...]
    warnings: tuple[Warned, ...]
    tables: tuple[AttributeTable, ...]
    measures: tuple[tuple[MeasureTable, ...], ...]
    overall: tuple[MeasureTable, ...]
    meanings: tuple[Meaning, ...]
    direct: tuple[str, ...]
    proxies: tuple[ProxyRow, ...]
    silent: tuple[Silent, ...]
    examined: tuple[Examined, ...]
    account: Account
    origin: tuple[tuple[str, str], ...]


def audit_page(row: AuditRow | KeptAudit, report: Report) -> AuditPage:
    """The page of one stored audit."""
    tables = attribute_tables(report)
    telling = sorted(_told(report, surely=True), key=lambda proxy: (proxy.attribute, proxy.rank))
    findings = sorted(report.findings, key=lambda f: -SEVERITIES.index(f.severity))
    cards = tuple(_card(finding, i) for i, finding in enumerate(findings, start=1))
    return AuditPage(
        id=row.id,
        made_at=moment(row.made_at),
        stream=report.stream,
        summary=_summary(report),
        compared=_compared(report),
        judged=bool(report.disparities),
        rule=_rule(report),
        severities=severity_counts(Counter(f.severity for f in report.findings)),
        findings=tuple(card for card in cards if card.severity != "info"),
        notes=tuple(card for card in cards if card.severity == "info"),
        warnings=tuple(_warned(one) for one in report.warnings if one.code != RULES),
        tables=tables,
        measures=tuple(measure_tables(report, table.attribute) for table in tables),
        overall=measure_tables(report, ()),
        meanings=meanings(report),
        direct=tuple(one.text for one in report.warnings if one.code in {DIRECT, RULES}),
        proxies=tuple(_proxy(proxy) for proxy in telling),
        silent=_silent(report),
        examined=examined(report),
        account=account(row.pulled, (*report.rejected, *report.excluded)),
        origin=_origin(row, report),
    )


def _card(finding: Finding, place: int) -> FindingCard:
    return FindingCard(
        id=finding.id,
        place=place,
        anchor=f"finding-{place}",
        severity=finding.severity,
        severity_words=gettext(SEVERITY_WORDS[finding.severity]),
        verdict=finding.verdict,
        verdict_words=gettext(VERDICT_WORDS[finding.verdict]),
        headline=finding.headline,
        rest=finding.rest,
        where=_where(finding),
        special_category=finding.special_category,
        evidence=evidence_words(finding.evidence, finding.metric),
    )


def _where(finding: Finding) -> str:
    pairs = zip(finding.attribute, finding.group, strict=False)
    return ", ".join(f"{attribute}: {group}" for attribute, group in pairs)


def _warned(caution: Caution) -> Warned:
    return Warned(text=caution.text, evidence=evidence_words(caution.evidence))


def _proxy(proxy: Proxy) -> ProxyRow:
    has_share = proxy.share is not None
    return ProxyRow(
        rank=proxy.rank,
        feature=proxy.feature,
        attribute=proxy.attribute,
        strength=f"{proxy.auc:.2f}",
        strength_interval=f"{proxy.low:.2f} to {proxy.high:.2f}",
        share=amount(proxy.share, share=True) if proxy.share is not None else "no gap to share",
        share_interval=between(proxy.share_low, proxy.share_high, share=True) if has_share else "",
    )


def _told(report: Report, *, surely: bool) -> list[Proxy]:
    confidence = report.settings.confidence
    return [proxy for proxy in report.proxies if informative(proxy, confidence) is surely]


def _silent(report: Report) -> tuple[Silent, ...]:
    """One line per attribute that some fields tell nothing about."""
    by_attribute: dict[str, list[str]] = {}
    for proxy in _told(report, surely=False):
        by_attribute.setdefault(proxy.attribute, []).append(proxy.feature)
    return tuple(
        Silent(
            words=f"{counted(len(fields), 'field tells', 'fields tell')} nothing sure about {attribute}",
            fields=", ".join(sorted(fields)),
        )
        for attribute, fields in sorted(by_attribute.items())
    )


def _summary(report: Report) -> str:
    found = len([f for f in report.findings if f.verdict == "fail"])
    leads = counted(report.kept, "lead was", "leads were")
    if not report.disparities:
        return f"{leads} audited. No group was compared, so nothing is shown to be in order either."
    if not found:
        return f"{leads} audited. No group was found to be treated differently beyond the tolerance."
    return f"{leads} audited. {counted(found, 'finding needs', 'findings need')} your attention."


def _compared(report: Report) -> str:
    verdicts = Counter(d.verdict for d in report.disparities)
    return (
        f"{counted(len(report.disparities), 'comparison', 'comparisons')} with a reference group: "
        f"{verdicts['pass']:,} within tolerance, {verdicts['fail']:,} outside, "
        f"{verdicts['insufficient']:,} without enough data. One finding gathers all comparisons of one group."
        f"{_small_groups(report)}"
    )


def _small_groups(report: Report) -> str:
    """How many open comparisons are about attributes taken together; nothing where there is none."""
    crossed = [
        d.attribute for d in report.disparities if d.verdict == "insufficient" and len(d.attribute) > 1
    ]
    if not crossed:
        return ""
    return (
        f" {len(crossed):,} of those without enough data are about attributes taken together, such as "
        f"{' and '.join(crossed[0])}: their groups are small."
    )


def _rule(report: Report) -> str:
    asked = report.settings
    return (
        f"{_selected(report)}The dot is what was measured; the bar is the plausible range "
        f"(confidence {asked.confidence * 100:g}{NBSP}%), "
        "which is wide where leads are few. The dashed line is the reference group. Within tolerance means a "
        f"difference of at most {asked.tolerance_difference * 100:g} points and a ratio from "
        f"{asked.tolerance_ratio:g} to {1 / asked.tolerance_ratio:.3g}. A verdict needs the whole range on "
        "one side, and a gap must hold up although many groups are compared."
    )


def _selected(report: Report) -> str:
    """What "selected" means here; nothing where the data itself says who is."""
    asked = report.settings
    if asked.threshold is None:
        return ""
    side = "at least" if asked.higher_is_better else "at most"
    return f"A lead is selected when its score is {side} {asked.threshold:g}. "


def _origin(row: AuditRow | KeptAudit, report: Report) -> tuple[tuple[str, str], ...]:
    pairs = (
        ("Audit", row.id),
        ("Policy version", str(row.policy_version)),
        ("Stream version", str(row.stream_version)),
        ("Seed", str(report.seed)),
        ("Engine", report.engine),
        ("Fairlead version", report.version),
        ("Digest of audit.json", row.digest),
        ("Digest of the data", report.digests.data),
        ("Digest of the counts", report.digests.cube),
        ("Digest of the stream", report.digests.stream),
        ("Digest of the policy", report.digests.policy or "no policy"),
    )
    return tuple((name, value) for name, value in pairs if value)
