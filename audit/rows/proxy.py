"""How well each feature gives an attribute away, and how much of the gap flows through it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from audit.inference import benjamini_hochberg
from audit.rows.clusters import FOLDS, clusters
from audit.rows.gap_shares.share import Certainty, Gap, Share, share, widest_gap
from audit.rows.levels import Levels, Reals, feature, groups, score_or_decision
from audit.rows.separating.separation import Separation, separation, surely_tells
from audit.schema import Attribute, Stream

PREFIX = "feature:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """One feature as a stand-in for one attribute.

    ``auc`` is held-out (0.5: tells nothing, 1: gives the attribute away). ``share`` is the share
    of the mean score gap that goes through the feature; None where there is no gap to share.
    ``rank`` counts from 1 over the whole audit: the `informative` ones first, of these the largest
    share, then the largest ``auc``.
    """

    feature: str
    attribute: str
    auc: float
    low: float
    high: float
    p_adjusted: float
    share: float | None
    share_low: float | None
    share_high: float | None
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPair:
    """Between which two groups of an attribute the shares of its proxies are measured."""

    attribute: str
    group: str
    reference: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """An attribute as codes, with the gap to share out."""

    name: str
    levels: Levels
    gap: Gap | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    feature: str
    attribute: str
    separation: Separation
    share: Share | None


def proxies(table: pa.Table, stream: Stream, seed: int) -> tuple[Proxy, ...]:
    """Every feature against every attribute, the strongest stand-in first.

    Parameters
    ----------
    table
        The admitted table (see `audit.intake.Intake`).
    stream
        Its roles. Groups under ``minimum_group`` and unknown values take no part.
        With fewer than 20 accounts, where the stream names them, nothing is said.
    seed
        Of the folds and the bootstrap.

    Returns
    -------
    tuple of Proxy
        ``p_adjusted`` is corrected over all pairs by Benjamini and Hochberg (1995), JRSS B 57:289.
    """
    fold = np.random.default_rng(seed).permutation(table.num_rows) % FOLDS
    score, accounts = score_or_decision(table), clusters(table, seed)
    if accounts is not None and accounts.too_few:
        return ()
    watched = _watched(table, stream, score)
    certainty = Certainty(seed=seed, confidence=stream.audit.confidence, accounts=accounts)
    names = [column[len(PREFIX) :] for column in table.column_names if column.startswith(PREFIX)]
    found: list[_Candidate] = []
    for name in names:
        levels = feature(table, name)
        for group in watched:
            told = separation(levels, group.levels, fold, certainty.confidence, accounts)
            if told is not None:
                part = _share(levels, group, score, certainty)
                found.append(_Candidate(feature=name, attribute=group.name, separation=told, share=part))
    return _ranked(found, stream.audit.confidence)


def informative(one: Proxy, confidence: float) -> bool:
    """Whether the feature surely tells something about the attribute."""
    return surely_tells(one.low, one.p_adjusted, confidence)


def gap_pairs(table: pa.Table, stream: Stream) -> tuple[GapPair, ...]:
    """The two groups of each attribute between which `proxies` measures the shares."""
    watched = _watched(table, stream, score_or_decision(table))
    return tuple(
        GapPair(
            attribute=one.name,
            group=one.levels.names[one.gap.group],
            reference=one.levels.names[one.gap.reference],
            value=one.gap.value,
        )
        for one in watched
        if one.gap is not None
    )


def _watched(table: pa.Table, stream: Stream, score: Reals) -> list[_Watched]:
    """Every attribute with its gap, if it surely has one: corrected over the groups of all attributes."""
    levels = [groups(table, attribute.name, stream.audit.minimum_group) for attribute in stream.attributes]
    accounts = clusters(table, 0)
    code = accounts.code if accounts else None
    compared = sum(max(one.size - 1, 0) for one in levels)
    return [
        _Watched(
            name=attribute.name,
            levels=one,
            gap=widest_gap(
                one, _reference(one, attribute), score, 1 - (1 - stream.audit.confidence) / compared, code
            )
            if one.size > 1
            else None,
        )
        for attribute, one in zip(stream.attributes, levels, strict=True)
    ]


def _reference(levels: Levels, attribute: Attribute) -> int:
    if attribute.reference in levels.names:
        return levels.names.index(attribute.reference)
    return int(np.argmax(np.bincount(levels.codes[levels.codes >= 0], minlength=levels.size)))


def _share(levels: Levels, group: _Watched, score: Reals, certainty: Certainty) -> Share | None:
    return share(levels, group.levels, score, group.gap, certainty) if group.gap else None


def _ranked(found: list[_Candidate], confidence: float) -> tuple[Proxy, ...]:
    corrected = benjamini_hochberg(np.asarray([one.separation.p for one in found], dtype=np.float64))
    made = [_proxy(one, p) for one, p in zip(found, corrected.tolist(), strict=True)]
    ordered = sorted(made, key=lambda one: (not informative(one, confidence), *_strength(one)))
    return tuple(replace(one, rank=rank) for rank, one in enumerate(ordered, start=1))


def _strength(one: Proxy) -> tuple[bool, float, float, str, str]:
    return one.share is None, -(one.share or 0.0), -one.auc, one.attribute, one.feature


def _proxy(one: _Candidate, p: float) -> Proxy:
    return Proxy(
        feature=one.feature,
        attribute=one.attribute,
        auc=one.separation.auc,
        low=one.separation.low,
        high=one.separation.high,
        p_adjusted=p,
        share=one.share.value if one.share else None,
        share_low=one.share.low if one.share else None,
        share_high=one.share.high if one.share else None,
        rank=0,
    )
