"""``fairlead policy``: what a policy asks for, and what it makes of a record."""

from __future__ import annotations

import json
import secrets
from datetime import date
from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from audit.schema import BadInput, nearest
from connectors.files.reading import read_names, read_table
from connectors.files.table import FileTable
from connectors.policy.apply import Raw, apply_policy
from connectors.policy.exposure import exposure
from connectors.policy.model import Policy
from connectors.policy.risk import readable_columns
from connectors.pseudonym import Keyring
from connectors.source import Batch
from webapp.cli.policy_sample import sampled
from webapp.cli.policy_words import Previewed, check_text, preview_json, preview_text
from webapp.cli.toml_file import read_toml
from webapp.store.rows import CRMS

SHOWN = 3
# A file policy may date no lead: the preview does not show the day anyway.
UNDATED = date(1970, 1, 1)
_path = click.Path(path_type=Path)


@click.group("policy")
def command() -> None:
    """Check an anonymisation policy, or see what it makes of a file."""


@command.command(short_help="Say what a policy does, rule by rule.")
@click.argument("policy", type=_path)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(policy: Path, *, as_json: bool) -> None:
    """Validate POLICY and say, rule by rule, what it does and which fields it would ask for."""
    read = read_toml(policy, "policy").policy()
    click.echo(json.dumps({"policy": read.name, "fields": read.fields}) if as_json else check_text(read))


@command.command(short_help="Show three records under a policy.")
@click.argument("policy", type=_path)
@click.option("--data", type=_path, help="A CSV, Excel or Parquet export with the CRM's fields.")
@click.option("--crm", type=click.Choice(CRMS), help="Read a sample of leads from the connected CRM instead.")
@click.option("--org", help="The org or portal, where several of the CRM are connected.")
@click.option(
    "--quasi-identifier",
    "quasi",
    multiple=True,
    help="A column that an outsider could know; repeat it. Default: every column that stays readable.",
)
@click.option(
    "--sensitive",
    multiple=True,
    help="A column that nobody should learn of a person, such as a group to compare; repeat it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def preview(policy: Path, quasi: tuple[str, ...], sensitive: tuple[str, ...], **ground: Any) -> None:  # noqa: ANN401
    """Show three records under POLICY, and how well the leads hide in the crowd.

    The records are those of a file (--data), or of the CRM that is connected (--crm): of these at most 1,000
    are read, and of each value the kind is shown beside what is kept of it. Nothing is stored, and no value
    is shown that the policy does not keep.
    """
    read = read_toml(policy, "policy").policy()
    hidden = _readable(read, sensitive)
    known = tuple(name for name in _readable(read, quasi) or readable_columns(read) if name not in hidden)
    batch, before = _ground(read, ground["data"], ground["crm"], ground["org"])
    found = exposure(batch.table, read, known, hidden)
    result = Previewed(batch=batch, shown=SHOWN, exposure=found, before=before)
    click.echo(preview_json(result) if ground["as_json"] else preview_text(result))


def _ground(
    policy: Policy, data: Path | None, crm: str | None, org: str | None
) -> tuple[Batch, pa.Table | None]:
    """The leads that are previewed, and the kinds of their values before (None for a file)."""
    if (data is None) == (crm is None):
        msg = "name either a file with --data, or a connected CRM with --crm"
        raise BadInput(msg)
    if data is not None:
        return _applied(policy, data), None
    looked = sampled(policy, str(crm), org)
    return looked.batch, looked.before


def _readable(policy: Policy, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that were asked for, each of which the policy must make."""
    readable = readable_columns(policy)
    for name in asked:
        if name not in readable:
            near = nearest(name, readable)
            hint = f"did you mean {near!r}?" if near else f"its readable columns are {', '.join(readable)}"
            msg = f"the policy makes no readable column {name!r}: {hint}"
            raise BadInput(msg)
    return asked


def _applied(policy: Policy, data: Path) -> Batch:
    """The whole file under the policy, with a key that nobody keeps."""
    _check_columns(policy, data)
    file = read_table(data, policy.fields)
    keyring = Keyring(crm=policy.crm, organisation=data.name, master=secrets.token_bytes(32))
    return apply_policy(policy, _raw(policy, file, keyring), keyring)


def _raw(policy: Policy, file: FileTable, keyring: Keyring) -> Raw:
    rows = file.table.num_rows
    ragged = {"wrong_number_of_columns": len(file.ragged)} if file.ragged else {}
    undated = None if policy.created else [UNDATED] * rows
    return Raw(
        keys=[keyring.lead_key(str(row)) for row in range(rows)],
        columns={name: _texts(file, name) for name in policy.fields},
        cohort_days=undated,
        rejected=ragged,
    )


def _texts(file: FileTable, name: str) -> list[str | None]:
    column = file.table[name]
    try:
        texts: list[str | None] = column.cast(pa.string()).to_pylist()
    except pa.ArrowException:
        msg = f"column {name!r} is of type {column.type}, which has no plain text: take it out of the policy"
        raise BadInput(msg) from None
    return texts


def _check_columns(policy: Policy, data: Path) -> None:
    names = read_names(data)
    for name in policy.fields:
        if name not in names:
            near = nearest(name, names)
            hint = f"did you mean {near!r}?" if near else f"its columns are {', '.join(names[:12])}"
            msg = f"{data.name}: there is no column {name!r}, which the policy asks for: {hint}"
            raise BadInput(msg)
