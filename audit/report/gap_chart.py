"""The gap in mean score as a waterfall: field by field, and what no field explains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from audit.report.charts import BLUE, GREY, ORANGE, ROW, WIDTH, _name, _svg
from audit.rows.gap_shares.decompose import Decomposition

DRAWN = 8
KINDS = {"carried by a field": BLUE, "not explained by any field": ORANGE, "the whole gap": GREY}
CARRIED, LEFT, WHOLE = KINDS
OTHERS = "Other fields together"
UNEXPLAINED = "Not explained by any field"
TOTAL = "The whole gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    name: str
    kind: str
    share: float
    start: float


def gap_chart(one: Decomposition) -> Markup:
    """Bars that each begin where the last one ended, from 0 to the whole gap, in score points."""
    steps = _steps(one)
    text = ", ".join(f"{step.name} {_said(step, one.gap)}" for step in steps)
    title = f"Where the score gap between {one.group} and {one.reference} comes from"
    return _svg(_waterfall([_bar(step, one.gap) for step in steps]), f"{title} ({one.attribute})", text)


def in_points(value: float, gap: float) -> str:
    """Score points with the digits that a gap of this size deserves: -0.1 of -9.76 is "-0.10"."""
    if not 1e-6 < abs(gap) < 1e6:
        return f"{value:.3g}"
    digits = max(0, 2 - math.floor(math.log10(abs(gap))))
    return f"{round(value, digits) + 0.0:.{digits}f}"


def _steps(one: Decomposition) -> list[_Step]:
    named = [(_name(part.feature), CARRIED, part.share) for part in one.parts[:DRAWN]]
    others = [(OTHERS, CARRIED, sum(part.share for part in one.parts[DRAWN:]))]
    last = [(UNEXPLAINED, LEFT, one.unexplained)]
    steps, reached = [], 0.0
    for name, kind, share in (*named, *(others if len(one.parts) > DRAWN else []), *last):
        steps.append(_Step(name=name, kind=kind, share=share, start=reached))
        reached += share
    return [*steps, _Step(name=TOTAL, kind=WHOLE, share=1.0, start=0.0)]


def _said(step: _Step, gap: float) -> str:
    return f"{in_points(step.share * gap, gap)} points ({round(step.share * 100) + 0:d} %)"


def _bar(step: _Step, gap: float) -> dict[str, Any]:
    start, end = step.start * gap, (step.start + step.share) * gap
    low, high = sorted((start, end))
    return {"name": step.name, "kind": step.kind, "low": low, "high": high, "said": _said(step, gap)}


def _waterfall(rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - a chart of the library
    import altair as alt  # noqa: PLC0415 - slow to import

    base = alt.Chart(alt.InlineData(values=rows))
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=190))
    seen = [kind for kind in KINDS if any(row["kind"] == kind for row in rows)]
    scale = alt.Scale(domain=seen, range=[KINDS[kind] for kind in seen])
    legend = alt.Legend(title=None, orient="top", direction="horizontal")
    bars = base.mark_bar(height=ROW * 0.6).encode(
        x=alt.X("low:Q", title="Score points", scale=alt.Scale(zero=True, nice=True)),
        x2="high:Q",
        y=y,
        color=alt.Color("kind:N", scale=scale, legend=legend),
    )
    words = base.mark_text(align="left", dx=6, fontSize=11, color="#010203").encode(
        x="high:Q", y=y, text="said:N"
    )
    return alt.layer(bars, words, width=WIDTH - 120, height=ROW * len(rows))
