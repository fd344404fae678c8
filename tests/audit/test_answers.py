"""Answers to the check: counts that add up, whole people as the units, and who was right."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audit.estimate import Estimate
from audit.finding.answers import account_sentence, gap_sentence, overridden_sentence
from audit.inference import holm, two_proportion_p
from audit.intervals import mover, wilson
from audit.rows.answers import (
    Answer,
    Answered,
    AnswerGap,
    answered,
    answered_record,
    disagreement,
    read_answered,
)
from audit.schema import Attribute
from tests.audit.treated import stream

START = datetime(2026, 11, 1, tzinfo=UTC)
BY = stream(contacted=None, worked="w")


def table(groups: np.ndarray, **more: np.ndarray) -> pa.Table:
    """Leads with a key each, the group of each and whatever else is known."""
    keys = [f"{place:032x}" for place in range(len(groups))]
    return pa.table({"key": keys, "attribute:g": pa.array(groups).dictionary_encode(), **more})


def answer(lead: int, who: object = 0, verdict: str = "agree", reason: str = "", minute: int = 0) -> Answer:
    at = START + timedelta(minutes=minute)
    return Answer(lead=f"{lead:032x}", who=str(who), verdict=verdict, reason=reason, at=at)


def world(
    seed: int, n: int = 3_000, *, people: int = 25, habit: float = 0.0, areas: float = 0.0, more: float = 0.0
) -> tuple[pa.Table, list[Answer]]:
    """Leads of two groups. People differ in how often they disagree (``habit``), and mostly work one group
    each (``areas``); of group b they disagree more often, by ``more``."""
    rng = np.random.default_rng(seed)
    group = rng.choice(2, n, p=[0.6, 0.4])
    own, home = rng.beta(2, 6, people), rng.integers(0, 2, people)
    rate = 0.25 + habit * (own - 0.25)
    near = [np.flatnonzero(home == side) for side in (0, 1)]
    local = np.array([rng.choice(near[g]) if len(near[g]) else rng.integers(people) for g in group])
    who = np.where(rng.random(n) < areas, local, rng.integers(0, people, n))
    told = rng.random(n) < 0.5
    against = rng.random(n) < np.clip(rate[who] + more * group, 0, 1)
    given = [
        answer(lead, who[lead], "disagree" if against[lead] else "agree") for lead in np.flatnonzero(told)
    ]
    return table(np.array(["a", "b"])[group]), given


def gap(found: Answered, share: str, group: str = "b") -> AnswerGap:
    (one,) = [each for each in found.gaps if (each.share, each.group) == (share, group)]
    return one


def test_with_a_person_for_each_answer_the_numbers_are_wilsons_and_newcombes():
    groups = np.repeat(["a", "b"], [200, 100])
    given = [answer(lead, lead, "disagree" if lead % 4 == 0 else "agree") for lead in range(80)]
    given += [answer(lead, lead, "disagree" if lead % 2 == 0 else "review") for lead in range(200, 250)]
    found = answered(table(groups), BY, given)
    hits, n = np.array([20.0, 25.0]), np.array([80.0, 50.0])
    low, high = wilson(hits, n, 0.95)
    for place, group in enumerate("ab"):
        (rate,) = [one for one in found.rates if (one.group, one.share) == (group, "disagreed")]
        assert (rate.estimate.value, rate.estimate.n) == (hits[place] / n[place], n[place])
        assert (rate.estimate.low, rate.estimate.high) == pytest.approx((low[place], high[place]))
    one, value = gap(found, "disagreed"), hits / n
    ends = mover(value[1:], (low[1:], high[1:]), value[:1], (low[:1], high[:1]))
    assert (one.low, one.high) == pytest.approx((ends[0][0], ends[1][0]))
    assert one.p == pytest.approx(two_proportion_p(hits[1:], n[1:], hits[:1], n[:1])[0], abs=1e-12)
    assert [each.p_adjusted for each in found.gaps] == pytest.approx(
        holm(np.array([each.p for each in found.gaps]))
    )
    assert gap(found, "answered").value == pytest.approx(50 / 100 - 80 / 200)
    (reviewed,) = [one for one in found.overall if one.share == "reviewed"]
    assert (reviewed.estimate.value, reviewed.estimate.n) == (25 / 130, 130)


def test_the_newest_answer_about_a_lead_counts_and_the_rest_is_accounted_for():
    groups = np.array(["a"] * 60)
    given = [answer(lead, minute=1) for lead in range(40)]
    given += [answer(lead, 1 + lead % 2, "disagree", minute=2) for lead in range(30)]
    given += [answer(lead, 2, "review", minute=0) for lead in range(5)] + [answer(99), answer(99, minute=3)]
    found = answered(table(groups), BY, given)
    assert (found.given, found.leads, found.repeated, found.elsewhere) == (77, 40, 35, 2)
    assert found.people == 3
    shares = {one.share: one.estimate for one in found.overall}
    assert (shares["disagreed"].value, shares["reviewed"].value) == (30 / 40, 0.0)
    assert shares["answered"].value == pytest.approx(40 / 60)


def test_nothing_is_told_of_a_group_below_the_minimum():
    groups = np.repeat(["a", "b", "c"], [200, 100, 20])
    given = [answer(lead, lead, "disagree") for lead in (*range(100), *range(200, 229), *range(300, 320))]
    found = answered(table(groups), BY, given)
    small = [one for one in found.rates if (one.group, one.share) in {("b", "disagreed"), ("c", "answered")}]
    assert [(one.estimate.value, one.estimate.n) for one in small] == [(None, 0), (None, 0)]
    assert {one.estimate.undefined for one in small} == {
        "fewer than 30 leads with an answer",
        "fewer than 30 leads",
    }
    for one in (gap(found, "disagreed"), gap(found, "answered"), gap(found, "answered", "c")):
        assert (one.value, one.p, one.p_adjusted, one.n, one.verdict) == (None, None, None, 0, "insufficient")
        assert one.undefined


answers_of_leads = st.lists(
    st.tuples(
        st.integers(0, 130),
        st.integers(0, 12),
        st.sampled_from(["agree", "disagree", "review"]),
        st.sampled_from(["", "score_too_low", "score_too_high", "score_right", "other"]),
        st.integers(0, 5),
    ),
    max_size=300,
)


def estimate(found: Answered, share: str, group: str) -> Estimate:
    (one,) = [each.estimate for each in found.rates if (each.share, each.group) == (share, group)]
    return one


def test_the_record_of_one_or_two_people_is_not_told_as_a_groups_share():
    """Of two, each could take away what they said themselves, and know what the other did."""
    groups = np.repeat(["a", "b", "c", "d"], 200)
    given = [
        answer(lead, lead, "disagree" if lead % 3 else "agree") for lead in (*range(100), *range(600, 700))
    ]
    given += [answer(lead, "one", "disagree") for lead in range(200, 300)]
    given += [answer(lead, f"of two {lead % 2}", "disagree") for lead in range(400, 500)]
    found = answered(table(groups), BY, given)
    for share in ("answered", "disagreed", "reviewed"):
        for group in "bc":
            assert estimate(found, share, group) == Estimate.missing("fewer than 3 people answered")
            one = gap(found, share, group)
            assert (one.value, one.low, one.high, one.n, one.p, one.p_adjusted) == (
                None,
                None,
                None,
                0,
                None,
                None,
            )
            assert one.undefined == "fewer than 3 people answered"
        assert estimate(found, share, "d").n > 0
        assert gap(found, share, "d").value is not None


def test_of_one_person_alone_no_share_is_told_at_all():
    found = answered(table(np.array(["a"] * 200)), BY, [answer(lead, 0, "disagree") for lead in range(100)])
    assert {one.estimate.undefined for one in found.overall} == {"fewer than 3 people answered"}
    alone = disagreement([(50, 50), (50, 50)], 0.95, 30)
    assert (alone.value, alone.undefined) == (None, "fewer than 3 people answered")
    leads, given = outcomes(1)
    one = said(
        answered(leads, BY, [replace(each, who=str(place % 2)) for place, each in enumerate(given)]),
        "too_low",
    )
    assert (one.n, one.converted.value, one.expected, one.difference) == (0, None, None, None)
    assert one.undefined == "fewer than 3 people answered"


SHARES = ("answered", "disagreed", "reviewed")


def hidden_groups(found: Answered, share: str) -> set[str]:
    told = {one.group for one in found.gaps if one.share == share and one.value is not None}
    hidden = {one.group for one in found.rates if one.share == share and one.estimate.value is None}
    assert not told & hidden
    return hidden


def test_a_hidden_group_cannot_be_worked_out_from_all_and_the_others():
    """Groups of 400, 300, 200 and 100 leads are answered about 120, 110, 90 and 20 times."""
    groups = np.repeat(["a", "b", "c", "d"], [400, 300, 200, 100])
    leads = (*range(120), *range(400, 510), *range(700, 790), *range(900, 920))
    found = answered(table(groups), BY, [answer(lead, lead % 40, "disagree") for lead in leads])
    for share in SHARES:
        assert hidden_groups(found, share) == {"c", "d"}
        assert estimate(found, share, "c").undefined == "a hidden group could be worked out from it"
        assert gap(found, share, "c").undefined == "a hidden group could be worked out from it"
        assert gap(found, share).value is not None
    assert estimate(found, "answered", "d").undefined == "fewer than 30 leads with an answer"


def test_hidden_groups_that_are_small_together_hide_a_third():
    groups = np.repeat(["a", "b", "c", "d"], [400, 300, 100, 100])
    leads = (*range(120), *range(400, 510), *range(700, 712), *range(800, 812))
    found = answered(table(groups), BY, [answer(lead, lead % 40) for lead in leads])
    assert [hidden_groups(found, share) for share in SHARES] == [{"b", "c", "d"}] * 3


def test_two_hidden_groups_of_one_person_hide_a_third():
    groups = np.repeat(["a", "b", "c", "d"], [400, 300, 200, 200])
    given = [answer(lead, lead % 40) for lead in (*range(120), *range(400, 510))]
    given += [answer(lead, "one", "disagree") for lead in (*range(700, 800), *range(900, 1_000))]
    found = answered(table(groups), BY, given)
    assert [hidden_groups(found, share) for share in SHARES] == [{"b", "c", "d"}] * 3


def test_a_group_of_which_few_leads_are_left_without_an_answer_is_not_told_of_as_answered():
    groups = np.repeat(["a", "b", "c"], [400, 300, 200])
    leads = (*range(200), *range(400, 550), *range(700, 890))
    found = answered(table(groups), BY, [answer(lead, lead % 40) for lead in leads])
    assert estimate(found, "answered", "c").undefined == "fewer than 30 leads without an answer"
    assert hidden_groups(found, "answered") == {"b", "c"}
    assert hidden_groups(found, "disagreed") == set()


@pytest.mark.parametrize("seed", range(80))
def test_what_is_hidden_of_an_attribute_is_never_small_together(seed):
    """What all and the told groups leave over: of several groups, of enough leads and people, or of all."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(list("abcde"), rng.integers(1, 300, 5))
    zeal = dict(zip("abcde", rng.choice([0.05, 0.3, 0.5, 0.95], 5), strict=True))
    crew = dict(zip("abcde", rng.choice([1, 2, 5, 30], 5), strict=True))
    who = {
        lead: int(rng.integers(crew[group]))
        for lead, group in enumerate(groups)
        if rng.random() < zeal[group]
    }
    by = replace(BY, attributes=(replace(BY.attributes[0], reference=None),))
    found = answered(table(groups), by, [answer(lead, one) for lead, one in who.items()])
    for share in SHARES:
        hidden = hidden_groups(found, share)
        left = [lead for lead, group in enumerate(groups) if group in hidden]
        told = [lead for lead in left if lead in who]
        assert hidden in (set(), set(groups)) or (
            len(hidden) >= 2
            and len(told) >= 30
            and len({who[lead] for lead in told}) >= 3
            and (share != "answered" or len(left) - len(told) >= 30)
        )


