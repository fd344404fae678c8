"""Groups against each other: gaps, ratios, conditional gaps and worst cases, each with a verdict."""

from __future__ import annotations

from audit.disparity.comparisons import Disparity, compare
from audit.disparity.contrast import Kind
from audit.disparity.verdict import Verdict

__all__ = ["Disparity", "Kind", "Verdict", "compare"]
