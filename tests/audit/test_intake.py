from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audit.intake
from audit.intake import Intake, admit
from audit.intake.missing import BUILT_IN
from audit.schema import Attribute, BadInput, Stream

REGION = Attribute(name="region", column="region")


def stream(**changes: object) -> Stream:
    known: dict[str, object] = {"name": "s", "attributes": (REGION,), "score": "score", "threshold": 60.0}
    return Stream(**{**known, **changes})


def leads(n: int = 4, **columns: object) -> pa.Table:
    """n leads that nothing is wrong with, with some columns replaced or added."""
    known: dict[str, object] = {
        "id": [f"L{row}" for row in range(n)],
        "score": [str(40 + row % 50) for row in range(n)],
        "region": ["urban", "rural"] * (n // 2) + ["urban"] * (n % 2),
    }
    return pa.table({**known, **columns})


def reasons(intake: Intake) -> dict[str, int]:
    return {refusal.code: refusal.count for refusal in intake.rejected}


def column(intake: Intake, name: str) -> list[object]:
    return intake.table[name].to_pylist()


def test_the_canonical_columns_have_their_types():
    table = leads(
        created=["2026-01-31"] * 4, y=["yes", "no", "", "1"], w=["0", "1", "?", "no"], size=["s"] * 4
    )
    intake = admit(table, stream(key="id", outcome="y", worked="w", created="created", controls=("size",)))
    levels = pa.dictionary(pa.int32(), pa.string())
    assert {field.name: field.type for field in intake.table.schema} == {
        "key": pa.string(),
        "score": pa.float64(),
        "selected": pa.bool_(),
        "outcome": pa.bool_(),
        "worked": pa.bool_(),
        "created": pa.date32(),
        "attribute:region": levels,
        "control:size": levels,
        "feature:size": levels,
    }
    assert column(intake, "outcome") == [True, False, None, True]
    assert column(intake, "worked") == [False, True, None, False]


def test_the_threshold_selects_at_and_above():
    table = leads(score=["59.99", "60", "60.0", "1e2"])
    assert column(admit(table, stream()), "selected") == [False, True, True, True]


def test_where_lower_is_better_the_threshold_selects_at_and_below():
    table = leads(score=["59.99", "60", "60.01", "1"])
    assert column(admit(table, stream(higher_is_better=False)), "selected") == [True, True, False, True]


def test_a_decision_column_overrides_the_threshold():
    table = leads(score=["90", "90", "1", "1"], called=["no", "YES", "False", "1.0"])
    assert column(admit(table, stream(decision="called")), "selected") == [False, True, False, True]


def test_without_threshold_or_decision_nobody_says_who_is_selected():
    assert "selected" not in admit(leads(), stream(threshold=None)).table.column_names


def test_without_a_key_the_row_number_is_the_key():
    assert column(admit(leads(3), stream()), "key") == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("score", "code"),
    [
        ("", "score_missing"),
        ("abc", "score_not_a_number"),
        ("1_0", "score_not_a_number"),
        ("12,5", "score_not_a_number"),
    ],
)
def test_a_score_that_is_no_number_rejects_its_row(score: str, code: str):
    intake = admit(leads(score=["50", score, "60", "70"]), stream())
    assert reasons(intake) == {code: 1}
    assert intake.rejected[0].rows == (1,)
    assert column(intake, "score") == [50.0, 60.0, 70.0]


@pytest.mark.parametrize("score", ["250", "-1", "inf", "-Infinity", "1e999"])
def test_a_score_outside_its_range_rejects_its_row(score: str):
    intake = admit(leads(score=["50", "60", "70", score]), stream())
    assert intake.score_range == (0.0, 100.0)
    assert reasons(intake) == {"score_out_of_range": 1}


def test_the_stream_may_set_the_range():
    intake = admit(leads(score=["5", "60", "-70", "100"]), stream(score_range=(5.0, 99.0)))
    assert reasons(intake) == {"score_out_of_range": 2}
    assert intake.score_range == (5.0, 99.0)


