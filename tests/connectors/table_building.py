"""How the tables of `connectors/policy/tables` are made of the public files: run as a module to write them
again.

``python -m tests.connectors.table_building FOLDER COUNTRIES`` takes the folder of the public ZIP files and
the country list of datahub.io (core/country-codes).
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

TABLES = Path(__file__).parents[2] / "connectors" / "policy" / "tables"
# What the USDA lists below the first real ZIP code are places without one.
FIRST = "00501"
INCOME_EDGES = (35_000, 50_000, 75_000, 100_000)
INCOME = "abcde"
AREA = {
    **dict.fromkeys((1, 2, 3), "m"),
    **dict.fromkeys((4, 5, 6), "c"),
    **dict.fromkeys((7, 8, 9), "t"),
    10: "r",
}
AREA_HEAD = """\
# What kind of place a US ZIP code lies in: one line for each ZIP3, one letter for each of 00 to 99 behind it.
# source: USDA Economic Research Service, Rural-Urban Commuting Area codes, primary code by ZIP code
# vintage: 2010 census, with the commuting of the American Community Survey 2006-10
# licence: public domain (a work of the United States government)
# changed by us: codes 1-3, 4-6, 7-9 and 10 became one letter each; 99 (not coded) was left out
# m = metropolitan
# c = micropolitan
# t = small town
# r = rural
"""
INCOME_HEAD = """\
# The band of the median household income of a US ZIP code: one line for each ZIP3, one letter for 00 to 99.
# source: US Census Bureau, American Community Survey, five-year estimates of the median by ZCTA
# vintage: 2006-10, in dollars of 2010
# licence: public domain (a work of the United States government)
# changed by us: the medians became one of five bands
# a = under $35,000
# b = $35,000-49,999
# c = $50,000-74,999
# d = $75,000-99,999
# e = $100,000 and more
"""
STATE_HEAD = """\
# The state that most ZIP codes of a ZIP3 lie in: first and last ZIP3, then the state.
# source: the state of each ZIP code in the USDA's Rural-Urban Commuting Area codes
# vintage: 2010
# licence: public domain (a work of the United States government)
# changed by us: the most frequent state of each ZIP3, neighbours of one state joined
"""
COUNTRY_HEAD = """\
# Countries with the region and sub-region of the United Nations' M49 standard.
# source: UN Statistics Division, M49, and the UN's and Unicode's names, by datahub.io core/country-codes
# vintage: May 2026
# licence: Open Data Commons Public Domain Dedication and License (PDDL 1.0)
# changed by us: the columns were chosen, spellings of one country joined
# region, sub-region, then the codes and names of the country
"""
NAMES = (
    *(
        "ISO3166-1-Alpha-2",
        "ISO3166-1-Alpha-3",
        "CLDR display name",
        "official_name_en",
        "UNTERM English Short",
    ),
    *("UNTERM English Formal", "official_name_fr", "UNTERM French Short", "official_name_es"),
    *(
        "UNTERM Spanish Short",
        "official_name_ru",
        "UNTERM Russian Short",
        "official_name_ar",
        "official_name_cn",
    ),
)


def area(ruca: Path) -> str:
    with ruca.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["ZIP_CODE"].strip("'"), int(row["RUCA1"])) for row in csv.DictReader(file)]
    return AREA_HEAD + _grid({zip5: AREA[code] for zip5, code in rows if code in AREA and zip5 >= FIRST})


def income(medians: Path) -> str:
    with medians.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["Zip"].zfill(5), row["Median $"].replace(",", "")) for row in csv.DictReader(file)]
    bands = {
        zip5: INCOME[sum(int(text) >= edge for edge in INCOME_EDGES)] for zip5, text in rows if text.isdigit()
    }
    return INCOME_HEAD + _grid(bands)


def _grid(letters: Mapping[str, str]) -> str:
    starts = sorted({zip5[:3] for zip5 in letters})
    lines = ("".join(letters.get(f"{start}{end:02}", ".") for end in range(100)) for start in starts)
    return "".join(f"{start} {line}\n" for start, line in zip(starts, lines, strict=True))


def state(ruca: Path) -> str:
    found: dict[int, Counter[str]] = {}
    with ruca.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            zip5 = row["ZIP_CODE"].strip("'")
            if zip5 >= FIRST:
                found.setdefault(int(zip5[:3]), Counter())[row["STATE"]] += 1
    named = {
        place: min(seen, key=lambda name, seen=seen: (-seen[name], name)) for place, seen in found.items()
    }
    return STATE_HEAD + "".join(f"{low:03} {high:03} {name}\n" for low, high, name in _runs(named))


def _runs(named: Mapping[int, str]) -> Iterable[tuple[int, int, str]]:
    runs: list[tuple[int, int, str]] = []
    for place in sorted(named):
        if runs and runs[-1][1] == place - 1 and runs[-1][2] == named[place]:
            runs[-1] = (runs[-1][0], place, named[place])
        else:
            runs.append((place, place, named[place]))
    return runs


def countries(listed: Path) -> str:
    with listed.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Region Name"].strip()]
    return COUNTRY_HEAD + "".join(
        f"{_country(row)}\n" for row in sorted(rows, key=lambda one: one["CLDR display name"])
    )


def _country(row: Mapping[str, str]) -> str:
    spelled = (row[name].partition(" (")[0].strip() for name in NAMES)
    names = {" ".join(name.casefold().split()): name for name in spelled if name}
    return "\t".join([row["Region Name"], row["Sub-region Name"], "|".join(names.values())])


def zip_tables(folder: Path) -> dict[str, str]:
    return {
        "zip_area.txt": area(folder / "RUCA2010zipcode.csv"),
        "zip_income.txt": income(folder / "MedianZIP-3.csv"),
        "zip_state.txt": state(folder / "RUCA2010zipcode.csv"),
    }


if __name__ == "__main__":
    made = {**zip_tables(Path(sys.argv[1])), "country.txt": countries(Path(sys.argv[2]))}
    for name, text in made.items():
        (TABLES / name).write_text(text, encoding="utf-8", newline="\n")
