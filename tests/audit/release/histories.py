"""Attacks random histories of releases by a linear programme: python -m tests.audit.release.histories [N]."""

from __future__ import annotations

import sys

import numpy as np

from audit.release import Made
from audit.schema import BadInput
from tests.audit.release.test_later_releases import KNOWS, attacked, history, shown_changes

_EVERY = 8


def main(tries: int) -> None:
    """Print what the attack wins of each history, and of all of them."""
    rng, lost, refused, sizes = np.random.default_rng(21), 0, 0, []
    for turn in range(tries):
        how, times = sorted(KNOWS)[turn % len(KNOWS)], 1 + turn // len(KNOWS) % 2
        try:
            made = history(int(rng.integers(10**6)), int(rng.integers(150, 600)), (how,) * times)
        except BadInput as refusal:
            refused += 1
            print(f"{turn}: refused: {refusal}", flush=True)  # noqa: T201
            continue
        won = list(attacked(made, how, _EVERY)) + [
            f"{one}" for one in shown_changes(made) if 0 < abs(one) < 10
        ]
        lost, sizes = lost + len(won), [*sizes, made[0].basis.total]
        print(f"{turn}: {how}, {_words(made)}: {won or 'nothing'}", flush=True)  # noqa: T201
    print(f"{len(sizes)} histories of {min(sizes)} to {max(sizes)} leads: {lost} known, {refused} refused")  # noqa: T201


def _words(made: tuple[Made, ...]) -> str:
    hidden = [sum(one.counts.count(None) for one in each.release.groups) for each in made]
    return f"hidden {', '.join(map(str, hidden))}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
