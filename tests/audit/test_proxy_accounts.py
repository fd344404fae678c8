"""Leads of one account are alike: they neither make a proxy by chance nor narrow an interval."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.api as sm

from audit.rows.clusters import by_account, clusters, variance_of_mean
from audit.rows.examine import examine
from audit.rows.gap_shares.additive import parts
from audit.rows.levels import feature
from audit.rows.proxy import GapPair, gap_pairs, informative, proxies
from audit.rows.separating.joint import joint_proxies, jointly_informative
from audit.rows.surrogate import surrogate
from tests.audit.fields import REGION, segregated, unrelated_fields, words


def with_accounts(table: pa.Table, sizes) -> pa.Table:
    """Each lead as an account of so many leads that share everything."""
    account = np.repeat(np.arange(table.num_rows), sizes)
    return table.take(pa.array(account)).append_column("account", words(account))


def test_an_account_is_in_one_fold_and_a_lead_without_one_is_its_own():
    table = pa.table({"account": pa.array(["a", "b", "a", None, None]).dictionary_encode()})
    made = clusters(table, 0)
    assert made.code[0] == made.code[2]
    assert len(set(made.code.tolist())) == 4
    assert made.fold[0] == made.fold[2]
    assert clusters(pa.table({"score": [1.0]}), 0) is None


@pytest.mark.parametrize("skewed", [False, True])
def test_accounts_that_share_all_their_fields_are_no_proxy(skewed):
    alarms = together = 0
    for seed in range(20):
        sizes = np.random.default_rng(seed).geometric(0.25, 700) if skewed else np.full(700, 4)
        table = with_accounts(unrelated_fields(seed, 700), sizes)
        alarms += any(informative(one, 0.95) for one in proxies(table, REGION, seed))
        together += any(jointly_informative(one, 0.95) for one in joint_proxies(table, REGION, seed))
        if seed == 0:
            bare = table.drop_columns("account")
            # What the accounts are needed for: copies of a lead are learned by heart.
            assert sum(informative(one, 0.95) for one in proxies(bare, REGION, seed)) >= 3
    assert alarms <= 2
    assert together <= 2


def test_copies_of_each_lead_leave_errors_as_they_are():
    table = segregated(seed=5, n=1_500)
    many = with_accounts(table, np.full(1_500, 3))
    once = {one.feature: one for one in proxies(table, REGION, 0)}
    for one in proxies(many, REGION, 0):
        alone = once[one.feature]
        assert one.high - one.low == pytest.approx(alone.high - alone.low, rel=0.25)
        assert one.share_high - one.share_low == pytest.approx(alone.share_high - alone.share_low, rel=0.4)
    pairs = gap_pairs(table, REGION)
    (first,), (second,) = (examine(each, REGION, pairs, 0).decompositions for each in (table, many))
    assert second.high - second.low == pytest.approx(first.high - first.low, rel=0.02)
    assert {p.feature: p.high - p.low for p in second.parts} == pytest.approx(
        {p.feature: p.high - p.low for p in first.parts}, rel=0.1
    )


def test_no_account_is_both_learned_from_and_predicted():
    table = with_accounts(unrelated_fields(1, 700), np.full(700, 4))
    leaked = surrogate(table.drop_columns("account"), 0.95, 0)
    held = surrogate(table, 0.95, 0)
    assert leaked.fidelity.value > 0.05
    assert held.fidelity.value < 0.02
    for code in np.unique(held.data.account)[:50]:
        assert np.unique(held.data.fold[held.data.account == code]).size == 1


def test_sums_over_accounts_are_the_sandwich_of_statsmodels():
    random = np.random.default_rng(0)
    code = random.integers(0, 60, 900)
    values = random.normal(size=60)[code] + random.normal(size=900)
    fitted = sm.OLS(values, np.ones(900)).fit(
        cov_type="cluster", cov_kwds={"groups": code, "use_correction": False}
    )
    assert variance_of_mean(values, code) == pytest.approx(float(fitted.cov_params()[0, 0]) * 60 / 59)
    assert variance_of_mean(values, None) == pytest.approx(values.var(ddof=1) / 900)
    assert variance_of_mean(values[:5], np.zeros(5, dtype=np.int64)) == pytest.approx(values[:5].var())
    assert by_account(values, np.arange(900)).size == 900


def test_shares_over_all_fields_are_gelbachs_by_statsmodels():
    table = segregated(seed=1, n=2_000, zips=6)
    side = (np.asarray(table["attribute:region"].to_pylist()) == "town").astype(float)
    score = table["score"].to_numpy()
    chosen = [feature(table, name) for name in ("zip", "state", "decoy")]
    told = parts(chosen, side, score)
    dummies = [np.eye(one.size)[one.codes][:, 1:] for one in chosen]
    dummies = [one[:, one.any(axis=0)] for one in dummies]
    fitted = sm.OLS(score, np.column_stack([np.ones(2_000), side, *dummies])).fit()
    expected, at = [], 2
    for one in dummies:
        lean = one[side == 1].mean(axis=0) - one[side == 0].mean(axis=0)
        expected.append(float(lean @ fitted.params[at : at + one.shape[1]]))
        at += one.shape[1]
    assert told.values == pytest.approx(expected, abs=1e-3)
    assert told.gap == pytest.approx(sum(expected) + fitted.params[1], abs=1e-3)
    assert told.fidelity == pytest.approx(fitted.rsquared_adj, abs=1e-3)


@pytest.mark.parametrize("accounts", [1, 3, 19])
def test_of_a_handful_of_accounts_nothing_is_said(accounts):
    table = segregated(seed=2, n=600)
    few = table.append_column("account", words(np.arange(600) % accounts))
    assert proxies(few, REGION, 0) == ()
    assert gap_pairs(few, REGION) == ()
    assert joint_proxies(few, REGION, 0) == ()
    assert surrogate(few, 0.95, 0) is None
    pair = GapPair(attribute="region", group="town", reference="city", value=-9.0)
    assert examine(few, REGION, (pair,), 0).neutral_gaps == ()


def test_one_giant_account_does_no_harm():
    table = segregated(seed=2, n=1_000)
    account = np.where(np.arange(1_000) < 900, 0, np.arange(1_000))
    for one in proxies(table.append_column("account", words(account)), REGION, 0):
        assert 0 <= one.low <= one.auc <= one.high <= 1
