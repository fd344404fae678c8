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
from webapp.language import gettext, marked, ngettext

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
    link_words: str = marked("Go to the dashboard")


UNFIT = Trouble(
    status=400,
    title=marked("Fairlead could not read this request"),
    sentence=marked("Something in the request was missing or not in the expected form."),
    next_step=marked("Mend it, or go back, reload the page and try once more."),
)
BY_STATUS = {
    403: Trouble(
        status=403,
        title=marked("This page is not for your account"),
        sentence=marked("You are signed in, but your account may not do this."),
        next_step=marked("Ask an administrator of this installation if you need it."),
    ),
    404: Trouble(
        status=404,
        title=marked("There is no such page"),
        sentence=marked("The address is wrong, or what it showed was removed."),
        next_step=marked("Start again from the dashboard."),
    ),
    405: Trouble(
        status=405,
        title=marked("This address cannot be opened like that"),
        sentence=marked("It only takes a form that was sent from one of our pages."),
        next_step=marked("Start again from the dashboard."),
    ),
    413: Trouble(
        status=413,
        title=marked("That was too much text"),
        sentence=marked("What was sent is larger than Fairlead accepts."),
        next_step=marked("Go back and send less."),
    ),
    429: Trouble(
        status=429,
        title=marked("Too many attempts"),
        sentence=marked(
            "There were too many attempts in a short time, so Fairlead waits before it answers again."
        ),
        next_step=marked("Wait some minutes and try once more."),
    ),
}
FORM_EXPIRED = Trouble(
    status=400,
    title=marked("This form is no longer valid"),
    sentence=marked(
        "The page was open for too long, or you signed out and in again meanwhile. Nothing was changed."
    ),
    next_step=marked("Copy what you typed if you need it, reload the page and send the form again."),
)
BROKEN = Trouble(
    status=500,
    title=marked("Something broke on our side"),
    sentence=marked(
        "Fairlead could not finish this. Nothing was changed, and the details are in the server's log."
    ),
    next_step=marked("Try once more. If it happens again, tell the administrator when it happened."),
)


@blueprint.app_errorhandler(CSRFError)
def form_expired(error: CSRFError) -> Response:  # noqa: ARG001 - its text is for developers
    """A form without a valid token."""
    page = page_of_form()
    return show(FORM_EXPIRED, link=page, link_words=marked("Reload the page")) if page else show(FORM_EXPIRED)


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
    return show(replace(UNFIT, status=422, title=marked("This cannot be used as it is"), sentence=str(error)))


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
            title=marked("The CRM is busy"),
            sentence=f"{error}",
            next_step=gettext("Try again in about %(wait)s.", wait=wait_words(error.retry_after)),
        )
    odd = marked("The CRM gave an answer that Fairlead cannot use")
    title = marked("The CRM said no") if isinstance(error, Refused) else odd
    return Trouble(
        status=502,
        title=title,
        sentence=f"{error}",
        next_step=marked("Check the connection. It may need a new consent."),
        link="/connections",
        link_words=marked("Go to connections"),
    )


def wait_words(seconds: float) -> str:
    """A waiting time as a person says it."""
    if seconds <= 90:
        return ngettext("%(n)s second", "%(n)s seconds", max(round(seconds), 1))
    if seconds <= 5400:
        return ngettext("%(n)s minute", "%(n)s minutes", round(seconds / 60))
    return ngettext("%(n)s hour", "%(n)s hours", round(seconds / 3600))


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
