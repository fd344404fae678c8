"""The page of the settings: every one is there, no secret is, and what is wrong stands on top."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from tests.webapp.site import SECRETS, Site
from webapp.app import app_over
from webapp.environment import settings_from, variable
from webapp.services import open_services
from webapp.settings import Settings
from webapp.viewmodels.settings_page import GROUPS, groups
from webapp.work.slots import slot

# Words of the glossary that are other things here; the help beside the page says which.
OTHER_THINGS = {"certificate of deletion", "proxy", "reference group"}


def text(answer) -> str:
    assert answer.status_code == 200
    assert faults(answer.text) == []
    assert set(unexplained(answer.text)) <= OTHER_THINGS
    return Page(answer.text).text


def key(at: int) -> str:
    return base64.b64encode(bytes(range(at, at + 32))).decode()


CANARY = "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9"
GIVEN = {
    "FAIRLEAD_SECRET_KEY": f"{CANARY}-secret",
    "FAIRLEAD_MASTER_KEY": key(1),
    "FAIRLEAD_MASTER_KEY_PREVIOUS": key(2),
    "FAIRLEAD_ENCRYPTION_KEYS": f"{key(3)},{key(4)}",
    "FAIRLEAD_METRICS_TOKEN": f"{CANARY}-metrics",
    "FAIRLEAD_SALESFORCE_CLIENT_ID": "shown-id",
    "FAIRLEAD_SALESFORCE_CLIENT_SECRET": f"{CANARY}-salesforce",
    "FAIRLEAD_HUBSPOT_APP_ID": "4711",
    "FAIRLEAD_HUBSPOT_CLIENT_ID": "shown-too",
    "FAIRLEAD_HUBSPOT_CLIENT_SECRET": f"{CANARY}-hubspot",
    "FAIRLEAD_OIDC_ISSUER": "https://login.example.com",
    "FAIRLEAD_OIDC_CLIENT_ID": "shown-as-well",
    "FAIRLEAD_OIDC_CLIENT_SECRET": f"{CANARY}-oidc",
    "FAIRLEAD_OIDC_ROLES": "fairlead-admins=admin, everybody=viewer",
}


def test_every_setting_is_in_one_group():
    named = [name for _, names in GROUPS for name in names]
    assert sorted(named) == sorted(Settings.model_fields)


def test_every_setting_is_shown_with_its_words(site: Site):
    shown = text(site.client.get("/settings"))
    for name in Settings.model_fields:
        assert variable(name) in shown
    assert "](" not in shown
    assert "Signs session cookies and forms." in shown
    assert "docs/how-to/change-keys.md" in shown


def test_no_secret_is_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    database = f"sqlite:///{tmp_path / 'canary-database.db'}"
    opened = open_services(
        settings_from({**GIVEN, "FAIRLEAD_DATA_DIR": str(tmp_path), "FAIRLEAD_DATABASE_URL": database})
    )
    lines = {line.name: line for group in groups(opened.settings, GIVEN) for line in group.lines}
    whole = " ".join(f"{line.value} {line.source}" for line in lines.values())
    for secret in (CANARY, "canary-database", *(key(at) for at in range(1, 5))):
        assert secret not in whole
    for name in ("SECRET_KEY", "MASTER_KEY", "MASTER_KEY_PREVIOUS", "ENCRYPTION_KEYS", "METRICS_TOKEN"):
        assert lines[f"FAIRLEAD_{name}"].value == "set"
    assert lines["FAIRLEAD_OIDC_CLIENT_SECRET"].value == "set"
    assert lines["FAIRLEAD_SALESFORCE_JWT_KEY"].value == "not set"
    assert lines["FAIRLEAD_OIDC_ROLES"].value == "fairlead-admins=admin, everybody=viewer"
    app = app_over(opened)
    assert app.test_client().get("/settings").status_code == 303
    opened.close()


@pytest.mark.parametrize(
    ("environ", "source"),
    [
        ({"FAIRLEAD_MASTER_KEY": "x"}, "environment"),
        ({"FAIRLEAD_MASTER_KEY_FILE": "/somewhere"}, "file that FAIRLEAD_MASTER_KEY_FILE names"),
        ({"FAIRLEAD_MASTER_KEY_COMMAND": "vault"}, "command in FAIRLEAD_MASTER_KEY_COMMAND"),
        ({"FAIRLEAD_MASTER_KEY": " "}, "set at the start"),
    ],
)
def test_where_a_value_comes_from(tmp_path: Path, environ: dict[str, str], source: str):
    settings = Settings.model_validate({**SECRETS, "data_dir": tmp_path})
    lines = {line.name: line for group in groups(settings, environ) for line in group.lines}
    assert lines["FAIRLEAD_MASTER_KEY"].source == source
    assert lines["FAIRLEAD_PUBLIC_URL"].source == "default"
    assert "/somewhere" not in lines["FAIRLEAD_MASTER_KEY"].source


def test_what_is_wrong_stands_on_top_with_its_mend(site: Site):
    row = site.connect()
    site.services.repository.set_state(row.id, "consent_needed", "The token was revoked.")
    answer = site.client.get("/settings")
    shown = text(answer)
    assert re.search(r"\d things are wrong", shown)
    assert "Needs sign-in. The token was revoked." in shown
    assert "Open Connections and connect it again." in shown
    assert shown.index("Needs sign-in") < shown.index("No worker runs") < shown.index("Settings in force")


def test_in_german_the_settings_are_german_and_the_doctor_speaks_as_the_command_does(site: Site):
    row = site.connect()
    site.services.repository.set_state(row.id, "consent_needed", "The token was revoked.")
    answer = site.client.get("/settings", headers={"Accept-Language": "de"})
    shown = Page(answer.text).text
    assert faults(answer.text) == []
    assert "Signiert Sitzungs-Cookies und Formulare." in shown
    assert "Schlüssel ändern (docs/how-to/change-keys.md)" in shown
    assert re.search(r"\d Sachen stimmen nicht", shown)
    assert 'lang="en">Needs sign-in. The token was revoked.<' in answer.text
    assert "Settings in force" not in shown
    english = {field.description for field in Settings.model_fields.values()}
    assert not [one for one in english if one and one in shown]


def test_with_a_worker_nothing_is_wrong(site: Site):
    cookie = site.client.get_cookie("fairlead")
    assert cookie
    site.client.set_cookie("fairlead", cookie.value, domain="127.0.0.1")
    with slot(site.services):
        shown = text(site.client.get("/settings", base_url="http://127.0.0.1:8000"))
    assert "Nothing is wrong" in shown
    assert "A worker is at work." in shown
    assert "You have come by another address" not in shown


def test_who_comes_by_another_address_is_told(site: Site):
    assert "You have come by another address" in text(site.client.get("/settings"))


def test_the_page_changes_nothing_and_has_no_form_but_signing_out(site: Site):
    page = Page(site.client.get("/settings").text)
    assert [form["action"] for form in page.having("form")] == ["/logout"]
    assert site.client.post("/settings").status_code == 405
    before = len(site.services.accounts.events())
    site.client.get("/settings")
    assert len(site.services.accounts.events()) == before


def test_it_is_found_from_every_page(site: Site):
    assert "/settings" in [link["href"] for link in Page(site.client.get("/").text).having("a")]
