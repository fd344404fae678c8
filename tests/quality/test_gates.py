"""The tools that judge the code: ruff, mypy, pyright, import-linter."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.conftest import absent

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def passes(*command: str) -> None:
    done = run(*command)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-2000:]}"


def test_ruff_finds_nothing():
    passes("ruff", "check", "--no-cache", ".")


def test_ruff_would_format_nothing():
    passes("ruff", "format", "--no-cache", "--check", ".")


def test_mypy_strict_is_clean():
    passes("mypy")


def test_pyright_is_clean():
    # The wheel brings Node but fetches pyright itself from the npm registry on first use.
    if run("pyright", "--version").returncode != 0:
        absent("pyright could not be fetched from the npm registry")
    passes("pyright")


def test_the_packages_import_only_downwards():
    passes("lint-imports", "--no-cache")


def test_the_import_contract_names_every_module_of_audit():
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    named = set(next(one for one in contracts if "schema" in one["name"])["forbidden_modules"])
    parts = {path.stem for path in (REPOSITORY / "audit").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert named == {f"audit.{part}" for part in parts - {"__init__", "__pycache__", "schema"}}


def test_connectors_know_only_the_schema_of_audit():
    wrong = []
    for path in (REPOSITORY / "connectors").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            wrong += [
                f"{path}: {name}"
                for name in names
                if name.split(".")[0] == "audit" and name.split(".")[:2] != ["audit", "schema"]
            ]
    assert not wrong


def test_a_test_waits_for_what_it_sees_in_a_browser():
    # These answer for the moment of the call, while the page may still be coming: wait_for and expect wait.
    at_once = re.compile(r"assert .*\.(is_visible|is_hidden|is_checked|is_enabled|is_disabled)\(")
    folders = ("audit", "connectors", "journey", "webapp")
    paths = [path for folder in folders for path in (REPOSITORY / "tests" / folder).rglob("*.py")]
    assert len(paths) > 300
    assert [str(path) for path in paths if at_once.search(path.read_text(encoding="utf-8"))] == []
