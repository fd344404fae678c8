"""Fields of some leads, roles of all: what is counted is the same, and what is examined says of how many."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.intake import admit, duplicates
from audit.intake.column import read_column
from audit.intake.duplicates import repeated_rows
from audit.intake.keys import numbered, read_keys
from audit.intake.missing import missing_tokens
from audit.intake.partly import Partly, drawn
from audit.rows import examined
from audit.run import AuditRequest, audit
from audit.schema import Attribute, Stream

LEADS, MOST = 3_000, 1_000
STREAM = Stream(
    name="large",
    key="id",
    score="score",
    threshold=60,
    outcome="won",
    attributes=(Attribute(name="region", column="region"),),
    controls=("source",),
    features=("area", "visits", "source"),
)


def leads() -> pa.Table:
    """A file with two unusable rows, a key that comes twice, and a column without a role."""
    random = np.random.default_rng(5)
    region = random.choice(["north", "south"], LEADS, p=[0.7, 0.3])
    score = np.clip(random.normal(55, 15, LEADS) - 8 * (region == "south"), 0, 100).round()
    ids = [f"L{place:05d}" for place in range(LEADS)]
    ids[7], ids[2_000] = "", ids[100]
    texts = [f"{one:g}" for one in score]
    texts[12] = "high"
    return pa.table(
        {
            "id": ids,
            "region": region,
            "score": texts,
            "won": random.random(LEADS) < score / 150,
            "source": random.choice(["web", "fair"], LEADS),
            "area": np.where(random.random(LEADS) < 0.8, region, "west"),
            "visits": random.poisson(3, LEADS),
            "note": random.choice(["a", "b"], LEADS),
        }
    )


@dataclass(frozen=True, slots=True)
class Held:
    """Columns that are elsewhere, in this test in another table."""

    table: pa.Table

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.table.column_names)

    def column(self, name: str) -> pa.ChunkedArray:
        return self.table.column(name)

    def some(self, rows: np.ndarray) -> pa.Table:
        return self.table.select(["area", "visits"]).take(pa.array(rows))


def partly(most: int = MOST) -> tuple[pa.Table, Partly]:
    whole = leads()
    elsewhere = Held(whole.select(["area", "visits", "note"]))
    return whole.drop_columns(["area", "visits", "note"]), Partly(seed=3, most=most, elsewhere=elsewhere)


def test_the_account_and_every_count_are_of_all_leads():
    whole = audit(admit(leads(), STREAM), STREAM, AuditRequest(seed=3))
    table, some = partly()
    part = audit(admit(table, STREAM, some), STREAM, AuditRequest(seed=3))
    assert (part.rows, part.kept, part.rejected) == (whole.rows, whole.kept, whole.rejected)
    assert (part.estimates, part.disparities) == (whole.estimates, whole.disparities)
    assert part.digests.cube == whole.digests.cube
    assert part.search is not None
    assert part.search.looked_on + part.search.confirmed_on == MOST
    (told,) = [one for one in part.warnings if one.code == "examined_sample"]
    assert dict(told.evidence) == {"examined": MOST, "kept": whole.kept}
    assert "on 1,000 leads of 2,997 leads" in told.text
    assert not [one for one in whole.warnings if one.code == "examined_sample"]
    # Fewer leads, a wider range; the strongest stand-in stays it.
    assert part.proxies[0].feature == whole.proxies[0].feature == "area"
    assert part.proxies[0].high - part.proxies[0].low > whole.proxies[0].high - whole.proxies[0].low


def test_what_is_read_partly_is_what_would_be_drawn_from_the_whole(monkeypatch):
    table, some = partly()
    apart = admit(table, STREAM, some).looked
    monkeypatch.setattr(examined, "MOST_EXAMINED", MOST)
    held = examined.examined(admit(leads(), STREAM).table, 3)
    assert apart is not None
    assert apart.select(held.column_names).equals(held)


def test_few_leads_are_all_looked_at_wherever_their_fields_are():
    table, some = partly(most=LEADS)
    apart, whole = admit(table, STREAM, some), admit(leads(), STREAM)
    assert apart.looked is not None
    assert apart.looked.select(whole.table.column_names).equals(whole.table)
    assert (apart.notes, apart.defaults, apart.repeated) == (whole.notes, whole.defaults, whole.repeated)


def test_a_missing_field_is_named_as_ever():
    table, some = partly()
    with pytest.raises(
        ValueError, match=r"no column 'visit' \(features of the stream\); did you mean 'visits'"
    ):
        admit(table, replace(STREAM, features=("visit",)), some)


@given(st.integers(0, 50), st.integers(1, 60), st.integers(0, 3))
def test_what_is_drawn_is_in_order_and_no_lead_twice(rows, most, seed):
    places = drawn(rows, seed, most)
    assert len(places) == min(rows, most)
    assert sorted(set(places.tolist())) == places.tolist()
    assert all(0 <= place < rows for place in places)


IDS = (
    st.text(alphabet=st.sampled_from("aAbé0 \u4e00"), max_size=3)
    | st.none()
    | st.sampled_from(["n/a", "NULL"])
)


@given(st.lists(IDS, max_size=30), st.integers(1, 7), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_repeated_keys_are_those_that_an_earlier_standing_row_has(ids, cut, random):
    whole = pa.chunked_array([ids[at : at + cut] for at in range(0, len(ids), cut)], pa.string())
    keys = read_keys(pa.table({"id": whole}), "id", missing_tokens(("n/a",)))
    trimmed = [
        None if one is None or not one.strip() or one.lower() in {"n/a", "null"} else one.strip()
        for one in ids
    ]
    assert keys.text.to_pylist() == trimmed
    standing = np.array([one is not None and random.random() < 0.8 for one in trimmed], dtype=np.bool_)
    seen: set[str | None] = set()
    expected = []
    for one, stands in zip(trimmed, standing, strict=True):
        expected.append(bool(stands) and one in seen)
        if stands:
            seen.add(one)
    assert keys.repeated(standing).tolist() == expected
    assert keys.missing.tolist() == [one is None for one in trimmed]


def test_texts_of_one_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr("audit.intake.keys._hashed", lambda chunk: np.zeros(len(chunk), dtype=np.uint64))
    keys = read_keys(pa.table({"id": ["a", "b", "a", "c", "b"]}), "id", missing_tokens(()))
    assert keys.repeated(np.ones(5, dtype=np.bool_)).tolist() == [False, False, True, False, True]


def test_rows_are_numbered_where_there_is_no_key():
    assert numbered(3).text.to_pylist() == ["1", "2", "3"]
    assert not numbered(3).missing.any()


VALUES = st.lists(st.sampled_from(["b", " b", "a", "", "n/a", "c "]) | st.none(), max_size=20)


@given(VALUES, st.lists(st.sampled_from(["x", "a", "b", "b"]), max_size=4), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_a_dictionary_reads_as_its_texts_do(values, unused, cut):
    """Whatever its order, values that no row has, and values that it has twice."""
    listed = [*unused, *dict.fromkeys(one for one in values if one is not None)]
    place = {one: at for at, one in enumerate(listed)}
    coded = pa.DictionaryArray.from_arrays(
        pa.array([None if one is None else place[one] for one in values], pa.int16()),
        pa.array(listed, pa.string()),
    )
    chunked = pa.chunked_array([coded.slice(at, cut) for at in range(0, len(values), cut)], coded.type)
    tokens = missing_tokens(("n/a",))
    as_texts = read_column(pa.table({"x": pa.array(values, pa.string())}), "x", tokens)
    as_codes = read_column(pa.table({"x": chunked}), "x", tokens)
    assert as_codes.levels.equals(as_texts.levels)
    np.testing.assert_array_equal(as_codes.codes, as_texts.codes)


@pytest.mark.parametrize("kind", [pa.int16(), pa.bool_(), pa.date32()])
def test_numbers_truths_and_days_read_as_their_texts_do(kind):
    column = (
        pa.array([3, 1, None, 3, 0], pa.int32())
        .cast(pa.bool_() if kind == pa.bool_() else pa.int32())
        .cast(kind)
    )
    texts = read_column(pa.table({"x": column.cast(pa.string())}), "x", missing_tokens(()))
    typed = read_column(pa.table({"x": column}), "x", missing_tokens(()))
    assert typed.levels.equals(texts.levels)
    np.testing.assert_array_equal(typed.codes, texts.codes)


def test_repeats_of_many_rows_are_told_from_a_part_of_them(monkeypatch):
    random = np.random.default_rng(8)
    first = {f"c{at}": random.integers(0, 40, 6_000) for at in range(5)}
    again = {name: np.concatenate([values, values[:300]]) for name, values in first.items()}
    table = pa.table({"id": np.arange(6_300), **again})
    by = Stream(name="x", key="id", decision="c0", attributes=(Attribute(name="c1", column="c1"),))
    whole = repeated_rows(table, by)
    monkeypatch.setattr(duplicates, "MANY_ROWS", 1_000)
    part = repeated_rows(table, by)
    assert whole is not None
    assert part is not None
    assert (part.rows, part.design_effect) == (whole.rows, whole.design_effect) == (300, 1 + 600 / 6_300)
    assert part.by_chance == pytest.approx(whole.by_chance, abs=0.05 * 300)
