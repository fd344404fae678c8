"""The help text of each page, by the name of its template: ``audit.html`` has ``pages/audit.md``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it.token import Token

from audit.schema import BadInput
from webapp.help.text import FOLDER, parsed, words

SECTIONS = ("What to do here", "What the parts mean", "What usually goes wrong")
"""What every text answers, in this order."""
OTHER_WORDS = "Other words on this page"
"""A last section, where there are words that the page uses and the text does not."""
WITHOUT = frozenset({"error", "help_index", "help_page", "help_glossary"})
"""Templates that need no help: what went wrong and what to do is all that the first says."""
SHELVES = (
    ("To begin with", ("setup", "login", "invitation", "dashboard", "connections")),
    ("The first run", ("start", "start_choose", "start_keep", "start_check", "start_pull", "start_audit")),
    ("What is read, and what is audited", ("policy", "policy_version", "proposal", "stream", "keys")),
    ("What an audit found", ("audit", "finding", "figure", "answers")),
    ("People's rights, and what leaves", ("privacy", "dossier", "paper", "decision_log", "share")),
    ("How it runs", ("jobs", "schedule", "people", "account", "trail", "tokens", "settings")),
)
"""The order of the index; a text that is not named stands under `REST`."""
REST = "Other pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage:
    """One text: its name, the page's name, what the page is for in words, and the rest as Markdown tokens."""

    name: str
    title: str
    about: str
    body: Sequence[Token]


@cache
def help_page(name: str) -> HelpPage | None:
    """The text for a template, without its ending; None where there is none.

    Raises
    ------
    BadInput
        The text does not begin with its title and a paragraph, or a link in it leads nowhere.
    """
    if name not in names():
        return None
    tokens = parsed((FOLDER / f"{name}.md").read_text(encoding="utf-8"), f"webapp/help/pages/{name}.md")
    if [token.type for token in tokens[:4:3]] != ["heading_open", "paragraph_open"] or tokens[0].tag != "h1":
        msg = f"webapp/help/pages/{name}.md must begin with '# ' and the page's name, then a paragraph"
        raise BadInput(msg)
    return HelpPage(name=name, title=words(tokens[1]), about=words(tokens[4]), body=tuple(tokens[3:]))


@cache
def names() -> frozenset[str]:
    """The names of all texts."""
    return frozenset(path.stem for path in FOLDER.glob("*.md"))


def shelves() -> tuple[tuple[str, tuple[HelpPage, ...]], ...]:
    """All texts in the order of the index, under the headings of `SHELVES`."""
    placed = {name for _, shelf in SHELVES for name in shelf}
    rest = tuple(sorted(names() - placed))
    found = ((title, tuple(filter(None, map(help_page, shelf)))) for title, shelf in (*SHELVES, (REST, rest)))
    return tuple((title, pages) for title, pages in found if pages)
