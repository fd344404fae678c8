"""The page "Drift": its verdict, why nothing can be said, and what it is told from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from audit.drift import DriftReport, Span
from webapp.drift_watch.short import Short
from webapp.drift_watch.things import Thing
from webapp.keeping_up import WORDS
from webapp.language import day, decimal, gettext, iso_day, ngettext
from webapp.store.not_kept_up import Behind
from webapp.viewmodels.drift_things import ThingLine, thing_line, thing_title

ORDER = ("model", "unclear", "mix", "begun", "ended", "gap", "moved", "new", "missing", "together")
FIRST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A badge's kind and words, and the sentence."""

    kind: str
    words: str
    sentence: str


def in_order(found: Sequence[Thing]) -> list[Thing]:
    """What an auditor should read first: models, then fields, then what moved most."""
    return sorted(found, key=lambda one: (ORDER.index(one.kind), -(abs(one.size or 0.0)), one.name))


def verdict(found: Sequence[Thing], report: DriftReport) -> Verdict:
    """What is said first; ``found`` are in the order of `in_order`."""
    if found:
        sentence = ngettext(
            "%(n)s thing surely moved by more than its limit: %(what)s.",
            "%(n)s things surely moved by more than their limits, first of all: %(what)s.",
            len(found),
            what="; ".join(thing_title(one) for one in found[:FIRST]),
        )
        return Verdict(kind="failed", words=gettext("Moved"), sentence=sentence)
    parts = [*(one.verdict for one in report.columns), *(one.verdict for one in report.gaps)]
    unknown = parts.count("insufficient")
    if unknown == len(parts):
        sentence = gettext("There are too few leads in one of the windows to say anything.")
        return Verdict(kind="not_enough_data", words=gettext("Not known yet"), sentence=sentence)
    sentence = gettext("Nothing surely moved by more than its limit.")
    if unknown:
        sentence += " " + gettext(
            "For %(unknown)s of %(whole)s columns and gaps there is not enough data to say that they did "
            "not.",
            unknown=decimal(unknown),
            whole=decimal(len(parts)),
        )
    words = gettext("Nothing surely moved") if unknown else gettext("Nothing moved")
    return Verdict(kind="pass", words=words, sentence=sentence)


def thing_lines(found: Sequence[Thing], short: Short) -> list[ThingLine]:
    """What surely moved, each with the day of the pull that first told it."""
    first = {one.key: day(one.first) for one in short.known}
    return [thing_line(one, first.get(one.key, "")) for one in found]


def windows(report: DriftReport) -> str:
    """Which leads are compared with which."""
    made = report.windows
    said = gettext(
        "The newest leads (%(newest)s) beside earlier ones (%(reference)s).",
        newest=_span(made.newest),
        reference=_span(made.reference),
    )
    if made.between:
        more = gettext("%(n)s leads between them are in the charts alone.", n=decimal(made.between))
        return f"{said} {more}"
    return said


def _span(one: Span) -> str:
    if one.first is None or one.last is None:
        return gettext("%(n)s leads", n=decimal(one.leads))
    ends = {"first": iso_day(one.first), "last": iso_day(one.last)}
    return gettext("%(first)s to %(last)s, %(n)s leads", n=decimal(one.leads), **ends)


def prediction(report: DriftReport) -> str:
    """Whether the score moved in the windows, and whether leads that are alike are scored as before."""
    score = next((one for one in report.columns if one.role == "score"), None)
    if score is None:
        return gettext("The stream names no score, so nothing is said of its drift.")
    if report.alike is None:
        return gettext(
            "The score moved by %(psi)s (PSI beyond chance). Whether leads that are alike are scored as "
            "before cannot be told: there is no other column, or the leads of both windows have too little "
            "in common.",
            psi=decimal(max(score.psi - score.psi_by_chance, 0.0), 2),
        )
    return gettext(
        "The score moved by %(psi)s (PSI beyond chance; the limit is 0.1). Among leads that are alike it "
        "moved by %(left)s: that part does not go with who the leads are.",
        psi=decimal(report.alike.psi, 2),
        left=decimal(report.alike.left, 2),
    )


def behind_words(one: Behind) -> str:
    """That a part is not up to date, since when and why."""
    return gettext(
        "This could not be brought up to date since %(moment)s UTC, because %(why)s. What stands here is "
        "from before. The next pull tries again.",
        moment=f"{one.since:%Y-%m-%d %H:%M}",
        why=gettext(WORDS[one.why]),
    )


def drivers(report: DriftReport, hidden: Collection[str], *, special: bool) -> list[str]:
    """The columns that tell old and new leads apart most."""
    several = report.multivariate
    if several is None or several.verdict != "fail":
        return []
    own = {one.name for one in report.columns if one.special}
    return [one.name for one in several.drivers if special or one.name not in {*hidden, *own}][:FIRST]
