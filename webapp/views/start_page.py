"""What the pages of the guided way share: who may see them, and the list of steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from flask import Response, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp.language import gettext, marked
from webapp.services import services
from webapp.start.standing import STEPS, Standing, Step, standing
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404

TITLES: Mapping[Step, str] = MappingProxyType(
    {
        "connect": marked("Connect"),
        "choose": marked("Choose score, outcome and groups"),
        "keep": marked("Say how much is kept"),
        "check": marked("Check and save"),
        "pull": marked("Read the leads"),
        "audit": marked("Read the first audit"),
    }
)
State = Literal["done", "waits", "now", "next"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step in the list: ``href`` is None where it cannot be opened yet."""

    title: str
    state: State
    href: str | None
    here: bool


def on_the_way(connection_id: str) -> Standing | AnyResponse:
    """How far a connection is; where nothing is left to do, the answer that leads on."""
    found = standing(services(), connection_or_404(connection_id))
    if found.audit is not None or found.connection.state == "disconnected":
        return redirect(url_for("start.go_on", connection_id=connection_id), 303)
    return found


def place_of(found: Standing) -> str:
    """The address of the step that is now."""
    if found.now == "connect":
        return url_for("start.begin")
    if found.now == "audit":
        return url_for("start.landed", connection_id=found.connection.id)
    return url_for(_ENDPOINTS[found.now], connection_id=found.connection.id)


def page(template: str, found: Standing | None, step: Step, status: int = 200, **facts: object) -> Response:
    """A page of the way with its list of steps."""
    label = organisation_label(found.connection.crm, found.connection.organisation) if found else ""
    text = render_template(
        template,
        steps=steps(found, step),
        standing=found,
        label=label,
        title=gettext(TITLES[step]),
        number=STEPS.index(step) + 1,
        connection_id=found.connection.id if found else None,
        **facts,
    )
    return make_response(text, status)


def steps(found: Standing | None, here: Step) -> tuple[StepLine, ...]:
    """Every step, where it leads, and how it stands. A draft that is looked at has left its step behind."""
    now = found.now if found else "connect"
    now = "check" if here == "check" and now == "keep" else now
    return tuple(
        StepLine(
            title=gettext(TITLES[one]),
            state=_state(found, one, now),
            href=_href(found, one),
            here=one == here,
        )
        for one in STEPS
    )


_ENDPOINTS: Mapping[Step, str] = MappingProxyType(
    {
        "choose": "start_choose.show",
        "keep": "start_policy.keep",
        "check": "start_policy.keep",
        "pull": "start.pull",
    }
)


def _href(found: Standing | None, one: Step) -> str | None:
    """Steps before and up to now can be opened; what is to be checked is made in the step before."""
    if found is None or found.audit is not None or one not in _ENDPOINTS or one == "check":
        return None
    if STEPS.index(one) > STEPS.index(found.now):
        return None
    return url_for(_ENDPOINTS[one], connection_id=found.connection.id)


def _state(found: Standing | None, one: Step, now: Step) -> State:
    waits = found is not None and (
        (one == "choose" and found.stream_version is None and found.stream_waits is not None)
        or (one in {"keep", "check"} and not found.fits and found.policy_waits is not None)
    )
    if waits:
        return "waits"
    if STEPS.index(one) < STEPS.index(now):
        return "done"
    return "now" if one == now else "next"
