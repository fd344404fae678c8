"""``make validate``: the full simulations, and the report of them in docs/explanation/validation.md."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.validation import (
    accounts,
    agreement,
    coverage,
    exact,
    expecting,
    monitoring,
    nulls,
    power,
    shrinking,
    whole,
)  # fmt: skip
from tests.validation.expecting_written import Expecting
from tests.validation.monitoring_written import HELD, Monitoring
from tests.validation.worlds import world
from tests.validation.written import Results, written

REPORT = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "validation.md"
SIZES = (20, 60, 125, 400, 1000)
NEEDS = ((0.10, 0.06, 300), (0.10, 0.09, 300), (0.10, 0.10, 200), (0.30, 0.20, 200), (0.30, 0.30, 100))


def results(scale: float) -> Results:
    """Everything, with so many times the full number of repetitions."""

    def runs(full: int) -> int:
        return max(int(full * scale), 3)

    pair = world((0.35, 0.0), (0.3, -4.0))
    with ProcessPoolExecutor(2) as pool:

        def later(task: Callable, *arguments, **options):
            return pool.submit(task, *arguments, **options)

        gaps = [later(coverage.of_gaps, pair, size, runs(1000), 20 + size) for size in SIZES]
        alone = [later(coverage.of_estimates, pair, size, runs(4000), size) for size in SIZES]
        alarms = [later(nulls.alarms, *one, runs(2000)) for one in nulls.NULLS]
        audits = [
            later(whole.whole_alarms, kind, setting, runs(20 if kind == "account" else 150), 9)
            for kind in whole.KINDS
            for setting in whole.settings(kind)
        ]
        powers = [later(power.power, *one, runs(1000), 3) for one in power.GAPS]
        needs = [later(nulls.reached, *one, runs(1000), 4) for one in NEEDS]
        clusters = [
            (later(accounts.clustered_coverage, pair, n, runs(400), 5 + n, aware=False),
             later(accounts.clustered_coverage, pair, n, runs(400), 5 + n, aware=True))
            for n in (20, 40, 100)
        ]  # fmt: skip
        cluster_alarms = later(accounts.clustered_alarms, world((0.3, 0.0)), [60, 60, 60], runs(100), 6)
        agreed = later(agreement.agreement, 2000, runs(1000), 7)
        shrunk = [later(shrinking.shrinking, size, runs(300), 8) for size in (0.0, 0.03, 0.06, 0.10)]
        exactly = [later(exact.exact, n) for n in (20, 50, 100)]
        watched = [
            later(monitoring.alarmed, one, runs(1000), 30 + i) for i, one in enumerate(monitoring.NULLS)
        ]
        soon = [later(monitoring.found, one, runs(400), 40 + i) for i, one in enumerate(monitoring.GAPS)]
        bands = [later(monitoring.held, one, 200, runs(200), 50 + i) for i, one in enumerate(HELD)]
        past = [later(expecting.checked, one, runs(60), 60 + i) for i, one in enumerate(expecting.EVERY)]
        ahead = [later(expecting.opened, one, runs(60), 80 + i) for i, one in enumerate(expecting.EVERY)]
        return Results(
            gaps=tuple(row for one in gaps for row in one.result()),
            estimates=tuple(row for one in alone for row in one.result()),
            exact=tuple(row for one in exactly for row in one.result()),
            alarms=tuple(one.result() for one in alarms),
            whole=tuple(one.result() for one in audits),
            power=tuple(one.result() for one in powers),
            needed=tuple(
                (p, q, *one.result(), runs(1000)) for (p, q, _), one in zip(NEEDS, needs, strict=True)
            ),
            clusters=tuple((naive.result(), ours.result()) for naive, ours in clusters),
            cluster_alarms=(*cluster_alarms.result(), runs(100)),
            agreement=agreed.result(),
            agreement_draws=runs(1000),
            shrinking=tuple(one.result() for one in shrunk),
            monitoring=Monitoring(
                alarmed=tuple(one.result() for one in watched),
                found=tuple(one.result() for one in soon),
                held=tuple(one.result() for one in bands),
            ),
            expecting=Expecting(
                checked=tuple(one.result() for one in past),
                opened=tuple(one.result() for one in ahead),
            ),
            length=scale,
        )


if __name__ == "__main__":
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else REPORT
    sys.stdout.write(
        f"Simulating; this takes about 20 minutes at full length on two idle cores. Report: {target}\n"
    )
    target.write_text(written(results(share)))
