"""How many data calls of the org run at once, and how many may.

The platform counts calls that take 20 seconds or longer only. A stand-in that waited so long would be of no
use, so here every call counts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Crowd:
    """``most`` None lets any number run. ``seconds`` is how long each call takes beside its work.

    ``highest`` is how many ran at once so far, and ``refused`` how many calls were one too many.
    """

    most: int | None = None
    seconds: float = 0.0
    highest: int = 0
    refused: int = 0
    _running: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def call(self) -> Iterator[bool]:
        """One call, as long as the ``with`` lasts: whether there is room for it."""
        with self._lock:
            fits = self.most is None or self._running < self.most
            self._running += fits
            self.highest = max(self.highest, self._running)
            self.refused += not fits
        try:
            if fits and self.seconds:
                time.sleep(self.seconds)
            yield fits
        finally:
            with self._lock:
                self._running -= fits
