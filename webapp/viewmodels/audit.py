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
from webapp.language import decimal, gettext, ngettext, pointed, shortest
from webapp.store.evidence import KeptAudit
from webapp.store.rows import AuditRow
from webapp.viewmodels.account import Account, account
from webapp.viewmodels.dashboard import SeverityCount, severity_counts
from webapp.viewmodels.examined import Examined, examined
from webapp.viewmodels.finding_gap import FindingGap, finding_gap
from webapp.viewmodels.groups import AttributeTable, attribute_tables
from webapp.viewmodels.measures import Meaning, MeasureTable, meanings, measure_tables
from webapp.viewmodels.words import SEVERITY_WORDS, VERDICT_WORDS, amount, between, low_to_high, moment, named


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
    gap: FindingGap | None


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
    cards = tuple(_card(finding, i, report) for i, finding in enumerate(findings, start=1))
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
        account=account(row.pulled),
        origin=_origin(row, report),
    )


def _card(finding: Finding, place: int, report: Report) -> FindingCard:
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
        gap=finding_gap(finding, report),
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
        strength=pointed(f"{proxy.auc:.2f}"),
        strength_interval=low_to_high(pointed(f"{proxy.low:.2f}"), pointed(f"{proxy.high:.2f}")),
        share=amount(proxy.share, share=True) if proxy.share is not None else gettext("no gap to share"),
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
            words=ngettext(
                "%(n)s\N{NO-BREAK SPACE}field tells nothing sure about %(attribute)s",
                "%(n)s\N{NO-BREAK SPACE}fields tell nothing sure about %(attribute)s",
                len(fields),
                attribute=attribute,
            ),
            fields=", ".join(sorted(fields)),
        )
        for attribute, fields in sorted(by_attribute.items())
    )


def _summary(report: Report) -> str:
    found = len([f for f in report.findings if f.verdict == "fail"])
    audited = ngettext(
        "%(n)s\N{NO-BREAK SPACE}lead was audited.", "%(n)s\N{NO-BREAK SPACE}leads were audited.", report.kept
    )
    if not report.disparities:
        none = gettext("No group was compared, so nothing is shown to be in order either.")
        return f"{audited} {none}"
    if not found:
        none = gettext("No group was found to be treated differently beyond the tolerance.")
        return f"{audited} {none}"
    needs = ngettext(
        "%(n)s\N{NO-BREAK SPACE}finding needs your attention.",
        "%(n)s\N{NO-BREAK SPACE}findings need your attention.",
        found,
    )
    return f"{audited} {needs}"


def _compared(report: Report) -> str:
    verdicts = Counter(d.verdict for d in report.disparities)
    told = ngettext(
        "%(n)s\N{NO-BREAK SPACE}comparison with a reference group: %(passed)s within tolerance, %(failed)s "
        "outside, %(unsure)s without enough data. One finding gathers all comparisons of one group.",
        "%(n)s\N{NO-BREAK SPACE}comparisons with a reference group: %(passed)s within tolerance, %(failed)s "
        "outside, %(unsure)s without enough data. One finding gathers all comparisons of one group.",
        len(report.disparities),
        passed=decimal(verdicts["pass"]),
        failed=decimal(verdicts["fail"]),
        unsure=decimal(verdicts["insufficient"]),
    )
    return " ".join(text for text in (told, _small_groups(report)) if text)


def _small_groups(report: Report) -> str:
    """How many open comparisons are about attributes taken together; nothing where there is none."""
    crossed = [
        d.attribute for d in report.disparities if d.verdict == "insufficient" and len(d.attribute) > 1
    ]
    if not crossed:
        return ""
    return gettext(
        "%(crossed)s of those without enough data are about attributes taken together, such as %(example)s: "
        "their groups are small.",
        crossed=decimal(len(crossed)),
        example=named(crossed[0]),
    )


def _rule(report: Report) -> str:
    asked = report.settings
    read = gettext(
        "The dot is what was measured; the bar is the plausible range (confidence "
        "%(confidence)s\N{NO-BREAK SPACE}%%), which is wide where leads are few. The dashed line is the "
        "reference group. Within tolerance means a difference of at most %(points)s points and a ratio from "
        "%(low)s to %(high)s. A verdict needs the whole range on one side, and a gap must hold up although "
        "many groups are compared.",
        confidence=shortest(asked.confidence * 100),
        points=shortest(asked.tolerance_difference * 100),
        low=shortest(asked.tolerance_ratio),
        high=shortest(1 / asked.tolerance_ratio, ".3g"),
    )
    return " ".join(text for text in (_selected(report), read) if text)


def _selected(report: Report) -> str:
    """What "selected" means here; nothing where the data itself says who is."""
    asked = report.settings
    if asked.threshold is None:
        return ""
    threshold = shortest(asked.threshold)
    if asked.higher_is_better:
        return gettext("A lead is selected when its score is at least %(threshold)s.", threshold=threshold)
    return gettext("A lead is selected when its score is at most %(threshold)s.", threshold=threshold)


def _origin(row: AuditRow | KeptAudit, report: Report) -> tuple[tuple[str, str], ...]:
    pairs = (
        (gettext("Audit"), row.id),
        (gettext("Policy version"), str(row.policy_version)),
        (gettext("Stream version"), str(row.stream_version)),
        (gettext("Seed"), str(report.seed)),
        (gettext("Engine"), report.engine),
        (gettext("Fairlead version"), report.version),
        (gettext("Digest of audit.json"), row.digest),
        (gettext("Digest of the data"), report.digests.data),
        (gettext("Digest of the counts"), report.digests.cube),
        (gettext("Digest of the stream"), report.digests.stream),
        (gettext("Digest of the policy"), report.digests.policy or gettext("no policy")),
    )
    return tuple((name, value) for name, value in pairs if value)
