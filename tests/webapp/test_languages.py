"""The language of the pages: who chooses it, that English stays what it was, and that German is whole."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from flask import render_template_string

from tests.webapp.markup import Page, faults
from tests.webapp.site import NAME, PASSWORD, Site, open_site
from tests.webapp.untranslated import bare_words
from webapp import language
from webapp.language import FILES, decimal, gettext, moment, ngettext
from webapp.translations import update
from webapp.translations.catalogue import catalogue, place, translations
from webapp.translations.parts import ENGLISH_ONLY, NAMED, ON_PAGES_TOO, PARTS, ROOT, files, part_of
from webapp.viewmodels import schedule, words

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
# Templates whose words are not translated yet. A line that goes is never put back.
NOT_YET = {
    "frame": set[str](),
    # Of whoever translates the rules.
    "rules": set[str](),
    # Of whoever translates the audits.
    "audits": set[str](),
    # Of whoever translates monitoring.
    "watch": set[str](),
}
OPEN = ("/login", "/invitation", "/help", "/help/glossary", "/nowhere")
SIGNED_IN = (
    *("/", "/account", "/people", "/connections", "/start", "/jobs", "/schedule", "/trail", "/tokens"),
    *("/connections/{id}/policy", "/connections/{id}/stream", "/connections/{id}/privacy"),
    *("/connections/{id}/share", "/connections/{id}/keys", "/nowhere"),
    *("/settings", "/connections/{id}/log", "/connections/{id}/answers"),
)
EVERY = [(tongue, part) for tongue in sorted(set(language.NAMES) - {"en"}) for part in PARTS]


def lang(page: str) -> str:
    return str(Page(page).having("html")[0]["lang"])


def choose(site: Site, code: str) -> None:
    assert site.post("/account", "/account/language", language=code).status_code == 303


def test_the_account_decides_then_the_browser_then_english(site: Site) -> None:
    assert lang(site.client.get("/account").text) == "en"
    assert lang(site.client.get("/account", headers=GERMAN).text) == "de"
    assert lang(site.client.get("/account", headers={"Accept-Language": "fr, de;q=0.5"}).text) == "de"
    assert lang(site.client.get("/account", headers={"Accept-Language": "fr, ja"}).text) == "en"
    choose(site, "de")
    page = site.client.get("/account", headers={"Accept-Language": "en"})
    assert lang(page.text) == "de"
    assert "Die Sprache ist gespeichert." in Page(page.text).text
    assert {"value": "de", "lang": "de", "selected": None} in Page(page.text).having("option")
    choose(site, "")
    assert lang(site.client.get("/account").text) == "en"


def test_the_choice_outlives_the_session_and_is_one_persons(site: Site) -> None:
    choose(site, "de")
    user = site.services.accounts.user_named(NAME)
    assert user is not None
    assert user.language == "de"
    other = site.app.test_client()
    assert lang(other.get("/login").text) == "en"
    again = Site(app=site.app, client=other).sign_in()
    assert lang(again.client.get("/account").text) == "de"


def test_a_language_that_there_is_not_is_refused(site: Site) -> None:
    assert site.post("/account", "/account/language", language="xx").status_code == 400
    assert lang(site.client.get("/account").text) == "en"


def test_an_answer_says_its_language_and_what_it_depends_on(site: Site) -> None:
    answer = site.client.get("/login", headers=GERMAN, follow_redirects=True)
    assert answer.headers["Content-Language"] == "de"
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "no-store"
    picture = site.client.get("/static/logo.svg", headers=GERMAN)
    assert "Content-Language" not in picture.headers
    assert "Accept-Language" not in picture.headers.get("Vary", "")
    picture.close()


def test_who_is_not_in_yet_reads_the_language_of_the_browser(site: Site) -> None:
    stranger = Site(app=site.app, client=site.app.test_client())
    page = stranger.client.get("/login", headers=GERMAN)
    assert "Anmelden" in Page(page.text).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    form = {"csrf_token": token[1], "name": NAME, "password": "wrong"}
    refused = stranger.client.post("/login", data=form, headers=GERMAN)
    assert refused.status_code == 401
    assert "Der Name oder das Passwort ist falsch." in Page(refused.text).text
    assert "Diese Seite gibt es nicht" in Page(stranger.client.get("/nowhere", headers=GERMAN).text).text


def test_the_first_run_speaks_german_and_refuses_in_german(tmp_path: Path) -> None:
    site = open_site(tmp_path / "site")
    with site.services.database.engine.begin() as link:
        link.exec_driver_sql("DELETE FROM user_account")
    page = site.client.get("/setup", headers=GERMAN)
    assert faults(page.text) == []
    assert "Das erste Konto anlegen" in Page(page.text).text
    assert "Mindestens 12 Zeichen." in Page(page.text).text
    site.close()


def test_machines_and_files_are_answered_in_english(site: Site) -> None:
    choose(site, "de")
    endpoints = {rule.endpoint for rule in site.app.url_map.iter_rules()}
    assert endpoints >= FILES
    assert "Content-Language" not in site.client.get("/api/v1/openapi.json", headers=GERMAN).headers
    card = site.client.post("/hubspot/card", headers=GERMAN)
    assert card.json is not None
    assert card.json["message"] == "HubSpot is not set up in this Fairlead."
    for endpoint in FILES:
        with site.app.test_request_context(headers=GERMAN) as context:
            context.request.url_rule = next(site.app.url_map.iter_rules(endpoint))
            assert language.current() == "en"


def test_without_a_request_everything_is_english() -> None:
    assert (gettext("Sign in"), ngettext("%(n)s hour", "%(n)s hours", 2)) == ("Sign in", "2 hours")
    assert decimal(45211) == "45,211"


def test_numbers_and_moments_follow_the_language(site: Site) -> None:
    at = datetime(2026, 11, 3, 14, 5, tzinfo=UTC)
    assert (moment(at), words.amount(0.1834, share=True)) == ("3 Nov 2026, 14:05 UTC", "18.3\xa0%")
    with site.app.test_request_context(headers=GERMAN):
        assert moment(at) == "03.11.2026, 14:05 UTC"
        assert decimal(45211) == "45.211"
        assert decimal(1234.5, 2) == "1.234,50"
        assert words.amount(0.1834, share=True) == "18,3\xa0%"
        assert words.amount(-54.2, share=False) == "\N{MINUS SIGN}54,2"
        assert words.gap(0.032, share=True) == "+3,2\xa0Punkte"
        assert words.gap(-0.032, share=True) == "\N{MINUS SIGN}3,2\xa0Punkte"
        assert words.between(0.1, 0.2, share=True) == "10,0\xa0% bis 20,0\xa0%"
        assert words.counted(1234, "lead", "leads") == "1.234\xa0Leads"
        assert ngettext("%(n)s hour", "%(n)s hours", 1) == "1 Stunde"
        assert (language.shortest(0.5), language.iso_day(at)) == ("0,5", "03.11.2026")
        assert language.english("<b>") == '<span lang="en">&lt;b&gt;</span>'
        assert schedule.days()[::6] == ("Montag", "Sonntag")
    assert (language.shortest(0.5), language.iso_day(at), language.english("a")) == ("0.5", "2026-11-03", "a")
    assert schedule.days()[::6] == ("Monday", "Sunday")


@pytest.mark.parametrize("value", [0.0, 7.0, 1234567.891, -0.04, 99.95, -3141.5])
@pytest.mark.parametrize("digits", [0, 1, 3])
def test_english_numbers_are_written_as_ever(value: float, digits: int) -> None:
    assert decimal(value, digits) == f"{value:,.{digits}f}"
    assert decimal(value, digits, signed=True) == f"{value:+,.{digits}f}"


def test_a_value_in_a_message_is_escaped_and_an_unknown_message_stays(site: Site) -> None:
    with site.app.test_request_context(headers=GERMAN):
        shown = render_template_string(
            '{{ _("Sign in with %(name)s", name=name) }}|{{ name | translated }}|{{ "Close" | translated }}',
            name="<b>",
        )
        assert shown == "Mit &lt;b&gt; anmelden|&lt;b&gt;|Schließen"
        assert gettext("") == ""


@pytest.mark.parametrize(("tongue", "part"), EVERY)
def test_every_message_is_in_the_catalogue_and_translated(tongue: str, part: str) -> None:
    known = catalogue(tongue, part)
    wanted = {message.id for message in update.template(part) if message.id}
    assert {message.id for message in known if message.id} == wanted, "python -m webapp.translations.update"
    empty = [m.id for m in known if m.id and not all(m.string if isinstance(m.string, tuple) else [m.string])]
    assert empty == []
    assert [message.id for message in known if message.fuzzy and message.id] == []
    assert place(tongue, part).read_text(encoding="utf-8") == update.updated(tongue, part)


@pytest.mark.parametrize(("tongue", "part"), EVERY)
def test_a_translation_keeps_placeholders_and_markup(tongue: str, part: str) -> None:
    for message in catalogue(tongue, part):
        if not message.id:
            continue
        for one, other in zip(_texts(message.id), _texts(message.string), strict=True):
            assert _fixed(one) == _fixed(other), f"{one!r} and {other!r}"


def test_a_message_is_taken_from_another_part_only_with_the_same_plural(monkeypatch) -> None:
    counted, there = ("%(n)s lead", "%(n)s leads"), Catalog(locale="de")
    monkeypatch.setattr(update, "catalogue", lambda *_: there)
    there.add(counted[0], string="%(n)s Lead")
    assert update._elsewhere("de", PARTS[0], Message(counted)) is None
    there.delete(counted[0])
    there.add(counted, string=("%(n)s Lead", "%(n)s Leads"))
    assert update._elsewhere("de", PARTS[0], Message(counted)) == ("%(n)s Lead", "%(n)s Leads")


def test_a_message_has_one_translation_in_all_parts() -> None:
    for tongue in {tongue for tongue, _ in EVERY}:
        found: dict[object, set[object]] = {}
        for part in PARTS:
            for message in catalogue(tongue, part):
                if message.id:
                    found.setdefault(message.id, set()).add(message.string)
        assert [key for key, strings in found.items() if len(strings) > 1] == []
        assert translations(tongue).gettext("Sign in") != "Sign in"


def test_every_file_has_one_part_and_every_line_of_the_table_a_file() -> None:
    names = [path.relative_to(ROOT).as_posix() for part in PARTS for path in files(part)]
    assert len(names) == len(set(names))
    assert len(names) > 300
    for part, shapes in NAMED.items():
        for shape in shapes:
            assert [path for path in ROOT.glob(shape) if part_of(path) == part], shape
    silent = tuple(one.rstrip("*") for one in ENGLISH_ONLY)
    assert {name for name in names if name.startswith(silent)} == set(ON_PAGES_TOO)


@pytest.mark.parametrize("part", PARTS)
def test_no_template_says_what_no_catalogue_sees(part: str) -> None:
    bare = {path.stem: bare_words(path.read_text()) for path in files(part) if path.suffix == ".html"}
    found = {name for name, told in bare.items() if told}
    assert {name: bare[name] for name in found - NOT_YET[part]} == {}
    assert NOT_YET[part] - found == set(), "translated by now: take it off the list"


def test_no_sentence_is_translated_inside_an_f_string() -> None:
    """Whoever gathers the messages does not look into f-strings, so that such a one stays English."""
    hidden = re.compile(r"\{n?gettext\(\s*[\"']")
    assert [path.name for path in ROOT.rglob("*.py") if hidden.search(path.read_text(encoding="utf-8"))] == []


def test_words_that_no_catalogue_sees_are_found() -> None:
    assert bare_words("<p>Hello {{ name }}</p>") == ["Hello"]
    assert bare_words('<a aria-label="Back"></a>{{ field("Name") }}') == ["Back", "Name"]
    assert bare_words('{% trans %}Hello{% endtrans %}{{ _("Name") }}<code>id</code> Fairlead') == []


@pytest.mark.parametrize("path", OPEN)
def test_a_page_in_german_for_everybody_is_well_made(site: Site, path: str) -> None:
    page = site.app.test_client().get(path, headers=GERMAN)
    assert (faults(page.text), lang(page.text)) == ([], "de")


@pytest.mark.parametrize("path", SIGNED_IN)
def test_a_page_in_german_is_well_made(site: Site, path: str) -> None:
    row = site.connect()
    choose(site, "de")
    page = site.client.get(path.format(id=row.id), follow_redirects=True)
    assert (faults(page.text), lang(page.text)) == ([], "de")
    assert "Übersicht" in Page(page.text).text


def test_the_refusal_of_a_name_is_german_for_who_types_it(site: Site) -> None:
    choose(site, "de")
    page = site.post("/people", "/people", name="schedule", role="viewer")
    assert "Im Protokoll heißt schon etwas anderes „schedule“; wählen Sie einen anderen Namen." in page.text
    assert PASSWORD not in page.text


def _texts(found: object) -> tuple[str, ...]:
    return tuple(map(str, found)) if isinstance(found, (tuple, list)) else (str(found),)


def _fixed(text: str) -> tuple[list[str], list[str], list[str]]:
    """What must stay: placeholders, tags and entities, and the signs that end an attribute.

    Quotation marks and apostrophes are each language's own.
    """
    text = re.sub(r"&(?:[lr][ds]|bd)quo;", "", text)
    names = sorted(re.findall(r"%\(\w+\)[sd]|%%", text))
    tags = sorted(re.findall(r"<[^>]+>|&\w+;", text))
    return names, tags, sorted(set(re.sub(r"<[^>]+>", "", text)) & set('"<>&') - set(string.ascii_letters))
