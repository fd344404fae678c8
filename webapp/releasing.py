"""The gate: figures of an organisation become a release here, and what left is written down first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from audit.cube import Cube
from audit.intake import admit
from audit.release import (
    Basis,
    Made,
    Release,
    Shape,
    basis_of,
    check_epsilon,
    fitting_shape,
    made_text,
    next_release,
    noisy_release,
    plain_shape,
    read_release,
    require_opendp,
    shape_text,
    terms_of,
    to_html,
    to_json,
)
from audit.schema import BadInput, Stream
from audit.tally import count
from webapp.jobs import AtWork, leads_of, quiet, rules_in_force
from webapp.language import marked
from webapp.pulling import Progress
from webapp.release_cut import Asked, as_paid, definition, digest_of, refuse_other_cut
from webapp.release_vault import Vault, bring_up, vault_of
from webapp.services import Services
from webapp.store.database import Database
from webapp.store.locks import Locked
from webapp.store.releases import Files, NewRelease, Owner, ReleasedRow, Releases, owner_of
from webapp.store.rows import ConnectionRow

STEP = marked("Hiding what could be worked out, in percent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The exact figures of one owner, which stay inside, and what seals and signs for that owner."""

    owner: Owner
    cube: Cube
    stream: Stream
    vault: Vault = field(default_factory=Vault)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """A release and its line in the ledger; ``again`` where the same request got it before."""

    release: Release
    row: ReleasedRow
    again: bool


Earlier = tuple[Made, ReleasedRow]


def figures_of(opened: Services, connection: ConnectionRow) -> Figures:
    """Count the leads of a connection as its audit does.

    Raises
    ------
    BadInput
        There is no policy, no stream or no lead.
    """
    stream = rules_in_force(opened, connection).stream
    table = leads_of(opened, connection, stream)
    if not table.num_rows:
        msg = "No lead has been pulled yet; pull first, then share."
        raise BadInput(msg)
    return Figures(
        owner=owner_of(connection),
        cube=count(admit(table, stream).table, stream),
        stream=stream,
        vault=vault_of(opened, connection),
    )


def preview(releases: Releases, figures: Figures, asked: Asked, progress: Progress = quiet) -> Release:
    """What would leave without noise; nothing is written down, and nothing may leave from here.

    Raises
    ------
    BadInput
        As `hand_out`.
    """
    with _alone(releases, figures.owner):
        bring_up(releases, figures.owner, figures.vault)
        shape, earlier = _line(releases, figures, asked)
        again = _same(basis_of(figures.cube, shape), earlier)
        return again[0].release if again is not None else _next(figures, shape, earlier, progress).release


def hand_out(
    releases: Releases, figures: Figures, asked: Asked, who: str, progress: Progress = quiet
) -> HandedOut:
    """Make the release, write it down, and only then give it out; the same request gets the same release.

    A job that was killed and asks again gets what it got; noise that it paid for and nobody drew, it draws.

    Raises
    ------
    BadInput
        It must not leave: see `audit.release.release_of`; the budget is used up; or earlier releases of this
        organisation were cut in another way, so that one could be subtracted from the other. Or another
        release of this organisation is being worked out.
    """
    with _alone(releases, figures.owner):
        bring_up(releases, figures.owner, figures.vault)
        got = releases.got(figures.owner, asked.request)
        if got is not None and got.row.text:
            return HandedOut(release=read_release(got.row.text), row=got.row, again=got.again)
        if asked.epsilon is None:
            return _exact(releases, figures, asked, who, progress)
        return _noisy(releases, figures, asked, who, got.row if got else None)


@contextmanager
def _alone(releases: Releases, owner: Owner) -> Iterator[None]:
    """One at a time. Nobody waits here: a job comes back later."""
    name = f"release/{owner.crm}/{owner.organisation}"
    try:
        with releases.database.exclusive(name, wait=False):
            yield
    except Locked:
        msg = "A release of these leads is being worked out already; wait a minute, then ask again."
        raise AtWork(msg) from None


def files_of(release: Release, vault: Vault) -> Files:
    """What is handed out. Takes a `Release`, because nothing else may leave; made once, then kept."""
    return Files(text=vault.sign(to_json(release)), page=to_html(release))


