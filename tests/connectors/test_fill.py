"""The stand-ins' contents: every row in one org, and the audit finds what the file held."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pytest

from audit.intake import Intake, admit
from audit.schema import Attribute, BadInput, Stream, parse_stream
from connectors.files.reading import read_table
from connectors.policy.apply import Raw, apply_policy
from connectors.policy.parse import parse_policy
from connectors.pseudonym import Keyring
from connectors.sandbox.fields import FieldSpec, OrgContents, Value
from connectors.sandbox.file_columns import with_score
from connectors.sandbox.fill import contents_for_file, contents_for_story, halves
from connectors.sandbox.story import story
from connectors.source import Batch

BANK = """
[stream]
name = "bank"
outcome = "y"
features = ["job", "education", "default", "balance", "housing", "loan", "contact", "poutcome"]
controls = ["campaign"]
[[stream.attribute]]
name = "age"
bands = [25, 60]
[[stream.attribute]]
name = "marital"
"""


def text(value: Value) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def pulled(contents: OrgContents) -> Batch:
    """The records under the org's own policy, as a connector would read them."""
    policy = parse_policy(contents.policy)
    keyring = Keyring(crm=policy.crm, organisation="1", master=bytes(32))
    raw = Raw(
        keys=[keyring.lead_key(str(place)) for place in range(len(contents.records))],
        columns={name: [text(record.get(name)) for record in contents.records] for name in policy.fields},
    )
    return apply_policy(policy, raw, keyring)


def rows(intake: Intake) -> Counter[tuple[tuple[str, object], ...]]:
    table = intake.table.drop_columns(["key"])
    return Counter(tuple(sorted(row.items())) for row in table.to_pylist())


def assert_same_audit(table: pa.Table, stream: Stream) -> None:
    scored, fitted = with_score(table, stream, 1)
    for contents, half in zip(contents_for_file(table, stream, 1), halves(scored), strict=True):
        from_crm = admit(pulled(contents).table, parse_stream(contents.stream))
        from_file = admit(half, fitted)
        assert from_crm.rows == from_file.rows == half.num_rows
        assert sum(r.count for r in from_crm.rejected) == sum(r.count for r in from_file.rejected)
        assert rows(from_crm) == rows(from_file)


@pytest.mark.data
def test_the_bank_audits_the_same_through_the_crms_and_from_the_file(data_dir):
    table = read_table(data_dir / "bank_marketing" / "bank-full.csv.gz").table
    assert_same_audit(table, parse_stream(BANK, score_required=False))


def messy(rows: int = 60) -> pa.Table:
    def every(n: int, odd: str | None, usual: str) -> list[str | None]:
        return [odd if place % n == 0 else usual for place in range(rows)]

    return pa.table(
        {
            "id": [str(place) for place in range(rows)],
            "Score": every(7, "not a score", "63.5"),
            "won": every(5, "", "yes")[: rows // 2] + every(4, "unknown", "no")[rows // 2 :],
            "made": every(9, "soon", "2026-03-01T23:30:00-05:00"),
            "called": every(3, None, "Yes"),
            "sex": every(6, "N/A", " woman"),
            "age": [str(place) if place % 8 else "old" for place in range(rows)],
            "size": every(4, "7.0", "7"),
            "pages": every(10, "-1", "3"),
            "Rep notes": ["call Ms Canary"] * rows,
        }
    )


MESSY = Stream(
    name="messy",
    key="id",
    score="Score",
    threshold=60,
    outcome="won",
    created="made",
    maturity_days=5,
    worked="called",
    controls=("size",),
    missing=("-1",),
    attributes=(
        Attribute(name="sex", column="sex"),
        Attribute(name="age", column="age", bands=(20, 40)),
        Attribute(name="age_fine", column="age", bands=(10, 20, 30)),
    ),
    features=("pages",),
)


def test_a_messy_file_audits_the_same_through_the_crms():
    assert_same_audit(messy(), MESSY)


def test_free_text_and_ids_are_in_the_org_and_never_read():
    for contents in contents_for_file(messy(), MESSY, 1):
        requested = {name.lower() for name in parse_policy(contents.policy).fields}
        assert any("Canary" in str(record) for record in contents.records)
        assert not {name for name in requested if re.search("notes|name|mail__|^email|phone", name)}
        assert "Canary" not in str(pulled(contents).table.to_pydict())


def test_every_row_is_in_exactly_one_org():
    table = pa.table({"x": [str(i) for i in range(7)], "y": ["1", "0"] * 3 + ["1"], "s": ["50"] * 7})
    stream = Stream(name="s", score="s", threshold=1, outcome="y", attributes=(), features=("x",))
    one, two = contents_for_file(table, stream, 1)
    assert [record["X__c"] for record in one.records] == [0.0, 2.0, 4.0, 6.0]
    assert [record["x"] for record in two.records] == [1.0, 3.0, 5.0]


def test_names_that_a_crm_owns_or_forbids_are_changed():
    table = pa.table(
        {"email opt/in": ["a", "b"], "Email Opt In": ["a", "b"], "company": ["a", "b"], "s": ["1", "2"]}
    )
    stream = Stream(
        name="s", score="s", threshold=1, attributes=(Attribute(name="company", column="company"),)
    )
    salesforce, hubspot = contents_for_file(table, stream, 1)
    assert len({spec.name.lower() for spec in salesforce.fields}) == 4
    assert all(spec.name.endswith("__c") for spec in salesforce.fields)
    assert "company" not in {spec.name for spec in hubspot.fields}
    assert len({spec.name for spec in hubspot.fields}) == 4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcome": "Score", "score": "size"}, "neither yes nor no"),
        ({"features": ("page",)}, "did you mean 'pages'"),
        ({"features": ("Rep notes",)}, "use drop"),
        ({"attributes": (Attribute(name="x", column="sexx"),)}, "did you mean 'sex'"),
    ],
)
def test_what_cannot_be_filled_is_said_in_words(change, words):
    with pytest.raises(BadInput, match=words):
        contents_for_file(messy(), replace(MESSY, **change), 1)


