"""What drives a score and its gaps: exact where the model is known, the same as other libraries elsewhere."""

from __future__ import annotations

import builtins
from dataclasses import replace
from itertools import permutations

import numpy as np
import pyarrow as pa
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression

from audit.rows.explaining.agreement import agreement
from audit.rows.explaining.bundles import bundles, named
from audit.rows.explaining.gaps import gap_story
from audit.rows.explaining.groups import grouped
from audit.rows.explaining.importance import importances
from audit.rows.explaining.model import Explained, Request
from audit.rows.explaining.overall import NO_CHOICE, NO_THRESHOLD, OPTIONS, TOO_LITTLE, explanations
from audit.rows.explaining.shapley import shapley
from audit.rows.explaining.subject import imitation, pipeline
from audit.rows.imitating.usage import uses
from audit.rows.own import OwnFails, own
from audit.rows.proxy import gap_pairs
from audit.rows.surrogate import surrogate
from audit.schema import Attribute, BadInput, Stream
from tests.audit.fields import segregated, words
from tests.audit.known_models import coloured, known, red_and_large
from tests.audit.leads import described, gapped
from tests.audit.pipelines import Odd, fitted

STREAM = Stream(
    name="s", score="score", threshold=55.0, attributes=(Attribute(name="region", column="region"),)
)


def keyed(table: pa.Table) -> pa.Table:
    return table.append_column("key", pa.array([f"L{row}" for row in range(table.num_rows)]))


@pytest.fixture(scope="module")
def boosted():
    table = keyed(segregated(n=2_000))
    made = surrogate(table, 0.95, seed=0)
    assert made is not None
    return table, imitation(made)


@pytest.fixture(scope="module")
def small() -> tuple[pa.Table, Explained]:
    """Too few leads for trees: a linear imitation, which needs no extra."""
    table = keyed(segregated(n=700))
    return table, explanations(table, STREAM, Request(leads=("L3", "L10", "L3")))


def test_importance_is_that_of_the_audit(boosted):
    """`uses` shuffles each field of its own; here no two are near copies."""
    _, subject = boosted
    every = bundles(subject)
    assert [len(one) for one in every] == [1] * 4
    told = importances(subject, every, (), seed=3)
    expected = {one.feature: one for one in uses(subject.made, 3)}
    for bundle, (one, _) in zip(every, told, strict=True):
        (name,) = named(subject, bundle)
        assert (one.value, one.low) == (
            pytest.approx(expected[name].importance),
            pytest.approx(expected[name].low),
        )


def test_importance_of_a_pipeline_is_scikit_learns():
    table = keyed(segregated(n=1_200))
    made = surrogate(table, 0.95, seed=0)
    given = own(object(), table.take(pa.array(made.rows)))
    frame = given.frame[["used"]].assign(other=(given.frame["state"] == "True") * 1.0)
    model = HistGradientBoostingRegressor(max_iter=20, random_state=0)
    numbers = frame.rename(columns={"other": "state"})
    model.fit(numbers, made.middle + made.scale * made.data.score)
    subject = pipeline(made, replace(given, estimator=model, frame=numbers), 1.0)
    score = subject.score
    other = permutation_importance(model, numbers, score, scoring="r2", n_repeats=8, random_state=0)
    told = importances(subject, bundles(subject), (), seed=0)
    by_name = {
        named(subject, one)[0]: figure.value for one, (figure, _) in zip(bundles(subject), told, strict=True)
    }
    for name, expected in zip(numbers.columns, other.importances_mean, strict=True):
        assert by_name[name] == pytest.approx(expected, abs=0.04)
    assert by_name["zip"] == by_name["decoy"] == 0.0  # the pipeline does not take them


