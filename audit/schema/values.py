"""The values of a stream, without their file format."""

from __future__ import annotations

from dataclasses import dataclass, field

YES_NO, OPTIONS, LEVELS = "yes_no", "options", "levels"
DECISION_KINDS = (YES_NO, OPTIONS, LEVELS)
"""What a decision is: yes or no, one of several options, or one of several ordered levels."""

REGULATIONS = ("ll144", "four_fifths")
"""The regimes in whose form the report has tables: `audit.regulation`."""


class BadInput(ValueError):
    """Input a person can mend: the message is one sentence that names the field and the mend.

    ``row`` is the 0-based row of the table that was read, where one row is to blame; whoever read
    the table from a file can then name the line.
    """

    def __init__(self, message: str, *, row: int | None = None) -> None:
        super().__init__(message)
        self.row = row


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A protected or otherwise watched attribute, and how it is grouped."""

    name: str
    column: str
    reference: str | None = None
    special_category: bool = False
    bands: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What counts as a disparity, and how sure the audit must be (``[audit]``)."""

    tolerance_difference: float = 0.05
    tolerance_ratio: float = 0.8
    confidence: float = 0.95
    minimum_group: int = 30
    intersections: int = 2
    regulation: tuple[str, ...] = REGULATIONS
    search_depth: int = 3
    queue: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The roles of a table's columns (``stream.toml``, DESIGN 6.2)."""

    name: str
    attributes: tuple[Attribute, ...]
    key: str | None = None
    score: str | None = None
    higher_is_better: bool = True
    threshold: float | None = None
    decision: str | None = None
    score_range: tuple[float, float] | None = None
    outcome: str | None = None
    created: str | None = None
    maturity_days: int | None = None
    worked: str | None = None
    account: str | None = None
    features: tuple[str, ...] | None = None
    controls: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    decision_kind: str = YES_NO
    decision_levels: tuple[str, ...] = ()
    favourable: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    text_language: str | None = None
    audit: Tolerance = field(default_factory=Tolerance)

    @property
    def several(self) -> bool:
        """Whether the decision is one of several options or levels, not yes or no."""
        return self.decision_kind != YES_NO
