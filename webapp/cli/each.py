"""One job for one connection or for all, with one result per connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import click

from audit.schema import BadInput
from connectors.errors import ConnectorError
from webapp.cli import BAD_INPUT, DEFECT, REFUSED, defect
from webapp.cli.steps import shown
from webapp.crms import label
from webapp.disk import trouble
from webapp.installation import chosen, installation
from webapp.jobs import Progress
from webapp.services import Services
from webapp.store.rows import ConnectionRow

Result = TypeVar("Result")
Job = Callable[[Services, ConnectionRow, Progress], Result]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one connection: a sentence and a record, or the error."""

    connection: ConnectionRow
    text: str
    record: dict[str, object]
    exit_code: int = 0


def for_each(word: str | None, job: Callable[[Services, ConnectionRow, Progress], Outcome]) -> list[Outcome]:
    """Do the job for every chosen connection; the trouble of one does not stop the others."""
    with installation() as opened:
        return [_attempt(opened, row, job) for row in chosen(opened, word)]


def tell(outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    """Print the results, errors on standard error, and exit with the gravest code."""
    if as_json:
        click.echo(json.dumps([one.record for one in outcomes], indent=2, ensure_ascii=False))
    for one in outcomes:
        if one.exit_code or not as_json:
            prefix = "fairlead: " if one.exit_code else ""
            click.echo(f"{prefix}{label(one.connection)}: {one.text}", err=bool(one.exit_code))
    click.get_current_context().exit(max(one.exit_code for one in outcomes))


def record_of(connection: ConnectionRow) -> dict[str, object]:
    """What every result says of its connection."""
    return {"connection": connection.id, "crm": connection.crm, "organisation": connection.organisation}


def _attempt(
    opened: Services, row: ConnectionRow, job: Callable[[Services, ConnectionRow, Progress], Outcome]
) -> Outcome:
    try:
        with shown() as progress:
            return job(opened, row, progress)
    except (BadInput, ConnectorError) as error:
        return _failed(
            row, " ".join(str(error).split()), BAD_INPUT if isinstance(error, BadInput) else REFUSED
        )
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - a defect that one connection meets is no reason to leave the others
        told = trouble(error)
        return _failed(row, told, BAD_INPUT) if told else _failed(row, defect(error), DEFECT)


def _failed(row: ConnectionRow, text: str, code: int) -> Outcome:
    return Outcome(connection=row, text=text, record={**record_of(row), "error": text}, exit_code=code)
