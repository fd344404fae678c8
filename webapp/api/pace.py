"""How fast a token may ask: a limit for each minute, kept in the database, taken from it in portions."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from webapp.services import Services
from webapp.store.api_uses import minute_of

PORTIONS = 20
MOST_TOKENS = 1_000


@dataclass(slots=True, kw_only=True)
class _Left:
    minute: int
    requests: int
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What this process may still answer in this minute, of each token.

    A request whose portion is used up takes the next one from the database; that is one write in twenty or
    so. Once the minute's limit is handed out, to whatever processes, there is no more until the next.
    """

    left: dict[str, _Left] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait(self, opened: Services, token_id: str) -> int:
        """Count a request: 0 where it may be answered now, else after how many seconds."""
        now = opened.clock()
        minute, limit = minute_of(now), opened.settings.api_requests_per_minute
        if self._used(token_id, minute):
            return 0
        granted = 0
        if not self._closed(token_id, minute):
            granted = opened.api_uses.take(token_id, now, max(1, limit // PORTIONS), limit)
            self._add(token_id, minute, granted)
        return 0 if granted else max(1, 60 - int(now.timestamp() % 60))

    def _used(self, token_id: str, minute: int) -> bool:
        with self.lock:
            left = self.left.get(token_id)
            if left is None or left.minute != minute or not left.requests:
                return False
            left.requests -= 1
            return True

    def _closed(self, token_id: str, minute: int) -> bool:
        left = self.left.get(token_id)
        return left is not None and left.minute == minute and left.closed

    def _add(self, token_id: str, minute: int, granted: int) -> None:
        """Keep what was granted, without the one request that is being answered."""
        with self.lock:
            if len(self.left) >= MOST_TOKENS:
                self.left.clear()
            left = self.left.setdefault(token_id, _Left(minute=minute, requests=0))
            if left.minute != minute:
                left.minute, left.requests = minute, 0
            left.requests += max(0, granted - 1)
            left.closed = not granted
