"""The demo's folder: one demo at a time, for its owner only."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from audit.schema import BadInput
from webapp import jobs
from webapp.demo.home import Home
from webapp.demo.journey import _publish_quietly


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(folder=tmp_path / ".fairlead" / "demo")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_its_folders_are_for_their_owner_only(home):
    with home.alone():
        assert home.open_for("one") is False
    assert [mode(path) for path in (home.folder.parent, home.folder, home.data)] == [0o700] * 3


def test_a_folder_of_an_earlier_version_is_closed_to_others(home):
    home.open_for("one")
    home.remember("one")
    home.folder.chmod(0o755)
    assert home.open_for("one") is True
    assert mode(home.folder) == 0o700


def test_other_contents_begin_with_an_empty_folder(home):
    home.open_for("one")
    password = home.password()
    home.remember("one")
    assert home.open_for("two") is False
    assert home.password() != password


def test_one_demo_at_a_time(home):
    with (
        home.alone(),
        pytest.raises(BadInput, match=r"^a demo is running in .*demo already; stop it, or "),
        home.alone(),
    ):
        pass
    with home.alone():
        home.open_for("one")


def test_writing_back_in_the_background_is_silent_about_another_job(crms):
    rows = [crms.ready(crm) for crm in ("salesforce", "hubspot")]
    for row in rows:
        jobs.sync(crms.services, row)
    with crms.services.one_job(rows[0]):
        # A thread that dies of an exception fails the test: warnings are errors.
        quiet = threading.Thread(target=_publish_quietly, args=(crms, rows))
        quiet.start()
        quiet.join()
    receipts = [crms.services.repository.latest_receipt(row.id) for row in rows]
    assert receipts[0] is None
    assert receipts[1].receipt.written == 236
