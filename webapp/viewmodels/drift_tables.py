"""The tables and charts of drift: columns, groups, days of change, and how it moved from pull to pull."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from audit.drift import LIMITS, ColumnDrift, DriftReport, GapDrift, LeftOut, ScoreChange
from webapp.charts import Drawing
from webapp.charts.trend import Seen, trend
from webapp.drift_watch.short import Short
from webapp.drift_watch.things import shown
from webapp.language import day, decimal, gettext, iso_day, marked
from webapp.store.drift_looks import LookRow
from webapp.viewmodels.drift_things import ROLES, column_title
from webapp.viewmodels.words import amount, low_to_high, metric_label, quoted_here
from webapp.viewmodels.words import gap as signed

DASH = "\N{EM DASH}"
LISTED = 60
DRAWN = 3
VERDICTS = {
    "fail": ("failed", marked("Moved")),
    "pass": ("pass", marked("Within the limit")),
    "insufficient": ("not_enough_data", marked("Not enough data")),
}
NEWS = {"begun": ("info", marked("New field")), "ended": ("info", marked("Field gone"))}
CAUSES = {
    "model": marked("probably another model: leads that are alike are scored otherwise"),
    "mix": marked("other leads: leads that are alike are scored as before"),
    "unclear": marked("cannot be told: nothing says which leads are alike"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLine:
    """One column. ``levels`` are the values that moved most, ``new`` the values never seen before."""

    name: str
    role: str
    special: bool
    badge: tuple[str, str]
    size: str
    range: str
    since: str
    distances: str
    missing: str
    new: str
    new_names: tuple[str, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapLine:
    """One gap between groups in both windows."""

    title: str
    special: bool
    badge: tuple[str, str]
    before: str
    now: str
    change: str
    range: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """A day on which the score changed: when, its means, what it goes with, and the groups' means."""

    day: str
    between: str
    means: str
    cause: str
    large: bool
    alike: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PullLine:
    """One pull in the history."""

    day: str
    leads: str
    score: str
    together: str
    moved: str


def seen_columns(report: DriftReport, hidden: Collection[str], *, special: bool) -> list[ColumnDrift]:
    """The columns that somebody may see: what moved first, then by how far."""
    found = [one for one in report.columns if special or not (one.special or one.name in hidden)]
    return sorted(found, key=lambda one: (one.verdict != "fail", -size_of(one), one.role, one.name))


def size_of(one: ColumnDrift) -> float:
    """How far a column moved, beyond chance."""
    return max(one.psi - one.psi_by_chance, 0.0)


def column_line(one: ColumnDrift) -> ColumnLine:
    """A column as its row shows it."""
    return ColumnLine(
        name=column_title(one.role, one.name),
        role=gettext(ROLES[one.role]),
        special=one.special,
        badge=_badge(one),
        size=decimal(size_of(one), 2),
        range=low_to_high(decimal(one.psi_low, 2), decimal(one.psi_high, 2)),
        since=_since(one),
        distances=_distances(one),
        missing=_missing(one),
        new=_new(one),
        new_names=() if one.unseen is None or one.begun else one.unseen.names,
        levels=tuple(_levels(one)),
    )


def _badge(one: ColumnDrift) -> tuple[str, str]:
    kind, words = NEWS["begun"] if one.begun else NEWS["ended"] if one.ended else VERDICTS[one.verdict]
    return kind, gettext(words)


def _since(one: ColumnDrift) -> str:
    at = one.begun or one.ended or one.since
    return iso_day(at) if at else DASH


def _distances(one: ColumnDrift) -> str:
    parts = [f"JS {decimal(one.jensen_shannon, 2)}", f"H {decimal(one.hellinger, 2)}"]
    if one.kolmogorov_smirnov is not None:
        parts.append(f"KS {decimal(one.kolmogorov_smirnov, 2)}")
    return ", ".join(parts)


def _missing(one: ColumnDrift) -> str:
    if one.missing is None:
        return DASH
    return _before_now(amount(one.missing.reference, share=True), amount(one.missing.newest, share=True))


def _before_now(before: str, now: str) -> str:
    return gettext("%(before)s, now %(now)s", before=before, now=now)


def _new(one: ColumnDrift) -> str:
    return DASH if one.unseen is None or one.begun else amount(one.unseen.share, share=True)


def _levels(one: ColumnDrift) -> Iterator[str]:
    for level in one.levels[:3]:
        ends = _before_now(amount(level.reference, share=True), amount(level.newest, share=True))
        yield f"{quoted_here(level.name)}: {ends}"