@pytest.mark.parametrize(
    ("scores", "threshold", "expected"),
    [
        ([0.1, 0.5, 1.0, 0.0], 0.5, (0.0, 1.0)),
        ([0.1, 0.5, 1.0, 0.0], 60.0, (0.0, 100.0)),
        ([1, 5, 8, 10], 5.0, (0.0, 100.0)),
        ([350, 600, 720, 810], 650.0, None),
        ([10, 90, 150, 200], 60.0, None),
        ([55], None, (0.0, 100.0)),
        ([1, 1, 1, 5, 8], None, (0.0, 100.0)),
        ([0, 1, 1, 0], None, (0.0, 1.0)),
        ([50, 70, 150], 60.0, (0.0, 100.0)),
        ([50, 70, 250, -3, 80], 60.0, (0.0, 100.0)),
        ([0.2, 0.7, 1.4, 0.9], 0.5, (0.0, 1.0)),
    ],
)
def test_the_scale_of_the_scores_is_found_out(scores, threshold, expected):
    table = leads(len(scores), score=pa.array(scores, pa.float64()))
    assert admit(table, stream(threshold=threshold)).score_range == expected


def test_infinity_is_outside_even_where_there_is_no_scale():
    table = leads(score=["350", "inf", "720", "810"])
    intake = admit(table, stream(threshold=650.0))
    assert intake.score_range is None
    assert reasons(intake) == {"score_out_of_range": 1}


def test_many_wrong_rows_are_counted_and_the_first_five_named():
    table = leads(20, score=["x"] * 10 + ["50"] * 10)
    refusal = admit(table, stream()).rejected[0]
    assert (refusal.count, refusal.rows) == (10, (0, 1, 2, 3, 4))


def test_the_first_usable_row_of_a_key_is_kept():
    table = leads(id=["a", "a", "a", " a "], score=["bad", "61", "62", "63"])
    intake = admit(table, stream(key="id"))
    assert reasons(intake) == {"score_not_a_number": 1, "duplicate_key": 2}
    assert column(intake, "score") == [61.0]


def test_a_row_without_a_key_is_rejected():
    assert reasons(admit(leads(id=["a", "", None, "b"]), stream(key="id"))) == {"key_missing": 2}


@pytest.mark.parametrize("token", BUILT_IN)
def test_every_built_in_token_is_missing_whatever_its_case(token: str):
    intake = admit(leads(region=["urban", f" {token.upper()} ", token, None]), stream())
    assert column(intake, "attribute:region") == ["urban", "unknown", "unknown", "unknown"]


def test_the_stream_adds_missing_tokens():
    intake = admit(
        leads(region=["urban", "Keine Angabe", "-9", "rural"]), stream(missing=("keine angabe", "-9"))
    )
    assert column(intake, "attribute:region") == ["urban", "unknown", "unknown", "rural"]


def test_an_added_token_is_missing_in_a_column_of_numbers_too():
    intake = admit(leads(score=pa.array([50, -9, 60, 70])), stream(missing=("-9",)))
    assert reasons(intake) == {"score_missing": 1}


def test_numbers_fall_into_bands_and_what_is_no_number_is_counted():
    table = leads(7, age=["24.9", "25", "34.9", "35", "n/a", "old", "inf"])
    age = Attribute(name="age", column="age", bands=(25.0, 35.0))
    intake = admit(table, stream(attributes=(age,)))
    bands = ["<25", "25-34", "25-34", "35+", "unknown", "unknown", "unknown"]
    assert column(intake, "attribute:age") == bands
    (odd,) = intake.unmapped
    assert (odd.field, odd.what, odd.count, odd.rows) == ("age", "numbers", 2, (5, 6))


def test_groups_without_a_row_are_no_groups():
    table = leads(region=["urban", "gone", "urban", "urban"], score=["50", "bad", "60", "70"])
    groups = admit(table, stream()).table["attribute:region"].chunk(0)
    assert groups.dictionary.to_pylist() == ["urban"]


def test_groups_are_in_alphabetical_order_whatever_the_order_of_the_rows():
    groups = admit(leads(region=["c", "", "a", "b"]), stream()).table["attribute:region"].chunk(0)
    assert groups.dictionary.to_pylist() == ["a", "b", "c", "unknown"]


@pytest.mark.parametrize(
    "values", [["Yes", "NO", "yes", ""], ["1", "0", "1.0", "0.0"], ["TRUE", "False", "t", "N"]]
)
def test_outcomes_are_read_in_every_usual_form(values: list[str]):
    assert column(admit(leads(y=values), stream(outcome="y")), "outcome")[:2] == [True, False]


@pytest.mark.parametrize("values", [pa.array([True, False, None, True]), pa.array([1, 0, None, 1])])
def test_typed_outcomes_are_read(values: pa.Array):
    assert column(admit(leads(y=values), stream(outcome="y")), "outcome") == [True, False, None, True]


