"""A job's progress on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from webapp.jobs import Progress as JobProgress
from webapp.progress import Advance, Progress


class _Steps:
    """Opens a step when a job names a new one, and advances it by what was done since."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stack = ExitStack()
        self._step = ""
        self._done = 0
        self._advance: Advance = lambda _more: None

    def __call__(self, step: str, done: int, total: int | None) -> None:
        if step != self._step:
            self.close()
            self._advance = self._stack.enter_context(self._progress.step(step, total))
            self._step, self._done = step, 0
        self._advance(done - self._done)
        self._done = done

    def close(self) -> None:
        self._stack.close()


@contextmanager
def shown() -> Iterator[JobProgress]:
    """Progress for a job: bars on a terminal, plain lines elsewhere."""
    with Progress() as progress:
        steps = _Steps(progress)
        try:
            yield steps
        finally:
            steps.close()
