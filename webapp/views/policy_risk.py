"""The risk that a first pull measured of a policy saved unmeasured: what the page says, and accepting it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.first_measure import is_unmeasured
from webapp.language import marked
from webapp.services import services
from webapp.store.first_measures import Measure
from webapp.views.drafting import connection_or_404
from webapp.views.reasons import is_written, too_long, typed_reason

NEEDS_REASON = marked(
    "Say in at least three words why this risk is accepted; it stands in the trail. Name no person."
)
NOT_ALONE = marked(
    "Two admins must agree here, and you saved or proposed this version; another admin has to accept it."
)
NOTHING_WAITS = marked(
    "Nothing waits for this: the policy in force is another one, or its risk was accepted."
)

blueprint = Blueprint("policy_risk", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRisk:
    """What is known of the version in force, saved unmeasured; ``measure`` is None before a pull."""

    version: int
    saved_by: str
    measure: Measure | None


def first_risk(connection_id: str) -> FirstRisk | None:
    """What there is to say of the version in force; None where it was measured when it was saved."""
    opened = services()
    saved = opened.repository.policy(connection_id)
    if saved is None or not is_unmeasured(opened, connection_id, saved.version):
        return None
    found = opened.first_measures.of(connection_id, saved.version)
    return FirstRisk(version=saved.version, saved_by=saved.saved_by, measure=found)


@blueprint.post("/connections/<connection_id>/policy/risk")
def accept(connection_id: str) -> Response:
    """Accept the risk that was measured of the version in force, with a reason."""
    connection_or_404(connection_id)
    opened, reason = services(), typed_reason(request.form.get("reason", ""))
    found = first_risk(connection_id)
    if found is None or not _is_shown(found):
        flash(NOTHING_WAITS, "info")
    elif opened.proposals.alone(connection_id, current_user.user, found.saved_by):
        flash(NOT_ALONE, "error")
    elif wrong := too_long(reason) or ("" if is_written(reason) else NEEDS_REASON):
        flash(wrong, "error")
    elif opened.first_measures.accept(connection_id, found.version, current_user.name, reason):
        flash(marked("Accepted. The next write-back goes ahead."), "success")
    return redirect(url_for("policies.show", connection_id=connection_id) + "#first-risk", 303)


def _is_shown(found: FirstRisk) -> bool:
    """Whether it is the version that the form was about, and waits for an answer."""
    asked = request.form.get("version", "")
    return asked == str(found.version) and found.measure is not None and found.measure.stops
