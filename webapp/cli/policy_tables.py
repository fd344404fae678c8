"""``fairlead policy table`` and ``diff``: a rule from a file, and two policies side by side."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from audit.schema import BadInput
from connectors.policy.difference import difference, widens
from connectors.policy.identifying import refuse_if_identifying
from connectors.policy.meaning import meaning_digest
from connectors.policy.model import Rule
from connectors.policy.table_file import table_rule
from connectors.policy.write import rule_to_toml
from webapp.cli.toml_file import read_toml

_path = click.Path(path_type=Path)


@click.command(short_help="Say what changes from one policy to another.")
@click.argument("old", type=_path)
@click.argument("new", type=_path)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def diff(old: Path, new: Path, *, as_json: bool) -> None:
    """Say in sentences what is newly read, finer, coarser or no longer read from OLD to NEW.

    Layout, comments and the order of rules are no change.
    """
    before, after = (read_toml(path, "policy").policy() for path in (old, new))
    changes = difference(before, after)
    if as_json:
        told = {
            "old": meaning_digest(before),
            "new": meaning_digest(after),
            "tells_more": widens(changes),
            "changes": [asdict(change) for change in changes],
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    lines = [change.sentence for change in changes] or ["Both policies mean the same."]
    if widens(changes):
        lines.append("So more is told of people than before.")
    click.echo("\n".join(lines))


@click.command(short_help="Make a rule of a table of values and words.")
@click.argument("table", type=_path)
@click.option("--field", required=True, help="The CRM's field whose values are looked up.")
@click.option("--column", help="The column that the rule fills. Default: the field in lower case.")
@click.option("--characters", type=int, help="Look up only so many first characters of a value.")
def table(table: Path, field: str, column: str | None, characters: int | None) -> None:
    """Print the rule that looks up a field in TABLE, a CSV file with a heading: the value, then its word.

    Put the printed text into the policy: the table travels with it.
    """
    refuse_if_identifying(field, "coarsen")
    try:
        text = table.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError):
        msg = f"{table}: the table cannot be read: name a CSV file in UTF-8 that you may read"
        raise BadInput(msg) from None
    operator = table_rule(text, characters, table.name)
    click.echo(rule_to_toml(Rule(field=field, operator=operator, column=column or field.lower())))
