"""Help: beside each page, at addresses of its own, and the glossary. Open to all: it tells of no data."""

from __future__ import annotations

from pathlib import PurePosixPath

from flask import Blueprint, abort, g, get_template_attribute, render_template, url_for
from flask_login import current_user
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from webapp.help.glossary import Term, find, metric_terms, own_terms
from webapp.help.pages import HelpPage, help_page, shelves
from webapp.help.text import Site, rendered
from webapp.language import ENGLISH, current, gettext
from webapp.roles import may_open

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
def index() -> str:
    """Every help text, by what one wants to do."""
    return render_template("help_index.html", shelves=shelves(current()))


@blueprint.get("/help/glossary")
def glossary() -> str:
    """Every word."""
    tongue = current()
    return render_template("help_glossary.html", terms=own_terms(tongue), metrics=metric_terms(tongue))


@blueprint.get("/help/<topic>")
def page(topic: str) -> str:
    """The help text of one page, by itself."""
    found = help_page(topic, current()) or abort(404)
    return render_template("help_page.html", page=found, text=_text(found, deeper=0))


@blueprint.app_template_global()
@pass_context
def help_beside(context: Context) -> HelpPage | None:
    """The help text for the template that is shown; None for one that has none."""
    return help_page(PurePosixPath(context.name or "").stem, current())


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
    found = find(name, current())
    if found is None:
        msg = f"The glossary has no word {name!r}; add it to webapp/help/glossary.toml."
        raise KeyError(msg)
    return _in_place(found, shown or name, "term")


@blueprint.app_template_global()
def words_here(*names: str) -> Markup:
    """A line with those of some terms that the page has not explained yet; nothing where it has them all.

    For tables whose head is folded away on a phone: a button there would have the focus and not be seen.
    """
    wanted = [
        found for name in names if (found := find(name, current())) and f"term-{found.slug}" not in _seen()
    ]
    made = [_in_place(one, one.name, "term") for one in dict.fromkeys(wanted)]
    return _macro("words_line", made) if made else Markup("")


@blueprint.app_template_global()
def explained(shown: str) -> Markup:
    """Words that may be a term, such as the name of a metric: explained where the glossary has them.

    They are given in English, as the glossary has them, and shown in the language of the page.
    """
    found, words = find(shown, current()), gettext(shown)
    return escape(words) if found is None else _in_place(found, words, "term")


def _text(found: HelpPage, *, deeper: int) -> Markup:
    site = Site(
        explain=lambda one, shown: _in_place(one, shown, "help-term"),
        address=_address,
        language=found.language,
        shown=str if found.language == ENGLISH else gettext,
    )
    # Made by markdown-it-py from a file of ours, with HTML off.
    return Markup(rendered(found.body, site, deeper=deeper))  # noqa: S704


def _in_place(found: Term, shown: str, prefix: str) -> Markup:
    place = f"{prefix}-{found.slug}"
    if place in _seen():
        return escape(shown)
    _seen().add(place)
    return _macro("term_in_place", found, shown, place)


def _seen() -> set[str]:
    """The ids of the explanations that stand on the page that is being made."""
    seen: set[str] = g.setdefault("explained", set())
    return seen


def _macro(name: str, *given: object) -> Markup:
    made = get_template_attribute("_term.html", name)(*given)
    return Markup(made)  # noqa: S704 - a template of ours, which escapes


def _address(kind: str, rest: str) -> str:
    if kind == "help":
        return url_for("help.page", topic=rest)
    return url_for(rest) if current_user.is_authenticated and may_open(current_user.user.role, rest) else ""
