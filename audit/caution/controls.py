"""A control that stands in for an attribute hides the gap that it is meant to explain."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from audit.finding import Caution, evidence
from audit.finding.words import quoted
from audit.rows.levels import feature, groups
from audit.rows.separation import FOLDS, separation
from audit.schema import Stream

MATERIAL = 0.6
"""Held-out AUC from which a control tells an attribute apart well enough to matter."""


def controls_that_are_proxies(table: pa.Table, stream: Stream, seed: int) -> Iterator[Caution]:
    """Every control that gives an attribute away: AUC of 0.6 or more, sure after correction for many."""
    fold = np.random.default_rng(seed).permutation(table.num_rows) % FOLDS
    controls = [name for name in stream.controls if f"feature:{name}" in table.column_names]
    pairs = len(controls) * len(stream.attributes)
    for control in controls:
        levels = feature(table, control)
        for attribute in stream.attributes:
            known = groups(table, attribute.name, stream.audit.minimum_group)
            told = separation(levels, known, fold, stream.audit.confidence)
            sure = told is not None and told.low > 0.5 and told.p * pairs < 1 - stream.audit.confidence
            if told is not None and sure and told.auc >= MATERIAL:
                yield _proxy(control, attribute.name, told.auc)


def _proxy(control: str, attribute: str, auc: float) -> Caution:
    return Caution(
        code="control_is_proxy",
        text=(
            f"The control {quoted(control)} gives {quoted(attribute)} away (AUC {auc:.2f}). A gap that it"
            " goes with may be the same gap under another name: be sure that it is a legitimate reason."
        ),
        evidence=evidence(control=control, attribute=attribute, auc=auc),
    )
