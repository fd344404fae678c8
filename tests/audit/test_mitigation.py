"""The laboratory as a whole: what it finds where the truth is known, and what it says where it cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import jsonschema
import numpy as np
import pyarrow as pa
import pytest

from audit.intake import Refusal
from audit.report.brought import BroughtModel
from audit.report.digest import of_table
from audit.report.mitigation import MitigationReport, read_json
from audit.report.mitigation.json_form import to_json
from audit.report.mitigation.page import to_html
from audit.rows.mitigation import Experiment, Request, laboratory, resampling
from audit.rows.mitigation.drawing import drawn, scaled
from audit.rows.mitigation.legal import without_groups
from audit.rows.mitigation.measuring import Certainty, change, estimate, share
from audit.schema import BadInput
from tests.audit.leads import described, gapped


def reported(made: Experiment) -> MitigationReport:
    return MitigationReport(
        experiment=made,
        version="0",
        rows=made.leads,
        kept=made.leads,
        rejected=(),
        excluded=(),
        stream_digest="0" * 64,
        data_digest="1" * 64,
    )


@pytest.fixture(scope="module")
def made() -> Experiment:
    return laboratory(gapped(), described(), Request())


CHEAP = ("scores", "rules")
LEARNED = ("data", "fields")


def trial(of: Experiment, name: str):
    return next(one for one in of.trials if one.remedy.id == name)


def test_every_family_is_tried_and_every_remedy_says_what_it_needs(made):
    assert made.undefined is None
    assert {one.remedy.family for one in made.trials} == {"data", "fields", "training", "scores", "rules"}
    assert all(one.undefined is None for one in made.trials), [one.undefined for one in made.trials]
    assert {one.remedy.needs for one in made.trials} == {"settings", "scores", "training data", "model"}
    assert all(one.remedy.labels and one.remedy.source for one in made.trials)
    aware = {one.remedy.id.partition(":")[0] for one in made.trials if one.remedy.attribute_at_decision}
    assert aware == {"decorrelate", "repair", "group-thresholds", "reorder"}
    assert {one.remedy.id.partition(":")[0] for one in made.trials if one.remedy.randomised} == {
        "gradient-chance"
    }
    assert all(one.remedy.steps for one in made.trials if one.remedy.family == "rules")


def test_the_gap_and_the_field_behind_it_are_found(made):
    assert (made.attribute, made.group, made.reference) == ("group", "b", "a")
    assert made.today.gap("demographic_parity").value < -0.2
    for name in ("drop:town", "crm-drop:town", "cap:town", "reorder:1"):
        found = trial(made, name)
        assert found.reduction.sure_low > 0.05, name
        assert abs(found.after.gap("demographic_parity").value) < 0.12, name
    # The gap is no fact about the leads here, so that mending it costs nothing.
    assert trial(made, "drop:town").won.low > -0.1


def test_what_keeps_the_number_of_calls_keeps_it(made):
    for one in made.trials:
        if one.remedy.capacity_kept:
            assert one.after.calls == made.today.calls, one.remedy.id


def test_the_recommended_remedy_is_blind_fixed_and_surely_better(made):
    best = trial(made, made.advice.remedy)
    assert not best.remedy.attribute_at_decision
    assert not best.remedy.randomised
    assert best.reduction.sure_low > 0
    assert made.advice.reasons


def test_the_same_audit_stands_before_and_after(made):
    rows = {(one.metric, one.group): one for one in made.validation}
    before, after = rows["selection_rate", "b"], rows["selection_rate", "a"]
    assert before.verdict_before == "fail"
    assert before.verdict_after != "fail"
    assert after.verdict_before is None  # the reference
    today = made.today.gap("demographic_parity").value
    assert before.gap_before == pytest.approx(today)
    chosen = trial(made, made.validated)
    assert before.gap_after == pytest.approx(chosen.after.gap("demographic_parity").value)


def test_the_same_leads_in_another_order_give_the_same_bytes():
    table = gapped()
    shuffled = table.take(pa.array(np.random.default_rng(3).permutation(table.num_rows)))
    asked = Request(families=("fields", "scores", "rules"))
    one, other = (reported(laboratory(each, described(), asked)) for each in (table, shuffled))
    assert to_json(one) == to_json(other)
    assert to_html(one) == to_html(other)


def test_nothing_is_done_to_the_input():
    table = gapped(400)
    digest = of_table(table)
    laboratory(table, described(), Request(calls=100, families=(*LEARNED, *CHEAP)))
    assert of_table(table) == digest


def test_the_legal_mode_hides_what_needs_the_group(made):
    legal = laboratory(gapped(), described(), Request(legal=True, families=CHEAP))
    assert not any(one.remedy.attribute_at_decision for one in legal.trials)
    cheap = [one for one in made.trials if one.remedy.family in CHEAP]
    hidden = sum(one.remedy.attribute_at_decision for one in cheap)
    assert legal.hidden == hidden > 0
    assert "are left out by the legal mode" in to_html(reported(legal))
    assert {one.remedy.id for one in legal.trials} == {
        one.remedy.id for one in cheap if not one.remedy.attribute_at_decision
    }


def test_unknown_outcomes_are_never_taken_for_bad_ones():
    """Hiding outcomes at random moves no rate by more than chance; taken for bad they would halve."""
    whole, half = (
        laboratory(gapped(2_400, unworked=part), described(), Request(calls=700, families=CHEAP))
        for part in (0.0, 0.5)
    )
    assert half.known == pytest.approx(1_200, abs=80)
    assert half.today.won.value == pytest.approx(whole.today.won.value, abs=0.06)
    assert half.today.coverage == pytest.approx(0.5, abs=0.06)
    assert half.today.calls == whole.today.calls == 700


def test_a_value_is_counted_per_call_and_never_learned_from():
    table = gapped()
    amount = pa.array([100.0 if won else None for won in table["outcome"].to_pylist()])
    valued = table.append_column("feature:amount", amount)
    plain, paid = (
        laboratory(each, described(), Request(value=name, minutes=minutes, families=(*LEARNED, *CHEAP)))
        for each, name, minutes in ((table, None, None), (valued, "amount", 6.0))
    )
    # Every good outcome is worth 100, ten calls an hour.
    assert paid.today.worth.value == pytest.approx(1_000 * paid.today.won.value)
    for one, other in zip(plain.trials, paid.trials, strict=True):
        assert one.after.accuracy == other.after.accuracy
    page = to_html(reported(paid))
    assert "Value per call hour" in page
    assert "value per call)" not in page
    # Where every good outcome is worth the same, the two frontiers are one.
    assert [one.best_worth for one in paid.trials] == [one.best_won for one in paid.trials]
    assert any(one.best_worth for one in paid.trials)
    assert not any(one.best_worth for one in plain.trials)


def test_the_frontier_of_value_is_not_that_of_outcomes():
    """Outcomes of group "b" are worth ten times as much: who calls more of them brings more."""
    table = gapped()
    rows = zip(table["outcome"].to_pylist(), table["attribute:group"].to_pylist(), strict=True)
    amount = pa.array([(1_000.0 if group == "b" else 100.0) if won else None for won, group in rows])
    paid = laboratory(
        table.append_column("feature:amount", amount), described(), Request(value="amount", families=CHEAP)
    )
    marked = {one.remedy.id for one in paid.trials if one.best_worth}
    assert marked != {one.remedy.id for one in paid.trials if one.best_won}
    beyond = max(
        (one for one in paid.trials if one.remedy.capacity_kept), key=lambda one: one.after.worth.value
    )
    assert beyond.remedy.id in marked


def test_a_queue_of_each_day_is_kept_to():
    table = gapped()
    day = pa.array((np.arange(table.num_rows) % 9 + 20_000).astype(np.int32)).cast(pa.date32())
    daily = laboratory(
        table.append_column("created", day), described(), Request(calls_per_day=40, families=CHEAP)
    )
    assert daily.today.calls == 9 * 40
    assert all(one.after.calls == 9 * 40 for one in daily.trials if one.remedy.capacity_kept)


def test_leads_of_one_account_widen_the_intervals():
    """Every lead ten times, as ten leads of one account: the intervals stay about as wide as for one each."""
    table = gapped(300)
    account = pa.array([f"A{row}" for row in range(300)])
    times = pa.concat_tables([table.append_column("account", account)] * 10)
    keys = pa.array([f"L{row}" for row in range(times.num_rows)])
    many = times.set_column(times.column_names.index("key"), "key", keys)
    one, ten = (laboratory(each, described(), Request(families=CHEAP)) for each in (table, many))
    widths = [of.today.gap("demographic_parity") for of in (one, ten)]
    narrow, wide = (found.high - found.low for found in widths)
    assert wide == pytest.approx(narrow, rel=0.1)
    assert ten.by_account


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda t: t.set_column(5, "attribute:group", pa.array(["a"] * 900).dictionary_encode()),
            "two known groups",
        ),
        (
            lambda t: t.set_column(
                5, "attribute:group", pa.array(["b"] * 12 + ["a"] * 888).dictionary_encode()
            ),
            "two known groups",
        ),
    ],
)
def test_too_little_is_an_answer(change, words):
    table = change(gapped())
    told = laboratory(table, described(), Request(calls=50))
    assert words in told.undefined
    assert told.trials == ()
    page = to_html(reported(told))
    assert "Not enough data" in page
    validated(told)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.set_column(3, "outcome", pa.array([True] * 900)), "outcomes are the same"),
        (lambda t: t.set_column(3, "outcome", pa.nulls(900, pa.bool_())), "no lead that was worked"),
        (lambda t: t.slice(0, 150), "known outcome"),
    ],
)
def test_without_outcomes_the_gap_can_be_tried_on_and_nothing_is_recommended(change, words):
    table = change(gapped())
    told = laboratory(table, described(), Request(calls=50))
    assert words in told.unjudged
    assert {one.remedy.family for one in told.trials} == {"scores", "rules"}
    assert trial(told, "reorder:1").reduction.value > 0.02
    assert told.advice.remedy is None
    assert told.advice.nearest == told.validated or told.advice.nearest is None
    assert words in told.advice.reasons[0]
    validated(told)
    assert "nobody can tell what one costs" in to_html(reported(told))
    bare = laboratory(table.drop_columns(["score"]), described(score=None, decision="selected"), Request())
    assert words in bare.undefined


def test_outcomes_that_come_from_one_account_teach_nothing_and_break_nothing():
    """Without the fold of the one account that ever buys, all outcomes are the same."""
    table = gapped(900, accounts=300)
    good = pa.array(
        [
            "buyer" if won else one
            for won, one in zip(table["outcome"].to_pylist(), table["account"].to_pylist(), strict=True)
        ]
    )
    table = table.set_column(table.column_names.index("account"), "account", good)
    told = laboratory(table, described(), Request(families=("data", "scores")))
    assert "all known outcomes are the same" in trial(told, "reweighing").undefined
    validated(told)


def test_estimated_groups_alone_are_no_gap_to_mend():
    told = laboratory(gapped(300), replace(described(), attributes=()), Request())
    assert "estimated groups" in told.undefined
    validated(told)


def test_without_fields_only_scores_and_settings_are_tried():
    table = gapped().select(["key", "score", "selected", "outcome", "worked", "attribute:group"])
    told = laboratory(table, described(), Request())
    assert {one.remedy.family for one in told.trials} == {"scores", "rules"}
    assert told.advice.remedy is None
    assert "not worth it" in told.advice.reasons[0]
    validated(told)


def test_what_only_the_group_would_mend_is_told_and_not_recommended():
    table = gapped(2_400).select(["key", "score", "selected", "outcome", "worked", "attribute:group"])
    told = laboratory(table, described(), Request(families=("scores",)))
    assert told.advice.remedy is None
    mends = trial(told, "reorder:1")
    assert mends.reduction.sure_low > 0
    assert any(mends.remedy.title in one and "needs the group" in one for one in told.advice.reasons)
    blind = laboratory(table, described(), Request(families=("scores",), legal=True))
    assert not any("needs the group" in one for one in blind.advice.reasons)


def test_a_constant_score_ranks_by_lot_and_breaks_nothing():
    table = gapped()
    table = table.set_column(1, "score", pa.array([50.0] * 900))
    told = laboratory(table, described(), Request(calls=200, families=CHEAP))
    assert told.undefined is None
    assert told.today.calls == 200
    validated(told)


def test_missing_values_and_a_thousand_names_are_learned_from():
    rng = np.random.default_rng(0)
    table = gapped(1_200)
    holes = pa.array([None if hole else 1.0 * row for row, hole in enumerate(rng.random(1_200) < 0.3)])
    names = pa.array([f"n{one}" for one in rng.integers(0, 1_000, 1_200)]).dictionary_encode()
    empty = pa.nulls(1_200, pa.float64())
    table = table.append_column("feature:holes", holes).append_column("feature:names", names)
    table = table.append_column("feature:empty", empty)
    told = laboratory(table, described(), Request(families=LEARNED))
    assert all(one.undefined is None for one in told.trials)
    validated(told)


def test_a_decision_without_a_score_is_enough_for_what_trains_anew():
    table = gapped().drop_columns(["score"])
    told = laboratory(
        table,
        described(score=None, threshold=None, decision="selected"),
        Request(families=(*LEARNED, *CHEAP)),
    )
    assert {one.remedy.family for one in told.trials} == {"data", "fields"}
    assert told.today.calls == sum(table["selected"].to_pylist())


def test_a_lower_score_that_is_better_gives_the_same_experiment():
    table = gapped()
    turned = table.set_column(1, "score", pa.array((100 - table["score"].to_numpy()).round(2)))
    one = laboratory(table, described(), Request(calls=300, families=CHEAP))
    other = laboratory(
        turned, described(higher_is_better=False, threshold=48.0), Request(calls=300, families=CHEAP)
    )
    for mine, theirs in zip(one.trials, other.trials, strict=True):
        if mine.remedy.family != "rules":  # the names of thresholds differ
            assert mine.after == theirs.after, mine.remedy.id


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request(attribute="sex"), "no attribute 'sex'"),
        (Request(calls_per_day=40), "name the column as created"),
        (Request(calls=900), "fewer than all"),
        (Request(value="amount"), "'amount'"),
        (Request(value="town"), "holds no numbers"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(request_, words):
    with pytest.raises(BadInput, match=words):
        laboratory(gapped(), described(), request_)


def test_without_calls_or_threshold_it_asks_for_them():
    with pytest.raises(BadInput, match="--calls"):
        laboratory(gapped().drop_columns(["selected"]), described(threshold=None), Request())


def test_without_the_extra_the_others_run(monkeypatch):
    import sys

    for name in ("fairlearn.reductions", "fairlearn.preprocessing", "imblearn.over_sampling"):
        monkeypatch.setitem(sys.modules, name, None)
    told = laboratory(gapped(400), described(), Request(calls=120))
    lacking = {one.remedy.id.partition(":")[0] for one in told.trials if one.undefined}
    assert lacking == {"oversampling", "undersampling", "decorrelate", "gradient", "gradient-chance", "grid"}
    assert all('pip install "fairlead[mitigate]"' in one.undefined for one in told.trials if one.undefined)
    assert trial(told, "reweighing").after is not None
    validated(told)


@pytest.mark.parametrize("seed", range(4))
def test_where_no_group_is_behind_nothing_is_recommended(seed):
    table = gapped(1_200, seed=seed)
    shuffled = np.random.default_rng(seed).permutation(table["attribute:group"].to_pylist())
    place = table.column_names.index("attribute:group")
    table = table.set_column(place, "attribute:group", pa.array(shuffled).dictionary_encode())
    told = laboratory(table, described(), Request(families=(*LEARNED, *CHEAP)))
    assert told.advice.remedy is None
    assert "not worth it" in told.advice.reasons[0]


def test_resampling_that_only_hides_the_gap_says_so():
    """The group is behind through no field: evened training data changes no order of the leads."""
    rng = np.random.default_rng(4)
    table = gapped()
    group = np.asarray(table["attribute:group"].to_pylist()) == "b"
    score = np.clip(table["score"].to_numpy() - 20 * group, 0, 100)
    noise = pa.array(rng.permutation(table["feature:town"].to_pylist())).dictionary_encode()
    table = table.set_column(1, "score", pa.array(score)).set_column(6, "feature:town", noise)
    table = table.set_column(2, "selected", pa.array(table["score"].to_numpy() >= 45))
    plainly = laboratory(table, described(), Request(families=LEARNED))
    over = trial(plainly, "oversampling")
    assert over.remedy.caution == resampling.CAUTION
    hides = [one for one in plainly.trials if any("hides the gap" in told for told in one.warnings)]
    for one in hides:
        assert one.remedy.family == "data"
        assert one.reduction.low <= 0


def test_intervals_of_changes_hold_what_is_true():
    """Leads drawn again and again: the true change lies in its interval about as often as promised."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        before = rng.random(150) < 0.3
        after = np.where(rng.random(150) < 0.2, rng.random(150) < 0.5, before)
        every, sure = np.ones(150, dtype=bool), Certainty(alone=0.95, together=0.99)
        told = change(*(share(one * 1.0, every, None) for one in (after, before)), None, sure)
        held += told.low <= 0.2 * (0.5 - 0.3) <= told.high
        assert told.sure_low < told.low < told.high < told.sure_high
    assert 0.93 <= held / 400 <= 0.995


