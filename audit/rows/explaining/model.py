"""The values of an explanation: what drives the score and its gaps, and what would have to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audit.estimate import Estimate
from audit.rows.surrogate import Measure

Method = Literal["permutation", "shapley", "lime"]
Verdict = Literal["agree", "in part", "disagree"]
Outcome = Literal["over", "found", "none", "undefined"]
POINTS, CHANCE = "score points", "chance of being selected"
"""In what a prediction is told: of a score, and of a decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked: the keys of leads to explain one by one, and the fields that nobody can change."""

    seed: int = 0
    leads: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """The model that is explained, and how well it tells the score: ``fidelity`` with its interval.

    ``kind`` is "boosting" or "linear" for our imitation of the score, "pipeline" for the customer's own.
    ``same_side`` is the share of leads that it puts on the same side of the threshold as the score does.
    ``ordered`` is the share of pairs of leads with unlike scores that it puts in the score's order (0.5: by
    chance), None where there is no such pair.
    ``note`` says why a pipeline that was brought is not used, or in which unit it speaks.
    """

    kind: str
    measure: Measure
    fidelity: float
    low: float
    high: float
    faithful: bool
    same_side: Estimate
    ordered: float | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEstimate:
    """A figure of one group."""

    attribute: str
    group: str
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """What the score goes by: one field, or several that are near copies of one another.

    ``permutation`` is the rise of the squared error where the fields' values are shuffled together, over
    the variance of the score; ``groups`` the same among the leads of each group. ``shapley`` and ``lime``
    are mean sizes of what the fields add to a lead's prediction, in score points.
    """

    fields: tuple[str, ...]
    permutation: Estimate
    shapley: Estimate
    lime: Estimate
    groups: tuple[GroupEstimate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Whether two methods put the fields in the same order.

    ``rank`` is Spearman's correlation over the fields to which either gives a twentieth of the whole or more;
    None where these are fewer than three: then only the first field is compared.
    """

    one: Method
    other: Method
    rank: float | None
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPart:
    """What the fields carry of a gap, in score points, group minus reference.

    ``neutral`` is by how much the predicted gap goes down where the fields' values are drawn from all leads
    for everybody; ``shapley`` the difference in means of Shapley values, which add up to the predicted gap.
    """

    fields: tuple[str, ...]
    neutral: Estimate
    shapley: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class GapStory:
    """One gap in mean score, and what drives it. ``gap`` is of the scores, ``predicted`` of the model's."""

    attribute: str
    group: str
    reference: str
    gap: float
    predicted: Estimate
    parts: tuple[GapPart, ...]
    agreement: Agreement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A field that is never proposed for a change, and why."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A field that may be proposed: so many of its values were tried of those that occur.

    ``copies`` are fields that are near copies of it. A change leaves them as they are, which may not be
    possible in life.
    """

    field: str
    tried: int
    values: int
    ordered: bool
    copies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRecourse:
    """How the leads of a group that the model leaves under the threshold could get over it.

    ``way`` is the share of them that one change of one field brings over, ``size`` the mean size of the
    smallest such change among those (see `Change`). ``way_gap`` and ``size_gap`` are group minus reference,
    undefined for the reference. ``under`` leads were looked at.
    """

    attribute: str
    group: str
    reference: bool
    under: int
    way: Estimate
    size: Estimate
    way_gap: Estimate
    size_gap: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of one lead changed.

    ``distance`` is the share of leads between the two values of a number (mid-ranks), 1 for a name or where
    the value was missing.
    """

    field: str
    before: str
    after: str
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """The smallest change that brings a lead over the threshold: fewest fields, then least distance.

    ``outcome`` is "over" where the model has it over the threshold as it is, "found", "none" where no one or
    two fields do it within what was searched, "undefined" where there is no threshold. ``tried`` combinations
    were asked for. ``reached`` is the prediction after the ``changes``.
    """

    outcome: Outcome
    changes: tuple[Change, ...] = ()
    reached: float | None = None
    tried: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPart:
    """One field of one lead: its value, and what it adds to the prediction by either method."""

    field: str
    value: str
    shapley: float | None
    lime: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadStory:
    """One lead. ``base`` plus all Shapley values is ``predicted``; ``fit`` is R-squared of LIME's line."""

    key: str
    score: float
    predicted: float
    base: float | None
    parts: tuple[LeadPart, ...]
    fit: float
    agreement: Agreement | None
    counterfactual: Counterfactual


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """All of it (``explanation.json``). ``undefined`` says why there is nothing to tell."""

    stream: str
    request: Request
    confidence: float
    leads: int
    looked_at: int
    by_account: bool
    unit: str
    threshold: float | None
    explainer: Explainer | None = None
    undefined: str | None = None
    no_shapley: str | None = None
    drivers: tuple[Driver, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    gaps: tuple[GapStory, ...] = ()
    recourse: tuple[GroupRecourse, ...] = ()
    no_recourse: str | None = None
    locked: tuple[Locked, ...] = ()
    searched: tuple[Searched, ...] = ()
    stories: tuple[LeadStory, ...] = ()
