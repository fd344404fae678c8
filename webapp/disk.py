"""A disk or a database file that takes no more: trouble of the machine, told as such, no defect of ours."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError

_FILE = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "the disk quota is used up: free some space",
    errno.EROFS: "the disk may only be read: mount it for writing",
    errno.EACCES: "a file may not be read or written by this account: check who owns the data folder",
    errno.EIO: "the disk does not answer: have it looked at",
}
# By the beginning of SQLite's own name of the error (https://www.sqlite.org/rescode.html).
_DATABASE = {
    "SQLITE_FULL": _FILE[errno.ENOSPC],
    "SQLITE_BUSY": "another program holds the database: let it end",
    "SQLITE_READONLY": _FILE[errno.EROFS],
    "SQLITE_IOERR": _FILE[errno.EIO],
    "SQLITE_CANTOPEN": _FILE[errno.EACCES],
}


def trouble(error: BaseException) -> str:
    """What is wrong with the disk, and the mend; empty where the error is about something else."""
    if isinstance(error, DBAPIError | sqlite3.Error):
        name = str(getattr(getattr(error, "orig", error), "sqlite_errorname", ""))
        return _told(next((text for start, text in _DATABASE.items() if name.startswith(start)), ""))
    return _told(_FILE.get(error.errno or 0, "")) if isinstance(error, OSError) else ""


def _told(text: str) -> str:
    return f"{text}, then run the same command again; what was held before is unharmed" if text else ""
