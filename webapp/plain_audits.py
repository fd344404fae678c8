"""Audits as who may not see special categories sees them (Article 9 of the GDPR): without a word about one.

Pages for viewers and tokens without read:special go by the same rule: an item is left out that is about a
special category, alone or crossed with others, and so is a warning that names one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from audit.finding import SEVERITIES, Caution, Finding
from audit.history import Overview, overview
from audit.history.model import Noted
from audit.report.model import Report
from audit.rows.examine import Examination
from webapp.store.evidence import KeptAudit

T = TypeVar("T")
Told = Finding | Noted


def names_of(one: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a report lists
    """The attributes that an item is about."""
    return (one.attribute,) if isinstance(one.attribute, str) else one.attribute


def is_about(one: object, hidden: Collection[str]) -> bool:
    """Whether it is marked as special or about any of these names and columns.

    A warning is, where it names one in words or in what they stand on; a stand-in, where it is one.
    """
    if not isinstance(one, Caution):
        special, field = getattr(one, "special_category", False), getattr(one, "feature", None)
        return special or not frozenset(hidden).isdisjoint((*names_of(one), field))
    words = " ".join([one.text, *(f"{name} {value}" for name, value in one.evidence)]).casefold()
    return any(name.casefold() in words for name in hidden)


def plain_report(report: Report, hidden: Collection[str]) -> Report:
    """The report without special categories, by their names and columns; itself where there are none.

    What looks at many attributes at once (regulation, what else was examined, feedback, the search) is left
    out as a whole: a sum over groups can tell of one.
    """
    if not hidden:
        return report
    return replace(
        report,
        estimates=_without(report.estimates, hidden),
        disparities=_without(report.disparities, hidden),
        proxies=_without(report.proxies, hidden),
        subgroups=_without(report.subgroups, hidden),
        warnings=_without(report.warnings, hidden),
        findings=_without(report.findings, hidden),
        settings=replace(report.settings, special_categories=()),
        regulation=type(report.regulation)(),
        decisions=(),
        search=None,
        compat=(),
        examined=Examination(),
        feedback=None,
        bounds=(),
        membership=(),
    )


def plain_row(row: KeptAudit, hidden: Collection[str], findings: Sequence[Told]) -> KeptAudit:
    """A kept audit that counts these findings only, and names no special category in its account."""
    names = {name.casefold() for name in hidden}
    unmapped = {name: n for name, n in row.pulled.unmapped.items() if name.casefold() not in names}
    worst = max(findings, key=lambda one: SEVERITIES.index(one.severity), default=None)
    return replace(
        row,
        pulled=replace(row.pulled, unmapped=unmapped),
        severities=Counter(one.severity for one in findings),
        worst=worst.headline if worst else None,
    )


def plain_audits(
    audits: Sequence[KeptAudit], report: Report, names: Collection[str]
) -> tuple[KeptAudit, ...]:
    """Kept audits, newest first, without special categories; ``report`` is the newest one's, whole.

    ``names`` are what the special categories and their columns are called.
    """
    hidden = {*names, *_flagged(audits)}
    if not hidden:
        return tuple(audits)
    shown = [replace(one, overview=_plain(one.overview, hidden)) for one in audits]
    newest, told = shown[0], overview(plain_report(report, hidden))
    before = newest.overview.changes if newest.overview else None
    shown[0] = replace(plain_row(newest, hidden, told.findings), overview=replace(told, changes=before))
    return tuple(shown)


def _without(items: Sequence[T], hidden: Collection[str]) -> tuple[T, ...]:
    return tuple(one for one in items if not is_about(one, hidden))


def _flagged(audits: Sequence[KeptAudit]) -> set[str]:
    """The attributes of crossings and findings that an earlier audit called special."""
    seen = [one for kept in audits if kept.overview for one in kept.overview.findings]
    return {
        name for one in seen if one.special_category and len(one.attribute) == 1 for name in one.attribute
    }


def _plain(one: Overview | None, hidden: Collection[str]) -> Overview | None:
    if one is None:
        return None
    changes = (
        None if one.changes is None else tuple(c for c in one.changes if not is_about(c.finding, hidden))
    )
    return replace(
        one,
        findings=_without(one.findings, hidden),
        points=_without(one.points, hidden),
        changes=changes,
    )
