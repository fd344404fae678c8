"""First contact, touches and owner changes as they are read, and what is set aside."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from audit.caution import cautions
from audit.intake import Intake, admit
from audit.schema import Attribute, BadInput, Stream, parse_stream, stream_to_toml

REGION = Attribute(name="g", column="g")


def stream(**changes) -> Stream:
    return Stream(**{"name": "s", "score": "score", "attributes": (REGION,), "features": (), **changes})


def read(created: list[str], first: list[str], **changes) -> Intake:
    n = len(created)
    table = pa.table(
        {"created": created, "first": first, "g": ["a", "b"] * (n // 2) + ["a"] * (n % 2), "score": range(n)}
    )
    return admit(table, stream(created="created", contacted="first", **changes))


def column(intake: Intake, name: str) -> list[float | None]:
    return intake.table.column(name).to_pylist()


def test_waiting_is_told_by_the_hour_and_offsets_are_taken_off():
    made = read(
        ["2026-01-31T10:00:00Z", "2026-01-31 12:00", "2026-02-01T01:00:00+02:00", "2026-02-03T00:30:00Z"],
        ["2026-01-31T11:30:00.5Z", "", "2026-01-31T20:00:00-05:00", "2026-02-03T00:30:00Z"],
    )
    assert column(made, "contacted_after_hours") == pytest.approx([1.5 + 0.5 / 3600, None, 2.0, 0.0])
    assert column(made, "observed_hours") == pytest.approx([62.5, 60.5, 49.5, 0.0])
    assert column(made, "contacted") == [True, False, True, True]
    assert made.timed
    assert [one.code for one in made.unusable] == ["young_leads_count"]
    assert [str(day) for day in column(made, "created")] == [
        "2026-01-31",
        "2026-01-31",
        "2026-02-01",
        "2026-02-03",
    ]


def test_dates_without_a_time_are_told_in_days_as_they_are_written():
    made = read(["2026-01-31T23:30:00-05:00", "2026-01-30T01:00:00Z"], ["2026-01-31", "2026-02-02"])
    assert column(made, "contacted_after_hours") == [0.0, 72.0]
    assert not made.timed
    assert [one.code for one in made.unusable] == ["young_leads_count"]
    assert [
        w
        for w in cautions(made, stream(created="created", contacted="first"), 0)
        if w.code == "waiting_in_days"
    ]


def test_midnight_on_every_row_is_no_time_of_day():
    days = pa.array(np.array(["2026-01-01", "2026-01-02", "2026-01-03"], dtype="datetime64[s]"))
    table = pa.table({"created": days, "first": days, "g": ["a", "b", "a"], "score": [1, 2, 3]})
    assert not admit(table, stream(created="created", contacted="first")).timed


def test_typed_instants_are_read_like_texts():
    start = pa.array(np.array(["2026-01-01T08:00", "2026-01-02T09:30"], dtype="datetime64[s]"))
    end = pa.array(np.array(["2026-01-01T09:00", "NaT"], dtype="datetime64[s]"))
    table = pa.table({"created": start, "first": end, "g": ["a", "b"], "score": [1, 2]})
    made = admit(table, stream(created="created", contacted="first"))
    assert column(made, "contacted_after_hours") == [1.0, None]
    assert column(made, "observed_hours") == [25.5, 0.0]


def test_a_contact_before_creation_is_set_aside_counted_and_warned_of():
    made = read(
        ["2026-01-02T10:00:00Z", "2026-01-02T11:00:00Z", "2026-01-05T09:00:00Z"],
        ["2026-01-01T10:00:00Z", "2026-01-02T12:00:00Z", ""],
    )
    assert made.kept == 3
    assert column(made, "contacted_after_hours") == [None, 1.0, None]
    assert column(made, "observed_hours") == [None, 70.0, 0.0]
    assert column(made, "worked") == [True, True, False]
    one, young = made.unusable
    assert young.code == "young_leads_count"
    assert (one.code, one.count, one.rows) == ("contact_before_creation", 1, (0,))
    told = [w for w in cautions(made, stream(created="created", contacted="first"), 0) if w.code == one.code]
    assert "before it was created" in told[0].text
    assert "Data row: 1." in told[0].text


def test_what_is_no_date_or_no_count_is_set_aside_row_by_row():
    table = pa.table(
        {
            "first": ["2026-01-01", "soon", "", "2026-02-30", "2026-01-03"],
            "touches": ["1", "-2", "many", "", "inf"],
            "moves": ["0", "2", "-1", "", "1"],
            "g": list("ababa"),
            "score": range(5),
        }
    )
    made = admit(table, stream(contacted="first", touches="touches", reassigned="moves"))
    assert column(made, "contacted") == [True, None, False, None, True]
    assert column(made, "worked") == [True, None, False, None, True]
    assert column(made, "touches") == [1.0, None, None, None, None]
    assert column(made, "reassigned") == [False, True, None, None, True]
    assert {one.code: one.count for one in made.unusable} == {
        "contact_not_a_date": 2,
        "touches_not_a_count": 3,
        "reassigned_not_a_count": 1,
    }


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("contacted", ["yes", "no"], "holds no date"),
        ("touches", ["-1", "many"], "holds no count"),
        ("reassigned", ["old owner", "new owner"], "map them to 1/0"),
    ],
)
def test_a_column_without_one_usable_value_is_refused_by_name(name, values, words):
    table = pa.table({"x": values, "g": ["a", "b"], "score": [1, 2]})
    with pytest.raises(BadInput, match=words) as refused:
        admit(table, stream(**{name: "x"}))
    assert f"{name} column 'x'" in str(refused.value)


@pytest.mark.parametrize("values", [["yes", "no", ""], [True, False, None], ["1", "0", ""], [3, 0, None]])
def test_owner_changes_are_yes_or_no_or_a_number(values):
    table = pa.table({"x": values, "g": ["a", "b", "a"], "score": [1, 2, 3]})
    assert column(admit(table, stream(reassigned="x")), "reassigned") == [True, False, None]


def test_a_named_worked_column_goes_before_the_contact():
    table = pa.table({"first": ["2026-01-01", ""], "did": ["no", "yes"], "g": ["a", "b"], "score": [1, 2]})
    assert column(admit(table, stream(contacted="first", worked="did")), "worked") == [False, True]


def test_rows_that_are_rejected_are_not_counted_again():
    table = pa.table({"touches": ["-1", "3"], "g": ["a", "b"], "score": ["x", "2"]})
    made = admit(table, stream(touches="touches"))
    assert made.kept == 1
    assert not made.unusable


def test_what_people_did_is_no_feature():
    n = 60
    table = pa.table(
        {
            "touches": np.arange(n) % 3,
            "moves": np.arange(n) % 2,
            "first": ["2026-01-01"] * n,
            "size": ["s", "l"] * (n // 2),
            "g": ["a", "b"] * (n // 2),
            "score": np.arange(n),
        }
    )
    made = admit(table, stream(touches="touches", reassigned="moves", contacted="first", features=None))
    assert [name for name in made.table.column_names if name.startswith("feature:")] == ["feature:size"]


def test_the_stream_file_names_the_columns_and_is_written_back():
    text = (
        '[stream]\nname = "s"\nscore = "p"\nthreshold = 1\ncontacted = "c"\ntouches = "t"\nreassigned = "r"\n'
        '[[stream.attribute]]\nname = "g"\n'
    )
    made = parse_stream(text)
    assert (made.contacted, made.touches, made.reassigned) == ("c", "t", "r")
    assert parse_stream(stream_to_toml(made)) == made
    with pytest.raises(BadInput, match="both"):
        parse_stream(text.replace('touches = "t"', 'touches = "c"'))
    with pytest.raises(BadInput, match="did you mean 'contacted'"):
        parse_stream(text.replace("contacted", "contactd"))
