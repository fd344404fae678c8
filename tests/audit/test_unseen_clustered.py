"""Where whole accounts are worked or left alone, intervals of bounds are those of accounts."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pytest
from scipy.special import logit

from audit.clustering.accounts import accounts_of
from audit.clustering.leave_out import whole_and_parts
from audit.intake import admit
from audit.membership import membership_estimates
from audit.schema import Membership, Stream, Tolerance
from audit.tally import count
from audit.unseen import bounds
from tests.audit.tables import stream


def rows(seed: int) -> pa.Table:
    """120 accounts of 6 leads; an account is worked as a whole, and every unseen outcome would be a no."""
    random = np.random.default_rng(seed)
    worked = np.repeat(random.random(120) < 0.6, 6)
    won = (random.random(720) < np.repeat(random.beta(0.5, 1.0, 120), 6)) & worked
    return pa.table(
        {
            "attribute:g": pa.array(np.repeat(random.choice(["a", "b"], 120), 6)).dictionary_encode(),
            "score": np.repeat(random.integers(0, 4, 120), 6) * 25.0,
            "outcome": pa.array(won, mask=~worked),
            "account": pa.array(np.repeat(np.arange(120), 6).astype(str)),
        }
    )


def lower_ends(table: pa.Table) -> tuple[tuple[float, float], tuple[float, float]]:
    """The worst-case interval of the conversion of group a, without and with accounts."""
    by = stream("g", minimum_group=1, account="account", score_range=(0.0, 100.0))
    cube, accounts = count(table, by, "arrow"), accounts_of(table, 0)
    found = []
    for replicates in (None, partial(whole_and_parts, table, by, cube, accounts)):
        (one,) = [
            b
            for b in bounds(cube, by, replicates)
            if (b.group, b.reference, b.metric, b.method) == (("a",), None, "base_rate", "worst_case")
        ]
        found.append((one.low, one.high))
    return found[0], found[1]


def compared(seed: int) -> tuple[float, float]:
    """Distance of the lower end to the bound over what a formula gives, with accounts and without.

    The bound is a ratio of two sums over accounts, whose error has a formula (Cochran 1977, 6.3). Compared
    on the logit scale, on which Wilson's ends are about as far on either side.
    """
    table = rows(seed)
    own = np.asarray(table["attribute:g"].to_pylist()) == "a"
    hits = np.array([won is True for won in table["outcome"].to_pylist()], dtype=float)[own]
    value = hits.mean()
    by_account = (hits - value).reshape(-1, 6).sum(axis=1)
    error = float(np.sqrt((by_account**2).sum() * len(by_account) / (len(by_account) - 1))) / own.sum()
    plain, clustered = lower_ends(table)
    unit = 1.66 * error / (value * (1 - value))
    return (logit(value) - logit(clustered[0])) / unit, (logit(value) - logit(plain[0])) / unit


def test_the_error_of_a_bound_is_that_of_whole_accounts():
    """One jackknife over 40 random groups tells an error to about 11 %, twenty of them tell it to 3 %."""
    clustered, plain = np.array([compared(seed) for seed in range(20)]).T
    assert clustered.mean() == pytest.approx(1.0, abs=0.1)
    assert clustered.min() > 0.6
    assert plain.mean() < 0.7


def test_an_account_for_every_lead_changes_little():
    table = rows(1).set_column(3, "account", pa.array(np.arange(720).astype(str)))
    plain, clustered = lower_ends(table)
    assert clustered[0] <= plain[0] + 1e-9
    assert clustered[1] >= plain[1] - 1e-9
    assert clustered[1] - clustered[0] < 1.4 * (plain[1] - plain[0])


RACE = Membership(name="race", probabilities=(("a", "p_a"), ("b", "p_b")), reference="b")
BY = Stream(
    name="s",
    score="score",
    attributes=(),
    account="account",
    score_range=(0.0, 100.0),
    memberships=(RACE,),
)


def surnames(seed: int, accounts: int = 60) -> pa.Table:
    """Five leads of an account have one probability and much the same score; groups do not differ."""
    random = np.random.default_rng(seed)
    p = np.repeat(np.round(random.beta(0.6, 0.6, accounts), 3), 5)
    alike = np.repeat(random.normal(0, 12, accounts), 5)
    score = np.clip(50 + alike + random.normal(0, 8, 5 * accounts), 0, 100)
    names = np.repeat(np.arange(accounts), 5).astype(str)
    return admit(pa.table({"p_a": p, "p_b": 1 - p, "score": score, "account": names}), BY).table


def test_the_intervals_of_estimated_groups_cover_where_leads_come_in_accounts():
    covered = np.zeros((60, 2))
    for seed in range(60):
        table = surnames(seed)
        for place, accounts in enumerate((None, accounts_of(table, 0))):
            (gap,) = [one for one in membership_estimates(table, BY, accounts) if one.reference is not None]
            covered[seed, place] = gap.low <= 0 <= gap.high
    assert covered[:, 0].mean() < 0.85
    assert covered[:, 1].mean() >= 0.88


def test_too_few_accounts_give_no_number():
    table = surnames(0, accounts=8)
    found = membership_estimates(table, replace(BY, audit=Tolerance(minimum_group=2)), accounts_of(table, 0))
    assert found
    for one in found:
        assert one.value is None
        assert one.undefined.startswith("too few accounts stand behind the leads of")
