"""What people answer to the check, in words: what goes with what, never why."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from audit.finding.words import count, more_leads, percent, points, quoted, sentence
from audit.finding.words import named as in_full
from audit.rows.answers import Answered, AnswerGap, Overridden, Said, Share

PHRASES: Mapping[Share, str] = MappingProxyType(
    {
        "answered": "people answer about {group} {how} about {reference} leads",
        "disagreed": "people disagree with the check of {group} {how} with that of {reference} leads",
        "reviewed": "people ask for a review of {group} {how} of {reference} leads",
    }
)
CALLED: Mapping[Said, str] = MappingProxyType(
    {"too_low": "too low", "too_high": "too high", "right": "right although they disagreed with the check"}
)
BORNE_OUT: Mapping[tuple[Said, str], str] = MappingProxyType(
    {
        ("too_low", "above"): "They turned out better than leads with scores alike, as people said",
        ("too_low", "below"): "They turned out worse than leads with scores alike, against what people said",
        (
            "too_high",
            "above",
        ): "They turned out better than leads with scores alike, against what people said",
        ("too_high", "below"): "They turned out worse than leads with scores alike, as people said",
        (
            "right",
            "above",
        ): "They turned out better than leads with scores alike, so that the score was too low",
        (
            "right",
            "below",
        ): "They turned out worse than leads with scores alike, so that the score was too high",
    }
)
NOT_SURE = "Whether they turned out otherwise than leads with scores alike cannot be told"
ASSOCIATION = (
    "People may work a lead harder after they overrode its score, and may answer when they know the end: this"
    " goes with what they say, and does not prove it."
)
_LEAST = 0.0005
"""Below this a difference of shares rounds to nothing."""


def account_sentence(found: Answered) -> str:
    """How many answers there are, and what became of each."""
    parts = [
        f"{count(found.leads)} of this audit {_were(found.leads)} answered about, by {_people(found.people)}"
    ]
    if found.repeated:
        parts.append(
            f"{count(found.repeated, 'earlier answer')} about the same leads {_do(found.repeated)} not count"
        )
    if found.elsewhere:
        parts.append(
            f"{count(found.elsewhere, 'answer')} {_were(found.elsewhere)} about leads outside the audit"
        )
    return "; ".join(parts) + "."


def gap_sentence(one: AnswerGap) -> str:
    """One comparison with its verdict."""
    if one.value is None:
        return sentence(f"{in_full((one.attribute,), (one.group,))}: not compared, as {one.undefined}")
    said = PHRASES[one.share].format(
        group=in_full((one.attribute,), (one.group,)), how=_how(one.value), reference=quoted(one.reference)
    )
    return f"{sentence(f'{said}, {_range(one)}')} {_verdict(one)}"


def overridden_sentence(one: Overridden) -> str:
    """How leads turned out of which people said something about the score."""
    whose = f"leads whose score people called {CALLED[one.said]}"
    if one.difference is None or one.expected is None:
        return f"{sentence(whose)[:-1]}: not enough data, as {one.undefined}."
    told = (
        f"Of {count(one.n)} whose score people called {CALLED[one.said]}, {percent(one.converted.value or 0)}"
        f" converted, against {percent(one.expected)} of leads with scores alike that nobody answered about"
        f" (a difference from {_signed(one.low)} to {_signed(one.high)} points)."
    )
    return f"{told} {_outlook(one)}"


def _outlook(one: Overridden) -> str:
    if one.outlook == "insufficient":
        return f"{NOT_SURE}: {one.undefined}."
    return f"{BORNE_OUT.get((one.said, one.outlook), NOT_SURE)}."


def _how(value: float) -> str:
    if abs(value) < _LEAST:
        return "as often as"
    return f"{points(value)} {'less' if value < 0 else 'more'} often than"


def _range(one: AnswerGap) -> str:
    return f"from {_signed(one.low)} to {_signed(one.high)} points"


def _signed(value: float | None) -> str:
    return f"{(value or 0.0) * 100 + 0.0:+.1f}".replace("-", "\N{MINUS SIGN}")


def _verdict(one: AnswerGap) -> str:
    if one.verdict == "fail":
        return "That is outside the tolerance, and more than chance and the habits of single people explain."
    if one.verdict == "pass":
        return "That is within the tolerance."
    if one.few_people:
        return "Too few people answered to tell their habits from the group."
    if one.n_needed is None:
        return "That is not enough data for a verdict."
    what = "" if one.share == "answered" else " with an answer"
    return f"That is not enough data for a verdict: {more_leads(one.n_needed - one.n)}{what} are needed."


def _people(number: int) -> str:
    return f"{number:,} {'person' if number == 1 else 'people'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _do(number: int) -> str:
    return "does" if number == 1 else "do"
