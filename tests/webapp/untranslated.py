"""Words of a template that no catalogue will ever see: neither in ``_()`` nor between ``trans`` tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment, nodes

SAID = frozenset({"aria-label", "alt", "title", "placeholder", "data-head"})
CALLS = frozenset({"_", "gettext", "ngettext", "url_for"})
SAME_EVERYWHERE = re.compile(
    r"\b(?:Fairlead|Salesforce|HubSpot|UTC|CSV|JSON|HTML|SVG|TOML|API|ID|SHA)\b|&\w+;"
)
LETTERS = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"[A-Z][a-z]")
ENV = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
ENV.newstyle_gettext = True


class Bare(HTMLParser):
    """Collects the words of what a template writes itself; what stands in ``code`` is nobody's language."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.code = 0

    def handle_starttag(self, tag, attrs):
        self.code += tag == "code"
        self._take(*(value or "" for name, value in attrs if name in SAID))

    def handle_endtag(self, tag):
        self.code -= tag == "code"

    def handle_data(self, data):
        if not self.code:
            self._take(data)

    def _take(self, *texts: str) -> None:
        self.words += [text.strip() for text in texts if LETTERS.search(SAME_EVERYWHERE.sub("", text))]


def bare_words(source: str) -> list[str]:
    """Text and attributes outside of the tags that translate, and sentences inside expressions."""
    tree = ENV.parse(source)
    reader = Bare()
    reader.feed("".join(one.data for one in tree.find_all(nodes.TemplateData)))
    reader.close()
    return [
        *reader.words,
        *(text for text in _constants(tree) if SENTENCE.match(SAME_EVERYWHERE.sub("", text))),
    ]


def _constants(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in CALLS:
        return
    if isinstance(node, nodes.Filter) and node.name == "translated":
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _constants(child)
