"""The knobs of the stand-in, and what it has seen: for tests and for ``/__control/``."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from connectors.sandbox.hubspot.clock import Clock
from connectors.sandbox.hubspot.faults import Fault


@dataclass(slots=True, kw_only=True)
class Control:
    """How the platform behaves now.

    Budgets: ``burst_maximum`` per rolling ``burst_seconds`` (100 Free, 110 marketplace, 190 Pro, 250
    with the add-on), ``search_maximum`` a second, ``daily_maximum`` a day of the account.

    Portal: ``tier`` is what it has bought (free, starter, pro, enterprise); ``required`` names
    properties that an admin's rule wants filled before any write, ``rules`` are rules for values as
    (property, rule type, argument), both on 2026-09 paths only; ``lead_scoring`` is on, off (404) or
    forbidden (403).

    Answers: ``index_seconds`` is how long a write stays invisible to search; ``partial_updates`` answers
    a batch write that holds a bad record with 207 instead of 400; ``repeat_pages`` begins each page of a
    list with the last record of the one before; ``association_page`` is how many associations of one
    record a batch read shows at once, their ids are numbers or text; ``terse_scope_errors`` names no
    scope; ``bad_client_status`` answers a wrong client id or secret.

    Exports take ``export_polls`` looks at their status, ``exports_daily`` fit in 24 hours, their address
    lives ``export_url_seconds``, and from ``export_zip_bytes`` on they come zipped.
    """

    clock: Clock
    burst_maximum: int = 190
    burst_seconds: float = 10.0
    search_maximum: int = 5
    daily_maximum: int = 650_000
    daily_budget_spent: bool = False
    send_retry_after: bool = False
    token_seconds: int = 1800
    token_bytes: int = 96
    rotate_refresh_tokens: bool = False
    bad_client_status: int = 400
    terse_scope_errors: bool = False
    tier: str = "pro"
    required: tuple[str, ...] = ()
    rules: tuple[tuple[str, str, str], ...] = ()
    lead_scoring: str = "on"
    index_seconds: float = 3.0
    partial_updates: bool = False
    repeat_pages: bool = False
    association_page: int = 1_000
    association_ids_as_text: bool = False
    export_polls: int = 2
    exports_daily: int = 30
    export_url_seconds: float = 300.0
    export_zip_bytes: int = 2_000_000
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
        self.plan(Fault(path="/objects/", skip=requests, times=None))

    def mend(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._faults.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that hits this call, if any."""
        with self._lock:
            return next((fault for fault in self._faults if fault.strikes(method, path)), None)
