"""The second step: the score, the outcome and the groups, out of what the CRM has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.schema import BadInput, parse_stream
from connectors.policy.starter.chosen import chosen_stream
from webapp.language import gettext
from webapp.services import services
from webapp.start.asking import Away, Offer, offer_of
from webapp.start.picked import Picked, Wrong, chosen, recalled, suggested, typed
from webapp.start.standing import Standing
from webapp.views.drafting import refuse_too_long
from webapp.views.saving import PROPOSED, save_stream
from webapp.views.start_page import on_the_way, page

blueprint = Blueprint("start_choose", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is wrong with the form: sentences by input, and one about the whole."""

    errors: Mapping[str, str] = field(default_factory=dict)
    warning: str = ""


@blueprint.get("/connections/<connection_id>/start/choose")
def show(connection_id: str) -> AnyResponse:
    """What is chosen already, else what is suggested."""
    found = on_the_way(connection_id)
    if not isinstance(found, Standing):
        return found
    try:
        offer = offer_of(services(), found.connection)
    except Away as problem:
        return away(found, problem)
    picked = recalled(found.stream, offer.choices) if found.stream else suggested(offer.choices)
    return _page(found, offer, picked, Told())


@blueprint.post("/connections/<connection_id>/start/choose")
def save(connection_id: str) -> AnyResponse:
    """Save what is chosen as score and groups, or propose it."""
    found = on_the_way(connection_id)
    if not isinstance(found, Standing):
        return found
    picked = typed(request.form)
    try:
        offer = offer_of(services(), found.connection)
    except Away as problem:
        return away(found, problem)
    if sentence := _overtaken(found):
        return _page(found, offer, picked, Told(warning=sentence), 422)
    try:
        text = chosen_stream(chosen(picked, offer.choices))
        refuse_too_long(text, "stream")
        parse_stream(text, "Score and groups")
    except Wrong as problem:
        return _page(found, offer, picked, Told(errors=problem.errors), 422)
    except BadInput as problem:
        return _page(found, offer, picked, Told(warning=f"{problem}."), 422)
    return _kept(found, offer, picked, text)


def _kept(found: Standing, offer: Offer, picked: Picked, text: str) -> AnyResponse:
    held = found.stream_version or found.stream_waits
    if held is None or held.text != text:
        done = save_stream(services(), found.connection, text, current_user.user)
        if done.warning:
            return _page(found, offer, picked, Told(warning=done.warning), 422)
        if done.proposed is not None:
            flash(gettext(PROPOSED), "success")
    return redirect(url_for("start_policy.keep", connection_id=found.connection.id), 303)


def _overtaken(found: Standing) -> str:
    """What to say where somebody saved another version after the form was opened."""
    asked, now = request.form.get("based_on", ""), found.stream_version
    if now is None or not asked.isdecimal() or asked == str(now.version):
        return ""
    return gettext(
        "Version %(version)s of score and groups, saved by %(who)s, came in force after you opened "
        "this page. Yours is not saved yet: it stands below. If you save again, it replaces theirs.",
        version=now.version,
        who=now.saved_by,
    )


def away(found: Standing, problem: Away) -> Response:
    """The CRM did not tell what it has."""
    status = 502 if problem.cut_off else 503
    facts = {"problem": str(problem), "again": problem.again, "cut_off": problem.cut_off}
    return page("start_away.html", found, "choose", status, **facts)


def _page(found: Standing, offer: Offer, picked: Picked, told: Told, status: int = 200) -> Response:
    return page(
        "start_choose.html",
        found,
        "choose",
        status,
        choices=offer.choices,
        created=offer.table.created,
        picked=picked,
        errors=told.errors,
        warning=told.warning,
        based_on=found.stream_version.version if found.stream_version else 0,
        two_needed=services().proposals.two_needed(found.connection.id),
    )
