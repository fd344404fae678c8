"""Leads of one account are not independent: intervals and tests that allow for it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from audit.clustering.accounts import accounts_of
from audit.clustering.effect import ESTIMATE, DesignEffects, Effect
from audit.clustering.jackknife import design_effects
from audit.intake import admit
from audit.metrics import estimates, measured
from audit.metrics.clustered import clustered
from audit.report import to_json
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import BadInput, parse_stream
from audit.tally import count
from tests.validation.accounts import clustered_coverage, clustered_table
from tests.validation.worlds import by_group, world

WORLD = world((0.35, 0.0))
HEAD = '[stream]\nname = "s"\nscore = "score"\nthreshold = 60\noutcome = "won"\n'
REGION = '[[stream.attribute]]\nname = "region"\n'


def leads(n: int = 1200, accounts: int = 120, seed: int = 0) -> pa.Table:
    rng = np.random.default_rng(seed)
    account = rng.integers(0, accounts, n)
    region = np.where(account % 3 == 0, "north", "south")
    score = np.clip(rng.normal(50, 20, accounts)[account] + rng.normal(0, 10, n), 0, 100).round()
    won = rng.random(n) < score / 200
    return pa.table(
        {
            "score": score,
            "region": region,
            "won": won.astype(int),
            "company": [f"c{i}" for i in account],
        }
    )


def audited(table: pa.Table, account: str = 'account = "company"\n', **request):
    stream = parse_stream(HEAD + account + REGION)
    return run(admit(table, stream), stream, AuditRequest(**request))


def test_intervals_hold_the_truth_where_naive_ones_collapse():
    naive = clustered_coverage(WORLD, 40, 60, 3, aware=False)
    ours = clustered_coverage(WORLD, 40, 60, 3, aware=True)
    kept = ("rate", "mean_score", "auc", "selection", "precision", "accuracy", "f1", "brier")
    of_interest = [
        (a.share, b.share)
        for a, b in zip(naive, ours, strict=True)
        if any(name in a.metric for name in kept) and not a.metric.startswith("outcome_rate")
    ]
    before, after = np.mean(of_interest, axis=0)
    assert 0.68 <= before <= 0.82
    assert 0.93 <= after <= 0.985
    assert min(share for _, share in of_interest) >= 0.83  # 60 groups: 3 standard errors below 0.93


def test_the_design_effect_of_a_rate_is_that_of_linearisation():
    """Between-account sums of (hit - rate), squared: the textbook variance of a clustered proportion."""
    table = clustered_table(np.random.default_rng(2), WORLD, [300, 300], 10, 0.2)
    by = by_group()
    effects = design_effects(table, by, count(table, by), accounts_of(table, 5))
    group = np.asarray(table["attribute:g"].to_pylist())
    for place, name in enumerate(("r00000", "r00001")):
        own = group == name
        hit = np.asarray(table["selected"])[own].astype(float)
        account = np.unique(np.asarray(table["account"].to_pylist())[own], return_inverse=True)[1]
        sums = np.bincount(account, hit - hit.mean())
        linear = (sums**2).sum() / len(hit) ** 2 * 300 / 299
        found = effects.of(("g",), "selection_rate").deff[place]
        expected = linear / (hit.mean() * (1 - hit.mean()) / len(hit))
        assert 2.0 < expected < 3.6
        assert found == pytest.approx(expected, rel=0.45)  # 40 groups tell a variance to 22 %


@pytest.fixture(scope="module")
def aware():
    return audited(leads())


@pytest.fixture(scope="module")
def independent():
    return audited(leads(), "")


def test_one_lead_per_account_costs_next_to_nothing(independent):
    table = leads().set_column(3, "company", [[f"c{i}" for i in range(1200)]])
    plain = {(e.group, e.metric): e.estimate for e in independent.estimates}
    for e in audited(table).estimates:
        one, other = e.estimate, plain[e.group, e.metric]
        assert (one.value, one.n) == (other.value, other.n)
        if one.value is not None and e.metric in {"selection_rate", "mean_score", "auc", "base_rate"}:
            assert other.high - other.low <= one.high - one.low <= 1.45 * (other.high - other.low)


def test_nothing_gets_narrower_and_no_value_moves(aware, independent):
    wide, plain = aware, independent
    for one, other in zip(wide.estimates, plain.estimates, strict=True):
        assert (one.metric, one.estimate.value, one.estimate.n) == (
            other.metric,
            other.estimate.value,
            other.estimate.n,
        )
        if other.estimate.value is not None:
            assert one.estimate.low <= other.estimate.low
            assert one.estimate.high >= other.estimate.high
    for one, other in zip(wide.disparities, plain.disparities, strict=True):
        assert one.value == pytest.approx(other.value, rel=1e-12)
        if other.value is not None:
            assert one.low <= other.low + 1e-12
            assert one.high >= other.high - 1e-12
            assert one.p >= other.p


def test_without_an_account_column_nothing_changes():
    """A column of companies that the stream does not name as accounts is as if it were not there."""
    features = "features = []\n"
    one, other = audited(leads(), features), audited(leads().drop_columns(["company"]), features)
    assert (one.estimates, one.disparities) == (other.estimates, other.disparities)
    assert (one.warnings, one.findings) == (other.warnings, other.findings)
    assert not {"clustered", "few_accounts"} & {w.code for w in one.warnings}


def test_no_effects_are_the_same_as_effects_of_one():
    """A design effect of 1 with many random groups moves no end by more than Student's quantile does."""
    stream = parse_stream(HEAD + REGION)
    cube = count(admit(leads(), stream).table, stream)
    part, measures = measured(cube, stream, None)[1]
    n = len(part.groups)
    free = Effect(deff=np.ones(n), df=np.full(n, 1e9))
    effects = DesignEffects(
        effects={(part.attributes, one.metric, ESTIMATE): free for one in measures},
        accounts={part.attributes: np.full(n, 1000)},
        fewest=20,
    )
    for one, other in zip(measures, clustered(measures, part, effects, stream), strict=True):
        np.testing.assert_allclose(other.low, one.low, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(other.high, one.high, rtol=1e-6, atol=1e-9)


def test_the_same_seed_gives_the_same_bytes_and_another_nearly_the_same(aware):
    assert to_json(audited(leads())) == to_json(aware)
    one, other = (
        next(e.estimate for e in report.estimates if e.metric == "mean_score")
        for report in (aware, audited(leads(), seed=2))
    )
    assert one.high - one.low == pytest.approx(other.high - other.low, rel=0.5)


def test_the_warning_gives_the_evidence(aware):
    (one,) = [w for w in aware.warnings if w.code == "clustered"]
    told = dict(one.evidence)
    assert told["accounts"] == 120
    assert told["leads_per_account"] == pytest.approx(10)
    assert 2 < told["design_effect"] < told["largest_design_effect"]
    assert f"one from {told['design_effect']:.1f} times fewer leads" in one.text
    assert "not independent" in one.text


def test_the_warning_says_where_accounts_cost_nothing_and_where_nobody_can_tell():
    """Noise alone makes the largest of many design effects look like a cost; the median does not."""
    rng = np.random.default_rng(3)
    table = pa.table(
        {
            "score": rng.integers(0, 101, 1200),
            "region": rng.choice(["north", "south"], 1200),
            "won": rng.integers(0, 2, 1200),
            "company": [f"c{i}" for i in rng.integers(0, 400, 1200)],
        }
    )
    (free,) = [w for w in audited(table).warnings if w.code == "clustered"]
    told = dict(free.evidence)
    assert told["design_effect"] < 1.2
    assert told["largest_design_effect"] > 1.3
    one_account = table.set_column(3, "company", [["only"] * 1200])
    (blind,) = [w for w in audited(one_account).warnings if w.code == "clustered"]
    assert "too few accounts to tell" in blind.text


def test_few_accounts_get_no_verdict_and_are_named():
    table = leads()
    company = np.asarray(table["company"].to_pylist())
    few = np.where(
        np.asarray(table["region"]) == "north", "one of " + np.char.str_len(company).astype(str), company
    )
    report = audited(table.set_column(3, "company", [few.tolist()]))
    (one,) = [w for w in report.warnings if w.code == "few_accounts"]
    assert "'north'" in one.text
    judged = {d.verdict for d in report.disparities if d.group == ("north",) or d.reference == ("north",)}
    assert judged == {"insufficient"}


def test_one_giant_account_outweighs_the_others():
    table = leads()
    company = np.asarray(table["company"].to_pylist())
    north = np.asarray(table["region"]) == "north"
    giant = north & (np.arange(len(company)) % 10 < 8)
    report = audited(table.set_column(3, "company", [np.where(giant, "giant", company).tolist()]))
    assert any(w.code == "few_accounts" and "'north'" in w.text for w in report.warnings)
    assert "fail" not in {d.verdict for d in report.disparities}


@pytest.mark.parametrize("names", [["only"] * 40, [""] * 40, ["a", "b"] * 20, ['<b>"x"', ""] * 20])
def test_odd_accounts(names):
    rng = np.random.default_rng(1)
    table = pa.table(
        {"score": rng.random(40).round(2), "region": ["x", "y"] * 20, "won": [1, 0] * 20, "company": names}
    )
    stream = parse_stream(HEAD.replace("60", "0.5") + 'account = "company"\n' + REGION)
    report = run(admit(table, stream), stream, AuditRequest())
    assert all(e.estimate.low <= e.estimate.high for e in report.estimates if e.estimate.value is not None)


def test_leads_without_an_account_are_accounts_of_their_own():
    accounts = accounts_of(pa.table({"account": pa.array(["b", None, "a", None, "b"])}), 0)
    assert (accounts.named, accounts.unnamed, accounts.total) == (2, 2, 4)
    assert accounts.code.tolist() == [1, 2, 0, 3, 1]
    assert accounts_of(pa.table({"x": [1]}), 0) is None


def test_the_account_column_must_exist_and_have_no_other_role():
    with pytest.raises(BadInput, match="account of the stream"):
        admit(leads(), parse_stream(HEAD + 'account = "firm"\n' + REGION))
    with pytest.raises(BadInput, match="both account and an attribute"):
        parse_stream(HEAD + 'account = "region"\n' + REGION)


def test_no_account_is_a_feature():
    stream = parse_stream(HEAD + 'account = "company"\n' + REGION)
    assert "feature:company" not in admit(leads(), stream).table.column_names


def test_estimates_of_a_cube_alone_are_independent():
    stream = parse_stream(HEAD + 'account = "company"\n' + REGION)
    table = admit(leads(), stream).table
    assert estimates(count(table, stream), stream, 0) == estimates(count(table, stream), stream, 0, None)


def test_a_gap_between_groups_that_a_shift_of_accounts_moves_has_an_effect_of_its_own():
    """The AUC within a group does not move when its accounts score higher; what compares groups does."""
    random = np.random.default_rng(4)
    group, account = random.choice(list("AB"), 200), random.integers(0, 200, 2_400)
    quality = 0.8 * random.normal(size=200)[account] + 0.6 * random.normal(size=2_400)
    table = pa.table(
        {
            "score": np.clip(np.round(50 + 15 * quality), 0, 100),
            "region": group[account],
            "won": (random.random(2_400) < 0.3 + 0.1 * (quality > 0)).astype(int),
            "company": [f"c{i}" for i in account],
        }
    )
    stream = parse_stream(HEAD + 'account = "company"\nfeatures = []\n' + REGION)
    admitted = admit(table, stream).table
    cube = count(admitted, stream)
    effects = design_effects(admitted, stream, cube, accounts_of(admitted, 0))
    gap, auc = effects.of(("region",), "xauc_gap", "difference"), effects.of(("region",), "auc")
    assert gap.deff.max() > 1.5 * auc.deff.max()
    assert (effects.of(("region",), "abroca", "difference").deff >= auc.deff.min()).all()
