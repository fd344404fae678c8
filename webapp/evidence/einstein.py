"""Where Einstein Discovery would alarm, as a line beside our own tolerance."""

from __future__ import annotations

from audit.report.einstein import CORRELATION, rate_line, ratio_line, strength_of
from webapp.charts.intervals import Beside
from webapp.evidence.source import Names, Source
from webapp.language import gettext, marked

IMPACT = marked("Einstein's alert: below 80\N{NO-BREAK SPACE}%")
PROXY = marked("Einstein's alert: correlation above 50\N{NO-BREAK SPACE}%")


NOTE = marked(
    "Einstein's alert is drawn for comparison: it is raised for a group that is selected less than "
    "80\N{NO-BREAK SPACE}% as often as the group that is selected most often, whatever the plausible range."
)


def notes_beside(beside: Beside | None) -> tuple[str, ...]:
    """What the line means, where there is one."""
    return () if beside is None else (gettext(NOTE),)


def einstein_rate(source: Source, attribute: Names) -> Beside | None:
    """The line on an axis of shares selected."""
    at = rate_line(source.report, attribute)
    return None if at is None else Beside(at=at, words=gettext(IMPACT))


def einstein_ratio(source: Source, attribute: Names, reference: Names) -> Beside | None:
    """The line on an axis of ratios to our reference group."""
    at = ratio_line(source.report, attribute, reference)
    return None if at is None else Beside(at=at, words=gettext(IMPACT))


def einstein_strength() -> Beside:
    """The line on an axis of how surely a field tells a group."""
    return Beside(at=strength_of(CORRELATION), words=gettext(PROXY))
