"""The page Share figures, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.release import Release
from audit.release.page import Sheet, hidden_share, sheets
from audit.schema import BadInput
from connectors.policy.noise import Noise
from connectors.policy.parse import parse_policy
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
    words = (
        f"Nothing needs hiding: each of the {counts:,} counts is of at least {release.k} leads."
        if not hidden
        else f"{hidden:,} of {counts:,} counts are hidden ({hidden / counts:.0%})."
    )
    return Previewed(words=words, why=tuple(_why(release, hidden)), sheets=sheets(release))


def ledger_lines(rows: Sequence[ReleasedRow]) -> tuple[LedgerLine, ...]:
    """The ledger, newest first."""
    return tuple(
        LedgerLine(
            id=row.id,
            when=f"{row.made_at:%Y-%m-%d %H:%M}",
            who=row.made_by,
            stream=row.stream,
            how=f"With noise, epsilon {row.epsilon:g}"
            if row.epsilon
            else "Without noise, small counts hidden",
            digest=row.digest[:12],
            drawn=bool(row.text),
        )
        for row in rows
    )


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
        f"{rule.column} carries lasting noise by the policy: epsilon {rule.operator.epsilon:g} for each "
        "value of each lead. That is apart from this budget: it protects a lead's value from who reads the "
        "column here, and was spent when the lead was read. A release of it costs as much of the budget as "
        "one of any other column."
        for rule in rules
        if isinstance(rule.operator, Noise)
    )


def _why(release: Release, hidden: int) -> list[str]:
    few = f"of 1 to {release.k - 1} leads"
    uncrossed = all(len(one.attribute) < 2 for one in release.groups) and len(release.dimensions) > 1
    reasons = {
        f"A count {few} is hidden. So is a 0 that would tell the same of all leads of a group.": hidden,
        "Larger counts are hidden where a subtraction from a total would give a small one away.": hidden,
        "A count that has changed by only a few leads since an earlier release is hidden too.": hidden,
        "Some leads are in no table: their group is too small, even with other ones.": release.left_out,
        "No attributes are crossed, because too many of the crossed groups would be small.": uncrossed,
    }
    return [words for words, applies in reasons.items() if applies]
