"""What changed since the audit before, in sentences: what surely did, and what only reads differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.history import Change, ChangeKind, Point
from webapp.evidence.sheet import ranged
from webapp.evidence.source import gap_kind
from webapp.language import day, gettext, marked
from webapp.store.evidence import KeptAudit

MOST = 5
WORDS: dict[ChangeKind, tuple[str, str]] = {
    "new": ("high", marked("New")),
    "worse": ("high", marked("Worse")),
    "better": ("pass", marked("Better")),
    "gone": ("pass", marked("Gone")),
    "newly told": ("info", marked("Newly told")),
    "no longer told": ("info", marked("No longer told")),
}
FIRST = marked("This is the first audit.")
UNKNOWN = marked("It is not known; the next audit will tell.")
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
        return Changed(lead=gettext(FIRST if len(audits) < 2 else UNKNOWN), lines=(), unsure=(), more=0)
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
    if len(audits) < 2:
        before = marked("What surely changed since the audit before.")
        return gettext(before if sure else marked("Nothing surely changed since the audit before."))
    newest, last = audits[0], audits[1]
    since = marked("What surely changed since %(day)s.")
    told = gettext(since if sure else marked("Nothing surely changed since %(day)s."))
    told %= {"day": day(last.made_at)}
    same = (last.policy_version, last.stream_version) == (newest.policy_version, newest.stream_version)
    rules = gettext("The rules changed in between, so read the figures with that in mind.")
    return told if same else f"{told} {rules}"


def _line(one: Change) -> ChangeLine:
    kind, words = WORDS[one.kind]
    here = one.kind not in ("gone", "no longer told")
    return ChangeLine(
        kind=kind,
        words=gettext(words),
        headline=one.finding.headline,
        figures=_figures(one),
        finding_id=one.finding.id if here else None,
        special_category=one.finding.special_category,
    )


def _figures(one: Change) -> str:
    told = [_gap_told(one)]
    if one.kind not in SURE and (one.before is None) == (one.after is None):
        told.append(gettext("The gap itself did not surely change."))
    return " ".join(told)


def _gap_told(one: Change) -> str:
    if one.before is None:
        if one.after is None:
            return gettext("It could not be compared.")
        came = gettext("The gap is %(gap)s; the audit before had none to compare.")
        return came % {"gap": _said(one.after)}
    if one.after is None:
        return gettext("The gap was %(gap)s; this audit has none to compare.", gap=_said(one.before))
    return gettext("The gap is %(gap)s; it was %(before)s.", gap=_said(one.after), before=_said(one.before))


def _said(point: Point) -> str:
    return ranged(point, gap_kind(point.metric, point.kind))
