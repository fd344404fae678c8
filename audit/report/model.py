"""The report as a value: everything that ``audit.json`` says, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field

from audit.compat import Compat
from audit.disparity import Disparity
from audit.disparity.association import Association
from audit.finding import Caution, Finding
from audit.finding.reading import in_own_unit
from audit.intake import Refusal
from audit.membership import MembershipEstimate
from audit.metrics import GroupEstimate
from audit.regulation import Regulation
from audit.rows.examine import Examination
from audit.rows.feedback import Feedback
from audit.rows.proxy import Proxy
from audit.subgroups.model import Search, Subgroup
from audit.unseen import Bound

__all__ = ["SCHEMA", "VERSION", "Digests", "Report", "Settings", "Subgroup"]

SCHEMA = "fairlead.audit/1"
VERSION = "0.1.0"  # equal to pyproject.toml, which a test checks; a constant keeps the audit pure


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """SHA-256 digests that tie a report to what it was made from (hexadecimal)."""

    stream: str
    data: str
    cube: str
    policy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What was asked of the audit (``settings`` in audit.json), as the stream says it."""

    confidence: float = 0.95
    tolerance_difference: float = 0.05
    tolerance_ratio: float = 0.8
    minimum_group: int = 30
    threshold: float | None = None
    higher_is_better: bool = True
    score_range: tuple[float, float] | None = None
    special_categories: tuple[str, ...] = ()
    queue: int | None = None

    def tolerated(self, metric: str) -> float:
        """How large a difference is tolerated, in the unit of the metric."""
        scale = self.score_range
        return in_own_unit(self.tolerance_difference, metric, scale[1] - scale[0] if scale else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of one audit. The same input and seed give the same bytes."""

    stream: str
    rows: int
    kept: int
    rejected: tuple[Refusal, ...]
    excluded: tuple[Refusal, ...]
    seed: int
    engine: str
    version: str
    digests: Digests
    estimates: tuple[GroupEstimate, ...]
    disparities: tuple[Disparity, ...]
    proxies: tuple[Proxy, ...]
    subgroups: tuple[Subgroup, ...]
    warnings: tuple[Caution, ...]
    findings: tuple[Finding, ...]
    settings: Settings = field(default_factory=Settings)
    regulation: Regulation = field(default_factory=Regulation)
    decisions: tuple[Association, ...] = ()
    search: Search | None = None
    compat: tuple[Compat, ...] = ()
    examined: Examination = field(default_factory=Examination)
    feedback: Feedback | None = None
    bounds: tuple[Bound, ...] = ()
    membership: tuple[MembershipEstimate, ...] = ()
