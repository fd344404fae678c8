"""Monitoring: every watched gap with its band, what was surely found, and what people say they changed."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit.schema import BadInput
from webapp.auth import may
from webapp.gap_watch.events import benchmarks_of, happened
from webapp.gap_watch.listing import earlier, listing
from webapp.gap_watch.noting import noted_change
from webapp.gap_watch.sealed import looks_of, sealed_of
from webapp.gap_watch.seen import hidden_names
from webapp.keeping_up import behind_of
from webapp.language import gettext, iso_day
from webapp.services import Services, services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.drift import behind_words
from webapp.viewmodels.monitoring import (
    Asked,
    Chosen,
    alarm_lines,
    choices,
    chosen,
    ended_lines,
    headline,
    lacking,
    late_words,
    unwatched,
)
from webapp.viewmodels.watched_gap import GapCard, gap_card
from webapp.viewmodels.words import organisation_label, organisation_labels
from webapp.views.drafting import connection_or_404
from webapp.watching_gaps import alarms_of

blueprint = Blueprint("monitoring", __name__)
PAGE = "/connections/<connection_id>/monitoring"
FILTERS = ("state", "attribute", "metric", "connection")
RECORD = 50
"""Lines of the record that the page shows; the API has all."""


@blueprint.get("/monitoring")
def index() -> str:
    """The watched gaps of every connection, alarms first."""
    opened = services()
    rows = opened.repository.connections()
    found, asked = listing(opened, rows, special=may("special")), _asked()
    part = chosen(found, asked)
    return render_template(
        "monitoring_all.html",
        headline=headline(found) if found.gaps else None,
        found=found,
        part=part,
        cards=_cards(opened, part),
        asked=asked,
        choices=choices(found),
        labels=organisation_labels(rows),
        turned=_turned(url_for("monitoring.index"), asked, part),
    )


@blueprint.get(PAGE)
def show(connection_id: str) -> Response:
    """The watched gaps of one connection."""
    return _page(connection_or_404(connection_id), {}, {})


@blueprint.post(f"{PAGE}/changes")
def note(connection_id: str) -> Response:
    """Write down what was changed in the CRM or the team."""
    connection, opened = connection_or_404(connection_id), services()
    typed = {name: request.form.get(name, "") for name in ("day", "words")}
    try:
        at, words = noted_change(typed["day"], typed["words"], opened.clock().date())
    except BadInput as problem:
        name, _, said = str(problem).partition(": ")
        return _page(connection, typed, {name: said})
    benchmarks_of(opened).note(connection.id, at, words, current_user.name)
    flash(gettext("It is noted, and marked in the charts."), "success")
    return redirect(url_for("monitoring.show", connection_id=connection.id, _anchor="changes"), 303)


def _page(connection: ConnectionRow, typed: dict[str, str], wrong: dict[str, str]) -> Response:
    opened, special = services(), may("special")
    found, asked = listing(opened, [connection], special=special), _asked()
    part, sequences = chosen(found, asked), opened.watched_gaps.sequences(connection.id)
    hidden = frozenset() if special else hidden_names(opened, connection.id)
    alarms, newest = alarms_of(opened, connection, special=special), opened.evidence.newest(connection.id, 1)
    events = happened(opened, connection, rules=may("rules"))
    page = render_template(
        "monitoring.html",
        connection_id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
        headline=headline(found) if found.gaps else None,
        lacking="" if found.gaps else lacking(audited=bool(newest), sequences=sequences),
        found=found,
        part=part,
        cards=_cards(opened, part),
        asked=asked,
        choices=choices(found),
        alarms=alarm_lines(alarms[:RECORD]),
        known=opened.evidence.known(connection.id, {one.audit_id for one in alarms[:RECORD]}),
        more=max(0, len(alarms) - RECORD),
        ended=ended_lines(earlier(opened, connection, special=special)),
        unwatched=unwatched(sequences),
        late=late_words(sequences, lambda one: one.attribute not in hidden),
        events=[(iso_day(one.day), one) for one in reversed(events)],
        audit_id=newest[0].id if newest else "",
        behind=[behind_words(one) for one in behind_of(opened, connection) if one.part == "gaps"],
        typed=typed,
        wrong=wrong,
        turned=_turned(url_for("monitoring.show", connection_id=connection.id), asked, part),
    )
    return make_response(page, 422 if wrong else 200)


def _asked() -> Asked:
    args = request.args
    number = args.get("page", "1")
    return Asked(
        **{name: args.get(name, "").replace("\0", "") for name in FILTERS},
        page=int(number) if number.isdecimal() and len(number) < 8 else 1,
    )


def _turned(here: str, asked: Asked, part: Chosen) -> dict[str, str]:
    """The address without its filter, and those of the pages before and after with it."""
    same = {name: value for name in FILTERS if (value := getattr(asked, name))}
    there = {"before": part.number - 1, "after": part.number + 1}
    return {
        "here": here,
        **{
            name: f"{here}?{urlencode({**same, 'page': number})}" if 1 <= number <= part.pages else ""
            for name, number in there.items()
        },
    }


def _cards(opened: Services, part: Chosen) -> list[GapCard]:
    """The cards of one page, which alone are unsealed."""
    rows = {one.connection.id: one.connection for one in part.gaps}
    sealed = {name: sealed_of(opened, row) for name, row in rows.items()}
    events = {name: happened(opened, row, rules=may("rules")) for name, row in rows.items()}
    findings = {name: _findings(opened, row) for name, row in rows.items()}
    kept = opened.watched_gaps.looks([one.gap.id for one in part.gaps])
    return [
        gap_card(
            one,
            looks_of(sealed[one.connection.id], one.gap.id, kept.get(one.gap.id)),
            events[one.connection.id],
            findings[one.connection.id].get((one.sequence.metric, one.sequence.attribute, one.gap.name), ()),
        )
        for one in part.gaps
    ]


def _findings(opened: Services, row: ConnectionRow) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The newest audit and its finding of each gap, by metric, attribute and group."""
    newest = opened.evidence.newest(row.id, 1)
    found = newest[0].overview.findings if newest and newest[0].overview else ()
    return {
        (one.metric, *one.attribute, *one.group): (newest[0].id, one.id)
        for one in reversed(found)
        if len(one.attribute) == len(one.group) == 1
    }