def test_without_answers_or_leads_there_is_an_account_and_no_verdict():
    for groups, told in ((np.array(["a", "b"] * 50), []), (np.array([], dtype=str), [answer(1)])):
        found = answered(table(groups), BY, told)
        assert (found.leads, found.elsewhere) == (0, len(told))
        assert not [one for one in found.gaps if one.verdict != "insufficient"]


def test_a_few_people_make_no_verdict_however_many_leads_they_answer():
    leads, given = world(3, 20_000, people=5, more=0.3)
    one = gap(answered(leads, BY, given), "disagreed")
    assert (one.verdict, one.few_people, one.p_adjusted, one.n_needed) == ("insufficient", True, None, None)
    assert one.value > 0.2


def test_an_attribute_keeps_its_mark_and_an_unknown_group_is_not_compared():
    by = replace(BY, attributes=(Attribute(name="g", column="g", reference="b", special_category=True),))
    groups = np.repeat(["a", "b", "unknown"], 100)
    found = answered(table(groups), by, [answer(lead, lead, "disagree") for lead in range(300)])
    assert {one.special_category for one in (*found.rates, *found.gaps)} == {True}
    assert {(one.group, one.reference) for one in found.gaps} == {("a", "b")}
    assert {one.group for one in found.rates} == {"a", "b", "unknown"}


