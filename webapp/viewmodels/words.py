"""Numbers, moments and codes as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from audit.disparity import Verdict
from audit.finding import Severity
from audit.finding.reading import BAND
from audit.finding.words import plain as one_line
from audit.finding.words import quoted
from webapp import language
from webapp.language import decimal, gettext, marked, ngettext, shortest
from webapp.store.rows import ConnectionRow
from webapp.translations import metrics

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
ORGANISATION_WORDS = {"salesforce": marked("Salesforce org"), "hubspot": marked("HubSpot portal")}
SEVERITY_WORDS: dict[Severity, str] = {
    "critical": marked("Critical"),
    "high": marked("High"),
    "medium": marked("Medium"),
    "low": marked("Low"),
    "info": marked("For information"),
}
VERDICT_WORDS: dict[Verdict, str] = {
    "pass": marked("Within tolerance"),
    "fail": marked("Outside tolerance"),
    "insufficient": marked("Not enough data"),
}


def organisation_label(crm: str, organisation: str) -> str:
    """A connection's name: the CRM's word for it and its own id."""
    return f"{gettext(ORGANISATION_WORDS.get(crm, crm))} {organisation}"


def organisation_labels(rows: Iterable[ConnectionRow]) -> dict[str, str]:
    """The names of connections by their ids."""
    return {row.id: organisation_label(row.crm, row.organisation) for row in rows}


def metric_label(metric: str) -> str:
    """A metric's name for a table's head; a band of the score is named by its ends."""
    if is_band(metric):
        return f"Score {metric.removeprefix(BAND)}"
    return metrics.label(metric, language.current())


def mid_sentence(words: str) -> str:
    """Words that begin with a capital, as they stand inside a sentence; nouns of German keep theirs."""
    return words.lower() if language.current() == language.ENGLISH else words[:1].lower() + words[1:]


def metric_inside(metric: str) -> str:
    """A metric's name inside a sentence. Only English writes it small there."""
    label = metric_label(metric)
    keeps = language.current() != language.ENGLISH or label[:2].isupper()
    return label if keeps else label[:1].lower() + label[1:]


def quoted_here(name: str) -> str:
    """A name from the data in the quotation marks of the language, on one line."""
    if language.current() == language.ENGLISH:
        return quoted(name)
    return gettext("\u201c%(name)s\u201d", name=one_line(name))


def named(names: Iterable[str]) -> str:
    """Names that belong together, such as the attributes of a crossing: region and sex."""
    return (" " + gettext("and") + " ").join(names)


def is_band(metric: str) -> bool:
    """Whether a metric is the conversion rate within one band of the score."""
    return metric.startswith(BAND)


def number(value: float) -> str:
    """A count with thousands set apart: 45,211."""
    return decimal(value)


def amount(value: float, *, share: bool) -> str:
    """A metric's value: 18.3 % for a share, 54.20 otherwise."""
    # Adding 0 takes the sign off a zero that was rounded down.
    text = (
        f"{decimal(round(value * 100, 1) + 0.0, 1)}{NBSP}%"
        if share
        else decimal(round(value, 9) + 0.0, _digits(value))
    )
    return text.replace("-", MINUS)


def gap(value: float, *, share: bool) -> str:
    """A difference with its sign: +3.2 points for shares."""
    shown, digits = (value * 100, 1) if share else (value, _digits(value))
    text = decimal(shown, digits, signed=True) + (NBSP + gettext("points") if share else "")
    return text.replace("-", MINUS)


def tick(value: float, *, share: bool) -> str:
    """A value beside the axis of a chart: 20% for a share, with no more digits than it needs."""
    if not share:
        return shortest(value)
    return gettext("%(value)s%%", value=shortest(value * 100))


def between(low: float | None, high: float | None, *, share: bool) -> str:
    """An interval in words; empty where there is none."""
    if low is None or high is None:
        return ""
    return low_to_high(amount(low, share=share), amount(high, share=share))


def low_to_high(low: str, high: str) -> str:
    """The two ends of a range, as they were written: 12 to 18."""
    return gettext("%(low)s to %(high)s", low=low, high=high)


def moment(value: datetime | str) -> str:
    """A moment in UTC: 23 Nov 2026, 14:05 UTC."""
    return language.moment(datetime.fromisoformat(value) if isinstance(value, str) else value)


def plain(code: str) -> str:
    """A stable code as words: ``opted_out`` becomes "opted out"; a sentence stays one."""
    return code if " " in code else code.replace("_", " ")


def counted(number_of: int, one: str, many: str) -> str:
    """A count with its noun: 1 lead, 2 leads. The two nouns are one message of the catalogues."""
    return f"{number(number_of)}{NBSP}{ngettext(one, many, number_of)}"


def _digits(value: float) -> int:
    return 1 if abs(value) >= 10 else 3
