"""The risk of a draft policy, measured on the leads that are held where they tell it, else on a sample."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import pyarrow as pa

from audit.schema import BadInput, parse_stream
from connectors.errors import ConnectorError
from connectors.policy.exposure import Exposure, exposure
from connectors.policy.level import Level, level_of
from connectors.policy.model import Policy
from connectors.policy.outsider import outsider_columns
from connectors.policy.parse import parse_policy
from connectors.policy.rederive import rederived
from connectors.policy.risk import readable_columns
from connectors.policy.write import policy_digest
from connectors.some_leads import some_leads
from webapp.crms import NAMES, source_for
from webapp.language import decimal, gettext, marked
from webapp.services import Services
from webapp.store.rows import ConnectionRow, PolicyVersion

MEASURED, SAMPLED = 10_000, 1_000
"""Leads at most: of those that are held, and of those that are read for it. More take too long for a page."""

NOT_HELD = marked(
    "The leads that were pulled do not tell the risk of this draft: it reads other fields or leads, or more "
    "of a field, or nothing was pulled yet. Measure it on a sample of leads from the CRM."
)
_FEWER = marked(
    "Among fewer leads more look like no other, so the risk of all of them is less than this says."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured; ``ground`` says on what in a sentence, ``known`` is what an outsider could know."""

    exposure: Exposure
    level: Level
    ground: str
    known: tuple[str, ...]
    sensitive: tuple[str, ...]


def measured(
    opened: Services,
    connection: ConnectionRow,
    policy: Policy,
    sensitive: tuple[str, ...] | None = None,
    *,
    ask: bool = True,
) -> Measured:
    """Measure a draft. ``sensitive`` are the columns nobody should learn; None for those of the stream.

    Without ``ask`` the CRM is not asked for a sample.

    Raises
    ------
    BadInput, ConnectorError
        The held leads are not enough, and the CRM could not be asked.
    """
    readable = readable_columns(policy)
    hidden = special_columns(opened, connection) if sensitive is None else sensitive
    hidden = tuple(name for name in hidden if name in readable)
    known = tuple(name for name in outsider_columns(policy) if name not in hidden)
    table, ground = _held(opened, connection, policy) or _sample(opened, connection, policy, ask=ask)
    found = exposure(table, policy, known, hidden)
    return Measured(exposure=found, level=level_of(found), ground=ground, known=known, sensitive=hidden)


def level_at_saving(opened: Services, connection: ConnectionRow, policy: Policy) -> str:
    """The level that counts when a policy is saved; "" where nothing could be measured."""
    try:
        return level_colour(measured(opened, connection, policy).level)
    except (BadInput, ConnectorError):
        return ""


def level_colour(level: Level) -> str:
    """The level as it is kept: "" where there was no lead to measure it on."""
    return "" if level.colour == "unmeasured" else level.colour


def special_columns(opened: Services, connection: ConnectionRow) -> tuple[str, ...]:
    """The columns of the stream in force that belong to a special category."""
    stream = opened.repository.stream(connection.id)
    if stream is None:
        return ()
    with suppress(BadInput):
        attributes = parse_stream(stream.text, "The stream").attributes
        return tuple(one.column for one in attributes if one.special_category)
    return ()  # the audit itself tells what is wrong with the stream


def held_policy(opened: Services, connection: ConnectionRow) -> Policy | None:
    """The policy that the held leads were pulled under; None where none is held, or it is not known."""
    found = held_version(opened, connection)
    return found[1] if found else None


def held_version(opened: Services, connection: ConnectionRow) -> tuple[PolicyVersion, Policy] | None:
    """As `held_policy`, with the newest version that says it."""
    digest = None
    with suppress(BadInput):  # the key of the organisation was destroyed, and with it what was held
        note = opened.lake.held(connection.crm, connection.organisation)
        digest = note.cursor.get("policy") if note else None
    for version in opened.repository.policies(connection.id) if digest else ():
        with suppress(BadInput):
            policy = parse_policy(version.text, "The policy")
            if policy_digest(policy) == digest:
                return version, policy
    return None


def held_leads(opened: Services, connection: ConnectionRow) -> int:
    """How many leads are held, as the newest sync counted them."""
    latest = opened.syncs.latest(connection.id)
    return latest.synced.whole.kept if latest else 0


def _held(opened: Services, connection: ConnectionRow, policy: Policy) -> tuple[pa.Table, str] | None:
    """What the held leads would be under a policy; None where they do not tell."""
    held = held_policy(opened, connection)
    if held is None:
        return None
    whole = held_leads(opened, connection)
    leads = some_leads(opened.lake, (connection.crm, connection.organisation), MEASURED / max(whole, 1))
    found = None if leads is None else rederived(leads, held, policy, opened.keyring(connection))
    if found is None or not found.num_rows:
        return None
    return found, _held_words(found.num_rows, whole)


def _sample(
    opened: Services, connection: ConnectionRow, policy: Policy, *, ask: bool
) -> tuple[pa.Table, str]:
    if not ask:
        raise BadInput(NOT_HELD)
    table = source_for(opened, connection).look(policy, SAMPLED).batch.table
    return table, _sample_words(table.num_rows, NAMES[connection.crm])


def _held_words(leads: int, whole: int) -> str:
    if leads >= whole:
        return gettext("Measured on all %(leads)s leads that were pulled.", leads=decimal(leads))
    drawn = gettext(
        "Measured on %(leads)s of the %(whole)s leads that were pulled, drawn at random.",
        leads=decimal(leads),
        whole=decimal(whole),
    )
    return f"{drawn} {gettext(_FEWER)}"


def _sample_words(leads: int, crm: str) -> str:
    first = gettext(
        "Measured on a sample of n = %(leads)s: the first leads that %(crm)s gave, held in memory only.",
        leads=decimal(leads),
        crm=crm,
    )
    return f"{first} {gettext(_FEWER)}"