@pytest.mark.parametrize(
    "people", [{}, {"habit": 1.0}, {"habit": 1.0, "areas": 0.9}, {"people": 40, "habit": 1.0, "areas": 1.0}]
)
def test_where_no_group_differs_hardly_any_world_raises_an_alarm(people):
    """Over all comparisons of a world: habits of people, and whom they work, are no trait of a group."""
    runs = 200
    worlds = (world(seed, 1_500, **people) for seed in range(runs))
    alarms = sum(
        any((one.p_adjusted or 1) < 0.05 for one in answered(leads, BY, given).gaps)
        for leads, given in worlds
    )
    assert alarms <= stats.binom.isf(0.001, runs, 0.05)


def test_with_every_answer_on_its_own_habits_would_be_told_as_traits():
    """Why people are the units: the same worlds, each answer as if it were of a person of its own."""
    runs, alarms = 60, 0
    for seed in range(runs):
        leads, told = world(seed, 1_500, habit=1.0, areas=0.9)
        found = answered(leads, BY, [replace(one, who=one.lead) for one in told])
        alarms += any((one.p_adjusted or 1) < 0.05 for one in found.gaps)
    assert alarms > stats.binom.isf(0.001, runs, 0.05)


def test_people_who_answer_in_one_area_only_make_no_gap_in_answering():
    runs, alarms = 200, 0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        groups = np.array(["a", "b"])[rng.choice(2, 1_500)]
        # Each of twenty people works one group, and answers about few or many of its leads as they like.
        home, zeal = rng.permutation(np.repeat(["a", "b"], 10)), rng.beta(1, 2, 20)
        who = np.array([rng.choice(np.flatnonzero(home == group)) for group in groups])
        told = np.flatnonzero(rng.random(1_500) < zeal[who])
        found = answered(table(groups), BY, [answer(lead, who[lead]) for lead in told])
        alarms += any((one.p_adjusted or 1) < 0.05 for one in found.gaps)
    assert alarms <= stats.binom.isf(0.001, runs, 0.05)


