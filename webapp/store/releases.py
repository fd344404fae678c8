"""The ledger of releases and the noise budget of every organisation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.release_tables import PrivacyBudget, Released, ReleaseLook, ReleaseRequest
from webapp.store.repository import Clock, short_id, utc_now
from webapp.store.rows import ConnectionRow
from webapp.store.wiping import wipe

MILLION = 1_000_000
LARGEST_BUDGET = 20.0
PLAIN_DIGEST = 64
"""Letters of a request's digest that is not keyed, as older versions kept it; a keyed one has fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose leads a release is about: an organisation of a CRM, or a stream over files (crm "file")."""

    crm: str
    organisation: str


def owner_of(connection: ConnectionRow) -> Owner:
    """Whose leads a connection holds: disconnecting and connecting again changes nothing."""
    return Owner(crm=connection.crm, organisation=connection.organisation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Epsilon: what an organisation may use, and what it has used."""

    total: float
    spent: float

    @property
    def left(self) -> float:
        """What may still be used."""
        return max(round(self.total - self.spent, 6), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelease:
    """What is noted of a release when it is made; ``request`` is the job that asked, or ""."""

    made_by: str
    stream: str
    asked: str
    definition: str
    shape: str
    counts: bytes | None = field(default=None, repr=False)
    epsilon: float = 0.0
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What a request got: a line of the ledger, and whether that had left before."""

    row: ReleasedRow
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What is handed out, to the byte: ``release.json`` (signed if there is a key) and ``release.html``."""

    text: str = field(repr=False)
    page: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedRow:
    """One line of the ledger. ``page`` is "" where the page was not kept."""

    id: str
    made_at: datetime
    made_by: str
    stream: str
    asked: str
    definition: str
    shape: str
    basis: str = field(repr=False)
    counts: bytes | None = field(repr=False)
    text: str = field(repr=False)
    page: str = field(repr=False)
    digest: str
    page_digest: str
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """What left, and the budgets. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def all(self, owner: Owner) -> tuple[ReleasedRow, ...]:
        """Every release of an organisation, newest first; those that were paid for and never drawn too."""
        query = select(Released).filter_by(crm=owner.crm, organisation=owner.organisation)
        with self.database.reading() as session:
            return tuple(
                _row(row) for row in session.scalars(query.order_by(Released.made_at.desc(), Released.id))
            )

    def one(self, owner: Owner, release_id: str) -> ReleasedRow | None:
        """One release of this organisation."""
        return next((row for row in self.all(owner) if row.id == release_id and row.text), None)

    def newest_id(self, owner: Owner) -> str:
        """The newest release without noise, or ""."""
        query = select(Released.id).filter_by(crm=owner.crm, organisation=owner.organisation, micro_epsilon=0)
        with self.database.reading() as session:
            return session.scalar(query.order_by(Released.made_at.desc()).limit(1)) or ""

    def answered(self, owner: Owner, asked: str) -> ReleasedRow | None:
        """The release that the same request got before."""
        return next((row for row in self.all(owner) if row.asked == asked and row.text), None)

    def got(self, owner: Owner, request: str) -> Got | None:
        """What a request got already; its line may still wait for its noise."""
        with self.database.reading() as session:
            found = session.get(ReleaseRequest, request) if request else None
            row = None if found is None else session.get_one(Released, found.release_id)
            if found is None or row is None or (row.crm, row.organisation) != (owner.crm, owner.organisation):
                return None
            return Got(row=_row(row), again=found.again)

    def got_again(self, request: str, row: ReleasedRow) -> None:
        """Note that a request got a release of before."""
        if request:
            with self.database.writing() as session:
                session.add(ReleaseRequest(id=request, release_id=row.id, again=True))

    def budget(self, owner: Owner) -> Budget | None:
        """The budget of an organisation; None where no admin has set one."""
        with self.database.reading() as session:
            row = session.get(PrivacyBudget, (owner.crm, owner.organisation))
            return Budget(total=row.total / MILLION, spent=row.spent / MILLION) if row else None

    def set_budget(self, owner: Owner, total: float, who: str) -> None:
        """Let an organisation use ``total`` in all; what it has used stays used.

        Raises
        ------
        BadInput
            The total is no positive number, or too large to protect anybody.
        """
        if not 0 <= total <= LARGEST_BUDGET:
            msg = f"The budget must lie between 0 and {LARGEST_BUDGET:g}; {total:g} does not."
            raise BadInput(msg)
        key, now = (owner.crm, owner.organisation), self.clock()
        with self.database.exclusive("privacy-budget"), self.database.writing() as session:
            row = session.get(PrivacyBudget, key)
            if row is None:
                row = PrivacyBudget(crm=owner.crm, organisation=owner.organisation, spent=0)
                session.add(row)
            row.total, row.set_by, row.set_at = round(total * MILLION), who, now
            detail = f"{owner.crm} {owner.organisation}: {total:g} in all"
            session.add(noted(now, who, "noise budget set", "release", detail))

    def add(self, owner: Owner, new: NewRelease, files: Files) -> ReleasedRow:
        """Note a release without noise, and in the trail who made it."""
        return self._added(owner, new, files)

    def spend(self, owner: Owner, new: NewRelease) -> ReleasedRow:
        """Take the epsilon of a release out of the budget and open its line, in one transaction.

        It comes before the noise is drawn: a crash after it loses budget, never privacy.

        Raises
        ------
        BadInput
            There is no budget, or too little is left.
        """
        return self._added(owner, new, Files(text="", page=""), spent=round(new.epsilon * MILLION))

    def fill(self, row: ReleasedRow, files: Files, new: NewRelease | None = None) -> ReleasedRow:
        """Put the drawn release into the line that `spend` opened; once.

        ``new`` says what it was drawn over, where that is later than the line.
        """
        with self.database.writing() as session:
            stored = session.get_one(Released, row.id)
            if stored.text:
                msg = "a release is never drawn twice"
                raise ValueError(msg)
            _put(stored, files)
            if new is not None:
                stored.asked, stored.definition, stored.shape = new.asked, new.definition, new.shape
            return _row(stored)

    def owners_of_old(self) -> frozenset[Owner]:
        """Whose lines have a digest without a key, or counts in the clear, as older versions kept them."""
        old = (func.length(Released.asked) == PLAIN_DIGEST) | (Released.basis != "")
        query = select(Released.crm, Released.organisation).where(old).distinct()
        with self.database.reading() as session:
            return frozenset(Owner(crm=crm, organisation=of) for crm, of in session.execute(query))

    def seal_line(self, row: ReleasedRow, asked: str, counts: bytes | None) -> None:
        """Keep the digest of an older ledger keyed, and its exact counts sealed, no more in the clear."""
        with self.database.writing() as session:
            stored = session.get_one(Released, row.id)
            stored.asked, stored.counts, stored.basis = asked, counts, ""
        wipe(self.database.engine, Released.__tablename__)

    def forget_counts(self, owner: Owner, who: str) -> int:
        """Delete the exact counts behind the releases of an organisation; of how many releases.

        What left stays, and so does the budget.
        """
        query = select(Released).filter_by(crm=owner.crm, organisation=owner.organisation)
        with self.database.writing() as session:
            rows = [row for row in session.scalars(query) if row.basis or row.counts]
            for row in rows:
                # The digest goes too: small counts are guessed, and it would tell which guess is right.
                row.basis, row.counts, row.asked = "", None, ""
            looks = delete(ReleaseLook).filter_by(crm=owner.crm, organisation=owner.organisation)
            session.execute(looks)
            if rows:
                detail = f"{owner.crm} {owner.organisation}, {len(rows)} releases"
                session.add(noted(self.clock(), who, "counts behind releases deleted", "release", detail))
        if rows:
            wipe(self.database.engine, Released.__tablename__)
        return len(rows)

    def _added(self, owner: Owner, new: NewRelease, files: Files, spent: int = 0) -> ReleasedRow:
        with self.database.writing() as session:
            now = _after_all(session, owner, self.clock())
            if spent:
                taken = session.execute(
                    update(PrivacyBudget)
                    .filter_by(crm=owner.crm, organisation=owner.organisation)
                    .where(PrivacyBudget.spent + spent <= PrivacyBudget.total)
                    .values(spent=PrivacyBudget.spent + spent)
                )
                if taken.rowcount != 1:  # type: ignore[attr-defined]
                    raise BadInput(_used_up(self.budget(owner), new.epsilon))
            row = Released(
                id=short_id(),
                crm=owner.crm,
                organisation=owner.organisation,
                made_at=now,
                made_by=new.made_by,
                stream=new.stream,
                asked=new.asked,
                definition=new.definition,
                shape=new.shape,
                basis="",
                counts=new.counts,
                micro_epsilon=spent,
            )
            _put(row, files)
            noise = f"with noise, epsilon {new.epsilon:g}" if spent else "without noise"
            told = f"{owner.crm} {owner.organisation}, {noise}"
            session.add_all([row, noted(now, new.made_by, "figures shared", row.id, told)])
            if new.request:
                session.flush()
                session.add(ReleaseRequest(id=new.request, release_id=row.id, again=False))
        return _row(row)


def _after_all(session: Session, owner: Owner, now: datetime) -> datetime:
    """Now, or a moment after the latest release: they are held against each other in their order."""
    query = select(func.max(Released.made_at)).filter_by(crm=owner.crm, organisation=owner.organisation)
    latest = session.scalar(query)
    return now if latest is None else max(now, latest + timedelta(microseconds=1))


def _put(row: Released, files: Files) -> None:
    row.text, row.page = files.text, files.page
    row.digest, row.page_digest = (sha256(one.encode()).hexdigest() for one in (files.text, files.page))


def _used_up(budget: Budget | None, epsilon: float) -> str:
    if budget is None:
        return (
            "There is no budget for noise yet: an admin sets it on the page Share figures (files: --budget)."
        )
    return (
        f"The budget for noise is used up: {budget.left:g} of {budget.total:g} is left, and this release "
        f"needs {epsilon:g}. Ask for a smaller epsilon, hand out an earlier release, or let an admin raise "
        "the budget."
    )


def _row(row: Released) -> ReleasedRow:
    same = {name: getattr(row, name) for name in ReleasedRow.__slots__ if name != "epsilon"}
    return ReleasedRow(**same, epsilon=row.micro_epsilon / MILLION)