def test_near_copies_are_shuffled_together():
    table = segregated(n=900)
    copied = table.append_column(
        "feature:zip2", words([f"z{one}" for one in table["feature:zip"].to_pylist()])
    )
    subject = known(
        copied,
        lambda v: (
            -5.0 * (v["zip"].astype(int) < 20) - 5.0 * np.asarray([int(one[1:]) < 20 for one in v["zip2"]])
        ),
    )
    every = bundles(subject)
    assert {named(subject, one) for one in every} == {("zip", "zip2"), ("state",), ("decoy",), ("used",)}
    told = dict(zip(every, importances(subject, every, (), 0), strict=True))
    alone = {
        named(subject, (place,))[0]: importances(subject, [(place,)], (), 0)[0][0].value for place in range(5)
    }
    together = next(one for one in every if len(one) == 2)
    # Alone each hides behind the other.
    assert told[together][0].value > 2 * max(alone["zip"], alone["zip2"])


def test_importance_in_a_group_is_of_its_leads():
    table = coloured()
    subject = known(table, red_and_large)
    groups = grouped(table, replace(STREAM, threshold=8.0), subject)
    (overall, told), *_ = importances(subject, [(0,)], groups, seed=0)
    n = [int(one.here.sum()) for one in groups]
    whole = sum(count * one.estimate.value for count, one in zip(n, told, strict=True)) / sum(n)
    assert whole == pytest.approx(overall.value)
    assert [one.estimate.n for one in told] == n


def test_sampled_shapley_values_of_a_sum_are_each_fields_own_part():
    """Whatever is drawn: a field adds its own term less that of the drawn leads, the same for all leads."""
    subject = own_like(known(coloured(), red_and_large))
    at = np.arange(40)
    told, base = shapley(subject, at, seed=1)
    assert base + told.sum(axis=1) == pytest.approx(subject.predicted[at])
    names = list(subject.names)
    parts = {"colour": 10.0, "size": None, "mood": 0.0}
    sizes = column(subject, "size")[at].astype(float)
    red = (column(subject, "colour")[at] == "red") * parts["colour"]
    for name, own_part in (("size", sizes), ("colour", red), ("mood", 0.0 * red)):
        assert np.ptp(told[:, names.index(name)] - own_part) == pytest.approx(0.0, abs=1e-9)


def test_sampled_shapley_values_come_near_those_of_every_order():
    table = coloured()
    subject = own_like(
        known(table, lambda v: v["size"].astype(float) * (v["colour"] == "red") + 3 * (v["mood"] == "1"))
    )
    at = np.asarray(
        [
            next(
                i
                for i in range(240)
                if column(subject, "colour")[i] == "red" and column(subject, "size")[i] == 9
            )
        ]
    )
    donors = np.arange(subject.size)
    exact = np.zeros(3)
    for order in permutations(range(3)):
        left = dict.fromkeys(order, donors)
        for place in order:
            before = subject.ask(np.repeat(at, donors.size), left).mean()
            del left[place]
            exact[place] += (subject.ask(np.repeat(at, donors.size), left).mean() - before) / 6
    told = np.mean([shapley(subject, at, seed)[0][0] for seed in range(30)], axis=0)
    assert told == pytest.approx(exact, abs=0.3)


def own_like(subject):
    """Any model, asked as a pipeline is: without looking into it."""
    return replace(subject, own=own(object(), coloured()))


def column(subject, name: str):
    return np.asarray(coloured()[f"feature:{name}"].to_pylist(), dtype=object)[subject.made.rows]


FIELDS = [("a",), ("b",), ("c",), ("d",)]


@pytest.mark.parametrize(
    ("one", "other", "rank", "verdict", "words"),
    [
        ([4, 3, 2, 1], [8, 6, 5, 1], 1.0, "agree", "agree: both put 'a' first"),
        ([4, 3, 2, 1], [8, -6, 1, 5], 0.8, "agree", "agree: both put 'a' first"),
        (
            [4, 3, 2, 1],
            [3, 4, 2, 1.9],
            0.8,
            "agree",
            "agree but for the first: SHAP puts 'a' first, LIME 'b'",
        ),
        ([4, 3, 2, 1], [4, 1, 2, 3], 0.2, "disagree", "both put 'a' first, and the fields behind it"),
        ([4, 3, 2, 1], [1, 2, 3, 4], -1.0, "disagree", "SHAP puts 'a' first, LIME 'd'. Trust neither"),
        ([4, 3, 2, 1], [2, 4, 3, 1], 0.4, "disagree", "Trust neither"),
        # Noise behind two that matter has no say.
        ([50, 40, 1, 0.5], [60, 30, 0.1, 0.9], None, "agree", "both put 'a' first"),
        ([50, 40, 1, 0.5], [30, 60, 0.1, 0.9], None, "disagree", "SHAP puts 'a' first, LIME 'b'"),
    ],
)
def test_methods_agree_or_are_shown_as_disagreeing(one, other, rank, verdict, words):
    told = agreement(("shapley", np.asarray(one, float)), ("lime", np.asarray(other, float)), FIELDS)
    assert (told.rank, told.verdict) == (None if rank is None else pytest.approx(rank), verdict)
    assert words in told.text


