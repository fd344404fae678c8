"""Progress of long work on standard error: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self, TextIO

# Short work needs no lines, and an early mistake then is the only line on standard error.
_PATIENCE = 3.0
_BETWEEN_LINES = 5.0

_clock = time.monotonic

Advance = Callable[[int], None]


class _Display(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def step(self, text: str, total: int | None) -> Advance: ...
    def done(self) -> None: ...


class Progress:
    """A sequence of steps, each shown while it runs.

    Examples
    --------
    >>> with Progress() as progress:
    ...     with progress.step("Reading leads", total=2) as advance:
    ...         advance(1)
    ...         advance(1)
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        out = sys.stderr if stream is None else stream
        self._display: _Display = _Bars(out) if out.isatty() else _Lines(out)

    def __enter__(self) -> Self:
        self._display.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._display.stop()

    @contextmanager
    def step(self, text: str, total: int | None = None) -> Iterator[Advance]:
        """Show ``text`` while the block runs; call what it yields with how much more is done."""
        advance = self._display.step(text, total)
        yield advance
        self._display.done()


class _Bars:
    """Bars that vanish when the work is done, so that the result stands alone."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn  # noqa: PLC0415
        from rich.progress import Progress as Bars  # noqa: PLC0415

        text = TextColumn("{task.description}")
        columns = (SpinnerColumn(), text, BarColumn(), MofNCompleteColumn())
        self._bars = Bars(*columns, console=Console(file=stream), transient=True)

    def start(self) -> None:
        self._bars.start()

    def stop(self) -> None:
        self._bars.stop()

    def step(self, text: str, total: int | None) -> Advance:
        self._task = self._bars.add_task(text, total=total)
        return lambda more: self._bars.advance(self._task, more)

    def done(self) -> None:
        task = self._bars.tasks[self._task]
        self._bars.update(self._task, total=task.total or 1, completed=task.total or 1)


class _Lines:
    """A line for each step, and now and then one within a long step; none before 3 seconds have passed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._began = self._last = _clock()
        self._waiting: list[str] = []

    def start(self) -> None:
        self._began = self._last = _clock()

    def stop(self) -> None:
        self._stream.flush()

    def step(self, text: str, total: int | None) -> Advance:
        self._say(f"{text} ...")
        count = 0

        def advance(more: int) -> None:
            nonlocal count
            count += more
            if _clock() - self._last >= _BETWEEN_LINES:
                self._say(f"{text}: {count:,}" + (f" of {total:,}" if total else ""))

        return advance

    def done(self) -> None:
        self._flush()

    def _say(self, line: str) -> None:
        self._last = _clock()
        self._waiting.append(line)
        self._flush()

    def _flush(self) -> None:
        if _clock() - self._began < _PATIENCE:
            return
        for line in self._waiting:
            self._stream.write(line + "\n")
        self._waiting.clear()
        self._stream.flush()