def kept_files(row: ReleasedRow) -> Files:
    """The very files that left. An older ledger kept no page: that is made again from the release.

    Raises
    ------
    BadInput
        The ledger was changed: its bytes have another digest.
    """
    if _sha(row.text) != row.digest or (row.page_digest and _sha(row.page) != row.page_digest):
        msg = (
            f"The release of {row.made_at:%Y-%m-%d} was changed in the database after it left: its SHA-256 "
            "is another one. Restore the database from a backup, or make a new release."
        )
        raise BadInput(msg)
    return Files(text=row.text, page=row.page or to_html(read_release(row.text)))


def write_release(row: ReleasedRow, folder: Path) -> None:
    """Write the files of a release that left into a folder."""
    files = kept_files(row)
    for name, text in (("release.json", files.text), ("release.html", files.page)):
        (folder / name).write_bytes(text.encode())


def open_ledger(database: Database) -> Releases:
    """The ledger in a database."""
    return Releases(database=database)


def _next(figures: Figures, shape: Shape, earlier: tuple[Earlier, ...], progress: Progress) -> Made:
    def watch(done: int, total: int) -> None:
        progress(STEP, 100 * done // max(total, 1), 100)

    before = tuple(made for made, _ in earlier)
    return next_release(basis_of(figures.cube, shape), terms_of(figures.stream), before, watch)


def _exact(releases: Releases, figures: Figures, asked: Asked, who: str, progress: Progress) -> HandedOut:
    shape, earlier = _line(releases, figures, asked)
    basis = basis_of(figures.cube, shape)
    again = _same(basis, earlier)
    if again is not None:
        releases.got_again(asked.request, again[1])
        return HandedOut(release=again[0].release, row=again[1], again=True)
    made = _next(figures, shape, earlier, progress)
    asked_for = figures.vault.asked(digest_of(shape_text.to_text(shape), basis.digest()))
    new = NewRelease(
        made_by=who,
        stream=figures.stream.name[:120],
        asked=asked_for,
        definition=definition(figures.stream),
        shape=shape_text.to_text(shape),
        counts=figures.vault.seal(made_text.to_text(made), asked_for),
        request=asked.request,
    )
    row = releases.add(figures.owner, new, files_of(made.release, figures.vault))
    return HandedOut(release=made.release, row=row, again=False)


def _noisy(
    releases: Releases, figures: Figures, asked: Asked, who: str, paid: ReleasedRow | None
) -> HandedOut:
    check_epsilon(asked.epsilon or 0.0)
    epsilon = as_paid(asked.epsilon or 0.0)  # what is drawn is what was paid
    require_opendp()
    shape = plain_shape(figures.cube, figures.stream, crossings=asked.crossings, k=asked.k)
    text = shape_text.to_text(shape)
    digest = digest_of(text, figures.cube.digest(), f"{epsilon:.6f}", definition(figures.stream))
    asked_for = figures.vault.asked(digest)
    before = releases.answered(figures.owner, asked_for)
    if before is not None and paid is None:
        releases.got_again(asked.request, before)
        return HandedOut(release=read_release(before.text), row=before, again=True)
    new = NewRelease(
        made_by=who,
        stream=figures.stream.name[:120],
        asked=asked_for,
        definition=definition(figures.stream),
        shape=text,
        epsilon=epsilon,
        request=asked.request,
    )
    row = releases.spend(figures.owner, new) if paid is None else paid
    release = noisy_release(figures.cube, shape, terms_of(figures.stream), epsilon)
    row = releases.fill(row, files_of(release, figures.vault), new)
    return HandedOut(release=release, row=row, again=False)


def _line(releases: Releases, figures: Figures, asked: Asked) -> tuple[Shape, tuple[Earlier, ...]]:
    """The shape to use, and the releases without noise that it must fit with, the oldest first."""
    rows = [row for row in reversed(releases.all(figures.owner)) if not row.epsilon]
    if not rows:
        return fitting_shape(figures.cube, figures.stream, crossings=asked.crossings, k=asked.k), ()
    shape = shape_text.from_text(rows[0].shape)
    refuse_other_cut(rows[0], shape, figures.stream, asked)
    return shape, tuple((_made(figures.vault, shape, row), row) for row in rows)


def _made(vault: Vault, shape: Shape, row: ReleasedRow) -> Made:
    """An earlier release with the counts behind it."""
    return made_text.from_text(vault.open(row), shape, read_release(kept_files(row).text))


def _same(basis: Basis, earlier: tuple[Earlier, ...]) -> Earlier | None:
    return next((one for one in earlier if one[0].basis.digest() == basis.digest()), None)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
