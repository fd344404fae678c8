"""The help and the glossary in other languages: whole, built like the English, and shown."""

from __future__ import annotations

import re
import tomllib

import pytest
from flask import render_template_string, url_for

from tests.webapp.markup import Page, faults
from tests.webapp.site import Site
from tests.webapp.test_languages import NOT_YET
from webapp.help.glossary import find, metric_terms, own_terms, slug
from webapp.help.pages import OTHER_WORDS, SECTIONS, help_page, names, place, shelves
from webapp.help.text import parsed
from webapp.language import NAMES
from webapp.translations.catalogue import FOLDER, translations

OTHERS = sorted(set(NAMES) - {"en"})
EVERY = [(tongue, name) for tongue in OTHERS for name in sorted(names())]
LEFT = frozenset[str]().union(*NOT_YET.values())
"""Pages that are not translated themselves."""
SAME = frozenset(
    {"Name", "Code", "Generation", "SHA-256", "Text", "Text (Markdown)", "n", "Person", "Lead", "Permutation"}
)
"""What is called the same in every language."""
ENGLISH = re.compile(r"(?<!-)\b(?:GDPR|your|the|who|for|and HubSpot|roles)\b")
BOLD = re.compile(r"\*\*(.+?)\*\*")
WRITE = "write {0} as webapp/help/pages/{1}.md: the same headings, links and items, bold words in English"


@pytest.fixture
def german(site: Site) -> Site:
    site.post("/account", "/account/language", language="de")
    return site


def told(name: str, tongue: str) -> str:
    path = place(name, tongue)
    assert path.is_file(), WRITE.format(path.relative_to(FOLDER.parents[1]), name)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("tongue", OTHERS)
def test_no_text_is_left_of_a_page_that_is_gone(tongue: str) -> None:
    assert {path.stem for path in (FOLDER / tongue / "help").iterdir()} <= names()
    assert set(SECTIONS) == set(OTHER_WORDS) == set(NAMES)


@pytest.mark.parametrize(("tongue", "name"), EVERY)
def test_a_text_is_built_like_the_english(tongue: str, name: str) -> None:
    english, other = (parsed(told(name, one), name) for one in ("en", tongue))
    shape = [[(token.type, token.tag) for token in one if token.nesting == 1] for one in (english, other)]
    assert shape[0] == shape[1], WRITE.format(f"{tongue}/{name}.md", name)
    found = [re.findall(r"^## (.+)$", told(name, one), re.MULTILINE) for one in ("en", tongue)]
    wanted = [[*SECTIONS[one], OTHER_WORDS[one]][: len(found[0])] for one in ("en", tongue)]
    assert found == wanted


@pytest.mark.parametrize(("tongue", "name"), EVERY)
def test_a_text_leads_to_the_same_places(tongue: str, name: str) -> None:
    for pattern in (r"\]\((.+?)\)", r"`(.+?)`"):
        english, other = (sorted(re.findall(pattern, told(name, one))) for one in ("en", tongue))
        assert english == other


@pytest.mark.parametrize(("tongue", "name"), [one for one in EVERY if one[1] not in LEFT])
def test_bold_words_are_shown_as_the_page_shows_them(tongue: str, name: str) -> None:
    english, other = (set(BOLD.findall(told(name, one))) for one in ("en", tongue))
    assert len(english) == len(other)
    known = translations(tongue)
    assert [one for one in other & english if known.gettext(one) == one and one not in SAME] == []


@pytest.mark.parametrize("tongue", OTHERS)
def test_the_glossary_has_every_word_and_no_other(tongue: str) -> None:
    found = tomllib.loads((FOLDER / tongue / "glossary.toml").read_text(encoding="utf-8"))
    assert set(found) == {term.slug for term in own_terms()}
    assert {term.language for term in (*own_terms(tongue), *metric_terms(tongue))} == {tongue}
    own = [slug(name) for term in own_terms(tongue) for name in {term.name, *term.also}]
    assert len(own) == len(set(own))
    assert not set(own) & {slug(one) for term in metric_terms(tongue) for one in (term.name, *term.also)}
    for term in own_terms(tongue):
        assert term.sentence.endswith("."), term.name
        assert len(term.sentence) <= 320, term.name
        assert max(len(one.split()) for one in re.split(r"[.:;] ", term.sentence)) <= 32, term.name


@pytest.mark.parametrize("tongue", OTHERS)
def test_a_word_is_found_by_its_name_in_both_languages(tongue: str) -> None:
    for english, other in ((own_terms(), own_terms(tongue)), (metric_terms(), metric_terms(tongue))):
        here = {term.slug: term for term in other}
        assert set(here) == {term.slug for term in english}
        for term in english:
            assert find(term.name, tongue) is here[term.slug]
            assert find(here[term.slug].name, tongue) is here[term.slug]


@pytest.mark.parametrize("tongue", OTHERS)
def test_a_source_in_words_is_translated(tongue: str) -> None:
    english = {term.slug: term.source for term in own_terms()}
    left = [term.source for term in own_terms(tongue) if term.source == english[term.slug]]
    assert [one for one in left if ENGLISH.search(one)] == []


def test_the_help_in_german_is_german(german: Site) -> None:
    for name in sorted(names()):
        page = german.client.get(f"/help/{name}").text
        assert faults(page) == [], name
        said = Page(page).text
        assert "Was hier zu tun ist" in said
        assert "What to do here" not in said
        assert ' lang="en"' not in page.partition("<main")[2].partition("</main>")[0]
    page = german.client.get("/help/people").text
    assert "<strong>Jemanden einladen</strong>" in page


def test_the_index_and_the_glossary_in_german_are_german(german: Site) -> None:
    index, glossary = german.client.get("/help").text, german.client.get("/help/glossary").text
    assert (faults(index), faults(glossary)) == ([], [])
    with german.app.test_request_context():
        for _, shelf in shelves("de"):
            for one in shelf:
                assert f'<a href="{url_for("help.page", topic=one.name)}">{one.title}</a>' in index
    assert "Der erste Start" in Page(index).text
    ids = {attrs.get("id") for _, attrs, _ in Page(glossary).tags}
    assert {term.slug for term in (*own_terms(), *metric_terms())} <= ids
    assert "Quelle: DSGVO, Artikel 30." in Page(glossary).text
    assert 'lang="en"' not in glossary.partition("<main")[2].partition("</main>")[0]


def test_a_word_explains_itself_in_german_and_leads_to_its_place(german: Site) -> None:
    with german.app.test_request_context(headers={"Accept-Language": "de"}):
        made = render_template_string('{{ term("threshold", "Schwellenwert") }}')
        assert 'id="term-threshold"' in made
        assert "Der Score, ab dem ein Lead als ausgewählt zählt." in made
        assert "/help/glossary#threshold" in made
        assert "lang=" not in made
        metric = render_template_string('{{ explained("Anteil ausgewählt") }}')
        assert 'popovertarget="term-share-selected"' in metric


def test_help_without_a_text_in_the_language_is_english() -> None:
    page = help_page("audit", "xx")
    assert page
    assert page.language == "en"
    assert page == help_page("audit")
