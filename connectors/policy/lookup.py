"""The tables that ship: a ZIP code becomes a kind of place, a country a region, a job title a level.

Each table is a text file in ``connectors/policy/tables`` that names its source, vintage and licence.
Nothing is fetched. What a table does not list is not known, and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

from connectors.policy.census import DIVISIONS, REGIONS
from connectors.policy.titles import seniority_of

TABLES = Path(__file__).parent / "tables"
# Five digits, or nine with a hyphen or without (USPS Publication 28, 2.1).
_ZIP = re.compile(r"(\d{5})(?:[- ]?\d{4})?", re.ASCII)
# The official names leave out what people write.
_ALSO = MappingProxyType(
    {
        "USA": "U.S.A.|U.S.|Vereinigte Staaten|Vereinigte Staaten von Amerika|Stati "
        "Uniti|EUA|EEUU|EE. UU.|Verenigde Staten"
        "|United States|United States of America|America|the United States of America|アメリカ|미국|美国",
        "GBR": "UK|U.K.|Great Britain|England|Scotland|Wales|Northern "
        "Ireland|Großbritannien|Vereinigtes Königreich"
        "|Regno Unito|Grande-Bretagne|Verenigd Koninkrijk|United Kingdom|イギリス|영국|英国",
        "DEU": "Deutschland|Germania|Alemanha|Duitsland|Niemcy|ドイツ|독일|德国",
        "AUT": "Österreich|Oesterreich|Oostenrijk",
        "CHE": "Schweiz|Svizzera|Suíça|Zwitserland",
        "FRA": "Frankreich|Francia|França|Frankrijk|フランス",
        "ESP": "Spanien|Spagna|Espanha|Spanje",
        "ITA": "Italien|Italia|Itália",
        "NLD": "Nederland|Niederlande|Holland|The Netherlands|Paesi Bassi",
        "BEL": "België|Belgien|Belgio",
        "POL": "Polska|Polen|Polonia",
        "PRT": "Portogallo",
        "BRA": "Brasil|Brasilien",
        "MEX": "Mexiko|Messico",
        "DNK": "Danmark|Dänemark",
        "SWE": "Sverige|Schweden",
        "NOR": "Norge|Norwegen",
        "FIN": "Suomi|Finnland",
        "IRL": "Irland|Éire",
        "GRC": "Griechenland|Ελλάδα",
        "TUR": "Turkey|Türkei|Turchia",
        "CZE": "Czech Republic|Tschechien|Česko",
        "RUS": "Russia|Russland",
        "KOR": "Korea|South Korea|Republic of Korea|Südkorea|대한민국|韓国",
        "JPN": "Japan|日本",
        "CHN": "China|中国",
        "IND": "India|Indien|Inde|भारत",
        "CAN": "Kanada",
        "AUS": "Australien",
    }
)
_CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"
Finder = Callable[[str], str | None]


def plain(value: str) -> str:
    """A value as the tables compare it: letter case and spaces do not count."""
    return " ".join(value.casefold().replace(_CURLY, "'").split())


def source_of(name: str) -> tuple[str, str, str]:
    """The source, vintage and licence that a table's file names."""
    told = dict(
        line.lstrip("# ").split(": ", 1)
        for line in _lines(name)
        if re.match(r"# (source|vintage|licence):", line)
    )
    return told["source"], told["vintage"], told["licence"]


@cache
def _lines(name: str) -> tuple[str, ...]:
    return tuple((TABLES / name).read_text(encoding="utf-8").splitlines())


def _rows(name: str) -> Iterator[str]:
    return (line for line in _lines(name) if not line.startswith("#"))


def zip5(value: str) -> str | None:
    """The five digits of a US ZIP code; None where the value is none."""
    found = _ZIP.fullmatch(value)
    return found[1] if found else None


@cache
def _grid(name: str) -> Mapping[str, str]:
    """The letters of a table, by the first three digits."""
    return dict(line.split(" ") for line in _rows(name))


