"""``make mutation``: small faults put into ``audit``, one at a time, and how many of them the tests notice.

A random sample of the faults that mutmut can make, drawn with a seed. Each is tried against the tests that
reach the changed function: the whole audits that were approved (``tests/approved``), and of the others the
fastest first, up to ``SECONDS`` of tests. A fault that only a slower test would notice counts as unnoticed,
so that the share is a lower bound.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.mutation.written import Fault, written

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".mutation"
REPORT = ROOT / "docs" / "explanation" / "mutation.md"
MUTANTS = WORK / "mutants"
STATS = MUTANTS / "mutmut-stats.json"
FIRST = "audit.estimate.*"
"""A pattern of few faults: mutmut makes all of them, and times every test, before it tries any."""
SECONDS = 20.0
APPROVED = "test_an_audit_says_what_was_approved"
UNREACHED = 33


def main(size: int, seed: int) -> None:
    """Make the faults, draw some, try them, write the report."""
    _copy()
    mutmut(FIRST)
    _hasten(SECONDS)
    faults = _faults()
    names = sorted(faults)
    places = np.random.default_rng(seed).permutation(len(names))[:size]
    drawn = [names[place] for place in places]
    mutmut(*[name for name in drawn if _reached(name)])
    codes = _faults()
    tried = [Fault(name=name, code=codes[name], change=_change(name, codes[name])) for name in drawn]
    REPORT.write_text(written(tried, total=len(faults), seed=seed, seconds=SECONDS))


def mutmut(*names: str) -> None:
    """Try these faults."""
    environment = {**os.environ, "CI": "true"}
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(os.cpu_count() or 1), *names]
    subprocess.run(command, cwd=WORK, env=environment, check=True)


def _copy() -> None:
    """The committed state in a folder of its own, so that no fault can reach the real one."""
    if not WORK.exists():
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(WORK)], check=True)


def _hasten(seconds: float) -> None:
    """Leave each function only its fastest tests."""
    stats = json.loads(STATS.read_text())
    took = stats["duration_by_test"]
    for name, tests in stats["tests_by_mangled_function_name"].items():
        stats["tests_by_mangled_function_name"][name] = _fastest(tests, took, seconds)
    STATS.write_text(json.dumps(stats))


def _fastest(tests: list[str], took: dict[str, float], seconds: float) -> list[str]:
    whole = [test for test in tests if APPROVED in test]
    kept, spent = sorted(whole), 0.0
    for test in sorted(set(tests) - set(whole), key=lambda one: (took.get(one, 0.0), one)):
        spent += took.get(test, 0.0)
        if kept and spent > seconds:
            break
        kept.append(test)
    return kept


def _faults() -> dict[str, int | None]:
    """Every fault with its exit code; None where it was not tried."""
    found: dict[str, int | None] = {}
    for path in sorted(MUTANTS.rglob("*.py.meta")):
        found |= json.loads(path.read_text())["exit_code_by_key"]
    return found


def _reached(name: str) -> bool:
    """Whether any test runs the function."""
    stats = json.loads(STATS.read_text())["tests_by_mangled_function_name"]
    return bool(stats.get(name.rpartition("__mutmut_")[0]))


def _change(name: str, code: int | None) -> str:
    """The changed lines of a fault that nobody noticed."""
    if code not in {0, UNREACHED, None}:
        return ""
    command = [sys.executable, "-m", "mutmut", "show", name]
    shown = subprocess.run(command, cwd=WORK, capture_output=True, text=True, check=True).stdout
    lines = shown.splitlines()[3:]
    return "\n".join(line for line in lines if line[:1] in {"+", "-"})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 800, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
