"""What a report says, in sentences that a paper about it may repeat: empty where it says nothing."""

from __future__ import annotations

from collections import Counter

from audit.finding.overview import by_severity
from audit.finding.reading import reading
from audit.finding.words import count, listed, plain, quoted
from audit.metrics import GroupEstimate
from audit.report.model import Report
from audit.report.paper import Item
from audit.report.views.fields_view import score_view
from audit.report.views.view import cell
from audit.rows.proxy import informative

Told = tuple[str, ...]
MOST = 5
ACCURACY = ("auc", "accuracy", "balanced_accuracy", "precision", "true_positive_rate", "calibration_error")
UNKNOWN = "unknown"


def data_told(report: Report) -> Told:
    """The account of the rows, and the days that they are from."""
    rejected, excluded = (sum(one.count for one in part) for part in (report.rejected, report.excluded))
    account = (
        f"{count(report.rows)} {'was' if report.rows == 1 else 'were'} read: {report.kept:,} kept, "
        f"{rejected:,} rejected, {excluded:,} excluded."
    )
    days = report.regulation.period
    return (account, *((f"They were created from {days[0]} to {days[1]}.",) if days else ()))


def attributes_of(report: Report) -> tuple[str, ...]:
    """The single attributes whose groups the report has numbers of."""
    return tuple(dict.fromkeys(one.attribute[0] for one in report.estimates if len(one.attribute) == 1))


def groups_told(report: Report) -> Told:
    """Which attributes have how many known groups, and which are special categories."""
    known = {name: _known(report, name) for name in attributes_of(report)}
    parts = tuple(f"{plain(name)} ({count(number, 'known group')})" for name, number in known.items())
    return (f"Groups were formed by {listed(parts)}.", *special_told(report)) if parts else ()


def special_told(report: Report) -> Told:
    """Which attributes are marked as special categories."""
    special = tuple(plain(name) for name in report.settings.special_categories)
    return (f"Marked as a special category of personal data: {listed(special)}.",) if special else ()


def unknown_told(report: Report) -> Told:
    """How many leads are of unknown group, attribute by attribute."""
    found = {
        one.attribute[0]: one.estimate.n
        for one in report.estimates
        if one.metric == "count" and len(one.attribute) == 1 and one.group == (UNKNOWN,)
    }
    parts = tuple(f"{plain(name)}: {count(number)}" for name, number in found.items())
    return (f"In no known group: {', '.join(parts)}.",) if parts else ()


def verdicts_told(report: Report) -> Told:
    """How many comparisons were made, and how they came out."""
    found = Counter(one.verdict for one in report.disparities)
    made = len(report.disparities)
    if not made:
        return ()
    out = f"{found['pass']:,} within tolerance, {found['fail']:,} outside"
    told = f"{count(made, 'comparison')} with a reference group: {out}"
    return (f"{told}, {found['insufficient']:,} without enough data.",)


def findings_told(report: Report) -> Told:
    """The findings that fail, worst first, and how many more there are."""
    failed = [one for one in report.findings if one.verdict == "fail"]
    levels = listed(tuple(f"{n:,} {level}" for level, n in by_severity(failed).items() if n))
    if not failed:
        return (
            ("The audit has no finding that a group is treated differently.",) if report.disparities else ()
        )
    more = len(failed) - MOST
    return (
        f"{count(len(failed), 'finding')} by severity: {levels}.",
        *(one.headline for one in failed[:MOST]),
        *((f"{count(more, 'more finding')} in the report.",) if more > 0 else ()),
    )


def warnings_told(report: Report) -> Told:
    """The heaviest warnings on the data, and how many more there are."""
    more = len(report.warnings) - MOST
    return (
        *(one.text for one in report.warnings[:MOST]),
        *((f"{count(more, 'more warning')} in the report.",) if more > 0 else ()),
    )


def proxies_told(report: Report) -> Told:
    """Which fields surely tell an attribute, the strongest first."""
    surely = [one for one in report.proxies if informative(one, report.settings.confidence)]
    if not surely:
        return ("No field surely tells the group of a lead.",) if report.proxies else ()
    strongest = sorted(surely, key=lambda one: (-one.auc, one.attribute, one.feature))[:MOST]
    return tuple(
        f"The field {quoted(one.feature)} tells {plain(one.attribute)} (AUC {one.auc:.2f}, plausible "
        f"{one.low:.2f} to {one.high:.2f}; 0.5 is chance)."
        for one in strongest
    )


def logic_told(report: Report) -> Told:
    """What the score goes by, as far as an imitation of it can tell, and what counts as selected."""
    view = score_view(report)
    asked = report.settings
    side = "at least" if asked.higher_is_better else "at most"
    bar = (
        ()
        if asked.threshold is None
        else (f"A lead is selected when its score is {side} {asked.threshold:g}.",)
    )
    if view is None:
        return bar
    uses = listed(tuple(quoted(one.feature) for one in view.uses[:MOST] if one.low > 0))
    return (*bar, view.text, *((f"Most used: {uses}.",) if uses else ()))


def accuracy_told(report: Report) -> Told:
    """How good the score is over all leads, each number with its plausible range."""
    return tuple(_measured(one) for one in overall(report) if one.metric in ACCURACY)


def overall(report: Report) -> tuple[GroupEstimate, ...]:
    """The numbers of all leads together that have a value."""
    return tuple(one for one in report.estimates if not one.attribute and one.estimate.value is not None)


def by_group_told(report: Report) -> Told:
    """For how many groups the report has which numbers on accuracy."""
    named = dict.fromkeys(
        one.metric
        for one in report.estimates
        if len(one.attribute) == 1 and one.group and one.metric in ACCURACY and one.estimate.value is not None
    )
    labels = listed(tuple(reading(name).label for name in named))
    return (f"By group, with plausible ranges, the report has: {labels}.",) if labels else ()


def origin(report: Report) -> tuple[Item, ...]:
    """What ties a paper to the audit: digests, seed and version."""
    digests = report.digests
    found = {
        "Stream": report.stream,
        "Data (SHA-256)": digests.data,
        "Stream (SHA-256)": digests.stream,
        "Counts (SHA-256)": digests.cube,
        "Policy (SHA-256)": digests.policy or "none",
        "Seed": str(report.seed),
        "Made by": f"Fairlead {report.version}, engine {report.engine}",
    }
    return tuple(Item(term=term, text=text) for term, text in found.items())


def origin_told(report: Report) -> Told:
    """That the audit can be repeated, with what."""
    again = f"seed {report.seed}, Fairlead {report.version}"
    return (f"The audit can be repeated byte for byte: {again}. The digests are at the end.",)


def _known(report: Report, name: str) -> int:
    groups = {one.group for one in report.estimates if one.attribute == (name,) and one.group}
    return len(groups - {(UNKNOWN,)})


def _measured(one: GroupEstimate) -> str:
    shown = cell(one.metric, one.estimate)
    return (
        f"{reading(one.metric).label}: "
        f"{shown.value}{f' (plausible {shown.interval})' if shown.interval else ''}."
    )
