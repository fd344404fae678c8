"""What values say: no operator lets an identifier through, and a kept column can be in doubt."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors.policy.apply import Raw, apply_policy
from connectors.policy.band import Band
from connectors.policy.blank import each_filled
from connectors.policy.coarsen import DATE_LENGTH, KINDS, Coarsen
from connectors.policy.doubts import doubts, refuse_doubtful
from connectors.policy.drop import Drop
from connectors.policy.fitting import refuse_unfit
from connectors.policy.identifying import is_identifying
from connectors.policy.keep import Keep
from connectors.policy.key import Key
from connectors.policy.looks import IDENTIFYING, looks_like
from connectors.policy.map import Map
from connectors.policy.model import Operator, Policy, Rule
from connectors.policy.noise import Noise, draws_for
from connectors.policy.operators import OPERATORS
from connectors.policy.parse import parse_policy
from connectors.policy.reduce import Reduce
from connectors.policy.starter.proposals import proposals
from connectors.policy.starter.sampled import LEADS, Shape, may_be_looked_at, profile_of, sampled, shapes_only
from connectors.policy.write import policy_to_toml
from connectors.pseudonym import Keyring
from connectors.source import Batch, FieldInfo

KEYRING = Keyring(crm="salesforce", organisation="00D1", master=bytes(range(32)))
SCRIPTS = (
    *("abcdefghij", "ABCDEFGHIJ", "éüñøßçžłąę", "абвгдежзик", "αβγδεζηθικ", "אבגדהוזחטי"),
    *("ابتثجحخدذر", "अआइईउऊएऐओऔ", "漢字東京大阪京都山", "ひらがなかきくけこ", "김이박최정강조윤장임"),
)


@st.composite
def words(draw, least: int = 4):
    script = draw(st.sampled_from(SCRIPTS))
    return "".join(draw(st.lists(st.sampled_from(script), min_size=least, max_size=12)))


def digits(least: int, most: int):
    return st.text("0123456789", min_size=least, max_size=most)


names = st.builds(" ".join, st.lists(words(), min_size=2, max_size=3))
mails = st.builds("{}.{}@{}.example".format, words(), digits(2, 5), words())
phones = st.builds("+{} ({}) {}-{}".format, digits(1, 3), digits(3, 3), digits(3, 4), digits(4, 4))
urls = st.builds("https://www.{}.example/{}?{}".format, words(), words(), digits(4, 9))
ids = st.builds("00Q{}AB{}xyz".format, digits(5, 5), digits(5, 5)) | st.uuids().map(str)
texts = st.builds(lambda parts: " ".join(parts) + ".", st.lists(words(), min_size=5, max_size=30))
addresses = st.ip_addresses().map(str).filter(lambda text: len(text) > 6)


def luhn_card(body: str) -> str:
    for last in "0123456789":
        number = f"4{body}{last}"
        doubled = [int(one) * (1 + place % 2) for place, one in enumerate(reversed(number))]
        if sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0:
            return " ".join(number[start : start + 4] for start in range(0, 16, 4))
    raise AssertionError


def iban_of(body: str) -> str:
    check = 98 - int(f"{body}131400") % 97
    return f"DE{check:02}{body}"


cards = digits(14, 14).map(luhn_card) | digits(18, 18).map(iban_of)
identifiers = st.one_of(names, mails, phones, urls, ids, texts, addresses, cards)
KEPT = 3
EVERY: tuple[Operator, ...] = (
    *(
        Band(bands=(25, 35)),
        Band(bands=(1990,), of="year"),
        Band(bands=(18,), of="age", as_of=date(2026, 1, 1)),
    ),
    Map(vocabulary=(("web", "1"), ("phone", "0"))),
    *(Coarsen(by=by) for by in KINDS if by not in {"prefix", "table"}),
    Coarsen(by="prefix", characters=KEPT),
    Coarsen(by="table", characters=2, table=(("02", "x"), ("ab", "y"))),
    *(Reduce(to=to) for to in ("length", "words", "readability")),
    *(Reduce(to=to, language="en") for to in ("sentiment", "tone")),
    Key(domain="d"),
    Drop(),
)


def test_the_law_below_is_about_every_operator():
    assert {operator.name for operator in EVERY} | {"keep", "noise"} == set(OPERATORS)


@given(st.lists(identifiers, min_size=1, max_size=3))
def test_no_operators_output_contains_its_input(values):
    """But for what a rule openly keeps: the first characters of a prefix, the day of a date."""
    for operator in EVERY:
        for before, after in zip(values, operator.apply(values, KEYRING).values, strict=True):
            longest = KEPT if isinstance(operator, Coarsen) and operator.by == "prefix" else 0
            if after is None or (isinstance(operator, Coarsen) and operator.by in DATE_LENGTH):
                continue
            assert before not in after
            assert len(after) <= longest or not shares(before, after, max(longest, 4) + 1), (operator, after)


def shares(before: str, after: str, length: int) -> bool:
    """Whether a piece of so many characters of the value stands in the result; a code may by accident."""
    if re.fullmatch("[0-9a-f]{32}", after):
        return any(before[start : start + 9] in after for start in range(len(before) - 8))
    return any(before[start : start + length] in after for start in range(len(before) - length + 1))


@given(identifiers)
def test_equal_values_have_another_code_under_another_key(value):
    """No result is a hash that somebody without the key could make: a second key makes all of them anew."""
    other = Keyring(crm="salesforce", organisation="00D1", master=bytes(32))
    one, two = (Key(domain="d").apply([value], keyring).values[0] for keyring in (KEYRING, other))
    assert one is not None
    assert one != two
    import hashlib

    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        assert one not in hashlib.new(name, value.strip().encode(errors="surrogatepass")).hexdigest()


@given(identifiers, st.integers(0, 9))
def test_noise_lets_no_text_through(value, number):
    noise = Noise(epsilon=1.0, lower=0, upper=9)
    made = noise.apply_to([value, str(number)], [KEYRING.lead_key(i) for i in "ab"], draws_for("c", KEYRING))
    assert made.values[0] is None or re.fullmatch("[0-9]", made.values[0])
    assert re.fullmatch("[0-9]", made.values[1] or "")


plain_shapes = st.one_of(mails, phones, urls, ids, addresses, cards)


@given(st.lists(plain_shapes, min_size=1, max_size=4))
def test_keep_lets_nothing_through_that_plainly_points_at_a_person(values):
    applied = Keep().apply(values, KEYRING)
    assert applied.values == (None,) * len(values)
    assert applied.unmapped == len(values)
    assert Keep(checked=True).apply(values, KEYRING).values == tuple(value.strip() for value in values)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "Web",
            "Phone Inquiry",
            "Closed - Not Converted",
            "10-49",
            "1000-5000",
            "1,000-5,000",
            "1000+",
            "MQL",
        ),
        *(
            "42",
            "0.95",
            "-3",
            "1718000000000",
            "12,500",
            "2026-01-31",
            "2026-01-31T10:00:00Z",
            "02139",
            "02139-1234",
        ),
        *(
            "true",
            "No",
            "Ada Lovelace",
            "日本",
            "Ünited",
            "$50,000-74,999",
            "MSFT_2026_Q1_EMEA",
            "n/a",
        ),
    ],
)
def test_keep_keeps_what_a_list_a_score_or_a_day_holds(value):
    assert Keep().apply([value], KEYRING).values == (value,)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        *(
            ("ada@example.org", "mail"),
            ("Ada <ada@example.org>", "mail"),
            ("write to ada@example.org", "mail"),
        ),
        *(("+491711234567", "phone"), ("(201) 555-0100", "phone"), ("0171 1234567", "phone")),
        *(("https://x.example/ada", "web"), ("linkedin.com/in/ada", "web"), ("192.168.0.1", "ip")),
        *(("2001:db8::1", "ip"), ("00:1a:2b:3c:4d:5e", "ip"), ("4111 1111 1111 1111", "card")),
        *(("DE89370400440532013000", "card"), ("123-45-6789", "id"), ("@ada", "id")),
        *(("00QFl0000000001MAA", "id"), ("Ada Lovelace", "name"), ("Dr. Ada King", "name"), ("42", "number")),
        *(
            ("yes", "yes or no"),
            (" ".join("abcdefghijklmn"), "free text"),
            ("4111111111111112", "number"),
        ),
    ],
)
def test_what_a_value_looks_like(value, shape):
    assert looks_like(value) == shape


@given(identifiers)
def test_every_name_of_a_field_that_holds_identifiers_refuses_keep(value):
    for name in (
        "Work_Email__c",
        "mobilephone",
        "LastName",
        "hs_ip_address",
        "Customer_Id__c",
        "Notes__c",
        "IBAN__c",
    ):
        assert is_identifying(name)
        with pytest.raises(BadInput) as told:
            parse_policy(
                '[policy]\nname = "p"\ncrm = "file"\nobject = "o"\n'
                f'[[rule]]\nfield = "{name}"\noperator = "keep"\n'
            )
        assert value not in str(told.value)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Given_Name_2__c",
            "Surname__c",
            "Vorname__c",
            "Nachname__c",
            "prenom",
            "apellido",
            "cognome",
            "achternaam",
        ),
        *(
            "E_Mail_Adresse__c",
            "correo",
            "courriel",
            "Telefonnummer__c",
            "telefono",
            "téléphone",
            "celular",
            "Handy__c",
        ),
        *("Strasse__c", "Straße", "Anschrift__c", "direccion", "adresse", "indirizzo", "Postfach__c"),
        *("Bemerkung__c", "Kommentar__c", "Notizen__c", "comentarios", "remarques", "Beschreibung__c"),
        *("Kundennummer__c", "Ausweisnummer__c", "Steuernummer__c", "DNI__c", "CPF__c", "Geburtsname__c"),
        *(
            "Credit_Card__c",
            "Card_Number__c",
            "Bank_Account__c",
            "Device_Id__c",
            "Cookie__c",
            "LinkedIn_Profile__c",
        ),
        *("full_nm", "Fname__c", "LName__c", "Emailaddr__c", "Phone_No__c", "Cell_Ph__c", "WhatsApp_Nr__c"),
    ],
)
def test_names_of_fields_in_other_languages_and_spellings_are_heard(name):
    assert is_identifying(name)


POLICY = Policy(
    name="p",
    crm="salesforce",
    object="Lead",
    created="CreatedDate",
    rules=(Rule(field="Source__c", operator=Keep(), column="source"),),
)


def batch_of(values: list[str | None], policy: Policy = POLICY) -> Batch:
    keys = [KEYRING.lead_key(str(row)) for row in range(len(values))]
    columns = {"Source__c": values, "CreatedDate": ["2026-01-01"] * len(values)}
    return apply_policy(policy, Raw(keys=keys, columns=columns), KEYRING)


PEOPLE = [
    f"{first} {last}" for first in ("Ada", "Grace", "Alan", "Edsger") for last in ("Byron", "Hopper", "Kay")
]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (["Web", "ada@example.org", "Web"], "1 of its values hold addresses"),
        (PEOPLE, "look like names of people"),
        ([f"plan of branch {n} in town" for n in range(30)], "a value of its own"),
        ([" ".join(["so it was said"] * 5) + str(n % 7) for n in range(30)], "long texts"),
    ],
)
def test_a_kept_column_whose_values_point_at_people_is_refused_until_checked(values, reason):
    found = doubts(POLICY, batch_of(values))
    assert [doubt.field for doubt in found] == ["Source__c"]
    assert reason in found[0].sentence
    assert "checked = true" in found[0].sentence
    assert not any(value in found[0].sentence for value in values)
    with pytest.raises(BadInput, match="checked = true"):
        refuse_doubtful(POLICY, batch_of(values))
    text = policy_to_toml(POLICY).replace('operator = "keep"', 'operator = "keep"\nchecked = true')
    checked = parse_policy(text)
    assert parse_policy(policy_to_toml(checked)) == checked
    assert doubts(checked, batch_of(values, checked)) == ()


@pytest.mark.parametrize(
    "values",
    [
        ["Web", "Phone Inquiry", "Partner Referral", "Trade Show", "Cold Call"] * 20,
        [str(n) for n in range(100)],
        ["Real Estate", "Health Care", None, None],
        [None] * 5,
        [],
    ],
)
def test_an_ordinary_column_is_in_no_doubt(values):
    assert doubts(POLICY, batch_of(values)) == ()


def test_what_comes_from_a_list_by_its_type_is_in_no_doubt():
    field = FieldInfo(name="source__c", label="Source", type="picklist", kind="choice")
    assert doubts(POLICY, batch_of(PEOPLE), [field]) == ()


class OneTable:
    """A source of one table, which remembers what it was asked for."""

    def __init__(self, columns: dict[str, list[str | None]]) -> None:
        self.columns, self.asked = columns, list[tuple[str, ...]]()

    def sample(self, policy: Policy, leads: int) -> Batch:
        self.asked.append(policy.fields)
        rows = len(next(iter(self.columns.values())))
        keys = [KEYRING.lead_key(str(row)) for row in range(rows)][:leads]
        return apply_policy(
            policy,
            Raw(keys=keys, columns={name: self.columns[name][:leads] for name in policy.fields}),
            KEYRING,
        )


def info(name: str, kind: str = "short_text", **more: object) -> FieldInfo:
    return FieldInfo(name=name, label=name, type=kind, kind=kind, **more)  # type: ignore[arg-type]


CANARY = "zebulon.quickfeather@example.org"
HELD = {
    "CreatedDate": ["2026-01-01"] * 40,
    "Contact_Info__c": [f"{n}{CANARY}" for n in range(40)],
    "Colour__c": ["red", "green", None, "blue"] * 10,
    "Email": [CANARY] * 40,
    "Illness__c": ["x"] * 40,
    "Old__c": ["x"] * 40,
    "Bio_Long__c": ["x"] * 40,
    "Opted__c": ["true"] * 10 + ["false"] * 30,
}
FIELDS = (
    info("Contact_Info__c"),
    info("Colour__c"),
    info("Email", "contact"),
    info("Illness__c", compliance=("HIPAA",)),
    info("Old__c", retiring=True),
    info("Bio_Long__c", "long_text"),
)


def test_a_sample_asks_only_for_what_may_be_looked_at_and_gives_only_profiles():
    source = OneTable(HELD)
    policy = Policy(
        name="p", crm="salesforce", object="Lead", created="CreatedDate", rules=(), exclude_when=("Opted__c",)
    )
    found = sampled(source, policy, FIELDS, LEADS)  # type: ignore[arg-type]
    assert source.asked == [("Contact_Info__c", "Colour__c", "CreatedDate", "Opted__c")]
    assert set(found) == {"Contact_Info__c", "Colour__c"}
    mail, colour = found["Contact_Info__c"], found["Colour__c"]
    # Opted-out leads are in no profile.
    assert (mail.leads, mail.filled, mail.distinct, mail.looks, mail.share) == (30, 30, 30, "mail", 1.0)
    assert (colour.filled, colour.distinct, colour.looks, colour.length) == (22, 3, "text", "1-10")
    assert "zebulon" not in repr(found)
    told = {one.field: one.reason for one in proposals(policy, FIELDS, (), found)}
    assert "look like mail addresses" in told["Contact_Info__c"]
    assert not any("zebulon" in reason for reason in told.values())


@given(identifiers)
def test_a_shape_holds_nothing_of_the_value(value):
    made = Shape(field="f").apply([value], KEYRING).values[0] or ""
    looks, length, code = made.split("|")
    assert looks in {*IDENTIFYING, "name", "text", "free text", "number", "date"}
    assert length in {"1-10", "11-40", "41-200", "over 200"}
    assert re.fullmatch("[0-9a-f]{32}", code)


def test_no_policy_file_can_name_the_shape():
    assert "shape" not in OPERATORS
    assert not may_be_looked_at(info("Email", "contact"))
    assert profile_of(pa.chunked_array([pa.array([None, None], pa.string())])).looks == "empty"
    refuse_unfit(shapes_only(POLICY, [info("Colour__c")]), FIELDS)


def test_the_first_ten_characters_of_a_name_are_the_name():
    policy = replace(
        POLICY,
        rules=(Rule(field="Source__c", operator=Coarsen(by="prefix", characters=10), column="source"),),
    )
    found = doubts(policy, batch_of(PEOPLE, policy))
    assert "3 characters at most" in found[0].sentence
    short = replace(
        POLICY, rules=(Rule(field="Source__c", operator=Coarsen(by="prefix", characters=3), column="source"),)
    )
    assert doubts(short, batch_of(PEOPLE, short)) == ()


@given(values=st.lists(st.sampled_from([None, "", " ", "a", " a", "b", "x"]), max_size=30))
def test_each_different_value_is_changed_once_and_the_result_is_that_of_one_by_one(values):
    asked = []

    def change(value):
        asked.append(value)
        return None if value == "x" else value.upper()

    applied = each_filled(values, change)
    plain = [(value or "").strip() for value in values]
    assert applied.values == tuple(None if one in {"", "x"} else one.upper() for one in plain)
    assert applied.unmapped == plain.count("x")
    assert len(asked) == len({value for value in values if value and value.strip()})
