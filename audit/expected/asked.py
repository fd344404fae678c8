"""How estimates are made."""

from __future__ import annotations

from dataclasses import dataclass

from audit.expected.model import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The newest day (from 1970), after how many days outcomes ripen, and the stream's settings."""

    as_of: int
    maturity_days: int | None
    period: Period
    confidence: float
    minimum_group: int
    seed: int
    higher_is_better: bool
