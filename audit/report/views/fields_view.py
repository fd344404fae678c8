"""What the page tells of the fields taken together, of each attribute and of the score."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from audit.finding.words import amount, listed, plain, quoted
from audit.report.gap_chart import gap_chart, in_points
from audit.report.model import Report
from audit.rows.gap_shares.decompose import Decomposition, Part
from audit.rows.imitating.neutral import NeutralGap
from audit.rows.imitating.usage import Imitation, Use
from audit.rows.separating.joint import JointProxy, jointly_informative

SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """One line of the table of shares, as text."""

    name: str
    share: str
    interval: str
    points: str
    neutral: str
    neutral_interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsView:
    """One attribute: a sentence on the fields together, and its gap shared out."""

    together: str
    gap: str
    rows: tuple[PartRow, ...]
    chart: Markup
    has_neutral: bool
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """What the score goes by: a sentence on the surrogate, and its uses where it is faithful."""

    text: str
    uses: tuple[Use, ...]
    left_out: int


def fields_view(attribute: str, report: Report, *, charted: bool) -> FieldsView:
    """The fields together against one attribute; everything empty where nothing was examined."""
    examined = report.examined
    joint = next((one for one in examined.joint_proxies if one.attribute == attribute), None)
    shared = next((one for one in examined.decompositions if one.attribute == attribute), None)
    neutral = {one.feature: one for one in examined.neutral_gaps if one.attribute == attribute}
    return FieldsView(
        together=_together(joint, report.settings.confidence) if joint else "",
        gap=_gap(shared) if shared else "",
        rows=_rows(shared, neutral) if shared else (),
        chart=gap_chart(shared) if shared and charted else Markup(),
        has_neutral=bool(neutral),
        left_out=max(0, len(shared.parts) - SHOWN) if shared else 0,
    )


def score_view(report: Report) -> ScoreView | None:
    """What the score goes by; None where no surrogate could be made."""
    made = report.examined.imitation
    if made is None:
        return None
    return ScoreView(text=_fidelity(made), uses=made.uses[:SHOWN], left_out=max(0, len(made.uses) - SHOWN))


def _together(one: JointProxy, confidence: float) -> str:
    strength = f"AUC {one.auc:.2f}, {one.low:.2f} to {one.high:.2f}; 0.5 is chance"
    all_of = f"All {len(one.features)} fields together"
    if not jointly_informative(one, confidence):
        return f"{all_of} do not surely tell {plain(one.attribute)} apart ({strength}; {one.n:,} leads)."
    first = f"{all_of} tell {plain(one.attribute)} apart ({strength}; {one.n:,} leads)."
    if not one.carried_by or one.carried_auc is None:
        return first
    named = listed(tuple(quoted(name) for name in one.carried_by))
    return f"{first} {named} alone reach{'es' if len(one.carried_by) == 1 else ''} {one.carried_auc:.2f}."


def _gap(one: Decomposition) -> str:
    return (
        f"The mean score of {quoted(one.group)} leads is {amount(abs(one.gap))} points"
        f" {'below' if one.gap < 0 else 'above'} that of {quoted(one.reference)} leads"
        f" ({_ends(one.low, one.high)}; {one.n:,} leads). The fields explain"
        f" {_share(one.explained)} of it ({_range(one.explained_low, one.explained_high)})."
    )


def _ends(low: float, high: float) -> str:
    return f"{amount(low + 0.0)} to {amount(high + 0.0)}"


def _share(value: float) -> str:
    return f"{round(value * 100) + 0:d} %".replace("-", "\N{MINUS SIGN}")


def _range(low: float, high: float) -> str:
    return f"{_share(low).removesuffix(' %')} to {_share(high)}"


def _rows(one: Decomposition, neutral: dict[str, NeutralGap]) -> tuple[PartRow, ...]:
    explained = Part(
        feature="All fields", share=one.explained, low=one.explained_low, high=one.explained_high
    )
    rest = Part(
        feature="Not explained by any field",
        share=one.unexplained,
        low=one.unexplained_low,
        high=one.unexplained_high,
    )
    named = [_row(part, one.gap, neutral.get(part.feature)) for part in one.parts[:SHOWN]]
    return (*named, _row(explained, one.gap, None), _row(rest, one.gap, None))


def _row(part: Part, gap: float, neutral: NeutralGap | None) -> PartRow:
    return PartRow(
        name=part.feature,
        share=_share(part.share),
        interval=_range(part.low, part.high),
        points=in_points(part.share * gap, gap),
        neutral=f"{in_points(neutral.gap, gap)} \N{RIGHTWARDS ARROW} {in_points(neutral.neutral, gap)}"
        if neutral
        else "",
        neutral_interval=f"change {in_points(neutral.low, gap)} to {in_points(neutral.high, gap)}"
        if neutral
        else "",
    )


def _fidelity(one: Imitation) -> str:
    how = "gradient boosting" if one.model == "boosting" else "a linear model"
    spread = one.measure == "r2"
    interval = _range(one.low, one.high) if spread else f"{one.low:.2f} to {one.high:.2f}"
    tested = f"({interval}; {how}, {one.n:,} leads, tested on leads that it did not learn from)"
    told = (
        f"A model that imitates the score from the fields explains {_share(one.fidelity)} of its spread"
        f" {tested}."
        if spread
        else "A model that imitates the decision from the fields ranks it with an AUC of"
        f" {one.fidelity:.2f} {tested}."
    )
    if one.faithful:
        return told
    least = "half of the spread" if spread else "an AUC of 0.75"
    return (
        f"{told} That is not surely {least}, so the audit does not say what the score goes by:"
        " it goes by something that is not among the fields, or by chance."
    )
