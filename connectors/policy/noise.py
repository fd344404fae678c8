"""noise: a count becomes a noisy count, the same one at every pull, by local differential privacy.

Nobody who sees the column learns much of one lead's count: the guarantee is epsilon of local differential
privacy for one value within the bounds (Kasiviswanathan 2011), by the geometric mechanism clamped to them
(Ghosh 2012).

**The same at every pull.** Fresh noise at every pull would average away. So a lead's value is drawn once
and for all, as RAPPOR's *permanent* randomised response is (Erlingsson 2014, 3.1), and there is no second,
*instantaneous* one on top: it would protect only against an eye on every report, and the store of this
column is read as a whole. Nothing is remembered for that: the draw is read off a code of the lead, the
column, the rule and the value that only the organisation's key can make (HMAC-SHA-256, taken for random as
everywhere in Fairlead). OpenDP vouches for the scale; its own sampler cannot be told to draw the same again,
so the draw takes the mechanism's probabilities as whole numbers of 2**-128, without a float. Tests hold them
to OpenDP's sampler.

What remains, and what does not:

- who holds the key can draw again, so the protection is against everybody but this installation;
- a value that changes is a new draw: after n different values of a lead epsilon adds up to at most n times
  as much, and that it changed may show;
- two columns of one field add up as well, and so do two rules, one after the other, and two keys.

References
----------
A. Ghosh, T. Roughgarden, M. Sundararajan (2012). Universally utility-maximizing privacy mechanisms. SIAM J.
Comput. 41(6):1673-1693. U. Erlingsson, V. Pihur, A. Korolova (2014). RAPPOR: randomized aggregatable
privacy-preserving ordinal response. CCS. S. Kasiviswanathan et al. (2011). What can we learn privately?
SIAM J. Comput. 40(3):793-826.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import cache
from typing import ClassVar

from audit.schema import BadInput
from connectors.policy.blank import filled
from connectors.policy.model import Applied, Policy
from connectors.pseudonym import Keyring, LeadKey

WIDEST = 10_000
MOST_EPSILON = 10.0
_BITS = 128
_DIGITS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Replace a whole number by a noisy one between ``lower`` and ``upper``, under ``epsilon`` per value.

    A value outside the bounds is moved to the nearer one first. The smaller ``epsilon``, the more noise: the
    scale is (upper - lower) / epsilon.
    """

    name: ClassVar[str] = "noise"
    epsilon: float
    lower: int
    upper: int

    def __post_init__(self) -> None:
        """Refuse bounds and an epsilon that promise nothing, and an installation without OpenDP."""
        if not all(type(end) is int for end in (self.lower, self.upper)) or self.lower >= self.upper:
            msg = (
                "lower and upper must be whole numbers, the lower one first, for example lower = "
                "0 and upper = 20"
            )
            raise BadInput(msg)
        if self.upper - self.lower > WIDEST or max(abs(self.lower), abs(self.upper)) > 10**9:
            msg = (
                f"lower and upper may be {WIDEST:,} apart at most: a wider range would leave "
                "nothing but noise"
            )
            raise BadInput(msg)
        if type(self.epsilon) not in {int, float} or not 0.01 <= self.epsilon <= MOST_EPSILON:
            msg = (
                f"epsilon must be a number from 0.01 (much noise) to {MOST_EPSILON:g} (hardly "
                "any), for example 1.0"
            )
            raise BadInput(msg)
        _vouched(self.upper - self.lower, float(self.epsilon))

    def apply(self, values: Sequence[str | None], keyring: Keyring) -> Applied:  # noqa: ARG002 - the protocol
        """Refuse: equal noise for equal values would hide nobody.

        Raises
        ------
        BadInput
            Wherever a column is read without saying whose values they are, such as the history of a score.
        """
        msg = (
            "operator noise needs to know whose value it is: a score, or a field with a "
            "history, cannot carry noise"
        )
        raise BadInput(msg)

    def apply_to(self, values: Sequence[str | None], leads: Sequence[LeadKey], domain: Draws) -> Applied:
        """The noisy counts of ``leads``; what is no whole number is null and counted."""
        counts = [None if filled(value) is None else _whole(value or "") for value in values]
        made = tuple(
            None if count is None else str(self._drawn(count, lead, domain))
            for count, lead in zip(counts, leads, strict=True)
        )
        lost = sum(filled(old) is not None and new is None for old, new in zip(values, counts, strict=True))
        return Applied(values=made, unmapped=lost)

    def _drawn(self, count: int, lead: LeadKey, domain: Draws) -> int:
        inside = min(max(count, self.lower), self.upper)
        asked = f"{self.lower}/{self.upper}/{float(self.epsilon)!r}/{lead.hex}/{inside}"
        return self.lower + drawn(
            inside - self.lower, self.upper - self.lower, float(self.epsilon), domain.draw(asked)
        )

    def same_range(self, other: Noise) -> bool:
        """Whether two rules clamp alike, so that their epsilons may be compared."""
        return (self.lower, self.upper) == (other.lower, other.upper)

    def describe(self) -> str:
        """What it does, for the admin."""
        return (
            f"The number gets noise and stays between {self.lower} and {self.upper} "
            f"(local differential privacy, epsilon {self.epsilon:g} for each value); the same at every pull. "
            "That epsilon is apart from the budget of releases."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Where the draws of one column come from."""

    keyring: Keyring
    column: str

    def draw(self, asked: str) -> int:
        """128 bits that only the organisation's key can make."""
        return int(self.keyring.pseudonym(f"noise/{self.column}", asked), 16)


def draws_for(column: str, keyring: Keyring) -> Draws:
    """The draws of one column under an organisation's key."""
    return Draws(keyring=keyring, column=column)


def drawn(count: int, width: int, epsilon: float, draw: int) -> int:
    """The mechanism: a count from 0 to ``width`` and 128 random bits become a count from 0 to ``width``."""
    ends = thresholds(width, epsilon)
    # The place of -count among the thresholds, which run from -width upwards.
    start = width - count
    return bisect_right(ends, draw, start, start + width) - start


@cache
def thresholds(width: int, epsilon: float) -> tuple[int, ...]:
    """The chance that the noise is at most x, for x from -width to width - 1, in units of 2**-128."""
    with localcontext(prec=_DIGITS, rounding=ROUND_HALF_EVEN):
        shrink = (-Decimal(epsilon) / width).exp()
        whole = Decimal(2) ** _BITS
        below = [shrink**-x / (1 + shrink) for x in range(-width, 0)]
        above = [1 - shrink ** (x + 1) / (1 + shrink) for x in range(width)]
        return tuple(int(whole * chance) for chance in (*below, *above))


@cache
def _vouched(width: int, epsilon: float) -> None:
    """Ask OpenDP whether the mechanism of this scale is private enough.

    Raises
    ------
    BadInput
        OpenDP is not installed, or says that it is not.
    """
    try:
        from opendp.domains import atom_domain  # noqa: PLC0415 - an extra, for policies that want it
        from opendp.measurements import make_geometric  # noqa: PLC0415
        from opendp.metrics import absolute_distance  # noqa: PLC0415
        from opendp.mod import enable_features  # noqa: PLC0415
    except ModuleNotFoundError:
        msg = "operator noise needs OpenDP, which is not installed: install the extra, fairlead[privacy]"
        raise BadInput(msg) from None
    enable_features("contrib")
    space = (atom_domain(T=int), absolute_distance(T=int))
    mechanism = make_geometric(*space, scale=width / epsilon, bounds=(0, width))
    told = float(mechanism.map(width))  # type: ignore[no-untyped-call]  # OpenDP has no types here
    if not math.isclose(told, epsilon, rel_tol=1e-9) and told > epsilon:
        msg = f"OpenDP does not promise epsilon {epsilon:g} for this range: choose a larger epsilon"
        raise BadInput(msg)


def noisy_columns(policy: Policy) -> tuple[str, ...]:
    """The columns that carry noise, in the policy's order: gaps along them are measured too small."""
    return tuple(rule.column for rule in policy.rules if rule.operator.name == "noise")


def _whole(value: str) -> int | None:
    text = value.strip()
    try:
        number = Decimal(text) if "_" not in text and len(text) <= 40 else Decimal("nan")
    except ArithmeticError:
        return None
    inside = number.is_finite() and abs(number) < Decimal(10) ** 18
    return int(number) if inside and number == number.to_integral_value() else None
