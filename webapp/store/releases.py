"""The ledger of releases and the noise budget of every organisation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select, update

from audit.schema import BadInput
from webapp.store.accounts import Accounts
from webapp.store.database import Database
from webapp.store.release_tables import PrivacyBudget, Released
from webapp.store.repository import Clock, short_id, utc_now

MILLION = 1_000_000
LARGEST_BUDGET = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose leads a release is about: an organisation of a CRM, or a stream over files (crm "file")."""

    crm: str
    organisation: str


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
    """What is noted of a release when it is made."""

    made_by: str
    stream: str
    asked: str
    definition: str
    shape: str
    basis: str = field(default="", repr=False)
    epsilon: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedRow:
    """One line of the ledger."""

    id: str
    made_at: datetime
    made_by: str
    stream: str
    asked: str
    definition: str
    shape: str
    basis: str = field(repr=False)
    text: str = field(repr=False)
    digest: str
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

    def answered(self, owner: Owner, asked: str) -> ReleasedRow | None:
        """The release that the same request got before."""
        return next((row for row in self.all(owner) if row.asked == asked and row.text), None)

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
        Accounts(database=self.database, clock=self.clock).record(who, "noise budget set", "release", detail)

    def add(self, owner: Owner, new: NewRelease, text: str) -> ReleasedRow:
        """Note a release without noise."""
        return self._added(owner, new, text)

    def spend(self, owner: Owner, new: NewRelease) -> ReleasedRow:
        """Take the epsilon of a release out of the budget and open its line, in one transaction.

        It comes before the noise is drawn: a crash after it loses budget, never privacy.

        Raises
        ------
        BadInput
            There is no budget, or too little is left.
        """
        return self._added(owner, new, "", spent=round(new.epsilon * MILLION))

    def fill(self, row: ReleasedRow, text: str) -> None:
        """Put the drawn release into the line that `spend` opened; once."""
        with self.database.writing() as session:
            stored = session.get_one(Released, row.id)
            if stored.text:
                msg = "a release is never drawn twice"
                raise ValueError(msg)
            stored.text, stored.digest = text, sha256(text.encode()).hexdigest()

    def _added(self, owner: Owner, new: NewRelease, text: str, spent: int = 0) -> ReleasedRow:
        now = self.clock()
        with self.database.writing() as session:
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
                basis=new.basis,
                text=text,
                digest=sha256(text.encode()).hexdigest(),
                micro_epsilon=spent,
            )
            session.add(row)
        noise = f"with noise, epsilon {new.epsilon:g}" if spent else "without noise"
        Accounts(database=self.database, clock=self.clock).record(
            new.made_by, "figures shared", row.id, f"{owner.crm} {owner.organisation}, {noise}"
        )
        return _row(row)


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
    return ReleasedRow(
        id=row.id,
        made_at=row.made_at,
        made_by=row.made_by,
        stream=row.stream,
        asked=row.asked,
        definition=row.definition,
        shape=row.shape,
        basis=row.basis,
        text=row.text,
        digest=row.digest,
        epsilon=row.micro_epsilon / MILLION,
    )
