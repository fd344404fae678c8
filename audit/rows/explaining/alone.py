"""One lead alone: why its score is what it is, without explaining the whole score again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from audit.rows.explaining.agreeing import chosen, reaches, threshold
from audit.rows.explaining.bundles import bundles, copies
from audit.rows.explaining.counterfactual import counterfactual
from audit.rows.explaining.model import Counterfactual, Explained, Request
from audit.rows.explaining.one_lead import lead_story
from audit.rows.explaining.overall import (
    NO_CHOICE,
    NO_THRESHOLD,
    OPTIONS,
    TOO_LITTLE,
    begun,
    lacking,
    no_shapley,
    poor,
    rows_of,
)
from audit.rows.explaining.space import choices, locked
from audit.rows.explaining.subject import Subject, imitation
from audit.rows.imitating.threads import one_thread
from audit.rows.levels import Reals
from audit.rows.mitigation.learning import warm
from audit.rows.surrogate import surrogate
from audit.schema import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """One lead: ``explained`` holds its story, or why there is none.

    ``selected`` and ``predicted_selected`` say on which side of the threshold the score and the model have
    it; None without a threshold. ``back`` is the smallest change by which the model would no longer select
    a lead that it selects, None where it does not.
    """

    explained: Explained
    selected: bool | None = None
    predicted_selected: bool | None = None
    back: Counterfactual | None = None


def explain_alone(table: pa.Table, stream: Stream, key: str, fixed: tuple[str, ...] = ()) -> Alone:
    """What `overall.explanations` says of one lead, and the way back of one that is selected.

    Of 50,000 leads and fewer the imitation is the same as there, figure by figure.

    Parameters
    ----------
    table
        The admitted table (`audit.intake.Intake`); it is not changed.
    stream
        Its roles.
    key
        The lead's key; the lead has a score.
    fixed
        Fields that nobody can change.

    Raises
    ------
    BadInput
        The key is not among the leads, or a fixed field is not among the fields.
    """
    request = Request(leads=(key,), fixed=fixed)
    (row,) = rows_of(table, request)
    if not {"score", "selected"} & set(table.column_names):
        return Alone(explained=begun(table, stream, request, None, OPTIONS))
    made = surrogate(table, stream.audit.confidence, request.seed, first=(row,))
    if made is None:
        return Alone(explained=begun(table, stream, request, None, f"{TOO_LITTLE}: {lacking(table)}"))
    warm()
    with one_thread():
        subject, explainer = chosen(made, stream, None, imitation(made))
        blank = replace(begun(table, stream, request, made, None), explainer=explainer)
        if not explainer.faithful:
            return Alone(explained=replace(blank, undefined=poor(explainer)))
        return _told(blank, subject, (table, stream), row)


def _told(blank: Explained, subject: Subject, given: tuple[pa.Table, Stream], row: int) -> Alone:
    table, stream = given
    taken, missing = locked(table, stream, subject, blank.request.fixed), no_shapley(subject)
    free, together = choices(table, subject, taken), bundles(subject)
    sided = threshold(stream) is not None

    def selects(told: Reals) -> np.ndarray:
        return reaches(told, stream)

    def leaves(told: Reals) -> np.ndarray:
        return ~selects(told)

    ways = (free, selects if sided else None)
    explained = replace(
        blank,
        no_shapley=missing,
        no_recourse=None if sided and free else NO_CHOICE if sided else NO_THRESHOLD,
        locked=taken,
        searched=tuple(one.searched(copies(subject, together, one.place)) for one in free),
        stories=(lead_story(subject, table, row, ways, (blank.request.seed, missing)),),
    )
    if not sided:
        return Alone(explained=explained)
    at = subject.made.position(row)
    inside = bool(selects(subject.predicted[[at]])[0])
    return Alone(
        explained=explained,
        selected=bool(selects(subject.score[[at]])[0]),
        predicted_selected=inside,
        back=counterfactual(subject, free, table, at, leaves) if inside else None,
    )
