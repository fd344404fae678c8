"""What the audit says of the answers to its check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from audit.disparity.verdict import Verdict
from audit.estimate import Estimate

Share = Literal["answered", "disagreed", "reviewed"]
"""``answered``: of a group's leads, those that were answered about. ``disagreed`` and ``reviewed``: of
those, the leads whose newest answer disagrees with the check, or asks for a review."""
Said = Literal["too_low", "too_high", "right"]
Outlook = Literal["above", "below", "open", "insufficient"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: ``lead`` is the lead's key, ``who`` tells people apart.

    ``verdict`` is "agree", "disagree" or "review"; ``reason`` is what a person who disagrees says of the
    score, "" where nothing was said.
    """

    lead: str
    who: str
    verdict: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRate:
    """A share of one group; of all leads where ``attribute`` and ``group`` are "".

    The estimate counts leads. It is missing, with its n of 0, where fewer than the minimum are behind it, or
    fewer than three people, or where such a group could be worked out from it.
    """

    attribute: str
    group: str
    share: Share
    estimate: Estimate
    special_category: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGap:
    """A share of one group minus that of the reference group.

    ``p_adjusted`` is corrected by Holm over every comparison of answers that has enough data, and None for
    those that have not. ``n_needed`` says how many leads behind the share the group would need for a
    verdict. ``few_people`` says that too few people gave the answers to tell their habits from the group.
    ``undefined`` gives the reason exactly when ``value`` is None.
    """

    attribute: str
    group: str
    reference: str
    share: Share
    value: float | None
    low: float | None
    high: float | None
    n: int
    p: float | None
    p_adjusted: float | None
    verdict: Verdict
    n_needed: int | None
    few_people: bool = False
    undefined: str | None = None
    special_category: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden:
    """How leads turned out of which people said that the score is too low, too high or right.

    ``n`` are those with a known outcome that have leads with scores alike that nobody answered about, and all
    numbers are of these: ``converted`` is their rate, ``expected`` that of the leads with scores alike.
    ``difference`` is the first minus the second, with its interval. ``outlook`` is
    "above" or "below" where the difference surely is, "open" where it is not sure, "insufficient" where
    ``undefined`` says what is missing.
    """

    said: Said
    n: int
    converted: Estimate
    expected: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_adjusted: float | None
    outlook: Outlook
    undefined: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answers of one stream: ``given = leads + repeated + elsewhere``, always.

    ``leads`` are the leads of the audit that were answered about; only the newest answer about a lead
    counts, the others are ``repeated``. ``elsewhere`` are answers about leads that are not in the audit.
    ``people`` is how many gave the answers that count.
    """

    given: int
    leads: int
    repeated: int
    elsewhere: int
    people: int
    confidence: float
    minimum: int
    overall: tuple[AnswerRate, ...] = ()
    rates: tuple[AnswerRate, ...] = ()
    gaps: tuple[AnswerGap, ...] = ()
    overridden: tuple[Overridden, ...] = ()
