"""A stored report as a token may see it: without read:special, nothing about a special category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from audit.report.model import Report
from webapp.api.operation import Ask
from webapp.api.problem import Problem, Why
from webapp.api.shape import Asked
from webapp.open_audits import hidden_in, open_audit
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


def refuse_special(ask: Ask[Asked]) -> None:
    """Raise Problem (403) where the whole report is not this token's to see."""
    if not ask.grant.special and hidden_in(ask.opened, ask.audit()):
        raise Problem(SPECIAL)


def visible(ask: Ask[Asked], items: Sequence[T]) -> tuple[list[T], int]:
    """The items that the token may see, and how many are withheld."""
    if ask.grant.special:
        return list(items), 0
    hidden = hidden_in(ask.opened, ask.audit())
    seen = [one for one in items if not is_about(one, hidden)]
    return seen, len(items) - len(seen)
