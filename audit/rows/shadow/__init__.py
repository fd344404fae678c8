"""A remedy as a score of its own for new leads: what is learned once, and told of each lead since."""

from __future__ import annotations

from audit.rows.shadow.comparing import Compared, Differing, compared
from audit.rows.shadow.learning import learn
from audit.rows.shadow.model import Learned
from audit.rows.shadow.possible import why_not
from audit.rows.shadow.scoring import ScoreGone, scores

__all__ = [
    "Compared",
    "Differing",
    "Learned",
    "ScoreGone",
    "compared",
    "learn",
    "scores",
    "why_not",
]
