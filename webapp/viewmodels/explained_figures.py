"""The figures of an explanation in words: cells, charts, and whether two methods agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audit.estimate import Estimate
from audit.rows.explaining.model import POINTS, Explained
from webapp.charts.drawing import Drawing
from webapp.charts.intervals import Axis, Bar, Look, intervals
from webapp.language import decimal, gettext, marked
from webapp.viewmodels.words import MINUS, amount, between, gap, low_to_high

SURE = Look(shape="circle", kind="accent", words=marked("surely something"))
MAYBE = Look(shape="square", kind="unsure", words=marked("may be nothing"))
MOST = 12
"""Fields that a chart shows; all are in the table beside it."""
Names = Callable[[str], str]
"""What the CRM calls a field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure with its range, or why there is none (in English)."""

    value: str
    range: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A field, or near copies together, and what each method says of it."""

    name: str
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]


def together(fields: Sequence[str], name: Names) -> str:
    """Fields as one name: near copies stand together."""
    return " + ".join(name(one) for one in fields)


def share_cell(one: Estimate) -> Cell:
    """A share."""
    if one.value is None:
        return Cell(value="", reason=one.undefined or "")
    return Cell(value=amount(one.value, share=True), range=between(one.low, one.high, share=True))


def size_cell(one: Estimate, made: Explained) -> Cell:
    """How much a field adds on average, up or down."""
    if made.unit != POINTS:
        return share_cell(one)
    return _cell(one, lambda value, digits: _written(value, digits, plus=False))


def moved(one: Estimate, *, share: bool) -> Cell:
    """A part of a gap, with its sign."""
    if share:
        return _cell(one, lambda value, _: gap(value, share=True))
    return _cell(one, lambda value, digits: _written(value, digits, plus=True))


def points(value: float, *, share: bool) -> str:
    """What a field adds to one score, with its sign."""
    return gap(value, share=True) if share else _written(value, _digits(value), plus=True)


def _cell(one: Estimate, written: Callable[[float, int], str]) -> Cell:
    """A figure and its ends with equally many digits."""
    if one.value is None or one.low is None or one.high is None:
        return Cell(value="", reason=one.undefined or "")
    digits = _digits(max(abs(one.value), abs(one.low), abs(one.high)))
    low, high = (written(end, digits) for end in (one.low, one.high))
    return Cell(value=written(one.value, digits), range=low_to_high(low, high))


def _digits(size: float) -> int:
    return 1 if abs(size) >= 1 else 3


def _written(value: float, digits: int, *, plus: bool) -> str:
    # Adding 0 takes the sign off a zero that was rounded down.
    shown = round(value, digits) + 0.0
    return decimal(shown, digits, signed=plus and shown != 0).replace("-", MINUS)


def bar(name: str, one: Estimate, cell: Cell, *, sure: bool) -> Bar:
    """A row of a chart; ``sure`` says that it is not nothing."""
    said = f"{cell.value} ({cell.range})" if cell.range else cell.value
    return Bar(
        name=name, value=one.value, low=one.low, high=one.high, said=said, look=SURE if sure else MAYBE
    )


def chart(bars: Sequence[Bar], axis: Axis, title: str) -> Drawing | None:
    """The first fields as a chart; None where there is no figure to draw."""
    shown = [one for one in bars if one.value is not None][:MOST]
    if not shown:
        return None
    told = "; ".join(f"{one.name}: {one.said}, {gettext(one.look.words)}" for one in shown)
    return intervals(shown, axis, title, told)
