from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from audit.caution import cautions
from audit.finding.evidence_words import evidence_words
from audit.intake import Intake, Refusal
from audit.schema import Attribute, Stream

REGION = Attribute(name="region", column="region")


def words(values) -> pa.Array:
    return pa.array([str(value) for value in values]).dictionary_encode()


def table(n: int = 1_000, **columns) -> pa.Table:
    random = np.random.default_rng(2)
    made = {
        "score": pa.array(random.normal(size=n)),
        "selected": pa.array(random.random(n) < 0.3),
        "outcome": pa.array(random.random(n) < 0.2),
        "worked": pa.array(np.ones(n, dtype=bool)),
        "attribute:region": words(np.where(random.random(n) < 0.5, "a", "b")),
        **columns,
    }
    return pa.table({name: column for name, column in made.items() if column is not None})


def cautioned(rows: pa.Table, stream: dict | None = None, **intake):
    roles = {
        "score": "s",
        "threshold": 1.0,
        "outcome": "o",
        "created": "c",
        "worked": "w",
        "score_range": (-9.0, 9.0),
    }
    made = Stream(name="s", attributes=(REGION,), **(roles | (stream or {})))
    account = {"rows": rows.num_rows, "rejected": (), "excluded": (), "score_range": (-9.0, 9.0)}
    return cautions(Intake(table=rows, **(account | intake)), made, seed=1)


def codes(*arguments, **named) -> list[str]:
    return [one.code for one in cautioned(*arguments, **named)]


def only(code: str, *arguments, **named):
    (found,) = [one for one in cautioned(*arguments, **named) if one.code == code]
    return found, dict(found.evidence)


def test_sound_data_is_told_what_no_table_can_show():
    assert codes(table()) == ["contaminated_score"]


def test_a_decision_without_a_score_is_not_told_about_its_age():
    assert "contaminated_score" not in codes(
        table(score=None), {"score": None, "threshold": None, "decision": "d"}
    )


def _worked_first(won) -> pa.Table:
    """Of 1,000 leads the first 60 were worked; all others have the outcome no, and lower scores."""
    row = np.arange(1_000)
    return table(
        worked=pa.array(row < 60),
        score=pa.array(np.where(row < 60, 60.0 + row % 40, row % 60)),
        outcome=pa.array(won(row), pa.bool_(), mask=None),
    )


def test_outcomes_of_leads_that_nobody_worked_leak_nothing():
    leads = _worked_first(lambda row: np.where(row < 60, row * 7 % 10 < 8, False))
    assert "leaked_label" not in codes(leads)


def test_outcomes_of_leads_that_nobody_worked_are_no_outcomes():
    won = [None] * 60 + [bool(row % 2) for row in range(940)]
    leads = _worked_first(lambda row: row > 1).set_column(
        table().column_names.index("outcome"), "outcome", pa.array(won)
    )
    found, _ = only("no_outcome", leads)
    assert found.text.startswith("No outcome of a worked lead is known")


def test_where_every_lead_is_too_young_for_an_outcome_the_reason_is_told():
    leads = table(outcome=pa.array([None] * 1_000, pa.bool_()))
    assert {"no_outcome", "immature"} <= set(codes(leads, {"maturity_days": 90}, immature=1_000))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_score_that_knows_the_outcome_is_leaked_either_way_round(sign):
    won = np.asarray(table()["outcome"])
    score = sign * (won + np.random.default_rng(1).normal(size=1_000) * 0.1)
    found, shown = only("leaked_label", table(score=pa.array(score)))
    assert shown["auc"] > 0.99
    assert found.text.startswith("The score")


def test_a_single_feature_that_knows_the_outcome_is_named():
    won = np.asarray(table()["outcome"])
    stage = words(np.where(won, "closed", "open"))
    found, shown = only(
        "leaked_label", table(**{"feature:stage": stage, "feature:x": words(np.arange(1_000) % 7)})
    )
    assert shown["feature"] == "stage"
    assert "'stage'" in found.text


def test_a_good_score_is_not_called_leaked():
    won = np.asarray(table()["outcome"])
    score = won * 2.0 + np.random.default_rng(1).normal(size=1_000)
    assert "leaked_label" not in codes(table(score=pa.array(score)))


def test_an_almost_perfect_score_on_a_handful_of_leads_is_not_called_leaked():
    won = np.arange(1_000) < 5
    assert "leaked_label" not in codes(table(outcome=pa.array(won), score=pa.array(won * 1.0)))


@pytest.mark.parametrize("higher", [True, False])
def test_a_score_that_points_the_wrong_way_is_told_with_the_setting(higher):
    random = np.random.default_rng(4)
    score = random.normal(size=1_000)
    right = score + random.normal(size=1_000) > 1
    rows = table(score=pa.array(score if higher else -score), outcome=pa.array(right))
    against = table(score=pa.array(-score if higher else score), outcome=pa.array(right))
    assert "wrong_direction" not in codes(rows, {"higher_is_better": higher})
    told, figures = only("wrong_direction", against, {"higher_is_better": higher})
    assert "higher_is_better" in told.text
    assert figures["auc"] < 0.4


