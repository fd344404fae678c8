"""Small functions, small files: the budget that keeps the code readable, measured with ast."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("audit", "connectors", "webapp")
MEDIAN, NINETIETH, LONGEST, FILE = 7, 20, 40, 300
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
# Raised for one line, with the reason: {"path": (limit, "reason")}.
RAISED: dict[str, tuple[int, str]] = {
    "webapp/services.py": (
        350,
        "a list: one property of three lines for each store; halves would be found by guessing",
    ),
}


def sources() -> tuple[Path, ...]:
    return tuple(sorted(path for name in PACKAGES for path in (REPOSITORY / name).rglob("*.py")))


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def functions() -> Iterator[tuple[str, int]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(REPOSITORY)}:{node.lineno} {node.name}", code_lines(node)


def test_function_bodies_stay_short():
    lengths = sorted(lines for _, lines in functions())
    assert statistics.median(lengths) <= MEDIAN
    assert lengths[int(len(lengths) * 0.9)] <= NINETIETH
    too_long = {place: lines for place, lines in functions() if lines > LONGEST}
    assert not too_long


def test_files_stay_short():
    long = {}
    for path in sources():
        name = str(path.relative_to(REPOSITORY))
        lines = len(path.read_text().splitlines())
        if lines > RAISED.get(name, (FILE, ""))[0]:
            long[name] = lines
    assert not long


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_a_drawer_for_everything(package):
    names = {path.stem for path in (REPOSITORY / package).rglob("*.py")}
    assert not names & FORBIDDEN_NAMES


@pytest.mark.parametrize("folder", [*PACKAGES, "tests", "manifests", "benchmarks", "docs"])
def test_each_top_folder_states_its_rule(folder):
    readme = (REPOSITORY / folder / "README.md").read_text()
    assert len(readme.split()) >= 20
