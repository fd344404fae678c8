"""The knobs of the stand-in, and what it has seen: for tests and for ``/__control/``."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from connectors.sandbox.hubspot.clock import Clock
from connectors.sandbox.hubspot.faults import Fault

_FOREVER = 1_000_000_000


@dataclass(slots=True, kw_only=True)
class Control:
    """How the platform behaves now.

    ``burst_maximum`` is per rolling ``burst_seconds`` (100 Free, 110 marketplace, 190 Pro, 250 with
    the add-on). ``index_seconds`` is how long a write stays invisible to search. ``partial_updates``
    answers a batch update that holds a bad record with 207 instead of 400. ``required`` names
    properties that an admin's rule wants filled before any write, ``rules`` are rules for values as
    (property, rule type, argument): both hold on 2026-09 paths only. ``tier`` is what the portal has
    bought: free, starter, pro or enterprise. ``association_page`` is how many associations of one
    record a batch read shows at once; their ids are numbers, or text.
    """

    clock: Clock
    burst_maximum: int = 190
    burst_seconds: float = 10.0
    search_maximum: int = 5
    token_seconds: int = 1800
    index_seconds: float = 3.0
    rotate_refresh_tokens: bool = False
    partial_updates: bool = False
    send_retry_after: bool = False
    daily_budget_spent: bool = False
    repeat_pages: bool = False
    required: tuple[str, ...] = ()
    rules: tuple[tuple[str, str, str], ...] = ()
    tier: str = "pro"
    association_page: int = 1_000
    association_ids_as_text: bool = False
    requested: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    _faults: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, fault: Fault) -> None:
        """Add a fault."""
        with self._lock:
            self._faults.append(fault)

    def break_after(self, requests: int) -> None:
        """Let some more data requests through, then fail every one, for good."""
        self.plan(Fault(path="/objects/", skip=requests, times=_FOREVER))

    def mend(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._faults.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that hits this call, if any."""
        with self._lock:
            return next((fault for fault in self._faults if fault.strikes(method, path)), None)
