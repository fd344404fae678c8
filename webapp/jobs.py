"""The long jobs of a connection: pull and audit, write the flags back, let old leads go."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import pyarrow as pa

from audit.report.json_form import read_json
from audit.report.model import Report
from audit.schema import BadInput, Stream, parse_stream
from connectors.policy.parse import parse_policy
from connectors.snapshots import SCORED_AT
from connectors.source import Receipt
from connectors.synced import Synced, Wish
from webapp.auditing import Pull, Rules, verdict_on
from webapp.columns_in_crm import names_in_crm
from webapp.crms import label, source_for
from webapp.decisions import catch_up, log_sync
from webapp.departures import comparison_wanted, settle
from webapp.direct_use import direct_use
from webapp.drift_watch.update import after_audit as watch_drift
from webapp.erasure import erase, is_disconnected
from webapp.expecting import after_audit as foresee
from webapp.first_measure import measure_first, refuse_unmeasured, stopped
from webapp.held_leads import keyed, leads_of
from webapp.key_order import put_in_order
from webapp.language import marked
from webapp.outcomes import WRITE_BACK, clear_note_of, noting
from webapp.outgoing import notices_of
from webapp.pulling import Progress, Wanted, pull
from webapp.rights import retention
from webapp.rights.forgetting import after_sync
from webapp.rights.retention import Applied
from webapp.services import Services
from webapp.shadow_scores import after_audit
from webapp.shadow_writing import of_shadow, to_write
from webapp.store.locks import Locked
from webapp.store.rows import AuditRow, ConnectionRow
from webapp.watching_gaps import after_audit as watch_gaps

ENDED = marked("The connection has ended. Connect the CRM again on the connections page.")
SERVER = "Fairlead"
"""Who pulls and writes back in the trail: a job, whoever started it."""


class AtWork(BadInput):
    """Another job of the connection is running: nothing is wrong, and a later try may do."""


__all__ = [
    "ENDED",
    "AtWork",
    "Progress",
    "Wanted",
    "alone",
    "expire",
    "leads_of",
    "publish",
    "quiet",
    "rules_in_force",
    "sync",
]


def quiet(step: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


def sync(
    opened: Services,
    connection: ConnectionRow,
    progress: Progress = quiet,
    seed: int = 0,
    wanted: Wanted = "",
) -> AuditRow:
    """Pull the leads under the policy in force, audit them, and store the verdict with its flags.

    What is read decides the source: everything, or what changed (`Services.syncs` remembers which).
    ``wanted`` asks for everything ("full"), or for a comparison of everything ("reconcile").

    A pull that did not finish produces no verdict: the connection says so, the audit before stays.

    Raises
    ------
    BadInput
        There is no policy or no stream, they do not fit the data, or a sync is running already.
    Refused, Busy
        The CRM did not let the pull finish.
    """
    rules = rules_in_force(opened, connection, seed)
    with alone(opened, connection):
        put_in_order(opened, connection)
        wanted = wanted or ("reconcile" if comparison_wanted(opened, connection) else "")
        wish, generation = _wish(rules.stream, wanted), opened.keys.generation(connection.id)
        logged = catch_up(opened, connection)
        aged = retention.apply(opened, connection)
        read = replace(rules.policy, not_before=aged.before if aged else None)
        done = pull(opened, connection, read, progress, wish)
        # A pull that was begun before may have brought leads that are too old by now.
        retention.apply(opened, connection)
        after_sync(opened, connection, done)
        progress(marked("Logging scores"), 0, None)
        logged = log_sync(opened, connection, done) or logged
        progress(marked("Auditing"), 0, None)
        rules = replace(rules, names=names_in_crm(opened, connection, rules.policy))
        _refuse_other_key(opened, connection, generation)
        row, held = _audit(opened, connection, rules, done)
        first = measure_first(opened, connection, row.policy_version, rules.policy, SERVER)
        _settle(opened, connection, logged or stopped(first))
        detail = f"{done.kind}, policy version {row.policy_version}, audit {row.id}"
        opened.accounts.record(SERVER, "leads pulled", connection.id, detail)
        after_audit(opened, connection, (held, rules.stream), row)
        watch_gaps(opened, connection, (held, rules), row)
        watch_drift(opened, connection, (held, rules), row)
        foresee(opened, connection, (held, rules), row)
        return row


def _refuse_other_key(opened: Services, connection: ConnectionRow, generation: int) -> None:
    """Stop where the CRM was connected anew meanwhile: its leads have other keys since."""
    if opened.keys.generation(connection.id) != generation:
        msg = f"{label(connection)} was disconnected meanwhile, or connected anew; run fairlead sync again."
        raise BadInput(msg)


def _wish(stream: Stream, wanted: Wanted) -> Wish:
    """What a sync must keep beside the leads for a stream."""
    before = stream.outcome_at if stream.scored_at == SCORED_AT else None
    return Wish(score=stream.score or "", outcome_at=before or "", wanted=wanted)


def expire(opened: Services, connection: ConnectionRow, progress: Progress = quiet) -> Applied | None:
    """Let the leads go that are older than the connection's retention; None where there is none.

    Raises
    ------
    BadInput
        Another job of this connection is running.
    """
    with alone(opened, connection):
        put_in_order(opened, connection)
        progress(marked("Deleting old leads"), 0, None)
        return retention.apply(opened, connection)


def publish(opened: Services, connection: ConnectionRow, progress: Progress = quiet) -> Receipt:
    """Write the flags of the newest audit back to the CRM, and what anybody there may read of its findings.

    Where an admin wants it, the shadow score of each lead goes with its flag, into a field of its own.

    Raises
    ------
    BadInput
        There is no audit yet, another job of this connection is running, or the policy was saved unmeasured
        and nobody accepted the risk that was found since.
    Refused, Busy
        The CRM did not take the flags; what was written stays, and the next publish goes on from there.
    """
    with alone(opened, connection):
        flags = opened.repository.flags(connection.id)
        audit = opened.repository.latest_audit(connection.id)
        if audit is None:
            msg = f"{label(connection)} has no audit yet; run fairlead sync first."
            raise BadInput(msg)
        if not flags:
            # An audit has a flag for every lead: these were erased with a disconnect. To write back nothing
            # would clear what stands in the CRM.
            msg = f"{label(connection)} was connected anew and not audited since; run fairlead sync first."
            raise BadInput(msg)
        refuse_unmeasured(opened, connection, audit.policy_version)
        progress(marked("Writing flags back"), 0, len(flags))
        with noting(opened, connection, WRITE_BACK):
            shadow = to_write(opened, connection, audit, flags)
            receipt = source_for(opened, connection).publish(flags, notices_of(audit), shadow.scores)
        clear_note_of(opened, connection, WRITE_BACK)
        receipt = replace(receipt, notes=(*receipt.notes, *shadow.notes))
        # Nobody is told of a further step: they could stop the job, and what was written must be noted.
        opened.repository.add_receipt(connection.id, receipt)
        detail = f"audit {audit.id}, {receipt.written} written, {receipt.cleared} cleared{of_shadow(receipt)}"
        opened.accounts.record(SERVER, "flags written back", connection.id, detail)
        return receipt


def rules_in_force(opened: Services, connection: ConnectionRow, seed: int = 0) -> Rules:
    """The policy and the stream that an audit goes by now; BadInput where one of them is missing."""
    policy, stream = opened.repository.policy(connection.id), opened.repository.stream(connection.id)
    if connection.state == "disconnected":
        msg = f"{label(connection)} is disconnected; connect it again on the connections page."
        raise BadInput(msg)
    if policy is None or stream is None:
        missing = "policy" if policy is None else "stream"
        msg = f"{label(connection)} has no {missing} yet; save one before the first sync."
        raise BadInput(msg)
    return Rules(
        policy=parse_policy(policy.text, "The policy"),
        stream=keyed(parse_stream(stream.text, "The stream")),
        policy_version=policy,
        stream_version=stream,
        seed=seed,
    )


@contextmanager
def alone(opened: Services, connection: ConnectionRow) -> Iterator[None]:
    """One job of a connection at a time; at its end it erases what a disconnect left to it.

    That comes after the lock is let go: who disconnects and finds it taken can rely on it.
    """
    try:
        with _locked(opened, connection):
            yield
    finally:
        if is_disconnected(opened, connection):
            erase(opened, connection)
        else:
            settle(opened, connection)


def _locked(opened: Services, connection: ConnectionRow) -> ExitStack:
    """The connection's lock, taken; events of the CRM hold it for a moment too."""
    stack = ExitStack()
    for pause in (0.1, 0.2, 0.4, None):
        try:
            stack.enter_context(opened.one_job(connection))
        except Locked:
            if pause is not None:
                time.sleep(pause)
        else:
            return stack
    msg = f"{label(connection)} is being worked on already; wait until that has ended."
    raise AtWork(msg)


