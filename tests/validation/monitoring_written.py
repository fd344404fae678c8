"""The part of the report about gaps that are watched day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.validation.monitoring import GAPS, LOOKS, NULLS, Alarmed, Found, Held
from tests.validation.tables import row, share_of, table

HELD = (NULLS[1], NULLS[2], NULLS[5], GAPS[0])
"""The worlds whose bands are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """What was simulated of watched gaps."""

    alarmed: tuple[Alarmed, ...]
    found: tuple[Found, ...]
    held: tuple[Held, ...]


def monitored(of: Monitoring) -> Iterator[str]:
    """The section."""
    yield "## Gaps watched day by day\n"
    yield (
        f"Streams of {LOOKS:,} days whose gap is within the tolerance on every day; *ever* is at any look."
        " *Repeated* is a usual 95 % test of all leads so far against the same tolerance, done at every look"
        f" from the 30th on. Target: at most 5 % of streams ever alarm. {_worst(of.alarmed)}"
        " The last stream breaks the assumption that leads of a day do not hang together.\n"
    )
    yield from table("stream", "ever an alarm %", "repeated test ever fails %", "streams")
    for one in of.alarmed:
        shares = (share_of(times, one.runs) for times in (one.alarms, one.repeated))
        yield row(one.world.name, *shares, f"{one.runs:,}")
    yield (
        "\nLeads until a gap of 10 points is known to be beyond 5, looked at daily; and by a usual test of"
        f" all leads so far at the end of each week, corrected for its {LOOKS // 7} looks (Bonferroni), so"
        " that it has as few false alarms. Median, and with how many nine of ten are found.\n"
    )
    yield from table(
        "stream", "daily", "weekly", "saved %", "daily, nine of ten", "weekly, nine of ten", "streams"
    )
    for one in of.found:
        saved = f"{100 * (1 - one.daily / one.weekly):.0f}"
        leads = (_leads(value) for value in (one.daily, one.weekly))
        late = (_leads(value) for value in one.late)
        yield row(one.world.name, *leads, saved, *late, one.runs)
    yield (
        "\nHow often the band holds the true gap at all of 200 looks together and is never said to have"
        " changed (target: at least 95 %), and its width in points (median).\n"
    )
    yield from table("stream", "held at all looks %", "width at look 100", "width at look 200", "streams")
    for one in of.held:
        widths = (f"{100 * width:.0f}" for width in one.widths)
        yield row(one.world.name, share_of(one.held, one.runs), *widths, one.runs)
    yield ""


def _leads(value: float) -> str:
    return "never" if np.isinf(value) else f"{value:,.0f}"


def _worst(found: tuple[Alarmed, ...]) -> str:
    one = max(found, key=lambda each: each.alarms / each.runs)
    return f"**The most are {share_of(one.alarms, one.runs)} %** ({one.world.name})."
