"""What the reader of a joint audit must know before trusting it."""

from __future__ import annotations

from collections.abc import Iterator

from audit.federation.model import Names, Party
from audit.federation.plan import Folded, Plan
from audit.finding.value import Caution, evidence
from audit.finding.words import listed, plain, quoted

_NAMED = 5


def cautions(parties: tuple[Party, ...], plan: Plan) -> tuple[Caution, ...]:
    """What is hidden, noisy, left out or counted elsewhere, and what no release tells."""
    return tuple(
        one
        for made in (_hidden(parties), _noise(parties), _groups(parties, plan), _unseen(parties))
        for one in made
    )


def hidden_counts(party: Party) -> tuple[int, int]:
    """Hidden counts of a release, and all of them."""
    counts = [value for one in party.release.groups for value in one.counts]
    return counts.count(None), len(counts)


def _hidden(parties: tuple[Party, ...]) -> Iterator[Caution]:
    shares = [(party.name, *hidden_counts(party)) for party in parties]
    if any(hidden for _, hidden, _ in shares):
        told = listed(
            tuple(f"{plain(name)} {hidden:,} of {total:,}" for name, hidden, total in shares if hidden)
        )
        text = (
            f"Some counts are hidden, to protect small groups: {told}. What they leave open is in every "
            "interval as the worst case; a verdict holds for all counts that are possible."
        )
        yield Caution(
            code="hidden_counts", text=text, evidence=evidence(hidden=sum(one[1] for one in shares))
        )


def _noise(parties: tuple[Party, ...]) -> Iterator[Caution]:
    noisy = [party for party in parties if party.release.noise is not None]
    if noisy:
        who = listed(
            tuple(
                f"{plain(one.name)} (epsilon {one.release.noise.epsilon:g})"
                for one in noisy
                if one.release.noise
            )
        )
        text = (
            f"The counts of {who} hold random noise. The intervals allow for it; the figures themselves move "
            "with it."
        )
        yield Caution(code="noise", text=text, evidence=evidence(organisations=len(noisy)))


def _groups(parties: tuple[Party, ...], plan: Plan) -> Iterator[Caution]:
    if plan.folded:
        shown = listed(tuple(map(_folded, plan.folded[:_NAMED])))
        more = f"; {len(plan.folded) - _NAMED} more" if plan.folded[_NAMED:] else ""
        text = (
            "Not every organisation names these groups, so they are counted with all other groups: "
            f"{shown}{more}."
        )
        yield Caution(code="groups_together", text=text, evidence=evidence(groups=len(plan.folded)))
    if plan.apart:
        named = listed(tuple(_crossing(one) for one in plan.apart[:_NAMED]))
        text = f"Only some releases have the crossings of {named}, so they are not compared together."
        yield Caution(code="crossings_left_out", text=text, evidence=evidence(crossings=len(plan.apart)))
    out = [party.name for party in parties if party.release.left_out]
    if out:
        who = listed(tuple(map(plain, out)))
        text = f"Some leads of {who} are in no table, because their group is too small to show."
        yield Caution(code="left_out", text=text, evidence=evidence(organisations=len(out)))


def _unseen(parties: tuple[Party, ...]) -> Iterator[Caution]:
    if len(parties) > 1:
        text = (
            "No release tells of which time its leads are, nor who they are: a person who is a lead of two "
            "organisations counts twice. Agree on the time before you export."
        )
        yield Caution(code="same_people", text=text, evidence=evidence(organisations=len(parties)))


def _folded(one: Folded) -> str:
    who = listed(tuple(map(plain, one.lacking)))
    return f"{plain(one.attribute)} {quoted(one.group)} (not named by {who})"


def _crossing(one: Names) -> str:
    return " and ".join(map(plain, one))
