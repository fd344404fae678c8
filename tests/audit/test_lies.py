"""Dates that cannot be, scores made too late, form defaults and copies: each told, none on sound data."""

from __future__ import annotations

import csv
import gzip
import io
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.caution import cautions
from audit.caution.weight import ORDER, by_weight
from audit.finding import Caution
from audit.intake import admit
from audit.intake.duplicates import repeated_rows
from audit.intake.instants import earlier, read_instants
from audit.intake.missing import missing_tokens
from audit.report import to_html
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import Attribute, BadInput, Stream, Tolerance, parse_stream

REGION = Attribute(name="region", column="region")
CODES = {"time_travel", "contaminated_score", "score_time_unknown", "created_ahead", "form_default"}
CODES |= {"duplicate_rows", "unseen_outcomes", "unknown_groups", "no_overlap", "estimated_groups"}


def day(number) -> np.ndarray:
    return (np.datetime64("2026-01-01") + np.asarray(number)).astype(str)


def leads(n: int = 600, seed: int = 0, **columns) -> dict[str, object]:
    random = np.random.default_rng(seed)
    created = random.integers(0, 300, n)
    won = random.random(n) < 0.4
    made = {
        "id": np.arange(n),
        "score": random.integers(0, 101, n).astype(float),
        "region": random.choice(["north", "south", "west"], n),
        "size": random.choice(["S", "M", "L"], n),
        "won": won.astype(int),
        "created": day(created),
        "scored": day(created),
        "ended": np.where(won, day(created + random.integers(1, 60, n)), ""),
        "spend": np.round(random.normal(size=n), 4),
    }
    return made | columns


def stream(**changes) -> Stream:
    roles = {"key": "id", "score": "score", "threshold": 50.0, "outcome": "won", "score_range": (0.0, 100.0)}
    times = {"created": "created", "outcome_at": "ended", "scored_at": "scored"}
    return Stream(**({"name": "s", "attributes": (REGION,), "controls": ("size",)} | roles | times | changes))


def told(made: dict[str, object], by: Stream) -> dict[str, dict[str, object]]:
    found = admit(pa.table(made), by)
    return {one.code: dict(one.evidence) for one in cautions(found, by, 0) if one.code in CODES}


@pytest.mark.parametrize("seed", range(8))
def test_sound_data_gives_none_of_these_warnings(seed):
    made, by = leads(seed=seed), stream()
    report = run(admit(pa.table(made), by), by, AuditRequest())
    assert not CODES & {one.code for one in report.warnings}
    assert report.bounds == ()
    assert report.membership == ()


def test_an_outcome_before_creation_is_withheld_and_counted():
    made = leads()
    won = np.flatnonzero(made["won"])[:3]
    ended = made["ended"].copy()
    ended[won] = "2025-12-01"
    found = admit(pa.table(made | {"ended": ended}), stream())
    (one,) = found.withheld
    assert (one.code, one.count, one.rows) == ("time_travel", 3, tuple(won.tolist()))
    assert found.kept == 600
    assert found.table.column("outcome").take(pa.array(won)).null_count == 3
    assert told(made | {"ended": ended}, stream())["time_travel"]["leads"] == 3


def test_a_score_made_after_the_outcome_is_contaminated_and_its_outcome_withheld():
    made = leads()
    won = np.flatnonzero(made["won"])[:5]
    scored = made["scored"].copy()
    scored[won] = "2027-12-01"
    found = told(made | {"scored": scored}, stream())
    assert list(found) == ["contaminated_score"]
    assert found["contaminated_score"]["leads"] == 5
    table = admit(pa.table(made | {"scored": scored}), stream()).table
    assert table.column("outcome").null_count == 5


