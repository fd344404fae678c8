"""The whole explanation in one function: an admitted table in, what drives its score and gaps out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray
from audit.clustering.accounts import FEWEST
from audit.rows.clusters import clusters
from audit.rows.explain import MISSING
from audit.rows.explaining.agreeing import chosen, reaches, threshold
from audit.rows.explaining.bundles import Bundle, bundles, copies
from audit.rows.explaining.drivers import agreements, drivers
from audit.rows.explaining.gaps import gap_story
from audit.rows.explaining.groups import Grouped, grouped
from audit.rows.explaining.model import (
    CHANCE,
    POINTS,
    Explained,
    Explainer,
    GapStory,
    LeadStory,
    Request,
)
from audit.rows.explaining.one_lead import lead_story
from audit.rows.explaining.recourse import recourse
from audit.rows.explaining.space import Choice, choices, locked
from audit.rows.explaining.subject import Subject, imitation
from audit.rows.imitating.threads import one_thread
from audit.rows.levels import Reals, score_or_decision
from audit.rows.mitigation.learning import warm
from audit.rows.own import good_class, own
from audit.rows.proxy import PREFIX, gap_pairs
from audit.rows.surrogate import LEAST, Surrogate, surrogate
from audit.schema import BadInput, Stream

TOO_LITTLE = "there is too little to learn from"
OPTIONS = "the decision is one of several options, and what is explained is a score or a yes or no"
NO_THRESHOLD = "the stream names no threshold, so no lead is over or under it"
NO_CHOICE = "no field is left that may be changed"
Begin = Callable[[str], None]


def explanations(
    table: pa.Table,
    stream: Stream,
    request: Request,
    brought: Any = None,  # noqa: ANN401 - scikit-learn has no types
    begin: Begin = lambda _step: None,
) -> Explained:
    """Explain the score of an admitted table, its gaps, and the leads that are asked for.

    Parameters
    ----------
    table
        The admitted table (`audit.intake.Intake`); it is not changed.
    stream
        Its roles.
    request
        What is asked.
    brought
        A customer's own fitted estimator; it takes the place of our imitation where its predictions agree
        with the score.
    begin
        Told of each step as it begins.

    Raises
    ------
    BadInput
        A key is not among the leads, a fixed field is not among the fields, or the pipeline needs a column
        that is not there, cannot be asked, or has classes that are no bad and good outcome.
    """
    rows = rows_of(table, request)
    if brought is not None:
        good_class(brought)  # refused before it takes any time
    if not {"score", "selected"} & set(table.column_names):
        return begun(table, stream, request, None, OPTIONS)
    begin("Learning the score")
    made = surrogate(table, stream.audit.confidence, request.seed, first=rows)
    if made is None:
        return begun(table, stream, request, None, f"{TOO_LITTLE}: {lacking(table)}")
    begin("Asking the model")
    given = None if brought is None else own(brought, table.take(pa.array(made.rows)))
    warm()
    with one_thread():
        subject, explainer = chosen(made, stream, given, imitation(made))
        if not explainer.faithful:
            return replace(begun(table, stream, request, made, poor(explainer)), explainer=explainer)
        told = replace(begun(table, stream, request, made, None), explainer=explainer)
        return _told(told, subject, table, stream, (rows, begin))


def _told(
    blank: Explained, subject: Subject, table: pa.Table, stream: Stream, asked: tuple[tuple[int, ...], Begin]
) -> Explained:
    rows, begin = asked
    seed, missing = blank.request.seed, no_shapley(subject)
    together, groups = bundles(subject), grouped(table, stream, subject)
    begin("What drives the score")
    found = drivers(subject, together, groups, (seed, missing))
    begin("What drives the gaps")
    gaps = tuple(_gaps(subject, table, stream, (together, groups), (seed, missing)))
    begin("Ways over the threshold")
    taken = locked(table, stream, subject, blank.request.fixed)
    free = choices(table, subject, taken)
    selects = None if threshold(stream) is None else _selects(stream)
    no_recourse = NO_THRESHOLD if selects is None else None if free else NO_CHOICE
    begin("Single leads")
    return replace(
        blank,
        no_shapley=missing,
        drivers=found,
        agreements=agreements(found),
        gaps=gaps,
        locked=taken,
        searched=tuple(one.searched(copies(subject, together, one.place)) for one in free),
        no_recourse=no_recourse,
        recourse=() if selects is None or not free else recourse(subject, free, groups, selects),
        stories=tuple(_stories(subject, table, rows, (free, selects), (seed, missing))),
    )


def _gaps(
    subject: Subject,
    table: pa.Table,
    stream: Stream,
    parts: tuple[tuple[Bundle, ...], tuple[Grouped, ...]],
    ask: tuple[int, str | None],
) -> Iterator[GapStory]:
    together, groups = parts
    for pair in gap_pairs(table, stream):
        story = gap_story(subject, together, groups, pair, ask)
        if story is not None:
            yield story


def _stories(
    subject: Subject,
    table: pa.Table,
    rows: tuple[int, ...],
    free: tuple[tuple[Choice, ...], Callable[[Reals], BoolArray] | None],
    ask: tuple[int, str | None],
) -> Iterator[LeadStory]:
    for row in rows:
        yield lead_story(subject, table, row, free, ask)


def _selects(stream: Stream) -> Callable[[Reals], BoolArray]:
    return lambda told: reaches(told, stream)


def begun(
    table: pa.Table, stream: Stream, request: Request, made: Surrogate | None, undefined: str | None
) -> Explained:
    """What is known before anything is explained, and why nothing is, where that is so."""
    return Explained(
        stream=stream.name,
        request=request,
        confidence=stream.audit.confidence,
        leads=table.num_rows,
        looked_at=0 if made is None else made.rows.size,
        by_account="account" in table.column_names,
        unit=POINTS if "score" in table.column_names else CHANCE,
        threshold=threshold(stream),
        undefined=undefined,
    )


def lacking(table: pa.Table) -> str:
    """What there is too little of, the first reason that holds."""
    scored = int(np.isfinite(score_or_decision(table)).sum())
    if not any(column.startswith(PREFIX) for column in table.column_names):
        return "the leads have no field beside the score, the outcome and the groups"
    if scored < LEAST:
        return f"it takes {LEAST} leads with a score, and there are {scored:,}"
    accounts = clusters(table, 0)
    if accounts is not None and accounts.too_few:
        return f"it takes {FEWEST} accounts, where the stream names them"
    return "all leads have the same score"


def poor(explainer: Explainer) -> str:
    """Why a model is not explained."""
    word, least = ("R-squared", 0.5) if explainer.measure == "r2" else ("AUC", 0.75)
    return (
        f"the imitation of the score from the fields is poor ({word} {explainer.fidelity:.2f}, from"
        f" {explainer.low:.2f} to {explainer.high:.2f}; the low end has to reach {least:g}), so"
        " explanations of it would say nothing about the score"
    )


def no_shapley(subject: Subject) -> str | None:
    """Why there are no Shapley values: trees of our imitation need the extra."""
    if subject.own is not None or subject.made.model == "linear":
        return None
    try:
        import shap  # noqa: F401, PLC0415 - an extra, and slow to import
    except ImportError:
        return MISSING
    return None


def rows_of(table: pa.Table, request: Request) -> tuple[int, ...]:
    """The rows of the leads that are asked for; a key that is typed wrong is not repeated."""
    if not request.leads:
        return ()
    keys = np.asarray(table.column("key").cast(pa.string()).to_pylist(), dtype=object)
    found = []
    for place, wanted in enumerate(request.leads, start=1):
        rows = np.flatnonzero(keys == wanted)
        if not rows.size:
            msg = (
                f"--lead number {place} is not the key of a lead that was kept; check its spelling, and"
                " whether its row was turned away"
            )
            raise BadInput(msg)
        found.append(int(rows[0]))
    return tuple(dict.fromkeys(found))
