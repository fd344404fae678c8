"""One bounded number: where a metric can lie once the leads that cannot be seen are counted in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cause = Literal["selective_labels", "unknown_group"]
Method = Literal["worst_case", "missing_at_random"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A metric of a group, or its gap to the reference group, with leads that cannot be seen.

    ``lower`` and ``upper`` bound the number that all leads together have in this sample; ``low``
    and ``high`` hold that of the population with the report's confidence (Imbens and Manski 2004).
    With ``reference`` it is the difference, group minus reference. ``n`` counts the leads that are
    seen and enter the number, ``missing`` those that might enter it but for what is not known
    (of both groups for a gap). Of these, ``unworked`` were never worked as far as anybody knows (None
    where the stream does not say, or where the group is what is unknown), and ``unsupported`` have
    no seen lead like them to learn from (missing at random only): they are bounded all the same.
    The numbers are None exactly when ``undefined`` gives a reason.
    """

    cause: Cause
    attribute: tuple[str, ...]
    group: tuple[str, ...]
    reference: tuple[str, ...] | None
    metric: str
    method: Method
    lower: float | None
    upper: float | None
    low: float | None
    high: float | None
    n: int
    missing: int
    unworked: int | None = None
    unsupported: int = 0
    undefined: str | None = None
