"""The made-up leads of all benchmarks, from a seed. It needs numpy alone: every environment runs it.

Three attributes (region 6 levels, age 5, gender 3), a whole score from 0 to 100, a decision (score of 60 or
more), an outcome, and 12 fields: eight names and four numbers. The later half is a little different.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ATTRIBUTES = {
    "region": ("north", "south", "east", "west", "coast", "abroad"),
    "age": ("under 25", "25 to 34", "35 to 49", "50 to 64", "65 and over"),
    "gender": ("woman", "man", "other"),
}
THRESHOLD = 60
SIZES = {
    "zip3": 900,
    "industry": 20,
    "source": 8,
    "channel": 6,
    "title": 40,
    "country": 30,
    "form": 12,
    "product": 5,
}
NUMBERS = ("tenure", "employees", "visits", "revenue")
FIELDS = (*SIZES, *NUMBERS)


@dataclass(frozen=True)
class Leads:
    """Codes of the attributes and of the fields that are names, numbers of the others, a byte per truth."""

    attributes: dict[str, np.ndarray]
    score: np.ndarray
    decision: np.ndarray
    outcome: np.ndarray
    names: dict[str, np.ndarray]
    numbers: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.score)


def levels(field: str) -> tuple[str, ...]:
    """The names behind the codes of an attribute or field."""
    return ATTRIBUTES.get(field) or tuple(f"{field} {code:03d}" for code in range(SIZES[field]))


def made(number: int, *, fields: bool = True, seed: int = 0) -> Leads:
    """So many leads; the same seed gives the same leads. Without ``fields`` only what rates are made of."""
    random = np.random.default_rng(seed)
    attributes = {
        name: random.integers(0, len(known), number, dtype=np.uint8) for name, known in ATTRIBUTES.items()
    }
    centre = 50 + 4 * (attributes["region"] == 0) - 3 * (attributes["age"] == 4)
    score = np.clip(centre + random.standard_normal(number, np.float32) * 20, 0, 100).astype(np.uint8)
    outcome = (random.random(number, np.float32) < score / np.float32(250)).astype(np.uint8)
    decision = (score >= THRESHOLD).astype(np.uint8)
    names = {name: _names(random, attributes, name) for name in SIZES} if fields else {}
    numbers = {name: _numbers(random, attributes, name) for name in NUMBERS} if fields else {}
    return Leads(attributes, score, decision, outcome, names, numbers)


def _names(random: np.random.Generator, attributes: dict[str, np.ndarray], name: str) -> np.ndarray:
    size, number = SIZES[name], len(attributes["region"])
    code = (size * random.random(number, np.float32) ** np.float32(1.5)).astype(np.int16)
    if name == "zip3":  # a region is told by the place, for half of the leads
        own = random.random(number, np.float32) < 0.5
        code = np.where(own, attributes["region"] * (size // 6) + code % (size // 6), code).astype(np.int16)
    if name == "source":  # the later half comes from elsewhere a little more often
        late = (np.arange(number) >= number // 2) & (random.random(number, np.float32) < 0.1)
        code = np.where(late, 0, code).astype(np.int16)
    return np.minimum(code, size - 1)


def _numbers(random: np.random.Generator, attributes: dict[str, np.ndarray], name: str) -> np.ndarray:
    number = len(attributes["region"])
    drawn = random.standard_normal(number, np.float32)
    if name == "tenure":
        return (10 + 2 * attributes["age"] + 3 * drawn).astype(np.float64)
    if name == "visits":
        return np.floor(np.abs(4 * drawn)).astype(np.float64)
    shift = 0.1 * (np.arange(number) >= number // 2) if name == "revenue" else 0.0
    return np.exp(drawn + shift).round(2).astype(np.float64)
