"""A shape as text for the organisation's own ledger, and back."""

from __future__ import annotations

import json
from dataclasses import asdict

from audit.release.shape import Dimension, Shape


def to_text(shape: Shape) -> str:
    """JSON with sorted keys: equal shapes have equal texts."""
    return json.dumps(asdict(shape), sort_keys=True, ensure_ascii=False)


def from_text(text: str) -> Shape:
    """What `to_text` wrote."""
    record = json.loads(text)
    return Shape(
        dimensions=tuple(
            Dimension(name=one["name"], levels=tuple(one["levels"]), reference=one["reference"])
            for one in record["dimensions"]
        ),
        edges=tuple(record["edges"]),
        facts=tuple(record["facts"]),
        scopes=tuple(tuple(scope) for scope in record["scopes"]),
        k=record["k"],
    )
