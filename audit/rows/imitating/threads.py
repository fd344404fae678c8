"""One thread for linear algebra and trees."""

from __future__ import annotations

from contextlib import AbstractContextManager


def one_thread() -> AbstractContextManager[object]:
    """Limit the libraries that are loaded by now to one thread, inside a ``with``.

    Sums then add up in the same order on every machine, and on a busy one no thread waits for another,
    which takes tenfold. What is imported later is not limited: import it before.
    """
    from threadpoolctl import (  # type: ignore[import-untyped]  # noqa: PLC0415 - it comes with scikit-learn
        threadpool_limits,
    )

    limited: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limited
