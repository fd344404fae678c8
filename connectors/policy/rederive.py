"""What a draft would make of leads held under an older policy, where their kept values are enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from audit.schema import band_labels
from connectors.policy.band import Band
from connectors.policy.coarsen import DATE_LENGTH, Coarsen
from connectors.policy.model import Operator, Policy, Rule
from connectors.pseudonym import Keyring

Change = Callable[[Sequence[str | None]], Sequence[str | None]]


def rederived(table: pa.Table, old: Policy, new: Policy, keyring: Keyring) -> pa.Table | None:
    """The held leads with the columns of ``new``; None where the CRM must be asked.

    ``old`` is the policy that they were pulled under. Pseudonyms are left out. It must be asked where a
    column reads another field, or tells what the kept values do not, and where other leads are left out.
    A code that was too short for the held prefix, or a value that ``keep`` left out, stays missing.
    """
    if _leads(old) != _leads(new):
        return None
    columns = {name: table[name] for name in ("lead_key", "cohort_day")}
    for rule in new.rules:
        if rule.operator.name in {"drop", "key"}:
            continue
        found = _column(table, old.rules, rule, keyring)
        if found is None:
            return None
        columns[rule.column] = found
    return pa.table(columns)


def _leads(policy: Policy) -> tuple[object, ...]:
    """What decides which leads there are."""
    created = policy.created.casefold()
    return policy.object, created, frozenset(policy.exclude_when), frozenset(policy.exclude_unless)


def _column(
    table: pa.Table, rules: Sequence[Rule], wanted: Rule, keyring: Keyring
) -> pa.Array | pa.ChunkedArray | None:
    for rule in rules:
        if rule.field.casefold() != wanted.field.casefold() or rule.column not in table.column_names:
            continue
        if rule.operator == wanted.operator:
            return table[rule.column]
        change = _change(rule.operator, wanted.operator, keyring)
        if change is not None:
            return pa.array(list(change(table[rule.column].to_pylist())), pa.string())
    return None


def _change(old: Operator, new: Operator, keyring: Keyring) -> Change | None:
    """From what ``old`` kept to what ``new`` would keep of the same value; None where that is not known."""
    if old.name == "keep" and new.name not in {"noise", "keep"}:
        return lambda values: new.apply(values, keyring).values
    if isinstance(old, Band) and isinstance(new, Band):
        return _wider(old, new)
    if isinstance(old, Coarsen) and isinstance(new, Coarsen):
        return _shorter(old, new)
    return None


def _wider(old: Band, new: Band) -> Change | None:
    if (old.of, old.as_of) != (new.of, new.as_of) or not set(new.bands) <= set(old.bands):
        return None
    names = band_labels(new.bands)
    lows = (float("-inf"), *old.bands)
    into: dict[str | None, str] = {
        label: names[sum(edge <= low for edge in new.bands)]
        for label, low in zip(band_labels(old.bands), lows, strict=True)
    }
    return lambda values: [into.get(value) for value in values]


def _shorter(old: Coarsen, new: Coarsen) -> Change | None:
    if old.by == new.by == "prefix":
        length, held = new.characters or 0, old.characters or 0
    elif old.by in DATE_LENGTH and new.by in DATE_LENGTH:
        length, held = DATE_LENGTH[new.by], DATE_LENGTH[old.by]
    else:
        return None
    return None if length > held else lambda values: [value and value[:length] for value in values]
