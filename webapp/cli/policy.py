"""``fairlead policy``: what a policy asks for, and what it makes of a record."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from audit.schema import BadInput, nearest
from connectors.files.reading import read_names, read_table
from connectors.files.table import FileTable
from connectors.policy.apply import Raw, apply_policy
from connectors.policy.doubts import doubts
from connectors.policy.exposure import exposure
from connectors.policy.level import level_of
from connectors.policy.meaning import meaning_digest
from connectors.policy.model import Policy
from connectors.policy.noise import noisy_columns
from connectors.policy.outside import Outside
from connectors.policy.outsider import knowable
from connectors.policy.risk import readable_columns
from connectors.policy.starter.sensitive import special_reads
from connectors.pseudonym import Keyring
from connectors.source import Batch
from webapp.cli import policy_outside, policy_tables
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


command.add_command(policy_tables.diff)
command.add_command(policy_tables.table)


@command.command(short_help="Say what a policy does, rule by rule.")
@click.argument("policy", type=_path)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(policy: Path, *, as_json: bool) -> None:
    """Validate POLICY and say, rule by rule, what it does and which fields it would ask for."""
    read = read_toml(policy, "policy").policy()
    if as_json:
        told = {"policy": read.name, "fields": read.fields, "digest": meaning_digest(read)}
        special = dict(special_reads(read))
        click.echo(json.dumps({**told, "noisy": noisy_columns(read), "special": special}))
    else:
        click.echo(check_text(read))


@command.command(short_help="Show three records under a policy.")
@click.argument("policy", type=_path)
@click.option("--data", type=_path, help="A CSV, Excel or Parquet export with the CRM's fields.")
@click.option("--crm", type=click.Choice(CRMS), help="Read a sample of leads from the connected CRM instead.")
@click.option("--org", help="The org or portal, where several of the CRM are connected.")
@click.option(
    "--quasi-identifier",
    "quasi",
    multiple=True,
    help="A column that an outsider could know; repeat it. Default: all but those that only the CRM knows.",
)
@click.option(
    "--sensitive",
    multiple=True,
    help="A column that nobody should learn of a person, such as a group to compare; repeat it.",
)
@policy_outside.options
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def preview(policy: Path, *, as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - by click
    """Show three records under POLICY, and how well the leads hide in the crowd.

    The records are those of a file (--data), or of the CRM that is connected (--crm): of these at most 1,000
    are read, and of each value the kind is shown beside what is kept of it. Nothing is stored, and no value
    is shown that the policy does not keep.
    """
    read = read_toml(policy, "policy").policy()
    hidden, named = _readable(read, asked["sensitive"]), _readable(read, asked["quasi"])
    found = knowable(read)
    ground = _ground(read, asked)
    measured = exposure(ground.batch.table, read, named or found.columns, hidden)
    result = Previewed(
        batch=ground.batch,
        shown=SHOWN,
        exposure=measured,
        level=level_of(measured),
        inside=() if named else found.inside,
        before=ground.before,
        doubts=doubts(read, ground.batch),
        outside=ground.outside,
    )
    click.echo(preview_json(result) if as_json else preview_text(result))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """The leads that are previewed; the kinds of their values before, of a CRM; an attack on a file."""

    batch: Batch
    before: pa.Table | None = None
    outside: Outside | None = None


def _ground(policy: Policy, asked: Mapping[str, Any]) -> _Ground:
    data, crm, fields = asked["data"], asked["crm"], asked["outside"]
    if (data is None) == (crm is None):
        msg = "name either a file with --data, or a connected CRM with --crm"
        raise BadInput(msg)
    if data is None:
        if fields:
            msg = "an outside list is tried on a file alone: raw values of a CRM never get here; use --data"
            raise BadInput(msg)
        looked = sampled(policy, str(crm), asked["org"])
        return _Ground(batch=looked.batch, before=looked.before)
    raw, batch = _applied(policy, data)
    wanted = policy_outside.Asked(fields=fields, wrong=asked["wrong"], missing=asked["missing"])
    return _Ground(batch=batch, outside=policy_outside.attacked(policy, raw, batch, wanted))


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


def _applied(policy: Policy, data: Path) -> tuple[Raw, Batch]:
    """The whole file, as it is and under the policy with a key that nobody keeps."""
    _check_columns(policy, data)
    file = read_table(data, policy.fields)
    keyring = Keyring(crm=policy.crm, organisation=data.name, master=secrets.token_bytes(32))
    raw = _raw(policy, file, keyring)
    return raw, apply_policy(policy, raw, keyring)


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
