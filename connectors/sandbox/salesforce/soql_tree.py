"""What a parsed SOQL query is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A field as written: ``Owner.Type`` is ("Owner", "Type"); ``at`` is its 1-based column."""

    path: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A value: ``kind`` is string, number, boolean, null, date, datetime or period."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison; IN and NOT IN have any number of values, every other operator one."""

    field: Name
    operator: str
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    of: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """Conditions joined by AND."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Conditions joined by OR."""

    of: tuple[Condition, ...]


Condition = Comparison | Not | Every | AnyOf


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key; nulls come first unless it says otherwise."""

    field: Name
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A whole query. ``fields`` is empty for ``SELECT COUNT()``."""

    text: str
    fields: tuple[Name, ...]
    object: str
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
