"""Saving a policy or a stream, or proposing it where two admins must agree: one way for every page."""

from __future__ import annotations

from dataclasses import dataclass

from audit.schema import BadInput
from webapp.language import gettext, marked
from webapp.measuring import level_at_saving
from webapp.services import Services
from webapp.store.notes import Note
from webapp.store.proposals import ProposalRow, Wish
from webapp.store.rows import ConnectionRow, PolicyVersion, StreamVersion, UserRow
from webapp.views.policy_draft import Draft
from webapp.views.reasons import is_written, too_long, typed_reason

NEEDS_REASON = {
    "red": marked(
        "The risk of this policy is high, so it needs a written reason of at least three words. It is kept "
        "with the version, and stands in the trail."
    ),
    "": marked(
        "The risk of this policy could not be measured, so nobody knows whether it is high. Write a reason "
        "of at least three words, or try again when the CRM answers and has leads. The first pull measures "
        "it; where that finds a high risk, nothing is written back before an admin has accepted it."
    ),
}
PROPOSED = marked("Proposed. Another admin has to approve it before it is in force.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who saves, the typed reason, and the version that the form was opened on ("" where it does not say)."""

    reason: str
    based_on: str
    who: UserRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a text: it is saved or proposed, or a sentence says why not.

    ``reason_error`` is about the reason, ``warning`` about anything else. ``before`` was in force before.
    """

    saved: PolicyVersion | None = None
    proposed: ProposalRow | None = None
    before: PolicyVersion | None = None
    warning: str = ""
    reason_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamDone:
    """As `Done`, of a stream."""

    saved: StreamVersion | None = None
    proposed: ProposalRow | None = None
    before: StreamVersion | None = None
    warning: str = ""


def save_policy(opened: Services, draft: Draft, asked: Asked) -> Done:
    """Save a valid draft, or propose it; a high or unknown risk needs a written reason."""
    target = draft.connection.id
    before = opened.repository.policy(target)
    if before is not None and (sentence := _overtaken(before, draft, asked)):
        return Done(warning=sentence)
    reason = typed_reason(asked.reason)
    if sentence := too_long(reason):
        return Done(reason_error=sentence)
    level = ""
    if draft.policy is not None and (before is None or before.text != draft.text):
        level = level_at_saving(opened, draft.connection, draft.policy)
        if level in NEEDS_REASON and not is_written(reason):
            return Done(reason_error=gettext(NEEDS_REASON[level]))
    note = Note(reason=reason, level=level, after=before.version if before else 0)
    try:
        return _kept(opened, draft, note, asked.who)
    except BadInput as problem:  # another admin was quicker, or asked for two of them meanwhile
        return Done(warning=str(problem))


def save_stream(opened: Services, connection: ConnectionRow, text: str, who: UserRow) -> StreamDone:
    """Save the text of a stream, or propose it."""
    target, before = connection.id, opened.repository.stream(connection.id)
    try:
        if opened.proposals.two_needed(target):
            wish = Wish(connection_id=target, kind="stream", text=text)
            return StreamDone(proposed=opened.proposals.propose(wish, who))
        return StreamDone(before=before, saved=opened.repository.save_stream(target, text, who.name))
    except BadInput as problem:
        return StreamDone(warning=str(problem))


def _kept(opened: Services, draft: Draft, note: Note, who: UserRow) -> Done:
    target = draft.connection.id
    if opened.proposals.two_needed(target):
        wish = Wish(
            connection_id=target,
            kind="policy",
            text=draft.text,
            reason=note.reason,
            level=note.level,
            after=note.after,
        )
        return Done(proposed=opened.proposals.propose(wish, who))
    before = opened.repository.policy(target)
    return Done(before=before, saved=opened.notes.save_policy(target, draft.text, who.name, note))


def _overtaken(before: PolicyVersion, draft: Draft, asked: Asked) -> str:
    """What to say where another version came in force after the form was opened; "" where none did."""
    opened_on = asked.based_on
    if not opened_on.isdecimal() or opened_on == str(before.version) or before.text == draft.text:
        return ""
    return gettext(
        "Version %(version)s, saved by %(who)s, came in force after you opened this page. "
        "Your draft is not saved yet. Look below at what it changes of that version; if you save again, "
        "your draft replaces it.",
        version=before.version,
        who=before.saved_by,
    )
