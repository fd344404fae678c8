"""How often intervals of releases with noise cover the truth: python -m tests.audit.release.coverage."""

from __future__ import annotations

import sys

import numpy as np
import pyarrow as pa

from audit.release import disparities, estimates, noisy_release, plain_shape, terms_of
from tests.audit.tables import cube, stream

STREAM = stream("a", threshold=60.0, intersections=1, reference="x")
RATES = (0.35, 0.2)


def once(rng: np.random.Generator, size: int, epsilon: float) -> list[tuple[str, bool, float]]:
    """What is covered in one release, and how wide it is: two rates and their difference and ratio."""
    group = rng.random(size) < 0.5
    selected = rng.random(size) < np.where(group, *RATES)
    names = pa.array(np.where(group, "x", "y").tolist()).dictionary_encode()
    table = {"attribute:a": names, "score": np.where(selected, 80.0, 20.0), "outcome": rng.random(size) < 0.3}
    of = cube(table, STREAM)
    release = noisy_release(of, plain_shape(of, STREAM), terms_of(STREAM), epsilon)
    true = {("rate", ("x",)): RATES[0], ("rate", ("y",)): RATES[1]}
    gaps = {"difference": RATES[1] - RATES[0], "ratio": RATES[1] / RATES[0]}
    told = [
        ("rate", one.estimate, true["rate", one.group])
        for one in estimates(release)
        if one.metric == "selection_rate" and ("rate", one.group) in true
    ]
    told += [
        (gap.kind, gap.estimate, gaps[gap.kind])
        for gap in disparities(release)
        if (gap.metric, gap.group, gap.reference) == ("selection_rate", ("y",), ("x",))
    ]
    return [
        (what, one.low <= truth <= one.high, one.high - one.low)
        for what, one, truth in told
        if one.low is not None and one.high is not None
    ]


def main(tries: int) -> None:
    """Print the table of docs/explanation/release.md."""
    print("| epsilon | leads | figure | told | covered | median width |\n|---|---|---|---|---|---|")  # noqa: T201
    for epsilon in (0.2, 0.5, 1.0, 3.0):
        for size in (500, 2_000, 20_000):
            rng = np.random.default_rng(11)
            found = [one for _ in range(tries) for one in once(rng, size, epsilon)]
            for what in ("rate", "difference", "ratio"):
                rows = [(hit, width) for kind, hit, width in found if kind == what]
                if rows:
                    hits, widths = zip(*rows, strict=True)
                    line = f"{np.mean(hits):.1%} | {np.median(widths):.3f}"
                    print(f"| {epsilon:g} | {size:,} | {what} | {len(rows)} | {line} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