def gap_lines(report: DriftReport, hidden: Collection[str], *, special: bool) -> list[GapLine]:
    """Gaps that somebody may see and that are known in both windows, those that moved first."""
    known = [one for one in report.gaps if one.change is not None]
    kept = [one for one in known if special or not (one.special or one.attribute in hidden)]
    kept.sort(key=lambda one: (one.verdict != "fail", -abs(one.change or 0.0)))
    return [_gap(one) for one in kept[:LISTED]]


def _gap(one: GapDrift) -> GapLine:
    kind, words = VERDICTS[one.verdict]
    before, after = one.before, one.after
    return GapLine(
        title=gettext(
            "%(metric)s: %(attribute)s %(group)s beside %(reference)s",
            metric=metric_label(one.metric),
            attribute=one.attribute,
            group=quoted_here(one.group),
            reference=quoted_here(one.reference),
        ),
        special=one.special,
        badge=(kind, gettext(words)),
        before=DASH if before is None else signed(before.value, share=True),
        now=DASH if after is None else signed(after.value, share=True),
        change=DASH if one.change is None else signed(one.change, share=True),
        range=""
        if one.low is None or one.high is None
        else low_to_high(signed(one.low, share=True), signed(one.high, share=True)),
    )


def change_lines(report: DriftReport, hidden: Collection[str], *, special: bool) -> list[ChangeLine]:
    """The days on which the score changed, the newest first."""
    return [_change(one, hidden, special=special) for one in reversed(report.changes)]


def _change(one: ScoreChange, hidden: Collection[str], *, special: bool) -> ChangeLine:
    groups = [each for each in one.groups if special or not (each.special or each.attribute in hidden)]
    exact = one.earliest == one.latest
    ends = {"first": iso_day(one.earliest), "last": iso_day(one.latest)}
    return ChangeLine(
        day=iso_day(one.day),
        between="" if exact else gettext("between %(first)s and %(last)s", **ends),
        means=_moved(one.before, one.after),
        cause=gettext(CAUSES[one.cause]),
        large=one.verdict == "fail",
        alike=""
        if one.alike is None
        else gettext(
            "PSI %(psi)s over all leads, %(left)s among leads that are alike",
            psi=decimal(one.alike.psi, 2),
            left=decimal(one.alike.left, 2),
        ),
        groups=tuple(
            f"{each.attribute} {quoted_here(each.group)}: {_moved(each.before, each.after)}"
            for each in groups
        ),
    )


def _moved(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return DASH
    return gettext("%(before)s before, %(after)s after", before=decimal(before, 1), after=decimal(after, 1))


def drawings(report: DriftReport, columns: Sequence[ColumnDrift]) -> list[tuple[str, Drawing]]:
    """How far the score and the columns that moved most lie from the reference, period by period."""
    score = [one for one in columns if one.role == "score"]
    others = [one for one in columns if one.role != "score" and one.verdict == "fail"][:DRAWN]
    drawn = ((one, _drawing(one, report)) for one in (*score, *others))
    return [(column_title(one.role, one.name), found) for one, found in drawn if found is not None]


def _drawing(one: ColumnDrift, report: DriftReport) -> Drawing | None:
    points = [
        Seen(day=iso_day(period.first), value=size, low=size, high=size)
        for size, period in zip(one.series, report.periods, strict=True)
        if size is not None and period.first is not None
    ]
    if len(points) < 2:
        return None
    title = gettext("%(name)s, distance from the reference window", name=column_title(one.role, one.name))
    said = "; ".join(f"{point.day}: {decimal(point.value or 0.0, 2)}" for point in points)
    return trend(points, lambda at: decimal(at, 2), LIMITS["psi"], (title, said))


def left_out(report: DriftReport, hidden: Collection[str], *, special: bool) -> list[LeftOut]:
    """What was not compared, without what names a special category."""
    named = {*hidden, *(one.name for one in report.columns if one.special)}
    return [one for one in report.left_out if special or not any(name in one.what for name in named)]


def pull_lines(
    found: Sequence[tuple[LookRow, Short]], hidden: Collection[str], *, special: bool
) -> list[PullLine]:
    """The pulls, the newest first."""
    return [
        PullLine(
            day=day(row.made_at),
            leads=decimal(one.leads) if not one.lacking else DASH,
            score=DASH if one.score is None else decimal(one.score, 2),
            together=DASH if one.together is None else decimal(one.together, 2),
            moved=DASH if one.lacking else decimal(len(shown(one.things, hidden, special=special))),
        )
        for row, one in found
    ]
