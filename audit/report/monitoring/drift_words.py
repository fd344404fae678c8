"""Drift in sentences: what moved, how much, since when, how sure it is, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit.drift import LIMITS, ColumnDrift, DriftReport, GapDrift, Multivariate, ScoreChange, Span, alarms
from audit.finding.reading import reading
from audit.finding.words import amount, count, listed, percent, plain, points, quoted

ROLES = {
    "feature": "field",
    "group": "mix of groups",
    "control": "control",
    "score": "score",
    "decision": "selected or not",
    "outcome": "known outcomes",
    "work": "worked or not",
}
"""What a column is for, as the report calls it."""
TODO = {
    "feature": (
        "Ask whether a form, an import or a campaign changed. A score that learned from the old values may be"
        " wrong for the new ones."
    ),
    "group": (
        "Other people come than before. Rates over all leads move with it, also where nobody is treated"
        " otherwise: compare within groups."
    ),
    "control": "Other leads come than before: compare groups within this control, not over all leads.",
    "score": (
        "Ask whether the model or what feeds it was changed, and audit the newest leads alone before the"
        " score is trusted."
    ),
    "decision": "More or fewer leads are selected than before: see whether the threshold still fits.",
    "outcome": ("More or fewer leads convert than before: ask whether the score is still worth what it was."),
    "work": (
        "More or fewer leads are worked than before. Young leads may only wait: look again in a few weeks."
    ),
}
MISSING_TODO = "See which form or import fills this field."
UNSEEN_TODO = "Map the new values in the policy, and ask whether the model knows them."
GAP_TODO = (
    "See the gap day by day on this page, then audit the newest leads and read what to do about the finding."
)
TOGETHER_TODO = "Begin with the columns named: what changed in where they come from?"
BEGUN_TODO = (
    "Ask who added the field and whether the score reads it. No lead before that day can be compared by it."
)
ENDED_TODO = (
    "Ask who took the field away, or which form or import no longer fills it; the score may still read it."
)
MIX_TODO = (
    "Other leads come than before, as with a campaign or a season. The model need not have changed: compare"
    " within groups."
)
CHANGE_TODO = (
    "Ask the vendor or the admin what changed on that day. Audit the leads before and after apart: one audit"
    " over both mixes two scores."
)
CAUSES = {
    "model": ", also among leads that are alike: as with a new version of the model",
    "mix": " because other leads came: leads that are alike are scored as before",
    "unclear": ", as with a new version of the model; whether only other leads came cannot be told",
}
TOLD = 4
NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that drifted: what, how much and since when, and what to do."""

    title: str
    sentence: str
    todo: str
    special: bool


def headline(report: DriftReport) -> str:
    """The verdict in one sentence."""
    found = alarms(report)
    if found:
        verb = "has" if found == 1 else "have"
        return f"{count(found, 'thing')} {verb} surely moved by more than the limits."
    verdicts = [*(one.verdict for one in report.columns), *(one.verdict for one in report.gaps)]
    open_questions, whole = verdicts.count("insufficient"), len(verdicts)
    if not open_questions:
        return f"Nothing has moved by more than the limits: {whole:,} columns and gaps."
    return (
        f"Nothing has surely moved by more than the limits; for {open_questions:,} of {whole:,} columns and"
        " gaps there is not enough data yet to say that it has not."
    )


def windows(report: DriftReport) -> str:
    """Which leads are compared with which, and why these."""
    made = report.windows
    why = {
        "asked": "The end of the reference window was asked for.",
        "first half": "The reference window is the first half of the days with leads.",
        "two windows": "",
    }[made.chosen]
    between = f" {count(made.between)} between them are only in the series." if made.between else ""
    return (
        f"The newest window ({span(made.newest)}) beside the reference window ({span(made.reference)})."
        f" {why}{between}"
    ).strip()


def span(one: Span) -> str:
    """Days and leads: "2026-01-01 to 2026-03-31, 4,312 leads"."""
    days = "" if one.first is None else f"{one.first} to {one.last}, "
    return f"{days}{count(one.leads)}"


def told(report: DriftReport) -> tuple[Told, ...]:
    """Everything with an alarm, the score's days of change first."""
    return tuple(_every(report))


def _every(report: DriftReport) -> Iterator[Told]:
    yield from (_change(one) for one in report.changes if one.verdict == "fail")
    for column in report.columns:
        yield from _of_column(column)
    yield from (_gap(one) for one in report.gaps if one.verdict == "fail")
    if report.multivariate is not None and report.multivariate.verdict == "fail":
        yield _together(report.multivariate)


