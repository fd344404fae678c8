"""How far a connection is on the way to its first audit, out of what the store holds already."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from audit.schema import BadInput, Stream, parse_stream
from connectors.policy.model import Policy
from connectors.policy.parse import parse_policy
from webapp.services import Services
from webapp.store.evidence import KeptAudit
from webapp.store.proposals import ProposalRow
from webapp.store.rows import ConnectionRow, ConnectionState, PolicyVersion, StreamVersion
from webapp.store.work_jobs import JobRow
from webapp.viewmodels.columns import LeftOut, left_out

Step = Literal["connect", "choose", "keep", "check", "pull", "audit"]
STEPS: tuple[Step, ...] = ("connect", "choose", "keep", "check", "pull", "audit")
# Without a new consent, or other settings, nothing further can be done.
CUT_OFF: frozenset[ConnectionState] = frozenset(
    {"disconnected", "consent_needed", "org_gone", "wrong_settings"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is there of one connection. A text that waits for a second admin is chosen, and not in force.

    ``stream`` is what the text in force says, else the one that waits; ``stream_trouble`` why it says
    nothing.
    ``missing`` are columns that the stream needs and the policy in force does not fill. ``job`` is the pull
    that waits or runs, else the last one that ended since the texts are in force.
    """

    connection: ConnectionRow
    stream: Stream | None = None
    stream_version: StreamVersion | None = None
    stream_waits: ProposalRow | None = None
    stream_trouble: str = ""
    policy: Policy | None = None
    policy_version: PolicyVersion | None = None
    policy_waits: ProposalRow | None = None
    missing: tuple[LeftOut, ...] = ()
    job: JobRow | None = None
    audit: KeptAudit | None = None

    @property
    def fits(self) -> bool:
        """Whether the policy in force fills what the stream needs."""
        return self.policy is not None and self.stream is not None and not self.missing

    @property
    def ready(self) -> bool:
        """Whether a pull can begin: both texts are in force."""
        return self.fits and self.stream_version is not None

    @property
    def now(self) -> Step:
        """The first step that is not done."""
        if self.audit is not None:
            return "audit"
        if self.connection.state in CUT_OFF:
            return "connect"
        if self.stream is None:
            return "choose"
        if self.policy_waits is None and not self.fits:
            return "keep"
        return "pull"


def is_unfinished(opened: Services, connection: ConnectionRow) -> bool:
    """Whether a connection never had an audit and still could."""
    return connection.state != "disconnected" and not opened.evidence.newest(connection.id, 1)


def unfinished(opened: Services) -> frozenset[str]:
    """The ids of such connections."""
    return frozenset(row.id for row in opened.repository.connections() if is_unfinished(opened, row))


def standing(opened: Services, connection: ConnectionRow) -> Standing:
    """How far a connection is."""
    target, repository = connection.id, opened.repository
    waiting = [one for one in opened.proposals.of(target) if one.state == "pending"]
    waits = {kind: next((one for one in waiting if one.kind == kind), None) for kind in ("stream", "policy")}
    held, policy_version = repository.stream(target), repository.policy(target)
    proposed = waits["stream"]
    stream, trouble = _stream(held.text if held else proposed.text if proposed else "")
    policy = _policy(policy_version)
    return Standing(
        connection=connection,
        stream=stream,
        stream_version=held,
        stream_waits=waits["stream"],
        stream_trouble=trouble,
        policy=policy,
        policy_version=policy_version,
        policy_waits=waits["policy"],
        missing=left_out(policy, stream) if policy and stream else (),
        job=_job(opened, connection, held, policy_version),
        audit=next(iter(opened.evidence.newest(target, 1)), None),
    )


def _stream(text: str) -> tuple[Stream | None, str]:
    if not text:
        return None, ""
    try:
        return parse_stream(text, "The stream"), ""
    except BadInput as problem:
        return None, str(problem)


def _policy(saved: PolicyVersion | None) -> Policy | None:
    if saved is not None:
        with suppress(BadInput):  # then it fills nothing, and another one is to be made
            return parse_policy(saved.text, "The policy")
    return None


def _job(
    opened: Services, connection: ConnectionRow, stream: StreamVersion | None, policy: PolicyVersion | None
) -> JobRow | None:
    """A failure under texts that were replaced since says nothing any more."""
    jobs = opened.work.of(connection.id, "sync")
    last = next((one for one in jobs if one.ended_at is None), jobs[0] if jobs else None)
    if last is None or last.ended_at is None:
        return last
    since = [one.saved_at for one in (stream, policy) if one is not None]
    return None if any(last.ended_at < at for at in since) else last
