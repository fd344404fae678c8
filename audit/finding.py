"""The one place where numbers become words: warnings and findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audit.disparity import Verdict

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Something the reader must know before trusting the numbers (``warnings`` in audit.json)."""

    code: str
    text: str
    evidence: tuple[tuple[str, str | int | float | None], ...] = ()


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
    evidence: tuple[tuple[str, str | int | float | None], ...] = ()
