"""Counts, looks and states as bytes, and back: the same to the last bit."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from audit.arrays import FloatArray
from audit.watch.betting import STEPS, Memory
from audit.watch.counting import DayCounts
from audit.watch.ends import GRID
from audit.watch.going_on import Band, State
from audit.watch.running import Stakes
from audit.watch.sequence import Look

SMALL, LARGE = (2 * len(STEPS),), (len(GRID), len(STEPS))
TABLES = ("happened", "n", "rows")


def packed_counts(counts: DayCounts) -> bytes:
    """Day counts, compressed."""
    head = {
        **{name: getattr(counts, name) for name in ("metric", "attribute", "group")},
        "day": [day.isoformat() for day in counts.day],
    }
    return _packed(head, [getattr(counts, name) for name in TABLES], 6)


def read_counts(content: bytes) -> DayCounts:
    """As `packed_counts` made them."""
    head, values = _read(content)
    shape = (len(head["day"]), len(head["group"]))
    tables = values.reshape(len(TABLES), *shape)
    return DayCounts(
        metric=head["metric"],
        attribute=head["attribute"],
        group=tuple(head["group"]),
        day=tuple(date.fromisoformat(day) for day in head["day"]),
        **dict(zip(TABLES, tables, strict=True)),
    )


def packed_looks(looks: tuple[Look, ...]) -> bytes:
    """What was known after each day, compressed."""
    rows = [{**asdict(look), "day": look.day.isoformat()} for look in looks]
    return zlib.compress(json.dumps(rows).encode(), 6)


def read_looks(content: bytes) -> tuple[Look, ...]:
    """As `packed_looks` made them."""
    rows = json.loads(zlib.decompress(content))
    return tuple(Look(**{**row, "day": date.fromisoformat(row["day"])}) for row in rows)


def packed_state(state: State) -> bytes:
    """All that the next day needs, compressed a little: it is written at every pull."""
    band = state.band
    stakes = (state.evidence, *band.stakes)
    head = {
        "memory": asdict(state.memory),
        "leads": state.leads,
        "strongest": state.strongest if np.isfinite(state.strongest) else None,
        "band": {"error": band.error, "weight": band.weight, "gap": band.gap},
        "days": [one.days for one in stakes],
    }
    excluded = [one.astype(np.float64) for one in band.excluded]
    arrays = [array for one in stakes for array in (one.reached, one.offset, one.bought)]
    return _packed(head, [*arrays, *excluded], 1)


def read_state(content: bytes) -> State:
    """As `packed_state` made it."""
    head, values = _read(content)
    parts = _parts(values, [*[SMALL] * 3, *[LARGE] * 6, *[(len(GRID),)] * 2])
    stakes = [
        Stakes(reached=parts[3 * at], offset=parts[3 * at + 1], bought=parts[3 * at + 2], days=days)
        for at, days in enumerate(head["days"])
    ]
    return State(
        memory=Memory(**head["memory"]),
        leads=head["leads"],
        evidence=stakes[0],
        strongest=-np.inf if head["strongest"] is None else head["strongest"],
        band=Band(stakes=(stakes[1], stakes[2]), excluded=(parts[9] > 0, parts[10] > 0), **head["band"]),
    )


def _parts(values: FloatArray, shapes: list[tuple[int, ...]]) -> list[FloatArray]:
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    cut = np.split(values, ends[:-1])
    return [part.reshape(shape) for part, shape in zip(cut, shapes, strict=True)]


def _packed(head: Mapping[str, Any], arrays: list[FloatArray], level: int) -> bytes:
    told = json.dumps(head).encode()
    body = b"".join(np.ascontiguousarray(one, dtype="<f8").tobytes() for one in arrays)
    return zlib.compress(len(told).to_bytes(4, "big") + told + body, level)


def _read(content: bytes) -> tuple[Mapping[str, Any], FloatArray]:
    whole = zlib.decompress(content)
    end = 4 + int.from_bytes(whole[:4], "big")
    return json.loads(whole[4:end]), np.frombuffer(whole[end:], dtype="<f8").astype(np.float64)