def test_contaminated_scores_no_longer_look_like_a_leaked_label():
    made = leads(2_000)
    won = np.asarray(made["won"], dtype=bool)
    score = np.where(won, 99.0, made["score"] * 0.9)
    scored = np.where(won & (np.arange(2_000) % 20 > 0), "2027-12-01", made["scored"])
    cheated = pa.table(made | {"score": score, "scored": scored})
    unaware, aware = stream(outcome_at=None, scored_at=None), stream()
    codes = [{one.code for one in cautions(admit(cheated, by), by, 0)} for by in (unaware, aware)]
    assert "leaked_label" in codes[0]
    assert "contaminated_score" in codes[1]


def test_converted_leads_without_a_date_are_counted_and_others_are_not():
    made = leads()
    ended = made["ended"].copy()
    ended[np.flatnonzero(made["won"])[:7]] = ""
    assert told(made | {"ended": ended}, stream())["score_time_unknown"] == {"leads": 7}


def test_conversion_is_said_to_be_understated_only_where_leads_that_did_not_convert_have_no_date():
    made = leads()
    won = np.flatnonzero(made["won"])
    scored = made["scored"].copy()
    scored[won[:50]] = "2027-12-01"
    ended = {"some": made["ended"], "all": np.where(made["ended"] == "", "2026-11-30", made["ended"])}
    text = {}
    for dated, column in ended.items():
        found = admit(pa.table(made | {"scored": scored, "ended": column}), stream(scored_at="scored"))
        text[dated] = next(c.text for c in cautions(found, stream(), 0) if c.code == "contaminated_score")
    before, after = len(won) / 600, (len(won) - 50) / 550
    assert f"reads {after:.1%} instead of {before:.1%}".replace("%", " %") in text["some"]
    assert "instead of" not in text["all"]


@pytest.mark.parametrize("bands", [(30.0, 50.0)])
def test_values_that_fit_no_band_are_told_by_attribute_with_their_rows(bands):
    age = np.full(600, "42", dtype=object)
    age[[4, 9]] = "fourty", "ca. 30"
    by = stream(attributes=(REGION, Attribute(name="age", column="age", bands=bands)))
    found = admit(pa.table(leads(age=age)), by)
    (one,) = [c for c in cautions(found, by, 0) if c.code == "unmapped_values"]
    assert dict(one.evidence) == {"field": "age", "leads": 2, "share": 2 / 600, "first_rows": "5, 10"}
    assert "fourty" not in one.text


def test_rows_of_values_that_fit_no_band_are_those_of_the_file():
    made = leads(age=np.array(["", *["42"] * 598, "old"], dtype=object))
    made["score"] = np.where(np.arange(600) < 3, np.nan, made["score"])
    by = stream(attributes=(Attribute(name="age", column="age", bands=(30.0,)),))
    (one,) = admit(pa.table(made), by).unmapped
    assert one.rows == (599,)


def test_the_heaviest_warning_is_told_first_and_what_no_table_can_show_last():
    told = [
        Caution(code=code, text="", evidence=(("n", 1),)) for code in ("score_range", "sparse", "new_code")
    ]
    told += [Caution(code="contaminated_score", text=""), Caution(code="leaked_label", text="")]
    codes = [one.code for one in by_weight(told)]
    assert codes == ["leaked_label", "sparse", "score_range", "new_code", "contaminated_score"]


def test_every_code_of_a_warning_has_its_weight_and_its_line_in_the_reference():
    root = Path(__file__).parents[2]
    joint = set(
        (root / "audit" / "federation").rglob("*.py")
    )  # of a joint audit, which has a file of its own
    codes = _codes({*(root / "audit").rglob("*.py")} - joint)
    assert len(codes) > 25
    assert codes <= set(ORDER)
    page = (root / "docs" / "reference" / "audit-json.md").read_text()
    assert not [code for code in ORDER if f"`{code}`" not in page]
    page = (root / "docs" / "reference" / "federated-json.md").read_text()
    assert not [code for code in _codes(joint) if f"`{code}`" not in page]