def test_the_story_pulls_as_it_was_told():
    told = story(600, 2)
    for contents, half in zip(contents_for_story(told), halves(told.table), strict=True):
        batch = pulled(contents)
        out = sum(half["opted_out"].to_pylist())
        assert sum(batch.excluded.values()) == out
        assert batch.table.num_rows == half.num_rows - out
        assert not batch.unmapped
        stays = half.filter(pa.array([not opted for opted in half["opted_out"].to_pylist()]))
        assert batch.table["outcome"].to_pylist() == [
            None if won is None else str(int(won)) for won in stays["outcome"].to_pylist()
        ]
        assert batch.table["worked"].to_pylist() == [str(int(done)) for done in stays["worked"].to_pylist()]
        assert batch.table["created"].to_pylist() == [str(day) for day in stays["created"].to_pylist()]
        assert batch.table["zip3"].to_pylist() == [code and code[:3] for code in stays["zip"].to_pylist()]
        assert batch.table["cohort_day"].to_pylist() == stays["created"].to_pylist()
        assert set(batch.table["gender"].to_pylist()) == {"female", "male", "nonbinary", None}
        intake = admit(batch.table, parse_stream(contents.stream))
        assert intake.kept == batch.table.num_rows
        assert intake.immature > 0


def test_a_won_lead_looks_won_everywhere():
    salesforce, hubspot = contents_for_story(story(400, 5))
    for record in salesforce.records:
        assert record["IsConverted"] == (record["Status"] == "Closed - Converted")
        assert ("ConvertedDate" in record) == record["IsConverted"]
    for record in hubspot.records:
        assert ("hs_lifecyclestage_customer_date" in record) == (record["lifecyclestage"] == "customer")


@pytest.mark.parametrize("leads", [1, 2, 3])
def test_a_tiny_story_still_has_a_valid_stream(leads):
    for contents in contents_for_story(story(leads, 1)):
        batch = pulled(contents)
        if batch.table.num_rows:
            assert admit(batch.table, parse_stream(contents.stream)).rows == batch.table.num_rows


def test_fields_have_the_types_of_their_values():
    for contents in contents_for_story(story(200, 5)):
        kinds: dict[str, FieldSpec] = {spec.name: spec for spec in contents.fields}
        for record in contents.records:
            for name, spec in kinds.items():
                value = record.get(name)
                assert value is None or isinstance(value, int | float) == (spec.type == "number")
                assert not spec.options or value in spec.options


LONG = "a very long question that the form put to every one of the people who "


@pytest.mark.parametrize(
    "names",
    [
        [f"项目{chr(0x4E00 + number)}" for number in range(40)],
        ["Age", "age", "AGE", "a.b", "a b", "a_b", "order by", "100%", "__", 'x"quote', "Größe"],
        ["Fairness Status", "Fairness_Status__c", "fairscore_status", "lifecyclestage", "Status", "zip"],
        [f"{LONG}{number} left an identifier here" for number in range(40)],
        ["my streeT", "my street", "x2 my street"],
    ],
)
def test_any_names_of_columns_become_fields_of_their_own(names):
    data = {name: [str(row % 2) for row in range(40)] for name in names}
    table = pa.table({**data, "band": ["a", "b"] * 20, "score": ["1"] * 40, "won": ["0", "1"] * 20})
    stream = parse_stream(
        '[stream]\nname = "odd"\nscore = "score"\noutcome = "won"\nthreshold = 1\n'
        '[[stream.attribute]]\nname = "band"\n'
    )
    for contents in contents_for_file(table, stream, 1):
        fields = [field.name.lower() for field in contents.fields]
        assert len(fields) == len(set(fields)) == len(names) + 2
        assert not {"fairness_status__c", "fairscore_status", "zip", "lifecyclestage"} & set(fields)
        assert max(map(len, fields)) <= 100
        assert pulled(contents).table.num_rows == 20


def test_a_column_named_like_a_person_is_refused_whatever_its_field_is_called():
    table = pa.table(
        {"Name": ["a", "b"] * 20, "name": ["c", "d"] * 20, "score": ["1"] * 40, "won": ["0", "1"] * 20}
    )
    stream = parse_stream(
        '[stream]\nname = "odd"\nscore = "score"\noutcome = "won"\nthreshold = 1\nfeatures = []\n'
        '[[stream.attribute]]\nname = "group"\ncolumn = "name"\n'
    )
    with pytest.raises(BadInput, match="'name' is a name"):
        contents_for_file(table, stream, 1)


def long_groups(length: int) -> tuple[pa.Table, Stream]:
    """Two groups in both halves, named alike but for the last letter."""
    group = [f"{'g' * length}{row // 2 % 2}" for row in range(40)]
    table = pa.table({"group": group, "score": ["1"] * 40, "won": ["0", "0", "1", "1"] * 10})
    text = '[stream]\nname = "long"\nscore = "score"\noutcome = "won"\nthreshold = 1\n'
    return table, parse_stream(f'{text}[[stream.attribute]]\nname = "group"\n')


def test_long_names_of_groups_stay_whole():
    contents, _ = contents_for_file(*long_groups(250), 1)
    assert len(set(pulled(contents).table["group"].to_pylist())) == 2


def test_groups_that_a_crm_field_cannot_tell_apart_are_told():
    with pytest.raises(BadInput, match="'group' holds texts that differ only after 255"):
        contents_for_file(*long_groups(300), 1)
