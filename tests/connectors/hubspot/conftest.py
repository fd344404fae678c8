"""Connected stand-in portals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack

import pytest

from connectors.sandbox.fields import Value
from tests.connectors.subject_hubspot import Connected, connected, some


@pytest.fixture
def connecting() -> Iterator[Callable[..., Connected]]:
    """Makes connected portals that are closed after the test."""
    with ExitStack() as open_portals:

        def make(records: Sequence[Mapping[str, Value]], version: str = "2026-09") -> Connected:
            return open_portals.enter_context(connected(records, version))

        yield make


@pytest.fixture
def small(connecting: Callable[..., Connected]) -> Connected:
    """A portal of 250 contacts."""
    return connecting(some(250))
