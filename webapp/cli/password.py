"""``fairlead password``: the way back in for who runs the installation."""

from __future__ import annotations

import json
import sys
from getpass import getpass

import click

from audit.schema import BadInput
from webapp import passwords
from webapp.installation import installation
from webapp.services import Services
from webapp.store.rows import UserRow

WHO = "command line"


@click.command("password")
@click.argument("name", default="")
@click.option("--unlock", is_flag=True, help="Only unlock sign-in after failed tries; change no password.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(name: str, unlock: bool, as_json: bool) -> None:
    """Set a new password for the account NAME; without it, for the only account there is.

    It is asked for without showing it, or read as one line from standard input where that is no
    terminal. Open sessions of the account end, its API tokens are revoked, a code that was not used yet is
    worth nothing, and sign-in is unlocked for everybody.
    """
    with installation() as opened:
        if unlock:
            opened.accounts.unlock(WHO)
            changed = None
        else:
            changed = _account(opened, name)
            opened.accounts.set_password(changed, passwords.hashed(typed_password()), WHO)
    click.echo(_json(changed) if as_json else _words(changed))


def _account(opened: Services, name: str) -> UserRow:
    if (user := opened.accounts.user_named(name)) is not None:
        return user
    if not opened.accounts.any_user():
        msg = f"there is no account yet; open {opened.settings.public_url} to make the first one"
    elif name:
        msg = f"there is no account '{name}'; write its name as on the sign-in page"
    else:
        msg = "there are several accounts; name the one that is meant"
    raise BadInput(msg)


def typed_password() -> str:
    """The new password: twice from a terminal, without echo; else the first line of standard input."""
    if not sys.stdin.isatty():
        return _line()
    first = getpass("New password: ")
    if getpass("Once more: ") != first:
        msg = "The two passwords differ; type the same one twice."
        raise BadInput(msg)
    return first


def _line() -> str:
    try:
        return sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        msg = "The password on standard input is not UTF-8 text; write it so."
        raise BadInput(msg) from None


def _json(changed: UserRow | None) -> str:
    account = changed.name if changed else None
    return json.dumps({"account": account, "password_changed": changed is not None, "unlocked": True})


def _words(changed: UserRow | None) -> str:
    if changed is None:
        return "Sign-in is unlocked; no password was changed."
    return (
        f"The password of {changed.name} is changed, its open sessions, its API tokens and its unused code "
        "have ended, sign-in is unlocked."
    )
