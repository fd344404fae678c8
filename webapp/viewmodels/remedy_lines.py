"""The remedies of an experiment, in words and numbers: for the page, and as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from audit.estimate import Estimate
from audit.report.mitigation.view import lines as in_order
from audit.rows.mitigation import Experiment, Trial
from audit.rows.mitigation.model import Aim, Change, Family, Needs, Reading, Remedy
from webapp.evidence.sheet import Column, Sheet, Value, ends
from webapp.language import decimal, gettext, marked
from webapp.viewmodels.words import MINUS, amount, between, gap, low_to_high

AIM_NAMES: Mapping[Aim, str] = MappingProxyType(
    {
        "demographic_parity": marked("Gap in shares called"),
        "equal_opportunity": marked("Gap in shares called of good leads"),
        "equalized_odds": marked("Gap in shares called at equal outcome"),
    }
)
NEEDS_WORDS: Mapping[Needs, str] = MappingProxyType(
    {
        "settings": marked("Only settings of the CRM"),
        "scores": marked("Only the scores"),
        "training data": marked("The training data, and a score trained anew"),
        "model": marked("The model itself, trained in another way"),
    }
)
FAMILY_WORDS: Mapping[Family, str] = MappingProxyType(
    {
        "rules": marked("The CRM's own settings"),
        "scores": marked("The scores"),
        "fields": marked("The fields"),
        "data": marked("The training data"),
        "training": marked("The training"),
    }
)
"""The families as the page has them: what asks for least comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A figure after the remedy with its range, and its change against today with its own."""

    value: str
    range: str = ""
    change: str = ""
    change_range: str = ""


NOTHING = Cell(value="")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyLine:
    """One remedy. What the laboratory says of it in English stands in ``trial`` and ``remedy``."""

    number: int
    trial: Trial
    needs: str
    marks: tuple[str, ...]
    careful: bool
    gap: Cell
    accuracy: Cell
    won: Cell
    worth: Cell | None
    calls: str
    recommended: bool
    notes: tuple[str, ...]

    @property
    def remedy(self) -> Remedy:
        """What was tried."""
        return self.trial.remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The remedies of one family."""

    title: str
    lines: tuple[RemedyLine, ...]


def remedy_lines(made: Experiment, *, legal: bool) -> tuple[RemedyLine, ...]:
    """Every remedy, the smallest gap first; ``legal`` leaves out what needs the group of a new lead.

    A remedy keeps its number, whatever is left out.
    """
    return tuple(
        _line(one.number, one.trial, made)
        for one in in_order(made)
        if not (legal and one.remedy.attribute_at_decision)
    )


def shelves(every: tuple[RemedyLine, ...]) -> tuple[Shelf, ...]:
    """The remedies by family."""
    found = (
        Shelf(title=gettext(title), lines=tuple(one for one in every if one.remedy.family == family))
        for family, title in FAMILY_WORDS.items()
    )
    return tuple(one for one in found if one.lines)


def sheet(made: Experiment, every: tuple[RemedyLine, ...]) -> Sheet:
    """The remedies for a spreadsheet: each figure after the remedy, and its change, with the ends."""
    shares = (("gap", "Gap"), ("accuracy", "Right decisions"), ("won", "Good outcomes per call"))
    columns = [Column(head="No.", name="number", kind="count"), Column(head="Remedy", name="remedy")]
    columns += [Column(head=name, name=name) for name in ("family", "needs", "group_needed", "by_chance")]
    for name, head in shares:
        columns += [Column(head=head, name=name, kind="share"), *ends("share", f"{name}_")]
        columns += [Column(head=f"{head}, change", name=f"{name}_change", kind="points")]
        columns += [*ends("points", f"{name}_change_")]
    if _valued(made):
        columns += [Column(head="Value", name="worth", kind="number"), *ends("number", "worth_")]
        columns += [Column(head="Value, change", name="worth_change", kind="number")]
        columns += [*ends("number", "worth_change_")]
    columns += [Column(head="Calls", name="calls", kind="count"), Column(head="Warnings", name="warnings")]
    columns.append(Column(head="Not tried because", name="undefined"))
    rows = tuple(_row(made, one) for one in every)
    return Sheet(caption=f"Remedies for {made.attribute}", columns=tuple(columns), rows=rows)


def _row(made: Experiment, line: RemedyLine) -> tuple[Value, ...]:
    remedy, trial, after = line.remedy, line.trial, line.trial.after
    told: list[Value] = [line.number, remedy.title, remedy.family, remedy.needs]
    told += ["yes" if holds else "no" for holds in (remedy.attribute_at_decision, remedy.randomised)]
    told += [*_ends(after.gap(made.request.aim) if after else None), *_ends(_turned(trial.reduction))]
    told += [*_ends(after.accuracy if after else None), *_ends(trial.accuracy)]
    told += [*_ends(after.won if after else None), *_ends(trial.won)]
    if _valued(made):
        told += [*_ends(after.worth if after else None), *_ends(trial.worth)]
    calls = round(after.calls) if after else None
    return (*told, calls, " ".join(trial.warnings), trial.undefined)


