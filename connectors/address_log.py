"""urllib3 logs the addresses that it calls, and an address may hold a record id: its lines are dropped.

A filter, not a level: whoever sets these loggers to DEBUG still sees no address.
"""

from __future__ import annotations

import logging

# Calls at DEBUG; broken headers and new tries, with the whole address, at WARNING.
_TALKATIVE = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry")


def withhold_addresses() -> None:
    """Drop every line of the loggers that name addresses; called by each module that makes calls."""
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_nothing)


def _nothing(_record: logging.LogRecord) -> bool:
    return False
