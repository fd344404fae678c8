"""From the pulled leads to the verdict that is stored: the report, the account, a flag per lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import pyarrow as pa

from audit.finding import Caution
from audit.finding.overview import by_severity, worst
from audit.history import overview
from audit.intake import Intake, Refusal, admit
from audit.report import to_json
from audit.report.model import Report
from audit.rows.flag import Flag as Judged
from audit.rows.flag import flags
from audit.run import AuditRequest, audit
from audit.schema import Stream
from audit.thresholds import threshold_counts
from connectors.account import Pulled
from connectors.feedback import Feedback
from connectors.policy.model import Policy
from connectors.pseudonym import LeadKey
from connectors.source import Flag, FlagDetail
from webapp.answers_told import told_beside
from webapp.noise import noisy
from webapp.store.evidence import packed
from webapp.store.repository import short_id
from webapp.store.rows import NewAudit, NewEvidence, PolicyVersion, StreamVersion
from webapp.viewmodels.account import excluded_words, rejected_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an audit of one connection goes by: the two texts in force, and what they say.

    ``names`` says how the CRM calls the field behind a column, for the people who read a flag there.
    """

    policy: Policy
    stream: Stream
    policy_version: PolicyVersion
    stream_version: StreamVersion
    seed: int = 0
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A finished audit, and a flag for every lead in it."""

    audit: NewAudit
    flags: Mapping[LeadKey, Flag]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """The leads as the lake holds them, the account of how they came, and what to know of the score.

    ``before`` is the report of the audit before, None where there is none. ``answers`` are those of reps to
    the checks so far.
    """

    table: pa.Table
    account: Pulled
    cautions: tuple[Caution, ...] = ()
    before: Report | None = None
    answers: tuple[Feedback, ...] = ()


def verdict_on(pull: Pull, rules: Rules, now: datetime) -> Verdict:
    """Admit the leads, audit them, and flag each; the report accounts for every record that the CRM gave.

    Raises
    ------
    BadInput
        The stream does not fit the columns of the policy, or no lead is left to audit.
    """
    intake = _whole(admit(pull.table, rules.stream), pull.account)
    request = AuditRequest(
        seed=rules.seed,
        stream_digest=rules.stream_version.digest,
        policy_digest=rules.policy_version.digest,
        cautions=(*pull.cautions, *_unmapped(pull.account), *noisy(rules.policy)),
    )
    report, audit_id = audit(intake, rules.stream, request), short_id()
    evidence = replace(
        _evidence(intake, rules, report, pull.before),
        answers=told_beside(intake.table, rules.stream, pull.answers),
    )
    return Verdict(
        audit=replace(_new_audit(audit_id, report, pull.account, rules), evidence=evidence),
        flags={
            LeadKey(bytes.fromhex(one.key)): Flag(
                status=one.status, reason=one.reason, audit_id=audit_id, checked_at=now, detail=_detail(one)
            )
            for one in flags(intake.table, rules.stream, report, rules.names)
        },
    )


def _evidence(intake: Intake, rules: Rules, report: Report, before: Report | None) -> NewEvidence:
    """What is kept beside the report: its overview, and the counts of every threshold."""
    scale = report.settings.score_range
    return packed(overview(report, before), threshold_counts(intake.table, rules.stream, scale, report.seed))


def _detail(one: Judged) -> FlagDetail | None:
    """What there is to say beyond the status; of a score without a fault, nothing."""
    if one.status == "ok":
        return None
    return FlagDetail(
        explanation=one.explanation,
        advice=one.advice,
        direction=one.direction,
        shift=one.shift,
        low=one.low,
        high=one.high,
        calibrated=one.calibrated,
        fields=one.fields,
    )


def _new_audit(audit_id: str, report: Report, account: Pulled, rules: Rules) -> NewAudit:
    """What the store keeps of a report.

    Raises
    ------
    ValueError
        The account does not add up: a fault of ours, and no verdict.
    """
    rejected, excluded = _counts(report.rejected), _counts(report.excluded)
    if report.rows != report.kept + sum(rejected.values()) + sum(excluded.values()):
        msg = "the account of the audit does not add up"
        raise ValueError(msg)
    pulled = Pulled(
        read=report.rows,
        kept=report.kept,
        rejected=rejected,
        excluded=excluded,
        unmapped=dict(account.unmapped),
    )
    found = worst(report.findings)
    return NewAudit(
        id=audit_id,
        report=to_json(report),
        policy_version=rules.policy_version.version,
        stream_version=rules.stream_version.version,
        severities={severity: count for severity, count in by_severity(report.findings).items() if count},
        worst=found.headline if found else None,
        pulled=pulled,
    )


def _whole(intake: Intake, account: Pulled) -> Intake:
    """The intake with what the connector turned away before it, so that nothing is lost between the two."""
    return replace(
        intake,
        rows=account.read,
        rejected=(*_refusals(account.rejected, rejected_words), *intake.rejected),
        excluded=(*_refusals(_excluded(intake, account), excluded_words), *intake.excluded),
    )


def _excluded(intake: Intake, account: Pulled) -> Mapping[str, int]:
    """The connector's exclusions, with the leads that were erased between the pull and the audit."""
    erased = account.kept - intake.rows
    return Counter(account.excluded) + Counter({"erased": erased})


def _refusals(counts: Mapping[str, int], words: Callable[[str], str]) -> Iterable[Refusal]:
    for reason, count in sorted(counts.items()):
        yield Refusal(code=reason, text=words(reason), count=count, rows=())


def _unmapped(account: Pulled) -> tuple[Caution, ...]:
    """A caution per column whose values the policy did not know; they count as unknown."""
    return tuple(
        Caution(
            code="unmapped_values",
            text=_unmapped_words(column, count),
            evidence=(("column", column), ("count", count)),
        )
        for column, count in sorted(account.unmapped.items())
        if count
    )


def _unmapped_words(column: str, count: int) -> str:
    if count == 1:
        return f"1 value of {column} is in no rule of the policy; it counts as unknown."
    return f"{count:,} values of {column} are in no rule of the policy; they count as unknown."


def _counts(refusals: Iterable[Refusal]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for refusal in refusals:
        counts[refusal.code] += refusal.count
    return dict(counts)
