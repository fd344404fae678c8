"""What people in the CRM answer to the score check of a lead, after the names are gone.

An answer is a word from a list, and so is its reason: free text could hold anything about anybody, and is
never asked for. Lead, record and person are pseudonyms under the organisation's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from connectors.pseudonym import LeadKey
from connectors.source import FlagStatus

Verdict = Literal["agree", "disagree", "review"]
Reason = Literal["score_right", "score_too_low", "score_too_high", "data_wrong", "other"]
# Of whom a pseudonym is: it moves on with a rotation of the key.
PERSON = "feedback-person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One answer of one person to the check of one lead.

    ``key`` tells answers apart for ever (32 hexadecimal digits; "" where the CRM has no record of its own of
    it, until the store names it), ``who`` is the person's pseudonym. A ``reason`` is only told by who
    disagrees. ``seen`` is what the check said, and ``audit_id`` which audit said so; both are empty where the
    answer does not hold them. ``given_at`` is in UTC.
    """

    key: str
    lead: LeadKey
    who: str
    verdict: Verdict
    given_at: datetime
    reason: Reason | None = None
    seen: FlagStatus | None = None
    audit_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was read: ``read = len(given) + left out``, always.

    ``left_out`` counts by why: "lead gone" (deleted since), "malformed" (no usable id, person or date),
    "unknown answer" (a word that is in no list of ours). ``note`` says what hinders the reading, for the
    admin. ``asked`` is False where they could not be asked for, or the CRM has no place for answers.
    """

    given: tuple[Feedback, ...] = ()
    read: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    asked: bool = True
