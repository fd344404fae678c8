from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from audit.intake import Intake
from audit.rows.flag import REASONS, flags
from audit.rows.proxy import Proxy
from audit.run import AuditRequest, audit
from audit.schema import Attribute, Stream

REGION = Attribute(name="region", column="region", reference="city")
SPECIAL = Attribute(name="region", column="region", reference="city", special_category=True)
STREAM = Stream(
    name="s", attributes=(REGION,), score="score", threshold=60, outcome="won", score_range=(0.0, 100.0)
)


def words(values) -> pa.Array:
    return pa.array([str(value) for value in values]).dictionary_encode()


def leads(gap: float = 12.0, n: int = 4_000, town_wins: float = 0.3, hamlets: int = 8) -> pa.Table:
    """Town leads score ``gap`` points lower; a few leads live in hamlets, too few to judge."""
    random = np.random.default_rng(5)
    region = random.choice(["city", "town"], n, p=[0.6, 0.4]).astype(object)
    region[:hamlets] = "hamlet"
    score = np.clip(60 - gap * (region == "town") + random.normal(size=n) * 12, 0, 100)
    won = random.random(n) < np.where(region == "town", town_wins, 0.3)
    return pa.table(
        {
            "key": pa.array([f"k{i}" for i in range(n)]),
            "score": pa.array(score),
            "selected": pa.array(score >= 60),
            "outcome": pa.array(won),
            "attribute:region": words(region),
        }
    )


def flagged(table: pa.Table, stream: Stream = STREAM):
    intake = Intake(table=table, rows=table.num_rows, rejected=(), excluded=(), score_range=(0.0, 100.0))
    found = flags(table, stream, audit(intake, stream, AuditRequest(seed=1)))
    return found, np.asarray([one.status for one in found])