def test_there_is_nothing_to_compare_where_a_method_sees_nothing():
    assert agreement(("shapley", np.zeros(4)), ("lime", np.ones(4)), FIELDS) is None
    assert agreement(("shapley", np.zeros(0)), ("lime", np.ones(0)), []) is None


def test_the_parts_of_a_gap_are_the_gap_where_fields_add_up():
    table = segregated(n=900)
    subject = known(table, lambda v: 60 - 10.0 * (v["zip"].astype(int) < 20) + 5 * v["used"].astype(float))
    (pair,) = gap_pairs(table, STREAM)
    groups = grouped(table, STREAM, subject)
    told = gap_story(subject, bundles(subject), groups, pair, (0, "not here"))
    assert sum(one.neutral.value for one in told.parts) == pytest.approx(told.predicted.value)
    assert told.parts[0].fields == ("zip",)
    assert told.parts[0].neutral.low < -6 < told.parts[0].neutral.high
    assert {one.fields: one.neutral.value for one in told.parts}["decoy",] == pytest.approx(0.0, abs=1e-9)
    assert {one.shapley.undefined for one in told.parts} == {"not here"}
    assert told.agreement is None
    assert told.gap == pytest.approx(pair.value)


def test_shapley_values_of_a_gap_add_up_to_the_gap_of_the_predictions():
    table = segregated(n=280)
    made = surrogate(table, 0.95, seed=0)
    subject = imitation(made)
    (pair,) = gap_pairs(table, STREAM)
    few = replace(STREAM, audit=replace(STREAM.audit, minimum_group=10))
    told = gap_story(subject, bundles(subject), grouped(table, few, subject), pair, (0, None))
    # The folds' own bases differ a little; over a group they nearly cancel.
    assert sum(one.shapley.value for one in told.parts) == pytest.approx(told.predicted.value, abs=0.5)
    assert told.agreement.verdict == "agree"


def test_a_score_is_explained_with_its_gap_and_the_leads_that_are_asked_for(small):
    table, told = small
    assert told.undefined is None
    assert told.explainer.kind == "linear"
    assert told.explainer.faithful
    assert {told.drivers[0].fields, told.drivers[1].fields} == {("zip",), ("used",)}
    assert {one.verdict for one in told.agreements} <= {"agree", "in part"}
    assert len(told.agreements) == 3
    (gap,) = told.gaps
    assert gap.parts[0].fields == ("zip",)
    assert [one.key for one in told.stories] == ["L3", "L10"]
    for one, row in zip(told.stories, (3, 10), strict=True):
        assert one.score == pytest.approx(table["score"][row].as_py())
        assert one.base + sum(part.shapley for part in one.parts) == pytest.approx(one.predicted)
        assert {part.field: part.value for part in one.parts}["zip"] == table["feature:zip"][row].as_py()
        if one.counterfactual.outcome == "found":
            assert one.counterfactual.reached >= 55.0 > one.predicted


def test_the_same_seed_gives_the_same_and_another_seed_others(small):
    table, told = small
    assert explanations(table, STREAM, Request(leads=("L3", "L10", "L3"))) == told
    assert explanations(table, STREAM, Request(seed=4)) != told