def test_nothing_seen_to_move_is_not_nothing_for_sure():
    every = np.ones(100, dtype=bool)
    told = estimate(share(np.zeros(100), every, None), None, 0.95, "")
    assert told.high == pytest.approx(3 / 100, abs=0.003)


def validated(made: Experiment) -> None:
    schema = json.loads(files("audit.report.mitigation").joinpath("mitigation.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(to_json(reported(made))), schema)


def test_the_json_follows_its_schema(made):
    validated(made)
    record = json.loads(to_json(reported(made)))
    assert record["validation"]["remedy"] == made.advice.remedy


def test_the_page_escapes_names_and_fetches_nothing(made):
    named = replace(made, stream="<script>alert(1)</script>", group="<b>&", attribute="a\x0cb")
    page = to_html(reported(named))
    assert "<script" not in page
    assert "<b>&" not in page
    assert "\x0c" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    for one in made.trials:
        assert one.remedy.title.split("'")[0][:20] in page


def test_the_json_is_read_back_as_it_was(made):
    for one in (made, laboratory(gapped(), described(), Request(families=CHEAP, calls=300, legal=True))):
        report = replace(reported(one), rejected=(Refusal(code="x", text="x", count=3, rows=(1, 2, 3)),))
        text = to_json(report)
        assert to_json(read_json(text)) == text
        assert to_html(read_json(text)) == to_html(read_json(to_json(read_json(text))))
    brought = BroughtModel(digest="2" * 64, steps=("StandardScaler", "Ridge"), notes=("odd",))
    mine = replace(reported(made), pipeline=brought)
    assert read_json(to_json(mine)).pipeline == brought
    assert read_json(to_json(reported(made))).experiment.advice == made.advice


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "fairlead.mitigation/1"}', '{"schema": "other"}']
)
def test_what_is_no_report_is_refused_in_one_sentence(text):
    with pytest.raises(BadInput, match=r"no report of the laboratory in the form fairlead\.mitigation/1"):
        read_json(text)