def test_answers_that_are_all_alike_count_each_person_once():
    """Nobody disagrees about group a, and ten people gave 200 answers: that is as sure as ten of ten."""
    groups = np.repeat(["a", "b"], [1_000, 1_000])
    given = [answer(lead, lead % 10) for lead in range(200)]
    given += [answer(lead, lead, "disagree" if lead % 10 == 0 else "agree") for lead in range(1_000, 1_200)]
    found = answered(table(groups), BY, given)
    (rate,) = [one for one in found.rates if (one.group, one.share) == ("a", "disagreed")]
    assert (rate.estimate.value, rate.estimate.low, rate.estimate.n) == (0.0, 0.0, 200)
    assert rate.estimate.high >= wilson(np.array([0.0]), np.array([10.0]), 0.95)[1][0]
    one = gap(found, "disagreed")
    assert (
        one.p >= two_proportion_p(np.array([20.0]), np.array([200.0]), np.array([0.0]), np.array([10.0]))[0]
    )
    assert (one.verdict, one.few_people) == ("insufficient", False)
    assert one.low < 0 < one.high


def test_a_group_that_all_answer_alike_is_no_sooner_an_alarm():
    """Every tenth person disagrees with everything, whoever works which group; few work one."""
    runs, alarms = 200, 0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        groups, stubborn = np.repeat(["a", "b"], 800), rng.random(210) < 0.1
        who = np.concatenate([rng.integers(0, 10, 800), rng.integers(10, 210, 800)])
        told = np.flatnonzero(rng.random(1_600) < 0.5)
        given = [answer(lead, who[lead], "disagree" if stubborn[who[lead]] else "agree") for lead in told]
        found = answered(table(groups), BY, given)
        alarms += any(one.verdict == "fail" for one in found.gaps if one.share == "disagreed")
    assert alarms <= stats.binom.isf(0.001, runs, 0.05)


