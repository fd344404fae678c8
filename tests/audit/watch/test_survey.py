"""All gaps of a table: which are watched, in which order, and what is refused in words."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.resources import files

import jsonschema
import numpy as np
import pyarrow as pa
import pytest

from audit.intake import admit
from audit.report.monitoring import MonitorReport
from audit.report.monitoring.chart import chart
from audit.report.monitoring.json_form import to_json
from audit.report.monitoring.page import to_html
from audit.report.monitoring.summary import left_out, sentence, summary, title
from audit.schema import BadInput, parse_stream
from audit.watch import MANY, SMALL, more_days, survey, watch
from tests.audit.watch.streams import counts, drawn

STREAM = """
[stream]
name = "lead-score"
score = "score"
threshold = 50
outcome = "won"
created = "day"
[[stream.attribute]]
name = "region"
reference = "urban"
[[stream.attribute]]
name = "faith"
special_category = true
"""
NASTY = "<script>alert(1)</script>"


def leads(n=6000, days=60):
    """Rural leads are selected 15 points less often from the middle on; of faith nothing depends."""
    random = np.random.default_rng(1)
    day = random.integers(0, days, n)
    rural = random.random(n) < 0.5
    late = day >= days // 2
    selected = random.random(n) < 0.5 - 0.25 * (rural & late)
    return pa.table(
        {
            "day": [str(date(2026, 1, 1) + timedelta(days=int(one))) for one in day],
            "region": np.where(rural, NASTY, "urban"),
            "faith": np.where(random.random(n) < 0.5, "one", "two"),
            "score": np.where(selected, 70, 30),
            "won": (random.random(n) < 0.3).astype(int),
        }
    )


def found(table, text=STREAM, metrics=(), confidence=0.95):
    stream = parse_stream(text, "s.toml")
    return survey(admit(table, stream).table, stream, metrics, confidence, lambda _done, _all: None)


def reported(made):
    return MonitorReport(
        survey=made, version="0", rows=1, kept=1, rejected=(), excluded=(),
        stream_digest="0" * 64, data_digest="1" * 64,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return found(leads())


def test_alarms_come_first_and_tell_since_when(made):
    assert len(made.watched) == 6  # two attributes, three shares
    assert made.absent == ("contact_rate",)
    first = made.watched[0]
    assert (first.metric, first.group) == ("selection_rate", NASTY)
    assert date(2026, 1, 31) < first.alarm <= date(2026, 2, 20)
    assert len(first.changed) == 1
    ranks = [{"fail": 0, "insufficient": 1, "pass": 2}[one.looks[-1].verdict] for one in made.watched]
    assert ranks == sorted(ranks)
    assert made.sure[0]
    assert not any(
        sure for one, sure in zip(made.watched, made.sure, strict=True) if one.attribute == "faith"
    )


def test_the_sentences_say_what_was_found(made):
    told = summary(made)
    alarms = sum(one.alarm is not None for one in made.watched)
    assert told.verdict.startswith(f"{alarms} of 6 watched gaps")
    assert "tolerance of 5.0 points" in told.verdict
    assert str(made.watched[0].alarm) in told.outside[0]
    assert "With all 6 gaps taken together" in told.together
    assert "Surely outside" in sentence(made.watched[0])
    assert "It has surely changed by" in sentence(made.watched[0])
    assert title(made.watched[0]) == f"Share selected: region '{NASTY}' beside 'urban'"


def test_the_json_follows_its_schema_and_holds_every_day(made):
    schema = json.loads(files("audit.report.monitoring").joinpath("monitor.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    record = json.loads(to_json(reported(made)))
    jsonschema.validate(record, schema)
    for one in record["watched"]:
        assert {len(column) for column in one["looks"].values()} == {60}
        assert one["special_category"] == (one["attribute"] == "faith")
    assert to_json(reported(found(leads().take(np.arange(5999, -1, -1))))) == to_json(reported(made))


def test_the_page_escapes_names_marks_what_is_special_and_draws_alarms_first(made):
    page = to_html(reported(made))
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert page.count("<article") == page.count("<svg") == 6
    assert page.count("no flag on a lead depends on it") == 3
    assert page.index("gap fail") < page.index("gap pass")
    assert page == to_html(reported(made))


def test_a_drawing_lies_within_its_frame_and_says_itself_in_words(made):
    for one in (made.watched[0], watch(drawn(1, 900, 5, (0.2, 0.9)), 0.05, 0.95)):
        svg = str(chart(one))
        places = [
            tuple(map(float, point.split(",")))
            for line in svg.split('points="')[1:]
            for point in line.split('"')[0].split()
        ]
        assert all(0 <= x <= 640 and 0 <= y <= 230 for x, y in places)
        assert 10 < len(places) < 3500
        assert f"alarm {one.alarm}" in svg
        assert "<desc>" in svg


def test_one_day_less_than_a_verdict_is_an_outlook():
    steady = drawn(3, 40, 40, (0.3, 0.3))
    early = watch(steady, 0.05, 0.95)
    assert early.looks[-1].verdict == "insufficient"
    more = more_days(early)
    assert more is not None
    longer = watch(drawn(3, 40 + 2 * more, 40, (0.3, 0.3)), 0.05, 0.95)
    assert longer.looks[-1].verdict == "pass"
    assert more_days(longer) is None
    assert more_days(watch(counts([[1, 1]], [[2, 2]]), 0.05, 0.95)) is None  # too far to say
    assert more_days(watch(counts([[1, 0]] * 3, [[2, 0]] * 3), 0.05, 0.95)) is None  # no gap known


def test_a_gap_that_was_mended_is_told_so():
    one = watch(drawn(4, 200, 60, (0.1, 0.4), (0.3, 0.3)), 0.1, 0.95)
    assert one.alarm is not None
    assert sentence(one).endswith("Now it is within the tolerance.")


def test_groups_too_small_to_watch_are_not_enough_data():
    made = found(leads(40, 5), STREAM + "[audit]\nminimum_group = 1000\n")
    assert made.watched == ()
    assert summary(made).verdict.startswith("Not enough data")
    assert "Not enough data" in to_html(reported(made))


@pytest.mark.parametrize(
    ("change", "metrics", "words"),
    [
        (('created = "day"\n', ""), (), "add created"),
        (('threshold = 50\noutcome = "won"\n', ""), (), "nothing to watch"),
        (("", ""), ("contact_rate",), "must name worked"),
    ],
)
def test_what_cannot_be_watched_is_refused_in_words(change, metrics, words):
    with pytest.raises(BadInput, match=words):
        found(leads(300), STREAM.replace(*change), metrics)


def test_a_single_day_is_refused():
    with pytest.raises(BadInput, match="all leads are of one day"):
        found(leads(300, 1))


def test_of_many_groups_the_largest_are_watched_and_the_rest_is_named():
    """240 towns of 30 leads or more, one small one: 239 gaps of two shares, of which 200 are watched."""
    random = np.random.default_rng(2)
    town = np.repeat([f"t{place:03}" for place in range(240)], 31 + np.arange(240) // 40)
    town = np.append(town, ["small"] * 3)
    table = pa.table(
        {
            "day": [f"2026-01-0{one}" for one in random.integers(1, 4, len(town))],
            "region": town,
            "score": random.integers(0, 100, len(town)),
            "won": random.integers(0, 2, len(town)),
        }
    )
    text = STREAM[: STREAM.rindex("[[")].replace('reference = "urban"', "")
    made = found(table, text, ("selection_rate", "base_rate"))
    assert len(made.watched) == 200
    assert {one.why for one in made.unwatched} == {SMALL, MANY}
    assert len(made.unwatched) == 2 * 240 - 200
    assert sum(one.why == SMALL for one in made.unwatched) == 2
    watched = {(one.metric, one.group) for one in made.watched}
    assert not watched & {(one.metric, one.group) for one in made.unwatched}
    most = max(one.leads for one in made.unwatched)
    assert all(town.tolist().count(group) >= most for _, group in watched)
    many, small = left_out(made)[::-1]
    assert "only the 200 gaps of the largest groups are watched" in many
    assert "'small' (3 leads)" in small
    page = to_html(reported(made))
    assert "Not watched" in page
    assert len(json.loads(to_json(reported(made)))["unwatched"]) == 280
