"""A stored report as a token may see it: without read:special, nothing about a special category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from audit.report.model import Report
from webapp.api.operation import Ask, Grant
from webapp.api.problem import Problem, Why
from webapp.api.shape import Asked
from webapp.open_audits import open_audit
from webapp.plain_audits import is_about

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
    seen = [one for one in items if not is_about(one, hidden)]
    return seen, len(items) - len(seen)
