"""Search filters: each operator on the property's own type.

References
----------
HubSpot, "CRM search": EQ NEQ LT LTE GT GTE BETWEEN IN NOT_IN HAS_PROPERTY NOT_HAS_PROPERTY
CONTAINS_TOKEN NOT_CONTAINS_TOKEN; text compares without case, IN wants lower case, enumerations
compare exactly.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, NoReturn

from connectors.sandbox.hubspot.clock import moment
from connectors.sandbox.hubspot.definitions import Definition
from connectors.sandbox.hubspot.replies import invalid

Values = Mapping[str, str]
Test = Callable[[Values], bool]
Comparable = float | str
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": operator.eq,
    "NEQ": operator.ne,
    "LT": operator.lt,
    "LTE": operator.le,
    "GT": operator.gt,
    "GTE": operator.ge,
}
_WORD = re.compile(r"[^\W_]+")
_PATTERN = re.compile(r"[\w*]+")


def any_group(definitions: Mapping[str, Definition], groups: object) -> Test:
    """True where any group holds; within a group every filter must. No group: every contact."""
    tests = [_group(definitions, group) for group in _list(groups)]
    if len(tests) > 5 or sum(len(_list(group.get("filters"))) for group in _list(groups)) > 18:
        _bad("too many filter groups or filters")
    if not tests:
        return lambda _values: True
    return lambda values: any(test(values) for test in tests)


def sort_key(definition: Definition) -> Callable[[Values], tuple[bool, Comparable]]:
    """Orders contacts by one property; those without a value come last."""
    read = _reader(definition)

    def key(values: Values) -> tuple[bool, Comparable]:
        found = read(values.get(definition.name))
        return (True, "") if found is None else (False, found)

    return key


def _group(definitions: Mapping[str, Definition], group: Mapping[str, Any]) -> Test:
    filters = _list(group.get("filters"))
    if len(filters) > 6:
        _bad("too many filters in a group")
    tests = [_filter(definitions, one) for one in filters]
    return lambda values: all(test(values) for test in tests)


def _filter(definitions: Mapping[str, Definition], one: Mapping[str, Any]) -> Test:
    definition = definitions.get(str(one.get("propertyName")))
    if definition is None:
        _bad("a filter names a property that does not exist")
    name, kind = definition.name, str(one.get("operator"))
    if kind in {"HAS_PROPERTY", "NOT_HAS_PROPERTY"}:
        return lambda values: (name in values) is (kind == "HAS_PROPERTY")
    test = _value_test(definition, kind, one)
    # An absent value matches the negative operators only.
    negative = kind in {"NEQ", "NOT_IN", "NOT_CONTAINS_TOKEN"}
    return lambda values: test(values[name]) if name in values else negative


def _value_test(definition: Definition, kind: str, one: Mapping[str, Any]) -> Callable[[str], bool]:
    if kind in _ORDERED:
        return _compare(definition, _ORDERED[kind], one.get("value"))
    if kind == "BETWEEN":
        low = _compare(definition, operator.ge, one.get("value"))
        high = _compare(definition, operator.le, one.get("highValue"))
        return lambda text: low(text) and high(text)
    if kind in {"IN", "NOT_IN"}:
        listed = {str(value) for value in _values(one)}
        fold = str.lower if definition.type == "string" else str
        return lambda text: (fold(text) in listed) is (kind == "IN")
    if kind not in {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}:
        _bad("a filter has an unknown operator")
    patterns = _PATTERN.findall(str(one.get("value", "")).lower())
    return lambda text: _has_tokens(text, patterns) is (kind == "CONTAINS_TOKEN")


def _compare(
    definition: Definition, holds: Callable[[Any, Any], bool], value: object
) -> Callable[[str], bool]:
    read = _reader(definition)
    other = read(None if value is None else str(value))
    if other is None:
        _bad("a filter has no usable value")

    def test(text: str) -> bool:
        found = read(text)
        return found is not None and holds(found, other)

    return test


def _reader(definition: Definition) -> Callable[[str | None], Comparable | None]:
    readers: dict[str, Callable[[str], Comparable | None]] = {
        "number": _number,
        "date": moment,
        "datetime": moment,
        "string": str.lower,
    }
    read = readers.get(definition.type, str)
    return lambda text: None if text is None else read(text)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _has_tokens(text: str, patterns: list[str]) -> bool:
    words = _WORD.findall(text.lower())
    return all(any(fnmatchcase(word, pattern) for word in words) for pattern in patterns)


def _values(one: Mapping[str, Any]) -> list[Any]:
    values = one.get("values")
    if not isinstance(values, list):
        _bad("IN and NOT_IN want a list of values")
    return values


def _list(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _bad(reason: str) -> NoReturn:
    message = f"There was a problem with the request: {reason}"
    raise invalid(message)
