"""Signed requests seen before: Canvas puts no time in them, so we remember when they first came."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class ReplayCache:
    """Admits a request again within ``tolerance`` seconds of its first coming, and not after.

    Salesforce itself posts the same request again (``Sfdc.canvas.client.repost``). Only digests of
    signatures are held, at most ``capacity`` of them; the oldest go first.
    """

    tolerance: float = 300.0
    capacity: int = 10_000
    clock: Callable[[], float] = time.monotonic
    _first: OrderedDict[bytes, float] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def admit(self, signed_request: str) -> bool:
        """Whether the request is new, or came first a short while ago."""
        digest = hashlib.sha256(signed_request.partition(".")[0].encode()).digest()
        with self._lock:
            first = self._first.setdefault(digest, self.clock())
            while len(self._first) > self.capacity:
                self._first.popitem(last=False)
        return self.clock() - first <= self.tolerance
