"""Made-up people for made-up leads: no real mail address, no real phone number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FIRST = (
    *("Alex", "Amara", "Ben", "Bruno", "Carla", "Chen", "Dana", "Diego", "Elif", "Emma", "Farid", "Fiona"),
    *("Grace", "Hana", "Hugo", "Ines", "Ivan", "Jonas", "Julia", "Kaya", "Kofi", "Lea", "Liam", "Maria"),
    *("Mateo", "Mia", "Nadia", "Noah", "Olga", "Omar", "Paula", "Priya", "Quinn", "Rosa", "Sam", "Tariq"),
)
LAST = (
    *("Abbott", "Berger", "Castro", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jensen"),
    *("Kowalski", "Lopez", "Meyer", "Nguyen", "Okafor", "Patel", "Quist", "Rossi", "Silva", "Tanaka"),
    *("Ueda", "Vargas", "Weber", "Xu", "Young", "Zeller"),
)
FIRM = ("Acorn", "Beacon", "Cedar", "Delta", "Ember", "Falcon", "Granite", "Harbor", "Indigo", "Juniper")
KIND = ("Supply", "Partners", "Foods", "Systems", "Health", "Works", "Logistics", "Studio")
DOMAINS = ("example.com", "example.org")


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Columns about persons, one entry per lead; none of them depends on any attribute."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    company: tuple[str, ...]
    email: tuple[str, ...]
    phone: tuple[str, ...]


def people(count: int, rng: np.random.Generator) -> People:
    """``count`` people. Mail domains are reserved (RFC 2606), as are the numbers 555-0100 to 555-0199."""
    first, last, firm, kind = (
        [names[place] for place in rng.integers(len(names), size=count)]
        for names in (FIRST, LAST, FIRM, KIND)
    )
    number = range(count)
    return People(
        first=tuple(first),
        last=tuple(last),
        company=tuple(f"{one} {two}" for one, two in zip(firm, kind, strict=True)),
        email=tuple(f"{first[i]}.{last[i]}.{i}@{DOMAINS[i % 2]}".lower() for i in number),
        phone=tuple(f"({201 + i // 100 % 700}) 555-01{i % 100:02d}" for i in number),
    )
