"""Coarser steps and the way to groups of five: what is promised is what the changed policy gives."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.policy.apply import Raw, apply_policy
from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.coarser import steps
from connectors.policy.crowd import crowd
from connectors.policy.finer import tells_no_more
from connectors.policy.keep import Keep
from connectors.policy.map import Map
from connectors.policy.model import Operator, Policy, Rule
from connectors.policy.parse import parse_policy
from connectors.policy.path import path_to_green
from connectors.policy.risk import K, risk
from connectors.policy.write import policy_to_toml
from connectors.pseudonym import Keyring

KEYRING = Keyring(crm="file", organisation="x", master=bytes(32))
ZIPS = ("02139", "02138", "10001", "59718", "59601", "60601", "90210", "99501", "bad", None)
AGES = ("19", "24", "25", "30", "44", "51", "70", "?", None)
WORDS = ("a", "B", "c", "d", "zz", None)
DAYS = ("2026-01-01", "2026-01-09", "2026-02-09", "2025-02-09", None)
VALUES = {"zip": ZIPS, "age": AGES, "word": WORDS, "day": DAYS}
OPERATORS: dict[str, tuple[Operator, ...]] = {
    "zip": (
        *(Coarsen(by=by) for by in ("zip_state", "zip_area", "zip_division", "zip_income")),
        Coarsen(by="prefix", characters=4),
        Coarsen(by="table", characters=2, table=(("02", "x"), ("10", "y"), ("59", "z"), ("60", "w"))),
    ),
    "age": (Band(bands=(20, 25, 30, 50)), Band(bands=(25, 50))),
    "word": (Map(vocabulary=(("a", "1"), ("b", "2"), ("c", "3"), ("d", "1"))), Keep()),
    "day": (Coarsen(by="day"), Coarsen(by="month")),
}


@st.composite
def policies(draw):
    rules = tuple(
        Rule(field=name, operator=draw(st.sampled_from(choices)), column=name.upper())
        for name, choices in OPERATORS.items()
    )
    return Policy(name="p", crm="file", object="o", created="", rules=rules)


records = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(v) for name, v in VALUES.items()}), max_size=40
)


def made(policy: Policy, rows: list[dict[str, str | None]]) -> pa.Table:
    from datetime import date

    raw = Raw(
        keys=[KEYRING.lead_key(str(place)) for place in range(len(rows))],
        columns={name: [row[name] for row in rows] for name in VALUES},
        cohort_days=[date(2026, 1, 1)] * len(rows),
    )
    return apply_policy(policy, raw, KEYRING).table


@given(policies(), records)
def test_a_steps_promise_is_what_the_coarser_rule_gives(policy, rows):
    columns = [rule.column for rule in policy.rules]
    for step in steps(made(policy, rows), policy, columns):
        others = tuple(rule for rule in policy.rules if rule.column != step.column)
        old = next(rule for rule in policy.rules if rule.column == step.column)
        if step.rule is None:
            assert step.risk == risk(made(policy, rows), [name for name in columns if name != step.column])
            continue
        changed = Policy(name="p", crm="file", object="o", created="", rules=(*others, step.rule))
        assert tells_no_more(step.rule.operator, old.operator)
        again = risk(made(changed, rows), columns)
        assert (again.groups, again.smallest, again.alone, again.few) == (
            step.risk.groups,
            step.risk.smallest,
            step.risk.alone,
            step.risk.few,
        )


@given(policies(), records)
def test_the_policy_at_the_end_of_the_path_keeps_its_promise(policy, rows):
    columns = [rule.column for rule in policy.rules]
    path = path_to_green(made(policy, rows), policy, columns)
    left = [rule.column for rule in path.policy.rules if rule.column in columns]
    again = risk(made(path.policy, rows), left)
    assert (again.groups, again.smallest, again.few) == (path.risk.groups, path.risk.smallest, path.risk.few)
    assert path.reached == (again.smallest >= K)
    # With five leads it can always be reached: at the worst everything is left out.
    assert path.reached == (len(rows) >= K)
    assert len({step.column for step in path.steps}) == len(path.steps)
    assert (not path.steps) == (risk(made(policy, rows), columns).smallest >= K or not rows)
    # No step is needless: with one column as it was, some group is too small again.
    for step in path.steps if path.reached else ():
        back = tuple(rule for rule in path.policy.rules if rule.column != step.column)
        old = next(rule for rule in policy.rules if rule.column == step.column)
        undone = Policy(name="p", crm="file", object="o", created="", rules=(*back, old))
        assert risk(made(undone, rows), [rule.column for rule in undone.rules]).smallest < K
    if path.policy.rules:
        assert parse_policy(policy_to_toml(path.policy)) == path.policy


@given(policies(), records)
def test_a_crowd_counts_each_lead_once(policy, rows):
    table = made(policy, rows)
    found = crowd(table, ["ZIP", "AGE"])
    assert found.leads == len(rows)
    pairs = list(zip(table["ZIP"].to_pylist(), table["AGE"].to_pylist(), strict=True))
    told = {
        (found.levels[0][one], found.levels[1][two]): n
        for (one, two), n in zip(found.codes.tolist(), found.count.tolist(), strict=True)
    }
    assert told == {pair: pairs.count(pair) for pair in pairs}
    assert found.without("AGE").counts_of("ZIP") == found.counts_of("ZIP")


def test_many_columns_of_many_values_do_not_overflow():
    rows = 3_000
    table = pa.table(
        {f"c{n}": pa.array([f"{(row * (n + 3)) % rows}" for row in range(rows)]) for n in range(12)}
    )
    assert risk(table, table.column_names).groups == rows
    assert risk(pa.concat_tables([table, table]), table.column_names).smallest == 2


def test_the_words_say_what_a_step_costs():
    rows = [
        {"zip": zip5, "age": "30", "word": "a", "day": None}
        for zip5 in ("02139", "10001", "60601")
        for _ in range(3)
    ]
    policy = Policy(
        name="p",
        crm="file",
        object="o",
        created="",
        rules=(Rule(field="zip", operator=Coarsen(by="zip_state"), column="state"),),
    )
    table = made(Policy(name="p", crm="file", object="o", created="", rules=policy.rules), rows)
    path = path_to_green(table, policy, ("state",))
    assert [(step.was, step.values) for step in path.steps] == [(3, 0)]
    assert path.steps[0].words == "leave out state"
    assert path.risk.smallest == 9


@pytest.mark.parametrize("leads", [0, 1, K - 1])
def test_too_few_leads_reach_nothing(leads):
    rows = [{"zip": "02139", "age": "30", "word": "a", "day": None}] * leads
    policy = Policy(
        name="p",
        crm="file",
        object="o",
        created="",
        rules=(Rule(field="age", operator=Band(bands=(25, 50)), column="age"),),
    )
    path = path_to_green(made(policy, rows), policy, ("age",))
    assert path.reached is False
