"""How often and how fast this process answers, by route: never by address, which may hold an id."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
NO_ROUTE = "none"


def count_requests(app: Flask, registry: CollectorRegistry) -> None:
    """Measure every request of an application from now on."""
    took = Histogram(
        "fairlead_request_seconds",
        "How long this process took to answer, by route, method and status.",
        ("route", "method", "status"),
        registry=registry,
        buckets=BUCKETS,
    )

    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else NO_ROUTE
        method = request.method if request.method in METHODS else "other"
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        took.labels(route, method, str(response.status_code)).observe(seconds)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(end)
