"""What a sync did, in sentences: its kind and why, and the account of what it read."""

from __future__ import annotations

from connectors.synced import Synced
from webapp.viewmodels.words import counted, number


def sentences(synced: Synced) -> tuple[str, ...]:
    """The kind with its reason, the account of this sync, and what changed by it."""
    run = synced.run
    rejected, excluded = sum(run.rejected.values()), sum(run.excluded.values())
    account = (
        f"This sync read {counted(run.read, 'lead', 'leads')} = {number(run.kept)} kept "
        f"+ {number(rejected)} rejected + {number(excluded)} excluded."
    )
    return (synced.why, account, *_changes(synced), *_resumed(synced), *_answers(synced), *synced.notes)


def _changes(synced: Synced) -> tuple[str, ...]:
    if synced.kind == "full":
        return ()
    parts = [
        f"{number(synced.added)} new",
        f"{number(synced.changed)} changed",
        f"{number(synced.unchanged)} as before{_own(synced)}",
        f"{number(synced.removed)} gone{_merged(synced)}",
    ]
    return (f"Of the leads, {', '.join(parts)}.",)


def _own(synced: Synced) -> str:
    return f" ({number(synced.own)} of them touched only by Fairlead's own write-back)" if synced.own else ""


def _merged(synced: Synced) -> str:
    return f" ({number(synced.merged)} merged into another lead)" if synced.merged else ""


def _resumed(synced: Synced) -> tuple[str, ...]:
    if not synced.resumed_at:
        return ()
    leads = counted(synced.resumed_at, "lead", "leads")
    return (f"It went on where a sync that broke off had stopped, behind {leads}.",)


def _answers(synced: Synced) -> tuple[str, ...]:
    if not synced.answers:
        return ()
    return (f"{counted(synced.answers, 'answer', 'answers')} of reps to the score check came in.",)
