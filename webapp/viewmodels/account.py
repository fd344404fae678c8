"""The account of a pull: rows in = kept + rejected + excluded, with the reasons in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audit.intake import Refusal
from webapp.store.rows import Pulled
from webapp.viewmodels.words import counted, plain

REASON_WORDS = {
    "created_missing": "the lead has no creation date",
    "created_not_a_date": "the creation date is not a date",
    "duplicate_key": "the same lead came twice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """How many leads were turned away, and why."""

    count: int
    text: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What became of every lead that was read."""

    read: int
    kept: int
    rejected: int
    excluded: int
    rejected_because: tuple[Reason, ...]
    excluded_because: tuple[Reason, ...]
    unmapped: tuple[Reason, ...]

    @property
    def sentence(self) -> str:
        """The account as one sentence."""
        read = counted(self.read, "lead", "leads")
        return f"{read} read = {self.kept:,} kept + {self.rejected:,} rejected + {self.excluded:,} excluded."


def account(pulled: Pulled, refusals: Iterable[Refusal] = ()) -> Account:
    """The account of one pull; ``refusals`` lend their sentences to the codes they share."""
    known = {refusal.code: refusal for refusal in refusals}
    return Account(
        read=pulled.read,
        kept=pulled.kept,
        rejected=sum(pulled.rejected.values()),
        excluded=sum(pulled.excluded.values()),
        rejected_because=_reasons(pulled.rejected, known),
        excluded_because=_reasons(pulled.excluded, known),
        unmapped=_most_first(Reason(count=n, text=column) for column, n in pulled.unmapped.items()),
    )


def _reasons(counts: Mapping[str, int], known: Mapping[str, Refusal]) -> tuple[Reason, ...]:
    return _most_first(_reason(code, count, known.get(code)) for code, count in counts.items())


def _reason(code: str, count: int, refusal: Refusal | None) -> Reason:
    if refusal is None:
        return Reason(count=count, text=REASON_WORDS.get(code, plain(code)))
    return Reason(count=count, text=refusal.text, rows=refusal.rows)


def _most_first(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: (-reason.count, reason.text)))
