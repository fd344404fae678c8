"""A model that customers bring: what it is given, how it is trained anew, and how it fails."""

from __future__ import annotations

from audit.rows.own.by_row import ByRow
from audit.rows.own.classes import good_class
from audit.rows.own.frame import Own, OwnFails, own

__all__ = ["ByRow", "Own", "OwnFails", "good_class", "own"]
