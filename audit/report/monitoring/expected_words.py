"""What is expected of leads without an outcome, and how far off our own estimates were, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit.expected import Expected, ExpectedGap, Forecast, Record
from audit.finding.reading import reading
from audit.finding.words import count, listed, percent, points, quoted

MINUS = "\N{MINUS SIGN}"
TOLD = 5
"""How many gaps a paragraph names before it only counts."""
STATES = {
    "trusted": "as they are",
    "widened": "widened",
    "withheld": "withheld",
    "unchecked": "not checked yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedSummary:
    """The first lines of the section: what is expected, which gaps, and how our own estimates did."""

    verdict: str
    outside: tuple[str, ...]
    gaps: str
    record: str


def expected_summary(made: Expected) -> ExpectedSummary:
    """The section's first lines, each from its figures."""
    if made.absent is not None:
        return ExpectedSummary(verdict=made.absent, outside=(), gaps="", record=_record(made))
    outside = tuple(one for one in made.gaps if one.verdict == "fail")
    named = tuple(gap_sentence(one) for one in outside[:TOLD])
    more = (f"{len(outside) - TOLD} more, in the table below.",) if outside[TOLD:] else ()
    return ExpectedSummary(
        verdict=_verdict(made), outside=(*named, *more), gaps=_gaps(made, len(outside)), record=_record(made)
    )


def whose(attribute: str, group: str, reference: str = "") -> str:
    """Of whom a figure is: "region 'rural'", "region 'rural' beside 'urban'", "all leads"."""
    if not attribute:
        return "all leads"
    beside = f" beside {quoted(reference)}" if reference else ""
    return f"{attribute} {quoted(group)}{beside}"


def figure(metric: str, value: float) -> str:
    """A metric as people read it: 0.1234 is "12.3 %", an AUC "0.123"."""
    return percent(value) if reading(metric).unit == "share" else f"{value:.3f}"


def difference(metric: str, value: float) -> str:
    """A gap or an error with its sign: in points, of an AUC as it is."""
    share = reading(metric).unit == "share"
    rounded = round(value * 100, 1) + 0.0 if share else round(value, 3) + 0.0
    shown = f"{rounded:+.1f}" if share else f"{rounded:+.3f}"
    return (shown if rounded else "0").replace("-", MINUS)


def gap_sentence(one: ExpectedGap) -> str:
    """One gap with its interval."""
    title = f"{reading(one.metric).label}: {whose(one.attribute, one.group, one.reference)}"
    value, low, high = one.estimate.value, one.estimate.low, one.estimate.high
    if value is None or low is None or high is None:
        return f"{title}: {one.estimate.undefined}."
    told = (difference(one.metric, end) for end in (value, low, high))
    unit = " points" if reading(one.metric).unit == "share" else ""
    return "{}: {}{unit} ({} to {}).".format(title, *told, unit=unit)


def decisive(made: Expected) -> tuple[Record, ...]:
    """The records over all groups of which anything could be compared."""
    return tuple(one for one in made.records if not one.attribute and one.compared)


def _verdict(made: Expected) -> str:
    rate = next(_all_leads(made), None)
    if rate is None or rate.won is None:
        few = f"{count(made.open, 'worked lead')} without an outcome: too few for an estimate."
        return few[:1].upper() + few[1:]
    told = f"{count(made.open, 'worked lead')} {'has' if made.open == 1 else 'have'} no outcome yet."
    one = rate.estimate
    if one.value is None or one.low is None or one.high is None:
        why = (one.undefined or "").removeprefix("withheld: ")
        return f"{told} How many will convert is not said: {why}."
    low, high = (f"{round(end * one.n):,}" for end in (one.low, one.high))
    return f"{told} About {round(rate.won):,} of them are expected to convert ({low} to {high})."


def _all_leads(made: Expected) -> Iterator[Forecast]:
    for one in made.forecasts:
        if not one.attribute and not one.cohort and one.metric == "base_rate":
            yield one


def _gaps(made: Expected, outside: int) -> str:
    if not made.gaps:
        return "No attribute has two groups with enough leads without an outcome, so no gap is estimated."
    within = sum(one.verdict == "pass" for one in made.gaps)
    open_ = len(made.gaps) - within - outside
    return (
        f"Of {count(len(made.gaps), 'gap')} between groups, {outside}"
        f" {'is' if outside == 1 else 'are'} expected outside the tolerance once outcomes are known,"
        f" {within} within; of {open_} it cannot be told yet."
    )


def _record(made: Expected) -> str:
    found = decisive(made)
    if not found:
        return made.unreconciled or "No earlier estimate could be compared with what became of the leads yet."
    held, compared = sum(one.held for one in found), sum(one.compared for one in found)
    cohorts = sorted({one.cohort for one in made.reconciled})
    span = cohorts[0] if len(cohorts) == 1 else f"{cohorts[0]} to {cohorts[-1]}"
    told = (
        f"For {count(len(cohorts), made.period)} ({span}) outcomes have arrived since: {held:,} of"
        f" {compared:,} ranges ({percent(held / compared)}) that we would have given then hold what became of"
        f" the leads.{_off(found)}"
    )
    return f"{told} {_distrust(found)}".strip()


def _off(found: tuple[Record, ...]) -> str:
    shares = [one for one in found if reading(one.metric).unit == "share"]
    compared = sum(one.compared for one in shares)
    if not compared:
        return ""
    size = sum((one.mean_absolute_error or 0.0) * one.compared for one in shares) / compared
    return f" Rates were off by {points(size)} on average."


def _distrust(found: tuple[Record, ...]) -> str:
    failed = tuple(one for one in found if one.state in {"widened", "withheld"})
    if not failed:
        return ""
    names = tuple(f"{reading(one.metric).label}{' (gaps)' if one.gaps else ''}" for one in failed)
    return f"Too few held of: {listed(names)}. Do not trust these estimates; they are widened or withheld."
