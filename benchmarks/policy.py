"""How fast a policy is applied, beside the floor under it: the HMAC of every lead's key alone.

``python -m benchmarks.policy [LEADS]`` applies a policy of six rules to made-up leads, page by page as a pull
does and in pages of 100,000, and makes the keys of as many record ids with ``hmac.digest`` alone. The figures
are ratios in one run, with their spread over the rounds.
"""

from __future__ import annotations

import hashlib
import hmac
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.policy.apply import Raw, apply_policy
from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.keep import Keep
from connectors.policy.key import Key
from connectors.policy.model import Operator, Policy, Rule
from connectors.pseudonym import Keyring

ROUNDS, PAGES = 5, (1_000, 100_000)
RING = Keyring(crm="salesforce", organisation="00D000000000001EAA", master=bytes(range(32)))
RULES: tuple[tuple[str, Operator, str], ...] = (
    ("Score__c", Keep(), "score"),
    ("LeadSource", Keep(), "source"),
    ("Age__c", Band(bands=(25, 35, 50, 65)), "age"),
    ("PostalCode", Coarsen(by="prefix", characters=3), "zip3"),
    ("Country", Coarsen(by="country_region"), "country"),
    ("Owner__c", Key(domain="owner"), "owner"),
)
POLICY = Policy(
    name="benchmark",
    crm="salesforce",
    object="Lead",
    created="CreatedDate",
    rules=tuple(Rule(field=field, operator=operator, column=column) for field, operator, column in RULES),
    exclude_when=("Opted_Out__c",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Leads a second: under the policy with pages of a size, with the keys made too, and the HMAC alone."""

    page: int
    policy: Sequence[float]
    with_keys: Sequence[float]
    floor: Sequence[float]

    def told(self) -> str:
        """One line: medians and spreads."""
        times = [floor / one for floor, one in zip(self.floor, self.with_keys, strict=True)]
        parts = (("policy", self.policy), ("with keys", self.with_keys), ("HMAC alone", self.floor))
        rates = ", ".join(f"{name} {_spread(rates, 0)} leads/s" for name, rates in parts)
        return f"pages of {self.page:,}: {rates}; {_spread(times, 2)} times the HMAC"


def measured(leads: int, page: int, rounds: int = ROUNDS) -> Figures:
    """All three, in each round one after the other."""
    ids = ids_of(leads)
    pages = [columns_of(range(first, min(first + page, leads))) for first in range(0, leads, page)]
    found = dict[str, list[float]](policy=[], with_keys=[], floor=[])
    for _ in range(rounds):
        keys: list[Sequence[object]] = []
        made = _seconds(lambda into=keys: into.extend(keyed(ids, page)))  # type: ignore[misc]
        worked = _seconds(lambda of=keys: applied(of, pages))  # type: ignore[misc]
        floor = _seconds(lambda: floor_of(ids))
        found["policy"].append(leads / worked)
        found["with_keys"].append(leads / (made + worked))
        found["floor"].append(leads / floor)
    return Figures(page=page, **found)


def ids_of(leads: int) -> list[str]:
    """Record ids of so many leads."""
    return [f"00Q{number:015}" for number in range(leads)]


def floor_of(ids: Sequence[str]) -> list[bytes]:
    """HMAC-SHA-256 of each id and nothing else: what no policy that makes keys can go below."""
    secret = bytes(32)
    return [hmac.digest(secret, one.encode(), hashlib.sha256) for one in ids]


def keyed(ids: Sequence[str], page: int) -> list[Sequence[object]]:
    """The keys of the ids, page by page."""
    return [[RING.lead_key(one) for one in ids[at : at + page]] for at in range(0, len(ids), page)]


def applied(keys: Sequence[Sequence[object]], pages: Sequence[dict[str, list[str | None]]]) -> None:
    """Apply the policy to each page."""
    for mine, columns in zip(keys, pages, strict=True):
        apply_policy(POLICY, Raw(keys=mine, columns=columns), RING)  # type: ignore[arg-type]


def columns_of(numbers: range) -> dict[str, list[str | None]]:
    """Leads of a year, one in 97 opted out, as a CRM tells them; each was made in a minute of its own."""
    return {
        "CreatedDate": [
            f"2025-{1 + n % 12:02}-{1 + n % 28:02}T{n % 24:02}:{n % 60:02}:{n % 59:02}.000Z" for n in numbers
        ],
        "Opted_Out__c": ["true" if n % 97 == 0 else "false" for n in numbers],
        "Score__c": [str(n % 101) for n in numbers],
        "LeadSource": [("Web", "Phone", "Partner", "Fair", None)[n % 5] for n in numbers],
        "Age__c": [str(18 + n % 70) for n in numbers],
        "PostalCode": [f"{n * 7919 % 100_000:05}" for n in numbers],
        "Country": [("United States", "Germany", "France", "")[n % 4] for n in numbers],
        "Owner__c": [f"owner {n % 50}" for n in numbers],
    }


def _seconds(doing: Callable[[], object]) -> float:
    began = time.perf_counter()
    doing()
    return time.perf_counter() - began


def _spread(figures: Sequence[float], digits: int) -> str:
    low, high = min(figures), max(figures)
    return f"{statistics.median(figures):,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


if __name__ == "__main__":
    for size in PAGES:
        print(measured(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000, size).told())
