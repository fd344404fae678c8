"""fairlead people: add, list and remove who may sign in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.webapp.site import SECRETS
from webapp.cli import main
from webapp.installation import installation
from webapp.passwords import matches

PASSWORD = "correct horse battery"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FAIRLEAD_SECRET_KEY", SECRETS["secret_key"])
    monkeypatch.setenv("FAIRLEAD_MASTER_KEY", SECRETS["master_key"])
    monkeypatch.setenv("FAIRLEAD_DATA_DIR", str(tmp_path))

    def run(*words: str, typed: str = f"{PASSWORD}\n") -> Result:
        return CliRunner().invoke(main, ["people", *words], input=typed)

    return run


def test_a_person_is_added_listed_and_removed(run) -> None:
    assert "Nobody may sign in yet." in run("list").output
    assert run("add", "Ada", "--role", "admin").output == "Ada may sign in as admin.\n"
    done = json.loads(run("add", "Eve  the second", "--role", "auditor", "--json").output)
    assert done == {"added": "Eve the second", "role": "auditor"}
    with installation() as opened:
        assert matches(PASSWORD, opened.accounts.user_named("Ada").password_hash)
        told = [(event.who, event.action, event.target) for event in opened.accounts.events()]
        assert ("command line", "person added", "Ada") in told
    assert [one["role"] for one in json.loads(run("list", "--json").output)] == ["admin", "auditor"]
    assert run("remove", "Eve the second").output == "Eve the second is removed.\n"
    assert run("list").output == "Ada (admin)\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "Ada", "--role", "admin"), "there is an account 'Ada' already"),
        (("add", " ", "--role", "admin"), "the name must have 1 to 120 printable characters"),
        (("add", "a" * 121, "--role", "admin"), "the name must have 1 to 120 printable characters"),
        (("remove", "Eve"), "there is no account 'Eve'"),
        (("remove", ""), "there is no account ''"),
        (("remove", "Ada"), "'Ada' is the only administrator; add another one first"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, words, told) -> None:
    run("add", "Ada", "--role", "admin")
    answer = run(*words)
    assert answer.exit_code == 2
    assert told in answer.output
    assert run("list").output == "Ada (admin)\n"


def test_a_weak_password_is_refused(run) -> None:
    answer = run("add", "Ada", "--role", "admin", typed="short\n")
    assert answer.exit_code == 2
    assert "Nobody may sign in yet." in run("list").output