def test_some_of_many_leads_are_drawn_by_lot_and_calls_with_them():
    table = gapped()
    some, shuffled = (
        drawn(one, 500, 3) for one in (table, table.take(pa.array(range(table.num_rows))[::-1]))
    )
    assert set(some["key"].to_pylist()) == set(shuffled["key"].to_pylist())
    assert some.num_rows == 500
    assert set(drawn(table, 500, 4)["key"].to_pylist()) != set(some["key"].to_pylist())
    assert set(drawn(table, 400, 3)["key"].to_pylist()) < set(some["key"].to_pylist())
    assert drawn(table, table.num_rows, 3) is table
    accounts = pa.array([f"a{place // 10}" for place in range(table.num_rows)])
    whole = drawn(table.append_column("account", accounts), 500, 3)
    counts = np.unique(whole["account"].to_pylist(), return_counts=True)[1]
    assert (counts == 10).sum() >= counts.size - 1
    assert scaled(Request(calls=300), 0.25).calls == 75
    assert scaled(Request(calls_per_day=2), 0.01).calls_per_day == 1
    assert scaled(Request(), 0.01) == Request()


def test_the_legal_mode_afterwards_advises_as_the_one_before():
    quick = laboratory(gapped(), described(), Request(families=CHEAP))
    before = laboratory(gapped(), described(), Request(families=CHEAP, legal=True))
    after = without_groups(quick)
    assert [one.remedy.id for one in after.trials] == [one.remedy.id for one in before.trials]
    assert (after.hidden, after.advice.remedy) == (before.hidden, before.advice.remedy)
    assert not [one for one in after.trials if one.remedy.attribute_at_decision]
    # Nobody sees what a hidden remedy beats.
    assert [(one.best, one.best_won) for one in after.trials] == [
        (one.best, one.best_won) for one in before.trials
    ]
    assert [one.best for one in after.trials] != [
        one.best for one in quick.trials if not one.remedy.attribute_at_decision
    ]
    undefined = replace(quick, advice=None, trials=())
    assert without_groups(undefined) == replace(undefined, request=replace(undefined.request, legal=True))


def test_thresholds_that_call_nobody_or_few_say_so():
    """Where few leads convert at any score, leaving all of them is right most often."""
    table = gapped(1_200)
    rare = [one and place % 3 == 0 for place, one in enumerate(table["outcome"].to_pylist())]
    thin = table.set_column(3, "outcome", pa.array(rare))
    told = laboratory(thin, described(), Request(families=("scores",)))
    found = [one for one in told.trials if one.remedy.id.startswith("group-thresholds")]
    assert found
    for one in found:
        nobody = one.undefined is not None and "call nobody" in one.undefined
        few = any("is small by itself" in warned for warned in one.warnings)
        assert nobody or few, one
    validated(told)
