"""Explanations add up to the prediction, agree with brute force, and name fields and values."""

from __future__ import annotations

import builtins
import re
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow.csv import write_csv

from audit.rows.explain import BACKGROUND, MOST_LEADS, explain_gap, explain_lead
from audit.rows.imitating.lime import second_opinion
from audit.rows.imitating.threads import one_thread
from audit.rows.surrogate import Surrogate, surrogate
from audit.schema import BadInput
from tests.audit.fields import segregated

PAIR = ("region", "town", "city")


def decided(leads: int) -> pa.Table:
    table = segregated(n=leads)
    chosen = pa.array(table["score"].to_numpy() > 55)
    return table.drop_columns(["score"]).append_column("selected", chosen)


def brute_force(made: Surrogate, row: int, seed: int) -> np.ndarray:
    """Shapley values from all coalitions, the fields outside drawn from the same background."""
    at = made.position(row)
    fold = int(made.data.fold[at])
    drawn = np.random.default_rng(seed).integers(0, made.rows.size, BACKGROUND)
    background = made.data.seen(fold, drawn)
    own = made.data.seen(fold, np.asarray([at]))[0]
    fields = own.size

    def worth(coalition: tuple[int, ...]) -> float:
        mixed = background.copy()
        mixed[:, list(coalition)] = own[list(coalition)]
        return float(made.predict(mixed, fold).mean())

    values = np.zeros(fields)
    for i in range(fields):
        others = [j for j in range(fields) if j != i]
        for size in range(fields):
            weight = factorial(size) * factorial(fields - size - 1) / factorial(fields)
            values[i] += weight * sum(
                worth((*group, i)) - worth(group) for group in combinations(others, size)
            )
    return values


@pytest.fixture(scope="module", params=["scores", "decisions", "few scores"])
def world(request) -> tuple[pa.Table, Surrogate]:
    table = {"scores": segregated(n=2_000), "decisions": decided(2_000), "few scores": segregated(n=600)}[
        request.param
    ]
    made = surrogate(table, 0.95, seed=0)
    assert made is not None
    return table, made


def test_contributions_and_base_are_the_prediction(world):
    pytest.importorskip("shap")
    table, made = world
    for row in (0, 17, 333):
        told = explain_lead(made, table, row, seed=0)
        assert told.base + sum(one.points for one in told.contributions) == pytest.approx(
            told.predicted, abs=1e-6
        )
        assert told.predicted == pytest.approx(made.predicted[made.position(row)])


def test_contributions_are_the_shapley_values_of_every_coalition(world):
    pytest.importorskip("shap")
    table, made = world
    told = {one.feature: one.points for one in explain_lead(made, table, 5, seed=0).contributions}
    with one_thread():
        expected = brute_force(made, 5, seed=0)
    found = [told[one.name] for one in made.data.fields]
    assert np.allclose(found, expected, atol=1e-6 * max(made.scale, 1.0))


def test_a_lead_is_told_in_its_own_fields_and_values(world):
    pytest.importorskip("shap")
    table, made = world
    told = explain_lead(made, table, 3, seed=0)
    assert {one.feature for one in told.contributions} == {"zip", "state", "decoy", "used"}
    by_name = {one.feature: one.value for one in told.contributions}
    assert by_name["zip"] == table["feature:zip"][3].as_py()
    assert by_name["used"] == f"{table['feature:used'][3].as_py():g}"
    assert {one.feature for one in told.contributions[:2]} == {"zip", "used"}


def test_the_contributions_of_a_gap_are_the_gap_of_the_predictions(world):
    pytest.importorskip("shap")
    table, made = world
    told = explain_gap(made, table, PAIR, seed=0)
    region = np.asarray(table["attribute:region"].to_pylist())[made.rows]
    means = [made.predicted[np.flatnonzero(region == name)[:MOST_LEADS]].mean() for name in ("town", "city")]
    assert sum(one.points for one in told.contributions) == pytest.approx(means[0] - means[1], abs=1e-6)
    assert told.predicted == pytest.approx(means[0] - means[1], abs=1e-6)
    assert told.contributions[0].feature == "zip"


