"""From a field to an attribute to the score: which fields tell the group, and their share of the gap."""

from __future__ import annotations

from audit.rows.gap_shares.decompose import Decomposition
from audit.rows.proxy import Proxy, informative
from webapp.charts.flow import Branch, flow
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.sheet import Column, Sheet, ends, in_words
from webapp.evidence.source import Names, Source
from webapp.viewmodels.words import amount, between, counted

MOST = 10


def proxies_figure(source: Source, attribute: Names) -> Figure:
    """The fields that surely tell an attribute, and the share of the score gap that goes through each."""
    (name,) = attribute
    title = f"From the fields to {name} to the score"
    rows = sorted((one for one in source.report.proxies if one.attribute == name), key=lambda one: one.rank)
    if not rows:
        return nothing(
            title,
            "No field was compared with this attribute: none is named under features, or all were too few.",
        )
    telling = [one for one in rows if informative(one, source.report.settings.confidence)]
    whole = _decomposition(source, name)
    sheet = _sheet(rows, whole, name)
    if not telling:
        return Figure(
            title=title,
            lead="",
            sheet=sheet,
            lacking=f"None of {counted(len(rows), 'field', 'fields')} surely tells anything about {name}.",
        )
    branches = [_branch(one) for one in telling[:MOST]]
    gap = _gap_words(whole)
    return Figure(
        title=title,
        lead=(
            "A thicker line is a field that tells the group more surely. Strength runs from 0.50 (tells "
            "nothing) to 1.00 (gives it away). The share says how much of the gap in mean score goes through "
            "the field taken alone, so shares do not add up."
        ),
        sheet=sheet,
        drawing=flow(branches, name, gap, (title, _text(branches, gap))),
        notes=_notes(telling, whole, name),
        special_category=source.special(attribute),
    )


def _decomposition(source: Source, name: str) -> Decomposition | None:
    return next((o for o in source.report.examined.decompositions if o.attribute == name), None)


def _gap_words(whole: Decomposition | None) -> str:
    return "no sure gap" if whole is None else f"{in_words(whole.gap, 'gap')} points"


def _branch(one: Proxy) -> Branch:
    if one.share is None:
        share = "no gap to share"
    else:
        span = between(one.share_low, one.share_high, share=True).replace("\N{NO-BREAK SPACE}%", "%")
        share = f"{one.share * 100:.0f}% of the gap ({span})"
    return Branch(
        field=one.feature,
        strength=max(one.auc - 0.5, 0.0) * 2,
        strong_words=f"{one.auc:.2f} ({one.low:.2f} to {one.high:.2f})",
        share=one.share,
        share_words=share,
    )


def _text(branches: list[Branch], gap: str) -> str:
    told = "; ".join(f"{one.field}: strength {one.strong_words}, {one.share_words}" for one in branches)
    return f"{told}. Gap in mean score: {gap}."


def _notes(telling: list[Proxy], whole: Decomposition | None, name: str) -> tuple[str, ...]:
    notes = []
    if len(telling) > MOST:
        notes.append(f"The {MOST} first of {len(telling):,} fields are drawn; the table has all.")
    if whole is None:
        notes.append(f"No two groups of {name} differ surely in mean score, so there is no gap to share out.")
    else:
        share = between(whole.explained_low, whole.explained_high, share=True)
        notes.append(
            f"All fields at once carry {amount(whole.explained, share=True)} ({share}) of the gap between "
            f"{whole.group} and {whole.reference}, {in_words(whole.gap, 'gap')} points "
            f"({in_words(whole.low, 'gap')} to {in_words(whole.high, 'gap')}), n {whole.n:,}. These shares "
            "add up and are in the last columns of the table."
        )
    return tuple(notes)


def _sheet(rows: list[Proxy], whole: Decomposition | None, name: str) -> Sheet:
    parts = {} if whole is None else {part.feature: part for part in whole.parts}
    columns = (
        Column(head="Field", name="field"),
        Column(head="Strength (AUC)", name="auc", kind="number"),
        *ends("number", "auc_"),
        Column(head="p, corrected", name="p_adjusted", kind="p"),
        Column(head="Share of the gap, alone", name="share", kind="share"),
        *ends("share", "share_"),
        Column(head="Share with all fields at once", name="joint_share", kind="share"),
        *ends("share", "joint_"),
    )
    return Sheet(
        caption=f"Fields that may stand in for {name}",
        columns=columns,
        rows=tuple(
            (
                *(one.feature, one.auc, one.low, one.high, one.p_adjusted),
                *(one.share, one.share_low, one.share_high),
                *(
                    (parts[one.feature].share, parts[one.feature].low, parts[one.feature].high)
                    if one.feature in parts
                    else (None, None, None)
                ),
            )
            for one in rows
        ),
    )
