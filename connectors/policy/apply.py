"""The one place where raw values become a batch: exclude, date, transform, count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from connectors.policy.day import day_of
from connectors.policy.model import NOT, TOO_OLD, Applied, Policy, Rule, opt_out_field
from connectors.policy.noise import Noise, draws_for
from connectors.pseudonym import Keyring, LeadKey
from connectors.source import ASIDE, Batch

WITHOUT = "without "
RESERVED_COLUMNS = ("lead_key", "cohort_day")
# Anything else excludes the lead: an opt-out that is not understood is still one.
_NOT_OPTED_OUT = frozenset({"", "false", "f", "no", "n", "off", "0", "null", "none", "nan"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Some records as the CRM gave them, column by column, before the policy.

    ``columns`` holds every field of ``policy.fields`` as text (None is missing; checkboxes as
    "true" and "false"), all as long as ``keys``. ``cohort_days`` dates the leads where the source
    knows the day without the ``created`` field; a None there rejects the lead. ``rejected`` counts,
    by reason, records that the source could not read at all; they are not among ``keys``.
    """

    keys: Sequence[LeadKey]
    columns: Mapping[str, Sequence[str | None]] = field(repr=False)
    cohort_days: Sequence[date | None] | None = None
    rejected: Mapping[str, int] = field(default_factory=dict)


def apply_policy(policy: Policy, raw: Raw, keyring: Keyring) -> Batch:
    """Turn raw records into a batch; nothing of a lead that opted out is transformed.

    A field of ``exclude_when`` excludes a lead unless it is empty or plainly says no, one of
    ``exclude_unless`` where it is or does. Excluded leads are counted by the field that excluded them (the
    first one in the policy's order; one of ``exclude_unless`` as `WITHOUT` it; one from before
    ``not_before`` as `TOO_OLD`, whatever else speaks against it), leads without a usable
    creation day are rejected as ``created_missing`` or ``created_not_a_date``, and ``read`` adds up by
    construction.

    Raises
    ------
    KeyError
        A field of ``policy.fields`` is not among ``raw.columns``: a fault of the connector.
    """
    days = _days(policy, raw)
    excluded = _without_old(policy, days, _excluded_by(policy, raw))
    kept = [i for i, day in enumerate(days) if excluded[i] is None and isinstance(day, date)]
    undated = Counter(day for i, day in enumerate(days) if excluded[i] is None and isinstance(day, str))
    applied = {rule.column: _apply(rule, raw, kept, keyring) for rule in _kept_rules(policy)}
    keys = pa.array([raw.keys[i].hex for i in kept], pa.string())
    cohort = pa.array([days[i] for i in kept], pa.date32())
    columns = {name: _strings(column.values) for name, column in applied.items()}
    rejected = Counter(raw.rejected) + undated
    return Batch(
        table=pa.table({"lead_key": keys, "cohort_day": cohort, **columns}),
        read=len(raw.keys) + sum(raw.rejected.values()),
        rejected=dict(rejected),
        excluded=dict(Counter(name for name in excluded if name is not None)),
        unmapped={name: column.unmapped for name, column in applied.items() if column.unmapped},
        withdrawn=tuple(k for k, name in zip(raw.keys, excluded, strict=True) if name not in (None, TOO_OLD)),
        aside=_aside(raw, excluded, days),
    )


def _aside(raw: Raw, excluded: Sequence[str | None], days: Sequence[date | str]) -> pa.Table:
    """Every lead that is turned away by what it holds."""
    rows = [
        (key.hex, "rejected" if name is None else "excluded", name or day, day)
        for key, name, day in zip(raw.keys, excluded, days, strict=True)
        if name != TOO_OLD and (name is not None or isinstance(day, str))
    ]
    dated = [(*row[:3], row[3] if isinstance(row[3], date) else None) for row in rows]
    columns = list(zip(*dated, strict=True)) or [(), (), (), ()]
    return pa.table([pa.array(column, kind.type) for column, kind in zip(columns, ASIDE, strict=True)], ASIDE)


def table_schema(policy: Policy) -> pa.Schema:
    """The columns that every batch under this policy has, in order, even an empty one."""
    columns = [pa.field(rule.column, pa.string()) for rule in _kept_rules(policy)]
    return pa.schema([pa.field("lead_key", pa.string()), pa.field("cohort_day", pa.date32()), *columns])


def _strings(values: Sequence[str | None]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        # JSON may carry half a surrogate pair (a cut emoji), which is no Unicode text.
        mended = (
            value and value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for value in values
        )
        return pa.array(list(mended), pa.string())


def _kept_rules(policy: Policy) -> list[Rule]:
    return [rule for rule in policy.rules if rule.operator.name != "drop"]


def _apply(rule: Rule, raw: Raw, kept: Sequence[int], keyring: Keyring) -> Applied:
    column = raw.columns[rule.field]
    values = [column[i] for i in kept]
    if isinstance(rule.operator, Noise):
        # The noise is a lead's own, so that equal values do not share it.
        return rule.operator.apply_to(values, [raw.keys[i] for i in kept], draws_for(rule.column, keyring))
    return rule.operator.apply(values, keyring)


def _excluded_by(policy: Policy, raw: Raw) -> list[str | None]:
    reasons: list[str | None] = [None] * len(raw.keys)
    for name in reversed(policy.exclude_unless):
        column = raw.columns[name]
        _note(reasons, column, WITHOUT + name, {one for one in set(column) if one is None or _declines(one)})
    for name in reversed(policy.exclude_when):
        permits = name.startswith(NOT)
        column = raw.columns[opt_out_field(name)]
        _note(reasons, column, name, {one for one in set(column) if _excludes(one, permits=permits)})
    return reasons


def _note(
    reasons: list[str | None], column: Sequence[str | None], name: str, against: Collection[str | None]
) -> None:
    """Note why the leads with one of some values are excluded."""
    if against:
        for i, value in enumerate(column):
            if value in against:
                reasons[i] = name


def _without_old(
    policy: Policy, days: Sequence[date | str], excluded: Sequence[str | None]
) -> list[str | None]:
    """The reasons, with that of the leads that are too old before any other: no key of theirs is kept."""
    old = {day for day in set(days) if isinstance(day, date) and policy.is_too_old(day)}
    if not old:
        return list(excluded)
    return [TOO_OLD if day in old else name for day, name in zip(days, excluded, strict=True)]


def _excludes(value: str | None, *, permits: bool) -> bool:
    """Whether the value of an opt-out field excludes a lead; an empty one never does."""
    if value is None or not value.strip():
        return False
    return _declines(value) if permits else not _declines(value)


def _declines(value: str) -> bool:
    """Whether an opt-out field is empty or says no; "0.0" is a no as well."""
    plain = value.strip().casefold()
    return plain in _NOT_OPTED_OUT or re.fullmatch(r"0+([.,]0*)?", plain) is not None


def _days(policy: Policy, raw: Raw) -> list[date | str]:
    """The cohort day of each lead, or the reason why it has none."""
    if raw.cohort_days is not None:
        return [day or "created_missing" for day in raw.cohort_days]
    column = raw.columns[policy.created]
    found = {value: _day(value) for value in set(column)}
    return list(map(found.__getitem__, column))


def _day(value: str | None) -> date | str:
    if value is None or not value.strip():
        return "created_missing"
    return day_of(value) or "created_not_a_date"
