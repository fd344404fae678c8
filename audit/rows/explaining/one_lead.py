"""One lead: what its fields add by two methods, and the smallest change that would bring it over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from audit.rows.explaining.agreement import agreement
from audit.rows.explaining.counterfactual import Reaches, counterfactual
from audit.rows.explaining.model import Counterfactual, LeadPart, LeadStory
from audit.rows.explaining.shapley import shapley
from audit.rows.explaining.space import Choice, text_of
from audit.rows.explaining.subject import Subject
from audit.rows.imitating.lime import local_line
from audit.rows.levels import Reals


def lead_story(
    subject: Subject,
    table: pa.Table,
    row: int,
    choices: tuple[Sequence[Choice], Reaches | None],
    ask: tuple[int, str | None],
) -> LeadStory:
    """The lead in this row. ``choices`` are the changeable fields, and what selects (None: nothing does)."""
    at, (seed, no_shapley) = subject.made.position(row), ask
    exact = None if no_shapley else shapley(subject, np.asarray([at]), seed)
    line, fit = local_line(subject, at, seed)
    values = None if exact is None else exact[0][0]
    changeable, reaches = choices
    return LeadStory(
        key=str(table.column("key")[row].as_py()),
        score=float(subject.score[at]),
        predicted=float(subject.predicted[at]),
        base=None if exact is None else float(exact[1][0]),
        parts=_parts(subject, table, row, (values, line)),
        fit=fit,
        agreement=None
        if values is None
        else agreement(("shapley", values), ("lime", line), [(name,) for name in subject.names]),
        counterfactual=Counterfactual(outcome="undefined")
        if reaches is None
        else counterfactual(subject, changeable, table, at, reaches),
    )


def _parts(
    subject: Subject, table: pa.Table, row: int, told: tuple[Reals | None, Reals]
) -> tuple[LeadPart, ...]:
    values, line = told
    found = [
        LeadPart(
            field=name,
            value=text_of(table.column(f"feature:{name}")[row].as_py()),
            shapley=None if values is None else float(values[place]),
            lime=float(line[place]),
        )
        for place, name in enumerate(subject.names)
    ]
    return tuple(
        sorted(found, key=lambda one: (-abs(one.lime if one.shapley is None else one.shapley), one.field))
    )
