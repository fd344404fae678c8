"""What is expected of leads whose outcome is open: after a pull's audit said once a cohort, and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
from pydantic import TypeAdapter

from audit.cube import Cube
from audit.expected import Expected, Forecast, Period, became, dated, expected_of, ripe_among, span_of
from audit.schema import BadInput, Stream
from webapp.auditing import Rules
from webapp.held_leads import admitted, up_to
from webapp.keeping_up import kept_up
from webapp.secrets_box import SecretsBox
from webapp.services import Services
from webapp.store.expectations import ExpectationRow, Expectations, NowRow
from webapp.store.key_rows import KeyDestroyed
from webapp.store.rows import AuditRow, ConnectionRow

SEALED = "expectations"
MONTHS_FROM = 45
"""From so many days to ripen on, a month is over two weeks before its first lead is ripe."""
NO_LEADS = "There are no leads yet."
NOTHING: dict[str, int | None] = {"value": None, "n": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What the newest pull expects; ``lacking`` says in English why it could not be made, else it is empty.

    ``found`` has nothing of `Expected.reconciled`, which was computed afterwards and not said before.
    ``tolerance`` is that of the gaps, as a share.
    """

    lacking: str
    found: Expected | None
    tolerance: float = 0.0


NOW = TypeAdapter(Now)


def expectations_of(opened: Services) -> Expectations:
    """Where they are kept."""
    return Expectations(database=opened.database)


def box_of(opened: Services, connection: ConnectionRow) -> SecretsBox | None:
    """What opens and seals them; None where the organisation's key is gone."""
    try:
        return SecretsBox(master=opened.keyring(connection).key_for(SEALED), purpose=SEALED)
    except KeyDestroyed:
        return None


def period_of(stream: Stream) -> Period:
    """Cohorts that are over before their first lead is ripe: months, and weeks where outcomes come soon."""
    days = stream.maturity_days
    return "month" if days is None or days >= MONTHS_FROM else "week"


def after_audit(
    opened: Services, connection: ConnectionRow, held: tuple[pa.Table, Rules], of: AuditRow
) -> None:
    """Say what is expected of each cohort that is over, and lay the truth beside those that ripened.

    A trouble of its own goes no further.
    """
    table, rules = held
    with kept_up(opened, connection, "expected"):
        foresee(opened, connection, (admitted(table, rules.stream), rules.stream), of)


def foresee(opened: Services, connection: ConnectionRow, held: tuple[pa.Table, Stream], of: AuditRow) -> None:
    """The same of admitted leads; a sentence is kept where they do not suffice."""
    stream = held[1]
    table = up_to(held[0], stream, opened.clock().date())
    tolerance = stream.audit.tolerance_difference
    try:
        cube, found = _estimated(table, stream)
    except BadInput as problem:
        keep(opened, connection, Now(lacking=str(problem), found=None), of)
        return
    keep(opened, connection, Now(lacking="", found=found, tolerance=tolerance), of)
    ripen(opened, connection, (cube, stream), found)


def _estimated(table: pa.Table, stream: Stream) -> tuple[Cube, Expected]:
    if not table.num_rows:
        raise BadInput(NO_LEADS)
    cube = dated(table, stream)
    return cube, expected_of(cube, stream, period=period_of(stream))


def keep(opened: Services, connection: ConnectionRow, now: Now, of: AuditRow) -> None:
    """Keep what is expected now, and for good what is said of a cohort for the first time."""
    box, store = box_of(opened, connection), expectations_of(opened)
    if box is None:
        return
    kept = now if now.found is None else replace(now, found=replace(now.found, reconciled=()))
    newest = NowRow(
        connection_id=connection.id,
        audit_id=of.id,
        stream_version=of.stream_version,
        made_at=opened.clock(),
        found=box.seal(NOW.dump_json(kept), f"{connection.id}/now"),
    )
    known = store.known(connection.id)
    store.say(newest, _rows(newest, now.found, box, known) if now.found else ())


def ripen(opened: Services, connection: ConnectionRow, held: tuple[Cube, Stream], found: Expected) -> None:
    """Lay the truth beside what was said of cohorts that are ripe; what does not exist is kept as that."""
    box, store = box_of(opened, connection), expectations_of(opened)
    if box is None or found.maturity_days is None:
        return
    waiting = store.waiting(connection.id)
    ripe = ripe_among((one.cohort for one in waiting), found.as_of, found.maturity_days)
    truths = {
        _id(connection.id, (one.cohort, one.attribute, one.group, one.metric)): {
            "value": one.value,
            "n": one.n,
        }
        for one in became(*held, ripe, found.as_of)
    }
    store.ripen(
        {
            one.id: box.seal(json.dumps(truths.get(one.id, NOTHING)).encode(), f"{one.id}/became")
            for one in waiting
            if one.cohort in ripe
        },
        opened.clock(),
    )


def _rows(now: NowRow, found: Expected, box: SecretsBox, known: frozenset[str]) -> Iterator[ExpectationRow]:
    for one in _complete(found):
        name = _id(now.connection_id, (one.cohort, one.attribute, one.group, one.metric))
        if name not in known:
            yield ExpectationRow(
                id=name,
                connection_id=now.connection_id,
                audit_id=now.audit_id,
                cohort=one.cohort,
                attribute=one.attribute,
                name=one.group,
                metric=one.metric,
                special=one.attribute in found.special,
                said_at=now.made_at,
                said=box.seal(_said(one, found.confidence), f"{name}/said"),
            )


def _complete(found: Expected) -> Iterator[Forecast]:
    """Forecasts of cohorts that are over and of which no lead has ripened: no other can be checked."""
    for one in found.forecasts:
        if one.cohort and one.estimate.value is not None and found.maturity_days:
            first, last = span_of(one.cohort)
            if found.as_of > last and (found.as_of - first).days < found.maturity_days:
                yield one


def _said(one: Forecast, confidence: float) -> bytes:
    parts = {name: getattr(one.estimate, name) for name in ("value", "low", "high", "n")}
    return json.dumps({**parts, "taught": one.taught, "confidence": confidence}).encode()


def _id(connection_id: str, named: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps([connection_id, *named]).encode()).hexdigest()[:16]
