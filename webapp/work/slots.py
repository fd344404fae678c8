"""The names of workers. Who holds the lock of a name is alive; the lock ends with its process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from audit.schema import BadInput
from webapp.services import Services
from webapp.store.locks import Locked

MOST_WORKERS = 32


def names() -> tuple[str, ...]:
    """Every name a worker may have."""
    return tuple(f"worker-{number}" for number in range(1, MOST_WORKERS + 1))


@contextmanager
def slot(opened: Services) -> Iterator[str]:
    """Hold the first free name. Raises BadInput where there are too many workers."""
    with ExitStack() as stack:
        for name in names():
            with suppress(Locked):
                stack.enter_context(opened.database.exclusive(name, wait=False))
                yield name
                return
        msg = f"{MOST_WORKERS} workers run already; stop one of them"
        raise BadInput(msg)


def is_alive(opened: Services, name: str) -> bool:
    """Whether somebody holds a name."""
    return opened.database.is_held(name)


def any_alive(opened: Services) -> bool:
    """Whether any worker runs; the first names are taken first."""
    return any(is_alive(opened, name) for name in names()[:4])
