"""The files of an explanation: true to the schema, and silent of leads that nobody asked for."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files

import jsonschema
import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from audit.estimate import Estimate
from audit.report.brought import BroughtModel
from audit.report.explanation import ExplanationReport
from audit.report.explanation.json_form import to_json
from audit.report.explanation.page import to_html
from audit.report.explanation.reading import read_json
from audit.report.explanation.summary import NO_GAP, NO_LONGER_WAY, summary
from audit.report.explanation.view import added, moved, points, share_gap, way
from audit.rows.explaining.agreeing import in_order
from audit.rows.explaining.alone import explain_alone
from audit.rows.explaining.model import Change, Counterfactual, Explained, Request
from audit.rows.explaining.overall import explanations
from audit.schema import Attribute, BadInput, Stream
from tests.audit.fields import segregated, words

STREAM = Stream(
    name="s", score="score", threshold=55.0, attributes=(Attribute(name="region", column="region"),)
)


def reported(made: Explained, **changes) -> ExplanationReport:
    return ExplanationReport(
        explained=made,
        version="0",
        rows=made.leads + 1,
        kept=made.leads,
        rejected=(),
        excluded=(),
        stream_digest="0" * 64,
        data_digest="1" * 64,
        **changes,
    )


@pytest.fixture(scope="module")
def table() -> pa.Table:
    plain = segregated(n=700)
    secret = words(["Zanzibar" if row < 350 else "Timbuktu" for row in range(700)])
    return plain.append_column("key", pa.array([f"L{row}-secret" for row in range(700)])).append_column(
        "feature:place", secret
    )


@pytest.fixture(scope="module")
def made(table) -> Explained:
    return explanations(table, STREAM, Request())


@pytest.fixture(scope="module")
def asked(table) -> Explained:
    return explanations(table, STREAM, Request(leads=("L3-secret",)))


def validated(report: ExplanationReport) -> dict:
    schema = json.loads(files("audit.report.explanation").joinpath("explanation.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    record = json.loads(to_json(report))
    jsonschema.validate(record, schema)
    return record


def test_the_json_follows_its_schema(made, asked):
    assert validated(reported(made))["single_leads"] == []
    (lead,) = validated(reported(asked))["single_leads"]
    assert lead["key"] == "L3-secret"
    assert {one["field"] for one in lead["parts"]} == {"zip", "state", "decoy", "used", "place"}
    bare = replace(made, explainer=None, undefined="no", drivers=(), recourse=(), gaps=(), agreements=())
    assert validated(reported(bare))["model"] is None
    pipeline = BroughtModel(digest="2" * 64, steps=("A", "B"), notes=("Odd.",))
    assert validated(reported(made, pipeline=pipeline))["pipeline"]["steps"] == ["A", "B"]


def test_values_of_a_lead_stand_only_where_somebody_asked_for_it(made, asked):
    for text in (to_json(reported(made)), to_html(reported(made))):
        assert "-secret" not in text
        assert "Zanzibar" not in text
        assert "Timbuktu" not in text
    for text in (to_json(reported(asked)), to_html(reported(asked))):
        assert "Zanzibar" in text
        assert set(re.findall(r"L\d+-secret", text)) == {"L3-secret"}


def test_the_same_explanation_gives_the_same_bytes(made, table):
    again = explanations(table, STREAM, Request())
    assert to_json(reported(again)) == to_json(reported(made))
    assert to_html(reported(again)) == to_html(reported(made))


def test_the_page_escapes_names_and_fetches_nothing(asked):
    odd = replace(asked.drivers[0], fields=("<script>alert(1)</script>", "a\x0cb"))
    page = to_html(reported(replace(asked, stream="<b>&", drivers=(odd, *asked.drivers[1:]))))
    assert "<script" not in page
    assert "<b>&" not in page
    assert "\x0c" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; + a␌b" in page


def test_the_page_says_first_what_matters(made):
    page = to_html(reported(made))
    told = summary(made)
    for one in (told.verdict, told.methods):
        assert one.split(".")[0].split("'")[0] in page
    assert told.verdict in {
        "The score goes most by 'zip', then 'used'.",
        "The score goes most by 'used', then 'zip'.",
    }
    assert "an imitation of the score by straight lines. It tells" in told.model
    assert "score points less than 'city' (region)" in told.gaps[0]
    assert "Most of it goes through 'zip'" in told.gaps[0]
    (gap,) = made.gaps[:1]
    wide = replace(gap, predicted=replace(gap.predicted, value=9 * (gap.predicted.value or 0.0)))
    assert "The largest part of it goes through 'zip'" in summary(replace(made, gaps=(wide,))).gaps[0]
    assert page.index("In short") < page.index("What drives the score") < page.index("Method")


def test_what_is_not_told_says_why(made):
    poor = replace(made, undefined="the imitation is poor", drivers=(), gaps=(), recourse=())
    page = to_html(reported(poor))
    assert "Nothing is explained: the imitation is poor." in page
    assert "What drives the gaps" not in page
    without = summary(replace(made, no_shapley="Install it.", no_recourse="there is no threshold", gaps=()))
    assert without.methods.endswith("There are no SHAP values. Install it.")
    assert without.recourse == "Ways over the threshold were not looked for: there is no threshold."
    assert without.gaps == (NO_GAP,)
    unsure = [
        replace(one, way_gap=Estimate.missing("reference"), size_gap=Estimate.missing("reference"))
        for one in made.recourse
    ]
    assert summary(replace(made, recourse=tuple(unsure))).recourse == NO_LONGER_WAY
    nothing = [replace(one, permutation=Estimate(value=0.0, low=-0.1, high=0.1, n=9)) for one in made.drivers]
    assert (
        summary(replace(made, drivers=tuple(nothing))).verdict
        == "The score surely goes by none of the fields."
    )


def test_a_longer_way_is_said_of_the_group_that_has_it(made):
    sure = Estimate(value=-0.3, low=-0.4, high=-0.2, n=100)
    longer = Estimate(value=0.12, low=0.05, high=0.2, n=100)
    rows = [
        one if one.reference else replace(one, way_gap=sure, size_gap=longer, under=100)
        for one in made.recourse
    ]
    told = summary(replace(made, recourse=tuple(rows))).recourse
    assert told.startswith("Of 100 leads of 'town' (region) under the threshold, ")
    assert "Where one field does it, the way is longer for 'town' (region) by 12.0 points" in told


def test_disagreement_is_marked_in_word_and_not_only_in_colour(made):
    (first, *rest) = made.agreements
    odd = replace(first, verdict="disagree", rank=-0.5, text="SHAP and LIME disagree: so it is.")
    page = to_html(reported(replace(made, agreements=(odd, *rest))))
    assert '<span class="tag careful">disagree</span> SHAP and LIME disagree: so it is.' in page
    assert "Rank correlation of the fields that matter: \N{MINUS SIGN}0.50." in page


@pytest.mark.parametrize(
    ("found", "words_"),
    [
        (Counterfactual(outcome="over"), "already has this lead on the selected side of 55."),
        (Counterfactual(outcome="none", tried=1_234), "all 1,234 combinations"),
        (
            Counterfactual(
                outcome="found",
                reached=56.02,
                tried=9,
                changes=(
                    Change(field="size", before="3", after="8", distance=0.5),
                    Change(field="colour", before="blue", after="red", distance=1.0),
                ),
            ),
            (
                "size from '3' to '8' (50.0 % of all leads lie between) and colour from 'blue' to 'red'"
                " (another value). The model would then say 56.0. 9 combinations were tried"
            ),
        ),
    ],
)
def test_a_way_is_one_plain_sentence(asked, found, words_):
    (story,) = asked.stories
    assert words_ in way(replace(story, counterfactual=found), asked)
    undefined = replace(story, counterfactual=Counterfactual(outcome="undefined"))
    assert way(undefined, replace(asked, threshold=None, no_recourse="no line")) == "No line."


def test_numbers_are_written_as_people_read_them():
    assert points(Estimate(value=1234.6, low=-0.001234, high=0.0, n=1)).value == "1,235"
    assert moved(Estimate(value=-0.001234, low=-2.0, high=0.5, n=1)).value == "\N{MINUS SIGN}0.00123"
    assert moved(Estimate(value=-0.001234, low=-2.0, high=0.5, n=1)).interval == "\N{MINUS SIGN}2 to +0.5"
    assert (added(None), added(0.0), added(2.5)) == ("\N{EM DASH}", "0", "+2.5")
    assert share_gap(Estimate.missing("why")).reason == "why"


def test_a_decision_is_told_in_points_of_chance(made):
    chance = replace(made, unit="chance of being selected", threshold=0.5)
    (gap,) = chance.gaps
    decided = replace(chance, gaps=(replace(gap, gap=-0.2),))
    assert "has 20.0 points of chance to be selected less than" in summary(decided).gaps[0]


def test_the_page_stays_light_with_a_thousand_groups_and_says_what_it_leaves_out(made):
    many = [f"g{place}" for place in range(1_000)]
    estimate, ways = made.drivers[0].groups[0], made.recourse[0]
    groups = tuple(replace(estimate, group=name) for name in many)
    drivers = tuple(replace(one, groups=groups) for one in made.drivers)
    recourse = tuple(replace(ways, group=name, reference=name == "g999") for name in many)
    page = to_html(reported(replace(made, drivers=drivers, recourse=recourse)))
    assert len(page) < 500_000
    assert "988 smaller groups are in explanation.json." in page
    assert "940 smaller groups are in explanation.json." in page
    assert "g999" in page


def test_what_is_written_reads_back_as_it_was(made, asked):
    pipeline = BroughtModel(digest="2" * 64, steps=("A", "B"), notes=("Odd.",))
    bare = replace(made, explainer=None, undefined="no", drivers=(), recourse=(), gaps=(), agreements=())
    for report in (reported(made, pipeline=pipeline), reported(asked), reported(bare)):
        text = to_json(report)
        assert to_json(read_json(text)) == text
    back = read_json(to_json(reported(asked))).explained
    assert [one.fields for one in back.drivers] == [one.fields for one in asked.drivers]
    assert back.stories[0].key == "L3-secret"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "fairlead.explanation/2"}'])
def test_another_file_is_refused(text):
    with pytest.raises(BadInput, match="explain the score again"):
        read_json(text)


def test_one_lead_alone_is_told_as_beside_all_the_others(asked, table):
    alone = explain_alone(table, STREAM, "L3-secret")
    made = alone.explained
    assert made.stories == asked.stories
    assert (made.explainer, made.locked, made.searched) == (asked.explainer, asked.locked, asked.searched)
    assert (made.drivers, made.gaps, made.recourse) == ((), (), ())
    assert alone.selected is (made.stories[0].score >= 55)
    assert (alone.back is None) is (made.stories[0].counterfactual.outcome != "over")


def test_a_selected_lead_has_a_smallest_way_back(table):
    over = next(
        key
        for key, score in zip(table["key"].to_pylist(), table["score"].to_pylist(), strict=True)
        if score > 60
    )
    alone = explain_alone(table, STREAM, over)
    assert (alone.selected, alone.predicted_selected) == (True, True)
    assert alone.explained.stories[0].counterfactual.outcome == "over"
    assert alone.back.outcome == "found"
    assert alone.back.reached < 55
    locked = {one.field for one in alone.explained.locked}
    assert not locked & {one.field for one in alone.back.changes}
    held = explain_alone(table, STREAM, over, tuple(one.field for one in alone.back.changes))
    assert not {one.field for one in alone.back.changes} & {one.field for one in held.back.changes}


def test_an_imitation_that_is_worse_than_the_mean_tells_nothing_of_the_spread(made):
    worse = replace(made.explainer, fidelity=-0.02, low=-0.03, high=-0.01)
    assert "It tells nothing of the score's spread," in summary(replace(made, explainer=worse)).model
    assert "of the score's spread (" in summary(made).model


def test_a_poor_imitation_explains_no_lead(table):
    noise = pa.array(np.random.default_rng(0).normal(size=table.num_rows))
    poor = table.set_column(table.column_names.index("score"), "score", noise)
    alone = explain_alone(poor, STREAM, "L3-secret")
    assert "is poor" in alone.explained.undefined
    assert "is poor" in explanations(poor, STREAM, Request()).undefined
    assert (alone.explained.stories, alone.back) == ((), None)


def test_pairs_in_order_are_counted_and_of_a_yes_or_no_they_are_the_auc():
    rng = np.random.default_rng(3)
    score, told = rng.integers(0, 5, 300).astype(float), rng.normal(size=300).round(1)
    agree = total = 0.0
    for one in range(300):
        for other in range(300):
            if score[one] > score[other]:
                total += 1
                agree += (told[one] > told[other]) + 0.5 * (told[one] == told[other])
    assert in_order(score, told) == pytest.approx(agree / total)
    decided = (score > 2).astype(float)
    assert in_order(decided, told) == pytest.approx(roc_auc_score(decided, told))
    assert in_order(np.ones(5), told[:5]) is None
