"""One figure in a process of its own: the first call and some warm ones, timed; the parent tells its memory.

``python -m benchmarks.suite.measuring MODULE CASE FOLDER`` prints one line of JSON. It needs numpy alone.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

WARM, BUDGET = 5, 4.0
"""Warm calls at most, and seconds after which no further one begins."""


@dataclass(frozen=True)
class Task:
    """What is timed. ``times`` is by how much its seconds are multiplied, where only a part is done.

    ``done`` says which part that is. ``counted`` is what one call works through where a rate is told.
    ``warm`` is false where a second call would find everything done.
    """

    call: Callable[[], object]
    times: float = 1.0
    done: str = ""
    counted: int | None = None
    warm: bool = True


@dataclass(frozen=True)
class Scaled:
    """What a call answers that scales its parts by itself: the seconds that the whole would have taken."""

    seconds: float


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes, or would have taken."""
    began = time.perf_counter()
    answer = call()
    took = time.perf_counter() - began
    return answer.seconds if isinstance(answer, Scaled) else took


def measured(task: Task) -> dict[str, object]:
    """The first call, then warm ones while there is time."""
    began = time.perf_counter()
    first = seconds(task.call)
    warm: list[float] = []
    while task.warm and len(warm) < WARM and time.perf_counter() - began + first < BUDGET:
        warm.append(seconds(task.call))
    return {
        "first": first * task.times,
        "warm": [one * task.times for one in warm],
        "times": task.times,
        "done": task.done,
        "counted": task.counted,
    }


def main(module: str, case: str, folder: str) -> None:
    """Set up, measure, print. What a library prints must not get among it."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    cases = importlib.import_module(f"benchmarks.suite.{module}").CASES
    found = measured(cases[case](Path(folder)))
    out.write(json.dumps(found) + "\n")
    out.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:4])
