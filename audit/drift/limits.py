"""From when on a difference counts as drift, however sure it is.

With a million leads everything differs surely. What is smaller than these limits raises no alarm.

References
----------
PSI 0.1 and 0.25: E. Lewis (1994). An Introduction to Credit Scoring; N. Siddiqi (2006). Credit Risk
Scorecards. Wiley. The others are ours: the stream's usual tolerance of 5 points, one lead in a hundred, and
an AUC at which 55 of 100 pairs of an old and a new lead are told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PSI = 0.1
LARGE_PSI = 0.25
MISSING = 0.05
UNSEEN = 0.01
AUC = 0.55
SCAN = 0.2
"""Which part of the error the scan for days of change has; all other tests together have the rest."""

LIMITS: Mapping[str, float] = MappingProxyType(
    {"psi": PSI, "large_psi": LARGE_PSI, "missing": MISSING, "unseen": UNSEEN, "auc": AUC}
)
"""The limits by name, for pages and for JSON."""