def _codes(files: set[Path]) -> set[str]:
    return {code for one in files for code in re.findall(r'Caution\(\s*code="(\w+)"', one.read_text())}


def test_without_dates_the_age_of_the_score_stays_in_doubt():
    by = stream(outcome_at=None, scored_at=None)
    assert "contaminated_score" in told(leads(), by)
    assert "contaminated_score" in told(leads(), stream(scored_at=None))


def test_a_value_that_is_no_date_is_told():
    made = leads()
    scored = made["scored"].copy()
    scored[:2] = "soon"
    found = admit(pa.table(made | {"scored": scored}), stream())
    assert [(one.field, one.what, one.rows) for one in found.unmapped] == [("scored_at", "dates", (0, 1))]
    assert "2 values are not dates" in next(
        c.text for c in cautions(found, stream(), 0) if c.code == "unmapped_values"
    )


@pytest.mark.parametrize(
    ("one", "other", "first"),
    [
        ("2026-03-01", "2026-03-02", True),
        ("2026-03-02", "2026-03-02", False),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:01Z", True),
        ("2026-03-01T10:00+02:00", "2026-03-01T09:00Z", True),
        ("2026-03-01 10:00:00-05:00", "2026-03-01T12:00:00Z", False),
        ("2026-03-01", "2026-03-02T01:00:00Z", False),  # one evening in California
        ("2026-03-01", "2026-03-03T01:00:00Z", True),
        ("", "2026-03-03", False),
        ("2026-02-30", "2026-03-03", False),
    ],
)
def test_which_came_first(one, other, first):
    table, tokens = pa.table({"a": [one], "b": [other]}), missing_tokens(())
    a, b = (read_instants(table, name, tokens) for name in "ab")
    assert earlier(a, b).tolist() == [first]


@given(st.lists(st.datetimes(allow_imaginary=False), min_size=2, max_size=2), st.integers(-12, 12))
@settings(max_examples=60, deadline=None)
def test_times_are_ordered_as_python_orders_them(pair, hours):
    from datetime import timedelta, timezone

    zone = timezone(timedelta(hours=hours))
    pair = [
        one.replace(microsecond=0, day=min(one.day, 28), year=2000 + one.year % 50, tzinfo=zone)
        for one in pair
    ]
    texts = [one.isoformat() for one in pair]
    table, tokens = pa.table({"a": texts[:1], "b": texts[1:]}), missing_tokens(())
    a, b = (read_instants(table, name, tokens) for name in "ab")
    assert earlier(a, b).tolist() == [pair[0] < pair[1]]
    typed = pa.table({"a": pa.array(pair[:1], pa.timestamp("us", "UTC")), "b": texts[1:]})
    assert earlier(read_instants(typed, "a", tokens), b).tolist() == [pair[0] < pair[1]]


def test_leads_dated_long_after_all_others_are_told():
    made = leads()
    created = made["created"].copy()
    created[4] = "2099-01-01"
    ended = made["ended"].copy()
    ended[4] = ""
    assert told(made | {"created": created, "ended": ended}, stream())["created_ahead"] == {
        "leads": 1,
        "newest": "2099-01-01",
    }


def test_an_unlisted_form_default_is_told_with_its_number():
    made = leads()
    region = np.where(np.arange(600) % 5 == 0, "Please choose", made["region"])
    found = told(made | {"region": region}, stream())["form_default"]
    assert found == {"field": "region", "value": "Please choose", "leads": 120, "share": 0.2}


@pytest.mark.parametrize(
    "value", ["test", "TEST1", "xxx", "asdf", "tbd", "-- choose one --", "1900-01-01", "default"]
)
def test_words_that_are_no_answer(value):
    made = leads()
    size = np.where(np.arange(600) % 20 == 0, value, made["size"])
    assert told(made | {"size": size}, stream())["form_default"]["value"] == value


