"""The help: each page has a text, each text is about its page, and each word has one truth."""

from __future__ import annotations

import ast
import html
import re
from functools import cache
from pathlib import Path

import pytest
from flask import g

from audit.registry import METRICS
from audit.schema import BadInput
from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from tests.webapp.site import Site
from webapp.help.glossary import find, metric_terms, own_terms, slug
from webapp.help.pages import OTHER_WORDS, SECTIONS, SHELVES, WITHOUT, help_page, names, shelves
from webapp.help.text import FOLDER, parsed, rendered
from webapp.help.text import Site as Addresses

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATES = REPOSITORY / "webapp" / "templates"
PYTHON = ("viewmodels", "evidence", "rights", "work", "views", "ways.py", "deciding.py")
"""Where the words of a page come from that are not in its template."""
BOLD = re.compile(r"\*\*(.+?)\*\*")
TERM = re.compile(r'\bterm\("([^"]+)"')
WORDS = re.compile(r"\bwords_here\(([^)]*)\)")
PART_WORDS = re.compile(r"part_words = \{(.*?)\}")
QUOTED = re.compile(r'"([^"]+)"')
WRITE = (
    "webapp/templates/{0}.html has no help. Write webapp/help/pages/{0}.md: '# ' and the page's name, one or "
    "two sentences what it is for, then '## What to do here', '## What the parts mean' and "
    "'## What usually goes wrong'. Names that stand on the page are **bold**, words of the glossary "
    "[word](term:word); see the other texts."
)
PLAIN = Addresses(explain=lambda _, shown: f"<b>{shown}</b>", address=lambda kind, rest: f"/{kind}/{rest}")


def source(template: str) -> str:
    return (TEMPLATES / template).read_text(encoding="utf-8")


def pages() -> list[str]:
    """The templates that are whole pages of ours, without their ending."""
    found = {path.stem for path in TEMPLATES.glob("*.html") if 'extends "base.html"' in source(path.name)}
    return sorted(found - WITHOUT)


@cache
def closure(template: str) -> frozenset[str]:
    """A template and all that it takes in."""
    taken = re.findall(r'(?:include|from|extends) "([^"]+)"', source(template))
    return frozenset({template}).union(*(closure(one) for one in taken))


