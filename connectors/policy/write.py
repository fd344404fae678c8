"""A Policy out to policy.toml, and the digest that evidence quotes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from datetime import date

from connectors.policy.model import Policy, Rule


def policy_to_toml(policy: Policy) -> str:
    """The text that ``parse_policy`` reads back to an equal policy."""
    return "\n\n".join([head_to_toml(policy), *map(rule_to_toml, policy.rules)]) + "\n"


def head_to_toml(policy: Policy) -> str:
    """The ``[policy]`` section alone, without a line feed at its end."""
    keys = ("name", "crm", "object", "created", "exclude_when", "exclude_unless")
    named = [key for key in keys if getattr(policy, key)]
    return "\n".join(["[policy]", *(f"{key} = {_toml(getattr(policy, key))}" for key in named)])


def rule_to_toml(rule: Rule) -> str:
    """One ``[[rule]]`` section, without a line feed at its end."""
    return "\n".join(_rule(rule))


def policy_digest(policy: Policy) -> str:
    """SHA-256 (64 hexadecimal digits) of the canonical text; layout and comments do not change it."""
    return hashlib.sha256(policy_to_toml(policy).encode()).hexdigest()


def _rule(rule: Rule) -> Iterator[str]:
    yield "[[rule]]"
    yield f"field = {_toml(rule.field)}"
    yield f"operator = {_toml(rule.operator.name)}"
    if rule.column != rule.field.lower():
        yield f"column = {_toml(rule.column)}"
    for parameter in dataclasses.fields(rule.operator):  # type: ignore[arg-type]  # operators are dataclasses
        value = getattr(rule.operator, parameter.name)
        if value != parameter.default:
            is_table = parameter.name in {"vocabulary", "table"}
            yield f"{parameter.name} = {_table(value) if is_table else _toml(value)}"


def _table(pairs: tuple[tuple[str, str], ...]) -> str:
    return "{ " + ", ".join(f"{_toml(old)} = {_toml(new)}" for old, new in pairs) + " }"


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    # A JSON text or number is a TOML one, but for the DEL character, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
