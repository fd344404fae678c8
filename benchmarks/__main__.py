"""``make bench``: every figure in one run, and the page of them in docs/explanation/benchmarks.md.

``--quick`` takes 100 thousand leads only, once, and writes nothing but the page to standard output.
``--page`` writes the page anew from the results that are kept. A number is how often each figure is measured
(3 times where none is given).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.suite.catalogue import every
from benchmarks.suite.machine import REPOSITORY, machine, missing
from benchmarks.suite.page import page
from benchmarks.suite.run import FULL, QUICK, Sizes, measured

ROUNDS = 3
RESULTS = REPOSITORY / "benchmarks" / "results.json"
PAGE = REPOSITORY / "docs" / "explanation" / "benchmarks.md"


def results(sizes: Sizes, rounds: int, keep: Callable[[dict[str, object]], object]) -> None:
    """Measure everything; what is known so far is kept after every figure."""
    began, told, figures = time.monotonic(), machine(), list[dict[str, object]]()
    for one in measured(sizes, every(sizes), rounds, lambda line: print(line, file=sys.stderr, flush=True)):
        figures.append(one)
        minutes = (time.monotonic() - began) / 60
        keep({"machine": told, "minutes": minutes, "rounds": rounds, "figures": figures})


def main(arguments: Sequence[str]) -> None:
    """Run, and write."""
    if "--page" in arguments:
        PAGE.write_text(page(json.loads(RESULTS.read_text())))
        return
    if absent := missing():
        sys.exit(f"environments are missing: {', '.join(absent)}; make bench makes them")
    if "--quick" in arguments:
        kept = dict[str, object]()
        results(QUICK, 1, kept.update)
        print(page(kept))
        return
    rounds = next((int(one) for one in arguments if one.isdecimal()), ROUNDS)
    results(FULL, rounds, lambda found: RESULTS.write_text(json.dumps(found, indent=1) + "\n"))
    PAGE.write_text(page(json.loads(RESULTS.read_text())))


if __name__ == "__main__":
    main(sys.argv[1:])
