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
        (("add", " ", "--role", "admin"), "The name must have 1 to 120 printable characters"),
        (("add", "a" * 121, "--role", "admin"), "The name is too long; use at most 120 characters."),
        (("add", "Command  line", "--role", "admin"), "The trail calls something else 'Command line'"),
        (("add", "Token of a program", "--role", "admin"), "The trail calls something else"),
        (("invite", "Ada", "--role", "viewer"), "there is an account 'Ada' already"),
        (("code", "Eve"), "there is no account 'Eve'; fairlead people list names them"),
        (("role", "Ada", "viewer"), "'Ada' is the only administrator; add another one first"),
        (("lock", "Ada"), "'Ada' is the only administrator; add another one first"),
        (("unlock", "Eve"), "there is no account 'Eve'"),
        (("sign-out", "Eve"), "there is no account 'Eve'"),
        (("remove", "Eve"), "there is no account 'Eve'"),
        (("remove", ""), "there is no account ''"),
        (("invite", "Vera", "--role", "viewer", "--email", "no address"), "The e-mail address is not one"),
        (("code", "Ada", "--email", "ada@example.com@"), "The e-mail address is not one"),
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


def test_a_person_comes_in_by_a_code_and_is_changed(run) -> None:
    run("add", "Ada", "--role", "admin")
    made = json.loads(
        run("invite", "Vera", "--role", "viewer", "--email", "vera@example.com", "--json").output
    )
    assert (made["person"], made["role"]) == ("Vera", "viewer")
    again = run("code", "Vera").stdout.strip()
    with installation() as opened:
        assert opened.invitations.accept(made["code"], "hash") is None
        vera = opened.invitations.accept(again, "hash")
        assert vera.let_in_by is None  # whoever can run this on the server decides it
        token = opened.sessions.open(vera.id)
        assert run("sign-out", "Vera").output.startswith("Vera is signed out everywhere. API tokens stay")
        assert opened.sessions.user(token) is None
    assert run("role", "Vera", "auditor").output == "Vera is auditor now.\n"
    assert run("lock", "Vera").output == "Vera is locked and signed out.\n"
    assert run("list").output == "Ada (admin)\nVera (auditor, locked)\n"
    assert [one["locked"] for one in json.loads(run("list", "--json").output)] == [False, True]
    assert run("unlock", "Vera").output == "Vera may sign in again.\n"
    assert json.loads(run("remove", "Vera", "--json").output) == {"removed": "Vera"}
