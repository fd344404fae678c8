"""Expected outcomes of one connection: what is expected of open leads, and how right we were before."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from audit.expected import METRICS
from webapp.auth import may
from webapp.expected_told import Seen, seen_of
from webapp.keeping_up import behind_of
from webapp.services import services
from webapp.viewmodels import expected as words
from webapp.viewmodels import expected_right as right
from webapp.viewmodels.drift import behind_words
from webapp.viewmodels.watched_gap import points
from webapp.viewmodels.words import metric_label, organisation_label
from webapp.views.drafting import connection_or_404

blueprint = Blueprint("expected", __name__)


@blueprint.get("/connections/<connection_id>/expected")
def show(connection_id: str) -> str:
    """What the newest pull expects, by group, and every estimate that was said before."""
    connection, opened = connection_or_404(connection_id), services()
    seen = seen_of(opened, connection, special=may("special"))
    asked = request.args.get("metric", "")
    metric = asked if asked in METRICS else METRICS[0]
    return render_template(
        "expected.html",
        connection_id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
        behind=[behind_words(one) for one in behind_of(opened, connection) if one.part == "expected"],
        audited=bool(opened.evidence.newest(connection.id, 1)),
        now=seen.now,
        metric=metric,
        metrics=[(name, metric_label(name)) for name in METRICS],
        **_now(seen, metric),
        summary=right.summary(seen.told, metric),
        nothing_yet=right.nothing_yet(seen.told, seen.now.found if seen.now else None),
        drawings=right.drawings(seen.told, metric),
        lines=right.right_lines(seen.told, metric),
    )


def _now(seen: Seen, metric: str) -> dict[str, Any]:
    """What is expected now; nothing of it where nothing could be estimated."""
    found = seen.now.found if seen.now else None
    if found is None:
        return {"found": None}
    return {
        "found": found,
        "headline": words.headline(found, seen.may_see),
        "known": words.known_words(found),
        "rests_on": words.rests_on(found),
        "parts": words.parts(found, metric, seen.may_see),
        "cohorts": words.cohort_lines(found, metric, seen.may_see),
        "tolerance": points(seen.now.tolerance) if seen.now else "",
        "recomputed": right.recomputed(found, metric),
    }
