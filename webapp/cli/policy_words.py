"""The words of ``fairlead policy``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.policy.model import NOT, Policy, opt_out_field
from connectors.policy.risk import Risk
from connectors.source import Batch

KEY_SHOWN = 8
SMALL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A file under a policy: the batch, how many records to show, and the risk."""

    batch: Batch
    shown: int
    risk: Risk


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
    return "\n".join(
        [
            f"{policy.name}: valid ({policy.crm}, {policy.object}, {_rules(len(policy.rules))}).",
            *rules,
            *excluded,
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
    for place, record in enumerate(_records(result), start=1):
        lines += [f"Record {place}", *(f"  {name}: {_shown(value)}" for name, value in record.items())]
    return "\n".join([*lines, *_account(result.batch), *_risk(result.risk)])


def preview_json(result: Previewed) -> str:
    """The same for programs."""
    batch, measured = result.batch, result.risk
    return json.dumps(
        {
            "records": list(_records(result)),
            "read": batch.read,
            "kept": batch.table.num_rows,
            "rejected": dict(batch.rejected),
            "excluded": dict(batch.excluded),
            "unmapped": dict(batch.unmapped),
            "risk": {
                "columns": list(measured.columns),
                "smallest_group": measured.smallest,
                "groups": measured.groups,
                "alone": measured.alone,
            },
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


def _risk(measured: Risk) -> Iterator[str]:
    columns = ", ".join(measured.columns) or "no column"
    if not measured.leads:
        yield "No lead is kept, so there is no risk to measure."
        return
    yield f"Re-identification risk on {columns}:"
    yield f"  the smallest group of leads that look alike has {measured.smallest:,} (k-anonymity)"
    yield f"  {measured.alone:,} of {measured.leads:,} leads look like no other"
    if measured.smallest < SMALL:
        yield f"  below {SMALL} is risky: use wider bands, or coarsen or drop a column"
