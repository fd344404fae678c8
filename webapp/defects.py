"""What a log, a crash or a dump may say of an error that nobody foresaw: where it happened, no more.

An error's own words may hold a lead's values: a library puts the text that it could not parse into its
message. So they are told nowhere. Frames hold file names, line numbers and code, and no values.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

Caught = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def frames(error: BaseException) -> str:
    """The type of an error and of what caused it, each with its frames; the cause comes first."""
    return "".join(_chain(error))


def _chain(error: BaseException) -> list[str]:
    before: list[str] = []
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        before[:0] = [*traceback.format_tb(current.__traceback__), f"{_name(current)} (words withheld)\n"]
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return before


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


class WithoutWords(logging.Formatter):
    """Formats a log line; of an exception it writes the frames and the type, never the words."""

    def formatException(self, ei: Caught) -> str:  # noqa: N802 - logging's own name
        """The frames of an exception that was caught."""
        return frames(ei[1]).rstrip() if ei[1] is not None else ""


def log_plainly(level: str) -> None:
    """Write log lines from ``level`` on to standard error, unless somebody else has set up logging."""
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(WithoutWords("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
    root.setLevel(level.upper())


def crash_without_words() -> None:
    """From now on what ends this process or a thread is told by its frames, and no core is dumped.

    A core holds the memory of the process, with every value that was being read. Where the system hands cores
    to a program (``core_pattern`` begins with a bar) that program decides.
    """
    sys.excepthook = _at_the_end
    threading.excepthook = _in_a_thread
    sys.unraisablehook = _unraisable
    try:
        import resource  # noqa: PLC0415 - POSIX only

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        return


def _at_the_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("stopped before the end\n")
        return
    sys.stderr.write(frames(error.with_traceback(trace)))


def _in_a_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and told.exc_type is not SystemExit:
        name = told.thread.name if told.thread else "a thread"
        sys.stderr.write(f"{name} ended:\n{frames(told.exc_value)}")


def _unraisable(told: sys.UnraisableHookArgs) -> None:
    if told.exc_value is not None:
        sys.stderr.write(frames(told.exc_value))
