"""The first lines of the page: what was tried, what it buys, what it costs, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from audit.finding.words import count
from audit.report.mitigation.view import AIM_WORDS, pair, signed
from audit.rows.mitigation import Experiment, Trial
from audit.rows.mitigation.model import Change, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Four short paragraphs; ``verdict`` is the headline."""

    verdict: str
    tried: str
    buys: str
    costs: str
    advice: tuple[str, ...]


def summary(made: Experiment) -> Summary:
    """The page's first lines, each from the figures of the experiment."""
    if made.undefined is not None or made.today is None:
        told = f"Not enough data: {made.undefined}."
        return Summary(verdict=told, tried="Nothing was tried.", buys="", costs="", advice=())
    chosen = _chosen(made)
    return Summary(
        verdict=_verdict(made, chosen),
        tried=_tried(made, made.today),
        buys=_buys(made, chosen),
        costs=_costs(made, chosen),
        advice=made.advice.reasons if made.advice else (),
    )


def _chosen(made: Experiment) -> Trial | None:
    wanted = made.advice and (made.advice.remedy or made.advice.nearest)
    return next((one for one in made.trials if one.remedy.id == wanted), None)


def _verdict(made: Experiment, chosen: Trial | None) -> str:
    if made.advice is not None and made.advice.remedy is not None and chosen is not None:
        return f"Recommended: {chosen.remedy.title[:1].lower()}{chosen.remedy.title[1:]}."
    if made.unjudged is not None:
        return "No remedy is recommended: without enough known outcomes nobody can tell what one costs."
    return "No remedy is recommended: none that works without a lead's group is worth it on this evidence."


def _tried(made: Experiment, today: Reading) -> str:
    done = [one for one in made.trials if one.after is not None]
    gap = today.gap(made.request.aim)
    told = "is not known" if gap.value is None else f"is {signed(abs(gap.value) * 100, 1)} points"
    hidden = f" {_hidden(made.hidden)}" if made.hidden else ""
    return (
        f"{len(done)} {'remedy was' if len(done) == 1 else 'remedies were'} tried on {count(made.leads)},"
        " each on leads that it did not learn from."
        f" Today {today.calls:,.0f} leads are called, and the {AIM_WORDS[made.request.aim]} between"
        f" {pair(made)} {told}.{hidden}"
    )


def _hidden(number: int) -> str:
    if number == 1:
        return "1 remedy that needs the group of each new lead is left out by the legal mode."
    return f"{number} remedies that need the group of each new lead are left out by the legal mode."


def _buys(made: Experiment, chosen: Trial | None) -> str:
    if chosen is None or chosen.reduction is None or chosen.after is None:
        return "No remedy that treats equal leads alike without knowing their group makes the gap smaller."
    left = chosen.after.gap(made.request.aim).value or 0.0
    return (
        f"The gap changes by {_points(chosen.reduction, -1)} points, to {signed(abs(left) * 100, 1)}"
        f" ({chosen.moved * 100 if chosen.moved is not None else 0:.1f} % of the leads are decided in"
        " another way)."
    )


def _costs(made: Experiment, chosen: Trial | None) -> str:
    if made.unjudged is not None:
        return f"Not known: {made.unjudged}."
    if chosen is None or chosen.won is None or chosen.accuracy is None:
        return ""
    sure = (
        "The loss is sure."
        if chosen.won.high < 0
        else "No loss is sure."
        if chosen.won.low <= 0
        else "The gain is sure."
    )
    return (
        f"Good outcomes per 100 calls change by {_points(chosen.won)}, right decisions per 100 leads by"
        f" {_points(chosen.accuracy)}. {sure} Intervals hold in {made.confidence * 100:.3g} % of such"
        " experiments."
    )


def _points(one: Change, sign: float = 1.0) -> str:
    low, high = sorted((one.low * sign, one.high * sign))
    value, low_text, high_text = (signed(part * 100, 1, plus=True) for part in (one.value * sign, low, high))
    return f"{value} ({low_text} to {high_text})"
