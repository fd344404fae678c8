"""Lookup tables: what ships is what the public files say, and an admin's own table is checked."""

from __future__ import annotations

import csv

import pytest

from audit.schema import BadInput
from connectors.policy.census import DIVISIONS, REGIONS
from connectors.policy.coarsen import LONGEST_TABLE, Coarsen
from connectors.policy.lookup import COARSER, DESCRIBED, FINDERS, TABLES, source_of, step
from connectors.policy.parse import parse_policy
from connectors.policy.write import policy_to_toml
from connectors.pseudonym import Keyring
from tests.connectors.table_building import zip_tables

KEYRING = Keyring(crm="file", organisation="x", master=bytes(32))


def words(by: str, *values: str) -> list[str | None]:
    return list(Coarsen(by=by).apply(values, KEYRING).values)


def test_the_zip_tables_are_what_the_public_files_say(data_dir):
    for name, text in zip_tables(data_dir / "geo").items():
        assert (TABLES / name).read_text(encoding="utf-8") == text, name


def test_every_zip_code_of_the_usda_has_its_kind_of_place(data_dir):
    kinds = {1: "metropolitan", 4: "micropolitan", 7: "small town", 10: "rural"}
    with (data_dir / "geo" / "RUCA2010zipcode.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["ZIP_CODE"].strip("'"), int(row["RUCA1"]), row["STATE"]) for row in csv.DictReader(file)]
    rows = [row for row in rows if row[0] >= "00501"]
    found = words("zip_area", *(code for code, _, _ in rows))
    asked = [kinds[max(low for low in kinds if low <= ruca)] if ruca <= 10 else None for _, ruca, _ in rows]
    assert found == asked
    states = words("zip_state", *(code for code, _, _ in rows))
    assert sum(one == state for one, (_, _, state) in zip(states, rows, strict=True)) / len(rows) > 0.997


@pytest.mark.parametrize(
    ("by", "value", "word"),
    [
        ("zip_area", "02139", "metropolitan"),
        ("zip_area", "59718-1234", "micropolitan"),
        ("zip_urban_rural", "021391234", "urban"),
        ("zip_urban_rural", "59718", "rural"),
        ("zip_income", "02139", "$50,000-74,999"),
        ("zip_state", "10001", "NY"),
        ("zip_division", "90210", "Pacific"),
        ("zip_region", "60601", "Midwest"),
        ("zip_region", "00901", "Territories"),
        *(
            ("zip_area", code, None)
            for code in ("2139", "0213", "SW1A 1AA", "D-10115", "00000", "021390", "٠٢١٣٩")
        ),
        *(
            ("country_region", name, "Europe")
            for name in ("Germany", "Deutschland", "DE", "deu", " germany ", "UK")
        ),
        *(
            ("country_region", name, "Americas")
            for name in ("USA", "usa", "United States", "Brasil", "México")
        ),
        ("country_region", "日本", "Asia"),
        ("country_region", "Côte d\N{RIGHT SINGLE QUOTATION MARK}Ivoire", "Africa"),
        ("country_region", "Cote Sud", None),
        ("country_subregion", "Kenya", "Sub-Saharan Africa"),
        ("country_subregion", "New Zealand", "Australia and New Zealand"),
        ("title_seniority", "Vice President, Sales", "executive"),
        ("title_seniority", "Geschäftsführerin", "executive"),
        ("title_seniority", "Directrice des ventes", "director"),
        ("title_seniority", "Head of Growth", "director"),
        ("title_seniority", "Jefe de ventas", "manager"),
        ("title_seniority", "Senior Software Engineer", "senior"),
        ("title_seniority", "Account Manager", "staff"),
        ("title_seniority", "Assistant to the CEO", "staff"),
        ("title_seniority", "Junior Sales Manager", "entry"),
        ("title_seniority", "営業部長", "director"),
        ("title_seniority", "销售经理", "manager"),
        ("title_seniority", "генеральный директор", "executive"),
        *(
            ("title_seniority", title, None)
            for title in ("Wizard", "Internal", "Chiefly", "-", "Ada Lovelace")
        ),
    ],
)
def test_what_a_table_makes_of_a_value(by, value, word):
    applied = Coarsen(by=by).apply([value, None, " "], KEYRING)
    assert applied.values == (word, None, None)
    assert applied.unmapped == (word is None)


def test_every_table_names_its_source_its_vintage_and_its_licence():
    assert set(DESCRIBED) == set(FINDERS)
    for by, (_, file) in DESCRIBED.items():
        source, vintage, licence = source_of(file)
        assert source
        assert any(open_ in licence.casefold() for open_ in ("public domain", "apache"))
        assert source in Coarsen(by=by).describe()
        assert vintage in Coarsen(by=by).describe()


def test_a_step_on_from_a_word_is_what_the_coarser_table_says_itself():
    zips = [f"{number:05}" for number in range(501, 100_000, 97)]
    countries = ["Kenya", "Germany", "Peru", "Fiji", "Japan", "Canada", "Australia", "Antarctica"]
    for by, coarser in COARSER.items():
        values = countries if by.startswith("country") else zips
        pairs = [
            (one, two) for one, two in zip(words(by, *values), words(coarser, *values), strict=True) if one
        ]
        assert pairs
        assert all(step(by, one) == two for one, two in pairs)


def test_the_census_has_fifty_one_states_nine_divisions_and_four_regions():
    states = [state for state, division in DIVISIONS.items() if division != "Territories"]
    assert len(states) == 51
    assert len(set(DIVISIONS.values()) - {"Territories"}) == 9
    assert len(set(REGIONS.values()) - {"Territories"}) == 4


OWN = """
[policy]
name = "own"
crm = "salesforce"
object = "Lead"
created = "CreatedDate"
[[rule]]
field = "PostalCode"
operator = "coarsen"
column = "area"
by = "table"
characters = 3
table = { "021" = "Boston", "100" = "New York", "SW1" = "London" }
"""


def test_an_admins_own_table_is_looked_up_and_reads_back():
    policy = parse_policy(OWN)
    assert parse_policy(policy_to_toml(policy)) == policy
    applied = policy.rules[0].operator.apply(["02139", "10001", "sw1a 1aa", "94110", "02"], KEYRING)
    assert applied.values == ("Boston", "New York", "London", None, None)
    assert applied.unmapped == 2
    assert "3 words of a table of 3 entries" in policy.rules[0].operator.describe()


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ('table = { "a" = "" }', "gives 'a' no word"),
        ('table = { "a" = 3 }', "a word in quotes"),
        ('table = { " " = "x" }', "a word in quotes"),
        ('table = { "a" = "x", "A" = "y" }', "gives 'a' two words"),
        ('table = ["a"]', "a word in quotes"),
        ('table = "a.csv"', "table must list values"),
        ("table = {}", "goes with by"),
        (f'table = {{ "a" = "{"x" * 101}" }}', "more than 100 characters"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_one_sentence(table, sentence):
    text = OWN.replace('table = { "021" = "Boston", "100" = "New York", "SW1" = "London" }', table)
    with pytest.raises(BadInput, match=sentence) as told:
        parse_policy(text)
    assert "PostalCode" in str(told.value)


def test_a_table_that_is_too_long_says_what_to_do():
    entries = tuple((f"{number}", "x") for number in range(LONGEST_TABLE + 1))
    with pytest.raises(BadInput, match="look up the first characters only"):
        Coarsen(by="table", table=entries)
    assert Coarsen(by="table", table=entries[1:]).describe()


@pytest.mark.parametrize("by", ["day", "zip_area", "presence", "country_region"])
def test_characters_and_table_go_only_where_they_mean_something(by):
    with pytest.raises(BadInput, match="characters"):
        Coarsen(by=by, characters=3)
    with pytest.raises(BadInput, match="table"):
        Coarsen(by=by, table=(("a", "b"),))