def test_a_decimal_outcome_is_read():
    decimals = pa.array([Decimal("1.00"), Decimal("0.00"), None, Decimal("1.00")], pa.decimal128(5, 2))
    assert column(admit(leads(y=decimals), stream(outcome="y")), "outcome") == [True, False, None, True]
    with pytest.raises(BadInput, match="outcome column 'y' holds"):
        admit(leads(y=["1.50", "0.00", "1.00", ""]), stream(outcome="y"))


def test_an_outcome_with_three_values_is_refused():
    with pytest.raises(BadInput, match=r"outcome column 'y' holds 3 values \(yes, no, maybe\)") as caught:
        admit(leads(y=["yes", "no", "", "maybe"]), stream(outcome="y"))
    assert caught.value.row == 3


def test_an_outcome_of_other_words_is_refused():
    with pytest.raises(BadInput, match=r"outcome column 'y' holds 2 values \(won, lost\): map them to 1/0"):
        admit(leads(y=["won", "lost", "won", "won"]), stream(outcome="y"))


def test_many_values_are_not_repeated():
    with pytest.raises(BadInput, match=r"holds 20 values: ") as caught:
        admit(leads(20, y=[f"person{row}@example.com" for row in range(20)]), stream(outcome="y"))
    assert "example.com" not in str(caught.value)


def test_a_lead_without_a_decision_is_rejected():
    intake = admit(leads(called=["yes", "", "no", "yes"]), stream(decision="called"))
    assert reasons(intake) == {"decision_missing": 1}


@pytest.mark.parametrize(
    "written",
    ["2026-01-31", "2026-01-31T10:00:00Z", "2026-01-31 10:00:00.5+02:00", "2026-01-31T10:00:00.000+0000"],
)
def test_iso_dates_and_datetimes_are_read(written: str):
    intake = admit(leads(created=[written] * 4), stream(created="created"))
    assert column(intake, "created") == [dt.date(2026, 1, 31)] * 4


@pytest.mark.parametrize(
    "written", ["31.01.2026", "2026-02-30", "20260131", "soon", "2026-01-31x", "0000-01-01"]
)
def test_what_is_no_iso_date_is_rejected(written: str):
    intake = admit(leads(created=["2026-01-31", written, "", "2026-01-31"]), stream(created="created"))
    assert reasons(intake) == {"created_missing": 1, "created_not_a_date": 1}


def test_typed_dates_are_read():
    moment = dt.datetime(2026, 1, 31, 23, tzinfo=dt.UTC)
    for values in (pa.array([moment] * 4), pa.array([moment.date()] * 4)):
        intake = admit(leads(created=values), stream(created="created"))
        assert column(intake, "created") == [dt.date(2026, 1, 31)] * 4


def test_young_leads_have_no_outcome_yet_good_or_bad():
    created = ["2026-01-01", "2026-03-02", "2026-03-03", "2026-05-31"]
    table = leads(created=created, y=["no", "yes", "yes", "no"])
    intake = admit(table, stream(outcome="y", created="created", maturity_days=90))
    assert column(intake, "outcome") == [False, True, None, None]
    assert intake.immature == 2


def test_a_rejected_row_does_not_age_the_others():
    created = ["2026-01-01", "2026-01-02", "2026-01-03", "2027-01-01"]
    table = leads(created=created, y=["no", "yes", "yes", "no"], score=["1", "2", "3", "bad"])
    intake = admit(table, stream(outcome="y", created="created", maturity_days=90))
    assert intake.immature == 3


def test_every_other_column_is_a_feature():
    table = leads(zip3=["021", "100", "021", ""], income=["1.5", "2", "", "4"], y=["1", "0", "1", "0"])
    intake = admit(table, stream(key="id", outcome="y"))
    assert [name for name in intake.table.column_names if name.startswith("feature:")] == [
        "feature:zip3",
        "feature:income",
    ]
    assert column(intake, "feature:zip3") == ["021", "100", "021", "unknown"]
    assert column(intake, "feature:income") == [1.5, 2.0, None, 4.0]


def test_named_features_are_the_only_ones():
    table = leads(a=["x"] * 4, b=["y"] * 4)
    names = admit(table, stream(features=("b", "region"))).table.column_names
    assert [name for name in names if name.startswith("feature:")] == ["feature:b"]
    assert "'region' was left out" in admit(table, stream(features=("b", "region"))).notes[0]
    assert not any(
        name.startswith("feature:") for name in admit(table, stream(features=())).table.column_names
    )


