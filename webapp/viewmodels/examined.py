"""What an audit examined beyond groups and fields one by one: a line or two each, and where to read on.

The words and numbers are those of the report's own views; the full tables are in the report, which the
audit page opens at the right place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit.finding.words import listed, plain, quoted
from audit.report.model import Report
from audit.report.views.fields_view import ScoreView, fields_view, score_view
from audit.report.views.option_view import option_sheets
from audit.report.views.regulation_view import regimes
from audit.report.views.together_view import together_rows
from audit.report.views.treatment_view import TreatedTable, loop_view, treated_tables
from audit.report.views.unseen_view import Unseen, unseen_tables
from audit.report.views.view import sections
from audit.report.views.worst import worst
from webapp.language import decimal, english, gettext, in_a_row, marked, ngettext
from webapp.viewmodels.words import quoted_here

NOBODY = marked(
    "No group of several conditions is surely treated worse than its conditions make out one by one."
)
MOST = 5
MOST_USES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One part of the report: its title, what it says in short, and the place in the report (an anchor)."""

    title: str
    lines: tuple[str, ...]
    anchor: str
    special_category: bool = False


def examined(report: Report) -> tuple[Examined, ...]:
    """Every part that this report has, in the order of the report; of an older report, those it had."""
    return (*_worst(report), *_by_attribute(report), *_of_all(report))


def _worst(report: Report) -> Iterator[Examined]:
    found = worst(report)
    if found is not None:
        told = tuple(english(one.text) for one in found.rows[:MOST])
        more = len(found.rows) + found.hidden - len(told)
        yield Examined(
            title=gettext("Who is treated worst"),
            lines=(*(told or (gettext(NOBODY),)), *(_more(more) if more else ())),
            anchor="worst",
            special_category=any(one.special_category for one in found.rows[:MOST]),
        )
    crossed = sum(one.found_by == "crossing" for one in report.subgroups)
    if crossed:
        line = ngettext(
            "%(n)s\N{NO-BREAK SPACE}group stands out by more than single attributes explain. The report puts "
            "what each number probably is, given all groups, beside its own value.",
            "%(n)s\N{NO-BREAK SPACE}groups stand out by more than single attributes explain. The report puts "
            "what each number probably is, given all groups, beside its own value.",
            crossed,
        )
        yield Examined(title=gettext("Attributes taken together"), lines=(line,), anchor="crossings")


def _more(more: int) -> tuple[str, ...]:
    return (gettext("%(n)s more in the report.", n=decimal(more)),)


def _by_attribute(report: Report) -> Iterator[Examined]:
    shown = sections(report)
    unseen, treated, options = unseen_tables(report), treated_tables(report, shown), option_sheets(report)
    for place, section in enumerate(shown, start=1):
        name = section.attribute
        told = fields_view(name, report, charted=False)
        sheet = options.get(name)
        said = (
            sheet.summary if sheet else "",
            _treated(treated.get(name)),
            *(_unseen(one) for one in unseen.get(name, ()) if one.rows),
            told.together,
            told.gap,
        )
        if lines := tuple(english(line) for line in said if line):
            yield Examined(
                title=gettext("More by %(attribute)s", attribute=name),
                lines=lines,
                anchor=f"attribute-{place}",
                special_category=section.special_category,
            )


def _of_all(report: Report) -> Iterator[Examined]:
    if score := score_view(report):
        title = gettext("What the score goes by")
        yield Examined(title=title, lines=_score(score), anchor="score")
    if report.membership:
        line = gettext(
            "Who belongs to the groups of %(attributes)s is only known as a probability; there is no "
            "verdict.",
            attributes=in_a_row(tuple(dict.fromkeys(one.attribute for one in report.membership))),
        )
        title = gettext("Groups that are only estimated")
        yield Examined(title=title, lines=(line,), anchor="estimated")
    if rows := together_rows(report):
        first = {one.attribute: f"{plain(one.attribute)}: {one.words}" for one in reversed(rows)}
        lines = tuple(map(english, reversed(first.values())))[:MOST]
        title = gettext("All groups together")
        yield Examined(title=title, lines=lines, anchor="together")
    if found := regimes(report):
        lines = tuple(english(f"{one.title}.") for one in found)
        title = gettext("Regulatory tables")
        yield Examined(title=title, lines=lines, anchor="regulation")
    if loop := loop_view(report):
        title = gettext("Does the score feed itself?")
        yield Examined(title=title, lines=(english(loop.text),), anchor="loop")


def _treated(table: TreatedTable | None) -> str:
    """What the verdicts on treatment at equal score are, in the words of the report; empty where none is."""
    if table is None or not table.judged_by:
        return ""
    words = tuple(
        f"{quoted(row.name)} {row.verdict}"
        for row in table.rows
        if row.verdict not in ("reference", "not compared")
    )
    return f"{table.judged_by} at equal score: {_first(words)}." if words else ""


def _first(words: tuple[str, ...]) -> str:
    more = len(words) - MOST
    return listed(words) if more <= 0 else f"{', '.join(words[:MOST])}, and {more:,} more"


def _unseen(one: Unseen) -> str:
    """The number that misses most leads: as seen, and whatever the unseen are; in the report's words."""
    row = max(one.rows, key=lambda each: each.missing)
    why = "without a usable outcome" if one.cause == "selective_labels" else "whose group is not known"
    noun, reached = "lead" if row.missing == 1 else "leads", row.worst.text
    ends = f"can be anything from {reached}" if " to " in reached else f"is {reached}"
    return (
        f"What we cannot see: {row.metric.lower()} of {quoted(row.group)} leads is {row.seen} as seen; with"
        f" the {row.missing:,}\N{NO-BREAK SPACE}{noun} {why} it {ends}."
    )


def _score(score: ScoreView) -> tuple[str, ...]:
    used = tuple(quoted_here(one.feature) for one in score.uses[:MOST_USES])
    text = english(score.text)
    return (text, gettext("It goes most by %(fields)s.", fields=in_a_row(used))) if used else (text,)