def _audit(
    opened: Services, connection: ConnectionRow, rules: Rules, done: Synced
) -> tuple[AuditRow, pa.Table]:
    """The audit as it is stored, and the leads that it is of."""
    try:
        table = leads_of(opened, connection, rules.stream)
        told = direct_use(done.rules, rules.policy, rules.stream)
        before = _report_before(opened, connection)
        given = opened.answers.all(connection.id)
        pulled = Pull(table=table, account=done.whole, cautions=told, before=before, answers=given)
        verdict = verdict_on(pulled, rules, opened.clock())
    except Exception as error:
        reason = f": {error}" if isinstance(error, BadInput) else "; the server's log says why."
        _settle(opened, connection, f"The last pull could not be audited{reason}")
        raise
    return opened.repository.add_audit(connection.id, verdict.audit, verdict.flags), table


def _report_before(opened: Services, connection: ConnectionRow) -> Report | None:
    """The report of the newest audit; None where there is none, or it is of a form that is no longer read."""
    row = opened.repository.latest_audit(connection.id)
    with suppress(BadInput):
        return read_json(row.report) if row else None
    return None


def _settle(opened: Services, connection: ConnectionRow, note: str) -> None:
    """Record that the job reached its end; disconnected is final: only a new consent leads out of it."""
    opened.repository.move_state(connection.id, "connected", note, {"disconnected"})
