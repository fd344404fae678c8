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
from webapp.viewmodels.words import counted

NOBODY = "No group of several conditions is surely treated worse than its conditions make out one by one."
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
        told = tuple(one.text for one in found.rows[:MOST])
        more = len(found.rows) + found.hidden - len(told)
        yield Examined(
            title="Who is treated worst",
            lines=(*(told or (NOBODY,)), *((f"{more:,} more in the report.",) if more else ())),
            anchor="worst",
            special_category=any(one.special_category for one in found.rows[:MOST]),
        )
    crossed = sum(one.found_by == "crossing" for one in report.subgroups)
    if crossed:
        line = (
            f"{counted(crossed, 'group stands', 'groups stand')} out by more than single attributes explain."
            " The report puts what each number probably is, given all groups, beside its own value."
        )
        yield Examined(title="Attributes taken together", lines=(line,), anchor="crossings")


def _by_attribute(report: Report) -> Iterator[Examined]:
    shown = sections(report)
    unseen, treated, options = unseen_tables(report), treated_tables(report, shown), option_sheets(report)
    for place, section in enumerate(shown, start=1):
        name = section.attribute
        told = fields_view(name, report, charted=False)
        sheet = options.get(name)
        lines = (
            sheet.summary if sheet else "",
            _treated(treated.get(name)),
            *(_unseen(one) for one in unseen.get(name, ()) if one.rows),
            told.together,
            told.gap,
        )
        if any(lines):
            yield Examined(
                title=f"More by {name}",
                lines=tuple(line for line in lines if line),
                anchor=f"attribute-{place}",
                special_category=section.special_category,
            )


def _of_all(report: Report) -> Iterator[Examined]:
    if score := score_view(report):
        yield Examined(title="What the score goes by", lines=_score(score), anchor="score")
    if report.membership:
        names = listed(tuple(dict.fromkeys(one.attribute for one in report.membership)))
        line = f"Who belongs to the groups of {names} is only known as a probability; there is no verdict."
        yield Examined(title="Groups that are only estimated", lines=(line,), anchor="estimated")
    if rows := together_rows(report):
        first = {one.attribute: f"{plain(one.attribute)}: {one.words}" for one in reversed(rows)}
        lines = tuple(reversed(first.values()))[:MOST]
        yield Examined(title="All groups together", lines=lines, anchor="together")
    if found := regimes(report):
        yield Examined(
            title="Regulatory tables", lines=tuple(f"{one.title}." for one in found), anchor="regulation"
        )
    if loop := loop_view(report):
        yield Examined(title="Does the score feed itself?", lines=(loop.text,), anchor="loop")


def _treated(table: TreatedTable | None) -> str:
    """What the verdicts on treatment at equal score are; empty where nothing was judged."""
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
    """The number that misses most leads: as seen, and whatever the unseen are."""
    row = max(one.rows, key=lambda each: each.missing)
    why = "without a usable outcome" if one.cause == "selective_labels" else "whose group is not known"
    leads, reached = counted(row.missing, "lead", "leads"), row.worst.text
    ends = f"can be anything from {reached}" if " to " in reached else f"is {reached}"
    return (
        f"What we cannot see: {row.metric.lower()} of {quoted(row.group)} leads is {row.seen} as seen; with"
        f" the {leads} {why} it {ends}."
    )


def _score(score: ScoreView) -> tuple[str, ...]:
    used = tuple(quoted(one.feature) for one in score.uses[:MOST_USES])
    return (score.text, f"It goes most by {listed(used)}.") if used else (score.text,)
