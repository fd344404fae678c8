"""A remedy as a score of its own for new leads: what is learned once, and told of each lead since."""

from __future__ import annotations

from audit.rows.shadow.comparing import Compared, Differing, compared
from audit.rows.shadow.learning import learn
from audit.rows.shadow.model import Learned
from audit.rows.shadow.possible import why_not
from audit.rows.shadow.scoring import ScoreGone, scores
from audit.rows.shadow.writing import as_written, is_chance, lower_is_better, written_cut

__all__ = [
    "Compared",
    "Differing",
    "Learned",
    "ScoreGone",
    "as_written",
    "compared",
    "is_chance",
    "learn",
    "lower_is_better",
    "scores",
    "why_not",
    "written_cut",
]