@pytest.mark.parametrize(
    "value", ["Other", "Chosen Foods", "Testa SpA", "Selective Insurance", "general public", "0"]
)
def test_words_that_may_be_an_answer_are_left_alone(value):
    made = leads()
    size = np.where(np.arange(600) % 5 == 0, value, made["size"])
    assert "form_default" not in told(made | {"size": size}, stream())


def test_other_as_the_answer_of_most_is_told():
    made = leads()
    size = np.where(np.arange(600) % 2 == 0, "Other", made["size"])
    assert told(made | {"size": size}, stream())["form_default"]["value"] == "Other"


def test_an_impossible_age_that_many_share_is_told_and_a_natural_tail_is_not():
    random = np.random.default_rng(1)
    age = np.round(random.normal(42, 11, 600)).clip(18)
    by = stream(attributes=(Attribute(name="age", column="age", bands=(30.0, 50.0)),))
    assert "form_default" not in told(leads(age=age), by)
    spiked = np.where(np.arange(600) % 20 == 0, 126.0, age)
    assert told(leads(age=spiked), by)["form_default"]["value"] == "126"


def test_copies_under_other_keys_are_told_with_their_effect():
    made = pa.table(leads())
    copies = made.slice(0, 60).set_column(0, "id", pa.array(np.arange(1_000, 1_060)))
    twice = pa.concat_tables([made, copies])
    found = admit(twice, stream())
    (one,) = [c for c in cautions(found, stream(), 0) if c.code == "duplicate_rows"]
    shown = dict(one.evidence)
    assert shown["leads"] == 60
    assert shown["design_effect"] == pytest.approx((540 + 60 * 4) / 660)


def test_a_file_that_was_imported_twice_is_told():
    made = pa.table(leads())
    again = made.set_column(0, "id", pa.array(np.arange(1_000, 1_600)))
    found = repeated_rows(pa.concat_tables([made, again]), stream())
    assert (found.rows, found.design_effect) == (600, 2.0)


@pytest.mark.parametrize("seed", range(20))
def test_coarse_columns_that_agree_by_chance_are_not_called_copies(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(50, 2_000))
    field, place = random.integers(0, 5, n), random.integers(0, 30, n)
    score = np.clip(np.round(50 + 8 * field + place / 2 + random.normal(0, 10, n)), 0, 100)
    made = {
        "id": np.arange(n),
        "field": field,
        "place": place,
        "score": score,
        "day": random.integers(0, 90, n),
    }
    assert repeated_rows(pa.table(made), stream()) is None


@pytest.mark.data
def test_the_twelve_duplicates_of_the_bank_are_found(data_dir):
    with gzip.open(data_dir / "bank_marketing" / "bank-additional-full.csv.gz", "rt") as file:
        rows = list(csv.reader(io.StringIO(file.read()), delimiter=";"))
    table = pa.table(
        {name: list(column) for name, column in zip(rows[0], zip(*rows[1:], strict=True), strict=True)}
    )
    found = repeated_rows(table, Stream(name="s", attributes=(REGION,)))
    assert found.rows == 12


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('outcome_at = "ended"', "outcome_at but no outcome"),
        ('decision = "d"\nscored_at = "s"', "scored_at but no score"),
    ],
)
def test_a_date_without_what_it_dates_is_refused(line, words):
    text = '[stream]\nname = "s"\n' + ("" if "decision" in line else 'score = "x"\n') + line
    with pytest.raises(BadInput, match=words):
        parse_stream(text + '\n[[stream.attribute]]\nname = "region"\n')


