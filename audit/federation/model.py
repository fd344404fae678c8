"""The values of a joint audit: who takes part, what is counted together, and what can be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audit.disparity import Kind, Verdict
from audit.finding import Finding
from audit.finding.value import Caution
from audit.release import Release
from audit.release.facts import Fact
from audit.schema import Stream

SCHEMA = "fairlead.federated/1"

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One organisation: the name that the merger gave it, its key, its release, and the file's SHA-256."""

    name: str
    key: str
    digest: str
    release: Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a joint audit, and how far it is known.

    ``least`` and ``most`` are between what the figure of the counted leads lies: equal where nothing is
    hidden, and then ``value`` is that number, too. ``low`` and ``high`` are the confidence interval, which
    allows for chance, for everything that is hidden and for all noise. All are None exactly when
    ``undefined`` gives a reason; a ratio without an upper end has infinity there. ``n`` counts the leads
    behind it, at the least. ``noisy`` tells whether noise is in it: least and most are then noisy, too.
    """

    value: float | None
    least: float | None
    most: float | None
    low: float | None
    high: float | None
    n: int
    undefined: str | None = None
    noisy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JointRate:
    """One metric of one group, over all organisations."""

    attribute: Names
    group: Names
    metric: str
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class JointGap:
    """A group beside its reference, over all organisations. ``why`` tells what leaves the verdict open."""

    attribute: Names
    group: Names
    reference: Names
    metric: str
    kind: Kind
    figure: Figure
    p_adjusted: float | None
    verdict: Verdict
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JointCount:
    """Leads of a group with a fact: as published together, and between what the true number lies.

    ``value`` is None where a part is hidden. Where ``noisy``, the bounds hold with the stated confidence,
    else for certain.
    """

    attribute: Names
    group: Names
    fact: Fact
    value: int | None
    least: int
    most: int
    noisy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFigure:
    """One metric of one group in one organisation, and its gap to the joint reference group there."""

    organisation: str
    attribute: Names
    group: Names
    metric: str
    rate: Figure
    gap: Figure | None


Way = Literal["reversal", "opposite", "covered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Where the joint gap says something else than those of the organisations.

    "reversal": every organisation's gap goes the other way (Simpson's paradox). "opposite": some surely go
    the other way. "covered": the joint gap passes, and some are surely outside the tolerance.
    """

    way: Way
    attribute: Names
    group: Names
    reference: Names
    metric: str
    organisations: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """A joint audit: a function of the releases alone, whatever their order."""

    stream: Stream
    parties: tuple[Party, ...]
    edges: tuple[float, ...]
    rates: tuple[JointRate, ...]
    gaps: tuple[JointGap, ...]
    counts: tuple[JointCount, ...]
    own: tuple[OwnFigure, ...]
    disagreements: tuple[Disagreement, ...]
    cautions: tuple[Caution, ...]
    findings: tuple[Finding, ...]
