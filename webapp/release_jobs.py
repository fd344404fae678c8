"""Releases as jobs: what a job is asked for, what it does, and what became of it.

A job is asked for in one word (`JobRow.wanted`): "exact", the epsilon of its noise, or "look". Its id is
the request under which the ledger notes the release (`webapp.store.release_tables.ReleaseRequest`), so that
a job that is killed and tried again gets the release that it made, and draws noise that it paid for once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audit.release import Release, check_epsilon, read_release, to_json
from audit.schema import BadInput
from webapp.jobs import ENDED
from webapp.language import gettext, marked
from webapp.pulling import Progress
from webapp.release_cut import Asked, as_paid
from webapp.release_vault import vault_of
from webapp.releasing import HandedOut, figures_of, hand_out, preview
from webapp.secrets_box import Unreadable
from webapp.services import Services
from webapp.store.key_rows import KeyDestroyed
from webapp.store.release_looks import ReleaseLooks
from webapp.store.releases import owner_of
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import JobRow, Wanted

EXACT, LOOK = "exact", "look"
COUNTING = marked("Counting the leads")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What would leave, when that was worked out, and whether leads or releases have changed since."""

    release: Release
    made_at: datetime
    stale: bool


def word_of(epsilon: float | None) -> str:
    """What a job is asked for: counts that hide small ones, or noise.

    Raises
    ------
    BadInput
        The epsilon cannot be.
    """
    if epsilon is None:
        return EXACT
    check_epsilon(epsilon)
    return f"{as_paid(epsilon):.6f}"


def epsilon_of(word: str) -> float | None:
    """The epsilon of a job; None for one without noise, and for a look."""
    return None if word in {EXACT, LOOK, ""} else float(word)


def is_word(word: str) -> bool:
    """Whether a text that somebody sent says what a job may be asked for."""
    if word in {EXACT, LOOK}:
        return True
    try:
        return word == word_of(float(word))
    except (ValueError, BadInput):
        return False


def ask(opened: Services, connection: ConnectionRow, word: str, who: str) -> JobRow:
    """The job that makes such a release: one that has not ended, or a new one.

    Raises
    ------
    BadInput
        The connection has ended, or there is no budget for noise at all.
    """
    if connection.state == "disconnected":
        raise BadInput(gettext(ENDED))
    if epsilon_of(word) is not None and opened.releases.budget(owner_of(connection)) is None:
        msg = gettext("There is no budget for noise yet: an admin sets it on the page Share figures.")
        raise BadInput(msg)
    return opened.work.ask(Wanted(connection_id=connection.id, kind="release", who=who, wanted=word))


def do(opened: Services, connection: ConnectionRow, job: JobRow, progress: Progress) -> str:
    """Do a job, once in effect however often it is tried; what came of it, in a sentence.

    Raises
    ------
    BadInput
        As `webapp.releasing.hand_out`.
    """
    if job.wanted == LOOK:
        return _look(opened, connection, progress)
    wanted = Asked(epsilon=epsilon_of(job.wanted), request=job.id)
    known = opened.releases.got(owner_of(connection), job.id)
    if known is not None and known.row.text:
        return _told(again=known.again)
    progress(COUNTING, 0, None)
    done = hand_out(opened.releases, figures_of(opened, connection), wanted, job.who, progress)
    return sentence(done)


def sentence(done: HandedOut) -> str:
    """What came of a release."""
    if done.again or done.release.noise is not None:
        return _told(again=done.again)
    counts = [count for one in done.release.groups for count in one.counts]
    return f"{_told(again=False)} {counts.count(None):,} of {len(counts):,} counts are hidden."


def looked(opened: Services, connection: ConnectionRow) -> Look | None:
    """The newest look; None where nobody looked, or its key is gone."""
    owner = owner_of(connection)
    row = ReleaseLooks(database=opened.database, clock=opened.clock).newest(owner)
    if row is None:
        return None
    try:
        text = vault_of(opened, connection).opened(row.content, LOOK)
        release = read_release(text)
    except (KeyDestroyed, Unreadable, BadInput):
        return None
    return Look(release=release, made_at=row.made_at, stale=row.over != _over(opened, connection))


def _look(opened: Services, connection: ConnectionRow, progress: Progress) -> str:
    over = _over(opened, connection)
    progress(COUNTING, 0, None)
    figures = figures_of(opened, connection)
    text = to_json(preview(opened.releases, figures, Asked(), progress))
    looks = ReleaseLooks(database=opened.database, clock=opened.clock)
    looks.put(figures.owner, over, figures.vault.seal(text, LOOK))
    return "Nothing has left. What would leave is on the page Share figures."


def _over(opened: Services, connection: ConnectionRow) -> str:
    """The state of what a look is worked out from: the newest sync, the leads, the stream, the release."""
    sync, stream = opened.syncs.latest(connection.id), opened.repository.stream(connection.id)
    leads, left = opened.erased.numbers(connection.id).state, opened.releases.newest_id(owner_of(connection))
    return f"{sync.made_at.isoformat() if sync else ''}/{leads}/{stream.version if stream else 0}/{left}"


def _told(*, again: bool) -> str:
    if again:
        return "Nothing new has left: it is the same release as before."
    return "The release is made. Download it on the page Share figures."
