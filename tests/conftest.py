"""Fixtures for every test: where the public data is, and what to do when a part is not there."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.made_once import make_once

TESTS = Path(__file__).resolve().parent
REPOSITORY = TESTS.parent

# As many test processes as cores: in each, threads for arithmetic would only wait for those of the others.
# The processes that tests start have theirs (see `pytest_collection_finish`), as on an admin's machine.
ONE_OF_SEVERAL, THREADS = "PYTEST_XDIST_WORKER" in os.environ, ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
if ONE_OF_SEVERAL:
    os.environ |= dict.fromkeys(THREADS, "1")

# No law has a deadline: a busy machine proves nothing wrong. A run in CI tries the same examples every time,
# so that it says something about the change it runs on; at a desk every run tries new ones.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
make_once()

# Where processes share the files (see .ci/run), those that take longest begin, so that all end together.
DEAR_FIRST = ("year", "quality", "torture", "journey", "peers", "manifests", "audit", "webapp")


def pytest_configure() -> None:
    """Let Ctrl+C work in all that is started here, also where this run itself is in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the folders in order; within one the order stays, and no test depends on any."""
    places = {name: place for place, name in enumerate(DEAR_FIRST)}
    items.sort(key=lambda item: places.get(item.path.relative_to(TESTS).parts[0], len(places)))


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every later search for garbage: it stays to the end."""
    if ONE_OF_SEVERAL:
        import sklearn.ensemble  # noqa: F401 - reads the number of threads when it is loaded

        for name in THREADS:
            os.environ.pop(name, None)
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let the interpreter take everything apart at its end, as libraries that count what they hold expect."""
    gc.unfreeze()


def absent(what: str) -> None:
    """Skip with the reason; fail instead where nothing may be skipped (FAIRLEAD_REQUIRE_ALL=1)."""
    if os.environ.get("FAIRLEAD_REQUIRE_ALL") == "1":
        pytest.fail(f"{what}, and FAIRLEAD_REQUIRE_ALL=1 allows no skip")
    pytest.skip(what)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, for the tests of one file."""
    from tests.browsers import chromium

    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of public data sets (see docs/how-to/test-data.md)."""
    folder = Path(os.environ.get("FAIRLEAD_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        absent(f"the public data sets are not at {folder} (set FAIRLEAD_DATA)")
    return folder
