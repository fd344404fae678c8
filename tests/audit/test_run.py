from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

import audit.report
from audit.finding import Caution
from audit.intake import Intake, Refusal, admit
from audit.report import to_html, to_json
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import Attribute, BadInput, Membership, Stream

SCHEMA = json.loads((Path(audit.report.__file__).parent / "audit.schema.json").read_text())
STREAM = Stream(
    name="lead-score",
    key="id",
    score="score",
    threshold=60,
    outcome="won",
    score_range=(0.0, 100.0),
    attributes=(
        Attribute(name="region", column="region", reference="city"),
        Attribute(name="sex", column="sex", special_category=True),
    ),
    features=("zip", "campaign"),
)


def leads(n: int = 6_000, seed: int = 11) -> pa.Table:
    """Towns convert as well, but ZIP carries three quarters of a gap of 16 points; sex carries nothing."""
    random = np.random.default_rng(seed)
    town = random.random(n) < 0.4
    poor = random.random(n) < np.where(town, 0.8, 0.2)
    score = np.clip(64 - 20 * poor - 4 * town + random.normal(size=n) * 9, 0, 100).round(2)
    return pa.table(
        {
            "id": [f"L{i}" for i in range(n)],
            "score": score,
            "won": np.where(random.random(n) < 0.3, "yes", "no"),
            "region": np.where(town, "small town", "city"),
            "sex": random.choice(["f", "m"], n),
            "zip": random.integers(0, 15, n) + np.where(poor, 100, 200),
            "campaign": random.integers(0, 6, n),
        }
    )


@pytest.fixture(scope="module")
def intake() -> Intake:
    return admit(leads(), STREAM)


@pytest.fixture(scope="module")
def found(intake):
    return run(intake, STREAM, AuditRequest(seed=3))


def test_the_story_is_told_worst_first(found):
    worst = found.findings[0]
    assert (worst.severity, worst.verdict, worst.metric) == ("critical", "fail", "selection_rate")
    assert (worst.attribute, worst.group) == (("region",), ("small town",))
    assert "less often than 'city' leads" in worst.text
    assert "does not explain the gap" in worst.text
    assert "The field 'zip' is associated with region" in worst.text


def test_the_proxy_carries_what_was_planted(found):
    first = found.proxies[0]
    assert (first.feature, first.attribute) == ("zip", "region")
    assert first.share_low < 0.75 < first.share_high
    assert first.share == pytest.approx(0.75, abs=0.05)


def test_an_attribute_without_bias_passes(found):
    (only,) = [one for one in found.findings if one.attribute == ("sex",)]
    assert (only.severity, only.verdict, only.special_category) == ("info", "pass", True)
    assert {one.share for one in found.proxies if one.attribute == "sex"} == {None}


def test_what_is_given_as_probabilities_is_recorded_as_a_special_category_too():
    table = leads(600)
    half = pa.array([0.5] * len(table))
    known = Membership(name="origin", probabilities=(("a", "p_a"), ("b", "p_b")), special_category=True)
    stream = replace(STREAM, memberships=(known,))
    report = run(
        admit(table.append_column("p_a", half).append_column("p_b", half), stream), stream, AuditRequest()
    )
    assert report.settings.special_categories == ("sex", "origin")


def test_the_same_input_and_seed_give_the_same_bytes(intake, found):
    again = run(intake, STREAM, AuditRequest(seed=3))
    assert to_json(again) == to_json(found)
    assert to_html(again) == to_html(found)


def test_another_seed_changes_only_what_is_drawn(intake, found):
    other = run(intake, STREAM, AuditRequest(seed=4))
    assert other.proxies != found.proxies
    assert other.digests == found.digests
    assert [one.id for one in other.findings] == [one.id for one in found.findings]


def test_engines_agree_on_everything_but_their_name(intake, found):
    duck = run(intake, STREAM, AuditRequest(seed=3, engine="duckdb"))
    assert (found.engine, duck.engine) == ("arrow", "duckdb")
    assert duck.digests == found.digests
    assert [one.text for one in duck.findings] == [one.text for one in found.findings]
    assert _values(duck) == pytest.approx(_values(found), rel=1e-9)


def _values(report) -> list[float]:
    numbers = [one.estimate.value for one in report.estimates] + [one.value for one in report.disparities]
    return [number for number in numbers if number is not None]


