"""Treatment and the loop from a file to the findings, the JSON and the page."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow as pa
import pytest

import audit.report
from audit.intake import admit
from audit.report import read_json, to_html, to_json
from audit.report.model import Report
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import Attribute, Stream

SCHEMA = json.loads((Path(audit.report.__file__).parent / "audit.schema.json").read_text())
NAME = "<b>b</b>"


def report(*, hourly: bool = True, slower: float = 6.0, step: float = 0.5, moved: float = 0.0) -> Report:
    """4,000 leads; contact steps up at a score of 60 and pays, and one group is contacted later."""
    rng = np.random.default_rng(0)
    n = 4_000
    group = rng.choice(["a", NAME], n, p=[0.6, 0.4])
    score = np.round(rng.uniform(0, 100, n), 1)
    created = np.datetime64("2026-01-01T00:00") + rng.integers(0, 60 * 24 * 60, n).astype("timedelta64[m]")
    hours = rng.exponential(np.where(group == NAME, slower * 12, 12))
    first = created + (hours * 60).astype("timedelta64[m]")
    met = rng.random(n) < 0.35 + step * (score >= 60)
    unit = "m" if hourly else "D"
    table = pa.table(
        {
            "score": score,
            "g": group,
            "made": np.datetime_as_string(created, unit=unit),
            "first": np.where(met, np.datetime_as_string(first, unit=unit), ""),
            "touches": rng.poisson(3, n) * met,
            "moved": rng.random(n) < 0.1 + moved * (group == NAME),
            "won": rng.random(n) < 0.05 + 0.2 * met,
        }
    )
    stream = Stream(
        name="s",
        score="score",
        threshold=60,
        outcome="won",
        created="made",
        contacted="first",
        touches="touches",
        reassigned="moved" if moved else None,
        features=(),
        attributes=(Attribute(name="g", column="g", reference="a"),),
    )
    return run(admit(table, stream), stream, AuditRequest())


@pytest.fixture(scope="module")
def found() -> Report:
    return report()


def test_the_finding_says_how_long_each_group_waits(found):
    (one,) = [f for f in found.findings if f.metric.startswith("equal_score_") and f.verdict == "fail"]
    assert one.headline.startswith("At equal score, leads with g '<b>b</b>' wait ")
    assert "longer than 'a' leads for a first contact" in one.text
    assert "at most the first week counts" in one.text
    assert dict(one.evidence)["worse_off"] == NAME


def test_the_block_is_in_the_contract_and_comes_back(found):
    text = to_json(found)
    jsonschema.validate(json.loads(text), SCHEMA)
    assert to_json(read_json(text)) == text
    assert json.loads(text)["feedback"]["verdict"] == "found"
    record = json.loads(text)
    del record["feedback"]
    assert read_json(json.dumps(record)).feedback is None


def test_the_page_shows_both_and_escapes_names(found):
    page = to_html(found)
    assert "Does the score feed itself?" in page
    assert "What people do with the leads" in page
    assert "Contacted within 24 hours" in page
    assert "&lt;b&gt;b&lt;/b&gt;" in page
    assert NAME not in page
    assert "feedback_loop" in [one.code for one in found.warnings]


def test_the_same_input_gives_the_same_bytes(found):
    assert to_json(report()) == to_json(found)


def test_without_times_of_day_the_report_says_so():
    made = report(hourly=False)
    assert "waiting_in_days" in [one.code for one in made.warnings]
    hour = [e.estimate for e in made.estimates if e.metric == "contacted_within_1h"]
    assert {one.value for one in hour} == {None}
    assert "no time of day" in to_html(made)


def test_equal_treatment_is_one_finding_for_information():
    made = report(slower=1.0, step=0.0)
    told = [f for f in made.findings if "people treat" in f.text]
    assert [f.severity for f in told] == ["info"]
    assert "feedback_loop" not in [one.code for one in made.warnings]


def test_a_group_that_fares_better_is_said_so_and_what_points_the_other_way_apart():
    found = report(slower=0.1, moved=0.3)
    (text,) = [f.text for f in found.findings if f.verdict == "fail" and f.metric.startswith("equal_score")]
    assert "more often than 'a' leads" in text
    assert "Here 'a' leads fare worse." in text
    same, contrary = text.split("The other way round, ")
    assert "Pace of first contact, at equal score" in same
    assert "handed on" not in same
    assert contrary.startswith("'<b>b</b>' leads fare worse by")
    assert "Share handed on, at equal score" in contrary