def test_without_the_extra_everything_but_shap_is_there(boosted, monkeypatch):
    table, _ = boosted
    real = builtins.__import__

    def absent(name, *rest):
        if name == "shap":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    told = explanations(table, STREAM, Request(leads=("L3",)))
    assert 'pip install "fairlead[explain]"' in told.no_shapley
    assert {one.shapley.undefined for one in told.drivers} == {told.no_shapley}
    assert [(one.one, one.other) for one in told.agreements] == [("permutation", "lime")]
    assert told.recourse
    assert told.stories[0].base is None
    assert {part.shapley for part in told.stories[0].parts} == {None}
    assert told.gaps[0].parts[0].neutral.value is not None


@pytest.mark.parametrize(
    ("stream", "fixed", "why"),
    [
        (replace(STREAM, threshold=None), (), NO_THRESHOLD),
        (STREAM, ("zip", "state", "decoy", "used"), NO_CHOICE),
    ],
)
def test_without_a_threshold_or_a_field_to_change_there_are_no_ways(small, stream, fixed, why):
    told = explanations(small[0], stream, Request(leads=("L3",), fixed=fixed))
    assert told.no_recourse == why
    assert told.recourse == ()
    assert told.drivers
    assert told.stories[0].counterfactual.outcome == (
        "undefined" if stream.threshold is None else "none"
    ) or (told.stories[0].counterfactual.outcome == "over")


def test_too_little_or_a_poor_imitation_explains_nothing():
    table = keyed(segregated(n=90))
    bare = table.select([one for one in table.column_names if not one.startswith("feature:")])
    whole = keyed(segregated(n=200))
    alike = whole.set_column(whole.column_names.index("score"), "score", pa.array([60.0] * 200))
    for few, why in (
        (table, "it takes 100 leads with a score, and there are 90"),
        (bare, "the leads have no field beside the score, the outcome and the groups"),
        (alike, "all leads have the same score"),
    ):
        assert explanations(few, STREAM, Request()).undefined == f"{TOO_LITTLE}: {why}"
    random = keyed(segregated(n=500))
    noise = random.set_column(5, "score", pa.array(np.random.default_rng(0).normal(size=500)))
    told = explanations(noise, STREAM, Request(leads=("L3",)))
    assert "the imitation of the score from the fields is poor" in told.undefined
    assert not told.explainer.faithful
    assert (told.drivers, told.gaps, told.recourse, told.stories) == ((), (), (), ())


def test_a_key_that_is_not_there_is_refused_and_not_repeated():
    table = keyed(segregated(n=120))
    with pytest.raises(BadInput, match="--lead number 2 is not the key") as refused:
        explanations(table, STREAM, Request(leads=("L3", "jane@example.com")))
    assert "jane" not in str(refused.value)


def test_decisions_are_explained_as_a_chance():
    table = keyed(segregated(n=800))
    chosen = pa.array(table["score"].to_numpy() > 55)
    decided = table.drop_columns(["score"]).append_column("selected", chosen)
    stream = replace(STREAM, score=None, threshold=None, decision="selected")
    told = explanations(decided, stream, Request())
    assert (told.unit, told.threshold, told.explainer.measure) == ("chance of being selected", 0.5, "auc")
    assert told.recourse
    assert told.drivers[0].fields in {("zip",), ("used",)}


def test_of_a_score_where_lower_is_better_the_way_goes_down():
    table = keyed(segregated(n=700))
    lower = replace(STREAM, higher_is_better=False, threshold=50.0)
    (story,) = explanations(table, lower, Request(leads=("L3",))).stories
    assert story.predicted > 50
    assert story.counterfactual.reached <= 50


# A customer's own pipeline.


@pytest.fixture(scope="module")
def scored() -> tuple[pa.Table, object]:
    """Leads whose score is what a pipeline says, in whole per cent."""
    table = gapped(600)
    model = fitted(table, table["outcome"].to_pylist(), LogisticRegression(C=50))
    chance = model.predict_proba(own(model, table).frame)[:, 1]
    place = table.column_names.index("score")
    return table.set_column(place, "score", pa.array(np.round(100 * chance))), model


