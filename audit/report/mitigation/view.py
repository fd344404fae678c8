"""What the page shows of each remedy, in words and numbers that are ready to print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audit.estimate import Estimate
from audit.finding.words import quoted
from audit.rows.mitigation import Experiment, Trial
from audit.rows.mitigation.model import Aim, Change, Family, Needs, Reading, Remedy

FAMILY_WORDS: dict[Family, str] = {
    "data": "The training data",
    "fields": "The fields",
    "training": "The training",
    "scores": "The scores",
    "rules": "The CRM's own settings",
}
NEEDS_WORDS: dict[Needs, str] = {
    "settings": "only the CRM's settings",
    "scores": "only the scores",
    "training data": "the training data and a model trained anew",
    "model": "the model itself, trained in another way",
}
AIM_WORDS: dict[Aim, str] = {
    "demographic_parity": "gap in shares called",
    "equal_opportunity": "gap in shares called of good leads",
    "equalized_odds": "gap in shares called at equal outcome",
}
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EM DASH}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A number and its interval, or a dash and the reason."""

    value: str
    interval: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One remedy as the table and its card show it; ``number`` is its sign in the charts."""

    number: int
    trial: Trial
    marks: tuple[str, ...]
    gap: Cell
    reduction: Cell
    accuracy: Cell
    won: Cell
    worth: Cell | None
    calls: str
    recommended: bool

    @property
    def remedy(self) -> Remedy:
        """What was tried."""
        return self.trial.remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The remedies of one family."""

    family: Family
    title: str
    lines: tuple[Line, ...]


def lines(made: Experiment) -> tuple[Line, ...]:
    """Every remedy, the smallest gap first; those that could not be tried come last."""
    ordered = sorted(made.trials, key=lambda one: (one.after is None, _size(one, made.request.aim)))
    return tuple(_line(place, one, made) for place, one in enumerate(ordered, start=1))


def shelves(every: tuple[Line, ...]) -> tuple[Shelf, ...]:
    """The remedies by family."""
    found = (
        Shelf(family=family, title=title, lines=tuple(one for one in every if one.remedy.family == family))
        for family, title in FAMILY_WORDS.items()
    )
    return tuple(shelf for shelf in found if shelf.lines)


def marks(remedy: Remedy) -> tuple[str, ...]:
    """What must be known before a remedy is used, in a few words each."""
    told = (
        (remedy.attribute_at_decision, "needs the group of each new lead"),
        (not remedy.attribute_at_decision, "needs nobody's group at the decision"),
        (remedy.randomised, "decides by chance"),
        (not remedy.capacity_kept, "another number of calls"),
    )
    return tuple(words for holds, words in told if holds)


def percent(one: Estimate, digits: int = 1) -> Cell:
    """A share as per cent."""
    return _cell(one, lambda value: f"{signed(value * 100, digits)} %")


def plain(one: Estimate) -> Cell:
    """A number of any size."""
    return _cell(one, lambda value: _amount(value, plus=False))


def points(one: Change | None, sign: float = 1.0) -> Cell:
    """A change of a share in points, with its sign."""
    if one is None:
        return Cell(value=DASH, reason="not defined before or after")
    low, high = sorted((one.low * sign, one.high * sign))
    shown = [signed(part * 100, 1, plus=True) for part in (one.value * sign, low, high)]
    return Cell(value=shown[0], interval=f"{shown[1]} to {shown[2]}")


def amount(one: Change | None) -> Cell:
    """A change of an amount."""
    if one is None:
        return Cell(value=DASH, reason="not defined before or after")
    value, low, high = (_amount(part, plus=True) for part in (one.value, one.low, one.high))
    return Cell(value=value, interval=f"{low} to {high}")


def signed(value: float, digits: int, *, plus: bool = False) -> str:
    """A number with a true minus sign, never "-0.0"."""
    rounded = round(value, digits) + 0.0
    text = f"{rounded:+.{digits}f}" if plus and rounded else f"{rounded:.{digits}f}"
    return text.replace("-", MINUS)


def pair(made: Experiment) -> str:
    """The two groups, as part of a sentence."""
    return f"{quoted(made.group or '')} and {quoted(made.reference or '')} ({made.attribute})"


def unit(made: Experiment) -> str:
    """What value is told per."""
    return "call hour" if made.request.minutes else "call"


def _cell(one: Estimate, shown: Callable[[float], str]) -> Cell:
    if one.value is None or one.low is None or one.high is None:
        return Cell(value=DASH, reason=one.undefined or "")
    return Cell(value=shown(one.value), interval=f"{shown(one.low)} to {shown(one.high)}")


def _amount(value: float, *, plus: bool) -> str:
    """Four digits, and no power of ten for thousands."""
    shown = f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
    return ("+" if plus and value > 0 else "") + shown.replace("-", MINUS)


def _size(one: Trial, aim: Aim) -> float:
    value = one.after.gap(aim).value if one.after else None
    return abs(value) if value is not None else 9.0


def _line(number: int, one: Trial, made: Experiment) -> Line:
    after = one.after
    return Line(
        number=number,
        trial=one,
        marks=marks(one.remedy),
        gap=percent(after.gap(made.request.aim)) if after else _none(one),
        # A reduction is told as the change of the gap: less is better, as in the column beside it.
        reduction=points(one.reduction, -1) if after else _none(one),
        accuracy=points(one.accuracy) if after else _none(one),
        won=points(one.won) if after else _none(one),
        worth=_worth(one, after),
        calls=f"{after.calls:,.0f}" if after else DASH,
        recommended=made.advice is not None and made.advice.remedy == one.remedy.id,
    )


def _worth(one: Trial, after: Reading | None) -> Cell | None:
    return amount(one.worth) if after is not None and after.worth is not None else None


def _none(one: Trial) -> Cell:
    return Cell(value=DASH, reason=one.undefined or "")