def test_a_useless_score_is_not_called_backwards():
    assert "wrong_direction" not in codes(table())


def test_uneven_work_is_told_by_group():
    region = np.asarray(table()["attribute:region"].to_pylist())
    worked = np.random.default_rng(3).random(1_000) < np.where(region == "a", 0.9, 0.4)
    found = [one for one in cautioned(table(worked=pa.array(worked))) if one.code == "selective_labels"]
    assert len(found) == 2
    shown = dict(found[1].evidence)
    assert (shown["lowest_group"], shown["highest_group"]) == ("b", "a")
    assert shown["lowest"] == pytest.approx(worked[region == "b"].mean())


def test_without_a_worked_column_outcomes_may_be_selective():
    found, _ = only("selective_labels", table(worked=None), {"worked": None})
    assert "Set worked in [stream]" in found.text


def test_young_leads_are_counted():
    found, shown = only("immature", table(), {"maturity_days": 90}, immature=1_234)
    assert shown == {"leads": 1_234, "maturity_days": 90}
    assert found.text.startswith("The outcome of 1,234 leads younger than 90 days counts as not yet known")


def test_small_unknown_and_single_groups():
    few = words(["a"] * 500 + ["b"] * 480 + ["c"] * 5 + ["unknown"] * 15)
    sparse, shown = only("sparse", table(**{"attribute:region": few}))
    assert (shown["groups"], shown["leads"]) == (1, 5)
    assert sparse.text.startswith("1 of 3 groups of region has fewer than 30 leads")
    _, unknown = only("unknown_share", table(**{"attribute:region": few}))
    assert unknown == {"attribute": "region", "leads": 15, "share": 0.015}
    alone, _ = only("single_group", table(**{"attribute:region": words(["a"] * 1_000)}))
    assert "only one group ('a')" in alone.text


@pytest.mark.parametrize(
    ("code", "columns", "stream"),
    [
        ("no_outcome", {"outcome": None}, {"outcome": None}),
        ("no_outcome", {"outcome": pa.array([None] * 1_000, pa.bool_())}, {}),
        ("one_outcome", {"outcome": pa.array([False] * 1_000)}, {}),
        ("no_threshold", {"selected": None}, {"threshold": None}),
        ("constant_score", {"score": pa.array([5.0] * 1_000)}, {}),
        ("score_range", {}, {"score_range": None}),
    ],
)
def test_each_doubt_has_its_code(code, columns, stream):
    found = codes(table(**columns), stream)
    assert found.count(code) == 1


def test_a_feature_with_a_value_for_almost_every_lead_cannot_be_judged():
    fine = {"feature:zip": words(range(1_000)), "feature:zip3": words(i % 40 for i in range(1_000))}
    found, facts = only("fine_feature", table(**fine))
    assert facts["feature"] == "zip"
    assert "100.0 % of leads" in found.text


def test_scores_that_are_counted_in_steps_are_told(monkeypatch):
    monkeypatch.setattr("audit.caution.score.EXACT_UP_TO", 100)
    assert "stepped_score" not in codes(table(score=pa.array(np.arange(1_000) % 50 / 7)))
    found, shown = only("stepped_score", table(score=pa.array(np.arange(1_000) / 7)))
    assert shown["distinct"] == 1_000
    assert "not exact" in found.text


def test_refused_rows_keep_their_reason_and_first_positions():
    refused = Refusal(code="score_not_a_number", text="The score is not a number.", count=3, rows=(0, 4, 9))
    found, shown = only("rejected_rows", table(), rejected=(refused,))
    assert found.text == "3 leads were left out because the score is not a number. First data rows: 1, 5, 10."
    assert (shown["reason"], shown["rows"]) == ("score_not_a_number", 3)


def test_an_excluded_lead_names_the_checkbox_of_the_crm():
    ticked = Refusal(code="HasOptedOutOfEmail", text="HasOptedOutOfEmail is ticked.", count=183, rows=())
    found, shown = only("excluded_rows", table(), excluded=(ticked,))
    assert found.text == "183 leads were left out because HasOptedOutOfEmail is ticked."
    assert evidence_words(found.evidence) == (("Reason", "HasOptedOutOfEmail"), ("Rows", "183"))
    assert shown["first_rows"] == ""


def test_groups_that_differ_only_in_capitals_or_spaces_are_told():
    regions = ["north", "NORTH", "new  york", "New York", "south"]
    told, shown = only(
        "spelling_variants", table(**{"attribute:region": words(regions[i % 5] for i in range(1_000))})
    )
    assert shown == {"field": "region", "groups": 4, "meant": 2, "leads": 800}
    assert "'NORTH' and 'north'" in told.text


def test_a_control_in_two_spellings_is_told_and_another_name_is_not():
    rows = table(**{"control:size": words("Ss"[i % 2] for i in range(1_000))})
    _, shown = only("spelling_variants", rows, {"controls": ("size",)})
    assert shown["field"] == "size"
    assert "spelling_variants" not in codes(
        table(**{"attribute:region": words("ab"[i % 2] for i in range(1_000))})
    )
