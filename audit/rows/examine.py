"""What the rows tell about the features: together, in the score, and in its gaps."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from audit.rows.gap_shares.decompose import Decomposition, decompositions
from audit.rows.imitating.neutral import NeutralGap, neutral_gaps
from audit.rows.imitating.usage import Imitation, imitation
from audit.rows.proxy import GapPair
from audit.rows.separating.joint import JointProxy, joint_proxies
from audit.rows.surrogate import Surrogate, surrogate
from audit.schema import Stream

MOST_NEUTRAL = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What features tell together, how they share out the gaps, and what a surrogate says of them.

    ``imitation`` is None where there is nothing to learn a surrogate from. A surrogate that is not
    faithful has no uses, and nothing is neutralised with it.
    """

    joint_proxies: tuple[JointProxy, ...] = ()
    decompositions: tuple[Decomposition, ...] = ()
    imitation: Imitation | None = None
    neutral_gaps: tuple[NeutralGap, ...] = ()


def examine(table: pa.Table, stream: Stream, pairs: tuple[GapPair, ...], seed: int) -> Examination:
    """Examine the features of an admitted table; ``pairs`` are the gaps from `audit.rows.proxy.gap_pairs`."""
    made = surrogate(table, stream.audit.confidence, seed)
    told = None if made is None else imitation(made, seed)
    return Examination(
        joint_proxies=joint_proxies(table, stream, seed),
        decompositions=decompositions(table, stream, pairs, seed),
        imitation=told,
        neutral_gaps=_neutral(table, pairs, (made, told), seed),
    )


def _neutral(
    table: pa.Table,
    pairs: tuple[GapPair, ...],
    learned: tuple[Surrogate | None, Imitation | None],
    seed: int,
) -> tuple[NeutralGap, ...]:
    """Each gap with each of the ten most used fields neutral, those that are surely used."""
    made, told = learned
    if made is None or told is None:
        return ()
    used = [one.feature for one in told.uses if one.low > 0][:MOST_NEUTRAL]
    return tuple(one for pair in pairs for one in neutral_gaps(made, table, pair, used, seed))
