"""The words of ``fairlead policy``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from connectors.policy.diversity import Diversity
from connectors.policy.doubts import Doubt
from connectors.policy.exposure import Exposure
from connectors.policy.level import Level
from connectors.policy.linkage import Inference, Linkage
from connectors.policy.model import NOT, Policy, opt_out_field
from connectors.policy.outside import Outside
from connectors.policy.path import Path
from connectors.policy.risk import K, Risk
from connectors.policy.starter.sensitive import special_reads, special_sentence
from connectors.source import Batch
from webapp.cli.policy_outside import outside_json, outside_text

KEY_SHOWN = 8
NOT_MEASURED = (
    "Risk: not measured here. fairlead policy preview measures it; saved without a measurement, a policy "
    "needs a reason, and its first pull measures it before anything is written back."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """Leads under a policy: the batch, how many records to show, and what they give away.

    ``before`` are the kinds of the values before the policy, by field; None where they are not known.
    ``inside`` are the columns that no outsider was taken to know, with the reason of each.
    """

    batch: Batch
    shown: int
    exposure: Exposure
    level: Level
    before: pa.Table | None = None
    inside: tuple[tuple[str, str], ...] = ()
    outside: Outside | None = None
    doubts: tuple[Doubt, ...] = ()


def check_text(policy: Policy) -> str:
    """One line per rule, then the fields that would be requested."""
    rules = [
        f"  {rule.field} -> {_column(rule.column, rule.operator.name)}{rule.operator.describe()}"
        for rule in policy.rules
    ]
    excluded = [
        f"  A lead is left out, and counted, unless {opt_out_field(name)} is empty or says "
        f"{'yes' if name.startswith(NOT) else 'no'}."
        for name in policy.exclude_when
    ]
    excluded += [
        f"  A lead is left out, and counted, where {name} is empty or says no."
        for name in policy.exclude_unless
    ]
    return "\n".join(
        [
            f"{policy.name}: valid ({policy.crm}, {policy.object}, {_rules(len(policy.rules))}).",
            *rules,
            *excluded,
            *(f"To check: {special_sentence(*one)}" for one in special_reads(policy)),
            NOT_MEASURED,
            f"Requested fields ({len(policy.fields)}), and no other: {', '.join(policy.fields)}",
        ]
    )


def _rules(count: int) -> str:
    return "1 rule" if count == 1 else f"{count} rules"


def _column(column: str, operator: str) -> str:
    return "" if operator == "drop" else f"{column}: "


def preview_text(result: Previewed) -> str:
    """The first records, the account of all, and the risk, as lines."""
    lines: list[str] = []
    if result.before is not None:
        lines += list(_kinds(result.before, result.shown))
    for place, record in enumerate(_records(result), start=1):
        lines += [f"Record {place}", *(f"  {name}: {_shown(value)}" for name, value in record.items())]
    lines += [*_account(result.batch), *_exposure(result.exposure), *_unknown(result)]
    lines += [f"To check: {doubt.sentence}" for doubt in result.doubts]
    lines += outside_text(result.outside) if result.outside else ()
    return "\n".join(
        [*lines, f"Level: {result.level.colour}", *(f"  {one}" for one in result.level.sentences)]
    )


def _unknown(result: Previewed) -> Iterator[str]:
    for column, reason in result.inside:
        yield f"  {column} counts as not known to an outsider: it {reason}"


def preview_json(result: Previewed) -> str:
    """The same for programs."""
    batch = result.batch
    return json.dumps(
        {
            "records": list(_records(result)),
            "read": batch.read,
            "kept": batch.table.num_rows,
            "rejected": dict(batch.rejected),
            "excluded": dict(batch.excluded),
            "unmapped": dict(batch.unmapped),
            "risk": exposure_json(result.exposure),
            "doubts": {doubt.column: doubt.sentence for doubt in result.doubts},
            "level": result.level.colour,
            "reasons": list(result.level.sentences),
            "not_known_outside": dict(result.inside),
            "outside_list": result.outside and outside_json(result.outside),
        },
        ensure_ascii=False,
    )


def _records(result: Previewed) -> Iterator[Mapping[str, str | None]]:
    """The first records; keys are shortened, so that a copied screen joins with nothing."""
    for row in result.batch.table.slice(0, result.shown).to_pylist():
        yield {
            "lead": f"{row['lead_key'][:KEY_SHOWN]}...",
            **{name: value for name, value in row.items() if name not in {"lead_key", "cohort_day"}},
        }


def _kinds(before: pa.Table, shown: int) -> Iterator[str]:
    """What the CRM holds, as kinds of values: nothing of a value is in them."""
    yield "Before the policy (kinds of values only)"
    for name in before.column_names:
        kinds = [kind or "empty" for kind in before[name].slice(0, shown).to_pylist()]
        yield f"  {name}: {'; '.join(kinds)}"


def _shown(value: str | None) -> str:
    return "(missing)" if value is None else value


def _account(batch: Batch) -> Iterator[str]:
    rejected, excluded = sum(batch.rejected.values()), sum(batch.excluded.values())
    kept = batch.table.num_rows
    yield f"{batch.read:,} read = {kept:,} kept + {rejected:,} rejected + {excluded:,} excluded"
    for reason, count in {**batch.rejected, **batch.excluded}.items():
        yield f"  {reason}: {count:,}"
    for column, count in batch.unmapped.items():
        yield f"  {column}: {count:,} values that no rule knows became missing"


def _exposure(found: Exposure) -> Iterator[str]:
    if not found.risk.leads:
        yield "No lead is kept, so there is no risk to measure."
        return
    yield from _risk(found.risk)
    yield _attack(found.attack)
    if found.next_step is not None:
        left = found.next_step.risk.alone
        yield f"  best next step: {found.next_step.words.rstrip('.')}; then {left:,} look like no other"
    yield from _path(found.path)
    for told, guess in found.learned:
        yield from _learned(told, guess)


def _path(path: Path | None) -> Iterator[str]:
    if path is None or not path.steps:
        return
    reached = f"reach groups of {path.risk.smallest:,}" if path.reached else "do not reach it yet, but help"
    yield f"  to have groups of {K} or more, these {len(path.steps)} steps {reached}:"
    for step in path.steps:
        left = f"{step.values:,} of {step.was:,} values stay" if step.rule else "none of its values stays"
        yield f"    {step.words.rstrip('.')} ({left})"


def _risk(measured: Risk) -> Iterator[str]:
    yield f"Re-identification risk on {', '.join(measured.columns) or 'no column'}:"
    yield f"  the smallest group of leads that look alike has {measured.smallest:,} (k-anonymity)"
    share = measured.alone / measured.leads
    yield f"  {measured.alone:,} of {measured.leads:,} leads ({share:.1%}) look like no other"
    if measured.smallest < K:
        yield f"  below {K} is risky: use wider bands, or coarsen or drop a column"


def _attack(attack: Linkage) -> str:
    """As the policy page says it: the share on average over all such lists, in whatever order."""
    if not attack.listed:
        return "  there is no lead to attack"
    found, chance = attack.expected / attack.listed, attack.by_chance / attack.listed
    return (
        f"  somebody with these values of {attack.listed:,} of the people finds {found:.1%} of them; "
        f"by pointing at any lead {chance:.2%}"
    )


def _learned(told: Diversity, guess: Inference) -> Iterator[str]:
    if told.effective is None or guess.right is None or guess.base is None:
        return
    yield f"What that tells of {told.column}:"
    yield (
        f"  who look alike have at least {told.distinct} values of it (l-diversity), as many as "
        f"{told.effective:.2g} equally frequent ones"
    )
    yield f"  their shares are up to {100 * (told.closeness or 0):.0f} points off those of all (t-closeness)"
    yield (
        f"  it is guessed right for {guess.right:.1%} of the leads, "
        f"for {guess.base:.1%} without those columns"
    )


def exposure_json(found: Exposure) -> Mapping[str, object]:
    """The same for programs."""
    step = found.next_step
    return {
        "columns": list(found.risk.columns),
        "smallest_group": found.risk.smallest,
        "groups": found.risk.groups,
        "alone": found.risk.alone,
        "attack": {
            "listed": found.attack.listed,
            "found": found.attack.found,
            "expected": found.attack.expected,
            "by_chance": found.attack.by_chance,
        },
        "few": found.risk.few,
        "path": found.path
        and {
            "reached": found.path.reached,
            "smallest_group": found.path.risk.smallest,
            "steps": [
                {"column": one.column, "what": one.words, "was": one.was, "values": one.values}
                for one in found.path.steps
            ],
        },
        "next_step": step and {"column": step.column, "what": step.words, "alone": step.risk.alone},
        "learned": [
            {
                "column": told.column,
                "distinct": told.distinct,
                "effective": told.effective,
                "closeness": told.closeness,
                "guessed": guess.right,
                "base": guess.base,
            }
            for told, guess in found.learned
        ],
    }
