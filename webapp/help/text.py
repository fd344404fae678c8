"""A help text: Markdown in, HTML out. HTML inside the Markdown is shown as text, never as HTML.

Links are of three kinds, and nothing else: ``term:NAME`` explains a word in place, ``help:PAGE`` leads to
another help text, ``open:ENDPOINT`` opens a page of Fairlead. Bold words are those that stand on the page: in
a translated text they are written in English, and shown as the page shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from audit.schema import BadInput
from webapp.help.glossary import Term, find, slug
from webapp.language import ENGLISH

FOLDER = Path(__file__).with_name("pages")
"""Where the texts are."""
KINDS = ("term", "help", "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a help text needs of the site: how a word is explained in place, and the address of a link.

    A link whose address is "" is just words: the page behind it is closed to who reads. ``shown`` says what
    stands on the page where its English words are known, in the ``language`` of the text.
    """

    explain: Callable[[Term, str], str]
    address: Callable[[str, str], str]
    language: str = ENGLISH
    shown: Callable[[str], str] = str


def parsed(text: str, place: str) -> list[Token]:
    """The Markdown of one help text; ``place`` names it in errors.

    Raises
    ------
    BadInput
        A link is of no known kind, or names a word or text that there is not; or there is a picture.
    """
    tokens = _READER.parse(text)
    for token in tokens:
        token.children = list(_explained(token.children, place)) if token.children else token.children
    return tokens


def rendered(tokens: Sequence[Token], site: Site, *, deeper: int = 0) -> str:
    """HTML of a parsed text; headings are ``deeper`` levels further down, and have addresses."""
    return str(_READER.renderer.render(tokens, _READER.options, {"site": site, "deeper": deeper}))


def words(token: Token) -> str:
    """The words of a heading or paragraph, without their marks."""
    return "".join(child.content for child in token.children or ())


def _explained(children: Sequence[Token], place: str) -> Iterator[Token]:
    """The children of a line, where a linked word of the glossary is one token."""
    waiting = list(children)
    while waiting:
        token = waiting.pop(0)
        if token.type == "link_open" and _checked(str(token.attrs["href"]), place) == "term":
            inside = _inside(waiting)
            yield Token("explained", "", 0, content=inside, meta={"term": token.attrs["href"]})
        elif token.type == "image":
            msg = f"{place}: a help text has no picture"
            raise BadInput(msg)
        else:
            yield token


def _inside(waiting: list[Token]) -> str:
    """The words up to the end of a link, which are taken away."""
    taken = ""
    while (token := waiting.pop(0)).type != "link_close":
        taken += token.content
    return taken


def _checked(href: str, place: str) -> str:
    """The kind of a link."""
    kind, _, rest = href.partition(":")
    if kind not in KINDS:
        msg = f"{place}: the link {href!r} must begin with one of {', '.join(f'{one}:' for one in KINDS)}"
        raise BadInput(msg)
    if kind == "term" and find(rest) is None:
        msg = f"{place}: the glossary has no word {rest!r}; add it to webapp/help/glossary.toml"
        raise BadInput(msg)
    if kind == "help" and not (FOLDER / f"{rest}.md").is_file():
        msg = f"{place}: there is no help text {rest!r}"
        raise BadInput(msg)
    return kind


def _explained_html(_: RendererHTML, tokens: Sequence[Token], at: int, __: OptionsDict, env: EnvType) -> str:
    term = find(str(tokens[at].meta["term"]).partition(":")[2], env["site"].language)
    return "" if term is None else str(env["site"].explain(term, tokens[at].content))


def _strong_open(
    this: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    env["bold"] = True
    return this.renderToken(tokens, at, options, env)


def _strong_close(
    this: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    env["bold"] = False
    return this.renderToken(tokens, at, options, env)


def _text(_: RendererHTML, tokens: Sequence[Token], at: int, __: OptionsDict, env: EnvType) -> str:
    words = tokens[at].content
    return escapeHtml(env["site"].shown(words) if env.get("bold") else words)


def _link_open(_: RendererHTML, tokens: Sequence[Token], at: int, __: OptionsDict, env: EnvType) -> str:
    kind, rest = str(tokens[at].attrs["href"]).split(":", 1)
    address = env["site"].address(kind, rest)
    env["linked"] = bool(address)
    return f'<a href="{address}">' if address else ""


def _link_close(_: RendererHTML, __: Sequence[Token], ___: int, ____: OptionsDict, env: EnvType) -> str:
    return "</a>" if env["linked"] else ""


def _heading(this: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[at].copy()
    token.tag = f"h{min(int(token.tag[1]) + env['deeper'], 6)}"
    if token.nesting == 1:
        token.attrSet("id", f"help-{slug(words(tokens[at + 1]))}")
    return this.renderToken([token, *tokens[at + 1 : at + 2]], 0, options, env)


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    for name, rule in (
        ("explained", _explained_html),
        ("strong_open", _strong_open),
        ("strong_close", _strong_close),
        ("text", _text),
        ("link_open", _link_open),
        ("link_close", _link_close),
        ("heading_open", _heading),
        ("heading_close", _heading),
    ):
        reader.add_render_rule(name, rule)
    return reader


_READER = _reader()
