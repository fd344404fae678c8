"""Looks at drift as they are kept: sealed under the organisation's key, with which they go."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from audit.drift import DriftReport
from webapp.drift_watch.short import Short
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.services import Services
from webapp.store.drift_looks import DriftLooks, LookRow
from webapp.store.key_rows import KeyDestroyed
from webapp.store.rows import ConnectionRow

SEALED = "drift"
REPORT, SHORT = TypeAdapter(DriftReport), TypeAdapter(Short)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Opens and seals the looks of one connection."""

    box: SecretsBox = field(repr=False)

    def short(self, row: LookRow) -> Short | None:
        """A look in short; None where it has the form of another release. Raises Unreadable."""
        content = self.box.open(row.short, f"{row.id}/short")
        try:
            return SHORT.validate_json(content)
        except ValidationError:
            return None

    def whole(self, row: LookRow) -> DriftReport | None:
        """The report of a look; None where there is none of this release. Raises Unreadable."""
        content = None if row.whole is None else self.box.open(row.whole, f"{row.id}/whole")
        try:
            return None if content is None else REPORT.validate_json(content)
        except ValidationError:
            return None

    def seal(self, row_id: str, short: Short, report: DriftReport | None) -> tuple[bytes, bytes | None]:
        """As they are kept."""
        kept = None if report is None else self.box.seal(REPORT.dump_json(report), f"{row_id}/whole")
        return self.box.seal(SHORT.dump_json(short), f"{row_id}/short"), kept


def sealed_of(opened: Services, connection: ConnectionRow) -> Sealed | None:
    """What opens the looks of a connection; None where its key is gone."""
    try:
        key = opened.keyring(connection).key_for(SEALED)
    except KeyDestroyed:
        return None
    return Sealed(box=SecretsBox(master=key, purpose=SEALED))


def looks_at(opened: Services) -> DriftLooks:
    """The looks of all connections."""
    return DriftLooks(database=opened.database)


def newest_short(opened: Services, connection: ConnectionRow) -> Short | None:
    """The newest look in short; None where there is none that can be read."""
    row, sealed = looks_at(opened).newest(connection.id), sealed_of(opened, connection)
    if row is None or sealed is None:
        return None
    try:
        return sealed.short(row)
    except Unreadable:
        return None