def test_an_override_whose_leads_end_all_alike_counts_each_person_once():
    """Ten people, 200 leads, none converts: below the 20 % of others, but only as sure as none of ten."""
    rng = np.random.default_rng(8)
    won = np.where(np.arange(2_000) < 200, False, rng.random(2_000) < 0.2)
    leads = table(np.array(["a"] * 2_000), score=np.full(2_000, 50.0), outcome=won)
    given = [answer(lead, lead % 10, "disagree", "score_too_high") for lead in range(200)]
    one = said(answered(leads, BY, given), "too_high")
    assert (one.converted.value, one.n) == (0.0, 200)
    assert one.p >= 0.05
    assert one.outlook == "open"
    assert one.low < one.difference < 0 < one.high


def test_a_planted_difference_is_found_and_its_size_told():
    found = [gap(planted(seed), "disagreed") for seed in range(20)]
    assert sum(one.verdict == "fail" for one in found) >= 18
    assert np.mean([one.value for one in found]) == pytest.approx(0.2, abs=0.03)
    assert sum(one.low <= 0.2 <= one.high for one in found) >= 17


def planted(seed: int) -> Answered:
    leads, given = world(seed, 4_000, habit=1.0, more=0.2)
    return answered(leads, BY, given)


def outcomes(
    seed: int, n: int = 6_000, *, right: float = 0.0, people: int = 20
) -> tuple[pa.Table, list[Answer]]:
    """Leads that convert as their score says. People call some scores too low; those leads convert more often
    by ``right`` than others with scores alike."""
    rng = np.random.default_rng(seed)
    score = np.clip(np.round(rng.normal(52, 18, n)), 0, 100)
    called = rng.random(n) < np.where(score < 60, 0.15, 0.03)
    won = rng.random(n) < np.clip(0.02 + 0.004 * score + right * called, 0, 1)
    known, worked = rng.random(n) < 0.8, rng.random(n) < 0.9
    leads = table(
        rng.choice(["a", "b"], n),
        score=score,
        outcome=pa.array(won, mask=~known),
        worked=pa.array(worked),
    )
    given = [
        answer(lead, int(rng.integers(people)), "disagree", "score_too_low")
        for lead in np.flatnonzero(called)
    ]
    return leads, given


def said(found: Answered, what: str):
    (one,) = [each for each in found.overridden if each.said == what]
    return one


def test_an_override_that_is_right_is_told_as_above_and_its_size():
    found = [said(outcome_world(seed, right=0.15), "too_low") for seed in range(20)]
    assert sum(one.outlook == "above" for one in found) >= 18
    assert np.mean([one.difference for one in found]) == pytest.approx(0.15, abs=0.02)
    assert sum(one.low <= 0.15 <= one.high for one in found) >= 17
    one = found[0]
    assert one.converted.value - one.expected == pytest.approx(one.difference)


def outcome_world(seed: int, n: int = 6_000, *, right: float = 0.0) -> Answered:
    leads, told = outcomes(seed, n, right=right)
    return answered(leads, BY, told)