def _of_column(one: ColumnDrift) -> Iterator[Told]:
    name = column_title(one)
    if one.begun or one.ended:
        yield from _arrived(one, name)
        return
    if one.verdict == "fail":
        yield Told(title=name, sentence=_moved(one), todo=TODO[one.role], special=one.special)
    if one.missing is not None and one.missing.verdict == "fail":
        share = (
            f"Without a value: {percent(one.missing.reference)} before, {percent(one.missing.newest)} now."
        )
        yield Told(title=f"{name}: missing values", sentence=share, todo=MISSING_TODO, special=one.special)
    if one.unseen is not None and one.unseen.verdict == "fail":
        yield Told(title=f"{name}: new values", sentence=_new(one), todo=UNSEEN_TODO, special=one.special)


def _arrived(one: ColumnDrift, name: str) -> Iterator[Told]:
    """A field that is new or gone, where that moved what is compared."""
    if one.verdict != "fail":
        return
    if one.begun:
        said = f"It is new: no lead before {one.begun} has a value."
        yield Told(title=f"{name}: new", sentence=said, todo=BEGUN_TODO, special=one.special)
    if one.ended:
        said = f"It is gone: no lead after {one.ended} has a value."
        yield Told(title=f"{name}: gone", sentence=said, todo=ENDED_TODO, special=one.special)


def column_title(one: ColumnDrift) -> str:
    """What a column is and its name, such as "score" or "field source"."""
    named = one.role in {"feature", "group", "control"}
    return f"{ROLES[one.role]} {plain(one.name)}" if named else ROLES[one.role]


def _moved(one: ColumnDrift) -> str:
    size = one.psi - one.psi_by_chance
    much = "much" if size >= LIMITS["large_psi"] else "clearly"
    since = f" (beyond the limit since the week or month that begins on {one.since})" if one.since else ""
    most = "; ".join(
        f"{quoted(level.name)} {percent(level.reference)} before, {percent(level.newest)} now"
        for level in one.levels[:NAMED]
    )
    limit = f"PSI {size:.2f} beyond chance, where {LIMITS['psi']} is the limit"
    return f"It moved {much}{since}: {limit}. Most moved {most}."


def _new(one: ColumnDrift) -> str:
    unseen = one.unseen
    if unseen is None:
        return ""
    share = f"{percent(unseen.share)} of the newest leads ({unseen.leads:,})"
    if one.ordered:
        return f"{share} lie beyond every number of the reference window."
    more = f" and {unseen.values - TOLD:,} more" if unseen.values > TOLD else ""
    names = ", ".join(quoted(name) for name in unseen.names[:TOLD])
    return f"{share} have a value that no lead of the reference window has: {names}{more}."


def gap_title(one: GapDrift) -> str:
    """What moved, as a heading: "Share selected: region 'rural' beside 'urban'"."""
    return f"{reading(one.metric).label}: {one.attribute} {quoted(one.group)} beside {quoted(one.reference)}"


def _gap(one: GapDrift) -> Told:
    return Told(title=gap_title(one), sentence=_widened(one), todo=GAP_TODO, special=one.special)


def _widened(one: GapDrift) -> str:
    if one.before is None or one.after is None or one.change is None or one.low is None or one.high is None:
        return ""
    wider = "wider" if abs(one.after.value) > abs(one.before.value) else "narrower"
    unit = " of the score's range" if one.metric == "mean_score" else ""
    return (
        f"The gap became {wider}: {signed(one.before.value)} points before, {signed(one.after.value)}"
        f" now{unit}. It changed by {points(one.change)} ({signed(one.low)} to {signed(one.high)})."
    )


def signed(value: float) -> str:
    """A gap in points with its sign: -0.123 is "-12.3", with a true minus."""
    rounded = round(value * 100, 1) + 0.0
    return (f"{rounded:+.1f}" if rounded else "0.0").replace("-", "\N{MINUS SIGN}")


def _together(one: Multivariate) -> Told:
    names = listed(tuple(plain(driver.name) for driver in one.drivers[:NAMED]))
    told_by = f" Most of it is told by {names}." if names else ""
    sentence = (
        f"Of 100 pairs of an old and a new lead a classifier tells {one.auc * 100:.0f} right (AUC"
        f" {one.auc:.2f}, {one.low:.2f} to {one.high:.2f}); 50 would be luck.{told_by}"
    )
    return Told(title="all columns together", sentence=sentence, todo=TOGETHER_TODO, special=False)


def _change(one: ScoreChange) -> Told:
    when = (
        f"on {one.day}" if one.earliest == one.latest else f"about {one.day} ({one.earliest} to {one.latest})"
    )
    means = (
        f" Its mean was {amount(one.before)} before and {amount(one.after)} after."
        if one.before is not None and one.after is not None
        else ""
    )
    sentence = f"The score's distribution changed {when}{CAUSES[one.cause]}.{means}"
    todo = MIX_TODO if one.cause == "mix" else CHANGE_TODO
    return Told(title="the score changed", sentence=sentence, todo=todo, special=False)
