"""What reps said so far: by month, by reason, by what the check said, by audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel import dates

from audit.estimate import Estimate
from audit.rows.answers import FEWEST_PEOPLE, disagreement
from webapp.charts import Drawing
from webapp.charts.trend import Seen, trend
from webapp.language import ENGLISH, current, day, gettext, marked, ngettext
from webapp.store.answer_counts import AllCounted, Part, PersonSaid
from webapp.viewmodels.answers_queue import BECAUSE, SEEN
from webapp.viewmodels.answers_untold import untold
from webapp.viewmodels.words import NBSP, amount, between, counted

MONTHS = 24
AUDITS = 20
UNTOLD = marked("Not told")
TITLE = marked("Share that disagrees, by month")
CONFIDENCE, LEAST = 0.95, 30
"""How sure the ranges of shares are, and of how few leads none is told, where no stream says otherwise."""
NOTHING = Estimate.missing("too few people answered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many answers of one kind said what. ``key`` is what they have in common, ``words`` its name.

    The numbers are None where it would be the record of too few people.
    """

    key: str
    words: str
    agree: int | None
    disagree: int | None
    review: int | None
    share: str

    @property
    def told(self) -> bool:
        """Whether the numbers are told."""
        return self.disagree is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersSaid:
    """All answers of a connection, counted.

    ``older`` is how many months, and ``more_audits`` how many audits, are left out of the tables. ``fewest``
    is of how many people something is told at least.
    """

    whole: int
    all: Tally
    first: str
    last: str
    leads: int
    people: int
    months: tuple[Tally, ...]
    older: int
    reasons: tuple[tuple[str, int | None], ...]
    seen: tuple[Tally, ...]
    audits: tuple[Tally, ...]
    more_audits: int
    fewest: int = FEWEST_PEOPLE


def answers_said(found: AllCounted) -> AnswersSaid:
    """The counts of some answers."""
    older, more = max(0, len(found.months) - MONTHS), max(0, len(found.audits) - AUDITS)
    return AnswersSaid(
        whole=found.all.whole,
        all=_tallies([found.all], lambda _: gettext("All answers"))[0],
        first=day(found.all.first),
        last=day(found.all.last),
        leads=found.leads,
        people=found.all.people,
        months=_tallies(found.months, _month_words, older),
        older=older,
        reasons=_reasons(found.reasons),
        seen=_tallies(found.seen, lambda key: gettext(_seen().get(key, UNTOLD))),
        audits=_tallies(found.audits, lambda key: key or gettext(UNTOLD), more),
        more_audits=more,
    )


def since_words(given: Sequence[PersonSaid], whole: int, confidence: float, least: int) -> str:
    """What reps answered since an audit, in a sentence; one answer of the ``whole`` counts for each lead."""
    if not whole:
        return gettext("Nobody has answered the check since this audit.")
    share = _share(given, confidence, least)
    if share.value is None:
        return ngettext(
            "Reps answered once since this audit: too few to say how many disagree.",
            "Reps answered %(n)s times since this audit: too few to say how many disagree.",
            whole,
        )
    return ngettext(
        "Reps answered once since this audit; they disagree about %(share)s of the %(leads)s "
        "that they answered about.",
        "Reps answered %(n)s times since this audit; they disagree about %(share)s of the %(leads)s "
        "that they answered about.",
        whole,
        share=_ranged(share),
        leads=counted(share.n, "lead", "leads"),
    )


def months_drawing(
    found: AllCounted, monthly: Sequence[PersonSaid], whole: Sequence[PersonSaid]
) -> Drawing | None:
    """The share that disagrees in each of the newest months; None where it is told of less than two."""
    hidden = untold(found.months, max(0, len(found.months) - MONTHS))
    newest = [one.key for one in reversed(found.months[:MONTHS])]
    shares = [(month, NOTHING if month in hidden else _of_month(month, monthly)) for month in newest]
    if sum(share.value is not None for _, share in shares) < 2:
        return None
    points = [
        Seen(day=_month_words(month), value=one.value, low=one.low, high=one.high) for month, one in shares
    ]
    text = "; ".join(f"{_month_words(month)}: {_in_words(one)}" for month, one in shares)
    line = _share(whole, CONFIDENCE, LEAST).value or 0.0
    return trend(points, lambda value: f"{value * 100:.0f}{NBSP}%", line, (gettext(TITLE), text))


def _in_words(share: Estimate) -> str:
    return gettext("too few to tell") if share.value is None else _ranged(share)


def _ranged(share: Estimate) -> str:
    return f"{amount(share.value or 0.0, share=True)} ({between(share.low, share.high, share=True)})"


def _share(given: Sequence[PersonSaid], confidence: float, least: int) -> Estimate:
    return disagreement([(one.leads, one.disagree) for one in given], confidence, least)


def _of_month(month: str, monthly: Sequence[PersonSaid]) -> Estimate:
    return _share([one for one in monthly if one.part == month], CONFIDENCE, LEAST)


def _tallies(parts: Sequence[Part], words: Callable[[str], str], left_out: int = 0) -> tuple[Tally, ...]:
    hidden = untold(parts, left_out)
    shown = parts[: len(parts) - left_out]
    return tuple(_tally(one, words(one.key), told=one.key not in hidden) for one in shown)


def _tally(one: Part, words: str, *, told: bool) -> Tally:
    if not told:
        return Tally(key=one.key, words=words, agree=None, disagree=None, review=None, share="")
    return Tally(
        key=one.key,
        words=words,
        agree=one.agree,
        disagree=one.disagree,
        review=one.review,
        share=amount(one.disagree / one.whole, share=True) if one.whole else "",
    )


def _reasons(parts: Sequence[Part]) -> tuple[tuple[str, int | None], ...]:
    hidden = untold(parts)
    most = sorted(parts, key=lambda one: -one.disagree)
    return tuple((_because(one.key), None if one.key in hidden else one.disagree) for one in most)


def _because(reason: str) -> str:
    known: Mapping[str, str] = {str(key): words for key, words in BECAUSE.items()}
    return gettext(known.get(reason, UNTOLD))


def _seen() -> Mapping[str, str]:
    return {str(key): words for key, words in SEEN.items()}


def _month_words(key: str) -> str:
    first = date.fromisoformat(f"{key}-01")
    if current() == ENGLISH:
        return f"{first:%b %Y}"
    return dates.format_skeleton("yMMM", first, locale=current())
