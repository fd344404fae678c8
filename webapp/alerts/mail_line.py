"""A line to a mail server that ends in time, however slowly the server speaks.

smtplib's timeout starts anew with every byte: a server that drips would hold the worker for hours. Here one
clock runs over all that the server says, from its greeting to its farewell.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from typing import Literal

from connectors.transport import timed_reader

SECONDS, WHOLE = 15.0, 90.0
"""The longest silence, and the longest conversation; a server may look through a mail before it takes it."""
Security = Literal["starttls", "tls", "none"]


class _Line(smtplib.SMTP):
    """Its clock begins with the first reply."""

    until: float | None = None

    def getreply(self) -> tuple[int, bytes]:
        """One reply of the server. It breaks off where the time is up."""
        self.until = self.until or time.monotonic() + WHOLE
        if self.file is None and self.sock is not None:
            self.file = timed_reader(self.sock, self.until - time.monotonic())
        return super().getreply()


class _TlsLine(_Line, smtplib.SMTP_SSL):
    """Encrypted from the start."""


def dial(host: str, port: int, security: Security) -> smtplib.SMTP:
    """A line to a server that has greeted. Raises what smtplib raises."""
    if security == "tls":
        return _TlsLine(host, port, timeout=SECONDS, context=ssl.create_default_context())
    line = _Line(host, port, timeout=SECONDS)
    if security == "starttls":
        _encrypt(line)
    return line


def _encrypt(line: smtplib.SMTP) -> None:
    try:
        line.starttls(context=ssl.create_default_context())
    except BaseException:
        line.close()
        raise
