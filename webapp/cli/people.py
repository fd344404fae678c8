"""``fairlead people``: who may sign in. Whoever can run this on the server decides it."""

from __future__ import annotations

import json

import click

from audit.schema import BadInput
from webapp import passwords
from webapp.cli.password import WHO, typed_password
from webapp.installation import installation
from webapp.store.accounts import NewUser
from webapp.store.rows import Role

LONGEST_NAME = 120
_as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group("people")
def command() -> None:
    """Add or remove a person who may sign in, or list them."""


@command.command("list", short_help="List who may sign in.")
@_as_json
def show(*, as_json: bool) -> None:
    """List everybody who may sign in, with the role."""
    with installation() as opened:
        people = [{"name": one.name, "role": one.role} for one in opened.accounts.people()]
    lines = "\n".join(f"{one['name']} ({one['role']})" for one in people) or "Nobody may sign in yet."
    click.echo(json.dumps(people, ensure_ascii=False) if as_json else lines)


@command.command(short_help="Add a person.")
@click.argument("name")
@click.option(
    "--role", type=click.Choice(["admin", "auditor"]), required=True, help="What the person may do."
)
@_as_json
def add(name: str, role: Role, *, as_json: bool) -> None:
    """Add the person NAME. Admins change, auditors read.

    The password is asked for without showing it, or read as one line from standard input where that is no
    terminal. The person changes nothing of what others proposed before the account was made.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        msg = f"the name must have 1 to {LONGEST_NAME} printable characters; write another one"
        raise BadInput(msg)
    with installation() as opened:
        new = NewUser(name=name, role=role, password_hash=passwords.hashed(typed_password()))
        if opened.accounts.add_user(new, WHO) is None:
            msg = f"there is an account '{name}' already; choose another name"
            raise BadInput(msg)
    done = {"added": name, "role": role}
    click.echo(json.dumps(done, ensure_ascii=False) if as_json else f"{name} may sign in as {role}.")


@command.command(short_help="Remove a person.")
@click.argument("name")
@_as_json
def remove(name: str, *, as_json: bool) -> None:
    """Remove the account NAME, and end its open sessions. What it did stays in the trail."""
    with installation() as opened:
        user = opened.accounts.user_named(name) if name else None
        if user is None:
            msg = f"there is no account '{name}'; fairlead people list names them"
            raise BadInput(msg)
        if not opened.accounts.remove_user(user, WHO):
            msg = f"'{name}' is the only administrator; add another one first"
            raise BadInput(msg)
    click.echo(json.dumps({"removed": name}, ensure_ascii=False) if as_json else f"{name} is removed.")
