"""The engines count alike, on any admitted table, and refuse what cannot be counted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from audit.grouping import grouping
from audit.metrics.score_metrics import auc
from audit.schema import Attribute, BadInput, Stream
from audit.tally import ENGINES, OFFERED, count, count_batches, edges, limits

STREAM = Stream(name="s", attributes=(Attribute(name="é", column="é"),), score="score", threshold=0.5)
LEVELS = st.one_of(
    st.none(), st.sampled_from(["", "Ω", "a b", "unknown", 'x"y', "it's", "日本"]), st.text(max_size=3)
)
TRUTHS = st.one_of(st.none(), st.booleans())
SCORES = st.one_of(
    st.none(), st.integers(-3, 3).map(float), st.floats(-1e6, 1e6), st.sampled_from([0.5, float("nan")])
)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    size = draw(st.integers(0, 25))

    def drawn(values: st.SearchStrategy[object], type_: pa.DataType) -> pa.Array:
        return pa.array(draw(st.lists(values, min_size=size, max_size=size)), type_)

    content = {
        'attribute:é "1"': drawn(LEVELS, pa.string()).dictionary_encode(),
        "attribute:plain": drawn(LEVELS, pa.string()),
        "control:c": drawn(LEVELS, pa.string()).dictionary_encode(),
        "score": drawn(SCORES, pa.float64()),
        "outcome": drawn(TRUTHS, pa.bool_()),
        "worked": drawn(TRUTHS, pa.bool_()),
        "option": drawn(LEVELS, pa.string()).dictionary_encode(),
    }
    kept = draw(st.sets(st.sampled_from(sorted(content)), min_size=1))
    return pa.table({name: values for name, values in content.items() if name in kept})


@given(tables(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_engines_give_equal_cubes(table, higher):
    stream = Stream(name="s", attributes=(), score="score", threshold=0.5, higher_is_better=higher)
    oracle = count(table, stream, "reference")
    for name in OFFERED:
        cube = count(table, stream, name)
        assert cube == oracle
        assert cube.digest() == oracle.digest()


@given(tables(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_order_of_rows_and_chunks_does_not_matter(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.take(pa.array(order, pa.int64()))
    parts = pa.concat_tables([shuffled.slice(0, 3), shuffled.slice(3)])
    assert count(parts, STREAM, "arrow") == count(table, STREAM, "arrow")


@given(tables())
@settings(max_examples=30, deadline=None)
def test_shards_add_up_to_the_whole(table):
    cuts = edges.score_edges(table, STREAM)
    shards = [count(table.slice(i, 7), STREAM, "arrow", edges=cuts) for i in range(0, max(len(table), 1), 7)]
    assert sum(shards[1:], shards[0]) == count(table, STREAM, "arrow")


def test_many_chunks_and_a_sparse_key_space_agree(monkeypatch):
    rng = np.random.default_rng(1)
    table = pa.table(
        {
            "attribute:a": pa.array(rng.integers(0, 40, 5000).astype(str)),
            "score": rng.normal(size=5000),
            "outcome": rng.random(5000) < 0.2,
        }
    )
    whole = count(table, STREAM, "arrow")
    monkeypatch.setattr("audit.tally.arrow.CHUNK", 700)
    monkeypatch.setattr("audit.tally.arrow._DENSE", 10)
    assert count(table, STREAM, "arrow") == whole == count(table, STREAM, "reference")


def test_few_scores_are_exact_and_many_are_cut_at_quantiles_with_the_threshold(monkeypatch):
    monkeypatch.setattr(edges, "EXACT_UP_TO", 4096)
    monkeypatch.setattr(edges, "QUANTILES", 1000)
    few = pa.table({"score": np.arange(4000) / 7})
    assert len(count(few, STREAM, "arrow").n) == 4000
    many = pa.table({"score": np.random.default_rng(0).normal(size=9000)})
    cuts = edges.score_edges(many, STREAM)
    assert 900 < len(cuts) < 1100
    assert STREAM.threshold in cuts
    assert count(many, STREAM, "duckdb") == count(many, STREAM, "reference")


def test_names_that_differ_only_in_their_case_are_two_columns():
    table = pa.table(
        {
            "attribute:region": pa.array(["A", "B", "B"]).dictionary_encode(),
            "attribute:Region": pa.array(["X", "X", "Y"]).dictionary_encode(),
            "control:REGION": pa.array(["1", "2", "3"]).dictionary_encode(),
            "score": [1.0, 2.0, 3.0],
        }
    )
    assert count(table, STREAM, "duckdb") == count(table, STREAM, "reference")
    assert count(table, STREAM, "duckdb").axis("attribute:Region").levels == ("X", "Y")


def test_a_small_group_within_few_of_very_many_scores_keeps_its_ranking():
    random = np.random.default_rng(0)
    mass = random.random(300_000) * 0.9
    few = 0.95 + np.arange(280) * 1e-6
    won = np.concatenate([random.random(300_000) < 0.3, np.arange(280) >= 140])
    table = pa.table(
        {
            "attribute:g": pa.array(["mass"] * 300_000 + ["few"] * 280).dictionary_encode(),
            "score": np.concatenate([mass, few]),
            "outcome": won,
        }
    )
    by = Stream(
        name="s", attributes=(Attribute(name="g", column="g"),), score="score", threshold=0.5, outcome="won"
    )
    measures = auc(grouping(count(table, by, "arrow"), ("g",)), 0.95, higher_is_better=True)
    assert measures.value[0] == pytest.approx(1.0, abs=0.01)
    assert measures.value[1] == pytest.approx(roc_auc_score(won[:300_000], mass), abs=1e-6)


def test_lower_is_better_selects_at_or_below_the_threshold():
    stream = Stream(name="s", attributes=(), score="score", threshold=0.5, higher_is_better=False)
    cube = count(pa.table({"score": [0.4, 0.5, 0.6]}), stream, "arrow")
    assert cube.where("selected", "yes").total == 2


def test_an_unknown_engine_is_refused_by_name():
    for name in ("spark", "pandas", ""):
        with pytest.raises(BadInput, match="auto, arrow, duckdb"):
            count(pa.table({"score": [1.0]}), STREAM, name)
    assert "reference" in ENGINES
    assert "reference" not in OFFERED


def test_a_column_with_a_value_per_lead_is_refused(monkeypatch):
    table = pa.table({"attribute:name": [str(i) for i in range(limits.LEVELS + 1)]})
    with pytest.raises(BadInput, match="attribute 'name' has 10,001 different values"):
        count(table, STREAM, "arrow")
    monkeypatch.setattr(limits, "CELLS", 10)
    with pytest.raises(BadInput, match=r"coarsen or remove 'control c' \(50 values\)"):
        count(pa.table({"control:c": [str(i) for i in range(50)]}), STREAM, "arrow")


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-2, 5), TRUTHS), min_size=1, max_size=30), st.booleans()
)
@settings(max_examples=40, deadline=None)
def test_whole_scores_are_counted_as_the_oracle_counts_them(rows, narrow):
    names, scores, truths = (list(column) for column in zip(*rows, strict=True))
    codes = pa.array(names, pa.int8() if narrow else pa.int32())
    table = pa.table(
        {
            "attribute:é": pa.DictionaryArray.from_arrays(codes, ["a", "b", "c", "d"]),
            "score": pa.array(scores, pa.float64()),
            "outcome": pa.array(truths, pa.bool_()),
        }
    )
    oracle = count(table, STREAM, "reference")
    found = count(table, STREAM, "arrow")
    assert found == oracle
    assert found.score_sum.tolist() == oracle.score_sum.tolist()
    whole = table.set_column(1, "score", table["score"].cast(pa.int8()))
    own = tuple(float(one) for one in range(-2, 6))
    assert count(whole, STREAM, edges=own) == count(table, STREAM, "reference", edges=own)


def test_batches_add_up_to_the_table():
    table = pa.table(
        {"attribute:g": ["a", "b", "a"], "score": [1.0, 2.0, 2.0], "outcome": [True, None, False]}
    )
    parts = (table.slice(start, 1) for start in range(3))
    assert count_batches(parts, STREAM, (1.0, 2.0)) == count(table, STREAM, edges=(1.0, 2.0))