def _valued(made: Experiment) -> bool:
    return made.today is not None and made.today.worth is not None


def _ends(one: Estimate | Change | None) -> tuple[Value, Value, Value]:
    return (None, None, None) if one is None else (one.value, one.low, one.high)


def _line(number: int, trial: Trial, made: Experiment) -> RemedyLine:
    remedy, after = trial.remedy, trial.after
    aim = made.request.aim
    return RemedyLine(
        number=number,
        trial=trial,
        needs=gettext(NEEDS_WORDS[remedy.needs]),
        marks=tuple(_marks(remedy)),
        careful=remedy.attribute_at_decision or remedy.randomised,
        gap=changed(gap_cell(after.gap(aim)) if after else NOTHING, _turned(trial.reduction)),
        accuracy=changed(share_cell(after.accuracy) if after else NOTHING, trial.accuracy),
        won=changed(share_cell(after.won) if after else NOTHING, trial.won),
        worth=_worth(after, trial.worth),
        calls="" if after is None else decimal(after.calls),
        recommended=made.advice is not None and made.advice.remedy == remedy.id,
        notes=tuple(_notes(trial)),
    )


def _marks(remedy: Remedy) -> list[str]:
    """What must be known before a remedy is used, in a few words each."""
    needed = remedy.attribute_at_decision
    told = [
        gettext("Needs each lead's group") if needed else gettext("Needs nobody's group"),
        gettext("Decides by chance") if remedy.randomised else "",
        "" if remedy.capacity_kept else gettext("Another number of calls"),
    ]
    return [one for one in told if one]


def _notes(trial: Trial) -> list[str]:
    told, plain = [], trial.against_plain
    if plain is not None and trial.remedy.id != "plain":
        told.append(
            gettext(
                "Against the same score trained without the remedy, right decisions change by %(value)s "
                "points (%(range)s).",
                value=points(plain.value),
                range=low_to_high(points(plain.low), points(plain.high)),
            )
        )
    if trial.fidelity is not None:
        share = amount(max(trial.fidelity, 0.0), share=True)
        told.append(gettext("The imitation of the score tells %(share)s of its spread.", share=share))
    if trial.moved is not None:
        moved = amount(trial.moved, share=True)
        told.append(gettext("%(share)s of the leads are decided in another way.", share=moved))
    return told


def _turned(change: Change | None) -> Change | None:
    """A reduction as the change of the gap: less is better."""
    if change is None:
        return None
    return Change(
        value=-change.value,
        low=-change.high,
        high=-change.low,
        sure_low=-change.sure_high,
        sure_high=-change.sure_low,
    )


def changed(cell: Cell, change: Change | None) -> Cell:
    """The figure with its change, in points."""
    if change is None:
        return cell
    ends = low_to_high(points(change.low), points(change.high))
    return replace(cell, change=points(change.value), change_range=ends)


def share_cell(one: Estimate) -> Cell:
    """A share with its range, or nothing."""
    if one.value is None:
        return NOTHING
    return Cell(value=amount(one.value, share=True), range=between(one.low, one.high, share=True))


def gap_cell(one: Estimate) -> Cell:
    """A gap in points with its range, or nothing."""
    if one.value is None or one.low is None or one.high is None:
        return NOTHING
    ends = low_to_high(points(one.low), points(one.high))
    # What rounds to nothing has no minus.
    return Cell(value=gap(round(one.value, 3) + 0.0, share=True), range=ends)


def points(value: float) -> str:
    """A difference of shares in points, with its sign and without the word."""
    return decimal(round(value * 100, 1) + 0.0, 1, signed=True).replace("-", MINUS)


def _worth(after: Reading | None, change: Change | None) -> Cell | None:
    """Value per call: whole numbers from a thousand on."""
    one = after.worth if after is not None else None
    if one is None or one.value is None or one.low is None or one.high is None:
        return None
    told = Cell(value=money(one.value), range=low_to_high(money(one.low), money(one.high)))
    if change is None:
        return told
    sides = (money(change.low, signed=True), money(change.high, signed=True))
    return Cell(
        value=told.value,
        range=told.range,
        change=money(change.value, signed=True),
        change_range=low_to_high(*sides),
    )


def money(value: float, *, signed: bool = False) -> str:
    """An amount, with no more digits than it deserves."""
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2
    return decimal(round(value, digits) + 0.0, digits, signed=signed).replace("-", MINUS)
