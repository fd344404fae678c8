"""A stored report as a token may see it: without read:special, nothing about a special category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from audit.finding import Caution
from audit.report.model import Report
from webapp.api.operation import Ask, Grant
from webapp.api.problem import Problem, Why
from webapp.api.shape import Asked
from webapp.open_audits import open_audit

T = TypeVar("T")
SPECIAL = Why(
    status=403,
    name="special-category",
    detail="This audit speaks of special categories, so that the whole file needs the scope read:special. "
    "Findings, estimates and the other lists can be had without.",
)


def report_of(ask: Ask[Asked]) -> Report:
    """The report of the audit in the address."""
    return open_audit(ask.opened, ask.audit()).source.report


def refuse_special(grant: Grant, report: Report) -> None:
    """Raise Problem (403) where the whole report is not this token's to see."""
    if report.settings.special_categories and not grant.special:
        raise Problem(SPECIAL)


def visible(grant: Grant, report: Report, items: Sequence[T]) -> tuple[list[T], int]:
    """The items that the token may see, and how many are withheld."""
    hidden = frozenset() if grant.special else frozenset(report.settings.special_categories)
    seen = [one for one in items if not _is_about(one, hidden)]
    return seen, len(items) - len(seen)


def names_of(one: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a report lists
    """The attributes that an item is about."""
    return (one.attribute,) if isinstance(one.attribute, str) else one.attribute


def _is_about(one: object, hidden: frozenset[str]) -> bool:
    """Whether it is about any of them; a warning, where it names one in words or in what they stand on."""
    if not isinstance(one, Caution):
        return not hidden.isdisjoint(names_of(one))
    words = " ".join([one.text, *(f"{name} {value}" for name, value in one.evidence)]).casefold()
    return any(name.casefold() in words for name in hidden)
