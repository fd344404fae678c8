"""Of which counts of answers nothing is told, so that no one rep's record can be read or worked out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from audit.rows.answers import FEWEST_PEOPLE
from webapp.store.answer_counts import Part


def untold(parts: Sequence[Part], left_out: int = 0) -> frozenset[str]:
    """The keys of the parts that are not told.

    Those of fewer than three people; and, as all answers less the other parts would give what is hidden, the
    next smallest ones too, until those together are two at least and of three people (as the comparison of
    groups hides, `audit.rows.answers.hidden`). The last ``left_out`` parts are not shown anyway.
    """
    shown = parts[: len(parts) - left_out]
    few = [one for one in parts if one.people < FEWEST_PEOPLE]
    hidden = [*few, *(one for one in parts[len(shown) :] if one not in few)]
    for one in sorted((one for one in shown if one not in few), key=lambda one: one.whole):
        if not few or _safe(hidden):
            break
        hidden.append(one)
    return frozenset(one.key for one in hidden)


def _safe(hidden: Collection[Part]) -> bool:
    people = frozenset[str]().union(*(one.some for one in hidden))
    enough = len(people) >= FEWEST_PEOPLE or any(one.people >= FEWEST_PEOPLE for one in hidden)
    return len(hidden) > 1 and enough
