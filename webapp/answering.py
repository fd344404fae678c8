"""What reps answer to the score check, for the leads that are held here.

From Salesforce it comes in with each sync; HubSpot's card sends each answer itself (`webapp.views.cards`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from connectors.errors import Busy, Refused
from connectors.feedback import Answers
from connectors.pseudonym import LeadKey
from connectors.synced import Synced
from webapp.crms import salesforce_source
from webapp.language import gettext, long_day, marked
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.store.triage import Entry, Looking, State

SAID = {
    "agree": marked("On %(day)s somebody in the CRM agreed with the check of the score%(why)s."),
    "disagree": marked("On %(day)s somebody in the CRM disagreed with the check of the score%(why)s."),
    "review": marked("On %(day)s somebody in the CRM asked for a review of the score%(why)s."),
}
BECAME: dict[State, str] = {
    "open": "",
    "looked": marked("An auditor looked at that on %(day)s."),
    "acted": marked("Something was changed for that on %(day)s."),
    "declined": marked("There was nothing to do about that on %(day)s."),
}
MOST = 1_000
"""Answers about one lead that are told, the newest: no lead has more."""
WHY = {
    "score_right": marked(": the score is right for this lead"),
    "score_too_low": marked(": the score is too low for this lead"),
    "score_too_high": marked(": the score is too high for this lead"),
    "data_wrong": marked(": the data of the lead is wrong or old"),
    "other": marked(", for another reason"),
}


def with_answers(opened: Services, connection: ConnectionRow, done: Synced) -> Synced:
    """Take in the answers after a sync, and count the new ones in what it did.

    A sync that read or compared everything reads every answer; another one those since the newest. The
    answers about leads that are not held (any more) are not kept. Where they cannot be read the sync is
    whole all the same, and its notes say so.
    """
    if connection.crm != "salesforce":
        _forget_departed(opened, connection)
        return done
    since = opened.answers.newest(connection.id) if done.kind == "incremental" else None
    try:
        told = salesforce_source(opened, connection).answers(since)
    except (Busy, Refused) as error:
        note = f"What reps answer to the score check was not read: {error}. The next sync tries again."
        return replace(done, notes=(*done.notes, note))
    new = _keep(opened, connection, told, whole=since is None)
    notes = (told.note,) if told.note else ()
    return replace(done, answers=new, notes=(*done.notes, *notes))


def answers_about(opened: Services, connection: ConnectionRow, lead: LeadKey) -> tuple[str, ...]:
    """What was answered to the check of one lead, a sentence each, for who asks what is held of it."""
    wanted = Looking(verdicts=(), lead=lead.hex, standing=False)
    found = opened.triage.behind(connection.id, wanted, None, MOST)
    return tuple(_told(one) for one in reversed(found))


def _told(entry: Entry) -> str:
    one, became = entry.answer, BECAME[entry.state]
    said = gettext(SAID[one.verdict], day=long_day(one.given_at), why=gettext(WHY.get(one.reason or "", "")))
    if not entry.at or not became:
        return said
    return " ".join((said, gettext(became, day=long_day(entry.at))))


def _keep(opened: Services, connection: ConnectionRow, told: Answers, *, whole: bool) -> int:
    held = _forget_departed(opened, connection, {one.lead.hex for one in told.given})
    given = [one for one in told.given if one.lead.hex in held]
    # Where no answer at all is shown any more, a permission was taken away rather than every answer.
    return opened.answers.keep(connection.id, given, only=whole and told.asked and told.read > 0)


def _forget_departed(
    opened: Services, connection: ConnectionRow, more: Collection[str] = frozenset()
) -> frozenset[str]:
    """Forget the answers about leads that are not held any more; which are held, of those and ``more``."""
    before = opened.answers.leads(connection.id)
    held = _held(opened, connection, before | set(more))
    opened.answers.forget(connection.id, before - held)
    return held


def _held(opened: Services, connection: ConnectionRow, leads: Collection[str]) -> frozenset[str]:
    """Which of some leads the lake holds; those that were turned away are not held."""
    if not leads:
        return frozenset()
    wanted = pa.array(sorted(leads), pa.string())
    found: set[str] = set()
    # The first part are the leads that were turned away.
    for part in islice(opened.lake.keys(connection.crm, connection.organisation), 1, None):
        column = part.column("lead_key").combine_chunks()
        found |= set(pc.filter(wanted, pc.is_in(wanted, value_set=column)).to_pylist())
    return frozenset(found)
