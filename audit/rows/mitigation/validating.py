"""The same audit before and after, side by side, on the held-out decisions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from audit.clustering.accounts import accounts_of
from audit.clustering.jackknife import design_effects
from audit.disparity import Disparity, compare
from audit.estimate import Estimate
from audit.metrics import estimates
from audit.rows.levels import Reals
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.model import Row
from audit.schema import Stream
from audit.tally import count

METRICS = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision")
KEPT = ("key", "selected", "outcome", "worked", "created", "account")
MOST_GROUPS = 8

Audited = tuple[dict[tuple[str, str], Estimate], dict[tuple[str, str], Disparity]]


def validation(leads: Bench, decided: Reals) -> tuple[Row, ...]:
    """Rates of each group of the attribute with today's decisions and with the new ones, and their verdicts.

    Empty where decisions are a matter of chance: an audit needs to know who was called.
    """
    if not np.isin(decided, (0.0, 1.0)).all():
        return ()
    before, after = (_audited(leads, one) for one in (leads.today, decided))
    names = [leads.levels.names[code] for code in _shown(leads)]
    return tuple(
        _row(name, metric, before, after)
        for metric in METRICS
        for name in names
        if (name, metric) in before[0] and (name, metric) in after[0]
    )


def _shown(leads: Bench) -> list[int]:
    """The two groups of the gap, and the largest others."""
    counts = np.bincount(leads.levels.codes, minlength=leads.levels.size)
    first = [leads.group, leads.reference]
    rest = sorted((code for code in leads.groups if code not in first), key=lambda code: -counts[code])
    return [*first, *rest][:MOST_GROUPS]


def _audited(leads: Bench, decided: Reals) -> Audited:
    table, stream = _decision_table(leads, decided)
    cube = count(table, stream, "auto")
    effects = design_effects(table, stream, cube, accounts_of(table, leads.seed))
    found = estimates(cube, stream, leads.seed, effects)
    compared = compare(cube, stream, leads.seed, effects)
    return (
        {(one.group[0], one.metric): one.estimate for one in found if len(one.group) == 1},
        {
            (one.group[0], one.metric): one
            for one in compared
            if len(one.group) == 1 and one.kind == "difference"
        },
    )


def _decision_table(leads: Bench, decided: Reals) -> tuple[pa.Table, Stream]:
    """Only the attribute and the decision: what the score says is not what is validated."""
    name = f"attribute:{leads.attribute}"
    kept = [column for column in leads.table.column_names if column in {*KEPT, name}]
    table = leads.table.select(kept)
    selected = pa.array(decided > 0.5)
    table = (
        table.set_column(table.column_names.index("selected"), "selected", selected)
        if "selected" in kept
        else table.append_column("selected", selected)
    )
    attributes = tuple(one for one in leads.stream.attributes if one.name == leads.attribute)
    only = replace(
        leads.stream,
        attributes=attributes,
        controls=(),
        score=None,
        threshold=None,
        decision="selected",
        decision_kind="yes_no",
        memberships=(),
    )
    return table, only


def _row(name: str, metric: str, before: Audited, after: Audited) -> Row:
    old, new = before[1].get((name, metric)), after[1].get((name, metric))
    return Row(
        group=name,
        metric=metric,
        before=before[0][name, metric],
        after=after[0][name, metric],
        gap_before=old.value if old else None,
        verdict_before=old.verdict if old else None,
        gap_after=new.value if new else None,
        verdict_after=new.verdict if new else None,
    )