def test_an_override_without_a_hold_is_hardly_ever_told_as_one():
    runs = 200
    found = [said(outcome_world(seed, 2_500), "too_low") for seed in range(runs)]
    assert {one.outlook for one in found} <= {"above", "below", "open"}
    assert sum(one.outlook != "open" for one in found) <= stats.binom.isf(0.001, runs, 0.05)
    assert sum(one.low <= 0 <= one.high for one in found) >= stats.binom.ppf(0.001, runs, 0.95)


def test_what_lacks_to_tell_who_was_right_is_said():
    leads, given = outcomes(1)
    assert said(answered(leads, BY, given[:25]), "too_low").undefined == (
        "fewer than 30 of these leads have a known outcome"
    )
    assert said(answered(leads, BY, given), "right").outlook == "insufficient"
    by_few = [replace(one, who=str(place % 4)) for place, one in enumerate(given)]
    few = said(answered(leads, BY, by_few), "too_low")
    assert (few.outlook, few.p, few.undefined) == ("insufficient", None, "too few people said so")
    nobody = answered(leads.drop_columns(["outcome"]), BY, given).overridden
    assert {one.undefined for one in nobody} == {"the stream names no outcome"}
    everybody = [answer(lead, lead % 20, "disagree", "score_too_low") for lead in range(leads.num_rows)]
    assert said(answered(leads, BY, everybody), "too_low").undefined.startswith("too few leads with a known")


def test_only_worked_leads_with_an_outcome_count():
    leads, given = outcomes(2)
    known = np.asarray(leads["outcome"].is_valid()) & np.asarray(leads["worked"])
    called = np.array([int(one.lead, 16) for one in given])
    assert said(answered(leads, BY, given), "too_low").converted.n == known[called].sum()


def test_an_override_is_told_of_one_set_of_leads():
    """Where some leads have nobody to be compared with, the rate does not count them either."""
    rng = np.random.default_rng(5)
    selected = np.repeat([False, True], [1_000, 200])
    won = np.where(selected, True, rng.random(1_200) < 0.3)
    leads = table(np.array(["a"] * 1_200), score=np.full(1_200, 50.0), outcome=won, selected=selected)
    # Of the selected every lead was answered about.
    called = (*range(200), *range(1_000, 1_200))
    one = said(
        answered(leads, BY, [answer(lead, lead % 20, "disagree", "score_too_low") for lead in called]),
        "too_low",
    )
    assert (one.n, one.converted.n) == (200, 200)
    assert one.converted.value == pytest.approx(won[:200].mean())
    assert one.converted.value - one.expected == pytest.approx(one.difference)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "unknown"]), min_size=1, max_size=120), answers_of_leads)
def test_counts_add_up_and_every_number_is_one(groups, drawn):
    given = [answer(lead, who, *rest) for lead, who, *rest in drawn]
    by = stream(contacted=None, worked="w", minimum_group=1)
    by = replace(by, attributes=(replace(by.attributes[0], reference=None),))
    won = pa.array([place % 3 == 0 for place in range(len(groups))])
    found = answered(table(np.array(groups), outcome=won), by, given)
    assert found.given == found.leads + found.repeated + found.elsewhere == len(given)
    assert found.people <= found.leads
    for share, n in (("answered", len(groups)), ("disagreed", found.leads), ("reviewed", found.leads)):
        told = [one.estimate for one in found.rates if one.share == share]
        (whole,) = [one.estimate for one in found.overall if one.share == share]
        hits = sum((one.value or 0) * one.n for one in told)
        if all(one.value is not None for one in told):
            assert sum(one.n for one in told) == n
            assert hits == pytest.approx((whole.value or 0) * n)
        assert sum(one.n for one in told) <= n
        assert whole.value is None or hits <= whole.value * n + 1e-9
    for one in (*found.overall, *found.rates):
        assert (one.estimate.value is None) == bool(one.estimate.undefined)
        if one.estimate.value is not None:
            assert 0 <= one.estimate.low <= one.estimate.value <= one.estimate.high <= 1
    for one in found.gaps:
        assert (one.value is None) == bool(one.undefined)
        if one.value is not None:
            assert -1 <= one.low <= one.value <= one.high <= 1
            assert 0 <= one.p <= (one.p_adjusted or 1) <= 1
    assert read_answered(json.loads(json.dumps(answered_record(found), allow_nan=False))) == found


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "unknown"]), min_size=1, max_size=120), answers_of_leads, st.randoms()
)
def test_the_order_of_leads_and_answers_changes_nothing(groups, drawn, random):
    given = [answer(lead, who, *rest) for lead, who, *rest in drawn]
    by = stream(contacted=None, worked="w", minimum_group=1)
    by = replace(by, attributes=(replace(by.attributes[0], reference=None),))
    leads = table(
        np.array(groups), score=np.arange(len(groups)) % 7 + 0.0, outcome=np.arange(len(groups)) % 2 == 0
    )
    order = random.sample(range(len(groups)), len(groups))
    mixed = random.sample(given, len(given))
    one, other = answered(leads, by, given), answered(leads.take(order), by, mixed)
    assert _rounded(one) == _rounded(other)


