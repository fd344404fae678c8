"""docs/explanation/year.md: what the product said of a simulated year, beside what was true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from connectors.sandbox.year_world import FIELD_DAY, MODEL_DAY, SEASON_DAY, WRONGED, Part
from tests.year.played import YEAR, Played
from webapp import decisions
from webapp.crms import NAMES
from webapp.drift_watch.models import Model, models_of
from webapp.store.rows import Crm
from webapp.watching_gaps import GapAlarm, alarms_of

HEAD = """# A simulated year

Written by `make year`; do not edit. Two stand-in CRMs live through the year {year} on a moved clock. The
product is connected on the evening before, and then only its schedule and its worker act, {pulls}
times{apart}.
The suite plays the same year with fewer leads and pulls (`tests/year`).

## What happens, and what is true

Leads come every day, more on Mondays than on Sundays. A lead is called within a week by most reps and
closed 10 to 60 days after it came. Age and gender have nothing to do with anything.

- **{field:%-d %B}**: a web form gets a new field, *preferred contact*. Before it is empty, then four in five
  leads fill it.
- **{model:%-d %B}**: the CRM's model is replaced. It weighs other things, uses another scale, and puts small
  towns down. What leads are worth has not changed.
- **{season:%-d %B}**: a season. More small towns, more retail, more purchased lists; all convert less.
  The model stays.

| small town beside city, true gap in points | old model | new model | season |
|---|---:|---:|---:|
{truth}

The tolerance is 5 points. So two gaps open in May, *selected* and *good leads selected*, and no other does.
The page *Drift* tells the new field, the model (among leads that are alike the scores moved on one day) and
the season (other leads, and no other model) apart.
"""
END = """## What goes wrong in it, and what it costs

On {busy} both CRMs take no call for a day; the pulls wait and are done on the next. On {killed} a worker
is killed in the middle of its pulls; another one does them. Between two pulls nobody looks. Each moment of
the schedule that a worker met has one pull and one audit.

The looks of the worker took {first:.0f} s at first and up to {last:.0f} s at the end of the year, both
CRMs and their stand-ins in one process; the whole took {minutes:.0f} minutes.

