"""The help text of each page, by the name of its template: ``audit.html`` has ``pages/audit.md``.

Other languages have theirs in ``help/audit.md`` of their translations; without one, the text is English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from markdown_it.token import Token

from audit.schema import BadInput
from webapp.help.text import FOLDER, parsed, words
from webapp.language import ENGLISH, marked
from webapp.translations import catalogue

SECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("What to do here", "What the parts mean", "What usually goes wrong"),
        "de": ("Was hier zu tun ist", "Was die Teile bedeuten", "Was oft schiefgeht"),
    }
)
"""What every text answers, in this order, by language."""
OTHER_WORDS: Mapping[str, str] = MappingProxyType(
    {"en": "Other words on this page", "de": "Andere Wörter auf dieser Seite"}
)
"""A last section, where there are words that the page uses and the text does not."""
WITHOUT = frozenset({"error", "help_index", "help_page", "help_glossary"})
"""Templates that need no help: what went wrong and what to do is all that the first says."""
SHELVES = (
    (marked("To begin with"), ("setup", "login", "invitation", "dashboard", "connections")),
    (
        marked("The first run"),
        ("start", "start_choose", "start_keep", "start_check", "start_pull", "start_audit"),
    ),
    (marked("What is read, and what is audited"), ("policy", "policy_version", "proposal", "stream", "keys")),
    (
        marked("What an audit found"),
        ("audit", "summary", "finding", "figure", "answers", "remarks", "explanations", "shadow"),
    ),
    (
        marked("Day after day"),
        ("monitoring_all", "monitoring", "scorecards", "scorecards_told", "drift", "expected"),
    ),
    (marked("People's rights, and what leaves"), ("privacy", "dossier", "paper", "decision_log", "share")),
    (marked("How it runs"), ("jobs", "schedule", "people", "account", "trail", "tokens", "settings")),
)
"""The order of the index; a text that is not named stands under `REST`."""
REST = marked("Other pages")


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage:
    """One text: its name, the page's name, what the page is for, the rest as Markdown, and its language."""

    name: str
    title: str
    about: str
    body: Sequence[Token]
    language: str = ENGLISH


@cache
def help_page(name: str, language: str = ENGLISH) -> HelpPage | None:
    """The text for a template, without its ending, in a language; None where there is none at all.

    Raises
    ------
    BadInput
        The text does not begin with its title and a paragraph, or a link in it leads nowhere.
    """
    if name not in names():
        return None
    own = place(name, language)
    path, spoken = (own, language) if own.is_file() else (place(name, ENGLISH), ENGLISH)
    told = f"{path.parent.name}/{path.name}"
    tokens = parsed(path.read_text(encoding="utf-8"), told)
    if [token.type for token in tokens[:4:3]] != ["heading_open", "paragraph_open"] or tokens[0].tag != "h1":
        msg = f"{told} must begin with '# ' and the page's name, then a paragraph"
        raise BadInput(msg)
    return HelpPage(
        name=name,
        title=words(tokens[1]),
        about=words(tokens[4]),
        body=tuple(tokens[3:]),
        language=spoken,
    )


def place(name: str, language: str) -> Path:
    """Where a text is in a language, if it is there."""
    folder = FOLDER if language == ENGLISH else catalogue.FOLDER / language / "help"
    return folder / f"{name}.md"


@cache
def names() -> frozenset[str]:
    """The names of all texts."""
    return frozenset(path.stem for path in FOLDER.glob("*.md"))


def shelves(language: str = ENGLISH) -> tuple[tuple[str, tuple[HelpPage, ...]], ...]:
    """All texts in the order of the index, under the headings of `SHELVES`, which the page translates."""
    placed = {name for _, shelf in SHELVES for name in shelf}
    rest = tuple(sorted(names() - placed))
    found = ((title, _texts(shelf, language)) for title, shelf in (*SHELVES, (REST, rest)))
    return tuple((title, pages) for title, pages in found if pages)


def _texts(names_of: Sequence[str], language: str) -> tuple[HelpPage, ...]:
    return tuple(found for name in names_of if (found := help_page(name, language)))
