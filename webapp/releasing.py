"""The gate: figures of an organisation become a release here, and what left is written down first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from audit.cube import Cube
from audit.intake import admit
from audit.release import (
    Basis,
    Release,
    Shape,
    basis_of,
    check_epsilon,
    fitting_shape,
    noisy_release,
    plain_shape,
    read_release,
    release_of,
    require_opendp,
    shape_text,
    terms_of,
    to_html,
    to_json,
)
from audit.release import basis as basis_form
from audit.release.shape import SMALLEST_K
from audit.report.digest import of_stream
from audit.schema import BadInput, Stream, Tolerance
from audit.tally import count
from webapp.jobs import leads_of, rules_in_force
from webapp.services import Services
from webapp.store.database import Database
from webapp.store.locks import Locked
from webapp.store.releases import MILLION, NewRelease, Owner, ReleasedRow, Releases
from webapp.store.rows import ConnectionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for: how many attributes are crossed, k, and epsilon where noise is wanted."""

    crossings: int | None = None
    k: int = SMALLEST_K
    epsilon: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The exact figures of one owner, which stay inside."""

    owner: Owner
    cube: Cube
    stream: Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """A release and its line in the ledger; ``again`` where the same request got it before."""

    release: Release
    row: ReleasedRow
    again: bool


def owner_of(connection: ConnectionRow) -> Owner:
    """Whose leads a connection holds: disconnecting and connecting again changes nothing."""
    return Owner(crm=connection.crm, organisation=connection.organisation)


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
    return Figures(owner=owner_of(connection), cube=count(admit(table, stream).table, stream), stream=stream)


def preview(releases: Releases, figures: Figures, asked: Asked) -> Release:
    """What would leave without noise; nothing is written down, and nothing may leave from here.

    Raises
    ------
    BadInput
        As `hand_out`.
    """
    with _alone(releases, figures.owner):
        return _looked_at(releases, figures, asked)


def _looked_at(releases: Releases, figures: Figures, asked: Asked) -> Release:
    shape, earlier = _line(releases, figures, asked)
    again = _same(basis_of(figures.cube, shape), earlier)
    if again is not None:
        return again[1]
    return release_of(basis_of(figures.cube, shape), terms_of(figures.stream), _known(earlier))


def hand_out(releases: Releases, figures: Figures, asked: Asked, who: str) -> HandedOut:
    """Make the release, write it down, and only then give it out; the same request gets the same release.

    Raises
    ------
    BadInput
        It must not leave: see `audit.release.release_of`; the budget is used up; or earlier releases of this
        organisation were cut in another way, so that one could be subtracted from the other. Or another
        release of this organisation is being worked out.
    """
    with _alone(releases, figures.owner):
        if asked.epsilon is None:
            return _exact(releases, figures, asked, who)
        return _noisy(releases, figures, asked, who)


@contextmanager
def _alone(releases: Releases, owner: Owner) -> Iterator[None]:
    """One at a time, and nobody waits: it takes up to a minute, and the web process has few threads."""
    name = f"release/{owner.crm}/{owner.organisation}"
    try:
        with releases.database.exclusive(name, wait=False):
            yield
    except Locked:
        msg = "A release of these leads is being worked out already; wait a minute, then ask again."
        raise BadInput(msg) from None


def files_of(release: Release) -> dict[str, str]:
    """What is handed out, by file name. Takes a `Release`, because nothing else may leave."""
    return {"release.json": to_json(release), "release.html": to_html(release)}


def write_release(release: Release, folder: Path) -> None:
    """Write the files into a folder."""
    for name, text in files_of(release).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


def open_ledger(database: Database) -> Releases:
    """The ledger in a database."""
    return Releases(database=database)


def _exact(releases: Releases, figures: Figures, asked: Asked, who: str) -> HandedOut:
    shape, earlier = _line(releases, figures, asked)
    basis = basis_of(figures.cube, shape)
    again = _same(basis, earlier)
    if again is not None:
        return HandedOut(release=again[1], row=again[2], again=True)
    release = release_of(basis, terms_of(figures.stream), _known(earlier))
    new = NewRelease(
        made_by=who,
        stream=figures.stream.name[:120],
        asked=_digest(shape_text.to_text(shape), basis.digest()),
        definition=_definition(figures.stream),
        shape=shape_text.to_text(shape),
        basis=basis_form.to_text(basis),
    )
    return HandedOut(release=release, row=releases.add(figures.owner, new, to_json(release)), again=False)


def _noisy(releases: Releases, figures: Figures, asked: Asked, who: str) -> HandedOut:
    check_epsilon(asked.epsilon or 0.0)
    # The budget is kept in millionths: what is drawn is what was paid.
    epsilon = round((asked.epsilon or 0.0) * MILLION) / MILLION
    require_opendp()
    shape = plain_shape(figures.cube, figures.stream, crossings=asked.crossings, k=asked.k)
    text = shape_text.to_text(shape)
    asked_for = _digest(text, figures.cube.digest(), f"{epsilon:.6f}", _definition(figures.stream))
    before = releases.answered(figures.owner, asked_for)
    if before is not None:
        return HandedOut(release=read_release(before.text), row=before, again=True)
    new = NewRelease(
        made_by=who,
        stream=figures.stream.name[:120],
        asked=asked_for,
        definition=_definition(figures.stream),
        shape=text,
        epsilon=epsilon,
    )
    row = releases.spend(figures.owner, new)
    release = noisy_release(figures.cube, shape, terms_of(figures.stream), epsilon)
    releases.fill(row, to_json(release))
    return HandedOut(release=release, row=row, again=False)


Earlier = tuple[Basis, Release, ReleasedRow]


def _line(releases: Releases, figures: Figures, asked: Asked) -> tuple[Shape, tuple[Earlier, ...]]:
    """The shape to use, and the releases without noise that it must fit with."""
    rows = [row for row in releases.all(figures.owner) if row.basis]
    if not rows:
        return fitting_shape(figures.cube, figures.stream, crossings=asked.crossings, k=asked.k), ()
    shape = shape_text.from_text(rows[-1].shape)
    _refuse_other_cut(rows[-1], shape, figures.stream, asked)
    return shape, tuple((basis_form.from_text(row.basis, shape), read_release(row.text), row) for row in rows)


def _refuse_other_cut(first: ReleasedRow, shape: Shape, stream: Stream, asked: Asked) -> None:
    crossed = max((len(scope) for scope in shape.scopes), default=0)
    other = []
    if first.definition != _definition(stream):
        other.append("other columns, groups, bands or another threshold")
    if asked.k != shape.k:
        other.append(f"k = {shape.k}")
    if asked.crossings is not None and asked.crossings < crossed:
        other.append(f"{crossed} attributes crossed")
    if other:
        msg = (
            f"Figures of these leads were shared on {first.made_at:%Y-%m-%d} with {', '.join(other)}. Two "
            "cuts of the same leads can be subtracted from each other, so ask for the same cut again, hand "
            "out the earlier release, or share with noise."
        )
        raise BadInput(msg)


def _same(basis: Basis, earlier: tuple[Earlier, ...]) -> Earlier | None:
    return next((one for one in earlier if one[0].digest() == basis.digest()), None)


def _known(earlier: tuple[Earlier, ...]) -> tuple[tuple[Basis, Release], ...]:
    return tuple((basis, release) for basis, release, _ in earlier)


def _definition(stream: Stream) -> str:
    """Digest of what decides which lead is counted where; names and tolerances do not."""
    return of_stream(replace(stream, name="", features=None, text=(), audit=Tolerance()))


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
