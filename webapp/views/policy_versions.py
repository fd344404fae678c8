"""One version of a policy: what it changed, in sentences and line by line, and its text as a file."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request

from webapp.services import services
from webapp.store.notes import Note
from webapp.store.rows import PolicyVersion
from webapp.uploaded import exported
from webapp.viewmodels.policy_changes import policy_changes
from webapp.viewmodels.text_diff import text_diff
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404

blueprint = Blueprint("policy_versions", __name__)


@blueprint.get("/connections/<connection_id>/policy/versions/<int:version>")
def show(connection_id: str, version: int) -> Response:
    """What a version changed against the one before, or against another one (``against``)."""
    connection, found = connection_or_404(connection_id), _version(connection_id, version)
    versions = services().repository.policies(connection_id)
    asked = request.args.get("against", str(version - 1))
    other = next((one for one in versions if str(one.version) == asked), None)
    page = render_template(
        "policy_version.html",
        connection_id=connection_id,
        label=organisation_label(connection.crm, connection.organisation),
        version=found,
        other=other,
        versions=versions,
        note=services().notes.of(connection_id).get(version, Note()),
        changes=policy_changes(other.text if other else "", found.text),
        rows=text_diff(other.text if other else "", found.text),
        in_force=versions[0].version == version,
    )
    return make_response(page)


@blueprint.get("/connections/<connection_id>/policy/versions/<int:version>.toml")
def export(connection_id: str, version: int) -> Response:
    """The text of a version as a file, with its digest in the first line."""
    connection, found = connection_or_404(connection_id), _version(connection_id, version)
    label = organisation_label(connection.crm, connection.organisation)
    answer = make_response(exported(found.text, version, found.digest, label))
    answer.mimetype = "application/toml"
    name = f"policy-{connection.crm}-version-{version}.toml"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _version(connection_id: str, version: int) -> PolicyVersion:
    versions = services().repository.policies(connection_id)
    return next((one for one in versions if one.version == version), None) or abort(404)
