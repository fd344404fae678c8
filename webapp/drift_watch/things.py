"""What surely moved, each with a name that stays the same from look to look."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from audit.drift import ColumnDrift, DriftReport, GapDrift, ScoreChange

Kind = Literal["model", "mix", "unclear", "begun", "ended", "moved", "missing", "new", "gap", "together"]
CHANGES: frozenset[Kind] = frozenset({"model", "mix", "unclear"})
TOLD: frozenset[Kind] = CHANGES | frozenset[Kind]({"begun", "ended", "gap", "moved", "new"})
OF_LEADS = frozenset({"feature", "score"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing that surely moved by more than its limit.

    ``name`` is the column or the attribute that it is about ("" for none), ``role`` that of a column. ``day``
    is since when, where that is known, from ``earliest`` to ``latest``. ``before`` and ``now`` are in the
    unit of its kind: mean scores, shares without a value, gaps; ``size`` is PSI beyond chance, a share, or
    an AUC.
    """

    key: str
    kind: Kind
    name: str = ""
    role: str = ""
    group: str = ""
    reference: str = ""
    metric: str = ""
    special: bool = False
    day: date | None = None
    earliest: date | None = None
    latest: date | None = None
    size: float | None = None
    before: float | None = None
    now: float | None = None


def things(report: DriftReport, special: Collection[str] = ()) -> tuple[Thing, ...]:
    """Everything of a report that is sure and large: changes of the score first.

    ``special`` are names of special categories: what is about a column of that name is one, too.
    """
    return tuple(replace(one, special=one.special or one.name in special) for one in _every(report))


def is_news(one: Thing) -> bool:
    """Whether somebody is to be told at once.

    Missing values, the mix of groups, outcomes and work are on the page; all columns together say nothing
    that the columns do not.
    """
    return one.kind in TOLD and (one.kind != "moved" or one.role in OF_LEADS)


def shown(found: Collection[Thing], hidden: Collection[str], *, special: bool) -> tuple[Thing, ...]:
    """Those that somebody may see; ``hidden`` are names of special categories."""
    return tuple(one for one in found if special or not (one.special or one.name in hidden))


def _every(report: DriftReport) -> Iterator[Thing]:
    yield from (_change(one) for one in report.changes if one.verdict == "fail")
    for column in report.columns:
        yield from _of_column(column)
    yield from (_gap(one) for one in report.gaps if one.verdict == "fail")
    several = report.multivariate
    if several is not None and several.verdict == "fail":
        yield Thing(key="together", kind="together", size=several.auc)


def _change(one: ScoreChange) -> Thing:
    return Thing(
        key=f"change/{one.day}",
        kind=one.cause,
        day=one.day,
        earliest=one.earliest,
        latest=one.latest,
        size=one.psi,
        before=one.before,
        now=one.after,
    )


def _of_column(one: ColumnDrift) -> Iterator[Thing]:
    about = Thing(key="", kind="moved", name=one.name, role=one.role, special=one.special)
    for kind, day in (("begun", one.begun), ("ended", one.ended)):
        if day is not None:
            named = _key(kind, one.role, one.name)
            yield replace(about, key=named, kind="begun" if kind == "begun" else "ended", day=day)
    if one.begun or one.ended:
        return
    if one.verdict == "fail":
        size = max(one.psi - one.psi_by_chance, 0.0)
        yield replace(about, key=_key("moved", one.role, one.name), day=one.since, size=size)
    missing, unseen = one.missing, one.unseen
    if missing is not None and missing.verdict == "fail":
        named, ends = _key("missing", one.role, one.name), (missing.reference, missing.newest)
        yield replace(about, key=named, kind="missing", before=ends[0], now=ends[1])
    if unseen is not None and unseen.verdict == "fail":
        yield replace(about, key=_key("new", one.role, one.name), kind="new", size=unseen.share)


def _gap(one: GapDrift) -> Thing:
    return Thing(
        key=_key("gap", one.metric, one.attribute, one.group, one.reference),
        kind="gap",
        name=one.attribute,
        group=one.group,
        reference=one.reference,
        metric=one.metric,
        special=one.special,
        size=one.change,
        before=None if one.before is None else one.before.value,
        now=None if one.after is None else one.after.value,
    )


def _key(kind: str, *parts: str) -> str:
    return f"{kind}/{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:20]}"
