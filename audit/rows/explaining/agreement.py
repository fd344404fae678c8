"""Whether two ways to explain put the fields in the same order, in a number and a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audit.finding.words import quoted
from audit.rows.explaining.model import Agreement, Method, Verdict
from audit.rows.levels import Reals

MATTERS = 0.05
"""A field to which both methods give less than a twentieth of the whole is noise to either."""
SAME, PARTLY = 0.8, 0.5
NAMES: dict[Method, str] = {"permutation": "Permutation", "shapley": "SHAP", "lime": "LIME"}


def agreement(
    one: tuple[Method, Reals], other: tuple[Method, Reals], fields: Sequence[tuple[str, ...]]
) -> Agreement | None:
    """Compare the sizes that two methods give to the same fields; None where a method sees none at work."""
    sizes = [np.abs(values) for _, values in (one, other)]
    if not fields or min(float(size.sum()) for size in sizes) <= 0:
        return None
    matters = np.maximum(*(size / size.sum() for size in sizes)) >= MATTERS
    rank = _rank(sizes[0][matters], sizes[1][matters])
    first = [int(np.argmax(size)) for size in sizes]
    same = first[0] == first[1]
    verdict: Verdict = _verdict(rank, same=same)
    return Agreement(
        one=one[0],
        other=other[0],
        rank=rank,
        verdict=verdict,
        text=_text((one[0], other[0]), verdict, [_named(fields[place]) for place in first]),
    )


def _rank(one: Reals, other: Reals) -> float | None:
    """Spearman's correlation, ties at their mean place."""
    from scipy.stats import rankdata  # noqa: PLC0415 - slow to import

    if one.size < 3 or np.ptp(one) <= 0 or np.ptp(other) <= 0:
        return None
    return round(float(np.corrcoef(rankdata(one), rankdata(other))[0, 1]), 9)


def _verdict(rank: float | None, *, same: bool) -> Verdict:
    if rank is None:
        return "agree" if same else "disagree"
    if rank >= SAME:
        return "agree"
    return "in part" if rank >= PARTLY else "disagree"


def _text(methods: tuple[Method, Method], verdict: Verdict, first: list[str]) -> str:
    one, other = (NAMES[each] for each in methods)
    if first[0] == first[1]:
        return {
            "agree": f"{one} and {other} agree: both put {first[0]} first.",
            "in part": f"{one} and {other} agree in part: both put {first[0]} first, others differ.",
            "disagree": (
                f"{one} and {other} disagree: both put {first[0]} first, and the fields behind it in another"
                " order. Trust only what both say."
            ),
        }[verdict]
    apart = f"{one} puts {first[0]} first, {other} {first[1]}"
    return {
        "agree": f"{one} and {other} agree but for the first: {apart}.",
        "in part": f"{one} and {other} agree in part: {apart}. Trust only what both say.",
        "disagree": f"{one} and {other} disagree: {apart}. Trust neither before you know why.",
    }[verdict]


def _named(fields: tuple[str, ...]) -> str:
    return " with ".join(quoted(one) for one in fields)
