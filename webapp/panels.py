"""The panel on a lead: one JSON for both CRMs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PanelState = Literal["fine", "flagged", "not_enough_data", "not_audited", "not_connected", "no_permission"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What a sales rep sees beside a lead: never an attribute of the person, never a group's name.

    ``title`` is the status in words, ``sentence`` says why in one sentence, ``next_step`` what to
    do. ``checked_at`` is ISO 8601 UTC; ``audit_id`` is short and quotable.
    """

    state: PanelState
    title: str
    sentence: str
    next_step: str
    checked_at: str | None = None
    audit_id: str | None = None
