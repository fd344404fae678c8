"""What is told of drift: sentences, drawings, the page and the JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import jsonschema
import pytest

from audit.drift import Asked, alarms, drift_of_table, drift_of_two
from audit.report.monitoring.drift_chart import bars, moved_lines, pairs
from audit.report.monitoring.drift_words import headline, told, windows
from audit.report.monitoring.json_form import to_json
from audit.report.monitoring.page import to_html
from audit.tally import count
from tests.audit.drift.drawn import STREAM, leads
from tests.audit.drift.test_report import EDGES
from tests.audit.watch.test_survey import found, reported
from tests.audit.watch.test_survey import leads as watched_leads


@pytest.fixture(scope="module")
def survey():
    return found(watched_leads(300, 9), metrics=("base_rate",))


def test_every_alarm_is_told_with_what_moved_and_what_to_do(moved):
    _, report = moved
    every = told(report)
    assert len(every) == alarms(report)
    assert headline(report) == f"{len(every)} things have surely moved by more than the limits."
    by = {one.title: one for one in every}
    assert every[0].title == "the score changed"
    assert "as with a new version of the model. Its mean was 49." in by["the score changed"].sentence
    assert "'<b>chat</b>'" in by["field source: new values"].sentence
    assert "since the week or month that begins on 2026-04-" in by["score"].sentence
    assert by["field size: missing values"].sentence.startswith("Without a value: 0.0 % before, 3")
    gap = by["Share contacted: region 'rural' beside 'urban'"]
    assert gap.sentence.startswith("The gap became wider: ")
    assert all(one.todo for one in every)
    assert windows(report).startswith("The newest window (2026-06-22 to 2026-07-19, ")


def test_quiet_leads_and_few_leads_have_their_own_headlines():
    quiet = drift_of_table(leads(1, 2000), STREAM, Asked(multivariate=False))
    assert "is not enough data yet" in headline(quiet)
    assert told(quiet) == ()
    assert headline(replace(quiet, gaps=(), columns=quiet.columns[-1:])).startswith("Nothing has moved")


def test_the_json_follows_its_schema_and_holds_what_was_found(moved, survey):
    _, report = moved
    schema = json.loads(files("audit.report.monitoring").joinpath("monitor.schema.json").read_text())
    text = to_json(replace(reported(survey), drift=report))
    record = json.loads(text)
    jsonschema.validate(record, schema)
    drift = record["drift"]
    assert (drift["alarms"], drift["tested"]) == (alarms(report), report.tested)
    assert drift["columns"][1]["special_category"] is True
    assert {len(one["series"]) for one in drift["columns"]} == {len(drift["periods"])}
    assert "drift" not in json.loads(to_json(reported(survey)))


def test_the_page_escapes_names_says_everything_and_fetches_nothing(moved, survey):
    _, report = moved
    page = to_html(replace(reported(survey), drift=report))
    assert "<b>chat" not in page
    assert "&lt;b&gt;chat" in page
    for one in told(report):
        assert one.todo in page
    assert "special category of personal data" in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert page.count("<svg") == len(survey.watched) + 2 + len(moved_lines(report))
    assert 'id="drift"' not in to_html(reported(survey))


def test_drawings_lie_within_their_frames_and_say_themselves(moved):
    _, report = moved
    for svg in (bars(report), pairs(report), *(one for _, one in moved_lines(report))):
        assert "<title>" in svg
        height = float(svg.split('viewBox="0 0 640 ')[1].split('"')[0])
        numbers = [
            float(part.split('"')[0]) for key in (' x="', ' cx="', ' x1="') for part in svg.split(key)[1:]
        ]
        assert all(0 <= number <= 640 for number in numbers)
        assert all(0 <= float(part.split('"')[0]) <= height for part in svg.split(' y="')[1:])


def test_two_cubes_have_a_page_without_a_series(survey):
    cubes = [count(leads(seed, 400), STREAM, edges=EDGES) for seed in (1, 2)]
    report = drift_of_two(*cubes, STREAM)
    page = to_html(replace(reported(survey), drift=report))
    assert "Since when" not in page
    assert "it needs the rows of leads" in page