def columns(table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(table["attribute:region"].to_pylist()), np.asarray(table["score"])


def test_leads_below_the_cut_off_within_the_gap_are_for_review():
    table = leads()
    _, status = flagged(table)
    region, score = columns(table)
    gap = score[region == "city"].mean() - score[region == "town"].mean()
    near = (region == "town") & (score < 60) & (score >= 60 - gap)
    assert near.sum() > 300
    assert (status == "review").tolist() == near.tolist()


def test_groups_that_are_too_small_are_told_apart_from_groups_that_are_fine():
    _, status = flagged(leads())
    assert set(status[:8]) == {"insufficient_data"}
    assert set(status[8:]) == {"ok", "review"}


def test_the_flags_of_a_special_category_are_the_same_for_every_group():
    table = leads()
    _, status = flagged(table, replace(STREAM, attributes=(SPECIAL,)))
    region, score = columns(table)
    gap = score[region == "city"].mean() - score[region == "town"].mean()
    assert (status == "review").tolist() == ((score < 60) & (score >= 60 - gap)).tolist()
    assert set(status) == {"ok", "review"}
    assert {"city", "town", "hamlet"} == set(region[status == "review"]) | {"hamlet"}


def test_a_special_category_that_nobody_could_judge_says_so_of_every_lead():
    few = leads(n=40, hamlets=0)
    _, status = flagged(few, replace(STREAM, attributes=(SPECIAL,)))
    assert set(status) == {"insufficient_data"}


def test_a_special_category_does_not_hide_the_flags_of_another_attribute():
    table = leads().append_column("attribute:gender", words(np.arange(4_000) % 2))
    gender = Attribute(name="gender", column="gender", special_category=True)
    plain, both = (
        flagged(table, replace(STREAM, attributes=chosen))[1] for chosen in ((REGION,), (REGION, gender))
    )
    assert ((plain == "review") <= (both == "review")).all()


def test_without_a_gap_nobody_is_for_review():
    _, status = flagged(leads(gap=0.0))
    assert "review" not in set(status)


def test_a_gap_that_the_outcomes_explain_is_not_for_review():
    table = leads(town_wins=0.01)
    region, score = columns(table)
    won = np.where(region == "town", (score > 60) & (np.arange(4_000) % 15 == 0), score > 60)
    explained = table.set_column(3, "outcome", pa.array(won))
    _, status = flagged(explained)
    assert "review" not in set(status)


def test_a_small_gap_still_gets_five_per_cent_of_the_range():
    table = leads(gap=0.0)
    region, score = columns(table)
    town = region == "town"
    lowered = np.where(town & (score >= 60) & (score < 63), score - 3.5, score)
    table = table.set_column(1, "score", pa.array(lowered))
    table = table.set_column(2, "selected", pa.array(lowered >= 60))
    _, status = flagged(table)
    assert (status == "review").tolist() == (town & (lowered < 60) & (lowered >= 55)).tolist()


def test_where_lower_is_better_the_margin_lies_above_the_threshold():
    table = leads()
    _, score = columns(table)
    turned = table.set_column(1, "score", pa.array(100 - score))
    stream = replace(STREAM, higher_is_better=False, threshold=40)
    assert flagged(turned, stream)[1].tolist() == flagged(table)[1].tolist()


def test_a_decision_without_a_score_reviews_every_lead_left_out():
    table = leads().drop_columns(["score"])
    stream = replace(STREAM, score=None, threshold=None, decision="chosen")
    _, status = flagged(table, stream)
    region = np.asarray(table["attribute:region"].to_pylist())
    left_out = (region == "town") & ~np.asarray(table["selected"])
    assert (status == "review").tolist() == left_out.tolist()


def test_a_score_without_a_threshold_reviews_the_whole_group():
    table = leads().drop_columns(["selected"])
    _, status = flagged(table, replace(STREAM, threshold=None))
    region = np.asarray(table["attribute:region"].to_pylist())
    assert (status == "review").tolist() == (region == "town").tolist()


def test_the_reason_says_nothing_about_the_person():
    found, _ = flagged(leads())
    assert {one.reason for one in found} == {REASONS[one.status] for one in found}
    assert len({one.reason for one in found}) == 3
    for reason in REASONS.values():
        assert not any(
            word in reason.lower() for word in ("region", "town", "city", "group", "segment", "people")
        )


def test_flags_are_in_the_order_of_the_table():
    found, _ = flagged(leads())
    assert [one.key for one in found] == [f"k{i}" for i in range(4_000)]


def test_a_stream_without_outcomes_still_flags():
    table = leads().drop_columns(["outcome"])
    _, status = flagged(table, replace(STREAM, outcome=None))
    assert "review" in set(status)


def test_a_lead_whose_decision_is_not_known_is_neither_dropped_nor_put_ahead():
    """Its score is neither too low to be selected nor too high to be left out."""
    table = leads(gap=-12.0)
    chosen = np.asarray(table["selected"])
    unknown = np.arange(4_000) % 4 == 0
    told = pa.array(np.where(unknown, False, chosen), mask=unknown)
    stream = replace(STREAM, threshold=None, decision="chosen")
    _, with_unknown = flagged(table.set_column(2, "selected", told), stream)
    assert "review" not in set(with_unknown[unknown])
    _, status = flagged(table.filter(pa.array(~unknown)), stream)
    assert with_unknown[~unknown].tolist() == status.tolist()


def carried(stream: Stream, *fields: str, names=None):
    """Flags as though fields carried the gap, the first one most."""
    table = leads().append_column("attribute:gender", words(np.arange(4_000) % 2))
    intake = Intake(table=table, rows=table.num_rows, rejected=(), excluded=(), score_range=(0.0, 100.0))
    proxies = tuple(
        Proxy(
            feature=name,
            attribute="region",
            auc=0.9,
            low=0.85,
            high=0.95,
            p_adjusted=0.001,
            share=0.6,
            share_low=0.4,
            share_high=0.8,
            rank=rank,
        )
        for rank, name in enumerate(fields, start=1)
    )
    report = replace(audit(intake, stream, AuditRequest(seed=1)), proxies=proxies)
    return flags(table, stream, report, names or {})


def test_the_fields_behind_a_special_category_are_not_said():
    """Else "check salutation" would tell what the finding is about."""
    found = carried(replace(STREAM, attributes=(SPECIAL,)), "salutation")
    assert "review" in {one.status for one in found}
    assert {one.fields for one in found} == {()}
    assert not any("salutation" in f"{one.advice} {one.explanation} {one.reason}" for one in found)


def test_a_special_category_is_never_named_as_the_field_behind_another_attribute():
    gender = Attribute(name="gender", column="sex", special_category=True)
    found = carried(replace(STREAM, attributes=(REGION, gender)), "sex", "zip3")
    assert {one.fields for one in found if one.status == "review"} == {("zip3",)}


def test_a_field_is_called_what_the_crm_calls_it():
    """A rep knows "Zip/Postal Code"; a column that the CRM has no name for keeps its own."""
    found = carried(STREAM, "zip3", "zip5", "source", names={"zip3": "Zip Code", "zip5": "Zip Code"})
    told = [one for one in found if one.status == "review"]
    assert {one.fields for one in told} == {("Zip Code", "source")}
    assert all("Check Zip Code and source and" in one.advice for one in told)
    assert [one.status for one in found] == [one.status for one in carried(STREAM, "zip3", "zip5", "source")]
