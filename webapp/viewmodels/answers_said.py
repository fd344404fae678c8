"""What reps said so far: by month, by reason, by what the check said, by audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel import dates

from audit.estimate import Estimate
from audit.rows.answers import disagreement
from connectors.feedback import Feedback
from webapp.answers_told import as_answers
from webapp.charts import Drawing
from webapp.charts.trend import Seen, trend
from webapp.language import ENGLISH, current, day, gettext, marked, ngettext
from webapp.viewmodels.answers_queue import BECAUSE, SEEN
from webapp.viewmodels.words import NBSP, amount, between, counted

MONTHS = 24
AUDITS = 20
UNTOLD = marked("Not told")
TITLE = marked("Share that disagrees, by month")
CONFIDENCE, LEAST = 0.95, 30
"""How sure the ranges of shares are, and of how few leads none is told, where no stream says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many answers of one kind said what. ``key`` is what they have in common, ``words`` its name."""

    key: str
    words: str
    agree: int
    disagree: int
    review: int

    @property
    def whole(self) -> int:
        """All of them."""
        return self.agree + self.disagree + self.review

    @property
    def share(self) -> str:
        """The share that disagrees, as far as there is one."""
        return amount(self.disagree / self.whole, share=True) if self.whole else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersSaid:
    """All answers of a connection, counted; ``drawing`` is None where there are not two months to compare.

    ``older`` is how many months, and ``more_audits`` how many audits, are left out of the tables.
    """

    all: Tally
    first: str
    last: str
    leads: int
    people: int
    months: tuple[Tally, ...]
    older: int
    reasons: tuple[tuple[str, int], ...]
    seen: tuple[Tally, ...]
    audits: tuple[Tally, ...]
    more_audits: int
    drawing: Drawing | None


def answers_said(given: Sequence[Feedback]) -> AnswersSaid | None:
    """The counts of some answers, oldest first; None where there are none."""
    if not given:
        return None
    months = _tallies(given, _month, _month_words)
    audits = _tallies(given, lambda one: one.audit_id, lambda key: key or gettext(UNTOLD))
    reasons = Counter(
        gettext(BECAUSE[one.reason] if one.reason else UNTOLD) for one in given if one.verdict == "disagree"
    )
    return AnswersSaid(
        all=_tally("", gettext("All answers"), given),
        first=day(given[0].given_at),
        last=day(given[-1].given_at),
        leads=len({one.lead for one in given}),
        people=len({one.who for one in given}),
        months=months[:MONTHS],
        older=len(months[MONTHS:]),
        reasons=tuple(reasons.most_common()),
        seen=_tallies(given, lambda one: one.seen or "", lambda key: gettext(_seen().get(key, UNTOLD))),
        audits=audits[:AUDITS],
        more_audits=len(audits[AUDITS:]),
        drawing=_drawing(given),
    )


def since_words(given: Sequence[Feedback], confidence: float, least: int) -> str:
    """What reps answered since an audit, in a sentence; one answer counts for each lead."""
    if not given:
        return gettext("Nobody has answered the check since this audit.")
    share = disagreement(as_answers(given), confidence, least)
    if share.value is None:
        return ngettext(
            "Reps answered once since this audit: too few to say how many disagree.",
            "Reps answered %(n)s times since this audit: too few to say how many disagree.",
            len(given),
        )
    return ngettext(
        "Reps answered once since this audit; they disagree about %(share)s of the %(leads)s "
        "that they answered about.",
        "Reps answered %(n)s times since this audit; they disagree about %(share)s of the %(leads)s "
        "that they answered about.",
        len(given),
        share=_ranged(share),
        leads=counted(share.n, "lead", "leads"),
    )


def _in_words(share: Estimate) -> str:
    return share.undefined or _ranged(share)


def _ranged(share: Estimate) -> str:
    return f"{amount(share.value or 0.0, share=True)} ({between(share.low, share.high, share=True)})"


def _tallies(
    given: Iterable[Feedback], key_of: Callable[[Feedback], str], words: Callable[[str], str]
) -> tuple[Tally, ...]:
    """The answers by what they have in common, what was answered last first."""
    newest = sorted(_parts(given, key_of).items(), key=lambda pair: pair[1][-1].given_at, reverse=True)
    return tuple(_tally(key, words(key), part) for key, part in newest)


def _parts(given: Iterable[Feedback], key_of: Callable[[Feedback], str]) -> Mapping[str, list[Feedback]]:
    parts: dict[str, list[Feedback]] = {}
    for one in given:
        parts.setdefault(key_of(one), []).append(one)
    return parts


def _tally(key: str, words: str, part: Iterable[Feedback]) -> Tally:
    said = Counter(one.verdict for one in part)
    return Tally(key=key, words=words, agree=said["agree"], disagree=said["disagree"], review=said["review"])


def _seen() -> Mapping[str, str]:
    return {str(key): words for key, words in SEEN.items()}


def _drawing(given: Sequence[Feedback]) -> Drawing | None:
    """The share that disagrees in each of the newest months of which it can be told."""
    newest = list(_parts(given, _month).items())[-MONTHS:]
    shares = [(month, disagreement(as_answers(part), CONFIDENCE, LEAST)) for month, part in newest]
    if sum(share.value is not None for _, share in shares) < 2:
        return None
    whole = disagreement(as_answers(given), CONFIDENCE, LEAST)
    points = [
        Seen(day=_month_words(month), value=one.value, low=one.low, high=one.high) for month, one in shares
    ]
    text = "; ".join(f"{_month_words(month)}: {_in_words(one)}" for month, one in shares)
    return trend(
        points, lambda value: f"{value * 100:.0f}{NBSP}%", whole.value or 0.0, (gettext(TITLE), text)
    )


def _month(one: Feedback) -> str:
    return f"{one.given_at:%Y-%m}"


def _month_words(key: str) -> str:
    first = date.fromisoformat(f"{key}-01")
    if current() == ENGLISH:
        return f"{first:%b %Y}"
    return dates.format_skeleton("yMMM", first, locale=current())
