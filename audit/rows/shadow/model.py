"""What was learned once: plain numbers, from which every new lead's shadow score is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Way = Literal["score", "curve", "less", "model"]
"""The CRM's score as it is, through a curve, less for some leads, or that of a model trained anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A remedy that was learned.

    ``given`` are its numbers by name: lists, numbers and texts only, so that JSON holds them as they are and
    nothing is run when they are read. A lead is called where its shadow score is at least ``cut``. ``until``
    is the last creation day of the leads that it learned from: later leads had no part in it. ``today_cut``
    is where the CRM's score (turned so that higher is better) calls, None where the stream itself says who is
    called. ``leads`` is how many there were, ``known`` how many of them it learned from. ``score``,
    ``outcome`` and ``higher_is_better`` are the stream's, as they were; None where that was not kept.
    """

    remedy: str
    title: str
    way: Way
    given: Mapping[str, Any]
    cut: float
    until: date
    leads: int
    known: int
    today_cut: float | None = None
    seed: int = 0
    score: str | None = None
    outcome: str | None = None
    higher_is_better: bool | None = None
