"""What changed since the audit before, in sentences: what surely did, and what only reads differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.history import Change, ChangeKind, Point
from webapp.evidence.sheet import ranged
from webapp.evidence.source import gap_kind
from webapp.store.evidence import KeptAudit

MOST = 5
WORDS: dict[ChangeKind, tuple[str, str]] = {
    "new": ("high", "New"),
    "worse": ("high", "Worse"),
    "better": ("pass", "Better"),
    "gone": ("pass", "Gone"),
    "newly told": ("info", "Newly told"),
    "no longer told": ("info", "No longer told"),
}
SURE: tuple[ChangeKind, ...] = ("new", "worse", "better", "gone")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One change: the badge, the finding's sentence, the figures, and the finding where it is still there."""

    kind: str
    words: str
    headline: str
    figures: str
    finding_id: str | None
    special_category: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What changed: ``lines`` surely, ``unsure`` in the telling only. ``lead`` says it in one sentence."""

    lead: str
    lines: tuple[ChangeLine, ...]
    unsure: tuple[ChangeLine, ...]
    more: int


def changed(audits: Sequence[KeptAudit]) -> Changed:
    """The changes of the newest audit; ``audits`` are newest first."""
    found = audits[0].overview.changes if audits[0].overview else None
    if found is None:
        why = "This is the first audit." if len(audits) < 2 else "It is not known; the next audit will tell."
        return Changed(lead=why, lines=(), unsure=(), more=0)
    sure = [one for one in found if one.kind in SURE]
    ordered = sorted(sure, key=lambda one: SURE.index(one.kind))
    unsure = [one for one in found if one.kind not in SURE]
    return Changed(
        lead=_lead(len(sure), audits),
        lines=tuple(_line(one) for one in ordered[:MOST]),
        unsure=tuple(_line(one) for one in unsure[:MOST]),
        more=max(len(sure) - MOST, 0) + max(len(unsure) - MOST, 0),
    )


def _lead(sure: int, audits: Sequence[KeptAudit]) -> str:
    start = "Nothing surely changed" if not sure else "What surely changed"
    if len(audits) < 2:
        return f"{start} since the audit before."
    before = audits[1]
    since = f"since {before.made_at.day} {before.made_at:%b %Y}"
    same = (before.policy_version, before.stream_version)
    if same == (audits[0].policy_version, audits[0].stream_version):
        return f"{start} {since}."
    return f"{start} {since}. The rules changed in between, so read the figures with that in mind."


def _line(one: Change) -> ChangeLine:
    kind, words = WORDS[one.kind]
    here = one.kind not in ("gone", "no longer told")
    return ChangeLine(
        kind=kind,
        words=words,
        headline=one.finding.headline,
        figures=_figures(one),
        finding_id=one.finding.id if here else None,
        special_category=one.finding.special_category,
    )


def _figures(one: Change) -> str:
    unsure = "" if one.kind in SURE else " The gap itself did not surely change."
    if one.before is None:
        if one.after is None:
            return f"It could not be compared.{unsure}"
        return f"The gap is {_said(one.after)}; the audit before had none to compare."
    if one.after is None:
        return f"The gap was {_said(one.before)}; this audit has none to compare."
    return f"The gap is {_said(one.after)}; it was {_said(one.before)}.{unsure}"


def _said(point: Point) -> str:
    return ranged(point, gap_kind(point.metric, point.kind))