def test_the_second_opinion_agrees_where_the_score_is_plain(world):
    pytest.importorskip("shap")
    table, made = world
    found = [second_opinion(made, row, explain_lead(made, table, row, seed=0), 0) for row in range(3)]
    assert np.median([one.agreement for one in found]) > 0.9
    assert all(0 <= one.fit <= 1 for one in found)
    assert [name for name, _ in found[0].points] == [one.name for one in made.data.fields]


def test_the_same_seed_gives_the_same_explanation(world):
    pytest.importorskip("shap")
    table, made = world
    first = explain_lead(made, table, 2, seed=4)
    assert first == explain_lead(made, table, 2, seed=4)
    assert second_opinion(made, 2, first, 1) == second_opinion(made, 2, first, 1)


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch):
    table = segregated(n=2_000)
    made = surrogate(table, 0.95, seed=0)
    real = builtins.__import__

    def absent(name, *rest):
        if name == "shap":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(BadInput, match=r'pip install "fairlead\[explain\]"'):
        explain_lead(made, table, 0, seed=0)


def test_leads_beyond_the_sample_can_be_asked_for(monkeypatch):
    monkeypatch.setattr("audit.rows.surrogate.SAMPLE", 500)
    table = segregated(n=900)
    free = surrogate(table, 0.95, seed=0)
    assert free.rows.size == 500
    missing = next(row for row in range(900) if row not in set(free.rows.tolist()))
    with pytest.raises(KeyError):
        explain_lead(free, table, missing, seed=0)
    asked = surrogate(table, 0.95, seed=0, first=(missing,))
    assert asked.rows.size == 500
    assert explain_lead(asked, table, missing, seed=0).contributions


@pytest.mark.parametrize(("attribute", "group"), [("region", "twon"), ("religion", "town")])
def test_a_group_that_is_not_there_is_named(attribute, group):
    table = segregated(n=600)
    made = surrogate(table, 0.95, seed=0)
    with pytest.raises(BadInput, match=group if attribute == "region" else attribute):
        explain_gap(made, table, (attribute, group, "city"), seed=0)


def test_the_page_of_the_documentation_runs_as_it_stands(tmp_path, monkeypatch):
    pytest.importorskip("shap")
    table = segregated(n=2_100)
    plain = {
        "lead_id": [f"L{i}" for i in range(2_100)],
        **{name.split(":")[-1]: table[name].to_pylist() for name in table.column_names},
    }
    write_csv(pa.table(plain), tmp_path / "leads.csv")
    stream = '[stream]\nname = "s"\nkey = "lead_id"\nscore = "score"\n[[stream.attribute]]\nname = "region"\n'
    (tmp_path / "stream.toml").write_text(stream)
    page = (Path(__file__).parents[2] / "docs/how-to/explain-a-lead.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], names)  # noqa: S102 - our own page
    lead, made = names["lead"], names["made"]
    assert made.fidelity.faithful
    assert lead.base + sum(one.points for one in lead.contributions) == pytest.approx(lead.predicted)
    assert {one.feature for one in lead.contributions} == {"zip", "state", "decoy", "used"}
    assert names["groups"].contributions[0].feature == "zip"
    assert names["second"].agreement > 0.8
    assert names["without_zip"].feature == "zip"


def test_lime_of_an_additive_score_is_what_each_value_adds_over_its_mean():
    table = segregated(n=800)
    made = surrogate(table, 0.95, seed=0)
    assert made.model == "linear"
    told = second_opinion(made, 5, explain_lead(made, table, 5, seed=0), 0)
    at = made.position(5)
    fold = int(made.data.fold[at])
    seen = made.data.seen(fold, np.arange(made.rows.size))
    expected = (seen[at] - seen.mean(axis=0)) * made.models[fold].weights * made.scale
    assert [points for _, points in told.points] == pytest.approx(expected.tolist(), abs=0.4)
