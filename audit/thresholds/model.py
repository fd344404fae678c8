"""Counts of leads between the thresholds of a score: few numbers, from which every threshold follows."""

from __future__ import annotations

from dataclasses import dataclass

from audit.arrays import FloatArray, IntArray

MEASURED = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision")
"""The metrics that are told at every threshold; all but the first need outcomes."""
FUNNEL = ("kept", "scored", "worked", "outcome known")
"""Each step counts leads that passed the one before; a usable outcome is that of a worked lead."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """How much wider accounts make the intervals of one metric, by threshold and group.

    ``alone`` is for a group's own rate, ``apart`` for its difference from the reference: times by which
    the half-width of a normal interval grows (`audit.clustering.effect.Effect.stretch`).
    """

    metric: str
    alone: FloatArray
    apart: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupCounts:
    """The leads of one attribute's groups by their place between the thresholds.

    ``leads``, ``positives`` and ``negatives`` have a row per group and a column per place: column i holds
    scores that i thresholds do not keep out where higher is better (``score >= threshold``), and that i
    thresholds keep out where lower is. Leads without a score are in none; positives and negatives have a
    usable outcome. ``funnel`` has a row per group and a column per step of `FUNNEL`; a step that the data
    does not tell is -1. ``reference`` is the place of the group that others are compared with. ``steady``
    tells of each group whether it has accounts enough for a verdict; None where the stream names none.
    """

    attribute: str
    groups: tuple[str, ...]
    reference: int | None
    special_category: bool
    leads: IntArray
    positives: IntArray
    negatives: IntArray
    funnel: IntArray
    stretched: tuple[Stretch, ...] = ()
    steady: tuple[bool, ...] | None = None

    def all_together(self) -> list[int]:
        """The funnel of all groups together; -1 where the data does not tell a step."""
        return [int(step.sum()) if (step >= 0).all() else -1 for step in self.funnel.T]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThresholdCounts:
    """All attributes of an audit over the same thresholds.

    ``thresholds`` are 101 steps over the range of the score, ascending, and the stream's own where it is
    none of them (``own``, None where the stream has none). Without a score there is no threshold, and the
    groups have a funnel only.
    """

    thresholds: tuple[float, ...]
    own: float | None
    higher_is_better: bool
    confidence: float
    outcomes: bool
    groups: tuple[GroupCounts, ...]

    def of(self, attribute: str) -> GroupCounts | None:
        """The counts of one attribute; None where it has none."""
        return next((one for one in self.groups if one.attribute == attribute), None)