def _rounded(found: Answered) -> object:
    """Sums in another order differ in their last digits."""
    text = json.dumps(answered_record(found))
    return json.loads(text, parse_float=lambda number: f"{float(number):.9f}")


def test_the_share_that_disagrees_is_told_alone():
    found = disagreement([(1, int(person < 10 or person == 39)) for person in range(40)], 0.95, 30)
    assert (found.value, found.n) == (11 / 40, 40)
    assert (found.low, found.high) == pytest.approx(
        tuple(end[0] for end in wilson(np.array([11.0]), np.array([40.0]), 0.95))
    )
    assert disagreement([(1, 0)] * 29, 0.95, 30).undefined == "fewer than 30 leads with an answer"
    assert disagreement([], 0.95, 30).value is None


def test_the_share_that_disagrees_alone_is_that_of_the_whole():
    """With people of habits, who widen it."""
    given = [
        answer(lead, lead % 7, "disagree" if lead % 7 < 2 or lead % 5 == 0 else "agree")
        for lead in range(300)
    ]
    people = [
        (len(own), sum(one.verdict == "disagree" for one in own))
        for who in range(7)
        for own in [[one for one in given if one.who == str(who)]]
    ]
    whole = answered(table(np.array(["a", "b"] * 150)), BY, given)
    (told,) = [one.estimate for one in whole.overall if one.share == "disagreed"]
    found = disagreement(people, whole.confidence, whole.minimum)
    assert (found.value, found.n) == (told.value, told.n)
    assert (found.low, found.high) == pytest.approx((told.low, told.high))


def test_the_sentences_say_how_often_how_sure_and_what_is_missing():
    found = planted(0)
    told = gap_sentence(gap(found, "disagreed"))
    assert re.fullmatch(
        r"People disagree with the check of leads with g 'b' \d+ points more often than with that of 'a' "
        r"leads, from \+\d+\.\d to \+\d+\.\d points\. That is outside the tolerance, and more than chance .*",
        told,
    )
    small = replace(gap(found, "answered"), value=None, undefined="fewer than 30 leads")
    assert gap_sentence(small) == "Leads with g 'b': not compared, as fewer than 30 leads."
    open_one = replace(gap(found, "answered"), value=-0.07, verdict="insufficient", n=100, n_needed=864)
    assert "7.0 points less often than about 'a' leads" in gap_sentence(open_one)
    assert "about 770 more leads are needed" in gap_sentence(open_one)
    assert "within the tolerance" in gap_sentence(replace(open_one, verdict="pass"))
    assert "habits" in gap_sentence(replace(open_one, few_people=True))
    right = overridden_sentence(said(outcome_world(0, right=0.15), "too_low"))
    assert right.endswith("They turned out better than leads with scores alike, as people said.")
    assert "not enough data" in overridden_sentence(said(found, "too_low"))
    assert account_sentence(replace(found, leads=1, people=1, repeated=2, elsewhere=1)) == (
        "1 lead of this audit was answered about, by 1 person; 2 earlier answers about the same leads do not "
        "count; 1 answer was about leads outside the audit."
    )
