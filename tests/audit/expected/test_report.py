"""The section of ``fairlead monitor`` on leads without an outcome: figures, words, drawings."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files

import jsonschema
import numpy as np
import pytest

from audit.expected import dated, expected_of
from audit.intake import admit
from audit.report.monitoring import MonitorReport
from audit.report.monitoring.expected_chart import chart
from audit.report.monitoring.expected_words import (
    decisive,
    difference,
    expected_summary,
    figure,
    gap_sentence,
    whose,
)
from audit.report.monitoring.json_form import to_json
from audit.report.monitoring.page import to_html
from audit.watch import survey
from tests.audit.expected.worlds import World, drawn, stream, table

NASTY = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def report():
    """The second group, with a nasty name, is of a special category and converts far less."""
    world = World(name="report", leads=900, moves=(0.0, -2.5, 0.0))
    rows = table(drawn(world, 9, np.random.default_rng(3)), ("big", NASTY, "small"))
    of = stream()
    of = replace(of, attributes=(replace(of.attributes[0], special_category=True),))
    kept = admit(rows, of).table
    return MonitorReport(
        survey=survey(kept, of, ("selection_rate",), 0.95, lambda _done, _all: None),
        version="0",
        rows=len(rows),
        kept=len(rows),
        rejected=(),
        excluded=(),
        stream_digest="0" * 64,
        data_digest="1" * 64,
        expected=expected_of(dated(kept, of), of),
    )


@pytest.fixture(scope="module")
def record(report):
    return json.loads(to_json(report))


def test_the_json_is_as_its_schema_says_with_the_part_and_without(report, record):
    schema = json.loads(
        (files("audit.report.monitoring") / "monitor.schema.json").read_text(encoding="utf-8")
    )
    check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    check.validate(record)
    without = json.loads(to_json(replace(report, expected=None)))
    check.validate(without)
    assert without == {name: part for name, part in record.items() if name != "expected"}


def test_the_json_holds_every_figure(report, record):
    part, made = record["expected"], report.expected
    assert (part["open"], part["taught"]["leads"]) == (made.open, made.taught.leads)
    for name in ("forecasts", "gaps", "reconciled", "records", "cautions"):
        assert len(part[name]) == len(getattr(made, name)) > 0
    for one in part["forecasts"]:
        assert (one["value"] is None) == (one["undefined"] is not None)
        assert one["special_category"] == (one["attribute"] == "region")
    assert {one["cohort"] for one in part["forecasts"]} >= {None, "2025-08"}


def test_the_summary_says_what_is_expected_and_which_gaps(report):
    made, told = report.expected, expected_summary(report.expected)
    rate = next(one for one in made.forecasts if not one.attribute and not one.cohort)
    assert told.verdict.startswith(
        f"{made.open:,} worked leads have no outcome yet. About {round(rate.won):,} of them"
    )
    outside = [gap for gap in made.gaps if gap.verdict == "fail"]
    assert any(gap.metric == "base_rate" and gap.group == NASTY for gap in outside)
    assert told.outside[0] == gap_sentence(outside[0])
    assert f"{len(outside)} are expected outside" in told.gaps or "1 is expected outside" in told.gaps
    held, compared = (sum(getattr(one, name) for one in decisive(made)) for name in ("held", "compared"))
    assert f"{held:,} of {compared:,} ranges" in told.record


def test_the_summary_of_estimates_that_are_not_to_be_trusted(report):
    made = report.expected
    bad = tuple(replace(one, state="widened") if one.metric == "auc" else one for one in made.records)
    told = expected_summary(replace(made, records=bad)).record
    assert "Too few held of: Ranking quality (AUC) and Ranking quality (AUC) (gaps). Do not trust" in told
    withheld = replace(made.forecasts[0], estimate=replace(made.forecasts[0].estimate, value=None, low=None,
                       high=None, undefined="withheld: only 1 of 9 such estimates held"))  # fmt: skip
    told = expected_summary(replace(made, forecasts=(withheld, *made.forecasts[1:])))
    assert told.verdict.endswith("How many will convert is not said: only 1 of 9 such estimates held.")


def test_the_summary_where_there_is_nothing(report):
    made = replace(report.expected, absent="There is nothing.", gaps=(), records=(), unreconciled="Not yet.")
    told = expected_summary(made)
    assert (told.verdict, told.outside, told.gaps, told.record) == ("There is nothing.", (), "", "Not yet.")
    few = replace(report.expected, forecasts=(), gaps=())
    assert "too few for an estimate" in expected_summary(few).verdict
    assert "no gap is estimated" in expected_summary(few).gaps


def test_figures_as_people_read_them():
    assert figure("base_rate", 0.1234) == "12.3 %"
    assert figure("auc", 0.71254) == "0.713"
    assert difference("base_rate", -0.1234) == "\N{MINUS SIGN}12.3"
    assert difference("base_rate", -0.00001) == "0"
    assert difference("auc", 0.0214) == "+0.021"
    assert whose("", "") == "all leads"
    assert whose("region", "b", "a") == "region 'b' beside 'a'"


def test_the_page_escapes_names_marks_special_categories_and_draws_every_metric(report):
    page = to_html(report)
    section = page[page.index('id="expected"') : page.index('id="method"')]
    assert NASTY not in page
    assert "&lt;script&gt;" in section
    assert section.count("special category of personal data") > 10
    assert section.count("<svg") == 6
    assert len(re.findall(r"<title>[^<]+intervals held</title>", section)) == 6
    for one in report.expected.cautions:
        assert one.text[:40] in section
    assert "None" not in section
    assert "nan" not in section
    assert 'id="expected"' not in to_html(replace(report, expected=None))


def test_a_drawing_shows_by_its_shape_what_did_not_hold(report):
    rows = tuple(one for one in report.expected.reconciled if one.metric == "base_rate" and not one.attribute)
    good = str(chart(tuple(replace(one, held=True) for one in rows)))
    assert good.count("<circle") == len(rows)
    assert "<path" not in good
    bad = str(chart(tuple(replace(one, held=False) for one in rows)))
    assert bad.count("<path") == len(rows)
    assert bad.count("(outside)") == len(rows)
    assert "NaN" not in good + bad
