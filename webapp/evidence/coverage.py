"""Which leads the numbers rest on: from all that were read to those whose outcome is known, by group."""

from __future__ import annotations

from audit.thresholds import GroupCounts
from audit.thresholds.model import FUNNEL
from webapp.charts.funnel import Passed, Step, funnel
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.sheet import Column, Sheet, Value
from webapp.evidence.source import NOT_KEPT, Names, Source
from webapp.language import decimal, gettext, marked
from webapp.viewmodels.words import amount, mid_sentence

MOST = 8
WORDS = {
    "kept": marked("Kept by the audit"),
    "scored": marked("With a score"),
    "worked": marked("Worked by somebody"),
    "outcome known": marked("Outcome known"),
}
NOT_RECORDED = {
    "scored": marked("There is no score"),
    "worked": marked("Not recorded who was worked"),
    "outcome known": marked("No outcome is recorded"),
}


def coverage_figure(source: Source, attribute: Names) -> Figure:
    """The steps of every group of an attribute; rejected leads belong to no group, and come first."""
    (name,) = attribute
    title = gettext("Which leads the numbers rest on, by %(attribute)s", attribute=name)
    counts = None if source.counts is None else source.counts.of(name)
    if counts is None:
        return nothing(title, gettext(NOT_KEPT))
    order = sorted(range(len(counts.groups)), key=lambda place: -int(counts.funnel[place, 0]))
    drawn = [_all_leads(source, counts), *(_group(counts, place) for place in order[:MOST])]
    return Figure(
        title=title,
        lead=gettext(
            "Each bar is the leads that came so far, of the leads at the first step. Outcome metrics use the "
            "last step only. Where groups lose unequal shares on the way, read their outcomes with care."
        ),
        sheet=_sheet(counts, order),
        drawing=funnel(drawn, title, _text(drawn)),
        notes=_notes(len(counts.groups), source),
        special_category=source.special(attribute),
    )


def _all_leads(source: Source, counts: GroupCounts) -> Passed:
    """Every record that was read, then the steps of all groups together."""
    read = Step(name=gettext("Read"), share=1.0, said=decimal(source.report.rows))
    return Passed(name=gettext("All leads"), steps=(read, *_steps(counts.all_together(), source.report.rows)))


def _group(counts: GroupCounts, place: int) -> Passed:
    steps = counts.funnel[place].tolist()
    return Passed(name=counts.groups[place], steps=tuple(_steps(steps, steps[0])))


def _steps(counted: list[int], whole: int) -> list[Step]:
    return [_step(name, n, whole) for name, n in zip(FUNNEL, counted, strict=True)]


def _step(name: str, n: int, whole: int) -> Step:
    if n < 0:
        return Step(name=gettext(WORDS[name]), share=None, said=gettext(NOT_RECORDED[name]))
    share = n / whole if whole else 0.0
    said = f"{decimal(n)} ({amount(share, share=True)})"
    return Step(name=gettext(WORDS[name]), share=share, said=said)


def _text(drawn: list[Passed]) -> str:
    return "; ".join(
        f"{one.name}: {', '.join(f'{mid_sentence(step.name)} {step.said}' for step in one.steps)}"
        for one in drawn
    )


def _notes(groups: int, source: Source) -> tuple[str, ...]:
    left = source.report.rows - source.report.kept
    notes = []
    if left:
        words = gettext(
            "%(left)s of the leads read were rejected or excluded before they had a group; \u201cEvery lead "
            "accounted for\u201d says why.",
            left=decimal(left),
        )
        notes.append(words)
    if groups > MOST:
        words = gettext("The %(shown)s largest of %(groups)s groups are drawn; the table has all.")
        notes.append(words % {"shown": MOST, "groups": decimal(groups)})
    return tuple(notes)


def _sheet(counts: GroupCounts, order: list[int]) -> Sheet:
    names = {step: step.replace(" ", "_") for step in FUNNEL}
    columns = (
        Column(head=gettext("Group"), name="group"),
        *(Column(head=gettext(WORDS[step]), name=names[step], kind="count") for step in FUNNEL),
        *(
            Column(
                head=gettext("%(step)s, share of kept", step=gettext(WORDS[step])),
                name=f"{names[step]}_share",
                kind="share",
            )
            for step in FUNNEL[1:]
        ),
    )
    return Sheet(
        caption=gettext("Leads at each step, by %(attribute)s", attribute=counts.attribute),
        columns=columns,
        rows=(
            (gettext("All groups"), *_cells(counts.all_together())),
            *((counts.groups[place], *_cells(counts.funnel[place].tolist())) for place in order),
        ),
    )


def _cells(steps: list[int]) -> tuple[Value, ...]:
    counted = [None if n < 0 else n for n in steps]
    whole = counted[0] or 0
    return (*counted, *(None if n is None or not whole else n / whole for n in counted[1:]))
