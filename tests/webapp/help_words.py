"""The words of the glossary that a page uses, against those that it explains."""

from __future__ import annotations

import re
from functools import cache

from tests.webapp.markup import Page
from webapp.help.glossary import Term, own_terms


def unexplained(html: str) -> list[str]:
    """The words of the glossary that a page uses and neither explains in place nor in the help beside it."""
    page = Page(html)
    ids = [attrs["id"] or "" for _, attrs, _ in page.tags if "id" in attrs]
    told = {one.removeprefix("help-").removeprefix("term-") for one in ids if "term-" in one}
    body = re.search(r"<main.*</main>", html, re.DOTALL)
    said = Page(body[0] if body else html).text
    return sorted(term.name for term in used(said) if term.slug not in told)


def used(text: str) -> list[Term]:
    """The words of the glossary in a text, but for those that need no explanation each time."""
    return [term for term in own_terms() if not term.common and _pattern(term).search(text)]


@cache
def _pattern(term: Term) -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in (term.name, *term.also))
    return re.compile(rf"(?<![\w-])(?:{names})(?![\w-])", re.IGNORECASE)
