"""What the audit says in words: warnings and findings, as values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
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
    """One conclusion of the audit in plain words, with its evidence.

    The first line of ``text`` is the headline, one sentence that stands alone; further sentences
    follow on the second line. Names from the data hold no line break there (`audit.finding.words`).
    """

    id: str
    severity: Severity
    verdict: Verdict
    attribute: tuple[str, ...]
    group: tuple[str, ...]
    metric: str
    text: str
    special_category: bool
    evidence: Evidence = ()

    @property
    def headline(self) -> str:
        """The finding in one sentence."""
        return self.text.partition("\n")[0]

    @property
    def rest(self) -> str:
        """The further sentences; empty where the headline says all."""
        return self.text.partition("\n")[2]

    def adding(self, words: str) -> Finding:
        """The finding with a further sentence."""
        return replace(self, text=lines(self.headline, self.rest, words))


def lines(headline: str, *further: str) -> str:
    """A finding's text from its headline and its further sentences; empty ones are left out."""
    rest = " ".join(part for part in further if part)
    return f"{headline}\n{rest}" if rest else headline


def evidence(**facts: Fact) -> Evidence:
    """Facts in the order of their names, so that the same facts are the same value."""
    return tuple(sorted(facts.items()))


def identity(attribute: tuple[str, ...], group: tuple[str, ...], metric: str) -> str:
    """Twelve hexadecimal digits that stay the same from one audit to the next."""
    text = "\x1e".join("\x1f".join(part) for part in (attribute, group, (metric,)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
