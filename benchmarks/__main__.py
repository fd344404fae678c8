"""``make bench``: every figure in one run, and the page of them in docs/explanation/benchmarks.md.

``--quick`` takes 100 thousand leads only and writes nothing but the page to standard output; ``--page`` writes
the page anew from the results that are kept.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

from benchmarks.suite.catalogue import every
from benchmarks.suite.machine import REPOSITORY, machine, missing
from benchmarks.suite.page import page
from benchmarks.suite.run import FULL, QUICK, Sizes, measured

RESULTS = REPOSITORY / "benchmarks" / "results.json"
PAGE = REPOSITORY / "docs" / "explanation" / "benchmarks.md"


def results(sizes: Sizes) -> dict[str, object]:
    """Measure everything."""
    began, told = time.monotonic(), machine()
    figures = measured(sizes, lambda line: print(line, flush=True), every)
    return {"machine": told, "minutes": (time.monotonic() - began) / 60, "figures": figures}


def main(arguments: Sequence[str]) -> None:
    """Run, and write."""
    if absent := missing():
        sys.exit(f"environments are missing: {', '.join(absent)}; make bench makes them")
    if "--quick" in arguments:
        print(page(results(QUICK)))
        return
    if "--page" not in arguments:
        RESULTS.write_text(json.dumps(results(FULL), indent=1) + "\n")
    PAGE.write_text(page(json.loads(RESULTS.read_text())))


if __name__ == "__main__":
    main(sys.argv[1:])