@cache
def words_of(name: str) -> Mapping[str, str]:
    """What each letter of a table stands for, in the table's order."""
    return dict(line[2:].split(" = ") for line in _lines(name) if re.match(r"# [a-z] = ", line))


def _lettered(name: str, value: str) -> str | None:
    code = zip5(value)
    line = _grid(name).get(code[:3]) if code else None
    return words_of(name).get(line[int(code[3:])]) if line and code else None


@cache
def _states() -> Mapping[str, str]:
    runs = (line.split(" ") for line in _rows("zip_state.txt"))
    return {f"{place:03}": state for low, high, state in runs for place in range(int(low), int(high) + 1)}


def _state(value: str) -> str | None:
    code = zip5(value)
    return _states().get(code[:3]) if code else None


@cache
def _countries() -> Mapping[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for line in _rows("country.txt"):
        region, part, names = line.split("\t")
        also = _ALSO.get(names.split("|")[1], "")
        found |= {
            plain(name): (region, part or region) for name in (*names.split("|"), *also.split("|")) if name
        }
    return found


def _country(place: int, value: str) -> str | None:
    found = _countries().get(plain(value))
    return found[place] if found else None


def _then(first: Finder, into: Mapping[str, str], value: str) -> str | None:
    found = first(value)
    return into.get(found) if found else None


_URBAN = MappingProxyType(
    {"metropolitan": "urban", **dict.fromkeys(("micropolitan", "small town", "rural"), "rural")}
)
_area = partial(_lettered, "zip_area.txt")
_division = partial(_then, _state, DIVISIONS)
FINDERS: Mapping[str, Finder] = MappingProxyType(
    {
        "zip_area": _area,
        "zip_urban_rural": partial(_then, _area, _URBAN),
        "zip_income": partial(_lettered, "zip_income.txt"),
        "zip_state": _state,
        "zip_division": _division,
        "zip_region": partial(_then, _division, REGIONS),
        "country_subregion": partial(_country, 1),
        "country_region": partial(_country, 0),
        "title_seniority": seniority_of,
    }
)
"""The lookups by the word after ``by``: a filled value in, its word out, None where it is not listed."""

DESCRIBED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "zip_area": ("US ZIP code becomes metropolitan, micropolitan, small town or rural", "zip_area.txt"),
        "zip_urban_rural": ("US ZIP code becomes urban (metropolitan) or rural", "zip_area.txt"),
        "zip_income": (
            "US ZIP code becomes one of five bands of its median household income",
            "zip_income.txt",
        ),
        "zip_state": ("US ZIP code becomes the state", "zip_state.txt"),
        "zip_division": ("US ZIP code becomes one of nine divisions of the census", "zip_state.txt"),
        "zip_region": ("US ZIP code becomes one of four regions of the census", "zip_state.txt"),
        "country_subregion": ("country becomes one of the sub-regions of the UN", "country.txt"),
        "country_region": ("country becomes one of the five regions of the UN", "country.txt"),
        "title_seniority": ("job title becomes a level, by the words in it", "seniority.txt"),
    }
)
"""What each lookup does, and the file that it looks in."""

COARSER: Mapping[str, str] = MappingProxyType(
    {
        "zip_area": "zip_urban_rural",
        "zip_state": "zip_division",
        "zip_division": "zip_region",
        "country_subregion": "country_region",
    }
)
"""The lookup that is one step coarser, and can be worked out from the finer one's words alone."""

STEPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"zip_area": _URBAN, "zip_state": DIVISIONS, "zip_division": REGIONS}
)


def step(by: str, word: str) -> str:
    """What the word of a lookup becomes one step coarser."""
    if by == "country_subregion":
        return {part: region for region, part in _countries().values()}[word]
    return STEPS[by][word]


ZIP3_IS_ENOUGH = frozenset({"zip_state", "zip_division", "zip_region"})
"""The lookups that need the first three digits only."""
