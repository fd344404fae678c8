"""What a sync did, in sentences: its kind and why, and the account of what it read."""

from __future__ import annotations

from connectors.synced import Synced
from webapp.language import english, gettext, ngettext
from webapp.viewmodels.words import number


def sentences(synced: Synced) -> tuple[str, ...]:
    """The kind with its reason, the account of this sync, and what changed by it."""
    why, *rest = beside_account(synced)
    return (why, _account(synced), *rest) if synced.kind == "full" else (why, *rest)


def beside_account(synced: Synced) -> tuple[str, ...]:
    """The same where the figures of all leads stand beside it: a sync that read everything has no others."""
    why, *notes = map(english, (synced.why, *synced.notes))
    own = () if synced.kind == "full" else (_account(synced),)
    return (why, *own, *_changes(synced), *_resumed(synced), *_answers(synced), *notes)


def _account(synced: Synced) -> str:
    run = synced.run
    rejected, excluded = sum(run.rejected.values()), sum(run.excluded.values())
    return ngettext(
        "This sync read %(n)s\N{NO-BREAK SPACE}lead = %(kept)s kept + %(rejected)s rejected + %(excluded)s "
        "excluded.",
        "This sync read %(n)s\N{NO-BREAK SPACE}leads = %(kept)s kept + %(rejected)s rejected + %(excluded)s "
        "excluded.",
        run.read,
        kept=number(run.kept),
        rejected=number(rejected),
        excluded=number(excluded),
    )


def _changes(synced: Synced) -> tuple[str, ...]:
    if synced.kind == "full":
        return ()
    told = gettext(
        "Of the leads, %(added)s new, %(changed)s changed, %(unchanged)s as before%(own)s, %(removed)s "
        "gone%(merged)s.",
        added=number(synced.added),
        changed=number(synced.changed),
        unchanged=number(synced.unchanged),
        own=_own(synced),
        removed=number(synced.removed),
        merged=_merged(synced),
    )
    return (told,)


def _own(synced: Synced) -> str:
    own = gettext("(%(n)s of them touched only by Fairlead's own write-back)", n=number(synced.own))
    return f" {own}" if synced.own else ""


def _merged(synced: Synced) -> str:
    merged = gettext("(%(n)s merged into another lead)", n=number(synced.merged))
    return f" {merged}" if synced.merged else ""


def _resumed(synced: Synced) -> tuple[str, ...]:
    if not synced.resumed_at:
        return ()
    told = ngettext(
        "It went on where a sync that broke off had stopped, behind %(n)s\N{NO-BREAK SPACE}lead.",
        "It went on where a sync that broke off had stopped, behind %(n)s\N{NO-BREAK SPACE}leads.",
        synced.resumed_at,
    )
    return (told,)


def _answers(synced: Synced) -> tuple[str, ...]:
    if not synced.answers:
        return ()
    told = ngettext(
        "%(n)s\N{NO-BREAK SPACE}answer of reps to the score check came in.",
        "%(n)s\N{NO-BREAK SPACE}answers of reps to the score check came in.",
        synced.answers,
    )
    return (told,)
