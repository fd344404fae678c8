"""The query parser on any text, and the filter against plain Python."""

from __future__ import annotations

import operator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.fields import OrgContents
from connectors.sandbox.salesforce.clock import Clock
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.new_org import make_org
from connectors.sandbox.salesforce.soql_parse import parse
from connectors.sandbox.salesforce.soql_run import run

WORDS = [
    "SELECT",
    "Id",
    "FROM",
    "Lead",
    "WHERE",
    "(",
    ")",
    "=",
    "'x'",
    "AND",
    "OR",
    "NOT",
    "IN",
    ",",
    "1",
    "null",
    "ORDER",
    "BY",
    "LIMIT",
    "COUNT",
    "LIKE",
    "2026-99-99",
    "2026-99-99T00:00:00Z",
    "CreatedDate",
    ">",
]
PEOPLE = tuple({"NumberOfEmployees": n, "Rating": (None, "Hot", "cold", "Warm")[n % 4]} for n in range(24))
ORG = make_org(OrgContents(fields=(), records=PEOPLE, policy="", stream=""), 1)
COMPARE = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, ">=": operator.ge}


@given(st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_any_text_is_a_query_or_a_clear_error(text: str):
    with suppress(ApiError):
        assert run(ORG, ORG.admin, text).total >= 0


@pytest.mark.parametrize("fields", ["Id, Id", "Id, LastName, id", "Owner.Type, owner.type"])
def test_a_field_is_selected_once(fields: str):
    with pytest.raises(ApiError) as caught:
        run(ORG, ORG.admin, f"SELECT {fields} FROM Lead")  # noqa: S608 - the stand-in's own queries
    assert caught.value.code == "MALFORMED_QUERY"
    assert caught.value.message == f"duplicate field selected: {'Owner.Type' if 'Owner' in fields else 'Id'}"


@st.composite
def conditions(draw, depth=2):
    """A condition in SOQL, and the same in Python."""
    kind = draw(st.sampled_from(["number", "text", "not", "all", "any"] if depth else ["number", "text"]))
    if kind == "number":
        sign, bound = draw(st.sampled_from(sorted(COMPARE))), draw(st.integers(-1, 25))
        return f"NumberOfEmployees {sign} {bound}", lambda row: COMPARE[sign](row["NumberOfEmployees"], bound)
    if kind == "text":
        sign, word = draw(st.sampled_from(["=", "!="])), draw(st.sampled_from(["hot", "COLD", "none", ""]))
        wanted = word.lower() or None
        return f"Rating {sign} '{word}'", lambda row: COMPARE[sign](
            (row["Rating"] or "").lower() or None, wanted
        )
    if kind == "not":
        text, test = draw(conditions(depth - 1))
        return f"NOT ({text})", lambda row: not test(row)
    parts = draw(st.lists(conditions(depth - 1), min_size=2, max_size=3))
    joint, every = (" AND ", all) if kind == "all" else (" OR ", any)
    return joint.join(f"({text})" for text, _ in parts), lambda row: every(test(row) for _, test in parts)


@given(conditions())
def test_a_filter_selects_what_python_selects(condition):
    text, test = condition
    result = run(ORG, ORG.admin, f"SELECT NumberOfEmployees FROM Lead WHERE {text}")  # noqa: S608 - a test's own text
    found = {row["NumberOfEmployees"] for row in result.rows}
    assert found == {row["NumberOfEmployees"] for row in PEOPLE if test(row)}


@pytest.mark.parametrize(
    ("text", "value"), [(r"'O\'Hara'", "O'Hara"), (r"'a\\b'", r"a\b"), (r"'a\nb'", "a\nb"), ("''", "")]
)
def test_escapes_in_strings(text: str, value: str):
    where = parse(f"SELECT Id FROM Lead WHERE Name = {text}").where  # noqa: S608 - a test's own text
    assert where.values[0].text == value  # type: ignore[union-attr]


DAYS = [None, *(date(2026, 11, 25) + timedelta(days=n) for n in range(-800, 400, 7))]
SPANS = {
    "TODAY": ("2026-11-25", "2026-11-26"),
    "YESTERDAY": ("2026-11-24", "2026-11-25"),
    "LAST_N_DAYS:10": ("2026-11-15", "2026-11-26"),
    "NEXT_N_DAYS:3": ("2026-11-26", "2026-11-29"),
    "N_DAYS_AGO:7": ("2026-11-18", "2026-11-19"),
    "LAST_90_DAYS": ("2026-08-27", "2026-11-26"),
    "THIS_WEEK": ("2026-11-22", "2026-11-29"),
    "LAST_MONTH": ("2026-10-01", "2026-11-01"),
    "NEXT_MONTH": ("2026-12-01", "2027-01-01"),
    "LAST_N_MONTHS:12": ("2025-11-01", "2026-11-01"),
    "LAST_YEAR": ("2025-01-01", "2026-01-01"),
    "LAST_N_YEARS:2": ("2024-01-01", "2026-01-01"),
}


@pytest.mark.parametrize("kind", ["ConvertedDate", "CreatedDate"])
@pytest.mark.parametrize("word", sorted(SPANS))
def test_a_date_literal_is_a_span(kind: str, word: str, monkeypatch: pytest.MonkeyPatch):
    records = tuple(
        {kind: str(day) if day and kind == "ConvertedDate" else f"{day}T12:00:00Z"} for day in DAYS[1:]
    )
    org = make_org(OrgContents(fields=(), records=records, policy="", stream=""), 1)
    monkeypatch.setattr(Clock, "now", lambda _: datetime(2026, 11, 25, 23, 59, tzinfo=UTC))
    start, end = (date.fromisoformat(day) for day in SPANS[word])
    tests = {
        "=": lambda day: start <= day < end,
        "!=": lambda day: not start <= day < end,
        "<": lambda day: day < start,
        "<=": lambda day: day < end,
        ">": lambda day: day >= end,
        ">=": lambda day: day >= start,
    }
    for sign, test in tests.items():
        found = run(org, org.admin, f"SELECT COUNT() FROM Lead WHERE {kind} {sign} {word}")  # noqa: S608 - a test's own
        assert found.total == sum(test(day) for day in DAYS[1:] if day), sign


@pytest.mark.parametrize(
    "where", ["LastName = TODAY", "CreatedDate IN (TODAY, YESTERDAY)", "CreatedDate = LAST_N_DAYS"]
)
def test_a_date_literal_in_the_wrong_place_is_told(where: str):
    with pytest.raises(ApiError):
        run(ORG, ORG.admin, f"SELECT Id FROM Lead WHERE {where}")  # noqa: S608 - a test's own text
