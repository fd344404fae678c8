"""The loop where leads of one account resemble each other: intervals of accounts, not of leads."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from audit.clustering.accounts import accounts_of
from audit.rows.feedback import Feedback, feedback
from audit.rows.feedback.clustered import FEW_ACCOUNTS
from audit.tally import count
from tests.audit.treated import stream

EFFECTS = ("trend", "contact_jump", "conversion_jump", "contact_effect")
GAPS = ("contact_gap", "gap", "gap_at_equal_contact", "through_contact")
BY = stream(contacted=None, worked="w", account="account")


def world(seed: int, accounts: int = 200, size: int = 8) -> pa.Table:
    """No link at all: score, group, contact and outcome are drawn apart, nearly the same in an account."""
    rng = np.random.default_rng(seed)
    n = accounts * size
    of = np.repeat(np.arange(accounts), size)
    score = np.clip(np.round(rng.normal(52, 18, accounts)[of] + rng.normal(0, 2, n), 1), 0, 100)
    group = rng.choice(["a", "b"], accounts, p=[0.6, 0.4])[of]
    return pa.table(
        {
            "score": score,
            "selected": score >= 60,
            "worked": (rng.random(accounts) < 0.45)[of] ^ (rng.random(n) < 0.05),
            "outcome": (rng.random(accounts) < 0.15)[of] ^ (rng.random(n) < 0.03),
            "account": np.char.add("account ", of.astype(str)),
            "attribute:g": pa.array(group).dictionary_encode(),
        }
    )


def loop(table: pa.Table, *, clustered: bool = True) -> Feedback:
    found = feedback(table, count(table, BY), BY, 0, accounts_of(table, 0) if clustered else None)
    assert found is not None
    return found


def covered(found: Feedback) -> list[bool]:
    each = [getattr(found, name) for name in EFFECTS]
    each += [getattr(one, name) for one in found.channels for name in GAPS]
    return [one.low <= 0 <= one.high for one in each if one.value is not None]


def test_intervals_of_accounts_cover_what_intervals_of_leads_do_not():
    worlds = [world(seed) for seed in range(25)]
    leads, accounts = (
        np.mean([hit for table in worlds for hit in covered(loop(table, clustered=clustered))])
        for clustered in (False, True)
    )
    assert leads < 0.85
    assert 0.93 <= accounts <= 1


def test_leads_copied_within_an_account_make_nothing_surer():
    table = world(1, size=1)
    copied = table.take(np.repeat(np.arange(table.num_rows), 10))
    once, ten = loop(table), loop(copied)
    one, other = once.trend, ten.trend
    assert other.value == pytest.approx(one.value, abs=0.01)
    assert other.high - other.low > 0.8 * (one.high - one.low)
    assert other.p > one.p / 5
    band, tenfold = once.bands[0].contact, ten.bands[0].contact
    assert tenfold.high - tenfold.low > 0.7 * (band.high - band.low)


def test_few_accounts_tell_nothing():
    found = loop(world(2, accounts=12, size=100))
    assert found.verdict == "open"
    assert all(getattr(found, name).undefined for name in EFFECTS)
    assert found.trend.undefined == FEW_ACCOUNTS
    assert all(one.p_adjusted is None and one.through_contact.value is None for one in found.channels)
    rate = found.bands[0].contact
    assert rate.high - rate.low > 0.5
    assert found.experiment is None


def test_accounts_of_one_lead_change_little():
    table = world(3, accounts=1_600, size=1)
    plain, clustered = loop(table, clustered=False), loop(table)
    for name in EFFECTS:
        one, other = getattr(plain, name), getattr(clustered, name)
        assert other.value == one.value
        assert 1 <= (other.high - other.low) / (one.high - one.low) < 1.8
        assert other.p >= one.p
