"""A WHERE clause compiled into a test on records, with SOQL's own rules for types and nulls."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from connectors.salesforce.ids import full_id
from connectors.sandbox.fields import Value
from connectors.sandbox.salesforce.clock import rest_datetime
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.soql_fields import Column, Scope
from connectors.sandbox.salesforce.soql_periods import span
from connectors.sandbox.salesforce.soql_tree import AnyOf, Comparison, Condition, Every, Literal, Not
from connectors.sandbox.salesforce.tables import Record

Test = Callable[[Record], bool]

# The literal kinds that each field type takes, and how the platform names the type in its error.
_TAKES = {
    "boolean": ({"boolean"}, "boolean"),
    "double": ({"number"}, "double"),
    "currency": ({"number"}, "currency"),
    "percent": ({"number"}, "percent"),
    "int": ({"number"}, "int"),
    "date": ({"date", "period"}, "date"),
    "datetime": ({"datetime", "period"}, "dateTime"),
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compiled(condition: Condition | None, scope: Scope) -> Test:
    """The test of a record. Raises ApiError 400 INVALID_FIELD and its relatives."""
    match condition:
        case None:
            return lambda _: True
        case Not(of=inner):
            test = compiled(inner, scope)
            return lambda row: not test(row)
        case Every(of=parts):
            tests = [compiled(part, scope) for part in parts]
            return lambda row: all(test(row) for test in tests)
        case AnyOf(of=parts):
            tests = [compiled(part, scope) for part in parts]
            return lambda row: any(test(row) for test in tests)
        case Comparison():
            return _comparison(condition, scope)


def _comparison(comparison: Comparison, scope: Scope) -> Test:
    column = scope.column(comparison.field)
    _refuse_unfilterable(column)
    if comparison.operator == "like":
        return _like(column, comparison.values[0].text)
    if any(literal.kind == "period" for literal in comparison.values):
        return _within(comparison, column, scope.org.clock.now())
    values = [_operand(column, literal) for literal in comparison.values]
    if comparison.operator in _COMPARE:
        return _ordered(column, _COMPARE[comparison.operator], values[0])
    wanted, read = frozenset(values), column.read
    # Nulls are unequal to every value, so != and NOT IN find them, as on the platform.
    if comparison.operator in {"=", "in"}:
        return lambda row: _folded(read(row)) in wanted
    return lambda row: _folded(read(row)) not in wanted


def _within(comparison: Comparison, column: Column, now: datetime) -> Test:
    """A comparison with a date literal, which is a span: less is before it, more is after it."""
    literal, kind, read = comparison.values[0], column.definition.type, column.read
    if kind not in {"date", "datetime"}:
        raise _mismatch(column, literal, _TAKES.get(kind, ({"string"}, "string"))[1])
    if len(comparison.values) > 1 or comparison.operator not in _SPANS:
        raise ApiError(400, "MALFORMED_QUERY", f"unexpected token: '{literal.text}'")
    start, end = (_edge(day, kind) for day in span(literal.text, now))
    test = _SPANS[comparison.operator]
    return lambda row: test(_folded(read(row)), start, end)


def _edge(day: date, kind: str) -> str:
    if kind == "date":
        return day.isoformat()
    return rest_datetime(datetime(day.year, day.month, day.day, tzinfo=UTC)).lower()


_SPANS: dict[str, Callable[[Any, str, str], bool]] = {
    "=": lambda value, start, end: value is not None and start <= value < end,
    "!=": lambda value, start, end: value is None or not start <= value < end,
    "<": lambda value, start, _: value is not None and value < start,
    "<=": lambda value, _, end: value is not None and value < end,
    ">": lambda value, _, end: value is not None and value >= end,
    ">=": lambda value, start, _: value is not None and value >= start,
}


def _ordered(column: Column, compare: Callable[[Any, Any], bool], bound: Value) -> Test:
    read = column.read

    def test(row: Record) -> bool:
        value = _folded(read(row))
        return value is not None and bound is not None and compare(value, bound)

    return test


def _like(column: Column, pattern: str) -> Test:
    parts = {"%": ".*", "_": "."}
    expression = re.compile("".join(parts.get(c, re.escape(c)) for c in pattern), re.IGNORECASE | re.DOTALL)
    read = column.read

    def test(row: Record) -> bool:
        value = read(row)
        return value is not None and expression.fullmatch(str(value)) is not None

    return test


def _folded(value: Value) -> Value:
    return value.lower() if isinstance(value, str) else value


def _refuse_unfilterable(column: Column) -> None:
    if not column.definition.filterable:
        text = f"field '{'.'.join(column.path)}' can not be filtered in a query call"
        raise ApiError(400, "INVALID_FIELD", text)


def _operand(column: Column, literal: Literal) -> Value:
    """The literal as the value that records hold, folded. Raises ApiError 400."""
    kind = column.definition.type
    if literal.kind == "null" or (literal.kind == "string" and not literal.text):
        return None
    takes, word = _TAKES.get(kind, ({"string"}, "string"))
    if literal.kind not in takes:
        raise _mismatch(column, literal, word)
    try:
        return _READERS.get(kind, str.lower)(literal.text)
    except ValueError:
        raise ApiError(400, "MALFORMED_QUERY", f"invalid {word} literal: {literal.text}") from None


def _mismatch(column: Column, literal: Literal, word: str) -> ApiError:
    quoted = "should be enclosed in quotes" if word == "string" else "should not be enclosed in quotes"
    if word != "string" and literal.kind != "string":
        quoted = f"is not a valid {word}"
    path = ".".join(column.path)
    text = f"value of filter criterion for field '{path}' must be of type {word} and {quoted}"
    return ApiError(400, "INVALID_FIELD", text)


def _id(text: str) -> str:
    try:
        return full_id(text).lower()
    except ValueError:
        raise ApiError(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}") from None


def _moment(text: str) -> str:
    return rest_datetime(datetime.fromisoformat(text)).lower()


_READERS: dict[str, Callable[[str], Value]] = {
    "boolean": lambda text: text == "true",
    "double": float,
    "currency": float,
    "percent": float,
    "int": float,
    "date": lambda text: date.fromisoformat(text).isoformat(),
    "datetime": _moment,
    "id": _id,
    "reference": _id,
}
