"""One page in plain words: what was found, what to do, how sure that is, and what was not looked at.

It is put together from the report's facts by fixed sentences: the same report gives the same text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from audit.finding import Finding
from audit.finding.words import count, listed, more_leads, named, percent, plain, quoted
from audit.report.model import Report
from audit.report.packs.told import UNKNOWN, attributes_of, origin
from audit.report.paper import Paper, Section

MOST = 3
CLOSE = "The whole report has every number with its range. None of it is legal advice."
NOT_ASKED = "The model behind the score, and why a single lead has its score."
ASSOCIATIONS = "Differences are associations in the data. They are no proof of a cause."


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The page as sentences, part by part."""

    stream: str
    verdict: tuple[str, ...]
    found: tuple[str, ...]
    todo: tuple[str, ...]
    sure: tuple[str, ...]
    unseen: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence, in order."""
        return (*self.verdict, *self.found, *self.todo, *self.sure, *self.unseen)


HEADINGS = ("What was found", "What to do", "How sure this is", "What was not looked at")


def summary(report: Report) -> Summary:
    """The summary of a report."""
    failed = tuple(one for one in report.findings if one.verdict == "fail" and one.severity != "info")
    likely = tuple(one for one in report.findings if one.verdict != "fail" and one.severity != "info")
    return Summary(
        stream=report.stream,
        verdict=_verdict(report, failed, likely),
        found=tuple(_found(failed, likely)),
        todo=tuple(dict.fromkeys(_todo(report, failed))),
        sure=tuple(_sure(report)),
        unseen=tuple(_unseen(report)),
    )


def paper(made: Summary, report: Report) -> Paper:
    """The summary as a paper of one page."""
    parts = (made.found, made.todo, made.sure, made.unseen)
    return Paper(
        title=f"The score {quoted(made.stream)} in plain words",
        lead=made.verdict,
        sections=tuple(
            Section(heading=heading, points=points) for heading, points in zip(HEADINGS, parts, strict=True)
        ),
        stamp=origin(report),
        close=CLOSE,
    )


def _verdict(report: Report, failed: tuple[Finding, ...], likely: tuple[Finding, ...]) -> tuple[str, ...]:
    audited = f"{count(report.kept)} {'was' if report.kept == 1 else 'were'} audited."
    if failed:
        told = f"The score treats some leads differently: {_matters(len(failed), 'needs', 'need')} attention."
    elif likely:
        told = f"Nothing is sure, but {_matters(len(likely), 'looks', 'look')} like a difference."
    elif report.disparities:
        told = "No group was found to be treated differently, as far as these leads can tell."
    else:
        told = "No group could be compared with another, so nothing is shown to be in order either."
    return told, audited, *_days(report)


def _days(report: Report) -> tuple[str, ...]:
    days = report.regulation.period
    return (f"They were created from {days[0]} to {days[1]}.",) if days else ()


def _matters(number: int, one: str, many: str) -> str:
    return f"{count(number, 'finding')} {one if number == 1 else many}"


def _found(failed: tuple[Finding, ...], likely: tuple[Finding, ...]) -> Iterator[str]:
    shown = failed[:MOST] or likely[:1]
    yield from (one.headline for one in shown)
    more = len(failed) + len(likely) - len(shown)
    if more:
        yield f"{count(more, 'further finding')} {'is' if more == 1 else 'are'} in the report."
    if not shown:
        yield "Nothing that calls for action."


def _todo(report: Report, failed: tuple[Finding, ...]) -> Iterator[str]:
    for one in failed[:MOST]:
        yield from _about(one)
    if failed:
        yield "Let the CRM's admin try remedies on a copy of the data, and see what each would cost."
    for warning in report.warnings[:1]:
        yield f"Before you rely on it: {warning.text.partition('. ')[0].rstrip('.')}."
    lacking = [one.n_needed - one.n for one in report.disparities if one.n_needed and one.n_needed > one.n]
    if lacking:
        yield f"Audit again later: what comes nearest to a verdict needs {more_leads(min(lacking))}."
    elif not failed:
        yield "Audit again when the score or the leads change."


def _about(one: Finding) -> Iterator[str]:
    told = dict(one.evidence)
    if one.group:
        yield f"Let no score alone decide about {named(one.attribute, one.group)} until that is mended."
    field, share = told.get("proxy"), told.get("proxy_share")
    if isinstance(field, str) and isinstance(share, float):
        yield f"Look at the field {quoted(field)} first: it goes with {percent(share)} of that gap."


def _sure(report: Report) -> Iterator[str]:
    verdicts = Counter(one.verdict for one in report.disparities)
    if report.disparities:
        yield (
            f"Of {count(len(report.disparities), 'comparison')}, {verdicts['fail']:,} surely lie outside the "
            f"tolerance and {verdicts['pass']:,} surely within; {verdicts['insufficient']:,} have too "
            "little data."
        )
        level = f"{report.settings.confidence * 100:.3g} %"
        yield (
            f"A difference counts as found only where its whole plausible range ({level}) is beyond "
            "the tolerance."
        )
    if report.warnings:
        yield (
            f"{count(len(report.warnings), 'warning')} on the data "
            f"{'goes' if len(report.warnings) == 1 else 'go'} with it."
        )
    yield ASSOCIATIONS


def _unseen(report: Report) -> Iterator[str]:
    names = tuple(plain(name) for name in attributes_of(report))
    yield (
        f"Groups by anything but {listed(names)}." if names else "Groups of any kind: no attribute was named."
    )
    left = sum(one.count for one in (*report.rejected, *report.excluded))
    if left:
        yield f"{count(left)} that could not be used or were left out on purpose."
    for one in report.estimates:
        if one.metric == "count" and one.group == (UNKNOWN,) and len(one.attribute) == 1 and one.estimate.n:
            yield f"{count(one.estimate.n)} whose {plain(one.attribute[0])} is not known."
    if not any(one.metric == "base_rate" and one.estimate.value is not None for one in report.estimates):
        yield "Whether good leads are found: the outcomes are not known."
    yield NOT_ASKED
