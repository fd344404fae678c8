"""The pages of rules in German: what is ours is translated, what the policy's reader or a CRM says is not."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import render_template_string

from connectors.errors import Busy, Refused
from connectors.policy.mask import SHAPES as MASKS
from connectors.policy.parse import parse_policy
from tests.webapp.markup import Page, faults
from tests.webapp.site import NAME, Site
from tests.webapp.test_languages import GERMAN, choose
from tests.webapp.test_policy_page import POLICY
from webapp import language
from webapp.language import gettext, quoting, shortest
from webapp.measuring import NOT_HELD
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.policy import SHAPES
from webapp.views.drafting import remote_words

STREAM = '[stream]\nname = "s"\nscore = "agge"\noutcome = "phone"\n[[stream.attribute]]\nname = "age"\n'
ENGLISH = re.compile(r'<(\w+)[^>]* lang="en"[^>]*>(.*?)</\1>', re.DOTALL)


@pytest.fixture
def connection(site: Site) -> ConnectionRow:
    row = site.connect()
    site.services.repository.save_policy(row.id, POLICY, NAME)
    choose(site, "de")
    return row


def english(html: str) -> str:
    """What a page marks as English."""
    return unescape(" ".join(found[1] for found in ENGLISH.findall(html)))


def test_what_is_always_english_is_marked_in_a_german_sentence(site: Site) -> None:
    assert quoting("It says %(said)s.", said="<no>") == "It says <no>."
    with site.app.test_request_context(headers=GERMAN):
        said = quoting("Es sagt: „%(said)s“ <", said="<no>")
        assert said == 'Es sagt: „<span lang="en">&lt;no&gt;</span>“ &lt;'
        assert quoting("%(said)s!", said=said) == f"{said}!"
        assert language.english("no") == render_template_string("{{ 'no' | english }}")
        assert render_template_string("{{ said | translated }}", said=said) == said


def test_a_refusal_is_english_and_what_is_ours_is_not(site: Site) -> None:
    busy = Busy("The CRM is busy.", retry_after=60)
    assert remote_words(busy) == "The CRM is busy. Try again in about 60 seconds."
    with site.app.test_request_context(headers=GERMAN):
        assert remote_words(Refused("Said no.", code="X")) == '<span lang="en">Said no.</span>'
        mixed = '<span lang="en">The CRM is busy.</span> Versuchen Sie es wieder in etwa 60 Sekunden.'
        assert remote_words(busy) == mixed
        assert remote_words(Refused(NOT_HELD, code="X")).startswith("Die abgerufenen Leads")


def test_every_shape_of_a_value_that_is_a_word_is_translated(site: Site) -> None:
    assert set(SHAPES) == {one for one in MASKS if re.search(r"[a-z] [a-z1-9]", one)}
    with site.app.test_request_context(headers=GERMAN):
        assert not {gettext(one) for one in SHAPES} & set(SHAPES)


@pytest.mark.parametrize(("value", "words", "german"), [(60, "60", "60"), (0.5, "0.5", "0,5")])
def test_a_number_has_no_more_digits_than_it_needs(site: Site, value: float, words: str, german: str) -> None:
    assert shortest(value) == words
    with site.app.test_request_context(headers=GERMAN):
        assert shortest(value) == german
        assert shortest(1_500_000_000) == "1,5e+09"


def test_the_policy_page_is_german_and_its_rules_are_what_the_policy_says(
    site: Site, connection: ConnectionRow
) -> None:
    html = site.client.get(f"/connections/{connection.id}/policy").text
    page = Page(html)
    assert faults(html) == []
    assert "Richtlinie: Salesforce-Org" in page.text
    assert "Genannt und weggelassen: FirstName ." in page.text
    assert 'data-find="{shown} von {all}"' in html
    for rule in parse_policy(POLICY).rules[:2]:
        assert rule.operator.describe() in english(html)
    assert "band: in Stufen einteilen" in page.text


def test_a_mistake_is_told_in_english_within_a_german_page(site: Site, connection: ConnectionRow) -> None:
    path = f"/connections/{connection.id}/policy"
    html = site.post(path, path, action="preview", text=POLICY.replace("[25, 35, 50]", "[50, 35]")).text
    assert faults(html) == []
    assert "1 Regel enthält einen Fehler." in Page(html).text
    assert "bands must rise" in english(html)


def test_the_filter_does_not_look_at_how_a_page_marks_english(site: Site, connection: ConnectionRow) -> None:
    page = Page(site.client.get(f"/connections/{connection.id}/policy?find=span").text)
    assert "0 von 2" in page.text


def test_a_stream_is_explained_in_german_and_what_it_lacks_is_said(
    site: Site, connection: ConnectionRow
) -> None:
    path = f"/connections/{connection.id}/stream"
    html = site.post(path, path, action="check", text=STREAM).text
    page = Page(html)
    assert faults(html) == []
    assert "Score und Gruppen: Salesforce-Org" in page.text
    assert "füllt keine Spalte „agge“ (meinten Sie „age“?)" in page.text
    assert "Ergebnis" in page.text
    wrong = site.post(path, path, action="check", text="[stream]\nname = 1\n").text
    assert "The stream" in english(wrong)


def test_a_version_is_told_in_german_and_leaves_in_english(site: Site, connection: ConnectionRow) -> None:
    path = f"/connections/{connection.id}/policy"
    text = POLICY.replace("[25, 35, 50]", "[25, 35]")
    answer = site.post(path, path, action="save", text=text, reason="Mit dem Betriebsrat besprochen")
    final = site.client.get(answer.headers["Location"])
    assert "Als Version 2 gespeichert." in Page(final.text).text
    assert "Die Typen der Felder werden beim nächsten Abruf geprüft." in Page(final.text).text
    version = site.client.get(f"{path}/versions/2")
    assert "Was sich gegenüber Version 1 geändert hat" in Page(version.text).text
    assert "links „Version 1“, rechts „Version 2“" in Page(version.text).text
    exported = site.client.get(f"{path}/versions/2.toml", headers=GERMAN).text
    assert exported.startswith("# Fairlead policy export: version 2 of Salesforce org")
