"""The account of a pull: rows in = kept + rejected + excluded, with the reasons in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from connectors.policy.apply import WITHOUT
from webapp.language import decimal, gettext, marked, ngettext
from webapp.store.rows import Pulled
from webapp.viewmodels.words import plain

REASON_WORDS = {
    "archived": marked("The CRM has archived the lead."),
    "created_missing": marked("The lead has no creation date."),
    "created_not_a_date": marked("The creation date is not a date."),
    "duplicate": marked("The lead came twice; it counts once."),
    "duplicate_key": marked("The lead came twice; it counts once."),
    "malformed": marked("The CRM sent a record that cannot be read."),
    "decision_missing": marked("There is no decision."),
    "score_missing": marked("There is no score."),
    "score_not_a_number": marked("The score is not a number."),
    "score_out_of_range": marked("The score is outside its range."),
}
# The reasons of ours among the fields that excluded leads.
EXCLUSIONS = {
    "erased": marked("The lead was erased."),
    "opted_out_meanwhile": marked("The lead opted out while the pull ran."),
    "too_old": marked("The lead is older than the retention allows, so nothing of it is kept."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """How many leads were turned away, and why."""

    count: int
    text: str


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
        return ngettext(
            "%(n)s\N{NO-BREAK SPACE}lead read = %(kept)s kept + %(rejected)s rejected + %(excluded)s "
            "excluded.",
            "%(n)s\N{NO-BREAK SPACE}leads read = %(kept)s kept + %(rejected)s rejected + %(excluded)s "
            "excluded.",
            self.read,
            kept=decimal(self.kept),
            rejected=decimal(self.rejected),
            excluded=decimal(self.excluded),
        )


def account(pulled: Pulled) -> Account:
    """The account of one pull, in words of the language that is spoken."""
    return Account(
        read=pulled.read,
        kept=pulled.kept,
        rejected=sum(pulled.rejected.values()),
        excluded=sum(pulled.excluded.values()),
        rejected_because=_reasons(pulled.rejected, rejected_words),
        excluded_because=_reasons(pulled.excluded, excluded_words),
        unmapped=_most_first(Reason(count=n, text=column) for column, n in pulled.unmapped.items()),
    )


def rejected_words(code: str) -> str:
    """Why a lead could not be used, as a sentence."""
    if code in REASON_WORDS:
        return gettext(REASON_WORDS[code])
    return gettext("The CRM did not give the lead (%(code)s).", code=plain(code))


def excluded_words(code: str) -> str:
    """Why a lead was left out on purpose: an opt-out field of the CRM by its name, or a reason of ours."""
    if code.startswith(WITHOUT):
        return gettext("%(field)s is empty, or says no.", field=code.removeprefix(WITHOUT))
    if code in EXCLUSIONS:
        return gettext(EXCLUSIONS[code])
    return gettext("%(field)s is ticked, or does not say no.", field=code)


def _reasons(counts: Mapping[str, int], words: Callable[[str], str]) -> tuple[Reason, ...]:
    return _most_first(Reason(count=n, text=words(code)) for code, n in counts.items())


def _most_first(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=lambda reason: (-reason.count, reason.text)))
