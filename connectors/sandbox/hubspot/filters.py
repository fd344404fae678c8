"""Search filters: each operator on the property's own type, over every record at once.

References
----------
HubSpot, "CRM search": EQ NEQ LT LTE GT GTE BETWEEN IN NOT_IN HAS_PROPERTY NOT_HAS_PROPERTY
CONTAINS_TOKEN NOT_CONTAINS_TOKEN; text compares without case, IN wants lower case, enumerations
compare exactly; ``associations.contact`` names a record of another type.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, NoReturn

import numpy as np

from connectors.sandbox.hubspot.associations import Associations
from connectors.sandbox.hubspot.definitions import Definition
from connectors.sandbox.hubspot.indexing import Index, Mask, as_number
from connectors.sandbox.hubspot.kinds import kind_of
from connectors.sandbox.hubspot.replies import invalid

Test = Callable[[str], bool]
_Filter = Mapping[str, Any]
GROUPS, FILTERS, TOTAL = 5, 6, 18
_ORDERED: dict[str, Callable[[Any, Any], Any]] = {
    "EQ": operator.eq,
    "NEQ": operator.ne,
    "LT": operator.lt,
    "LTE": operator.le,
    "GT": operator.gt,
    "GTE": operator.ge,
}
_NEGATIVE = frozenset({"NEQ", "NOT_IN", "NOT_CONTAINS_TOKEN"})
_NUMERIC = frozenset({"number", "date", "datetime"})
_ASSOCIATED = "associations."
_WORD = re.compile(r"[^\W_]+")
_PATTERN = re.compile(r"[\w*]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Filters over one object type's index."""

    index: Index
    associations: Associations

    def any_group(self, groups: object) -> Mask:
        """True where any group holds; within a group every filter must. No group: every record."""
        listed = [_listed(group.get("filters")) for group in _listed(groups)]
        if len(listed) > GROUPS or sum(map(len, listed)) > TOTAL or any(len(one) > FILTERS for one in listed):
            _bad("too many filter groups or filters")
        mask = self.index.shown()
        if listed:
            mask &= np.logical_or.reduce([self._group(filters) for filters in listed])
        return mask

    def _group(self, filters: list[_Filter]) -> Mask:
        mask = np.ones(len(self.index.records.numbers), np.bool_)
        for one in filters:
            mask &= self._mask(one)
        return mask

    def _mask(self, one: _Filter) -> Mask:
        name, kind = str(one.get("propertyName")), str(one.get("operator"))
        if name.startswith(_ASSOCIATED):
            return self._associated(name.removeprefix(_ASSOCIATED), kind, one)
        definition = self.index.records.definitions.get(name)
        if definition is None:
            _bad("a filter names a property that does not exist")
        if definition.type in _NUMERIC and (kind in _ORDERED or kind == "BETWEEN"):
            return self._numeric(definition, kind, one)
        test = _presence(kind) or _text_test(definition, kind, one)
        # An absent value matches the negative operators only.
        absent = kind in _NEGATIVE or kind == "NOT_HAS_PROPERTY"
        return np.array([absent if text is None else test(text) for text in self.index.texts(name)], np.bool_)

    def _numeric(self, definition: Definition, kind: str, one: _Filter) -> Mask:
        column = self.index.floats(definition.name)
        if kind == "BETWEEN":
            low, high = _number(definition, one.get("value")), _number(definition, one.get("highValue"))
            return (column >= low) & (column <= high)
        mask: Mask = _ORDERED[kind](column, _number(definition, one.get("value")))
        return mask

    def _associated(self, name: str, kind: str, one: _Filter) -> Mask:
        records, other = self.index.records, kind_of(name)
        if other is None or kind not in {"EQ", "IN"}:
            _bad("a filter names an association that does not exist, or has an unknown operator")
        ids = _values(one) if kind == "IN" else [one.get("value")]
        mask = np.zeros(len(records.numbers), np.bool_)
        for one_id in map(str, ids):
            number = int(one_id) if one_id.isdecimal() else 0
            for found in self.associations.of((other, records.kind), number):
                mask[records.place(found)] = True
        return mask


def _presence(kind: str) -> Test | None:
    return (lambda _text: kind == "HAS_PROPERTY") if kind in {"HAS_PROPERTY", "NOT_HAS_PROPERTY"} else None


def _text_test(definition: Definition, kind: str, one: _Filter) -> Test:
    fold = str.lower if definition.type == "string" else str
    if kind in _ORDERED:
        other, holds = fold(_text(one.get("value"))), _ORDERED[kind]
        return lambda text: bool(holds(fold(text), other))
    if kind == "BETWEEN":
        low, high = fold(_text(one.get("value"))), fold(_text(one.get("highValue")))
        return lambda text: low <= fold(text) <= high
    if kind in {"IN", "NOT_IN"}:
        listed = {str(value) for value in _values(one)}
        return lambda text: (fold(text) in listed) is (kind == "IN")
    if kind not in {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}:
        _bad("a filter has an unknown operator")
    patterns = _PATTERN.findall(str(one.get("value", "")).lower())
    return lambda text: _has_tokens(text, patterns) is (kind == "CONTAINS_TOKEN")


def _number(definition: Definition, value: object) -> float:
    found = as_number(definition.type, _text(value))
    if found is None:
        _bad("a filter has no usable value")
    return found


def _text(value: object) -> str:
    if value is None:
        _bad("a filter has no usable value")
    return str(value)


def _has_tokens(text: str, patterns: list[str]) -> bool:
    words = _WORD.findall(text.lower())
    return all(any(fnmatchcase(word, pattern) for word in words) for pattern in patterns)


def _values(one: _Filter) -> list[Any]:
    values = one.get("values")
    if not isinstance(values, list):
        _bad("IN and NOT_IN want a list of values")
    return values


def _listed(value: object) -> list[_Filter]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _bad(reason: str) -> NoReturn:
    message = f"There was a problem with the request: {reason}"
    raise invalid(message)
