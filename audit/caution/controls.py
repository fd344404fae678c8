"""A control that stands in for an attribute hides the gap that it is meant to explain."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from audit.finding import Caution, evidence
from audit.finding.words import listed, quoted
from audit.intervals import quantile
from audit.rows.clusters import FOLDS, clusters
from audit.rows.levels import feature, groups
from audit.rows.separating.joint import Together, together
from audit.rows.separating.separation import separation
from audit.schema import Stream

MATERIAL = 0.6
"""Held-out AUC from which a control tells an attribute apart well enough to matter."""


def controls_that_are_proxies(table: pa.Table, stream: Stream, seed: int) -> Iterator[Caution]:
    """Every control that gives an attribute away: AUC of 0.6 or more, sure after correction for many.

    And the controls taken together, where they surely give away more than the best of them alone.
    """
    fold = np.random.default_rng(seed).permutation(table.num_rows) % FOLDS
    controls = [name for name in stream.controls if f"feature:{name}" in table.column_names]
    accounts = clusters(table, seed)
    if accounts is not None and accounts.too_few:
        return
    pairs = len(controls) * len(stream.attributes)
    for control in controls:
        levels = feature(table, control)
        for attribute in stream.attributes:
            known = groups(table, attribute.name, stream.audit.minimum_group)
            told = separation(levels, known, fold, stream.audit.confidence, accounts)
            sure = told is not None and told.low > 0.5 and told.p * pairs < 1 - stream.audit.confidence
            if told is not None and sure and told.auc >= MATERIAL:
                yield _proxy(control, attribute.name, told.auc)
    yield from _taken_together(table, stream, controls, seed)


def _taken_together(table: pa.Table, stream: Stream, controls: list[str], seed: int) -> Iterator[Caution]:
    """Every attribute that the controls give away jointly, surely better than the best of them alone."""
    features, accounts = [feature(table, control) for control in controls], clusters(table, seed)
    fold = np.random.default_rng(seed).permutation(table.num_rows) % FOLDS
    for attribute in stream.attributes if len(controls) > 1 else ():
        known = groups(table, attribute.name, stream.audit.minimum_group)
        told = together(features, known, seed, accounts)
        each = [separation(one, known, fold, stream.audit.confidence, accounts) for one in features]
        best = max((one.auc for one in each if one is not None), default=0.5)
        if told is not None and told.held.auc >= MATERIAL and _surely_above(told, best, stream):
            yield _proxies(tuple(controls), attribute.name, told.held.auc, best)


def _surely_above(told: Together, best: float, stream: Stream) -> bool:
    half = quantile(stream.audit.confidence) * float(np.sqrt(told.held.variance))
    return told.held.auc - half > best and told.p * len(stream.attributes) < 1 - stream.audit.confidence


def _proxies(controls: tuple[str, ...], attribute: str, auc: float, best: float) -> Caution:
    return Caution(
        code="control_is_proxy",
        text=(
            f"Taken together, the controls {listed(tuple(quoted(one) for one in controls))} give"
            f" {quoted(attribute)} away (AUC {auc:.2f}; {best:.2f} for the best of them alone). A gap that"
            " they go with may be the same gap under another name."
        ),
        evidence=evidence(control=", ".join(controls), attribute=attribute, auc=auc, best_alone_auc=best),
    )


def _proxy(control: str, attribute: str, auc: float) -> Caution:
    return Caution(
        code="control_is_proxy",
        text=(
            f"The control {quoted(control)} gives {quoted(attribute)} away (AUC {auc:.2f}). A gap that it"
            " goes with may be the same gap under another name: be sure that it is a legitimate reason."
        ),
        evidence=evidence(control=control, attribute=attribute, auc=auc),
    )
