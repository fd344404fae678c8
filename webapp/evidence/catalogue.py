"""Every figure of an audit by its address: a kind, and the place of its attributes, counted from 1.

No name from the data is in an address: addresses end up in logs and histories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from audit.thresholds import MEASURED
from webapp.evidence.calibration import calibration_figure
from webapp.evidence.coverage import coverage_figure
from webapp.evidence.crossing import crossing_figure
from webapp.evidence.figure import Figure
from webapp.evidence.gaps import gaps_figure
from webapp.evidence.groups import groups_figure, main_metric
from webapp.evidence.proxies import proxies_figure
from webapp.evidence.source import Names, Source
from webapp.evidence.strengths import strengths_figure
from webapp.evidence.subgroups import subgroups_figure
from webapp.evidence.thresholds import thresholds_figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A figure's address. ``metric`` is empty for the kind's own choice."""

    kind: str
    place: int
    metric: str = ""
    ratio: bool = False


Draw = Callable[[Source, Names, Asked], Figure]


def _groups(source: Source, attribute: Names, asked: Asked) -> Figure:
    return groups_figure(source, attribute, asked.metric or None)


def _gaps(source: Source, attribute: Names, asked: Asked) -> Figure:
    metric = asked.metric or main_metric(source, attribute) or "selection_rate"
    return gaps_figure(source, attribute, metric, "ratio" if asked.ratio else "difference")


def _thresholds(source: Source, attribute: Names, asked: Asked) -> Figure:
    return thresholds_figure(source, attribute, asked.metric or MEASURED[0])


ALONE: Mapping[str, Draw] = MappingProxyType(
    {
        "thresholds": _thresholds,
        "calibration": lambda source, attribute, _: calibration_figure(source, attribute),
        "proxies": lambda source, attribute, _: proxies_figure(source, attribute),
        "strengths": lambda source, attribute, _: strengths_figure(source, attribute),
        "coverage": lambda source, attribute, _: coverage_figure(source, attribute),
    }
)
"""Kinds about one attribute alone."""
ANY: Mapping[str, Draw] = MappingProxyType({"groups": _groups, "gaps": _gaps})
"""Kinds about an attribute, or attributes together."""


def attributes_of(source: Source, kind: str) -> tuple[Names, ...]:
    """What the places of a kind stand for, in order."""
    if kind == "crossings":
        return source.crossings
    return (*source.attributes, *source.crossings) if kind in ANY else source.attributes


def place_of_attribute(source: Source, kind: str, attribute: Names) -> int | None:
    """The place of an attribute in the addresses of a kind; None where it has none."""
    names = attributes_of(source, kind)
    return names.index(attribute) + 1 if attribute in names else None


def figure(source: Source, asked: Asked) -> Figure | None:
    """The figure at an address; None where nothing is there."""
    if asked.kind == "subgroups":
        return subgroups_figure(source) if asked.place == 1 else None
    names = attributes_of(source, asked.kind)
    if not 1 <= asked.place <= len(names) or not _has(source, names[asked.place - 1], asked):
        return None
    attribute = names[asked.place - 1]
    if asked.kind == "crossings":
        return crossing_figure(source, attribute)
    draw = ALONE.get(asked.kind) or ANY.get(asked.kind)
    return None if draw is None else draw(source, attribute, asked)


def _has(source: Source, attribute: Names, asked: Asked) -> bool:
    """Whether a metric that was asked for is one that the audit knows for the attribute."""
    if not asked.metric:
        return True
    known = asked.metric in source.metrics(attribute) or (attribute, asked.metric) in source.compared
    return known or (asked.kind == "thresholds" and asked.metric in MEASURED)


def asked_of(source: Source, kind: str) -> Iterator[tuple[Asked, Names]]:
    """Every address of a kind with what it is about."""
    for place, names in enumerate(attributes_of(source, kind), start=1):
        yield Asked(kind=kind, place=place), names
