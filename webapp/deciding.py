"""What waits for somebody: proposals, new fields, failed jobs, consent, old pulls, findings, answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from audit.schema import BadInput
from connectors.policy.parse import parse_policy
from webapp.language import day, english, gettext, marked, ngettext
from webapp.services import Services
from webapp.store.evidence import KeptAudit
from webapp.store.remarks import Wanted
from webapp.store.rows import ConnectionRow, ConnectionState, PolicyVersion
from webapp.suggestions import new_fields
from webapp.viewmodels.dashboard import status_of
from webapp.viewmodels.policy_new import came_since

STALE = timedelta(days=7)
"""A pull older than this is asked about: scores move, and a verdict on old ones misleads."""
PRESSING = ("failed", "waiting", "info")
"""Kinds of decisions, the most pressing first."""
Where = Literal["connections", "policy", "proposal", "audit", "finding", "answers", "notes"]
PROPOSED = {
    "policy": marked("A policy was proposed by %(who)s and waits for another admin."),
    "stream": marked("Other groups, or another score, was proposed by %(who)s and waits for another admin."),
    "one_admin": marked("That one admin is enough was proposed by %(who)s and waits for another admin."),
}
JOBS = {
    "pull": marked("The last pull failed, on %(day)s."),
    "write_back": marked("The last write-back failed, on %(day)s."),
    "check": marked("The last check of the access failed, on %(day)s."),
}
OTHER_JOB = marked("The last %(job)s failed, on %(day)s.")
WELL: frozenset[ConnectionState] = frozenset({"connected", "disconnected", "busy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One thing that waits: how pressing, a sentence, and where it is decided.

    ``where`` names a page and ``key`` what it is of; ``doing`` are the words of the link.
    """

    kind: Literal["failed", "waiting", "info"]
    connection_id: str
    text: str
    where: Where
    key: str
    doing: str


def decisions(
    opened: Services, connection: ConnectionRow, audits: Sequence[KeptAudit]
) -> tuple[Decision, ...]:
    """Everything that waits for somebody at one connection, the most pressing first."""
    told = tuple(_connection(connection, audited=bool(audits)))
    return (
        *(told or _failed(opened, connection)),
        *_proposed(opened, connection),
        *_not_looked_at(opened, connection, audits),
        *_answered(opened, connection),
        *_noted(opened, connection),
        *_stale(opened, connection, audits),
        *_new_fields(opened, connection),
    )


def _connection(connection: ConnectionRow, *, audited: bool) -> Iterator[Decision]:
    """What is wrong with the access, and what the last job failed at."""
    if connection.state not in WELL:
        words = status_of(connection, audited=audited).words
        yield _at_connections(connection, f"{words}.")
    elif connection.state == "connected" and connection.note:
        yield _at_connections(connection, english(connection.note))


def _failed(opened: Services, connection: ConnectionRow) -> Iterator[Decision]:
    """Jobs whose newest end was a failure, where nothing else tells of it."""
    ends = [one for one in opened.job_ends.all() if one.connection_id == connection.id]
    done = {one.kind: one.last_at for one in ends if one.outcome == "done"}
    for one in ends:
        later = one.outcome == "failed" and (one.kind not in done or done[one.kind] < one.last_at)
        if later and connection.state != "disconnected":
            text = gettext(JOBS.get(one.kind, OTHER_JOB), job=one.kind, day=day(one.last_at))
            yield _at_connections(connection, text)


def _at_connections(connection: ConnectionRow, text: str) -> Decision:
    return Decision(
        kind="failed",
        connection_id=connection.id,
        text=text,
        where="connections",
        key=connection.id,
        doing=gettext("Open Connections"),
    )


def _proposed(opened: Services, connection: ConnectionRow) -> Iterator[Decision]:
    for one in opened.proposals.of(connection.id):
        if one.state == "pending":
            yield Decision(
                kind="waiting",
                connection_id=connection.id,
                text=gettext(PROPOSED[one.kind], who=one.proposed_by),
                where="proposal",
                key=one.id,
                doing=gettext("Decide"),
            )


