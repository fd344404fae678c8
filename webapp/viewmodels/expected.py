"""The page "Expected outcomes": what is expected of open leads, when it is known, what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from audit.estimate import Estimate
from audit.expected import Expected, ExpectedGap, Forecast, span_of
from webapp.language import decimal, gettext, iso_day, marked, ngettext
from webapp.viewmodels.words import amount, between, low_to_high, metric_label, quoted_here
from webapp.viewmodels.words import gap as signed

DASH = "\N{EM DASH}"
BADGES = {
    "fail": ("failed", marked("Expected outside the tolerance")),
    "pass": ("pass", marked("Expected within the tolerance")),
    "insufficient": ("not_enough_data", marked("Cannot be told yet")),
}
MaySee = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The badge, the sentences under it, and by measure the gaps that are expected outside the tolerance."""

    badge: tuple[str, str]
    sentences: tuple[str, ...]
    outside: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """One group. ``why`` is the English reason where nothing is expected of it, or no gap can be told."""

    group: str
    n: str
    value: str
    range: str
    worst: str
    why: str
    gap: str
    gap_range: str
    gap_why: str
    badge: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One attribute with its groups; the attribute is empty for all leads."""

    attribute: str
    special: bool
    reference: str
    lines: tuple[GroupLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortLine:
    """One cohort of one group: its days of creation, and from when on its outcomes are known."""

    span: str
    whose: str
    n: str
    value: str
    range: str
    known: str


def is_share(metric: str) -> bool:
    """Whether a metric is a share; an AUC is not."""
    return metric != "auc"


def span_words(cohort: str) -> str:
    """The days of creation of a cohort."""
    first, last = span_of(cohort)
    return low_to_high(iso_day(first), iso_day(last))


def whose(attribute: str, group: str) -> str:
    """Of whom a figure is."""
    return f"{attribute} {quoted_here(group)}" if attribute else gettext("All leads")


def headline(found: Expected, may_see: MaySee) -> Headline:
    """What is said first: how many will convert, and which gaps are expected."""
    gaps = [one for one in found.gaps if may_see(one.attribute)]
    verdicts = [one.verdict for one in gaps]
    worst = "fail" if "fail" in verdicts else "insufficient"
    if verdicts and set(verdicts) == {"pass"}:
        worst = "pass"
    kind, words = BADGES[worst]
    said = (_young(found), _convert(found), _gaps(gaps))
    return Headline(
        badge=(kind, gettext(words)),
        sentences=tuple(one for one in said if one),
        outside=tuple((one.metric, _title(one)) for one in gaps if one.verdict == "fail"),
    )


def _title(one: ExpectedGap) -> str:
    return gettext(
        "%(metric)s: %(attribute)s %(group)s beside %(reference)s",
        metric=metric_label(one.metric),
        attribute=one.attribute,
        group=quoted_here(one.group),
        reference=quoted_here(one.reference),
    )


def _young(found: Expected) -> str:
    if found.maturity_days is None:
        return ngettext(
            "%(n)s worked lead has no outcome.", "%(n)s worked leads have no outcome.", found.open
        )
    return ngettext(
        "%(n)s worked lead is younger than %(days)s days: too young for an outcome that counts.",
        "%(n)s worked leads are younger than %(days)s days: too young for an outcome that counts.",
        found.open,
        days=decimal(found.maturity_days),
    )


def _convert(found: Expected) -> str:
    every = (one for one in found.forecasts if not (one.attribute or one.cohort))
    rate = next((one for one in every if one.metric == "base_rate"), None)
    if rate is None or rate.won is None:
        return ""
    low, high = rate.estimate.low, rate.estimate.high
    if low is None or high is None:
        return ""
    return gettext(
        "About %(won)s of them are expected to convert (%(low)s to %(high)s).",
        won=decimal(round(rate.won)),
        low=decimal(round(low * rate.estimate.n)),
        high=decimal(round(high * rate.estimate.n)),
    )


def _gaps(gaps: list[ExpectedGap]) -> str:
    if not gaps:
        return gettext("No two groups that you may see have enough open leads, so no gap is expected.")
    verdicts = [one.verdict for one in gaps]
    return gettext(
        "Gaps between groups, over all measures: %(n)s. Expected outside the tolerance: %(out)s; within: "
        "%(inside)s; of the others it cannot be told yet.",
        n=decimal(len(gaps)),
        out=decimal(verdicts.count("fail")),
        inside=decimal(verdicts.count("pass")),
    )


def known_words(found: Expected) -> str:
    """When the outcomes will be known."""
    if found.maturity_days is None:
        return gettext("The stream does not say after how many days an outcome is ripe.")
    return gettext(
        "As of %(day)s; the last of these outcomes is ripe on about %(known)s.",
        day=iso_day(found.as_of),
        known=iso_day(found.as_of + timedelta(days=found.maturity_days)),
    )


def rests_on(found: Expected) -> str:
    """Which leads the estimates learn from."""
    taught = found.taught
    if taught.first is None or taught.last is None:
        return ""
    return gettext(
        "Learned from %(n)s ripe, worked leads (%(won)s converted) created %(first)s to %(last)s. The score "
        "is calibrated for each group by itself.",
        n=decimal(taught.leads),
        won=decimal(taught.won),
        first=iso_day(taught.first),
        last=iso_day(taught.last),
    )


def parts(found: Expected, metric: str, may_see: MaySee) -> list[Part]:
    """Every attribute with what is expected of its groups, all leads first."""
    kept = [one for one in found.forecasts if not one.cohort and one.metric == metric]
    names = dict.fromkeys(one.attribute for one in kept if may_see(one.attribute))
    gaps = {(one.attribute, one.group): one for one in found.gaps if one.metric == metric}
    references = {one.attribute: one.reference for one in found.gaps}
    return [
        Part(
            attribute=name,
            special=name in found.special,
            reference=quoted_here(references[name]) if name in references else "",
            lines=tuple(_line(one, gaps.get((name, one.group))) for one in kept if one.attribute == name),
        )
        for name in names
    ]


def _line(one: Forecast, gap: ExpectedGap | None) -> GroupLine:
    share = is_share(one.metric)
    value, span = figures(one.estimate, share=share)
    gap_value, gap_span = _gap_figures(gap, share=share)
    kind, words = BADGES[gap.verdict] if gap else ("", "")
    return GroupLine(
        group=quoted_here(one.group) if one.attribute else gettext("All leads"),
        n=decimal(one.estimate.n),
        value=value,
        range=span,
        worst=between(one.all_low, one.all_high, share=share),
        why=one.estimate.undefined or "",
        gap=gap_value,
        gap_range=gap_span,
        gap_why=(gap.estimate.undefined or "") if gap and not one.estimate.undefined else "",
        badge=(kind, gettext(words)) if gap else None,
    )


def figures(estimate: Estimate, *, share: bool) -> tuple[str, str]:
    """An estimate and its range in words; empty where there is none."""
    if estimate.value is None:
        return "", ""
    return amount(estimate.value, share=share), between(estimate.low, estimate.high, share=share)


def _gap_figures(gap: ExpectedGap | None, *, share: bool) -> tuple[str, str]:
    estimate = gap.estimate if gap else None
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "", ""
    low, high = (signed(end, share=share) for end in (estimate.low, estimate.high))
    return signed(estimate.value, share=share), low_to_high(low, high)


def cohort_lines(found: Expected, metric: str, may_see: MaySee) -> list[CohortLine]:
    """What is expected of each cohort with open leads, the newest first."""
    kept = [one for one in found.forecasts if one.cohort and one.metric == metric and may_see(one.attribute)]
    kept.sort(key=lambda one: one.cohort, reverse=True)
    return list(_cohorts(kept, found.maturity_days))


def _cohorts(kept: list[Forecast], maturity_days: int | None) -> Iterator[CohortLine]:
    for one in kept:
        value, span = figures(one.estimate, share=is_share(one.metric))
        if value:
            yield CohortLine(
                span=span_words(one.cohort),
                whose=whose(one.attribute, one.group),
                n=decimal(one.estimate.n),
                value=value,
                range=span,
                known=known_from(one.cohort, maturity_days),
            )


def known_from(cohort: str, maturity_days: int | None) -> str:
    """The day from which on every outcome of a cohort is ripe."""
    if maturity_days is None:
        return DASH
    last: date = span_of(cohort)[1]
    return iso_day(last + timedelta(days=maturity_days))
