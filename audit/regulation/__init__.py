"""Tables in the form that two regimes ask for: New York City's Local Law 144, and the four-fifths rule."""

from __future__ import annotations

from audit.regulation.compute import regulate
from audit.regulation.model import Category, FourFifths, FourFifthsRow, ImpactTable, Regulation

__all__ = ["Category", "FourFifths", "FourFifthsRow", "ImpactTable", "Regulation", "regulate"]