Faults: {faults}.
"""
LABELS = (
    ("chosen", "selected"),
    ("good_chosen", "good leads selected"),
    ("contacted", "contacted"),
    ("converted", "converted"),
)
TRUE_METRICS = frozenset({"selection_rate", "true_positive_rate"})


def report(whole: Played, minutes: float) -> str:
    """The whole page."""
    first = next(iter(whole.plan.leads))
    looks = whole.plan.looks
    apart = (looks[1] - looks[0]).days
    head = HEAD.format(
        year=YEAR,
        pulls=len(looks),
        apart=", every day" if apart == 1 else f", {apart} days apart",
        field=date(YEAR, *FIELD_DAY),
        model=date(YEAR, *MODEL_DAY),
        season=date(YEAR, *SEASON_DAY),
        truth="\n".join(_truth(whole.year(first).parts)),
    )
    parts = [head, *("\n".join(_of(whole, crm)) + "\n" for crm in whole.plan.leads), _end(whole, minutes)]
    return "\n".join(parts)


def faults(whole: Played) -> list[str]:
    """What the product told that is not so, in sentences; empty where all is well."""
    both = [(crm, one) for crm in whole.plan.leads for one in (*_faults(whole, crm), *_unlike(whole, crm))]
    return [f"{NAMES[crm]}: {one}" for crm, one in both]


def _truth(parts: tuple[Part, ...]) -> Iterator[str]:
    for rate, label in LABELS:
        yield f"| {label} | " + " | ".join(f"{_points(part.gap(rate))}" for part in parts) + " |"


def _points(gap: float) -> str:
    return f"{round(100 * gap, 1) + 0.0:+.1f}"


def _of(whole: Played, crm: Crm) -> Iterator[str]:
    entries = _log(whole, crm)
    yield f"## {NAMES[crm]}, {whole.plan.leads[crm]:,} leads\n"
    yield "| what was watched | what was said | known by the leads of | said on | leads since May's model |"
    yield "|---|---|---|---|---:|"
    for one in sorted(_alarms(whole, crm), key=lambda one: (one.day, one.title)):
        said = "surely outside the tolerance" if one.kind == "outside" else "has surely changed"
        yield f"| {one.title} | {said} | {one.day} | {one.said_at.date()} | {_since(whole, crm, one):,} |"
    yield ""
    yield f"- Pulls that ended in an audit: {_audits(whole, crm)} of {len(whole.plan.looks)}."
    yield f"- Decision log: {entries[0]:,} scores, {'as they were written' if entries[1] else 'NOT SOUND'}."
    told = [f"{one.day} ({one.earliest} to {one.latest})" for one in _models(whole, crm)]
    yield f"- Another model, as the page *Drift* infers it: {', '.join(told) or 'none'}."
    alerts = whole.opened.alerting.alerts.of(whole.replay.connections[crm].id)
    kinds = sorted({f"{one.kind} ({', '.join(one.about) or 'the installation'})" for one in alerts})
    yield f"- Alerts: {len(alerts)}; of {', '.join(kinds) or 'nothing'}."


def _end(whole: Played, minutes: float) -> str:
    return END.format(
        busy=whole.plan.busy,
        killed=whole.plan.killed,
        first=whole.seconds[0],
        last=max(whole.seconds[-5:]),
        minutes=minutes,
        faults=len(faults(whole)),
    )


def _faults(whole: Played, crm: Crm) -> Iterator[str]:
    alarms = _alarms(whole, crm)
    model = whole.year(crm).parts[1].first
    for one in alarms:
        if (one.attribute, one.group) != ("region", WRONGED) or one.metric not in TRUE_METRICS:
            yield f"a false alarm: {one.title}, {one.kind}"
        elif one.day < model:
            yield f"an alarm before the model: {one.title}"
    if "selection_rate" not in {one.metric for one in alarms if one.kind == "outside"}:
        yield "no alarm of the share selected"
    made, wanted = _audits(whole, crm), len(whole.plan.looks)
    if made != wanted or any(job.state != "done" for job in whole.pulls(crm)):
        yield f"{made} audits for {wanted} moments of the schedule"
    kept = pc.sum(pc.invert(whole.year(crm).table["opted_out"])).as_py()
    if _log(whole, crm) != (kept, True):
        yield f"the decision log does not hold {kept:,} scores as they were written"


def _unlike(whole: Played, crm: Crm) -> Iterator[str]:
    """Where the models that are inferred are not the one that came."""
    day = whole.year(crm).parts[1].first
    if [one.earliest <= day <= one.latest for one in _models(whole, crm)] != [True]:
        yield f"Drift does not infer one model that came on {day}"


def _models(whole: Played, crm: Crm) -> tuple[Model, ...]:
    return models_of(whole.opened, whole.replay.connections[crm])


def _alarms(whole: Played, crm: Crm) -> tuple[GapAlarm, ...]:
    return alarms_of(whole.opened, whole.replay.connections[crm], special=True)


def _audits(whole: Played, crm: Crm) -> int:
    return len(whole.opened.repository.audits(whole.replay.connections[crm].id))


def _log(whole: Played, crm: Crm) -> tuple[int, bool]:
    found = decisions.check(whole.opened, whole.replay.connections[crm])
    return found.entries, found.sound


def _since(whole: Played, crm: Crm, one: GapAlarm) -> int:
    """How many leads came from the new model's first day to the day by which it was known."""
    created, first = whole.year(crm).table["created"], whole.year(crm).parts[1].first
    later = pc.greater_equal(created, pa.scalar(first))
    return int(pc.sum(pc.and_(later, pc.less_equal(created, pa.scalar(one.day)))).as_py() or 0)