@cache
def said_by(template: str) -> str:
    """Every word that may stand on a page, from its templates."""
    text = " ".join(source(one) for one in sorted(closure(template)))
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    text = re.sub(r'_\(("[^"]*")\)', r"\1", text)
    text = re.sub(r'\{% trans (\w+)=(term\("[^)]*"\)) %\}\{\{ \1 \}\}', r"{{ \2 }}", text)
    text = re.sub(r'\{\{ term\("(?:[^"]*", ")?([^"]*)"\) \}\}', r"\1", text)
    text = re.sub(r"</?(?:span|strong|em|a|code|bdi)\b[^>]*>", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@cache
def said_by_python() -> str:
    """Every text in the modules that make what pages show."""
    files = [path for place in PYTHON for path in _python(REPOSITORY / "webapp" / place)]
    trees = (ast.walk(ast.parse(path.read_text(encoding="utf-8"))) for path in files)
    constants = (node for tree in trees for node in tree if isinstance(node, ast.Constant))
    return "\n".join(one.value for one in constants if isinstance(one.value, str))


def _python(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


def markdown(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", pages())
def test_every_page_has_a_help_text(page):
    assert page in names(), WRITE.format(page)


def test_every_text_is_for_a_page():
    assert names() <= set(pages()), "a help text whose template is gone: remove it"
    assert {name for _, shelf in SHELVES for name in shelf} <= names()
    assert {one.name for _, shelf in shelves() for one in shelf} == names()


@pytest.mark.parametrize("name", sorted(names()))
def test_a_text_answers_the_same_questions(name):
    heads = re.findall(r"^## (.+)$", markdown(name), re.MULTILINE)
    assert tuple(heads) in {SECTIONS["en"], (*SECTIONS["en"], OTHER_WORDS["en"])}
    found = help_page(name)
    assert found
    assert 20 < len(found.about) < 250
    assert found.title


@pytest.mark.parametrize("name", sorted(names()))
def test_a_text_names_only_what_is_on_its_page(name):
    here = f"{said_by(f'{name}.html')}\n{said_by_python()}"
    quoted = {one.rstrip(".:") for one in BOLD.findall(markdown(name))}
    assert [one for one in quoted if not re.search(rf"(?<!\w){re.escape(one)}(?!\w)", here)] == []


@pytest.mark.parametrize("name", sorted(names()))
def test_a_text_names_documents_that_are_there(name):
    named = re.findall(r"`(docs/[^`]+)`", markdown(name))
    assert [one for one in named if not (REPOSITORY / one).exists()] == []


def test_the_sources_of_the_glossary_are_there():
    for term in own_terms():
        assert term.source
        for path in re.findall(r"(?:docs|audit)/[\w./-]+\.(?:md|py)", term.source):
            assert (REPOSITORY / path).exists(), f"{term.name}: {path}"


def test_no_link_of_a_text_is_dead(site: Site):
    opened = cache(site.client.get)
    for name in sorted(names()):
        assert "](" not in opened(f"/help/{name}").text, f"{name}: a link with a blank in it is no link"
        for link in Page(opened(f"/help/{name}").text).having("a"):
            address, _, place = (link["href"] or "").partition("#")
            answer = opened(address or f"/help/{name}")
            assert answer.status_code == 200, f"{name}: {link['href']}"
            assert not place or f'id="{place}"' in answer.text, f"{name}: {link['href']}"


def test_each_word_has_one_entry():
    own = [slug(name) for term in own_terms() for name in {term.name, *term.also}]
    assert len(own) == len(set(own))
    metrics = {slug(name) for term in metric_terms() for name in (term.name, *term.also)}
    assert not set(own) & metrics, "a metric is defined in audit.registry alone"
    # A word and its bare plural are one name, whichever list they stand in.
    assert all(find(one) for one in own)


def test_no_entry_repeats_what_the_audit_defines():
    definitions = [metric.definition.lower() for metric in METRICS.values()]
    for term in own_terms():
        assert not [one for one in definitions if one in term.sentence.lower()], term.name


def test_a_metric_is_explained_in_the_words_of_the_registry():
    term = find("selection rate")
    assert term
    assert term.sentence.startswith("Selected leads over all leads with a decision.")
    assert term.source == METRICS["selection_rate"].source
    assert find("Share selected") is term
    assert len(metric_terms()) == len(METRICS)


def test_sentences_are_plain():
    for term in own_terms():
        assert term.sentence.endswith("."), term.name
        assert len(term.sentence) <= 300, term.name
        assert max(len(one.split()) for one in re.split(r"[.:;] ", term.sentence)) <= 32, term.name


def test_every_word_that_a_template_explains_is_in_the_glossary():
    text = "\n".join(source(path.name) for path in TEMPLATES.glob("*.html"))
    lists = (*WORDS.findall(text), *PART_WORDS.findall(text))
    asked = {*TERM.findall(text), *(name for given in lists for name in QUOTED.findall(given))}
    asked = {name for name in asked if not name.startswith("part-")}
    assert len(asked) > 40
    assert [one for one in sorted(asked) if find(one) is None] == []


def test_html_in_a_text_stays_text():
    shown = rendered(parsed("# T\n\n<script>alert(1)</script> <b onclick=x>b</b> &lt;", "t"), PLAIN)
    assert "<script" not in shown
    assert "<b on" not in shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[x](https://example.com)", "must begin with one of term:, help:, open:"),
        ("[x](audit)", "must begin"),
        ("[x](term:no-such-word)", "the glossary has no word 'no-such-word'"),
        ("[x](help:no_such_page)", "there is no help text 'no_such_page'"),
        ("![x](https://example.com/a.png)", "no picture"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(text, words):
    with pytest.raises(BadInput, match=re.escape(words)):
        parsed(text, "t")


def test_an_address_that_runs_code_is_no_link():
    assert rendered(parsed("[x](javascript:alert(1))", "t"), PLAIN) == "<p>[x](javascript:alert(1))</p>\n"


def test_a_link_to_a_page_that_is_closed_is_just_words():
    closed = Addresses(explain=PLAIN.explain, address=lambda kind, _: "" if kind == "open" else "/x")
    shown = rendered(parsed("[a](open:jobs.index) and [b](help:audit)", "t"), closed)
    assert shown == '<p>a and <a href="/x">b</a></p>\n'


def test_headings_have_an_address_and_the_wanted_level():
    assert '<h3 id="help-one-two">' in rendered(parsed("## One, two", "t"), PLAIN, deeper=1)
    assert "</h3>" in rendered(parsed("## One, two", "t"), PLAIN, deeper=1)


def test_help_is_there_before_anybody_signed_in(site: Site):
    stranger = site.app.test_client()
    for path in ("/help", "/help/glossary", "/help/login"):
        answer = stranger.get(path)
        assert answer.status_code == 200
        assert faults(answer.text) == []
        assert "Set-Cookie" not in answer.headers, "help remembers nothing"
    assert stranger.get("/help/no-such-page").status_code == 404
    assert stranger.get("/").status_code in {302, 303}
    assert "Help: Sign in" in stranger.get("/login").text


def test_the_index_lists_every_text_and_the_glossary_every_word(site: Site):
    links = {link["href"] for link in Page(site.client.get("/help").text).having("a")}
    assert {f"/help/{name}" for name in names()} <= links
    ids = {attrs.get("id") for _, attrs, _ in Page(site.client.get("/help/glossary").text).tags}
    assert {term.slug for term in (*own_terms(), *metric_terms())} <= ids


def test_an_auditor_sees_the_same_help(site: Site):
    from tests.webapp.site import PASSWORD
    from webapp import passwords

    site.services.accounts.add_user(_auditor(passwords.hashed(PASSWORD)), "test")
    other = Site(app=site.app, client=site.app.test_client())
    other.post("/login", "/login", name="Odd Auditor", password=PASSWORD)
    for path in ("/", "/connections", "/jobs"):
        mine, theirs = (beside(one.client.get(path).text) for one in (site, other))
        assert mine == theirs
        assert "What to do here" in mine


def beside(page: str) -> str:
    return page.partition('<aside class="help')[2].partition("</aside>")[0]


def _auditor(password_hash: str):
    from webapp.store.accounts import NewUser

    return NewUser(name="Odd Auditor", role="auditor", password_hash=password_hash)


@pytest.mark.parametrize("path", ["/", "/connections", "/jobs", "/trail", "/tokens", "/help", "/help/audit"])
def test_a_word_explains_itself_once_on_a_page(site: Site, path):
    page = Page(site.client.get(path).text)
    buttons = [one["popovertarget"] for one in page.having("button") if one.get("class") == "term"]
    boxes = [one["id"] for one in page.having("span") if "popover" in one]
    assert buttons == boxes
    assert len(set(boxes)) == len(boxes)


@pytest.mark.parametrize("path", ["/", "/connections", "/jobs", "/trail", "/tokens"])
def test_every_word_that_a_page_uses_is_explained_there(site: Site, path):
    """With leads and audits: tests/journey/test_help_beside.py."""
    assert unexplained(site.client.get(path).text) == []


def test_a_word_that_the_glossary_lacks_is_told(site: Site):
    with site.app.test_request_context():
        term = site.app.jinja_env.globals["term"]
        with pytest.raises(KeyError, match=r"no word 'nonsense'; add it to webapp/help/glossary\.toml"):
            term("nonsense")
        explained = site.app.jinja_env.globals["explained"]
        assert explained("a <b>") == "a &lt;b&gt;"
        assert 'popovertarget="term-threshold"' in explained("Threshold")
        assert explained("Threshold") == "Threshold"
        assert g.explained == {"term-threshold"}
