"""What the audit says about the loop from score to contact to conversion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audit.estimate import Estimate

LoopVerdict = Literal["found", "not found", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One difference with its interval, test and number of leads, or the reason why there is none."""

    value: float | None
    low: float | None
    high: float | None
    p: float | None
    n: int
    undefined: str | None = None

    @classmethod
    def missing(cls, reason: str, n: int = 0) -> Effect:
        """No number, for this reason."""
        return cls(value=None, low=None, high=None, p=None, n=n, undefined=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBand:
    """Leads scored from ``low`` to ``high``: how many are contacted, and how many convert."""

    low: float
    high: float
    n: int
    contact: Estimate
    conversion: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How much of a group's gap in conversion at equal score goes through contact.

    ``gap`` is the gap at equal score, ``gap_at_equal_contact`` what is left among leads that were also
    contacted alike, and ``through_contact`` the group's gap in contact at equal score times what a contact
    goes with, its p-value corrected over all groups by Holm (``p_adjusted``). ``share`` is the last over the
    first gap, None where there is no sure gap.
    """

    attribute: str
    group: str
    reference: str
    contact_gap: Effect
    gap: Effect
    gap_at_equal_contact: Effect
    through_contact: Effect
    share: float | None
    p_adjusted: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """What would tell: leads below the bar to work at random, and as many left alone.

    With ``leads`` in each arm, a rise of conversion from ``without`` to ``with_contact`` is found with a
    probability of ``power``.
    """

    leads: int
    without: float
    with_contact: float
    power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """The loop from a low score to less contact, to fewer conversions, and back to a low score.

    ``trend`` is the rise of the contact rate from the worst score to the best along a straight line,
    ``contact_jump`` and ``conversion_jump`` the steps of both rates at the threshold, ``bandwidth`` how far
    from it leads were compared. ``contact_effect`` is the conversion rate of contacted leads minus that of
    others at equal score. ``level`` is the error probability that was allowed. None of this proves a cause.
    """

    verdict: LoopVerdict
    level: float
    n: int
    bands: tuple[ScoreBand, ...]
    trend: Effect
    contact_jump: Effect
    conversion_jump: Effect
    bandwidth: float | None
    contact_effect: Effect
    channels: tuple[Channel, ...]
    experiment: Experiment | None
