"""An installation in a folder of its own, with one administrator signed in."""

from __future__ import annotations

import atexit
import base64
import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp import passwords
from webapp.app import create_app
from webapp.services import Services
from webapp.settings import Settings
from webapp.store.rows import ConnectionRow, NewAudit, Pulled

NAME, PASSWORD = "Ada Admin", "correct horse battery"
PULLED = Pulled(
    read=22_613,
    kept=22_598,
    rejected={"score_not_a_number": 12, "created_missing": 1},
    excluded={"HasOptedOutOfEmail": 2},
    unmapped={"salutation": 17},
)
SECRETS = {
    "secret_key": base64.b64encode(bytes(range(48))).decode(),
    "master_key": base64.b64encode(bytes(range(32))).decode(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    app: Flask
    client: FlaskClient

    @property
    def services(self) -> Services:
        return self.app.extensions["fairlead"]

    def sign_in(self) -> Site:
        self.post("/login", "/login", name=NAME, password=PASSWORD)
        return self

    def post(self, page: str, to: str, **form: str) -> TestResponse:
        """Send a form of ``page`` with its token."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)
        assert token, f"{page} has no form"
        return self.client.post(to, data={**form, "csrf_token": token[1]})

    def connect(self, crm: str = "salesforce", organisation: str = "00D000000000001EAA") -> ConnectionRow:
        return self.services.repository.add_connection(
            crm, organisation, f"https://{organisation}.example.com"
        )

    def audited(self, connection: ConnectionRow, report: str, **values: object) -> None:
        """Store an audit with the id "audit1"."""
        self.services.repository.save_policy(connection.id, "text", NAME)
        self.services.repository.save_stream(connection.id, "text", NAME)
        known = {"policy_version": 1, "stream_version": 1, "severities": {}, "worst": None, "pulled": PULLED}
        self.services.repository.add_audit(
            connection.id, NewAudit(id="audit1", report=report, **(known | values))
        )

    def close(self) -> None:
        self.services.close()


def open_site(folder: Path, **settings: object) -> Site:
    """A new installation with one administrator, signed in: a copy of one that was made once."""
    mould, cookie = _mould()
    shutil.copytree(mould, folder, dirs_exist_ok=True)
    site = _site(folder, **settings)
    site.client.set_cookie("fairlead", cookie)
    return site


@cache
def _mould() -> tuple[Path, str]:
    folder = Path(tempfile.mkdtemp(prefix="fairlead-site-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    site = _site(folder)
    site.services.accounts.add_first_user(NAME, "admin", passwords.hashed(PASSWORD))
    cookie = site.sign_in().client.get_cookie("fairlead")
    site.close()
    assert cookie, "signing in failed"
    return folder, cookie.value


def _site(folder: Path, **settings: object) -> Site:
    app = create_app(Settings.model_validate({**SECRETS, "data_dir": folder, **settings}))
    return Site(app=app, client=app.test_client())