def test_a_verdict_that_unknown_groups_could_change_is_told_with_its_tipping_point():
    random = np.random.default_rng(0)
    n = 8_000
    region = random.choice(["a", "b"], n)
    score = np.clip(np.round(random.normal(50, 15, n) - 6 * (region == "b")), 0, 100)
    known = np.where(random.random(n) < 0.2, "", region)
    made = {"id": np.arange(n), "score": score, "region": known, "x": random.normal(size=n)}
    by = Stream(name="s", key="id", score="score", threshold=50.0, attributes=(REGION,))
    report = run(admit(pa.table(made), by), by, AuditRequest())
    (one,) = [w for w in report.warnings if w.code == "unknown_groups"]
    shown = dict(one.evidence)
    wanted = (("b",), "selection_rate", "difference")
    (gap,) = [d for d in report.disparities if (d.group, d.metric, d.kind) == wanted]
    assert gap.verdict == "fail"
    assert shown["metric"] == "selection_rate"
    # A shift of every unknown lead of b by the tipping point moves the interval to the tolerance.
    unknown = (known == "").mean()
    assert gap.high + shown["tipping_point"] * unknown == pytest.approx(-0.05)
    assert shown["in_doubt_at_random"] == 0
    assert "would not hold if unknown 'b' leads differed by" in one.text


def test_a_verdict_that_few_unknown_groups_cannot_change_is_not_doubted():
    random = np.random.default_rng(0)
    n = 8_000
    region = random.choice(["a", "b"], n)
    score = np.clip(np.round(random.normal(50, 15, n) - 15 * (region == "b")), 0, 100)
    known = np.where(random.random(n) < 0.01, "", region)
    made = {"id": np.arange(n), "score": score, "region": known, "x": random.normal(size=n)}
    by = Stream(name="s", key="id", score="score", threshold=50.0, attributes=(REGION,))
    report = run(admit(pa.table(made), by), by, AuditRequest())
    assert "unknown_groups" not in {w.code for w in report.warnings}
    assert report.bounds


def test_verdicts_that_unworked_leads_could_change_are_told():
    random = np.random.default_rng(0)
    n = 8_000
    score = random.integers(0, 101, n).astype(float)
    made = {
        "id": np.arange(n),
        "score": score,
        "region": random.choice(["a", "b"], n),
        "won": (random.random(n) < score / 200).astype(int),
        "worked": (random.random(n) < 0.7).astype(int),
        "x": random.normal(size=n),
    }
    by = Stream(
        name="s",
        key="id",
        score="score",
        threshold=50.0,
        outcome="won",
        worked="worked",
        attributes=(REGION,),
        audit=Tolerance(tolerance_difference=0.1),
    )
    report = run(admit(pa.table(made), by), by, AuditRequest())
    (one,) = [w for w in report.warnings if w.code == "unseen_outcomes"]
    shown = dict(one.evidence)
    assert shown["verdicts_in_doubt"] == shown["verdicts"] > 0
    assert shown["in_doubt_at_random"] == 0
    assert "If they are like the others at equal score, every verdict stands." in one.text
    assert "What we cannot see by region" in to_html(report)


def test_leads_whose_like_nobody_worked_are_told():
    made = leads()
    worked = (made["score"] >= 50).astype(int)
    by = stream(worked="worked", outcome_at=None, scored_at=None)
    report = run(admit(pa.table(made | {"worked": worked}), by), by, AuditRequest())
    (one,) = [w for w in report.warnings if w.code == "no_overlap"]
    assert dict(one.evidence)["leads"] == (worked == 0).sum()


def test_outcomes_known_unevenly_are_told_by_group_with_intervals():
    made = leads(2_000)
    late = (made["region"] == "west") & (np.arange(2_000) % 2 == 0)
    won = np.where(late, "", np.asarray(made["won"]).astype(str))
    by = stream(outcome_at=None, scored_at=None)
    (one,) = [
        c for c in cautions(admit(pa.table(made | {"won": won}), by), by, 0) if c.code == "uneven_outcomes"
    ]
    shown = dict(one.evidence)
    assert shown["lowest_group"] == "west"
    assert shown["lowest_from"] < shown["lowest"] < shown["lowest_to"] < shown["highest_from"]
    assert shown["highest"] == 1.0
    assert shown["p"] < 1e-6
