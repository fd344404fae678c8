"""The tables as audit.json holds them, back as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.regulation.model import Category, FourFifths, FourFifthsRow, ImpactTable, Regulation


def read_regulation(record: Mapping[str, Any] | None) -> Regulation:
    """The tables of a report; empty for one that was written before there were any."""
    if record is None:
        return Regulation()
    period = record["period"]
    return Regulation(
        period=(period[0], period[1]) if period else None,
        clustered=bool(record.get("clustered", False)),
        ll144=tuple(_impact(one) for one in record["ll144"]),
        four_fifths=tuple(_four_fifths(one) for one in record["four_fifths"]),
    )


def _impact(record: Mapping[str, Any]) -> ImpactTable:
    categories = tuple(Category(**{**one, "group": tuple(one["group"])}) for one in record["categories"])
    most = _names(record["most_favoured"])
    changed = {"attribute": tuple(record["attribute"]), "most_favoured": most, "categories": categories}
    return ImpactTable(**{**record, **changed})


def _four_fifths(record: Mapping[str, Any]) -> FourFifths:
    rows = tuple(FourFifthsRow(**{**one, "group": tuple(one["group"])}) for one in record["rows"])
    changed = {"attribute": tuple(record["attribute"]), "highest": _names(record["highest"]), "rows": rows}
    return FourFifths(**{**record, **changed})


def _names(value: list[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)
