"""Drift as drawings: how far each column moved, when it moved, and the gaps before and now."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from audit.drift import LIMITS, ColumnDrift, DriftReport, GapDrift
from audit.finding.words import plain
from audit.report.monitoring.drift_words import column_title, gap_title, signed
from audit.report.monitoring.marks import BLUE, GREY, ORANGE, line, text

WIDTH, LEFT, RIGHT = 640, 230, 545
FURTHEST = 1.0
"""Bars end here; the number beside them says how far they would go."""
ROW, TOP = 22, 26
BARS, LINES, PAIRS = 25, 6, 15
"""Columns with a bar, columns with a line over the periods, and gaps drawn, at most."""
LINE_HEIGHT, LINE_BOTTOM, END = 150, 120, 610
LONGEST = 34
PSI, LARGE = LIMITS["psi"], LIMITS["large_psi"]


def ranked(report: DriftReport) -> list[ColumnDrift]:
    """Columns, those with an alarm first, then by how far they moved beyond chance."""
    return sorted(report.columns, key=lambda one: (one.verdict != "fail", -_size(one), one.role, one.name))


def ranked_gaps(report: DriftReport) -> list[GapDrift]:
    """Gaps, those with an alarm first, then by how much they changed; those that are not known last."""
    return sorted(
        report.gaps,
        key=lambda one: (one.verdict != "fail", one.change is None, -abs(one.change or 0.0), gap_title(one)),
    )


def bars(report: DriftReport) -> Markup:
    """How far each column moved: a bar beyond the dashed lines is beyond a limit."""
    shown = ranked(report)[:BARS]
    most = min(max([2 * LARGE, *(_size(one) for one in shown)]), FURTHEST) * 1.05
    bottom = TOP + ROW * len(shown)

    def x(size: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * min(size / most, 1.0), 1)

    rows = (_bar(one, x(_size(one)), TOP + ROW * place) for place, one in enumerate(shown))
    limits = (
        line((x(at), TOP - 6), (x(at), bottom), GREY, "4 3") + text((x(at), TOP - 10), words, anchor)
        for at, words, anchor in ((PSI, f"limit {PSI}", "end"), (LARGE, f"much {LARGE}", "start"))
    )
    said = "; ".join(f"{column_title(one)}: {_size(one):.2f}" for one in shown)
    words = ("How far each column moved, as PSI beyond chance", said)
    return _svg(words, bottom + 8, Markup("").join((*rows, *limits)))


def _bar(one: ColumnDrift, end: float, top: float) -> Markup:
    failed = one.verdict == "fail"
    rect = Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>').format(
        LEFT, top + 3, max(round(end - LEFT, 1), 1), ROW - 8, ORANGE if failed else BLUE
    )
    value = f"{_size(one):.2f}{' moved' if failed else ''}"
    name = text((LEFT - 6, top + 14), _short(column_title(one)), "end")
    return rect + name + text((end + 5, top + 14), value, "start")


def moved_lines(report: DriftReport) -> list[tuple[ColumnDrift, Markup]]:
    """The columns that moved most, over the periods; none without periods."""
    chosen = [one for one in ranked(report) if sum(size is not None for size in one.series) > 1]
    return [(one, series(one, report)) for one in chosen[:LINES]]


def series(one: ColumnDrift, report: DriftReport) -> Markup:
    """The PSI of each period beside the reference window, beyond chance; above the dashed line is moved."""
    most = max([2 * PSI, *(size for size in one.series if size is not None)]) * 1.1
    step = (END - 50) / max(len(one.series) - 1, 1)

    def at(place: int, size: float) -> tuple[float, float]:
        return round(50 + step * place, 1), round(LINE_BOTTOM - (LINE_BOTTOM - TOP) * size / most, 1)

    found = [(place, size) for place, size in enumerate(one.series) if size is not None]
    points = [at(place, size) for place, size in found]
    polyline = Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>').format(
        " ".join(f"{x},{y}" for x, y in points), BLUE
    )
    dots = (Markup('<circle cx="{}" cy="{}" r="3" fill="{}"/>').format(*place, BLUE) for place in points)
    parts = (*_frame(report, at(0, PSI)[1]), polyline, *dots, *_window_marks(report, step))
    said = "; ".join(f"{report.periods[place].first}: {size:.2f}" for place, size in found)
    words = (f"How far {column_title(one)} moved each {report.period}, as PSI beyond chance", said)
    return _svg(words, LINE_HEIGHT, Markup("").join(parts))


def _frame(report: DriftReport, limit: float) -> tuple[Markup, ...]:
    first, last = report.periods[0].first, report.periods[-1].first
    return (
        line((50, LINE_BOTTOM), (END, LINE_BOTTOM), GREY, ""),
        line((50, limit), (END, limit), GREY, "4 3"),
        text((44, min(limit, LINE_BOTTOM - 14) + 4), str(PSI), "end"),
        text((44, LINE_BOTTOM + 4), "0", "end"),
        text((50, LINE_BOTTOM + 18), str(first), "start"),
        text((END, LINE_BOTTOM + 18), str(last), "end"),
        text((4, 12), f"PSI by {report.period}", "start"),
    )


def _window_marks(report: DriftReport, step: float) -> tuple[Markup, ...]:
    """Where the reference window ends and where the newest one begins."""
    made = report.windows
    if made.reference.last is None or made.newest.first is None:
        return ()
    places = (
        sum(one.last is not None and one.last <= made.reference.last for one in report.periods) - 0.5,
        sum(one.last is not None and one.last < made.newest.first for one in report.periods) - 0.5,
    )
    x = [min(max(round(50 + step * place, 1), 50.0), float(END)) for place in places]
    return (
        line((x[0], TOP), (x[0], LINE_BOTTOM), GREY, "2 3"),
        text((x[0] - 4, TOP - 2), "reference", "end"),
        line((x[1], TOP), (x[1], LINE_BOTTOM), GREY, "2 3"),
        text((x[1] + 4, TOP - 2), "newest", "start"),
    )


def pairs(report: DriftReport) -> Markup | None:
    """The gaps before (hollow) and now (filled), in points; None where none is known."""
    shown = [one for one in ranked_gaps(report) if one.change is not None][:PAIRS]
    if not shown:
        return None
    edges = [abs(part.value) for one in shown for part in (one.before, one.after) if part is not None]
    most = max(0.1, *edges) * 1.1
    bottom = TOP + 2 * ROW * len(shown)

    def x(gap: float) -> float:
        return round((40 + END) / 2 + (END - 40) / 2 * gap / most, 1)

    rows = (_pair(one, x, TOP + 2 * ROW * place) for place, one in enumerate(shown))
    zero = text((x(0), TOP - 10), "no gap", "middle")
    said = "; ".join(f"{gap_title(one)}: {_before_now(one)}" for one in shown)
    words = ("Gaps before (hollow) and now (filled), in points", said)
    return _svg(words, bottom + 8, Markup("").join((zero, *rows)))


def _pair(one: GapDrift, x: Callable[[float], float], top: float) -> Markup:
    if one.before is None or one.after is None:
        return Markup("")
    colour = ORANGE if one.verdict == "fail" else BLUE
    then, now, y = x(one.before.value), x(one.after.value), top + 28
    hollow = Markup('<circle cx="{}" cy="{}" r="5" fill="none" stroke="{}" stroke-width="2"/>')
    filled = Markup('<circle cx="{}" cy="{}" r="5" fill="{}"/>')
    moved = " (moved)" if one.verdict == "fail" else ""
    name = text((40, top + 14), f"{gap_title(one)}: {_before_now(one)}{moved}", "start")
    way = line((then, y), (now, y), colour, "", 2)
    zero = line((x(0.0), y - 9), (x(0.0), y + 9), GREY, "")
    return name + zero + way + hollow.format(then, y, colour) + filled.format(now, y, colour)


def _before_now(one: GapDrift) -> str:
    if one.before is None or one.after is None:
        return ""
    return f"{signed(one.before.value)} before, {signed(one.after.value)} now"


def _size(one: ColumnDrift) -> float:
    return max(one.psi - one.psi_by_chance, 0.0)


def _short(name: str) -> str:
    text_of = plain(name)
    return text_of if len(text_of) <= LONGEST else f"{text_of[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


def _svg(words: tuple[str, str], height: float, parts: Markup) -> Markup:
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {} {}"'
        ' style="width:100%;max-width:{}px;height:auto" font-family="DejaVu Sans, sans-serif"'
        ' font-size="12" fill="currentColor"><title>{}</title><desc>{}</desc>{}</svg>'
    ).format(WIDTH, height, WIDTH, *words, parts)
