"""Outcome audits of a connection: the scorecards of each quarter as they were said when it had ripened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from audit.disparity import Verdict
from audit.watch.quarters import Quarter, Scored
from webapp.gap_watch.scorecards import Card
from webapp.gap_watch.seen import hidden_names
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.services import Services
from webapp.store.key_rows import KeyDestroyed
from webapp.store.outcome_audits import OutcomeAudits, OutcomeRow
from webapp.store.rows import ConnectionRow

SEALED = "outcome-audits"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCard:
    """The scorecard of one attribute; ``special`` says that it was a special category then."""

    attribute: str
    special: bool
    card: Card


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldQuarter:
    """What is sealed: a quarter, the tolerance of the stream then, and a scorecard for each attribute."""

    quarter: Quarter
    tolerance: float
    cards: tuple[ToldCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmarked:
    """One benchmark of a quarter. It fails where one group surely does, and passes where all groups do.

    ``kind`` is "gap" or "least", ``value`` a share from 0 to 1; ``special`` as of its attribute.
    """

    attribute: str
    metric: str
    kind: str
    value: float
    verdict: Verdict
    special: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeAudit:
    """One outcome audit, opened, without the attributes that may not be seen; ``withheld`` counts them."""

    cohort: str
    told_at: datetime
    quarter: Quarter
    tolerance: float
    cards: tuple[ToldCard, ...]
    benchmarks: tuple[Benchmarked, ...]
    withheld: int

    @property
    def failed(self) -> tuple[Benchmarked, ...]:
        """The benchmarks that were not met."""
        return tuple(one for one in self.benchmarks if one.verdict == "fail")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedQuarters:
    """Opens and seals the outcome audits of one connection."""

    box: SecretsBox = field(repr=False)

    def seal(self, told: ToldQuarter, row_id: str) -> bytes:
        """As it is kept."""
        return self.box.seal(TOLD.dump_json(told), row_id)

    def open(self, row: OutcomeRow) -> ToldQuarter | None:
        """What was told; None where it cannot be read."""
        try:
            return TOLD.validate_json(self.box.open(row.content, row.id))
        except (Unreadable, ValidationError):
            return None


TOLD = TypeAdapter(ToldQuarter)


def outcome_store(opened: Services) -> OutcomeAudits:
    """The outcome audits of all connections, sealed."""
    return OutcomeAudits(database=opened.database)


def sealing(opened: Services, connection: ConnectionRow) -> SealedQuarters | None:
    """What opens the outcome audits of a connection; None where its key is gone."""
    try:
        key = opened.keyring(connection).key_for(SEALED)
    except KeyDestroyed:
        return None
    return SealedQuarters(box=SecretsBox(master=key, purpose=SEALED))


def cohort_of(quarter: Quarter) -> str:
    """The name of a quarter, such as "2026-Q2"; names sort as their quarters do."""
    return f"{quarter.year:04}-Q{quarter.number}"


def outcome_audits(opened: Services, connection: ConnectionRow, *, special: bool) -> tuple[OutcomeAudit, ...]:
    """Those of a connection that somebody may see something of, the newest quarter first."""
    sealed, rows = sealing(opened, connection), outcome_store(opened).all(connection.id)
    if sealed is None or not rows:
        return ()
    hidden = hidden_names(opened, connection.id)
    found = (_opened(row, told, hidden, special=special) for row in rows if (told := sealed.open(row)))
    return tuple(one for one in found if one.cards)


def _opened(row: OutcomeRow, told: ToldQuarter, hidden: frozenset[str], *, special: bool) -> OutcomeAudit:
    now = [
        ToldCard(attribute=one.attribute, special=one.special or one.attribute in hidden, card=one.card)
        for one in told.cards
    ]
    cards = tuple(one for one in now if special or not one.special)
    return OutcomeAudit(
        cohort=row.cohort,
        told_at=row.told_at,
        quarter=told.quarter,
        tolerance=told.tolerance,
        cards=cards,
        benchmarks=tuple(each for one in cards for each in _benchmarks(one)),
        withheld=len(now) - len(cards),
    )


def _benchmarks(told: ToldCard) -> Iterator[Benchmarked]:
    for metric, groups in told.card.metrics.items():
        standard = told.card.standards[metric]
        for kind, value in (("gap", standard.gap), ("least", standard.least)):
            if value is not None:
                yield Benchmarked(
                    attribute=told.attribute,
                    metric=metric,
                    kind=kind,
                    value=value,
                    verdict=_worst(groups, kind),
                    special=told.special,
                )


def _worst(groups: tuple[Scored, ...], kind: str) -> Verdict:
    verdicts = {one.by_gap if kind == "gap" else one.by_least for one in groups} - {None}
    if "fail" in verdicts:
        return "fail"
    return "pass" if verdicts == {"pass"} else "insufficient"
