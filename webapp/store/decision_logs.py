"""What the installation remembers of each decision log, beside the log itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.store.database import Database
from webapp.store.decision_tables import DecisionLogState
from webapp.store.repository import Clock, utc_now

# Article 26(6) of Regulation (EU) 2024/1689 asks deployers of high-risk systems for six months at least.
LEAST_DAYS, USUAL_DAYS = 184, 730


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """What was last known of one log; ``fault`` is where the last verification found it broken, or empty.

    ``readable = entries - erased - dropped``.
    """

    connection_id: str
    keep_days: int = USUAL_DAYS
    public_key: str = ""
    records: int = 0
    digest: str = ""
    entries: int = 0
    erased: int = 0
    dropped: int = 0
    written_at: datetime | None = None
    verified_at: datetime | None = None
    fault: str = ""

    @property
    def readable(self) -> int:
        """How many entries can be read."""
        return self.entries - self.erased - self.dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLogs:
    """The logs of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def get(self, connection_id: str) -> LogRow:
        """What is known of the log of a connection; of one that was never written, what is usual."""
        with self.database.reading() as session:
            row = session.get(DecisionLogState, connection_id)
            return LogRow(connection_id=connection_id) if row is None else _row(row)

    def set_keep(self, connection_id: str, days: int) -> None:
        """Keep entries for so many days. Raises ValueError for fewer than `LEAST_DAYS`."""
        if days < LEAST_DAYS:
            msg = f"the decision log is kept for {LEAST_DAYS} days at least"
            raise ValueError(msg)
        self._change(connection_id, keep_days=days)

    def written(self, row: LogRow) -> None:
        """Remember the end of a chain and its account."""
        names = ("public_key", "records", "digest", "entries", "erased", "dropped")
        self._change(
            row.connection_id, **{name: getattr(row, name) for name in names}, written_at=self.clock()
        )

    def verified(self, connection_id: str, fault: str) -> None:
        """Remember what a verification found: "" where the log is sound."""
        self._change(connection_id, verified_at=self.clock(), fault=fault)

    def _change(self, connection_id: str, **values: Any) -> None:  # noqa: ANN401 - columns of several types
        with self.database.writing() as session:
            row = session.get(DecisionLogState, connection_id)
            if row is None:
                row = DecisionLogState(connection_id=connection_id, keep_days=USUAL_DAYS)
                session.add(row)
                row.public_key, row.digest, row.fault = "", "", ""
                row.records, row.entries, row.erased, row.dropped = 0, 0, 0, 0
            for name, value in values.items():
                setattr(row, name, value)


def _row(row: DecisionLogState) -> LogRow:
    return LogRow(**{name: getattr(row, name) for name in LogRow.__dataclass_fields__})
