"""Which cut of the leads a release is: two that differ can be subtracted from each other."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from audit.release import Shape
from audit.release.shape import SMALLEST_K
from audit.report.digest import of_stream
from audit.schema import BadInput, Stream, Tolerance
from webapp.store.releases import MILLION, ReleasedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for: how many attributes are crossed, k, and epsilon where noise is wanted.

    ``request`` is the job that asks, or "": one job gets one release, however often it is tried.
    """

    crossings: int | None = None
    k: int = SMALLEST_K
    epsilon: float | None = None
    request: str = ""


def as_paid(epsilon: float) -> float:
    """An epsilon as the budget is kept: in whole millionths."""
    return round(epsilon * MILLION) / MILLION


def refuse_other_cut(first: ReleasedRow, shape: Shape, stream: Stream, asked: Asked) -> None:
    """Raise BadInput where another cut of the leads is asked for than that of the first release."""
    crossed = max((len(scope) for scope in shape.scopes), default=0)
    other = []
    if first.definition != definition(stream):
        other.append("other columns, groups, bands or another threshold")
    if asked.k != shape.k:
        other.append(f"k = {shape.k}")
    if asked.crossings is not None and asked.crossings < crossed:
        other.append(f"{crossed} attributes crossed")
    if other:
        msg = (
            f"Figures of these leads were shared on {first.made_at:%Y-%m-%d} with {', '.join(other)}. Two "
            "cuts of the same leads can be subtracted from each other, so ask for the same cut again, hand "
            "out the earlier release, or share with noise."
        )
        raise BadInput(msg)


def definition(stream: Stream) -> str:
    """Digest of what decides which lead is counted where; names and tolerances do not."""
    return of_stream(replace(stream, name="", features=None, text=(), audit=Tolerance()))


def digest_of(*parts: str) -> str:
    """SHA-256 of some texts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
