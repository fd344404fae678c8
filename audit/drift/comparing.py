"""From a source to a report: every column once, then the gaps, all columns together, and the score's days."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from audit.clustering.accounts import FEWEST as FEWEST_ACCOUNTS
from audit.drift.around import Around, explained, in_windows
from audit.drift.binning import Laid, laid
from audit.drift.columns import column_drift, few_accounts
from audit.drift.gaps import Sides, gap_drifts, sides_of
from audit.drift.judging import judged
from audit.drift.limits import SCAN
from audit.drift.model import (
    Alike,
    Asked,
    ColumnDrift,
    DriftReport,
    GapDrift,
    LeftOut,
    Multivariate,
    ScoreChange,
    Span,
    Windows,
)
from audit.drift.score_days import score_changes
from audit.drift.source import Coded, Source
from audit.drift.telling_apart import FEWEST, Seen, multivariate
from audit.schema import BadInput, Stream
from audit.score_scale import scale_of

SEEN = frozenset({"feature", "control", "group", "score"})
"""Roles that the classifier sees; outcomes and work come later than the lead and would tell its age."""


@dataclass(slots=True, kw_only=True)
class _Pass:
    """What is kept of the columns while they go by."""

    source: Source
    stream: Stream
    columns: list[ColumnDrift] = field(default_factory=list)
    sides: list[Sides] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    score: Laid | None = None
    around: Around = field(default_factory=Around)

    def take(self, column: Coded) -> None:
        one = laid(column, self.source)
        if one is None:
            why = "no lead of one of the windows has a known outcome yet"
            self.left_out.append(LeftOut(what=column.name, why=why))
            return
        special = {each.name for each in self.stream.attributes if each.special_category}
        marked = column.role == "group" and column.name in special
        told = column_drift(one, self.source, self.stream.audit.confidence, special=marked)
        whole = told.begun is None and told.ended is None
        self.columns.append(told)
        self.around.take(one, special=marked, whole=whole)
        if column.role == "score":
            self.score = one
        if column.role == "group":
            self._take_groups(column)
        if self.source.weight is None and column.role in SEEN:
            self._show(one, whole=whole)

    def _show(self, one: Laid, *, whole: bool) -> None:
        """To the classifier; a field that is new or gone would tell the windows apart by itself."""
        if whole:
            self.seen.append(_seen(one))
        else:
            why = "it is new, or gone, within these days: that alone would tell the windows apart"
            self.left_out.append(LeftOut(what=f"{one.column.name} in all columns together", why=why))

    def _take_groups(self, column: Coded) -> None:
        known = {one.name: one for one in self.stream.attributes}
        sides = sides_of(column, known[column.name], self.source) if column.name in known else None
        if sides is None:
            why = "fewer than two groups are known, so that there is no gap"
            self.left_out.append(LeftOut(what=f"gaps of {column.name}", why=why))
        else:
            self.sides.append(sides)


def compared(source: Source, stream: Stream, asked: Asked) -> DriftReport:
    """Everything that a source tells of drift.

    Raises
    ------
    BadInput
        Where there is no column to compare.
    """
    confidence = stream.audit.confidence if asked.confidence is None else asked.confidence
    stream = replace(stream, audit=replace(stream.audit, confidence=confidence))
    kept = _Pass(source=source, stream=stream)
    for column in source.columns():
        kept.take(column)
    if not kept.columns:
        message = "there is nothing to compare: the stream must name a score, decision, attribute or feature"
        raise BadInput(message)
    made = source.calendar
    together, few = _together(kept, asked), few_accounts(source)
    if few:
        why = f"a window has leads of fewer than {FEWEST_ACCOUNTS} accounts, whose leads are alike"
        kept.left_out.append(LeftOut(what="all verdicts", why=why))
    changes, alike = _changes(kept, asked)
    report = DriftReport(
        stream=stream.name,
        windows=_two(source) if made is None else made.windows,
        period=None if made is None else made.kind,
        periods=() if made is None else made.periods,
        columns=tuple(kept.columns),
        gaps=_gaps(kept),
        multivariate=together,
        changes=changes,
        alike=alike,
        left_out=(*kept.left_out, *_not_together(together, source, asked)),
        tested=0,
        confidence=confidence,
        tolerance=stream.audit.tolerance_difference,
        seed=asked.seed,
        by_account=source.account is not None,
    )
    return judged(report, enough=not few)


def _gaps(kept: _Pass) -> tuple[GapDrift, ...]:
    width = _width(kept)
    return tuple(one for sides in kept.sides for one in gap_drifts(sides, kept.source, kept.stream, width))


def _width(kept: _Pass) -> float:
    """The width of the score's range; from the scores that were seen where the stream names none."""
    if kept.score is None:
        return 1.0
    column, source = kept.score.column, kept.source
    counts = source.counted(np.zeros_like(source.day), 1, column.codes, column.axis.size)[0, :-1]
    found = np.flatnonzero(counts)
    if not found.size:
        return 1.0
    edges = column.axis.edges
    low, high = scale_of(edges[max(found[0] - 1, 0)], edges[max(found[-1] - 1, 0)], kept.stream)
    return (high - low) or 1.0


def _changes(kept: _Pass, asked: Asked) -> tuple[tuple[ScoreChange, ...], Alike | None]:
    """The days on which the score changed, and whether leads that are alike are scored as before."""
    if kept.score is None:
        return (), None
    audit, source = kept.stream.audit, kept.source
    found = score_changes(kept.score, source, SCAN * (1 - audit.confidence), asked.seed)
    strata, made = kept.around.strata(kept.score, source)
    why = "the score tells it almost alone, so that it is no sign of what a lead is"
    kept.left_out += [LeftOut(what=f"{name} among what makes leads alike", why=why) for name in made]
    told = explained(found, strata, source, kept.around.groups, audit.minimum_group)
    return told, in_windows(strata, source)


def _together(kept: _Pass, asked: Asked) -> Multivariate | None:
    if not kept.seen or not asked.multivariate:
        return None
    source = kept.source
    return multivariate(kept.seen, source.window, source.account, asked, kept.stream.audit.confidence)


def _not_together(found: Multivariate | None, source: Source, asked: Asked) -> tuple[LeftOut, ...]:
    if found is not None or not asked.multivariate:
        return ()
    few = f"a window has fewer than {FEWEST} leads, or there is no column for it"
    why = few if source.weight is None else "it needs the rows of leads, of which only counts are there"
    return (LeftOut(what="all columns together", why=why),)


def _seen(one: Laid) -> Seen:
    column = one.column
    if column.axis.edges:
        codes = np.where(column.codes == column.missing, -1, column.codes)
    else:
        codes = one.bins.place[column.codes]
    return Seen(
        name=column.name, role=column.role, ordered=bool(column.axis.edges), codes=codes.astype(np.int32)
    )


def _two(source: Source) -> Windows:
    leads = source.counted(source.window, 2, np.zeros_like(source.window), 1)[:, 0]
    spans = [Span(first=None, last=None, leads=round(one)) for one in leads.tolist()]
    return Windows(reference=spans[0], newest=spans[1], between=0, chosen="two windows")
