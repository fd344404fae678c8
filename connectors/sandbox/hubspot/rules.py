"""An admin's rules for the values of a property, which the dated API enforces on every write.

References
----------
HubSpot, Property Validations API: rule types and their arguments. Others than these few are not
enforced here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from types import MappingProxyType
from typing import Any

# Property, rule type, argument.
Rule = tuple[str, str, str]
_HOLDS: Mapping[str, Callable[[str, str], bool]] = MappingProxyType(
    {
        "MIN_LENGTH": lambda value, limit: len(value) >= int(limit),
        "MAX_LENGTH": lambda value, limit: len(value) <= int(limit),
        "MIN_NUMBER": lambda value, limit: float(value) >= float(limit),
        "MAX_NUMBER": lambda value, limit: float(value) <= float(limit),
        "REGEX": lambda value, pattern: re.fullmatch(pattern, value) is not None,
        "ALPHANUMERIC": lambda value, _: value.isalnum(),
    }
)


def rules_by_property(rules: Sequence[Rule], known: Container[str]) -> dict[str, list[dict[str, Any]]]:
    """The rules as the API shows them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, kind, argument in rules:
        if name in known:
            rule = {"ruleType": kind, "ruleArguments": [argument] if argument else []}
            found.setdefault(name, []).append({**rule, "shouldApplyNormalization": False})
    return found


def broken(rules: Sequence[Rule], values: Mapping[str, str]) -> dict[str, str]:
    """The rule that each value breaks, by property."""
    return {
        name: kind
        for name, kind, argument in rules
        if values.get(name) and kind in _HOLDS and not _HOLDS[kind](values[name], argument)
    }
