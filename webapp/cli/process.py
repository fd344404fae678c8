"""The command as a process of its own: what the operating system starts."""

from __future__ import annotations

from webapp.cli import main
from webapp.defects import crash_without_words, log_plainly


def run() -> None:
    """Run the command line; whatever goes wrong, no value of a lead is printed, logged or dumped."""
    crash_without_words()
    log_plainly("WARNING")
    main()
