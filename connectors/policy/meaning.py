"""What a policy means, whatever its text looks like, and the digest of that."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import date

from connectors.policy.coarsen import Coarsen
from connectors.policy.map import Map
from connectors.policy.model import Operator, Policy

Meaning = tuple[object, ...]


def meaning_digest(policy: Policy) -> str:
    """SHA-256 (64 hexadecimal digits) of what a policy does.

    Layout, comments, the order of rules, of a vocabulary and of exclusions, the letter case of field names,
    the spelling of numbers (35 and 35.0) and rules that only drop a field do not change it. Names of
    columns do.
    """
    said = json.dumps(meaning(policy), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def meaning(policy: Policy) -> Meaning:
    """A policy as nested tuples of texts and numbers, in one order."""
    rules = sorted(
        (rule.column, rule.field.casefold(), *operator_meaning(rule.operator))
        for rule in policy.rules
        if rule.operator.name != "drop"
    )
    head = (policy.name, policy.crm, policy.object, policy.created.casefold())
    return (*head, _names(policy.exclude_when), _names(policy.exclude_unless), tuple(rules))


def operator_meaning(operator: Operator) -> tuple[str, str]:
    """An operator's name, and its parameters as one text."""
    return operator.name, json.dumps(_parameters(operator), ensure_ascii=True, separators=(",", ":"))


def _names(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({name.casefold() for name in fields}))


def _parameters(operator: Operator) -> Meaning:
    given = {one.name: getattr(operator, one.name) for one in dataclasses.fields(operator)}  # type: ignore[arg-type]
    if isinstance(operator, Map | Coarsen):
        given = {**given, "vocabulary": (), "table": (), "pairs": tuple(sorted(operator.pairs.items()))}
    return tuple((name, _plain(value)) for name, value in sorted(given.items()))


def _plain(value: object) -> object:
    """A parameter without its spelling: 35 and 35.0 are one number."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, int | float):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value
