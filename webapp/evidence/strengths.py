"""How surely each field tells an attribute, with its range, beside the line where Einstein would alarm."""

from __future__ import annotations

from audit.rows.proxy import Proxy, informative
from webapp.charts.intervals import Axis, Bar, Look, intervals
from webapp.evidence.einstein import einstein_strength
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.sheet import Column, Sheet, ends
from webapp.evidence.source import Names, Source
from webapp.language import gettext, marked, pointed
from webapp.viewmodels.words import low_to_high, tick

MOST = 20
PAST = Look(shape="triangle", kind="high", words=marked("beyond Einstein's line"))
BEFORE = Look(shape="circle", kind="accent", words=marked("not beyond it"))
NONE = marked("No field was compared with this attribute: none is named under features, or all were too few.")
CHANCE = 0.5


def strengths_figure(source: Source, attribute: Names) -> Figure:
    """The strength of each field: 0.5 tells nothing, 1 gives the group away."""
    (name,) = attribute
    title = gettext("How surely each field tells %(attribute)s", attribute=name)
    rows = [one for one in source.report.proxies if one.attribute == name]
    if not rows:
        return nothing(title, gettext(NONE))
    rows.sort(key=lambda one: -one.auc)
    line = einstein_strength()
    bars = [_bar(one, line.at) for one in rows[:MOST]]
    axis = Axis(
        words=gettext("strength (AUC; 0.5 tells nothing)"),
        tick=lambda value: tick(value, share=False),
        within=(0.0, 1.0),
        goal=CHANCE,
        beside=line,
    )
    text = "; ".join(f"{bar.name} {bar.said}" for bar in bars)
    return Figure(
        title=title,
        lead=gettext(
            "Each bar is the plausible range of a field taken alone. The dashed line tells nothing; the line "
            "of dots is where Einstein would alarm: a correlation above 50\N{NO-BREAK SPACE}%%, which is a "
            "strength of %(line)s for a group of half of the leads. Fields before it may tell together.",
            line=pointed(f"{line.at:.2f}"),
        ),
        sheet=_sheet(rows, source, line.at),
        drawing=intervals(bars, axis, title, text),
        special_category=source.special(attribute),
    )


def _bar(one: Proxy, line: float) -> Bar:
    value, low, high = (pointed(f"{end:.2f}") for end in (one.auc, one.low, one.high))
    return Bar(
        name=one.feature,
        value=one.auc,
        low=one.low,
        high=one.high,
        said=f"{value} ({low_to_high(low, high)})",
        look=PAST if one.auc > line else BEFORE,
    )


def _sheet(rows: list[Proxy], source: Source, line: float) -> Sheet:
    yes, no, confidence = gettext("yes"), gettext("no"), source.report.settings.confidence
    return Sheet(
        caption=gettext("Fields by how surely they tell the group"),
        columns=(
            Column(head=gettext("Field"), name="feature"),
            Column(head=gettext("Strength"), name="strength", kind="number"),
            *ends("number"),
            Column(head=gettext("Surely tells something"), name="tells"),
            Column(head=gettext("Einstein would alarm"), name="einstein"),
        ),
        rows=tuple(
            (
                *(one.feature, one.auc, one.low, one.high),
                *(yes if told else no for told in (informative(one, confidence), one.auc > line)),
            )
            for one in rows
        ),
    )
