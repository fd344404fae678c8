"""One number of another library: ours, right where it is wrong, and exactly its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stage = Literal["pre", "post"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compat:
    """One metric of another library for one group (``compat`` in audit.json).

    ``group`` is the disadvantaged side (Clarify's facet d), ``reference`` the advantaged one: a group,
    or None for all other leads, as Clarify has it. ``group`` is empty for a number about all leads.
    ``stage`` is "pre" for outcomes and "post" for decisions. ``metric`` is the registry's name.

    ``value`` with its interval is ours, and None exactly when ``undefined`` gives a reason.
    ``compat_value`` is what the library prints on the same leads: it may be infinite, and is None
    where the library stops with an error. ``note`` says why the two differ, where they do.
    """

    library: str
    name: str
    stage: Stage
    attribute: tuple[str, ...]
    group: tuple[str, ...]
    reference: tuple[str, ...] | None
    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    undefined: str | None
    compat_value: float | None
    note: str | None = None
