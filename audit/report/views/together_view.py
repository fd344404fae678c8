"""What the page shows of the numbers that are about all groups of an attribute together."""

from __future__ import annotations

from dataclasses import dataclass

from audit.finding.reading import reading
from audit.finding.together_words import TOLD, told
from audit.report.model import Report
from audit.report.views.view import Cell, cell


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherRow:
    """One number of one attribute, or of a crossing, in figures and in words."""

    attribute: str
    label: str
    cell: Cell
    words: str


def together_rows(report: Report) -> tuple[TogetherRow, ...]:
    """The numbers that are told in words, attribute by attribute; the others are in audit.json."""
    found = {(one.attribute, one.metric): one.estimate for one in report.estimates if not one.group}
    attributes = dict.fromkeys(attribute for attribute, _ in found if attribute)
    return tuple(
        TogetherRow(
            attribute=" and ".join(attribute),
            label=reading(metric).label,
            cell=cell(metric, found[attribute, metric]),
            words=told(metric, found[attribute, metric], found.get((attribute, "within_group_entropy"))),
        )
        for attribute in attributes
        for metric in TOLD
        if (attribute, metric) in found
    )
