"""``fairlead password``: real processes, a pipe and a real terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests import processes
from webapp import passwords
from webapp.auth import NotSignedIn, check, throttled
from webapp.services import Services, open_services
from webapp.store.accounts import NewUser

SECRETS = {
    "FAIRLEAD_SECRET_KEY": "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9",
    "FAIRLEAD_MASTER_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
}
RUN = [sys.executable, "-W", "error", "-c", "from webapp.cli import main; main()", "password"]
NEW = "a new one of five words"


@pytest.fixture
def opened(tmp_path, support) -> Iterator[Services]:
    services = open_services(support.settings_for(tmp_path))
    yield services
    services.close()


@pytest.fixture
def ada(opened: Services, support):
    return opened.accounts.add_first_user("Ada", "admin", support.password_hash())


@pytest.fixture
def env(tmp_path) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    return {**plain, **SECRETS, "FAIRLEAD_DATA_DIR": str(tmp_path)}


def password(*arguments: str, env: dict[str, str], typed: bytes = b"") -> subprocess.CompletedProcess[str]:
    return processes.run(("password", *arguments), env=env, typed=typed)


def lock_out(opened: Services) -> None:
    """Fail from one address until it is shut out."""
    with suppress(NotSignedIn):
        for _ in range(9):
            throttled(opened, "Ada", "192.0.2.1")
    with pytest.raises(NotSignedIn):
        throttled(opened, "Ada", "192.0.2.1")


@pytest.mark.parametrize("arguments", [(), ("Ada",)], ids=["the only one", "by name"])
def test_a_new_password_is_read_from_a_pipe_and_lets_its_owner_in(opened, ada, env, arguments):
    token = opened.sessions.open(ada.id)
    lock_out(opened)
    done = password(*arguments, env=env, typed=f"{NEW}\n".encode())
    assert (done.returncode, done.stderr) == (0, "")
    assert "The password of Ada is changed" in done.stdout
    assert "its API tokens and its unused code have ended" in done.stdout
    assert NEW not in done.stdout
    assert opened.sessions.user(token) is None
    assert check(opened, "Ada", NEW, "192.0.2.1").id == ada.id


def test_unlocking_keeps_the_password_and_the_sessions(opened, ada, env, support):
    token = opened.sessions.open(ada.id)
    lock_out(opened)
    done = password("--unlock", "--json", env=env)
    assert json.loads(done.stdout) == {"account": None, "password_changed": False, "unlocked": True}
    assert opened.sessions.user(token) == ada
    assert check(opened, "Ada", support.PASSWORD, "192.0.2.1") == ada


@pytest.mark.usefixtures("ada")
def test_the_result_for_programs_names_the_account(env):
    done = password("--json", env=env, typed=NEW.encode())
    assert json.loads(done.stdout) == {"account": "Ada", "password_changed": True, "unlocked": True}


@pytest.mark.parametrize(
    "case",
    [
        ("Ada", b"short\n", "at least 12 characters"),
        ("Ada", b"", "at least 12 characters"),
        ("Ada", b"\xff" * 20, "not UTF-8"),
        ("Eve", NEW.encode(), "there is no account 'Eve'"),
    ],
    ids=["short", "nothing", "bytes", "nobody"],
)
def test_what_does_not_do_is_one_sentence_and_changes_nothing(opened, ada, env, case):
    name, typed, words = case
    token = opened.sessions.open(ada.id)
    done = password(name, env=env, typed=typed)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert words in done.stderr
    assert opened.sessions.user(token) == ada


def test_before_the_first_account_there_is_nothing_to_change(env):
    done = password(env=env, typed=NEW.encode())
    assert done.returncode == 2
    assert "there is no account yet" in done.stderr


def test_of_several_accounts_one_must_be_named(opened, ada, env):
    opened.accounts.add_user(NewUser(name="Eve", role="admin", password_hash="x"), "test")
    assert "name the one that is meant" in password(env=env, typed=NEW.encode()).stderr
    assert password("Eve", env=env, typed=NEW.encode()).returncode == 0
    assert opened.accounts.user(ada.id) == ada


def on_a_terminal(env: dict[str, str], answers: list[str]) -> tuple[int, str]:
    """Run it on a terminal of its own and type an answer at each prompt; the exit code and the screen."""
    keyboard, terminal = os.openpty()
    screen = ""
    with subprocess.Popen(
        RUN, env=env, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    ) as process:
        os.close(terminal)
        for prompt, answer in zip(("New password: ", "Once more: "), answers, strict=True):
            while prompt not in screen:
                screen += os.read(keyboard, 1000).decode()
            os.write(keyboard, f"{answer}\n".encode())
        screen += _rest(keyboard)
        code = process.wait(60)
    os.close(keyboard)
    return code, screen


def _rest(keyboard: int) -> str:
    text = b""
    while True:
        try:
            more = os.read(keyboard, 1000)
        except OSError:  # Linux says so when the other end is closed
            return text.decode()
        if not more:
            return text.decode()
        text += more


def test_on_a_terminal_it_is_typed_twice_and_never_shown(opened, ada, env):
    code, screen = on_a_terminal(env, [NEW, NEW])
    assert code == 0
    assert "is changed" in screen
    assert NEW not in screen
    assert passwords.matches(NEW, opened.accounts.user(ada.id).password_hash)


def test_on_a_terminal_two_that_differ_change_nothing(opened, ada, env):
    code, screen = on_a_terminal(env, [NEW, f"{NEW} again"])
    assert code == 2
    assert "The two passwords differ" in screen
    assert opened.accounts.user(ada.id) == ada
