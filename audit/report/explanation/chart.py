"""What drives the score, and each gap, as charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from audit.estimate import Estimate
from audit.report.charts import BLUE, GREY, PER_CENT, ROW, WIDTH, _name, _svg
from audit.report.explanation.view import names
from audit.rows.explaining.model import Explained, GapStory

MOST = 20
"""Fields that a chart shows; all are in the table beside it."""
SURE, MAYBE = "surely something", "may be nothing"
SHAPES = {SURE: ("circle", BLUE), MAYBE: ("square", GREY)}


def drivers_chart(made: Explained) -> Markup:
    """Permutation importance of each field with its interval."""
    rows = _rows([(names(one.fields), one.permutation) for one in made.drivers], _used)
    if not rows:
        return Markup()
    said = ", ".join(f"{row['name']} {row['value'] * 100:.1f} %" for row in rows)
    title = "Share of the score's spread that is lost without it"
    return _svg(_drawn(rows, title, share=True), "What the score goes by", said)


def gap_chart(one: GapStory) -> Markup:
    """What each field carries of one gap."""
    rows = _rows([(names(part.fields), part.neutral) for part in one.parts], _sure)
    if not rows:
        return Markup()
    said = ", ".join(f"{row['name']} {row['value']:+.2g}" for row in rows)
    title = f"What carries the gap between {one.group} and {one.reference} ({one.attribute})"
    return _svg(_drawn(rows, "Part of the gap", share=False), title, said)


def _rows(figures: Sequence[tuple[str, Estimate]], sure: Callable[[Estimate], str]) -> list[dict[str, Any]]:
    return [
        {"name": _name(name), "value": one.value, "low": one.low, "high": one.high, "sure": sure(one)}
        for name, one in figures[:MOST]
        if one.value is not None
    ]


def _sure(one: Estimate) -> str:
    """Whether the figure surely has a sign, in the words of the legend."""
    return MAYBE if (one.low or 0.0) <= 0 <= (one.high or 0.0) else SURE


def _used(one: Estimate) -> str:
    """Whether the field is surely used: what is better shuffled is not."""
    return SURE if (one.low or 0.0) > 0 else MAYBE


def _drawn(rows: list[dict[str, Any]], title: str, *, share: bool) -> Any:  # noqa: ANN401 - a chart
    import altair as alt  # noqa: PLC0415 - slow to import

    told = PER_CENT if share else alt.Undefined
    axis = alt.Axis(labelOverlap="greedy", labelExpr=told)
    x = alt.X("value:Q", title=title, axis=axis, scale=alt.Scale(zero=True, nice=True))
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=190))
    )
    rule = base.mark_rule(strokeWidth=2, color=GREY).encode(x=alt.X("low:Q"), x2="high:Q")
    seen = [name for name in SHAPES if any(row["sure"] == name for row in rows)]
    shapes, colours = zip(*(SHAPES[name] for name in seen), strict=True)
    legend = alt.Legend(title=None, orient="top", direction="horizontal")
    point = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=x,
        shape=alt.Shape("sure:N", scale=alt.Scale(domain=seen, range=list(shapes)), legend=legend),
        color=alt.Color("sure:N", scale=alt.Scale(domain=seen, range=list(colours)), legend=legend),
    )
    return alt.layer(rule, point, width=WIDTH - 120, height=ROW * len(rows))
