"""An overview as JSON, to be kept beside the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from audit.history.model import Change, Noted, Overview, Point

_LISTS = ("attribute", "group", "reference")


def overview_record(one: Overview) -> dict[str, Any]:
    """The record of an overview: plain values only."""
    return asdict(one)


def read_overview(record: Mapping[str, Any]) -> Overview:
    """An overview from its record. KeyError or TypeError where it is none."""
    found = record["changes"]
    return Overview(
        **{
            **record,
            "findings": tuple(Noted(**_names(one)) for one in record["findings"]),
            "points": tuple(Point(**_names(one)) for one in record["points"]),
            "changes": None if found is None else tuple(_change(one) for one in found),
        }
    )


def _change(record: Mapping[str, Any]) -> Change:
    points = {
        side: None if record[side] is None else Point(**_names(record[side])) for side in ("before", "after")
    }
    return Change(**{**record, "finding": Noted(**_names(record["finding"])), **points})


def _names(record: Mapping[str, Any]) -> dict[str, Any]:
    return {**record, **{name: tuple(record[name]) for name in _LISTS if name in record}}
