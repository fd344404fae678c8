"""The page Share figures, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.release import Release
from audit.release.page import Sheet, hidden_share, sheets
from audit.schema import BadInput
from connectors.policy.noise import Noise
from connectors.policy.parse import parse_policy
from webapp.language import decimal, gettext, iso_day, shortest
from webapp.store.releases import ReleasedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What would leave: how much of it is hidden, and the tables."""

    words: str
    why: tuple[str, ...]
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One release that left."""

    id: str
    when: str
    who: str
    stream: str
    how: str
    digest: str
    drawn: bool


def previewed(release: Release) -> Previewed:
    """A release without noise, for the person who is about to share it."""
    hidden, counts = hidden_share(release)
    words = _hidden_words(hidden, counts) if hidden else _nothing_hidden(counts, release.k)
    return Previewed(words=words, why=tuple(_why(release, hidden)), sheets=sheets(release))


def _nothing_hidden(counts: int, k: int) -> str:
    return gettext(
        "Nothing needs hiding: each of the %(counts)s counts is of at least %(k)s leads.",
        counts=decimal(counts),
        k=k,
    )


def _hidden_words(hidden: int, counts: int) -> str:
    return gettext(
        "%(hidden)s of %(counts)s counts are hidden (%(share)s%%).",
        hidden=decimal(hidden),
        counts=decimal(counts),
        share=decimal(100 * hidden / counts),
    )


def ledger_lines(rows: Sequence[ReleasedRow]) -> tuple[LedgerLine, ...]:
    """The ledger, newest first."""
    return tuple(
        LedgerLine(
            id=row.id,
            when=f"{iso_day(row.made_at)} {row.made_at:%H:%M}",
            who=row.made_by,
            stream=row.stream,
            how=_how(row.epsilon),
            digest=row.digest[:12],
            drawn=bool(row.text),
        )
        for row in rows
    )


def _how(epsilon: float | None) -> str:
    if not epsilon:
        return gettext("Without noise, small counts hidden")
    return gettext("With noise, epsilon %(epsilon)s", epsilon=shortest(epsilon))


def lasting_noise(text: str) -> tuple[str, ...]:
    """The columns that carry noise by a policy's text, and why they are apart from the budget.

    The budget counts what releases tell of whether a lead is there. Noise of the policy hides each lead's own
    value once and for all from who reads the column here; it is a part of the lead then, so that a release of
    it costs as much as one of any other column.
    """
    try:
        rules = parse_policy(text, "The policy").rules
    except BadInput:
        return ()  # the page of the policy says what is wrong with it
    return tuple(
        gettext(
            "%(column)s carries lasting noise by the policy: epsilon %(epsilon)s for each value of each "
            "lead. That is apart from this budget: it protects a lead's value from who reads the column "
            "here, and was spent when the lead was read. A release of it costs as much of the budget as "
            "one of any other column.",
            column=rule.column,
            epsilon=shortest(rule.operator.epsilon),
        )
        for rule in rules
        if isinstance(rule.operator, Noise)
    )


def _why(release: Release, hidden: int) -> list[str]:
    uncrossed = all(len(one.attribute) < 2 for one in release.groups) and len(release.dimensions) > 1
    reasons = {
        gettext(
            "A count of 1 to %(most)s leads is hidden. So is a 0 that would tell the same of all leads of a "
            "group.",
            most=release.k - 1,
        ): hidden,
        gettext(
            "Larger counts are hidden where a subtraction from a total would give a small one away."
        ): hidden,
        gettext(
            "A count that has changed by only a few leads since an earlier release is hidden too."
        ): hidden,
        gettext(
            "Some leads are in no table: their group is too small, even with other ones."
        ): release.left_out,
        gettext(
            "No attributes are crossed, because too many of the crossed groups would be small."
        ): uncrossed,
    }
    return [words for words, applies in reasons.items() if applies]
