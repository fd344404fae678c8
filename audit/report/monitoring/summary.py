"""The first lines of the page: what was found, since when, and what is not known yet."""

from __future__ import annotations

from dataclasses import dataclass

from audit.disparity import Verdict
from audit.finding.reading import reading
from audit.finding.words import count, listed, plain, points, quoted
from audit.watch import MANY, SMALL, Survey, Unwatched, Watched, more_days

MINUS = "\N{MINUS SIGN}"
TOLD = 5
"""How many gaps a paragraph names before it only counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """``verdict`` is the headline; ``together`` says which alarms stand with all gaps looked at together."""

    verdict: str
    outside: tuple[str, ...]
    within: str
    unknown: str
    together: str


def summary(made: Survey) -> Summary:
    """The page's first lines, each from the figures of the survey."""
    if not made.watched:
        told = "Not enough data: no attribute has two groups that are large enough to be watched."
        return Summary(verdict=told, outside=(), within="", unknown="", together="")
    outside, within, unknown = (_of(made, verdict) for verdict in ("fail", "pass", "insufficient"))
    named = tuple(f"{title(one)}. {sentence(one)}" for one in outside[:TOLD])
    return Summary(
        verdict=_verdict(made, outside, unknown),
        outside=(*named, *((f"{len(outside) - TOLD} more, in the table below.",) if outside[TOLD:] else ())),
        within=_names(within),
        unknown=_waiting(unknown),
        together=_together(made, len(outside)),
    )


def left_out(made: Survey) -> tuple[str, ...]:
    """Which groups are not watched, and why: a sentence for each reason, with the largest groups named."""
    why = {
        SMALL: f"too few leads for any verdict (a group needs {made.minimum:,}, and another one beside it)",
        MANY: (
            f"only the {len(made.watched):,} gaps of the largest groups are watched; coarsen the"
            " attribute, or watch one share at a time, to see them"
        ),
    }
    return tuple(
        _left(tuple(one for one in made.unwatched if one.why == reason), words)
        for reason, words in why.items()
        if any(one.why == reason for one in made.unwatched)
    )


def _left(found: tuple[Unwatched, ...], why: str) -> str:
    named = "; ".join(
        f"{reading(one.metric).label}: {plain(one.attribute)} {quoted(one.group)} ({count(one.leads)})"
        for one in found[:TOLD]
    )
    more = f"; {len(found) - TOLD:,} more, all in monitor.json" if found[TOLD:] else ""
    return f"{count(len(found), 'gap')}, {why}: {named}{more}."


def title(one: Watched) -> str:
    """What is watched, as a heading: "Share selected: region 'rural' beside 'urban'"."""
    return f"{reading(one.metric).label}: {one.attribute} {quoted(one.group)} beside {quoted(one.reference)}"


def sentence(one: Watched) -> str:
    """What is known of one gap on its last day."""
    if one.alarm is not None:
        told = f"Surely outside the tolerance, known since {one.alarm}"
    elif one.looks[-1].verdict == "pass":
        told = "Within the tolerance"
    else:
        return f"Not known yet whether it is within the tolerance: {_more(one)}{_now(one)}.{_changed(one)}"
    return f"{told}{_now(one)}.{_changed(one)}"


def signed(value: float) -> str:
    """A gap in points with its sign: -0.123 is "-12.3", with a true minus."""
    rounded = round(value * 100, 1) + 0.0
    return (f"{rounded:+.1f}" if rounded else "0.0").replace("-", MINUS)


def whole(value: float) -> str:
    """An end of the band, which lies on whole points."""
    return (f"{value * 100:+.0f}" if round(value * 100) else "0").replace("-", MINUS)


def _of(made: Survey, verdict: Verdict) -> tuple[Watched, ...]:
    return tuple(one for one in made.watched if one.looks[-1].verdict == verdict)


def _verdict(made: Survey, outside: tuple[Watched, ...], unknown: tuple[Watched, ...]) -> str:
    gaps, tolerance = len(made.watched), points(made.tolerance)
    if outside:
        verb = "is" if len(outside) == 1 else "are"
        watched = count(gaps, "watched gap")
        return f"{len(outside)} of {watched} {verb} surely outside the tolerance of {tolerance}."
    if unknown:
        return (
            f"No watched gap is surely outside the tolerance of {tolerance}; for {len(unknown)} of {gaps}"
            " there is not enough data yet to say that they are within."
        )
    return f"Every watched gap ({gaps}) is within the tolerance of {tolerance}."


def _names(found: tuple[Watched, ...]) -> str:
    if not found:
        return ""
    names = tuple(title(one) for one in found[:TOLD])
    more = (f"{len(found) - TOLD} more",) if found[TOLD:] else ()
    return f"{count(len(found), 'gap')}: {'; '.join((*names, *more))}."


def _waiting(found: tuple[Watched, ...]) -> str:
    if not found:
        return ""
    names = tuple(f"{title(one)} ({_more(one)})" for one in found[:TOLD])
    more = (f"{len(found) - TOLD} more",) if found[TOLD:] else ()
    return f"{count(len(found), 'gap')}: {'; '.join((*names, *more))}."


def _together(made: Survey, alarms: int) -> str:
    error, gaps = f"{(1 - made.confidence) * 100:.3g} %", len(made.watched)
    if gaps == 1:
        return ""
    stand = [title(one) for one, sure in zip(made.watched, made.sure, strict=True) if sure]
    alone = f"Each alarm by itself is false in {error} of streams at most, however often one looks."
    held = f"With all {gaps} gaps taken together"
    if not stand:
        none = "none of them stands yet" if alarms else "there is none"
        return f"{alone} {held}, {none}."
    left = f"; {len(stand) - TOLD} more" if stand[TOLD:] else ""
    verb = "alarm stands" if len(stand) == 1 else "alarms stand"
    return (
        f"{alone} {held}, {len(stand)} {verb} as of the last day ({error} of those told so are false on"
        f" average at most): {'; '.join(stand[:TOLD])}{left}."
    )


def _now(one: Watched) -> str:
    last = one.looks[-1]
    if last.gap is None:
        return ""
    when = "since the last change" if one.changed else "over all days"
    return f"; the gap is {signed(last.gap)} points {when} ({whole(last.low)} to {whole(last.high)})"


def _more(one: Watched) -> str:
    days = more_days(one)
    return "not enough data" if days is None else f"about {count(days, 'more day')} if nothing changes"


def _changed(one: Watched) -> str:
    if not one.changed:
        return ""
    days = listed(tuple(str(day) for day in one.changed))
    last = one.looks[-1]
    mended = one.alarm is not None and -one.tolerance <= last.low and last.high <= one.tolerance
    return f" It has surely changed by {days}.{' Now it is within the tolerance.' if mended else ''}"
