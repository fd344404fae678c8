"""``federated.html``: a joint audit as one page that needs nothing else, sentences first."""

from __future__ import annotations

from dataclasses import dataclass

from audit.federation import Joint
from audit.federation.model import Figure, JointCount, JointGap, Names, OwnFigure
from audit.finding.reading import reading
from audit.finding.words import plain
from audit.release.facts import Fact
from audit.report.environment import environment
from audit.report.federation.summary import MAIN, headline, party_words, shown_gaps
from audit.report.printable import printable

LISTED = 200
"""Comparisons in the table; all are in the JSON."""
VERDICTS = {"pass": "within the tolerance", "fail": "outside the tolerance", "insufficient": "cannot be told"}
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table: its name and its cells."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table."""

    title: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One comparison in words."""

    group: str
    what: str
    value: str
    interval: str
    verdict: str
    words: str
    why: str


def to_html(made: Joint) -> str:
    """The joint audit as one HTML file: no script, nothing fetched. Every name is escaped."""
    gaps = shown_gaps(made)
    page = (
        environment("audit.report")
        .get_template("federated.html")
        .render(
            made=made,
            headline=headline(made),
            parties=[(one.name, party_words(one), one.key, one.digest) for one in made.parties],
            compared=[_compared(one) for one in gaps[:LISTED]],
            more=max(len(gaps) - LISTED, 0),
            sheets=(*_own_sheets(made), *_band_sheets(made)),
            tolerance=made.stream.audit,
        )
    )
    return printable(page)


def _compared(one: JointGap) -> Compared:
    what = reading(one.metric).label
    return Compared(
        group=f"{_group(one.attribute, one.group)} beside {', '.join(map(plain, one.reference))}",
        what=f"{what}, as a ratio" if one.kind == "ratio" else what,
        value=_value(one.figure, one.kind),
        interval=_interval(one.figure, one.kind),
        verdict=one.verdict,
        words=VERDICTS[one.verdict],
        why=one.why or "",
    )


def _group(attribute: Names, group: Names) -> str:
    pairs = zip(attribute, group, strict=True)
    return ", ".join(f"{plain(name)}: {plain(level)}" for name, level in pairs) or "All leads"


def _own_sheets(made: Joint) -> list[Sheet]:
    """The organisations side by side: a table of each rate, the gap in brackets."""
    names = tuple(one.name for one in made.parties)
    joint = {(one.attribute, one.group, one.metric): one.figure for one in made.rates}
    found = []
    for metric in MAIN:
        own: dict[tuple[Names, Names], dict[str, OwnFigure]] = {}
        for one in made.own:
            if one.metric == metric:
                own.setdefault((one.attribute, one.group), {})[one.organisation] = one
        rows = tuple(
            Row(
                name=_group(*place),
                cells=(
                    *(_side(there[name]) for name in names),
                    _rate(joint[(*place, metric)]) if (*place, metric) in joint else "",
                ),
            )
            for place, there in own.items()
        )
        if rows:
            caption = "Each organisation by itself; in brackets the gap to the reference group there"
            title = f"{reading(metric).label}, by organisation"
            found.append(Sheet(title=title, caption=caption, heads=(*names, "Together"), rows=rows))
    return found


def _band_sheets(made: Joint) -> list[Sheet]:
    """How the leads of each group spread over the score bands."""
    counts = {
        (one.attribute, one.group, one.fact): one
        for one in made.counts
        if one.fact.selected is None and one.fact.result is None
    }
    bands = sorted({fact.band for _, _, fact in counts if fact.band is not None})
    places = [(a, g) for a, g, fact in counts if fact == Fact() and len(a) < 2]
    if len(bands) < 2:
        return []
    rows = tuple(
        Row(
            name=_group(*place),
            cells=tuple(_part(counts[(*place, Fact(band=band))], counts[(*place, Fact())]) for band in bands),
        )
        for place in places
    )
    heads = tuple(_band(band, made.edges) for band in bands)
    return [Sheet(title="Leads by score", caption="Leads in each score band", heads=heads, rows=rows)]


def _band(band: int, edges: tuple[float, ...]) -> str:
    if band > len(edges):
        return "no score"
    if not edges:
        return "any score"
    if band == 0:
        return f"below {edges[0]:g}"
    return (
        f"{edges[band - 1]:g} and above"
        if band == len(edges)
        else f"{edges[band - 1]:g} to below {edges[band]:g}"
    )


def _part(one: JointCount, whole: JointCount) -> str:
    if one.value is None:
        return f"{one.least:,} to {one.most:,}"
    share = f" ({100 * one.value / whole.value:.0f} %)" if whole.value and not one.noisy else ""
    return f"{'about ' if one.noisy else ''}{max(one.value, 0):,}{share}"


def _side(one: OwnFigure) -> str:
    gap = "" if one.gap is None or one.gap.undefined else f" ({_value(one.gap, 'difference')})"
    return f"{_short(one.rate)}{gap}"


def _rate(one: Figure) -> str:
    if one.undefined is not None:
        return _short(one)
    return f"{_short(one)} ({100 * (one.low or 0):.1f} to {100 * (one.high or 0):.1f})"


def _short(one: Figure) -> str:
    if one.undefined is not None:
        return "hidden" if "hidden" in one.undefined else "no figure"
    if one.value is None:
        return f"{100 * (one.least or 0):.1f} to {100 * (one.most or 0):.1f} %"
    return f"{100 * one.value:.1f} %"


def _value(one: Figure, kind: str) -> str:
    if one.undefined is not None:
        return "no figure"
    if one.value is not None:
        return f"{_number(one.value, kind)}{'' if kind == 'ratio' else ' points'}"
    return f"between {_number(one.least, kind)} and {_number(one.most, kind)}"


def _interval(one: Figure, kind: str) -> str:
    return "" if one.undefined is not None else f"{_number(one.low, kind)} to {_number(one.high, kind)}"


def _number(value: float | None, kind: str) -> str:
    if kind == "ratio":
        return f"{value:.2f}" if value is not None and value < 1000 else "no limit"
    return f"{100 * (value or 0.0) + 0.0:+.1f}".replace("-", MINUS)
