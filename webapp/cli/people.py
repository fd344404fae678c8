"""``fairlead people``: who may sign in. Whoever can run this on the server decides it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click

from audit.schema import BadInput
from webapp import passwords
from webapp.account_names import account_name
from webapp.cli.password import WHO, typed_password
from webapp.installation import installation
from webapp.services import Services
from webapp.store.accounts import NewUser
from webapp.store.invitations import By, Handed, Wanted
from webapp.store.people import PersonRow
from webapp.store.rows import ROLES, Role, UserRow

TOKENS_STAY = "API tokens stay; revoke them with fairlead token revoke or on the page."

_as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
_email = click.option(
    "--email", default="", help="Who shows this verified address by single sign-on is this person."
)
_role = click.option("--role", type=click.Choice(ROLES), required=True, help="What the person may do.")


@click.group("people")
def command() -> None:
    """Who may sign in: list, add, invite, lock or remove people, and change their roles."""


@command.command("list", short_help="List who may sign in.")
@_as_json
def show(*, as_json: bool) -> None:
    """List everybody who may sign in, with the role."""
    with installation() as opened:
        people = opened.people.all()
    lines = "\n".join(f"{one.user.name} ({_standing(one)})" for one in people) or "Nobody may sign in yet."
    told = [{"name": one.user.name, "role": one.user.role, "locked": one.user.locked} for one in people]
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else lines)


def _standing(one: PersonRow) -> str:
    return f"{one.user.role}, locked" if one.user.locked else one.user.role


@command.command(short_help="Add a person.")
@click.argument("name")
@_role
@_as_json
def add(name: str, role: Role, *, as_json: bool) -> None:
    """Add the person NAME. Admins change, auditors read, viewers see audits without special categories.

    The password is asked for without showing it, or read as one line from standard input where that is no
    terminal. The person changes nothing of what others proposed before the account was made.
    """
    name = account_name(name)
    with installation() as opened:
        new = NewUser(name=name, role=role, password_hash=passwords.hashed(typed_password()))
        opened.accounts.add_user(new, WHO)
    _tell({"added": name, "role": role}, f"{name} may sign in as {role}.", as_json=as_json)


@command.command(short_help="Make a person's account, and a code that lets them in.")
@click.argument("name")
@_role
@_email
@_as_json
def invite(name: str, role: Role, email: str, *, as_json: bool) -> None:
    """Make the account NAME without a password, and print a code. It works once, for three days.

    Hand the code over by a way that you trust: with it, the person sets the password on the page /invitation.
    """
    with installation() as opened:
        wanted = Wanted(name=account_name(name), role=role, email=email)
        _tell_code(opened, opened.invitations.invite(wanted, By(name=WHO)), as_json=as_json)


@command.command(short_help="Make a new code for a person.")
@click.argument("name")
@_email
@_as_json
def code(name: str, email: str, *, as_json: bool) -> None:
    """Print a new code for the account NAME, with which the person sets another password.

    Its use ends the account's sessions and revokes its API tokens.
    """
    with installation() as opened:
        handed = opened.invitations.invite_again(_one(opened, name).id, email, By(name=WHO))
        _tell_code(opened, handed, as_json=as_json)


@command.command("role", short_help="Give a person another role.")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@_as_json
def change_role(name: str, role: Role, *, as_json: bool) -> None:
    """Give the account NAME another ROLE."""
    with installation() as opened:
        opened.people.set_role(_one(opened, name).id, role, WHO)
    _tell({"person": name, "role": role}, f"{name} is {role} now.", as_json=as_json)


@command.command(short_help="Lock a person out.")
@click.argument("name")
@_as_json
def lock(name: str, *, as_json: bool) -> None:
    """Let the account NAME sign in no more, and end its sessions. Its tokens do nothing meanwhile."""
    with installation() as opened:
        opened.people.lock(_one(opened, name).id, WHO)
    _tell({"locked": name}, f"{name} is locked and signed out.", as_json=as_json)


@command.command(short_help="Let a locked person in again.")
@click.argument("name")
@_as_json
def unlock(name: str, *, as_json: bool) -> None:
    """Let the account NAME sign in again."""
    with installation() as opened:
        opened.people.unlock(_one(opened, name).id, WHO)
    _tell({"unlocked": name}, f"{name} may sign in again.", as_json=as_json)


@command.command("sign-out", short_help="End a person's sessions.")
@click.argument("name")
@_as_json
def sign_out(name: str, *, as_json: bool) -> None:
    """Sign the account NAME out everywhere. Its API tokens stay: revoke them yourself."""
    with installation() as opened:
        ended = opened.people.end_sessions(_one(opened, name).id, WHO)
    words = f"{name} is signed out everywhere. {TOKENS_STAY}"
    _tell({"signed_out": name, "sessions": ended}, words, as_json=as_json)


@command.command(short_help="Remove a person.")
@click.argument("name")
@_as_json
def remove(name: str, *, as_json: bool) -> None:
    """Remove the account NAME, and end its open sessions. What it did stays in the trail."""
    with installation() as opened:
        opened.people.remove(_one(opened, name).id, WHO)
    _tell({"removed": name}, f"{name} is removed.", as_json=as_json)


def _one(opened: Services, name: str) -> UserRow:
    user = opened.accounts.user_named(name) if name else None
    if user is None:
        msg = f"there is no account '{name}'; fairlead people list names them"
        raise BadInput(msg)
    return user


def _tell(record: Mapping[str, object], words: str, *, as_json: bool) -> None:
    click.echo(json.dumps(record, ensure_ascii=False) if as_json else words)


def _tell_code(opened: Services, handed: Handed, *, as_json: bool) -> None:
    """The code alone on standard output; what it is for beside it."""
    record = {"person": handed.user.name, "role": handed.user.role, "code": handed.code}
    _tell(record, handed.code, as_json=as_json)
    if not as_json:
        where = f"{opened.settings.public_url}/invitation"
        click.echo(
            f"{handed.user.name} types it at {where} within three days. It is not shown again.", err=True
        )
