"""``fairlead token``: tokens of the JSON API. Whoever can run this on the server decides it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import click

from audit.schema import BadInput
from webapp.api.making import make_token
from webapp.api.scopes import SCOPES
from webapp.cli.password import WHO
from webapp.installation import installation, one_connection
from webapp.services import Services
from webapp.store.api_tokens import NewToken, TokenRow
from webapp.store.rows import ROLES
from webapp.viewmodels.api_tokens import standing

_as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `fairlead token add` was asked for."""

    name: str
    role: str
    scopes: tuple[str, ...]
    days: int
    connection: str | None
    as_json: bool


@click.group("token")
def command() -> None:
    """Make, list or revoke tokens of the JSON API."""


@command.command("list", short_help="List the tokens.")
@_as_json
def show(*, as_json: bool) -> None:
    """List every token with its scopes, its end, and the day it was last used; never the token itself."""
    with installation() as opened:
        rows = opened.api_tokens.all()
        told = [(row, standing(row, opened.clock())) for row in rows]
    if as_json:
        click.echo(
            json.dumps([_record(row) | {"state": state.state} for row, state in told], ensure_ascii=False)
        )
        return
    lines = [
        f"{row.id}  {row.name} ({row.role}; {', '.join(row.scopes)}): {state.words}" for row, state in told
    ]
    click.echo("\n".join(lines) or "There is no token yet.")


@command.command(short_help="Make a token.")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    required=True,
    help="It may never do more than this role.",
)
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    required=True,
    help="What it may do; repeat it.",
)
@click.option("--days", type=int, default=90, show_default=True, help="After how many days it ends.")
@click.option("--connection", help="Only for this connection: its id, CRM or organisation.")
@_as_json
def add(**options: object) -> None:
    """Make a token for the program NAME. It is printed once, here, and kept nowhere."""
    asked = Options(**options)  # type: ignore[arg-type]
    with installation() as opened:
        token, row = make_token(opened, _wanted(opened, asked))
    if asked.as_json:
        click.echo(json.dumps({"token": token, **_record(row)}, ensure_ascii=False))
        return
    click.echo(token)
    told = f"Token {row.id} of {row.name} ends on {row.expires_at:%Y-%m-%d}. It is not shown again."
    click.echo(told, err=True)


@command.command(short_help="Revoke a token.")
@click.argument("token_id", metavar="ID")
@_as_json
def revoke(token_id: str, *, as_json: bool) -> None:
    """End the token ID at once. `fairlead token list` names the ids."""
    with installation() as opened:
        if not opened.api_tokens.revoke(token_id, WHO):
            msg = "there is no such token that is alive; fairlead token list names the ids"
            raise BadInput(msg)
    click.echo(json.dumps({"revoked": token_id}) if as_json else f"Token {token_id} is revoked.")


def _wanted(opened: Services, asked: Options) -> NewToken:
    return NewToken(
        name=" ".join(asked.name.split()),
        role=asked.role,
        scopes=tuple(dict.fromkeys(asked.scopes)),
        days=asked.days,
        made_by=WHO,
        connection_id=one_connection(opened, asked.connection).id if asked.connection else None,
    )


def _record(row: TokenRow) -> dict[str, object]:
    values = asdict(row)
    moments = ("made_at", "expires_at", "used_on", "revoked_at")
    told: dict[str, object] = {name: values[name].isoformat() if values[name] else None for name in moments}
    return values | told
