"""What is expected of open leads and how earlier expectations did, to be read by who may see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from webapp.expecting import NOW, Now, box_of, expectations_of
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.services import Services
from webapp.special_names import marked
from webapp.store.expectations import ExpectationRow, NowRow
from webapp.store.rows import ConnectionRow

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said of one metric of a group's leads of a cohort, and what became true.

    ``attribute`` and ``group`` are empty for all leads; values are shares (an AUC is as it is). ``ripe_at``
    is None while outcomes are open; ``became`` is also None where the metric did not come to exist. ``n``
    counts the leads of which it was said, ``became_n`` those whose outcome is known.
    """

    cohort: str
    attribute: str
    group: str
    metric: str
    special: bool
    audit_id: str
    said_at: datetime
    value: float
    low: float
    high: float
    n: int
    taught: int
    confidence: float
    ripe_at: datetime | None
    became: float | None
    became_n: int

    @property
    def held(self) -> bool | None:
        """Whether the truth lies in the interval that was said; None where there is none."""
        if self.became is None:
            return None
        return self.low - _ROUNDING <= self.became <= self.high + _ROUNDING

    @property
    def error(self) -> float | None:
        """What was said less what became true."""
        return None if self.became is None else self.value - self.became


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What somebody may see of a connection. ``now`` is None before the first pull that estimated."""

    now: Now | None
    newest: NowRow | None
    told: tuple[Told, ...]
    hidden: frozenset[str]

    def may_see(self, attribute: str) -> bool:
        """Whether what is expected now of an attribute may be shown."""
        return attribute not in self.hidden


def seen_of(opened: Services, connection: ConnectionRow, *, special: bool) -> Seen:
    """Everything that can be read; without ``special`` nothing of special categories."""
    store, box = expectations_of(opened), box_of(opened, connection)
    newest = store.now(connection.id)
    names = frozenset() if newest is None else marked(opened, connection.id, {newest.stream_version})
    if box is None:
        return Seen(now=None, newest=None, told=(), hidden=names)
    now = None if newest is None else _now(box, newest)
    own = frozenset(now.found.special) if now and now.found else frozenset()
    hidden = frozenset() if special else names | own
    rows = (one for one in store.of(connection.id) if special or not (one.special or one.attribute in hidden))
    return Seen(now=now, newest=newest if now else None, told=tuple(_read(box, rows)), hidden=hidden)


def _now(box: SecretsBox, row: NowRow) -> Now | None:
    try:
        return NOW.validate_json(box.open(row.found, f"{row.connection_id}/now"))
    except (Unreadable, ValueError):
        # A form of an older release is as good as none: the next pull says it anew.
        return None


def _read(box: SecretsBox, rows: Iterator[ExpectationRow]) -> Iterator[Told]:
    for row in rows:
        try:
            said = json.loads(box.open(row.said, f"{row.id}/said"))
            truth = json.loads(box.open(row.became, f"{row.id}/became")) if row.became else {}
        except Unreadable:
            continue
        same = ("cohort", "attribute", "metric", "special", "audit_id", "said_at", "ripe_at")
        yield Told(
            **{name: getattr(row, name) for name in same},
            **said,
            group=row.name,
            became=truth.get("value"),
            became_n=truth.get("n", 0),
        )
