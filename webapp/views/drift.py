"""Drift of one connection: what moved from earlier leads to the newest ones, since when, and why."""

from __future__ import annotations

from flask import Blueprint, render_template

from webapp.auth import may
from webapp.drift_watch.reading import kept_of
from webapp.drift_watch.short import Short
from webapp.drift_watch.things import shown
from webapp.keeping_up import behind_of
from webapp.services import services
from webapp.viewmodels import drift as words
from webapp.viewmodels import drift_tables as tables
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404

blueprint = Blueprint("drift", __name__)


@blueprint.get("/connections/<connection_id>/drift")
def show(connection_id: str) -> str:
    """What the newest pull tells, and how it moved from pull to pull."""
    connection, opened, special = connection_or_404(connection_id), services(), may("special")
    kept = kept_of(opened, connection)
    short = kept.looks[0][1] if kept.looks else Short()
    found = words.in_order(shown(short.things, kept.hidden, special=special))
    report, hidden = kept.report, kept.hidden
    columns = tables.seen_columns(report, hidden, special=special) if report else []
    return render_template(
        "drift.html",
        connection_id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
        behind=[words.behind_words(one) for one in behind_of(opened, connection) if one.part == "drift"],
        audited=bool(opened.evidence.newest(connection.id, 1)),
        short=short,
        report=report,
        verdict=words.verdict(found, report) if report else None,
        windows=words.windows(report) if report else "",
        things=words.thing_lines(found, short),
        withheld=len(short.things) - len(found),
        prediction=words.prediction(report) if report else "",
        drawings=tables.drawings(report, columns) if report else [],
        changes=tables.change_lines(report, hidden, special=special) if report else [],
        columns=[tables.column_line(one) for one in columns[: tables.LISTED]],
        features=any(one.role == "feature" for one in columns),
        gaps=tables.gap_lines(report, hidden, special=special) if report else [],
        drivers=words.drivers(report, hidden, special=special) if report else [],
        pulls=tables.pull_lines(kept.looks, hidden, special=special),
        left_out=tables.left_out(report, hidden, special=special) if report else [],
    )
