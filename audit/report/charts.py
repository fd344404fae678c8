"""Charts as inline SVG, readable on light and dark paper, in print, and without colour."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from audit.finding.reading import is_share
from audit.finding.words import percent
from audit.report.printable import printable
from audit.report.views.view import GroupRow, Section

if TYPE_CHECKING:
    import altair as alt

INK = "#010203"  # replaced by currentColor: text and axes take the colour of the page
BLUE, ORANGE, GREY = "#3b82c4", "#c8681c", "#808890"
SHAPES = {
    "reference": ("diamond", GREY),
    "outside tolerance": ("triangle-up", ORANGE),
    "within tolerance": ("circle", BLUE),
    "not enough data": ("square", GREY),
    "not compared": ("cross", GREY),
}
LINES = ((BLUE, "circle", [1, 0]), (ORANGE, "triangle-up", [6, 3]), (GREY, "diamond", [2, 3]))
WIDTH, ROW = 600, 24
LONGEST = 100
FITS = 170
"""Pixels of a label that no axis cuts: 180 is Vega's own limit, and its letters are 12 high."""
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
# Browsers set text wider than the measure that the layout was made with: room for it on both sides.
PADDING = {"left": 30, "right": 30, "top": 5, "bottom": 5}
PER_CENT = "round(datum.value * 100) + '\u00a0%'"
AXIS = {
    "domainColor": GREY,
    "tickColor": GREY,
    "gridColor": GREY,
    "gridOpacity": 0.25,
    "titleFontWeight": "normal",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An upright line for comparison, with its words."""

    at: float
    words: str


def rates_chart(section: Section, line: Line | None = None) -> Markup:
    """Headline metric of each group with its interval, the verdict as shape and colour, and a line beside."""
    rows = [
        _point(row) for row in section.rows if row.headline is not None and row.headline.value is not None
    ]
    if not rows:
        return Markup()
    share = is_share(section.metric)
    chart = _intervals(rows, section.metric_label, share=share, verdicts=True, line=line)
    text = ", ".join(f"{row['name']} {_said(row['value'], section.metric)}" for row in rows)
    text += f". {line.words} is at {_said(line.at, section.metric)}" if line else ""
    return _svg(chart, f"{section.metric_label} by {section.attribute}", text)


def calibration_chart(section: Section) -> Markup:
    """Conversion by score band for the reference and the two groups that differ most."""
    chosen = _drawn(section)
    rows = [point for row in chosen for point in _bands(row)]
    if not rows:
        return Markup()
    text = "; ".join(f"{row.name}: {_band_words(row)}" for row in chosen)
    return _svg(_lines(rows, chosen), f"Conversion at equal score, by {section.attribute}", text)


def undrawn(section: Section) -> tuple[str, ...]:
    """The groups of the table that have no line in the chart of conversion at equal score."""
    drawn = {row.name for row in _drawn(section)}
    return tuple(row.name for row in section.rows if row.name not in drawn) if drawn else ()


def proxies_chart(section: Section) -> Markup:
    """The share of the score gap that each feature carries, with its interval."""
    rows = [
        {
            "name": _name(one.feature),
            "value": one.share,
            "low": one.share_low,
            "high": one.share_high,
            "verdict": "",
        }
        for one in section.proxies
        if one.share is not None
    ]
    if not rows:
        return Markup()
    shares = [(one.feature, one.share) for one in section.proxies if one.share is not None]
    text = ", ".join(f"{_name(feature)} {share * 100:.0f} %" for feature, share in shares)
    chart = _intervals(rows, "Share of the score gap", share=True, verdicts=False)
    return _svg(chart, f"Fields that carry the score gap between groups of {section.attribute}", text)


def _drawn(section: Section) -> list[GroupRow]:
    known = [row for row in section.rows if any(one.value is not None for _, one in row.bands)]
    return [row for row in known if row.name != "unknown"][: len(LINES)]


def _name(text: str) -> str:
    """A name as an axis can show it; the layout would spend minutes on a text of many pages."""
    whole = _uncut(printable(text))
    return whole if len(whole) <= LONGEST else f"{whole[:60]}{ELLIPSIS}{whole[-30:]}"


def _uncut(text: str) -> str:
    """The text; shortened to what surely fits where it holds a sign beyond U+FFFF, like an emoji.

    Vega counts such a sign as two, cuts a label that is too wide between them, and fails on the half.
    """
    wide = [22 if one > "\uffff" else 12 for one in text]
    if max(wide, default=0) <= 12 or sum(wide) <= FITS:
        return text
    fitting = sum(1 for end in accumulate(wide) if end <= FITS - 12)
    return f"{text[:fitting]}{ELLIPSIS}"


def _point(row: GroupRow) -> dict[str, Any]:
    one = row.headline
    value = one.value if one else None
    low, high = (one.low, one.high) if one else (None, None)
    ends = {"low": value if low is None else low, "high": value if high is None else high}
    return {"name": _name(row.name), "value": value, "verdict": row.verdict, **ends}


def _said(value: float, metric: str) -> str:
    return percent(value) if is_share(metric) else f"{value:.3g}"


def _bands(row: GroupRow) -> list[dict[str, Any]]:
    return [
        {
            "name": _name(row.name),
            "at": low_end(band),
            "value": one.value,
            "low": one.low,
            "high": one.high,
        }
        for band, one in row.bands
        if one.value is not None
    ]


def low_end(band: str) -> float:
    """The number before the hyphen: 20 of "20-30", -5 of "-5-0"."""
    found = re.match(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", band)
    return float(found[0]) if found else 0.0


def _band_words(row: GroupRow) -> str:
    return ", ".join(f"{band} {percent(one.value)}" for band, one in row.bands if one.value is not None)


def _intervals(
    rows: list[dict[str, Any]], title: str, *, share: bool, verdicts: bool, line: Line | None = None
) -> alt.LayerChart | alt.FacetChart:
    import altair as alt  # noqa: PLC0415 - slow to import

    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=190))
    axis = alt.Axis(labelExpr=PER_CENT) if share else alt.Axis()
    lowest, highest = _span(rows, share=share, verdicts=verdicts, line=line)
    scale = alt.Scale(domainMin=lowest, domainMax=highest, zero=share, nice=True)
    x = alt.X("value:Q", title=title, axis=axis, scale=scale)
    base = alt.Chart(alt.InlineData(values=rows))
    rule = base.mark_rule(strokeWidth=2, color=GREY).encode(x=alt.X("low:Q"), x2="high:Q", y=y)
    point = base.mark_point(filled=True, size=90, opacity=1, color=BLUE).encode(x=x, y=y)
    marks = point.encode(**_verdict_channels(rows)) if verdicts else point
    return alt.layer(*_upright(line), rule, marks, width=WIDTH, height=ROW * len(rows))


def _span(rows: list[dict[str, Any]], *, share: bool, verdicts: bool, line: Line | None) -> tuple[float, Any]:
    """Where the axis begins and ends at least."""
    import altair as alt  # noqa: PLC0415 - slow to import

    lows = [row["low"] for row in rows] + ([line.at] if line else [])
    highs = [row["high"] for row in rows] + ([line.at] if line else [])
    lowest = min(0.0, *lows) if share else min(lows)
    return lowest, alt.Undefined if verdicts else max(1.0, *highs)


def _upright(line: Line | None) -> list[Any]:
    """The line with its words above it."""
    import altair as alt  # noqa: PLC0415 - slow to import

    if line is None:
        return []
    base = alt.Chart(alt.InlineData(values=[{"at": line.at, "words": line.words}])).encode(x=alt.X("at:Q"))
    words = base.mark_text(align="center", baseline="bottom", dy=-4, color=INK, fontSize=12)
    rule = base.mark_rule(strokeWidth=1.5, strokeDash=[2, 3], color=INK)
    return [rule, words.encode(text="words:N", y=alt.value(0))]


def _verdict_channels(rows: list[dict[str, Any]]) -> Mapping[str, Any]:
    import altair as alt  # noqa: PLC0415 - slow to import

    seen = [name for name in SHAPES if any(row["verdict"] == name for row in rows)]
    shapes, colours = zip(*(SHAPES[name] for name in seen), strict=True)
    legend = alt.Legend(title=None, orient="top", direction="horizontal")
    return {
        "shape": alt.Shape("verdict:N", scale=alt.Scale(domain=seen, range=list(shapes)), legend=legend),
        "color": alt.Color("verdict:N", scale=alt.Scale(domain=seen, range=list(colours)), legend=legend),
    }


def _lines(rows: list[dict[str, Any]], chosen: list[GroupRow]) -> alt.LayerChart | alt.FacetChart:
    import altair as alt  # noqa: PLC0415 - slow to import

    names = [_name(row.name) for row in chosen]
    colours, shapes, dashes = (list(part) for part in zip(*LINES[: len(names)], strict=True))
    legend = alt.Legend(title=None, orient="top", symbolStrokeWidth=2)
    x = alt.X("at:Q", title="Score, from the low end of each band", scale=alt.Scale(zero=False))
    colour = alt.Color("name:N", scale=alt.Scale(domain=names, range=colours), legend=legend)
    shape = alt.Shape("name:N", scale=alt.Scale(domain=names, range=shapes), legend=legend)
    dash = alt.StrokeDash("name:N", scale=alt.Scale(domain=names, range=dashes), legend=None)
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x, color=colour)
    y = alt.Y("value:Q", title="Conversion rate", axis=alt.Axis(labelExpr=PER_CENT))
    bars = base.mark_rule(strokeWidth=1.5, opacity=0.6).encode(y=alt.Y("low:Q"), y2="high:Q")
    line = base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dash)
    points = base.mark_point(filled=True, size=70, opacity=1).encode(y=y, shape=shape)
    return alt.layer(bars, line, points, width=WIDTH, height=240)


def _svg(chart: alt.LayerChart | alt.FacetChart, title: str, description: str) -> Markup:
    """The chart as an SVG element of its own, with a title and a description."""
    styled = (
        chart.configure(background="transparent", font="DejaVu Sans, sans-serif", padding=PADDING)
        .configure_axis(labelColor=INK, titleColor=INK, labelFontSize=12, titleFontSize=12, **AXIS)
        .configure_legend(labelColor=INK, labelFontSize=12, labelLimit=0, columnPadding=36)
        .configure_view(stroke=None)
    )
    out = io.StringIO()
    styled.save(out, format="svg")
    return Markup(_accessible(out.getvalue(), title, description))  # noqa: S704 - rendered from values that vega escapes


def _accessible(svg: str, title: str, description: str) -> str:
    svg = re.sub(r"<\?xml[^>]*\?>|<!DOCTYPE[^>]*>", "", svg).replace(INK, "currentColor")
    svg = re.sub(r' (?:aria-[a-z]+|role)="[^"]*"', "", svg)
    svg = _own_ids(svg, "c" + hashlib.sha256(title.encode()).hexdigest()[:8])
    size = re.search(r'width="([\d.]+)"', svg)
    width = size[1] if size else str(WIDTH)
    words = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    return re.sub(
        r"<svg [^>]*?viewBox=\"([^\"]*)\"[^>]*>",
        lambda found: (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{found[1]}"'
            f' style="width:100%;max-width:{width}px;height:auto">{words}'
        ),
        svg,
        count=1,
    )


def _own_ids(svg: str, prefix: str) -> str:
    """Ids that no other chart of the page has."""
    names = dict.fromkeys(re.findall(r' id="([^"]+)"', svg))
    for name, new in ((name, f"{prefix}-{place}") for place, name in enumerate(names)):
        svg = svg.replace(f'id="{name}"', f'id="{new}"').replace(f"url(#{name})", f"url(#{new})")
    return svg
