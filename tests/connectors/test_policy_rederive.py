"""What a coarser draft makes of the held leads is what it would have made of the CRM's values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.policy.apply import Raw, apply_policy
from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.drop import Drop
from connectors.policy.keep import Keep
from connectors.policy.map import Map
from connectors.policy.model import Policy, Rule
from connectors.policy.rederive import rederived
from connectors.pseudonym import Keyring

KEYRING = Keyring(crm="file", organisation="x", master=bytes(32))
VALUES = st.one_of(
    st.none(),
    st.integers(-5, 90).map(str),
    st.dates().map(str),
    st.sampled_from([" 94107 ", "Web", "web", "", "1e9999", "25", "35.0"]),
    st.text(max_size=8),
)
EDGES = st.lists(st.integers(0, 80), min_size=1, max_size=6, unique=True).map(lambda e: tuple(sorted(e)))
OPERATORS = st.one_of(
    st.just(Keep()),
    st.just(Drop()),
    EDGES.map(lambda edges: Band(bands=edges)),
    EDGES.map(lambda edges: Band(bands=edges, of="year")),
    st.integers(1, 5).map(lambda n: Coarsen(by="prefix", characters=n)),
    st.sampled_from([Coarsen(by=by) for by in ("day", "month", "year", "presence")]),
    st.just(Map(vocabulary=(("web", "1"), ("25", "")))),
)


def policy(operator) -> Policy:
    rule = Rule(field="F", operator=operator, column="f")
    return Policy(name="p", crm="file", object="o", created="", rules=(rule,))


def applied(one: Policy, values):
    raw = Raw(
        keys=[KEYRING.lead_key(str(n)) for n in range(len(values))],
        columns={"F": values},
        cohort_days=[date(2026, 1, 1)] * len(values),
    )
    return apply_policy(one, raw, KEYRING).table


@settings(deadline=None)
@given(OPERATORS, OPERATORS, st.lists(VALUES, min_size=1, max_size=12))
def test_a_draft_on_the_held_leads_is_the_draft_on_the_crms_values(old, new, values):
    if isinstance(old, Coarsen) and isinstance(new, Coarsen) and old.characters and new.characters:
        values = [value for value in values if value is None or len(value.strip()) >= old.characters]
    held = rederived(applied(policy(old), values), policy(old), policy(new), KEYRING)
    if held is not None:
        assert held.to_pylist() == applied(policy(new), values).to_pylist()


def test_what_can_be_told_from_the_held_leads():
    def can(old, new) -> bool:
        return rederived(applied(policy(old), ["2026-01-02"]), policy(old), policy(new), KEYRING) is not None

    day, year = Coarsen(by="day"), Coarsen(by="year")
    assert can(day, year)
    assert not can(year, day)
    assert can(Band(bands=(25, 35)), Band(bands=(35,)))
    assert not can(Band(bands=(25, 35)), Band(bands=(30,)))
    assert can(Keep(), Coarsen(by="prefix", characters=3))
    assert not can(Coarsen(by="prefix", characters=3), Keep())


def test_another_opt_out_means_asking_the_crm():
    old = policy(Keep())
    table = applied(old, ["a"])
    assert rederived(table, old, replace(old, exclude_when=("OptOut",)), KEYRING) is None
    assert rederived(table, old, replace(old, name="other"), KEYRING) is not None
