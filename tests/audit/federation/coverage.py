"""How often joint intervals with noise cover the truth: python -m tests.audit.federation.coverage."""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
import pyarrow as pa

from audit.federation import Party, joint
from audit.release import Release, basis_of, fitting_shape, noisy_release, plain_shape, release_of, terms_of
from tests.audit.tables import cube, stream

STREAM = stream("a", threshold=60.0, intersections=1, reference="x")
RATES = (0.35, 0.2)
Epsilons = tuple[float | None, ...]
"""One for each organisation; None is a release that hides small counts."""


def released(rng: np.random.Generator, size: int, epsilon: float | None) -> Release:
    """The release of one organisation: groups x and y are selected at `RATES`."""
    group = rng.random(size) < 0.5
    selected = rng.random(size) < np.where(group, *RATES)
    names = pa.array(np.where(group, "x", "y").tolist()).dictionary_encode()
    table = {"attribute:a": names, "score": np.where(selected, 80.0, 20.0), "outcome": rng.random(size) < 0.3}
    of = cube(table, STREAM)
    if epsilon is None:
        return release_of(basis_of(of, fitting_shape(of, STREAM)), terms_of(STREAM))
    return noisy_release(of, plain_shape(of, STREAM), terms_of(STREAM), epsilon)


def once(rng: np.random.Generator, size: int, epsilons: Epsilons) -> list[tuple[str, bool, float]]:
    """What one merge covers, and how wide it is: both rates, their difference and their ratio."""
    made = joint(
        tuple(
            Party(name=str(i), key=str(i), digest=str(i), release=released(rng, size, epsilon))
            for i, epsilon in enumerate(epsilons)
        )
    )
    true = {("x",): RATES[0], ("y",): RATES[1]}
    gaps = {"difference": RATES[1] - RATES[0], "ratio": RATES[1] / RATES[0]}
    told = [
        ("rate", one.figure, true[one.group])
        for one in made.rates
        if one.metric == "selection_rate" and one.group in true
    ]
    told += [
        (one.kind, one.figure, gaps[one.kind])
        for one in made.gaps
        if (one.metric, one.group, one.reference) == ("selection_rate", ("y",), ("x",))
    ]
    return [
        (what, one.low <= truth <= one.high, one.high - one.low)
        for what, one, truth in told
        if one.low is not None and one.high is not None
    ]


@cache
def worlds() -> tuple[tuple[Epsilons, int], ...]:
    """The merges that are simulated: who adds noise, and how many leads each organisation has."""
    kinds: tuple[Epsilons, ...] = ((0.5,) * 3, (2.0,) * 3, (1.0, 3.0, None))
    return tuple((epsilons, size) for epsilons in kinds for size in (1_000, 10_000))


def main(tries: int) -> None:
    """Print the table of docs/explanation/federated.md."""
    print("| epsilon of each | leads of each | figure | covered | median width |\n|---|---|---|---|---|")  # noqa: T201
    for epsilons, size in worlds():
        rng = np.random.default_rng(11)
        found = [one for _ in range(tries) for one in once(rng, size, epsilons)]
        names = ", ".join("none, hidden" if one is None else f"{one:g}" for one in epsilons)
        for what in ("rate", "difference", "ratio"):
            rows = [(hit, width) for kind, hit, width in found if kind == what]
            if rows:
                hits, widths = zip(*rows, strict=True)
                line = f"{np.mean(hits):.1%} of {len(rows)} | {np.median(widths):.3f}"
                print(f"| {names} | {size:,} | {what} | {line} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