def test_the_order_of_levels_in_memory_does_not_matter(intake, found):
    chunks = pa.concat_tables([intake.table.slice(0, 1_000), intake.table.slice(1_000)])
    again = run(replace(intake, table=chunks), STREAM, AuditRequest(seed=3))
    assert to_json(again) == to_json(found)


def test_the_report_fits_its_schema(found):
    jsonschema.validate(json.loads(to_json(found)), SCHEMA)


def test_digests_are_the_callers_or_made_from_the_input(intake, found):
    given = run(
        intake,
        STREAM,
        AuditRequest(seed=3, stream_digest="1" * 64, data_digest="2" * 64, policy_digest="3" * 64),
    ).digests
    assert (given.stream, given.data, given.policy) == ("1" * 64, "2" * 64, "3" * 64)
    assert given.cube == found.digests.cube
    other = run(intake, replace(STREAM, threshold=61), AuditRequest(seed=3)).digests
    assert other.stream != found.digests.stream
    assert other.data == found.digests.data


def test_what_the_caller_knows_is_among_the_warnings(intake):
    said = Caution(code="trained_here", text="The score was trained in the demo.")
    assert run(intake, STREAM, AuditRequest(cautions=(said,))).warnings[0] == said


def test_rows_are_carried_through():
    table = leads(200)
    broken = table.set_column(
        1, "score", pa.array(["oops", *[str(x) for x in table["score"].to_pylist()[1:]]])
    )
    intake = admit(broken, STREAM)
    out = (Refusal(code="opted_out", text="Opted out.", count=5, rows=()),)
    found = run(replace(intake, rows=205, excluded=out), STREAM, AuditRequest())
    record = json.loads(to_json(found))
    assert (record["rows"], record["kept"], record["rejected"], record["excluded"]) == (205, 199, 1, 5)


def test_an_unknown_engine_is_bad_input(intake):
    with pytest.raises(BadInput, match="engine"):
        run(intake, STREAM, AuditRequest(engine="abacus"))


@pytest.mark.parametrize(
    "stream",
    [
        replace(STREAM, outcome=None),
        replace(STREAM, threshold=None),
        replace(STREAM, threshold=None, outcome=None),
        replace(STREAM, features=()),
        replace(STREAM, score=None, threshold=None, decision="won", outcome=None, features=()),
    ],
    ids=["no outcome", "no threshold", "score only", "no features", "decision only"],
)
def test_a_poor_stream_still_gives_a_whole_report(stream):
    found = run(admit(leads(400), stream), stream, AuditRequest())
    jsonschema.validate(json.loads(to_json(found)), SCHEMA)
    assert "<h1>" in to_html(found)


def test_a_tiny_table_still_gives_a_whole_report():
    found = run(admit(leads(3), STREAM), STREAM, AuditRequest())
    jsonschema.validate(json.loads(to_json(found)), SCHEMA)
    assert {one.verdict for one in found.findings} <= {"insufficient"}
    assert "<h1>" in to_html(found)


@pytest.mark.data
def test_compas_is_told_in_its_published_numbers(data_dir):
    table = pyarrow.csv.read_csv(data_dir / "compas" / "compas_for_aequitas.csv")
    stream = Stream(
        name="compas",
        key="entity_id",
        decision="score",
        outcome="label_value",
        attributes=(Attribute(name="race", column="race", reference="Caucasian"),),
    )
    found = run(admit(table, stream), stream, AuditRequest())
    (black,) = [one for one in found.findings if one.group == ("African-American",)]
    assert "24 points more often than 'Caucasian' leads (58.8 % against 34.8 %" in black.text
    assert "3,696 leads" in black.text
    facts = dict(black.evidence)
    assert facts["value"] == pytest.approx(0.240200, abs=1e-6)


@pytest.mark.parametrize("highest", [1, 5, 10, 100])
def test_the_range_that_is_told_is_the_range_that_is_used(highest):
    random = np.random.default_rng(4)
    scores = random.integers(0, highest + 1, 4_000)
    rows = pa.table({"score": scores, "region": random.choice(["A", "B"], 4_000)})
    stream = Stream(name="s", score="score", attributes=(Attribute(name="region", column="region"),))
    report = run(admit(rows, stream), stream, AuditRequest())
    assert report.settings.score_range == (0.0, float(highest))
    stated = replace(stream, score_range=report.settings.score_range)
    again = run(admit(rows, stated), stated, AuditRequest())
    assert again.disparities == report.disparities
    (told,) = [one.text for one in report.warnings if one.code == "score_range"]
    assert told.startswith(f"The score is taken to run from 0 to {highest}, from what was seen.")
