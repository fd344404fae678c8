"""The mitigation laboratory: remedies for a gap, each tried on leads that it did not learn from."""

from __future__ import annotations

from audit.rows.mitigation.laboratory import laboratory
from audit.rows.mitigation.model import Experiment, Remedy, Request, Trial

__all__ = ["Experiment", "Remedy", "Request", "Trial", "laboratory"]
