"""What an audit says of columns whose values carry noise by the policy."""

from __future__ import annotations

from audit.finding import Caution
from connectors.policy.model import Policy
from connectors.policy.noise import Noise


def noisy(policy: Policy) -> tuple[Caution, ...]:
    """A caution per column with noise: groups by it are blurred, so that gaps come out too small."""
    return tuple(
        Caution(
            code="noisy_column",
            text=f"{rule.column} carries noise by the policy: gaps along it are measured too small.",
            evidence=(("column", rule.column), ("epsilon", rule.operator.epsilon)),
        )
        for rule in policy.rules
        if isinstance(rule.operator, Noise)
    )
