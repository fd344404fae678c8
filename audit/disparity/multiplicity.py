"""Correction of comparisons for being many, family by family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.disparity.contrast import Contrast
from audit.grouping import Grouping
from audit.inference import benjamini_hochberg, holm
from audit.registry import metric

CONFIRMATORY = 0.8
"""Share of the error probability that goes to the confirmatory family; the other gets the rest."""

Hypothesis = tuple[tuple[str, ...], str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """A contrast with the groups that it is about."""

    part: Grouping
    reference: int
    contrast: Contrast

    @property
    def others(self) -> BoolArray:
        """Every group but the reference."""
        return np.not_equal(np.arange(len(self.part.groups)), self.reference)

    @property
    def hypothesis(self) -> Hypothesis:
        """What is tested: a rate, its complement and their ratios test the same."""
        name = self.contrast.metric
        return self.part.attributes, metric(name).complement_of or name

    @property
    def confirmatory(self) -> BoolArray:
        """Groups whose comparison is in the confirmatory family; the others are exploratory."""
        decisive = len(self.part.attributes) == 1 and metric(self.contrast.metric).family == "confirmatory"
        return np.asarray(self.part.known & decisive, dtype=np.bool_)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adjusted:
    """Corrected p-values of one hypothesis by group, NaN outside the families.

    ``family`` is the number of tests that each counts as, for Bonferroni.
    """

    p: FloatArray
    family: IntArray


def adjusted(comparisons: tuple[Comparison, ...]) -> dict[Hypothesis, Adjusted]:
    """Correct each hypothesis once: Holm in the confirmatory family, Benjamini-Hochberg in the other.

    The error probability is split between the two (weighted Bonferroni), so that where no group
    differs at all, a false fail anywhere in the audit stays below it.
    """
    tests = {c.hypothesis: c for c in comparisons if _first(c)}
    if not tests:
        return {}
    p = np.concatenate([c.contrast.p for c in tests.values()])
    member = np.concatenate([c.contrast.enough & c.others for c in tests.values()])
    decisive = np.concatenate([c.confirmatory for c in tests.values()])
    corrected, size = np.full(len(p), np.nan), np.zeros(len(p), dtype=np.int64)
    families = ((decisive, holm, CONFIRMATORY), (~decisive, benjamini_hochberg, 1 - CONFIRMATORY))
    alone = any(not (family & member).any() for family, _, _ in families)
    for family, method, part in families:
        share = 1.0 if alone else part
        corrected[family & member] = np.minimum(method(p[family & member]) / share, 1.0)
        size[family] = np.ceil(np.count_nonzero(family & member) / share)
    ends = np.cumsum([len(c.contrast.p) for c in tests.values()])[:-1]
    pieces = zip(np.split(corrected, ends), np.split(size, ends), strict=True)
    return {key: Adjusted(p=q, family=m) for key, (q, m) in zip(tests, pieces, strict=True)}


def _first(comparison: Comparison) -> bool:
    contrast = comparison.contrast
    what = metric(contrast.metric)
    return (contrast.kind == "difference" or what.ratio_only) and what.complement_of is None