def test_a_text_that_names_every_lead_is_no_feature():
    intake = admit(leads(30, mail=[f"p{row}@x" for row in range(30)]), stream(key="id"))
    assert "feature:mail" not in intake.table.column_names
    assert any("'mail' was left out" in note for note in intake.notes)


def test_typed_columns_are_admitted():
    table = leads(
        score=pa.array([50.5, None, float("nan"), 70.0]),
        region=pa.array(["a", "b", "a", "a"]).dictionary_encode(),
        amount=pa.array([1, 2, 3, 4]),
        nested=pa.array([[1], [2], [3], [4]]),
    )
    intake = admit(table, stream(key="id"))
    assert reasons(intake) == {"score_missing": 2}
    assert column(intake, "feature:amount") == [1.0, 4.0]
    assert "feature:nested" not in intake.table.column_names


def test_a_table_in_many_chunks_is_one_table():
    whole = leads(10)
    parts = pa.concat_tables([whole.slice(0, 3), whole.slice(3, 0), whole.slice(3, 7)])
    assert admit(parts, stream(key="id")) == admit(whole, stream(key="id"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"score": "Scor"}, r"no column 'Scor' \(score of the stream\); did you mean 'score'\?"),
        ({"outcome": "xyz"}, r"no column 'xyz' \(outcome of the stream\); the columns are id, score, region"),
        ({"attributes": (Attribute(name="r", column="Regio n"),)}, "did you mean 'region'"),
        ({"features": ("zip",)}, "no column 'zip'"),
        ({"attributes": (Attribute(name="r", column="region", reference="urbn"),)}, "did you mean 'urban'"),
        ({"score": "region", "attributes": (Attribute(name="id", column="id"),)}, "no row can be used"),
    ],
)
def test_what_does_not_fit_the_table_is_one_sentence(changes, sentence: str):
    with pytest.raises(BadInput, match=sentence):
        admit(leads(), stream(**changes))


def test_a_table_without_rows_is_refused():
    with pytest.raises(BadInput, match="no rows"):
        admit(leads().slice(0, 0), stream())


def test_an_attribute_that_is_different_on_every_row_is_refused():
    table = leads(1200, region=[f"street {row}" for row in range(1200)])
    with pytest.raises(BadInput, match=r"attribute 'region' column 'region' has 1,200 groups"):
        admit(table, stream())


def test_a_file_with_one_group_is_admitted():
    assert admit(leads(region=["urban"] * 4), stream()).kept == 4


cells = st.sampled_from(["", "50", "61.5", "x", "-3", "500", "inf", "Select", "yes", "2026-01-31", " 7 "])


@settings(max_examples=150)
@given(
    st.lists(st.tuples(cells, cells, cells, st.sampled_from(["a", "b", ""]), cells), min_size=1, max_size=30)
)
def test_every_row_is_kept_or_rejected_once(rows: list[tuple[str, ...]]):
    names = ("id", "score", "created", "region", "other")
    table = pa.table(
        {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    )
    try:
        intake = admit(table, stream(key="id", created="created"))
    except BadInput:
        return
    rejected = sum(refusal.count for refusal in intake.rejected)
    assert intake.rows == len(rows) == intake.kept + rejected
    named = [row for refusal in intake.rejected for row in refusal.rows]
    assert len(named) == len(set(named))
    keys = column(intake, "key")
    assert len(keys) == len(set(keys))


@given(st.permutations(range(12)))
def test_the_order_of_rows_changes_only_the_order(order: list[int]):
    table = leads(12, score=["50", "bad", "70"] * 4, y=["yes", "", "no"] * 4)
    mixed = table.take(np.array(order))
    known = admit(table, stream(key="id", outcome="y")).table.to_pylist()
    found = admit(mixed, stream(key="id", outcome="y")).table.to_pylist()
    assert sorted(found, key=lambda lead: lead["key"]) == sorted(known, key=lambda lead: lead["key"])


def test_the_reference_lists_every_built_in_token_and_every_reason():
    text = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "stream.md").read_text().lower()
    assert not [token for token in BUILT_IN if token and f"`{token}`" not in text]
    source = (Path(audit.intake.__file__).parent / "admit.py").read_text()
    codes = re.findall(r'"(\w+_missing|\w+_not_a_\w+|duplicate_key)"', source)
    assert len(codes) >= 5
    assert not [code for code in codes if f"`{code}`" not in text]
