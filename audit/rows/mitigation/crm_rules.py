"""What the CRM's own knobs would do: drop a field from the score, move the threshold, cap a source.

What a score would be without a field is told by a model that imitates it from the fields: the lead's score
moves by what the imitation says the field adds, on leads that it did not learn from, and what the imitation
cannot tell stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.finding.words import listed, plain, quoted
from audit.rows.levels import Codes, Reals
from audit.rows.mitigation.attempt import Attempt, Made
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.encoded import Column, Target, encoded
from audit.rows.mitigation.learning import BOOSTED_FROM, Predict, by_fold, filling
from audit.rows.mitigation.model import Remedy
from audit.rows.mitigation.queue import Queue
from audit.rows.mitigation.wording import NO_LABELS
from audit.tally.columns import UNKNOWN

DRAWS = 5
FEWER_AND_MORE = (0.75, 0.9, 1.1, 1.25)
DROP_STEPS = (
    (
        "Salesforce Einstein Lead Scoring: Setup > Einstein Lead Scoring > your scoring configuration >"
        " fields to omit; leave {name} out and save. Scores are made anew within days, and the history of"
        " the old model is gone: keep an audit of it first."
    ),
    (
        "HubSpot: Marketing > Lead Scoring (older portals: Contacts > Lead Scoring) > your score > Edit;"
        " delete the rules that look at {name}, review, and turn the score on again."
    ),
)
MOVE_STEPS = (
    (
        "Salesforce: the threshold is in what uses the score: the filter of the list view, the assignment"
        " rule or the flow (Setup > Flows). Put {cut} where the old number stands."
    ),
    (
        "HubSpot: Marketing > Lead Scoring > your score > Edit > Thresholds; and every list or workflow"
        " that looks at the score. Put {cut} there."
    ),
)
CAP_STEPS = (
    (
        "Salesforce: Setup > Flows or the assignment rule of the queue: once {share} of the day's leads are"
        " from {level}, pass on to the next lead from elsewhere."
    ),
    (
        "HubSpot: Automation > Workflows > the one that assigns leads: branch on {name} and rotate, with"
        " {share} of the calls at most for {level}."
    ),
)
CHECKED = "The names of menus change; nothing of this was tried in a real org or portal."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Imitated:
    """How each field moves the score (leads x fields), and the R-squared of the imitation."""

    moves: Reals
    fidelity: float
    names: tuple[str, ...]


def attempts(leads: Bench, score: Reals, proxies: tuple[str, ...]) -> tuple[Attempt, ...]:
    """Every what-if that these leads allow."""
    moved = [_moved(leads, score, factor) for factor in FEWER_AND_MORE]
    capped = [one for name in proxies if (one := _capped(leads, score, name)) is not None]
    return (*_dropped(leads, score, proxies), *moved, *capped)


def _dropped(leads: Bench, score: Reals, proxies: tuple[str, ...]) -> list[Attempt]:
    """Each proxy alone, and all together; one imitation serves them all."""
    kept: list[Imitated] = []

    def made() -> Imitated:
        if not kept:
            kept.append(imitated(leads, score, proxies))
        return kept[0]

    sets = [(name,) for name in proxies] + ([proxies] if len(proxies) > 1 else [])
    return [_drop(leads, score, names, made) for names in sets]


def _drop(leads: Bench, score: Reals, names: tuple[str, ...], made: Callable[[], Imitated]) -> Attempt:
    named = listed(tuple(map(plain, names)))
    remedy = Remedy(
        id=f"crm-drop:{'+'.join(names)}",
        family="rules",
        title=f"Drop {named} from the CRM's score",
        what="What the score would be if it did not go by this field, as an imitation of the score tells"
        " it. The CRM will make its own new score: audit it before it is used.",
        needs="settings",
        labels=NO_LABELS,
        source="group-neutral values: docs/explanation/proxies.md",
        steps=(*(step.format(name=named) for step in DROP_STEPS), CHECKED),
    )

    def run() -> Made:
        told = made()
        places = [told.names.index(name) for name in names]
        new = score + told.moves[:, places].sum(axis=1)
        return Made(decided=leads.queue.top(new), fidelity=told.fidelity)

    return Attempt(remedy=remedy, run=run)


def imitated(leads: Bench, score: Reals, names: tuple[str, ...]) -> Imitated:
    """How far each of these fields moves each lead's score from where an unknown value would put it."""
    known = np.isfinite(score)
    target = Target(value=np.where(known, score, 0.0), known=known, fold=leads.fold)
    places = [[one.name for one in leads.columns].index(name) for name in names]

    def one_fold(k: int) -> Reals:
        learned = known & (leads.fold != k)
        values = encoded(leads.columns, target, k)
        predict = _regression(values[learned], score[learned], leads.seed)
        random = np.random.default_rng((leads.seed, k))
        donors = values[random.choice(np.flatnonzero(learned), DRAWS)]
        return _without_each(predict, values[leads.fold == k], donors, places)

    moves, told = np.zeros((leads.size, len(names))), np.zeros(leads.size)
    for k, found in enumerate(by_fold(one_fold)):
        told[leads.fold == k], moves[leads.fold == k] = found[:, 0], found[:, 1:]
    missed = (score - told)[known]
    spread = float(score[known].var()) or 1.0
    return Imitated(moves=moves, fidelity=1 - float((missed**2).mean()) / spread, names=names)


