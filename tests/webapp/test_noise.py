"""The audit says which columns carry noise."""

from __future__ import annotations

from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule
from connectors.policy.noise import Noise
from webapp.noise import noisy


def test_a_column_with_noise_is_a_caution_of_the_audit():
    rules = (
        Rule(field="a", operator=Keep(), column="a"),
        Rule(field="v", operator=Noise(epsilon=1.0, lower=0, upper=9), column="visits"),
    )
    found = noisy(Policy(name="p", crm="file", object="o", created="", rules=rules))
    assert [(one.code, one.evidence) for one in found] == [
        ("noisy_column", (("column", "visits"), ("epsilon", 1.0)))
    ]
    assert "too small" in found[0].text
