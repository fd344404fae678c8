"""The part of the report about performance before outcomes are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.validation.expecting import MONTHS, Checked, Opened
from tests.validation.tables import row, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Expecting:
    """What was simulated of estimates before outcomes are known."""

    checked: tuple[Checked, ...]
    opened: tuple[Opened, ...]


def expecting_written(of: Expecting) -> Iterator[str]:
    """The section."""
    yield "## Performance before outcomes are known\n"
    yield (
        f"Streams of {MONTHS} months whose outcomes are ripe after two; three groups (60, 30 and 10 % of the"
        " leads). For each cohort that has ripened: the intervals (95 %) that would have been given before"
        " its first lead, of six metrics of three groups and of their gaps, beside what came. Target: at"
        " least 90 % hold. In the last two streams the past tells less of what comes, or the wrong thing. A"
        " gap is named with a minus after its group; the error is that of rates, its mean size in points.\n"
    )
    heads = ("held %", "worst metric %", "worst group %", "error", "intervals", "streams")
    yield from table("stream", *heads)
    for one in of.checked:
        worst = (f"{100 * share:.1f} ({name})" for name, share in (one.worst_metric, one.worst_group))
        held, error = (f"{100 * part:.1f}" for part in (one.held, one.error))
        yield row(one.world.name, held, *worst, error, f"{one.intervals:,}", one.streams)
    yield (
        "\nThe leads of the last two months, whose outcomes are not known yet, beside what came: how often"
        " the interval holds as it comes from the method, and as it is given (widened where too few of the"
        " past held); how many are withheld; in how many streams it is said that estimates are not to be"
        " trusted.\n"
    )
    yield from table("stream", "held %", "held as given %", "withheld %", "warned %", "streams")
    for one in of.opened:
        shares = (f"{100 * share:.1f}" for share in (one.plain, one.given, one.withheld, one.warned))
        yield row(one.world.name, *shares, one.streams)
    yield ""
