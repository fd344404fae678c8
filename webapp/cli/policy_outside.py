"""``fairlead policy preview --outside``: the list that somebody could hold, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import click

from audit.schema import BadInput
from connectors.policy.apply import Raw
from connectors.policy.model import Policy
from connectors.policy.outside import LEVEL, MARGIN, Outside, OutsideList, attack_by_list, blurred
from connectors.source import Batch

SEED = 0
Function = Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The fields on the outsider's list, and how good the list is."""

    fields: tuple[str, ...]
    wrong: float
    missing: float


def options(command: Function) -> Function:
    """Add what the attack needs to a command."""
    for name, words in (("missing", "is not known to the outsider"), ("wrong", "is another person's")):
        share = click.FloatRange(0, 1)
        command = click.option(
            f"--{name}", type=share, default=0.0, help=f"The share of values that {words}."
        )(command)
    words = "A field of the file that an outsider has a list of, such as the ZIP code; repeat it."
    return click.option("--outside", "outside", multiple=True, help=words)(command)


def attacked(policy: Policy, raw: Raw, batch: Batch, asked: Asked) -> Outside | None:
    """Look for the people of a file among the leads that were made of it; None where no list was named."""
    if not asked.fields:
        return None
    for name in asked.fields:
        if name not in policy.fields:
            msg = (
                f"the policy does not read '{name}', so a list of it finds nobody: leave --outside {name} out"
            )
            raise BadInput(msg)
    place = {key: row for row, key in enumerate(batch.table["lead_key"].to_pylist())}
    lead = [place.get(key.hex, -1) for key in raw.keys]
    known = {name: raw.columns[name] for name in asked.fields}
    people = OutsideList(known=known, lead=lead)
    if asked.wrong or asked.missing:
        people = blurred(people, wrong=asked.wrong, missing=asked.missing, seed=SEED)
    return attack_by_list(policy, batch.table, people, seed=SEED)


def outside_text(found: Outside) -> Iterator[str]:
    """The attack as lines."""
    yield (
        f"An outside list of {found.listed:,} people, compared on {', '.join(found.columns) or 'nothing'}: "
        f"{found.found:,} are found ({found.expected:.3g} on average), by pointing at any lead "
        f"{found.by_chance:.2g}"
    )
    yield f"  {found.sure:,} people look like one lead only; for {found.sure_right:,} it is theirs"
    if found.within_base_rate is not None:
        said = "within" if found.within_base_rate else "not shown to be within"
        yield f"  {said} {MARGIN:.0%} of the base rate (one-sided test at {LEVEL:.0%})"


def outside_json(found: Outside) -> Mapping[str, object]:
    """The same for programs."""
    return {
        "columns": list(found.columns),
        "listed": found.listed,
        "found": found.found,
        "expected": found.expected,
        "by_chance": found.by_chance,
        "sure": found.sure,
        "sure_right": found.sure_right,
        "high": found.high,
        "within_base_rate": found.within_base_rate,
    }
