"""What all routes of one stand-in share."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from connectors.sandbox.salesforce.bulk_jobs import Jobs
from connectors.sandbox.salesforce.crowd import Crowd
from connectors.sandbox.salesforce.cursors import Cursors
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.faults import Faults
from connectors.sandbox.salesforce.grants import Grants, Request
from connectors.sandbox.salesforce.org import Org

EXTENSION = "salesforce_stand_in"


@dataclass(slots=True, kw_only=True)
class State:
    """One running org: its data, its authorization server, its faults and its addresses.

    ``asked`` are the addresses of the latest data calls, as an access log would hold them; ``received``
    are the paths and bodies of those that write or make jobs. ``app_calls`` is the app's own limit of
    calls, None where it has none; every call counts as the app's.
    """

    org: Org
    grants: Grants
    cursors: Cursors
    faults: Faults
    jobs: Jobs
    pending: dict[str, Request] = field(default_factory=dict)
    instance_url: str = ""
    page_url: str = ""
    panel_url: str | None = None
    asked: deque[str] = field(default_factory=lambda: deque(maxlen=1000))
    received: deque[tuple[str, bytes]] = field(default_factory=lambda: deque(maxlen=200), repr=False)
    calls: int = 0
    daily_calls: int = 100_000
    app_calls: int | None = None
    crowd: Crowd = field(default_factory=Crowd)

    def count_call(self) -> None:
        """Count one data call. Raises ApiError 403 where the day's calls are used up."""
        if self.calls >= min(self.daily_calls, self.app_calls or self.daily_calls):
            raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self.calls += 1

    @property
    def usage(self) -> str:
        """The ``Sforce-Limit-Info`` header."""
        told = f"api-usage={self.calls}/{self.daily_calls}"
        if self.app_calls is None:
            return told
        return f"{told}; per-app-api-usage={self.calls}/{self.app_calls}(appName=Fairlead)"


def state() -> State:
    """The state of the stand-in that serves the present request."""
    return cast("State", current_app.extensions[EXTENSION])
