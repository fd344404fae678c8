"""What the audit says in words: warnings and findings, as values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from audit.disparity import Verdict

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")

Fact = str | int | float | None
Evidence = tuple[tuple[str, Fact], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Something the reader must know before trusting the numbers (``warnings`` in audit.json)."""

    code: str
    text: str
    evidence: Evidence = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One conclusion of the audit, as a plain sentence with its evidence."""

    id: str
    severity: Severity
    verdict: Verdict
    attribute: tuple[str, ...]
    group: tuple[str, ...]
    metric: str
    text: str
    special_category: bool
    evidence: Evidence = ()


def evidence(**facts: Fact) -> Evidence:
    """Facts in the order of their names, so that the same facts are the same value."""
    return tuple(sorted(facts.items()))


def identity(attribute: tuple[str, ...], group: tuple[str, ...], metric: str) -> str:
    """Twelve hexadecimal digits that stay the same from one audit to the next."""
    text = "\x1e".join("\x1f".join(part) for part in (attribute, group, (metric,)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
