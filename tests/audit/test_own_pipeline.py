"""A customer's pipeline in the laboratory: trained anew under every remedy, and refused in one sentence."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from audit.report.brought import BroughtModel
from audit.report.mitigation.json_form import to_json
from audit.report.mitigation.page import to_html
from audit.rows.mitigation import Experiment, Request, laboratory, reductions, remaking
from audit.rows.mitigation.attempt import NotHere
from audit.rows.mitigation.bench import bench
from audit.rows.mitigation.learning import cross_fitted, plain
from audit.rows.own import ByRow, Own, OwnFails, good_class, own
from audit.rows.own.by_row import chance_of
from audit.schema import BadInput
from tests.audit.leads import described, gapped
from tests.audit.pipelines import Odd, fitted, pipeline
from tests.audit.test_mitigation import reported, trial, validated

TRAINED = ("data", "fields", "training")


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return gapped(700)


@pytest.fixture(scope="module")
def brought(table) -> Pipeline:
    return fitted(table, table["outcome"].to_pylist())


@pytest.fixture(scope="module")
def made(table, brought) -> Experiment:
    with pytest.MonkeyPatch.context() as patch:
        # One constraint and a short search: all three take half a minute.
        patch.setattr(reductions, "AIMS", ("demographic_parity",))
        patch.setattr(reductions, "ITERATIONS", 3)
        patch.setattr(reductions, "GRID", 3)
        return laboratory(table, described(), Request(families=TRAINED), brought=brought)


def quick(table: pa.Table, model: object, *families: str) -> Experiment:
    return laboratory(table, described(), Request(families=families or ("data", "training")), brought=model)


def test_every_remedy_that_trains_is_tried_on_the_pipeline(made):
    assert made.undefined is None
    words = [one.remedy.id for one in made.trials if one.undefined is not None]
    # Its proxy is a column of names, which cannot be decorrelated or repaired.
    assert {one.partition(":")[0] for one in words} == {"decorrelate", "repair"}
    assert "takes 'town' as names" in trial(made, words[0]).undefined
    found = trial(made, "plain")
    assert found.remedy.title == "Train your own pipeline anew, without any remedy"
    for name in ("drop:town", "gradient:demographic_parity"):
        assert abs(trial(made, name).after.gap("demographic_parity").value) < 0.12, name


def test_what_is_decided_is_what_clones_of_the_pipeline_decide_on_other_folds(table, brought):
    """The oracle: scikit-learn alone, fold by fold."""
    leads = bench(table, described(), Request())
    leads = replace(leads, own=own(brought, leads.table))
    told = cross_fitted(leads, (), plain)
    for k in range(5):
        here = leads.fold == k
        learned = clone(brought).fit(leads.own.frame[~here], leads.won[~here])
        expected = learned.predict_proba(leads.own.frame[here])[:, 1]
        assert told[here] == pytest.approx(expected, abs=1e-9)


def test_the_pipeline_that_was_brought_stays_as_it_was(table):
    model = fitted(table, table["outcome"].to_pylist(), DecisionTreeClassifier(max_depth=2))
    before = model.predict_proba(own(model, table).frame)
    quick(table, model, "data")
    assert np.array_equal(model.predict_proba(own(model, table).frame), before)
    assert model.get_params()["model__random_state"] is None


def test_the_same_seed_gives_the_same_bytes_though_the_pipeline_has_none(table):
    from sklearn.ensemble import RandomForestClassifier

    model = fitted(table, table["outcome"].to_pylist(), RandomForestClassifier(5, n_jobs=2))
    one, other = (to_json(reported(quick(table, model, "data"))) for _ in range(2))
    assert one == other


def test_no_cache_on_the_disk_is_read_or_written(table, tmp_path):
    model = fitted(table, table["outcome"].to_pylist())
    model.set_params(memory=str(tmp_path / "cache"), verbose=True)
    assert trial(quick(table, model, "data"), "reweighing").after is not None
    assert list(tmp_path.iterdir()) == []


def test_a_pipeline_without_weights_says_so_and_the_others_are_tried(table):
    model = fitted(table, table["outcome"].to_pylist(), KNeighborsClassifier())
    tried = quick(table, model)
    for name in ("reweighing", "gradient:demographic_parity", "grid:equalized_odds"):
        assert "(KNeighborsClassifier) takes no weights" in trial(tried, name).undefined
    # Its class takes none of the training remedies, and copies of leads need no weights.
    assert trial(tried, "oversampling").after is not None


def test_a_model_of_amounts_orders_the_leads_and_cannot_be_constrained(table):
    model = fitted(table, table["outcome"].cast(pa.int8()).to_pylist(), LinearRegression())
    tried = quick(table, model)
    assert trial(tried, "plain").after is not None
    assert "needs a classifier" in trial(tried, "gradient:equal_opportunity").undefined


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("raises", r"failed while it learned \(ValueError\)"),
        ("nan", "gives no number for 3 of"),
        ("short", "no single number for each lead|gives no single number"),
    ],
)
def test_what_misbehaves_is_told_without_the_value_of_a_lead(table, way, words):
    tried = quick(table, Odd(way), "data")
    found = trial(tried, "reweighing").undefined
    assert found is not None
    import re

    assert re.search(words, found)
    assert "south" not in found
    assert "north" not in found


def test_a_column_that_is_not_there_is_named(table, brought):
    with pytest.raises(BadInput, match=r"needs the column 'worth', .* \(noise, town\|town, noise\)|'worth'"):
        laboratory(table.drop_columns(["feature:worth"]), described(), Request(), brought=brought)
    unnamed = LogisticRegression().fit(np.zeros((4, 7)) + np.arange(4)[:, None], [0, 1, 0, 1])
    with pytest.raises(BadInput, match="trained on 7 columns without names, and the stream has 3 fields"):
        own(unnamed, table)


def test_the_frame_has_the_columns_of_the_pipeline_in_their_order(table, brought):
    frame = own(brought, table).frame
    assert list(frame.columns) == list(brought.feature_names_in_)
    assert frame["worth"].dtype == np.float64
    holes = table.set_column(
        table.column_names.index("feature:town"),
        "feature:town",
        pa.array([None, *table["feature:town"].to_pylist()[1:]]),
    )
    assert own(brought, holes).frame["town"].isna().sum() == 1


def test_a_silent_field_tells_nothing_and_a_coarse_one_little(table, brought):
    given = own(brought, table)
    learned, levels = np.ones(table.num_rows, dtype=bool), np.zeros(table.num_rows, dtype=np.int64)
    quiet = remaking.silent(("town", "worth"))(given, learned, levels).frame
    assert quiet["town"].nunique() == quiet["worth"].nunique() == 1
    assert quiet["town"].iloc[0] == given.frame["town"].mode()[0]
    assert quiet["noise"].equals(given.frame["noise"])
    coarse = remaking.coarse(("worth",), 4)(given, learned, levels).frame
    assert coarse["worth"].nunique() == 4
    assert np.corrcoef(coarse["worth"], given.frame["worth"])[0, 1] > 0.9
    with pytest.raises(NotHere, match="does not use 'colour'"):
        remaking.silent(("colour",))(given, learned, levels)


def test_rare_names_become_one(table, brought):
    names = np.asarray(["a"] * 300 + ["b"] * 200 + ["c"] * 100 + ["d"] * 60 + ["e"] * 40)
    given = own(brought, table)
    frame = given.frame.assign(town=names)
    made = remaking.coarse(("town",), 4)(Own(estimator=brought, frame=frame), *[None] * 2).frame["town"]
    assert made.value_counts().to_dict() == {"a": 300, "b": 200, "c": 100, remaking.OTHERS: 100}


def test_numbers_are_repaired_in_the_pipelines_own_frame(table):
    """The same numbers as for a model of ours."""
    from audit.rows.mitigation.field_changes import repaired
    from audit.rows.mitigation.learning import Fields

    model = pipeline().fit(own(object(), table).frame, table["outcome"].to_pylist())
    given = own(model, table)
    levels = (np.arange(table.num_rows) % 2).astype(np.int64)
    learned = np.ones(table.num_rows, dtype=bool)
    prepare = remaking.columnwise(("worth",), lambda one: repaired(one.values, one))
    made = prepare(given, learned, levels).frame["worth"].to_numpy()
    values = given.frame[["worth"]].to_numpy()
    expected = repaired(values, Fields(values=values, learned=learned, levels=levels, names=("worth",)))
    assert made == pytest.approx(expected[:, 0])


def test_it_is_copied_as_scikit_learn_and_fairlearn_copy(table, brought):
    one = ByRow(own(brought, table), 3)
    for again in (clone(one), copy.deepcopy(one)):
        assert isinstance(again, ByRow)
        rows = np.arange(100.0)[:, None]
        won = np.asarray(table["outcome"].to_pylist())[:100]
        assert again.fit(rows, won).predict_proba(rows).shape == (100, 2)


def test_chances_of_models_without_chances_keep_their_order(table):
    from sklearn.svm import LinearSVC

    frame = own(object(), table).frame[["worth", "noise"]]
    model = LinearSVC(random_state=0).fit(frame, table["outcome"].to_pylist())
    told = chance_of(model, frame)
    assert ((told > 0) & (told < 1)).all()
    assert np.array_equal(np.argsort(told), np.argsort(model.decision_function(frame)))
    one = LogisticRegression().fit(frame, table["outcome"].to_pylist())
    assert np.array_equal(chance_of(one, frame), one.predict_proba(frame)[:, 1])
    three = DecisionTreeClassifier(max_depth=3).fit(frame, np.arange(len(frame)) % 3)
    with pytest.raises(OwnFails, match="no single number for each lead"):
        chance_of(three, frame)


def test_the_report_says_whose_model_it_was(made):
    facts = BroughtModel(
        digest="2" * 64, steps=("ColumnTransformer", "LogisticRegression"), notes=("<Odd>.",)
    )
    report = replace(reported(made), pipeline=facts)
    assert json.loads(to_json(report))["pipeline"]["digest"] == "2" * 64
    page = to_html(report)
    assert "your own pipeline (ColumnTransformer, then LogisticRegression)" in page
    assert "&lt;Odd&gt;." in page
    validated(made)


class Classes:
    """What is known of a classifier that was trained on these outcomes."""

    def __init__(self, *classes: object) -> None:
        self.classes_ = np.unique(np.asarray(classes))

    def predict_proba(self, frame: object) -> np.ndarray:
        return np.tile(np.linspace(0, 1, self.classes_.size), (len(frame), 1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("classes", "good"),
    [
        ((0, 1), "1"),
        ((1, 0), "1"),
        ((False, True), "True"),
        ((-1, 1), "1"),
        ((0.0, 1.0), "1"),
        (("no", "yes"), "yes"),
        (("lost", "won"), "won"),
        (("bad", "won the deal"), "won the deal"),
        ((1,), "1"),
    ],
)
def test_the_last_class_is_the_good_outcome_where_it_reads_as_that(classes, good):
    assert good_class(Classes(*classes)) == good


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (
            ("converted", "not converted"),
            "of 'converted' and 'not converted' that is the bad one; train",
        ),
        (("Lost", "lost and gone"), None),
        (("Won", "lost"), "of 'Won' and 'lost' that is the bad one"),
        (("A", "B"), "'A' and 'B' cannot be read as a bad and a good outcome"),
        ((0, 1, 2), "tells 3 classes apart"),
    ],
)
def test_classes_that_cannot_be_read_are_refused_in_one_sentence(classes, words):
    if words is None:  # one word that is known is enough
        assert good_class(Classes(*classes)) == "lost and gone"
        return
    with pytest.raises(OwnFails, match=words):
        good_class(Classes(*classes))


def test_a_model_without_classes_has_no_good_one_and_one_class_is_read():
    assert good_class(LinearRegression()) is None
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    assert chance_of(Classes("no"), frame).tolist() == [0, 0]
    assert chance_of(Classes("yes"), frame).tolist() == [1, 1]