def test_a_pipeline_that_made_the_score_is_explained_itself(scored):
    table, model = scored
    told = explanations(table, described(threshold=30.0), Request(leads=("L4",)), model)
    assert told.explainer.kind == "pipeline"
    assert told.explainer.low > 0.99
    assert told.explainer.same_side.value > 0.97
    assert "times 100" in told.explainer.note
    assert told.no_shapley is None
    (story,) = told.stories
    row = own(model, table).frame.iloc[[4]]
    assert story.predicted == pytest.approx(100 * model.predict_proba(row)[0, 1])
    assert story.base + sum(part.shapley for part in story.parts) == pytest.approx(story.predicted)
    found = story.counterfactual
    assert found.outcome in {"found", "over"}
    if found.outcome == "found":
        changed = row.assign(**{one.field: typed(one.after, row[one.field].iloc[0]) for one in found.changes})
        assert 100 * model.predict_proba(changed)[0, 1] == pytest.approx(found.reached, abs=0.01)


def typed(text: str, like: object) -> object:
    return float(text) if isinstance(like, float) else text


def test_a_pipeline_that_did_not_make_the_score_is_told_and_not_used(scored):
    table, _ = scored
    other = fitted(table, np.arange(600) % 2 == 0)
    told = explanations(table, described(threshold=30.0), Request(), other)
    assert told.explainer.kind == "linear"
    assert "Your pipeline's predictions do not agree with the score (R-squared" in told.explainer.note
    assert told.drivers


def test_a_pipeline_that_misbehaves_is_refused_in_one_sentence(scored):
    table, model = scored
    with pytest.raises(OwnFails, match="gives no number for 3 of 600 leads"):
        explanations(table, described(), Request(), Odd("nan"))
    with pytest.raises(BadInput, match="needs the column 'worth'"):
        explanations(table.drop_columns(["feature:worth"]), described(), Request(), model)
    unfitted = fitted(table, table["outcome"].to_pylist())
    from sklearn.base import clone

    with pytest.raises(OwnFails, match=r"failed while it was asked \(NotFittedError\)"):
        explanations(table, described(), Request(), clone(unfitted))


def test_a_pipeline_is_not_asked_about_nobody(scored):
    """scikit-learn refuses a table without rows: nobody is under the threshold, or there is no group."""
    table, model = scored
    low = explanations(table, described(threshold=-1.0), Request(), model)
    assert {one.under for one in low.recourse} == {0}
    groupless = explanations(table, replace(described(threshold=30.0), attributes=()), Request(), model)
    assert (groupless.explainer.kind, groupless.recourse, groupless.gaps) == ("pipeline", (), ())
    assert {one.groups for one in groupless.drivers} == {()}


def test_a_choice_among_several_options_is_not_explained():
    table = keyed(segregated(n=300)).drop_columns(["score"])
    options = pa.array(["a", "b", "c"] * 100).dictionary_encode()
    stream = replace(STREAM, score=None, threshold=None, decision="option")
    assert explanations(table.append_column("option", options), stream, Request()).undefined == OPTIONS


def test_accounts_are_the_units_and_odd_columns_do_no_harm():
    """Every lead stands twice: with whole accounts as the units that tells no more than once."""
    table = keyed(segregated(n=340, zips=6))
    random = np.random.default_rng(0)
    table = table.append_column(
        "feature:gaps", pa.array(random.normal(size=340), mask=random.random(340) < 0.3)
    )
    table = table.append_column("feature:empty", pa.array([None] * 340, type=pa.float64()))
    table = table.append_column("feature:constant", words(["same"] * 340))
    alone = explanations(table, STREAM, Request())
    doubled = pa.concat_tables(
        [table, table.set_column(6, "key", pa.array([f"M{row}" for row in range(340)]))]
    )
    account = pa.array([f"A{row % 340}" for row in range(680)])
    told = explanations(doubled.append_column("account", account), STREAM, Request())
    assert (alone.by_account, told.by_account) == (False, True)
    for one, other in (
        (alone.explainer.same_side, told.explainer.same_side),
        (alone.gaps[0].predicted, told.gaps[0].predicted),
    ):
        # Were leads the units, it would be 0.7 of the width.
        assert other.high - other.low == pytest.approx(one.high - one.low, rel=0.15)
