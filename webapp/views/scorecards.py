"""Scorecards: each quarter as it ripens, held against the benchmarks that an administrator sets."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit.schema import BadInput
from webapp.auth import may
from webapp.expected_told import seen_of
from webapp.gap_watch.after import after_events
from webapp.gap_watch.events import benchmarks_of
from webapp.gap_watch.noting import KINDS, benchmark, one_of
from webapp.gap_watch.outcome_audits import outcome_audits
from webapp.gap_watch.scorecards import METRICS, Scorecards, scorecards
from webapp.language import gettext
from webapp.services import services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.after import event_table
from webapp.viewmodels.expected_quarter import expected_in
from webapp.viewmodels.scorecards import benchmark_lines, card_table, told_line, told_lines
from webapp.viewmodels.watched_gap import points
from webapp.viewmodels.words import metric_label, organisation_label
from webapp.views.drafting import connection_or_404

blueprint = Blueprint("scorecards", __name__)
PAGE = "/connections/<connection_id>/scorecards"
FIELDS = ("attribute", "metric", "kind", "value")


@blueprint.get(PAGE)
def show(connection_id: str) -> Response:
    """The scorecards of one attribute, the newest quarter first."""
    return _page(connection_or_404(connection_id), {}, {})


@blueprint.get(f"{PAGE}/<cohort>")
def told(connection_id: str, cohort: str) -> str:
    """One quarter as it was said when its outcomes had become known."""
    connection = connection_or_404(connection_id)
    every = outcome_audits(services(), connection, special=may("special"))
    found = next((one for one in every if one.cohort == cohort), None) or abort(404)
    return render_template(
        "scorecards_told.html",
        connection_id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
        line=told_line(found),
        cards=[(one.attribute, card_table(one.card)) for one in found.cards],
        tolerance=points(found.tolerance),
    )


@blueprint.post(f"{PAGE}/benchmarks")
def set_benchmark(connection_id: str) -> Response:
    """Set what quarters are held against."""
    connection, opened = connection_or_404(connection_id), services()
    typed = {name: request.form.get(name, "") for name in FIELDS}
    try:
        attribute = one_of("attribute", typed["attribute"], _cards(connection).attributes)
        metric = one_of("metric", typed["metric"], METRICS)
        value = benchmark(typed["kind"], typed["value"])
    except BadInput as problem:
        name, _, said = str(problem).partition(": ")
        return _page(connection, typed, {name: said})
    benchmarks_of(opened).set(connection.id, (attribute, metric, typed["kind"]), value, current_user.name)
    flash(gettext("The benchmark is set."), "success")
    return _back(connection, attribute)


@blueprint.post(f"{PAGE}/benchmarks/remove")
def remove_benchmark(connection_id: str) -> Response:
    """Take a benchmark away."""
    connection, opened = connection_or_404(connection_id), services()
    attribute, metric, kind = (request.form.get(name, "") for name in FIELDS[:3])
    if benchmarks_of(opened).remove(connection.id, (attribute, metric, kind), current_user.name):
        flash(gettext("The benchmark is taken away."), "success")
    return _back(connection, attribute)


def _back(connection: ConnectionRow, attribute: str) -> Response:
    where = url_for("scorecards.show", connection_id=connection.id, attribute=attribute, _anchor="benchmarks")
    return redirect(where, 303)


def _cards(connection: ConnectionRow) -> Scorecards:
    wanted = request.values.get("attribute", "")
    return scorecards(services(), connection, wanted, special=may("special"), rules=may("rules"))


def _page(connection: ConnectionRow, typed: dict[str, str], wrong: dict[str, str]) -> Response:
    found = _cards(connection)
    seen = seen_of(services(), connection, special=may("special"))
    after = after_events(services(), connection, found.attribute, rules=may("rules"))
    page = render_template(
        "scorecards.html",
        after=after,
        after_tables=[event_table(one) for one in after.events],
        connection_id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
        found=found,
        cards=[(card_table(one), expected_in(one, seen, found.attribute)) for one in found.cards],
        told=told_lines(outcome_audits(services(), connection, special=may("special"))),
        benchmarks=benchmark_lines(found.benchmarks),
        offered=[(name, name) for name in found.attributes],
        metrics={name: metric_label(name) for name in METRICS},
        kinds=KINDS,
        tolerance=points(found.tolerance),
        typed=typed,
        wrong=wrong,
    )
    return make_response(page, 422 if wrong else 200)