def _without_each(predict: Predict, values: Reals, donors: Reals, places: list[int]) -> Reals:
    """The imitated score, and how each field's neutral value changes it: the mean over drawn values."""
    as_is = predict(values)
    found = [as_is]
    for place in places:
        neutral = values.copy()
        told = np.zeros(as_is.size)
        for donor in donors:
            neutral[:, place] = donor[place]
            told += predict(neutral)
        found.append(told / donors.shape[0] - as_is)
    return np.column_stack(found)


def _regression(values: Reals, score: Reals, seed: int) -> Predict:
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415 - slow to import
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - slow to import

    prepared = filling(values)
    booster: Any = HistGradientBoostingRegressor
    settings = {"max_iter": 60, "learning_rate": 0.15, "max_leaf_nodes": 15, "early_stopping": False}
    model = booster(**settings, random_state=seed) if score.size >= BOOSTED_FROM else Ridge()
    model.fit(prepared(values), score)
    return lambda given: np.asarray(model.predict(prepared(given)), dtype=np.float64)


def _moved(leads: Bench, score: Reals, factor: float) -> Attempt:
    places = np.maximum(np.round(leads.queue.places * factor), 1).astype(np.int64)
    queue = Queue(of=leads.queue.of, places=places, lot=leads.queue.lot)
    decided = queue.top(score)
    called = score[(decided > 0) & np.isfinite(score)]
    cut = float(called.min()) * (1 if leads.stream.higher_is_better else -1) if called.size else 0.0
    way = "fewer" if factor < 1 else "more"
    remedy = Remedy(
        id=f"threshold:{factor:g}",
        family="rules",
        title=f"Move the threshold: {abs(factor - 1) * 100:.0f} % {way} calls",
        what=f"One threshold for everybody, at about {cut:.4g}. The number of calls changes, so it is not"
        " compared at equal effort.",
        needs="settings",
        labels=NO_LABELS,
        source="the CRM's own setting",
        capacity_kept=False,
        steps=(*(step.format(cut=f"{cut:.4g}") for step in MOVE_STEPS), CHECKED),
    )
    return Attempt(remedy=remedy, run=lambda: Made(decided=decided))


def _capped(leads: Bench, score: Reals, name: str) -> Attempt | None:
    """Cap the level that is most over-represented among the calls at its share of the leads."""
    column = next(one for one in leads.columns if one.name == name)
    if column.numbers is not None:
        return None
    level, share = crowding(leads, column)
    if level is None:
        return None
    shown = quoted(column.names[level])
    words = {"share": f"{share * 100:.0f} %", "level": f"{plain(name)} {shown}", "name": plain(name)}
    remedy = Remedy(
        id=f"cap:{name}",
        family="rules",
        title=f"Cap {plain(name)} {shown} at {share * 100:.0f} % of the calls",
        what="Call by score as today, but pass over leads of this level once they have their share of the"
        " leads among the calls. The next best leads from elsewhere are called instead.",
        needs="settings",
        labels=NO_LABELS,
        source="the CRM's own assignment rules",
        steps=(*(step.format(**words) for step in CAP_STEPS), CHECKED),
    )
    return Attempt(remedy=remedy, run=lambda: Made(decided=capped(leads.queue, score, column.codes == level)))


def crowding(leads: Bench, column: Column) -> tuple[int | None, float]:
    """The level with most calls beyond its share of the leads, by a tenth of that at least."""
    size = len(column.names)
    of_leads = np.bincount(column.codes, minlength=size) / leads.size
    of_calls = np.bincount(column.codes, leads.today, minlength=size) / max(leads.today.sum(), 1.0)
    excess = of_calls - of_leads
    named = np.asarray([name not in {UNKNOWN, "rare"} for name in column.names])
    excess[~named] = -1.0
    level = int(np.argmax(excess))
    if excess[level] <= 0.1 * of_leads[level]:
        return None, 0.0
    return level, float(of_leads[level])


def capped(queue: Queue, score: Reals, level: np.ndarray) -> Reals:
    """Who is called where leads of the level may have at most their share of the leads of the queue."""
    cell = queue.of * 2 + level
    counts = np.bincount(cell, minlength=2 * queue.places.size).reshape(-1, 2)
    share = counts[:, 1] / np.maximum(counts.sum(axis=1), 1)
    most = np.ceil(share * queue.places).astype(np.int64)
    # Others fill what is left; where they run out, the level may have the rest.
    most = np.maximum(most, queue.places - counts[:, 0])
    within: Codes = Queue(of=cell, places=np.ones(2 * queue.places.size, dtype=np.int64), lot=queue.lot).rank(
        score
    )
    allowed = ~level | (within < most[queue.of])
    return queue.top(np.where(allowed, score, -np.inf))
