"""What a connector may raise, by consequence.

::

    ConnectorError
    ├── Refused      the remote system (or its admin) said no: stop, a person must act
    ├── Busy         try again, not before ``retry_after`` seconds
    └── Malformed    one record is unusable: count it, skip it

A message names the system, the operation and the mend. It never holds a response body, a token,
a record id or a personal value.
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Anything that goes wrong between Fairlead and a CRM."""


class Refused(ConnectorError):
    """The remote system said no; asking again will not help until a person acts.

    ``code`` is the remote system's own stable error code (``invalid_grant``,
    ``MISSING_SCOPES``), never its message text.
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Busy(ConnectorError):
    """The remote system cannot answer now; ask again after ``retry_after`` seconds.

    ``code`` says why, where that decides what an admin can do (``limit_reached``) or whether the
    call was surely not carried out; it is empty where nothing is known.
    """

    def __init__(self, message: str, *, retry_after: float, code: str = "") -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.code = code


class Malformed(ConnectorError):
    """One record cannot be used. It is counted under ``reason`` and skipped."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
