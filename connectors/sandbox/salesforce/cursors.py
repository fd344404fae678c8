"""Query locators: snapshots that can be read again for two days."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.sandbox.salesforce.clock import Clock
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.page_faults import damaged_page
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A query that was just run, for whom, how many rows to a page, in which API version."""

    result: Result
    user: User
    size: int
    version: str


@dataclass(slots=True)
class Cursors:
    """The open cursors of one org.

    With ``widest`` a page has at most so many rows, and some have half of them: the platform takes the
    client's batch size for a hint, and gives fewer of wide rows.
    """

    clock: Clock
    widest: int | None = None
    _open: dict[str, Cursor] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def first(self, asked: Opened, fault: str = "") -> Json:
        """The first page; opens a cursor where there are more."""
        result, size = asked.result, min(asked.size, self.widest or asked.size)
        if len(result.rows) <= size:
            return _page(result, range(size), (asked.version, fault)) | {"done": True}
        locator = f"0r8Fl{next(self._numbers):010d}AAA"
        expires = self.clock.now() + LIFETIME
        self._open[locator] = Cursor(result=result, user=asked.user.id, size=size, expires=expires)
        return self._at(locator, self._open[locator], 0, (asked.version, fault))

    def page(self, locator: str, user: User, version: str, fault: str = "") -> Json:
        """The page at a locator such as ``0r8..-2000``. Raises ApiError 400 INVALID_QUERY_LOCATOR."""
        name, _, offset = locator.partition("-")
        cursor = self._open.get(name)
        usable = cursor is not None and cursor.user == user.id and cursor.expires > self.clock.now()
        if cursor is None or not usable or not offset.isdigit():
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._at(name, cursor, int(offset), (version, fault))

    def _at(self, name: str, cursor: Cursor, start: int, how: tuple[str, str]) -> Json:
        half = self.widest is not None and start % cursor.size == 0 and start > 0
        after = start + (max(1, cursor.size // 2) if half else cursor.size)
        answer = _page(cursor.result, range(start, after), how)
        if after >= len(cursor.result.rows):
            return answer | {"done": True}
        link = f"/services/data/{how[0]}/query/{name}-{after}"
        return answer | {"done": False, "nextRecordsUrl": link}


def _page(result: Result, places: range, how: tuple[str, str]) -> Json:
    """The rows of a page in an API version, and what a planned fault makes of them."""
    version, fault = how
    rows = damaged_page(result.rows, places.start, min(places.stop, len(result.rows)), fault).rows
    return {"totalSize": result.total, "records": result.shown(rows, version)}
