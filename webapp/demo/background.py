"""The product's web server in a thread of its own, for as long as a demo runs."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from waitress.server import create_server
from waitress.wasyncore import close_all

from audit.schema import BadInput

THREADS = 8


@contextmanager
def served(app: Flask, host: str, port: int) -> Iterator[None]:
    """Answer at ``host:port`` until the block is left.

    Raises
    ------
    BadInput
        The port is taken.
    """
    sockets = _Sockets()
    listening = _listening(host, port)
    server: Any = create_server(app, sockets=[listening], threads=THREADS, ident="", map=sockets.watched)
    thread = threading.Thread(target=server.run, name="demo web server", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # The workers first, for each writes to the trigger when it is done. Then the thread that waits on the
        # sockets, and only then these: a select must not meet a descriptor that is gone, or is another's.
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(sockets.let_go)
        thread.join()
        close_all(sockets.left)


def refuse_taken(host: str, port: int) -> None:
    """Raise BadInput where the port is taken already, before any work is done for it."""
    _listening(host, port).close()


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        msg = f"port {port} of {host} is taken; choose another one with --port"
        raise BadInput(msg) from error


@dataclass(slots=True)
class _Sockets:
    """What waitress waits on, by descriptor: its loop ends when nothing is watched any more."""

    watched: dict[int, Any] = field(default_factory=dict)
    left: dict[int, Any] = field(default_factory=dict)

    def let_go(self) -> None:
        """Watch nothing more; called by the thread that waits."""
        self.left.update(self.watched)
        self.watched.clear()
