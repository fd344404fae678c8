"""What is expected of leads whose outcome is open: said once a cohort, after a pull's audit."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from datetime import date

import pyarrow as pa

from audit.expected import Expected, Forecast, dated, expected_of
from audit.intake import admit
from webapp.auditing import Rules
from webapp.secrets_box import SecretsBox
from webapp.services import Services
from webapp.store.expectations import ExpectationRow, Expectations
from webapp.store.key_rows import KeyDestroyed
from webapp.store.rows import AuditRow, ConnectionRow

LOG = logging.getLogger(__name__)
SEALED = "expectations"


def expectations_of(opened: Services) -> Expectations:
    """Where they are kept."""
    return Expectations(database=opened.database)


def box_of(opened: Services, connection: ConnectionRow) -> SecretsBox | None:
    """What opens and seals them; None where the organisation's key is gone."""
    try:
        return SecretsBox(master=opened.keyring(connection).key_for(SEALED), purpose=SEALED)
    except KeyDestroyed:
        return None


def after_audit(
    opened: Services, connection: ConnectionRow, held: tuple[pa.Table, Rules], of: AuditRow
) -> None:
    """Say what is expected of each cohort that is complete, and lay the truth beside those that ripened."""
    table, rules = held
    try:
        cube = dated(admit(table, rules.stream).table, rules.stream)
        keep(opened, connection, expected_of(cube, rules.stream), of)
    except Exception:
        # The audit is in place, and stays so whatever happens here; the next pull catches up.
        LOG.exception("what is expected of open leads could not be brought up to date")


def keep(opened: Services, connection: ConnectionRow, found: Expected, of: AuditRow) -> None:
    """Keep what is said now and was not before, and the truths of what was said and has ripened."""
    box, store, now = box_of(opened, connection), expectations_of(opened), opened.clock()
    if box is None:
        return
    rows = []
    for one in _complete(found):
        name = _id(connection.id, (one.cohort, one.attribute, one.group, one.metric))
        row = ExpectationRow(
            id=name,
            connection_id=connection.id,
            audit_id=of.id,
            cohort=one.cohort,
            attribute=one.attribute,
            name=one.group,
            metric=one.metric,
            special=one.attribute in found.special,
            said_at=now,
            said=box.seal(_said(one, found.confidence), name),
        )
        rows.append(row)
    store.say(connection.id, rows)
    truths = {
        _id(connection.id, (one.cohort, one.attribute, one.group, one.metric)): one.truth
        for one in found.reconciled
        if not one.reference
    }
    store.ripen({name: box.seal(json.dumps(truth).encode(), name) for name, truth in truths.items()}, now)


def _complete(found: Expected) -> Iterator[Forecast]:
    """Forecasts of cohorts that are over and of which no lead has ripened: no other can be checked."""
    for one in found.forecasts:
        if one.cohort and one.estimate.value is not None and found.maturity_days:
            begins = date.fromisoformat(f"{one.cohort}-01")
            over = (found.as_of.year, found.as_of.month) > (begins.year, begins.month)
            if over and (found.as_of - begins).days < found.maturity_days:
                yield one


def _said(one: Forecast, confidence: float) -> bytes:
    parts = {name: getattr(one.estimate, name) for name in ("value", "low", "high", "n")}
    return json.dumps({**parts, "taught": one.taught, "confidence": confidence}).encode()


def _id(connection_id: str, named: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps([connection_id, *named]).encode()).hexdigest()[:16]
