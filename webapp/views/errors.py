"""What people see when something goes wrong: what happened and what to do, in plain words."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from audit.schema import BadInput
from connectors.errors import Busy, ConnectorError, Refused
from webapp.api import problem
from webapp.auth import page_of_form
from webapp.defects import frames

METHOD_NOT_ALLOWED = 405
LOG = logging.getLogger(__name__)

blueprint = Blueprint("errors", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An error page: its status, what happened, what to do, and where to go."""

    status: int
    title: str
    sentence: str
    next_step: str
    link: str = "/"
    link_words: str = "Go to the dashboard"


UNFIT = Trouble(
    status=400,
    title="Fairlead could not read this request",
    sentence="Something in the request was missing or not in the expected form.",
    next_step="Mend it, or go back, reload the page and try once more.",
)
BY_STATUS = {
    403: Trouble(
        status=403,
        title="This page is not for your account",
        sentence="You are signed in, but your account may not do this.",
        next_step="Ask an administrator of this installation if you need it.",
    ),
    404: Trouble(
        status=404,
        title="There is no such page",
        sentence="The address is wrong, or what it showed was removed.",
        next_step="Start again from the dashboard.",
    ),
    405: Trouble(
        status=405,
        title="This address cannot be opened like that",
        sentence="It only takes a form that was sent from one of our pages.",
        next_step="Start again from the dashboard.",
    ),
    413: Trouble(
        status=413,
        title="That was too much text",
        sentence="What was sent is larger than Fairlead accepts.",
        next_step="Go back and send less.",
    ),
    429: Trouble(
        status=429,
        title="Too many attempts",
        sentence="There were too many attempts in a short time, so Fairlead waits before it answers again.",
        next_step="Wait some minutes and try once more.",
    ),
}
FORM_EXPIRED = Trouble(
    status=400,
    title="This form is no longer valid",
    sentence="The page was open for too long, or you signed out and in again meanwhile. Nothing was changed.",
    next_step="Copy what you typed if you need it, reload the page and send the form again.",
)
BROKEN = Trouble(
    status=500,
    title="Something broke on our side",
    sentence="Fairlead could not finish this. Nothing was changed, and the details are in the server's log.",
    next_step="Try once more. If it happens again, tell the administrator when it happened.",
)


@blueprint.app_errorhandler(CSRFError)
def form_expired(error: CSRFError) -> Response:  # noqa: ARG001 - its text is for developers
    """A form without a valid token."""
    page = page_of_form()
    return show(FORM_EXPIRED, link=page, link_words="Reload the page") if page else show(FORM_EXPIRED)


@blueprint.app_errorhandler(HTTPException)
def refused_here(error: HTTPException) -> Response:
    """Any other HTTP error; redirects and ready responses pass through."""
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())
    answer = show(trouble_of(error.code))
    if error.code == METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = error.get_response().headers.get("Allow", "")
    return answer


@blueprint.app_errorhandler(BadInput)
def unfit_input(error: BadInput) -> Response:
    """Something that a person can mend; the error's sentence says how."""
    return show(replace(UNFIT, status=422, title="This cannot be used as it is", sentence=str(error)))


@blueprint.app_errorhandler(ConnectorError)
def remote_trouble(error: ConnectorError) -> Response:
    """The CRM said no, or cannot answer now."""
    return show(remote_words(error))


@blueprint.app_errorhandler(Exception)
def defect(error: Exception) -> Response:
    """An error that nobody foresaw: the log says where, without its words, which may hold a lead's values."""
    LOG.error("An error that nobody foresaw while answering %s:\n%s", request.endpoint, frames(error))
    return show(BROKEN)


def trouble_of(code: int) -> Trouble:
    """The page for one HTTP status."""
    return BY_STATUS.get(code, BROKEN if code >= 500 else UNFIT)


def remote_words(error: ConnectorError) -> Trouble:
    """A connector's error as a page; its message holds no personal value and no token."""
    if isinstance(error, Busy):
        return Trouble(
            status=503,
            title="The CRM is busy",
            sentence=f"{error}",
            next_step=f"Try again in about {wait_words(error.retry_after)}.",
        )
    title = (
        "The CRM said no" if isinstance(error, Refused) else "The CRM gave an answer that Fairlead cannot use"
    )
    return Trouble(
        status=502,
        title=title,
        sentence=f"{error}",
        next_step="Check the connection. It may need a new consent.",
        link="/connections",
        link_words="Go to connections",
    )


def wait_words(seconds: float) -> str:
    """A waiting time as a person says it."""
    if seconds <= 90:
        return f"{max(round(seconds), 1)} seconds"
    return f"{round(seconds / 60)} minutes" if seconds <= 5400 else f"{round(seconds / 3600)} hours"


def show(trouble: Trouble, link: str = "", link_words: str = "") -> Response:
    """The error page with its status; for the API, its problem details."""
    if request.path.startswith(problem.PREFIX):
        return problem.response(problem.of_status(trouble.status))
    words = {
        "title": trouble.title,
        "sentence": trouble.sentence,
        "next_step": trouble.next_step,
        "link": link or trouble.link,
        "link_words": link_words or trouble.link_words,
    }
    try:
        page = render_template("error.html", **words)
    except SQLAlchemyError:
        # The page's head asks the database who is signed in; without a database it has no such head.
        page = current_app.jinja_env.get_template("error.html").render(words)
    return make_response(page, trouble.status)
