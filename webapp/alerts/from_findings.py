"""Findings of the newest audit that are outside tolerance: new, worse, or standing since before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from audit.history import Change as Changed
from audit.history import Overview, Point
from audit.history.model import Noted
from webapp.alerts.change import Change, Said, Unknown, Value
from webapp.language import marked
from webapp.services import Services
from webapp.special_names import marked as special_names
from webapp.store.evidence import KeptAudit
from webapp.store.rows import ConnectionRow

WHAT: Mapping[str, str] = {
    "new": marked("New since the audit before."),
    "worse": marked("Surely worse than in the audit before."),
    "": marked("Found by the newest audit."),
}
SURE = marked(
    "The gap is %(gap)s, where n is the leads of the group. The range in brackets holds the true gap in "
    "%(confidence)s of 100 audits."
)
SURELY_WORSE = marked(
    "The gap is %(gap)s, where n is the leads of the group; it was %(before)s. The range in brackets holds "
    "the true gap in %(confidence)s of 100 audits."
)
NO_GAP = marked("It is about no single gap; its figures stand beside it in the audit.")
TODO = marked("Open the finding: it says what it stands on and what would change it, and offers remedies.")


def of_findings(opened: Services, connection: ConnectionRow) -> tuple[Change, ...]:
    """What the newest audit found outside tolerance. Raises Unknown where it was not kept what it found."""
    newest = opened.evidence.newest(connection.id, 1)
    if not newest:
        return ()
    row, overview = newest[0], newest[0].overview
    if overview is None:
        raise Unknown
    hidden = special_names(opened, connection.id, {row.stream_version}) | _flagged(overview)
    return tuple(_changes(row, overview, hidden))


def _flagged(overview: Overview) -> frozenset[str]:
    """The attributes that the audit itself calls special."""
    found = (one.attribute for one in overview.findings if one.special_category)
    return frozenset(names[0] for names in found if len(names) == 1)


def _changes(row: KeptAudit, overview: Overview, hidden: Collection[str]) -> Iterator[Change]:
    became = {one.finding.id: one for one in overview.changes or ()}
    for one in overview.findings:
        if one.verdict == "fail" and one.severity != "info":
            yield _change(row, one, (overview, became.get(one.id)), hidden)


def _change(
    row: KeptAudit, one: Noted, told: tuple[Overview, Changed | None], hidden: Collection[str]
) -> Change:
    overview, became = told
    kind = became.kind if became is not None and became.kind in ("new", "worse") else ""
    return Change(
        subject=f"finding/{one.id}",
        kind="finding",
        severity=one.severity,
        what=Said(text=WHAT[kind]),
        sure=_sure(overview, one, became if kind == "worse" else None),
        todo=Said(text=TODO),
        page=f"/audits/{row.id}/findings/{one.id}",
        edition=row.id if kind else "",
        quote=one.headline,
        about=one.attribute,
        special_category=one.special_category or not frozenset(hidden).isdisjoint(one.attribute),
    )


def _sure(overview: Overview, one: Noted, worse: Changed | None) -> Said:
    confidence = f"{overview.confidence * 100:g}"
    if worse is not None and worse.after is not None and worse.before is not None:
        values: dict[str, Value] = {"gap": worse.after, "before": worse.before, "confidence": confidence}
        return Said(text=SURELY_WORSE, values=values)
    point = _point(overview, one)
    if point is None:
        return Said(text=NO_GAP)
    return Said(text=SURE, values={"gap": point, "confidence": confidence})


def _point(overview: Overview, one: Noted) -> Point | None:
    told = (change.after for change in overview.changes or () if change.finding.id == one.id)
    found = (
        point
        for point in overview.points
        if (point.attribute, point.group, point.metric) == (one.attribute, one.group, one.metric)
    )
    return next((point for point in (*told, *found) if point is not None), None)
