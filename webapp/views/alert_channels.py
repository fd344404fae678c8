"""Where alerts are sent to: administrators set it, try it, and see what came of it."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.finding import SEVERITIES
from audit.schema import BadInput
from webapp.alerts import sending
from webapp.alerts.channel_form import Typed, typed
from webapp.auth import may
from webapp.language import english, gettext
from webapp.services import services
from webapp.store.alert_channels import CHANNEL_KINDS, ChannelKind, ChannelRow
from webapp.viewmodels.alert_channels import KIND_NAMES, as_form, channel_line
from webapp.viewmodels.schedule import zones
from webapp.viewmodels.words import SEVERITY_WORDS, organisation_labels

blueprint = Blueprint("alert_channels", __name__)
PAGE = "/alerts/channels"


@blueprint.get(PAGE)
def show() -> Response:
    """Every channel; with one in the address, or a kind of a new one, its form."""
    channel = services().alerting.channels.one(request.args.get("channel", "")[:16])
    kind = channel.kind if channel else _kind(request.args.get("kind", ""))
    return _page(kind, channel, as_form(channel, _zone()) if kind else {}, "")


@blueprint.post(PAGE)
def save() -> AnyResponse:
    """A new channel, or other values of one."""
    opened, who = services(), current_user.user.name
    channels = opened.alerting.channels
    before = channels.one(request.form.get("channel", "")[:16])
    kind = before.kind if before else _kind(request.form.get("kind", "")) or abort(404)
    try:
        connections = opened.repository.connections()
        new = typed(Typed(form=request.form, kind=kind, before=before, connections=connections))
    except BadInput as problem:
        return _page(kind, before, dict(request.form), str(problem))
    if before is None:
        channels.add(new, who)
    else:
        channels.change(before.id, new, who)
    flash(gettext("Saved. Send a test, to see that it arrives."), "success")
    return redirect(url_for("alert_channels.show"), 303)


@blueprint.post(f"{PAGE}/<channel_id>/test")
def test(channel_id: str) -> AnyResponse:
    """Send a test at once."""
    fine, told = sending.test(services(), _channel_or_404(channel_id))
    flash(english(told), "success" if fine else "error")
    return redirect(url_for("alert_channels.show"), 303)


@blueprint.post(f"{PAGE}/<channel_id>/remove")
def remove(channel_id: str) -> AnyResponse:
    """Remove one; what waits for it is not sent."""
    services().alerting.channels.remove(_channel_or_404(channel_id).id, current_user.user.name)
    flash(gettext("The channel is removed. Nothing is sent there any more."), "success")
    return redirect(url_for("alert_channels.show"), 303)


def _page(kind: ChannelKind | None, channel: ChannelRow | None, form: dict[str, str], wrong: str) -> Response:
    opened = services()
    rows = opened.repository.connections()
    labels = organisation_labels(rows)
    page = render_template(
        "alert_channels.html",
        lines=[channel_line(one, labels) for one in opened.alerting.channels.all()],
        kinds=KIND_NAMES,
        kind=kind if may("change") else None,
        channel=channel,
        form=form,
        labels={row.id: labels[row.id] for row in rows if kind in (None, "email", "webhook", row.crm)},
        severities=[(one, SEVERITY_WORDS[one]) for one in reversed(SEVERITIES)],
        zones=zones(),
        may_change=may("change"),
        wrong=wrong,
    )
    return make_response(page, 422 if wrong else 200)


def _kind(name: str) -> ChannelKind | None:
    return next((one for one in CHANNEL_KINDS if one == name), None)


def _zone() -> str:
    """The time zone that the first schedule is in."""
    return next((row.rhythm.zone for row in services().schedules.all()), "UTC")


def _channel_or_404(channel_id: str) -> ChannelRow:
    return services().alerting.channels.one(channel_id) or abort(404)
