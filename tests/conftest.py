"""Fixtures for every test: where the public data is, and what to do when a part is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# A run in CI tries the same examples every time, so that it says something about the change it runs on; at
# a desk every run tries new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def absent(what: str) -> None:
    """Skip with the reason; fail instead where nothing may be skipped (FAIRLEAD_REQUIRE_ALL=1)."""
    if os.environ.get("FAIRLEAD_REQUIRE_ALL") == "1":
        pytest.fail(f"{what}, and FAIRLEAD_REQUIRE_ALL=1 allows no skip")
    pytest.skip(what)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of public data sets (see docs/how-to/test-data.md)."""
    folder = Path(os.environ.get("FAIRLEAD_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        absent(f"the public data sets are not at {folder} (set FAIRLEAD_DATA)")
    return folder
