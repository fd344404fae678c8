"""What the data do not show: bounds on metrics where outcomes or groups are not known."""

from __future__ import annotations

from audit.unseen.bounds import bounds
from audit.unseen.overlap import no_overlap
from audit.unseen.survival import Judged, doubtful_verdicts
from audit.unseen.value import Bound, Cause, Method

__all__ = ["Bound", "Cause", "Judged", "Method", "bounds", "doubtful_verdicts", "no_overlap"]
