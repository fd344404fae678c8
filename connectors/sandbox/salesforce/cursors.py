"""Query locators: snapshots that can be read again for two days."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.sandbox.salesforce.clock import Clock
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.soql_run import Json, Result
from connectors.sandbox.salesforce.users import User

LIFETIME = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """One result that has more pages, whose it is, and until when."""

    result: Result
    user: str
    size: int
    expires: datetime


@dataclass(slots=True)
class Cursors:
    """The open cursors of one org."""

    clock: Clock
    _open: dict[str, Cursor] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def first(self, result: Result, user: User, size: int, version: str) -> Json:
        """The first page; opens a cursor where there are more."""
        if len(result.rows) <= size:
            return _page(result, 0, size, version) | {"done": True}
        locator = f"0r8Fl{next(self._numbers):010d}AAA"
        expires = self.clock.now() + LIFETIME
        self._open[locator] = Cursor(result=result, user=user.id, size=size, expires=expires)
        return self.page(f"{locator}-{size}", user, version, start=0)

    def page(self, locator: str, user: User, version: str, start: int | None = None) -> Json:
        """The page at a locator such as ``0r8..-2000``. Raises ApiError 400 INVALID_QUERY_LOCATOR."""
        name, _, offset = locator.partition("-")
        cursor = self._open.get(name)
        usable = cursor is not None and cursor.user == user.id and cursor.expires > self.clock.now()
        if cursor is None or not usable or not offset.isdigit():
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        at = int(offset) if start is None else start
        answer = _page(cursor.result, at, cursor.size, version)
        after = at + cursor.size
        if after >= len(cursor.result.rows):
            return answer | {"done": True}
        link = f"/services/data/{version}/query/{name}-{after}"
        return answer | {"done": False, "nextRecordsUrl": link}


def _page(result: Result, start: int, size: int, version: str) -> Json:
    return {"totalSize": result.total, "records": result.page(start, size, version)}
