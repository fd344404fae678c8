"""The numbers of a group of several attributes: as they are, and as they probably are."""

from __future__ import annotations

from dataclasses import replace

from audit.report.model import Report, Subgroup
from audit.report.views.view import Cell, cell

_NONE = Cell(value="\N{EN DASH}", interval="")


def raw_and_shrunk(report: Report, one: Subgroup) -> tuple[Cell, Cell]:
    """The group's own value of the metric, and the shrunk one; a dash where there is none."""
    named = (one.attribute, one.group, one.metric)
    found = (e.estimate for e in report.estimates if (e.attribute, e.group, e.metric) == named)
    made = next(found, None)
    if made is None:
        return _NONE, _NONE
    raw = cell(one.metric, made)
    if made.shrunk is None:
        return raw, _NONE
    shrunk = replace(made, value=made.shrunk, low=made.shrunk_low, high=made.shrunk_high)
    return raw, cell(one.metric, shrunk)
