"""From a field to an attribute to the score: which fields tell the group, and their share of the gap."""

from __future__ import annotations

from audit.rows.gap_shares.decompose import Decomposition
from audit.rows.proxy import Proxy, informative
from webapp.charts.flow import Branch, flow
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.sheet import Column, Sheet, ends, in_words
from webapp.evidence.source import Names, Source
from webapp.language import decimal, gettext, marked, ngettext, pointed
from webapp.viewmodels.words import amount, between

MOST = 10


def proxies_figure(source: Source, attribute: Names) -> Figure:
    """The fields that surely tell an attribute, and the share of the score gap that goes through each."""
    (name,) = attribute
    title = gettext("From the fields to %(attribute)s to the score", attribute=name)
    rows = sorted((one for one in source.report.proxies if one.attribute == name), key=lambda one: one.rank)
    if not rows:
        why = marked(
            "No field was compared with this attribute: none is named under features, or all were too few."
        )
        return nothing(title, gettext(why))
    telling = [one for one in rows if informative(one, source.report.settings.confidence)]
    whole = _decomposition(source, name)
    sheet = _sheet(rows, whole, name)
    if not telling:
        return Figure(
            title=title,
            lead="",
            sheet=sheet,
            lacking=ngettext(
                "None of %(n)s\N{NO-BREAK SPACE}field surely tells anything about %(attribute)s.",
                "None of %(n)s\N{NO-BREAK SPACE}fields surely tells anything about %(attribute)s.",
                len(rows),
                attribute=name,
            ),
        )
    branches = [_branch(one) for one in telling[:MOST]]
    gap = _gap_words(whole)
    return Figure(
        title=title,
        lead=gettext(
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
    if whole is None:
        return gettext("no sure gap")
    return gettext("%(gap)s points", gap=in_words(whole.gap, "gap"))


def _branch(one: Proxy) -> Branch:
    if one.share is None:
        share = gettext("no gap to share")
    else:
        span = between(one.share_low, one.share_high, share=True).replace("\N{NO-BREAK SPACE}%", "%")
        share = gettext("%(share)s%% of the gap (%(span)s)", share=f"{one.share * 100:.0f}", span=span)
    return Branch(
        field=one.feature,
        strength=max(one.auc - 0.5, 0.0) * 2,
        strong_words=_strong(one),
        share=one.share,
        share_words=share,
    )


def _strong(one: Proxy) -> str:
    value, low, high = (pointed(f"{end:.2f}") for end in (one.auc, one.low, one.high))
    return gettext("%(value)s (%(low)s to %(high)s)", value=value, low=low, high=high)


def _text(branches: list[Branch], gap: str) -> str:
    told = (
        gettext(
            "%(field)s: strength %(strength)s, %(share)s",
            field=one.field,
            strength=one.strong_words,
            share=one.share_words,
        )
        for one in branches
    )
    return gettext("%(told)s. Gap in mean score: %(gap)s.", told="; ".join(told), gap=gap)


def _notes(telling: list[Proxy], whole: Decomposition | None, name: str) -> tuple[str, ...]:
    notes = []
    if len(telling) > MOST:
        drawn = gettext("The %(shown)s first of %(fields)s fields are drawn; the table has all.")
        notes.append(drawn % {"shown": MOST, "fields": decimal(len(telling))})
    if whole is None:
        none = gettext(
            "No two groups of %(attribute)s differ surely in mean score, so there is no gap to share out."
        )
        notes.append(none % {"attribute": name})
    else:
        notes.append(_carried(whole))
    return tuple(notes)


def _carried(whole: Decomposition) -> str:
    """What all fields at once carry of the gap."""
    gap, low, high = (in_words(end, "gap") for end in (whole.gap, whole.low, whole.high))
    return gettext(
        "All fields at once carry %(explained)s (%(span)s) of the gap between %(group)s and %(reference)s, "
        "%(gap)s points (%(low)s to %(high)s), n %(n)s. These shares add up and are in the last columns of "
        "the table.",
        explained=amount(whole.explained, share=True),
        span=between(whole.explained_low, whole.explained_high, share=True),
        group=whole.group,
        reference=whole.reference,
        n=decimal(whole.n),
        gap=gap,
        low=low,
        high=high,
    )


def _sheet(rows: list[Proxy], whole: Decomposition | None, name: str) -> Sheet:
    parts = {} if whole is None else {part.feature: part for part in whole.parts}
    columns = (
        Column(head=gettext("Field"), name="field"),
        Column(head=gettext("Strength (AUC)"), name="auc", kind="number"),
        *ends("number", "auc_"),
        Column(head=gettext("p, corrected"), name="p_adjusted", kind="p"),
        Column(head=gettext("Share of the gap, alone"), name="share", kind="share"),
        *ends("share", "share_"),
        Column(head=gettext("Share with all fields at once"), name="joint_share", kind="share"),
        *ends("share", "joint_"),
    )
    return Sheet(
        caption=gettext("Fields that may stand in for %(attribute)s", attribute=name),
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
