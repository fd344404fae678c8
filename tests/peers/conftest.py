"""The peers answer from an environment of their own (make peers); Fairlead's environment never holds them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import REPOSITORY, absent

PYTHON = REPOSITORY / ".venv-peers" / "bin" / "python"
ANSWER = REPOSITORY / "tests" / "peers" / "answer.py"

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def ask() -> Iterator[Ask]:
    """Ask one peer about one table: ``ask("fairlearn", group=[...], outcome=[...], decision=[...])``."""
    if not PYTHON.exists():
        absent("the peers' environment is not there: make peers")
    with subprocess.Popen(
        [str(PYTHON), str(ANSWER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:

        def answer(peer: str, **question: object) -> dict[str, Any]:
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps({"peer": peer, **question}) + "\n")
            process.stdin.flush()
            found = json.loads(process.stdout.readline())
            assert isinstance(found, dict), found
            return found

        yield answer
        process.communicate()
    assert process.returncode == 0
