"""Help: beside each page, at addresses of its own, and the glossary. Open to whoever comes: it tells of no data."""

from __future__ import annotations

from pathlib import PurePosixPath

from flask import Blueprint, abort, g, get_template_attribute, render_template, url_for
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from webapp.help.glossary import Term, find, metric_terms, own_terms
from webapp.help.pages import HelpPage, help_page, shelves
from webapp.help.text import Site, rendered

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
def index() -> str:
    """Every help text, by what one wants to do."""
    return render_template("help_index.html", shelves=shelves())


@blueprint.get("/help/glossary")
def glossary() -> str:
    """Every word."""
    return render_template("help_glossary.html", terms=own_terms(), metrics=metric_terms())


@blueprint.get("/help/<topic>")
def page(topic: str) -> str:
    """The help text of one page, by itself."""
    found = help_page(topic) or abort(404)
    return render_template("help_page.html", page=found, text=_text(found, deeper=0))


@blueprint.app_template_global()
@pass_context
def help_beside(context: Context) -> HelpPage | None:
    """The help text for the template that is shown; None for one that has none."""
    return help_page(PurePosixPath(context.name or "").stem)


@blueprint.app_template_global()
def help_text(found: HelpPage) -> Markup:
    """A help text as it stands beside its page, whose own heading is the first."""
    return _text(found, deeper=1)


@blueprint.app_template_global()
def term(name: str, shown: str = "") -> Markup:
    """A word of the glossary that explains itself; after its first time on a page it is just a word.

    Raises
    ------
    KeyError
        The glossary has no such word.
    """
    found = find(name)
    if found is None:
        msg = f"The glossary has no word {name!r}; add it to webapp/help/glossary.toml."
        raise KeyError(msg)
    return _in_place(found, shown or name, "term")


@blueprint.app_template_global()
def explained(shown: str) -> Markup:
    """Words that may be a term, such as the name of a metric: explained where the glossary has them."""
    found = find(shown)
    return escape(shown) if found is None else _in_place(found, shown, "term")


def _text(found: HelpPage, *, deeper: int) -> Markup:
    site = Site(explain=lambda one, shown: _in_place(one, shown, "help-term"), address=_address)
    # Made by markdown-it-py from a file of ours, with HTML off.
    return Markup(rendered(found.body, site, deeper=deeper))  # noqa: S704


def _in_place(found: Term, shown: str, prefix: str) -> Markup:
    seen: set[str] = g.setdefault("explained", set())
    place = f"{prefix}-{found.slug}"
    if place in seen:
        return escape(shown)
    seen.add(place)
    macro = get_template_attribute("_term.html", "term_in_place")
    return Markup(macro(found, shown, place))  # noqa: S704 - a template of ours, which escapes


def _address(kind: str, rest: str) -> str:
    return url_for("help.page", topic=rest) if kind == "help" else url_for(rest)
