"""One piece of evidence: what it shows, the chart, the table beside it, and what it cannot show."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.charts import Drawing
from webapp.evidence.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with its table. ``drawing`` is None where there is nothing to draw, and ``lacking`` says why.

    ``lead`` is a sentence or two on how to read it, ``notes`` are what to know besides. ``panels`` are the
    parts of the drawing one by one, which a page lays out by its own width.
    """

    title: str
    lead: str
    sheet: Sheet | None = None
    drawing: Drawing | None = None
    panels: tuple[Drawing, ...] = ()
    lacking: str = ""
    notes: tuple[str, ...] = ()
    special_category: bool = False


def nothing(title: str, why: str) -> Figure:
    """A figure that has nothing to show, and says so."""
    return Figure(title=title, lead="", lacking=why)
