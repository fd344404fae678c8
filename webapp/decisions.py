"""The decision log of a connection: written at each sync, read for a dossier, erased, verified.

Who is erased from it: whoever the CRM says is gone (deleted, merged, erased for privacy), whoever an admin
erases, and everybody when the CRM is disconnected. A lead that the CRM just does not show any more (rights,
an opt-out) is erased after `ABSENT_DAYS`, unless it comes back (docs/adr/0009).
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from audit.schema import BadInput
from connectors.decisions.absent import note_absent, note_aged
from connectors.decisions.chain import keys_of as ledger_keys
from connectors.decisions.chain import lines_in
from connectors.decisions.checkpoint import Checkpoint, against
from connectors.decisions.entry import Decision
from connectors.decisions.export import Form, export
from connectors.decisions.fresh import Held, Sight, log_new
from connectors.decisions.ledger import Ledger
from connectors.decisions.opening import destroy
from connectors.decisions.verify import Verified, read_chain, summed, verify
from connectors.moments import in_seconds
from connectors.policy.parse import parse_policy
from connectors.policy.write import policy_digest
from connectors.pseudonym import LeadKey
from connectors.synced import Synced
from webapp.decision_opening import keys_of, open_chain, open_log, place_of
from webapp.rights.certain_time import certain_now
from webapp.rights.proofs import not_by_age
from webapp.services import Services
from webapp.store.decision_logs import LogRow
from webapp.store.rows import ConnectionRow

ABSENT_DAYS = 21
ATTEMPTS = 20


def history_of(opened: Services, connection: ConnectionRow, lead: LeadKey) -> tuple[Decision, ...]:
    """What was logged of one lead, newest first; nothing where it was erased or never seen.

    Raises
    ------
    BadInput
        The log is damaged.
    """
    if not place_of(opened, connection).exists():
        return ()
    with open_log(opened, connection) as ledger:
        known = ledger.index.known([lead.digest])
        return tuple(reversed([entry for one in known.values() for entry in ledger.of(one)]))


def logged_leads(opened: Services, connection: ConnectionRow) -> list[bytes]:
    """The keys of all leads that something is logged of. Raises BadInput where the log is damaged."""
    if not place_of(opened, connection).exists():
        return []
    with open_log(opened, connection) as ledger:
        return [key for _, key in ledger.index.leads()]


def is_behind(opened: Services, connection: ConnectionRow) -> bool:
    """Whether the log is shorter than the database knows, as after a backup of the folder was put back."""
    place = place_of(opened, connection)
    return place.exists() and len(lines_in(place)) < opened.decision_logs.get(connection.id).records


def erase(opened: Services, connection: ConnectionRow, leads: Iterable[LeadKey]) -> int:
    """Erase what was logged of leads, for good; how many entries nobody can read any more.

    The log stays verifiable, and says how many entries were erased, not whose. They are erased from a log
    that is damaged as well; only no line says so.
    """
    keys = list({lead.digest for lead in leads})
    place = place_of(opened, connection)
    if not keys or not place.exists():
        return 0
    try:
        with open_log(opened, connection) as ledger:
            gone = ledger.erase(keys)
            _remember(opened, connection, ledger)
            return gone
    except BadInput:
        return destroy(place, keys)


def empty(opened: Services, connection: ConnectionRow) -> int:
    """Erase everything that was logged of a connection (its CRM was disconnected); how many entries.

    The chain stays, with a signed line that says how many entries there were. It does not take the
    organisation's key, which a disconnect destroys before anything else.
    """
    place = place_of(opened, connection)
    if not place.exists():
        return 0
    try:
        with open_chain(opened, connection) as ledger:
            gone = ledger.empty() if ledger.entries else 0
            _remember(opened, connection, ledger)
            return gone
    except BadInput:
        return destroy(place, None)


def hand_over(opened: Services, connection: ConnectionRow) -> None:
    """Let a chain name the master key of today, which takes the one before; a damaged log stays as it is."""
    if place_of(opened, connection).exists():
        with suppress(BadInput), open_chain(opened, connection) as ledger:
            _remember(opened, connection, ledger)


def holds(opened: Services, connection: ConnectionRow) -> bool:
    """Whether anything that was logged of people is on the disk."""
    return any(place_of(opened, connection).glob("*.content"))


def rekey(opened: Services, connection: ConnectionRow) -> bool:
    """Move the log to the lead keys of the generation in force; whether there is a log.

    A rotation of the organisation's key calls it at its end; where it was killed before, whoever opens the
    log next does the same. The chain and the entries stay as they are: they hold no lead key.
    """
    if not place_of(opened, connection).exists():
        return False
    with open_log(opened, connection):
        return True


def record(opened: Services, connection: ConnectionRow) -> int:
    """Log every score that the lake knows and the log does not; how many entries.

    It may be called at any time and again: nothing is added twice.
    """
    note = opened.lake.held(connection.crm, connection.organisation)
    if note is None or not note.cursor.get("score"):
        return 0
    sight = Sight(
        score=str(note.cursor["score"]),
        seen_at=max(str(note.cursor.get("until") or ""), in_seconds(opened.clock())),
        policy=_policy(opened, connection, str(note.cursor.get("policy", ""))),
        model=str(note.cursor.get("rules", "")),
    )
    with open_log(opened, connection) as ledger:
        made = _log_new(opened, connection, ledger, sight)
        _remember(opened, connection, ledger)
        return made


def catch_up(opened: Services, connection: ConnectionRow) -> str:
    """Log what an earlier sync pulled and did not come to log; what hinders that, in a sentence, or ""."""
    try:
        record(opened, connection)
    except BadInput as problem:
        return f"The scores could not be logged: {problem}."
    return ""


def log_sync(opened: Services, connection: ConnectionRow, done: Synced) -> str:
    """Bring the log up to date after a sync; what hinders that, in a sentence, or "".

    After a sync that read or compared everything (once a week, usually) the log is verified as well.
    """
    trouble = catch_up(opened, connection)
    if trouble:
        return trouble
    erase(opened, connection, done.gone)
    if done.kind != "incremental" or done.removed:
        keep_tidy(opened, connection)
    faults = check(opened, connection).faults if done.kind != "incremental" else ()
    if faults:
        return f"The decision log is not as it was written. {faults[0].sentence}."
    return certain_now(opened).doubt


def keep_tidy(opened: Services, connection: ConnectionRow) -> int:
    """Erase leads that have been gone for long, and drop what is older than is kept; how many entries."""
    now, keep = certain_now(opened).now, opened.decision_logs.get(connection.id).keep_days
    if not place_of(opened, connection).exists():
        return 0
    with open_log(opened, connection) as ledger:
        held = opened.lake.keys(connection.crm, connection.organisation)
        absent = note_absent(ledger.index, held, now.timestamp(), ABSENT_DAYS)
        # Who went by retention before that was noted in the log itself (`aged`) is known by a certificate.
        long_gone = not_by_age(opened, connection, absent)
        gone = ledger.erase(long_gone) if long_gone else 0
        gone += ledger.drop_before(in_seconds(now - timedelta(days=keep)))
        _remember(opened, connection, ledger)
        return gone


def aged(opened: Services, connection: ConnectionRow, leads: Iterable[LeadKey]) -> None:
    """Keep what was logged of leads that go by retention: it is evidence for the log's own time.

    A log that is damaged says so where it is looked at.
    """
    if place_of(opened, connection).exists():
        with suppress(BadInput), open_log(opened, connection) as ledger:
            note_aged(ledger.index, {lead.digest for lead in leads})


def check(opened: Services, connection: ConnectionRow, *, contents: bool = False) -> Verified:
    """Verify the log of a connection against its keys and what the database knows; remember the result."""
    known, keys = opened.decision_logs.get(connection.id), keys_of(opened, connection) if contents else None
    found = verify(place_of(opened, connection), known.public_key, keys)
    if known.records:
        records, _ = read_chain(place_of(opened, connection), known.public_key)
        end = _checkpoint(known, connection)
        found = summed(records, (*found.faults, *against(end, records)))
    opened.decision_logs.verified(connection.id, found.faults[0].sentence if found.faults else "")
    return found


def export_log(opened: Services, connection: ConnectionRow, folder: Path, form: Form) -> Checkpoint:
    """Write the log of a connection into a folder, for somebody who verifies it without us."""
    with open_log(opened, connection) as ledger:
        return export(ledger, connection.organisation, folder, form)


def _log_new(opened: Services, connection: ConnectionRow, ledger: Ledger, sight: Sight) -> int:
    """Log what is new; a lake that is rewritten meanwhile is read anew."""
    made = 0
    for last in (*[False] * ATTEMPTS, True):
        files = opened.lake.by_file(connection.crm, connection.organisation)
        before = ledger.entries
        try:
            return made + log_new(
                ledger, [Held(name=one, stretches=read) for one, read in files.items()], sight
            )
        except FileNotFoundError:
            made += ledger.entries - before
            if last:
                raise
    return made


def _policy(opened: Services, connection: ConnectionRow, digest: str) -> tuple[int, str]:
    """The version of the policy that has a digest; 0 where none has."""
    for version in opened.repository.policies(connection.id):
        if policy_digest(parse_policy(version.text, "The policy")) == digest:
            return version.version, digest
    return 0, digest


def _remember(opened: Services, connection: ConnectionRow, ledger: Ledger) -> None:
    """Keep the end of a chain in the database, unless it was cut off or begun anew: that would hide it."""
    known = opened.decision_logs.get(connection.id)
    if known.records and against(_checkpoint(known, connection), ledger.records):
        return
    found = summed(ledger.records, ())
    opened.decision_logs.written(
        LogRow(
            connection_id=connection.id,
            public_key=ledger_keys(ledger.records)[-1],
            records=found.records,
            digest=found.digest,
            entries=found.entries,
            erased=found.erased,
            dropped=found.dropped,
        )
    )


def _checkpoint(known: LogRow, connection: ConnectionRow) -> Checkpoint:
    return Checkpoint(
        source=connection.crm,
        organisation=connection.organisation,
        records=known.records,
        entries=known.entries,
        digest=known.digest,
        at=in_seconds(known.written_at) if known.written_at else "",
        public_key=known.public_key,
    )
