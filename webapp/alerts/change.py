"""A change that somebody should know of, and where changes come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from audit.finding import Severity
from audit.history import Point

Kind = Literal["finding", "gap", "drift", "outcome", "job", "late", "log", "grant"]
KINDS: tuple[Kind, ...] = ("finding", "gap", "drift", "outcome", "job", "late", "log", "grant")
"""What an alert is about: a finding, a watched gap, what drifted, a quarter's outcomes, a job that failed, a
pull that is late, the decision log, the consent of a CRM."""
Value = str | int | float | Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence in English and what is filled into it; it is put into words where it is shown.

    ``text`` is looked up in the catalogues. A number is written as the reader's language writes it, a
    `Point` with its range and its leads.
    """

    text: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that holds now and that somebody should know of.

    ``subject`` names it among all of its connection, the same from one look to the next. ``edition`` names
    the news: an alert that is known already is told again only where its edition is another one; "" is no
    news. ``quote`` is what the audit says of it, in English. ``about`` are attributes of leads, so that
    special categories are withheld; ``page`` is an address within the application.
    """

    subject: str
    kind: Kind
    severity: Severity
    what: Said
    sure: Said
    todo: Said
    page: str
    edition: str = ""
    quote: str = ""
    about: tuple[str, ...] = ()
    special_category: bool = False


class Unknown(Exception):
    """A source cannot tell now what holds; its alerts stay as they are."""


Source = Callable[[Any, Any], "tuple[Change, ...]"]
"""From `webapp.services.Services` and a connection's row to all that holds of one kind now. What it no longer
tells of has ended. It changes nothing and calls nobody. It may raise `Unknown`."""