def _not_looked_at(
    opened: Services, connection: ConnectionRow, audits: Sequence[KeptAudit]
) -> Iterator[Decision]:
    """Findings of the newest audit, beyond information, that nobody saw since they came or grew."""
    newest = audits[0].overview if audits else None
    if newest is None:
        return
    looks = opened.evidence.looks(connection.id)
    unseen = [
        one
        for one in newest.findings
        if one.severity != "info"
        and (one.id not in looks or _grew_since(one.id, looks[one.id].audit_id, audits))
    ]
    if unseen:
        yield Decision(
            kind="waiting",
            connection_id=connection.id,
            text=ngettext(
                "%(n)s\N{NO-BREAK SPACE}finding has not been looked at.",
                "%(n)s\N{NO-BREAK SPACE}findings have not been looked at.",
                len(unseen),
            ),
            where="finding",
            key=f"{audits[0].id}/{unseen[0].id}",
            doing=gettext("Look at the first"),
        )


def _answered(opened: Services, connection: ConnectionRow) -> Iterator[Decision]:
    """Answers of reps that disagree or ask for a review, and that nobody has said anything of."""
    waiting = opened.triage.waiting(connection.id)
    if waiting:
        yield Decision(
            kind="info",
            connection_id=connection.id,
            text=ngettext(
                "%(n)s\N{NO-BREAK SPACE}answer of reps waits to be looked at.",
                "%(n)s\N{NO-BREAK SPACE}answers of reps wait to be looked at.",
                waiting,
            ),
            where="answers",
            key=connection.id,
            doing=gettext("Open the answers"),
        )


def _noted(opened: Services, connection: ConnectionRow) -> Iterator[Decision]:
    """Notes of other teams that nobody has said anything of."""
    waiting = opened.remarks.count(connection.id, Wanted(special=True, reader="", state="open"))
    if waiting:
        yield Decision(
            kind="info",
            connection_id=connection.id,
            text=ngettext(
                "%(n)s\N{NO-BREAK SPACE}note waits for somebody to look at it.",
                "%(n)s\N{NO-BREAK SPACE}notes wait for somebody to look at them.",
                waiting,
            ),
            where="notes",
            key=connection.id,
            doing=gettext("Open the notes"),
        )


def _grew_since(finding_id: str, audit_id: str, audits: Sequence[KeptAudit]) -> bool:
    """Whether a finding came anew or grew in an audit after the one it was looked at."""
    for one in audits:
        if one.id == audit_id:
            return False
        grown = one.overview.changes if one.overview else None
        if any(c.finding.id == finding_id and c.kind in ("new", "worse", "newly told") for c in grown or ()):
            return True
    return False


def _stale(opened: Services, connection: ConnectionRow, audits: Sequence[KeptAudit]) -> Iterator[Decision]:
    latest = opened.syncs.latest(connection.id)
    at = latest.made_at if latest else (audits[0].made_at if audits else None)
    if at is None or connection.state == "disconnected":
        return
    age = opened.clock() - at
    if age > STALE:
        text = ngettext(
            "The last pull is %(n)s\N{NO-BREAK SPACE}day old. Press Pull now under Jobs for figures of "
            "today.",
            "The last pull is %(n)s\N{NO-BREAK SPACE}days old. Press Pull now under Jobs for figures of "
            "today.",
            age.days,
        )
        yield Decision(
            kind="waiting",
            connection_id=connection.id,
            text=text,
            where="audit" if audits else "connections",
            key=audits[0].id if audits else connection.id,
            doing=gettext("Open the audit") if audits else gettext("Open Connections"),
        )


def _new_fields(opened: Services, connection: ConnectionRow) -> Iterator[Decision]:
    """Fields that the CRM got after the policy was saved, and that nobody left out."""
    saved = opened.repository.policy(connection.id)
    if saved is None:
        return
    names = came_since(opened.crm_fields.first_seen(connection.id), saved.saved_at)
    new = _not_named(opened, saved, names) if names else 0
    if new:
        text = ngettext(
            "The CRM has %(n)s\N{NO-BREAK SPACE}new field since the policy was saved.",
            "The CRM has %(n)s\N{NO-BREAK SPACE}new fields since the policy was saved.",
            new,
        )
        yield Decision(
            kind="info",
            connection_id=connection.id,
            text=text,
            where="policy",
            key=connection.id,
            doing=gettext("Open the policy"),
        )


def _not_named(opened: Services, saved: PolicyVersion, names: Collection[str]) -> int:
    """How many of these fields nobody left out and the policy does not name."""
    fields = opened.crm_fields.of(saved.connection_id)
    came = [known for known in fields if known.info.name in names and not known.dismissed_by]
    with suppress(BadInput):  # the policy page tells what is wrong with it
        return len(new_fields(parse_policy(saved.text, "The policy"), came))
    return len(came)
