"""What the estimates cannot see, and what weakens them, in words."""

from __future__ import annotations

from collections.abc import Iterator

from audit.expected.ahead import Ahead
from audit.expected.model import Record, Warned
from audit.expected.spread import FEWEST_MONTHS
from audit.finding.words import count, percent
from audit.schema import Stream

_WORTH_SAYING = 0.05
_UNSEEN = Warned(
    code="concept_shift",
    text=(
        "The estimates take it that open leads with the same score and decision convert as often as ripe"
        " ones of their group did. Whether that has changed since cannot be seen before outcomes are there."
    ),
)
_WORK_UNKNOWN = Warned(
    code="work_unknown",
    text=(
        "The stream does not say which leads were worked. A lead that nobody works has no chance to convert,"
        " so conversion may be understated where few are. Set worked in [stream]."
    ),
)
_MONTHS_DIFFER = Warned(
    code="months_differ",
    text=(
        "At the same score and decision, leads of some months converted more often than those of others,"
        " beyond chance. The intervals are wider for it; a trend that goes on may still leave them."
    ),
)
_NO_MATURITY = Warned(
    code="no_maturity",
    text=(
        "The stream does not say after how many days an outcome is ripe. Where good outcomes come sooner"
        " than bad ones, those known by now convert too often. Set maturity_days in [stream]."
    ),
)
_ACCOUNTS = Warned(
    code="accounts_alike",
    text=(
        "Leads of one account are alike, which counts do not show: the intervals take each lead by itself and"
        " may be too narrow."
    ),
)


def cautions(made: Ahead, decisive: tuple[Record, ...], stream: Stream, late: int) -> tuple[Warned, ...]:
    """Every caution that applies, the gravest first; what cannot be seen is always said.

    ``late`` counts ripe, worked leads without an outcome.
    """
    return (
        *_untrusted(decisive),
        _UNSEEN,
        *_labels(made, stream),
        *_late(made, late),
        *_months(made),
        *_strange(made),
        *_stream(stream),
    )


def _late(made: Ahead, late: int) -> Iterator[Warned]:
    known = float(made.lessons.known.sum())
    if late > _WORTH_SAYING * (late + known):
        text = (
            f"{count(late, 'worked lead')} are old enough to have an outcome and have none. If most of"
            " them are lost, the estimates are too high: close them in the CRM."
        )
        yield Warned(code="overdue", text=text)


def _untrusted(decisive: tuple[Record, ...]) -> Iterator[Warned]:
    failed = [one for one in decisive if one.state in {"widened", "withheld"}]
    if failed:
        held, compared = sum(one.held for one in failed), sum(one.compared for one in failed)
        text = (
            f"Earlier estimates of {count(len(failed), 'kind')} are not to be trusted: only {held} of"
            f" {compared} intervals held what became of the leads. So those intervals are as wide as the"
            " past needed, or nothing is said."
        )
        yield Warned(code="not_to_be_trusted", text=text)


def _labels(made: Ahead, stream: Stream) -> Iterator[Warned]:
    if stream.worked is None:
        yield _WORK_UNKNOWN
    unworked, n = float(made.leads.unworked.sum()), float(made.leads.open.sum())
    if unworked:
        text = (
            f"Only worked leads teach and are estimated. {count(int(unworked))} without an"
            f" outcome ({percent(unworked / (unworked + n))}) were not worked; the bounds over all leads hold"
            " whatever would have become of them."
        )
        yield Warned(code="selective_labels", text=text)


def _months(made: Ahead) -> Iterator[Warned]:
    spread = made.lessons.spread
    if spread.months < FEWEST_MONTHS:
        text = (
            f"Only {count(spread.months, 'month')} of ripe leads can be learned from. How much months differ"
            " is not known, so the intervals may be too narrow."
        )
        yield Warned(code="few_months", text=text)
    elif spread.moved:
        yield _MONTHS_DIFFER


def _strange(made: Ahead) -> Iterator[Warned]:
    lessons, n = made.lessons, made.lessons.count(made.leads, made.leads.open).sum(axis=0)
    new = float(n[lessons.known.sum(axis=0) == 0].sum() / max(n.sum(), 1))
    if new > _WORTH_SAYING:
        text = (
            f"{percent(new)} of the open leads have a score and decision that no ripe, worked lead had. They"
            " may convert always or never, and the intervals say so."
        )
        yield Warned(code="unlike_any_ripe", text=text)
    scored = made.leads.score != made.leads.blank
    beyond = scored & ((made.leads.score < lessons.lowest) | (made.leads.score > lessons.highest))
    share = float(made.leads.open[beyond].sum() / max(n.sum(), 1))
    if share > _WORTH_SAYING:
        text = (
            f"{percent(share)} of the open leads have a lower or a higher score than any ripe lead; they are"
            " taken to convert as the nearest ripe ones."
        )
        yield Warned(code="scores_beyond", text=text)


def _stream(stream: Stream) -> Iterator[Warned]:
    if stream.maturity_days is None:
        yield _NO_MATURITY
    if stream.account is not None:
        yield _ACCOUNTS
