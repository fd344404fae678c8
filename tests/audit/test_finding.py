from __future__ import annotations

import re
from dataclasses import replace

import pytest

from audit.disparity import Disparity
from audit.finding import SEVERITIES, evidence, identity
from audit.finding.conclude import findings, standing_out
from audit.finding.facts import Facts
from audit.finding.reading import READINGS
from audit.finding.words import amount, count, listed, named, percent, points
from audit.rows.proxy import GapPair, Proxy
from tests.audit.gaps import RATES, STREAM, concluded, converting, disparity


def test_the_headline_says_who_how_much_and_how_sure():
    (found,) = concluded(disparity())
    assert found.text == (
        "Leads with region 'small town' are selected 18 points less often than 'city' leads "
        "(12.1 % against 30.4 %).\n"
        "The 95 % interval of the gap is 16.0 to 20.1 points; 4,312 leads of the group were counted."
    )
    assert (found.verdict, found.metric, found.severity) == ("fail", "selection_rate", "high")


def test_a_ratio_leads_where_only_the_ratio_fails():
    passing = disparity(value=-0.02, low=-0.03, high=-0.01, verdict="pass")
    ratio = disparity(kind="ratio", value=0.5, low=0.4, high=0.6)
    (found,) = concluded(passing, ratio)
    assert "are selected 0.50 times as often as 'city' leads" in found.text
    assert "0.40 to 0.60" in found.text


def test_a_mean_score_is_told_in_points_of_the_score():
    (found,) = concluded(disparity("mean_score", -9.4, -10.2, -8.6), estimates=())
    assert "have a mean score 9.4 points lower than 'city' leads" in found.text.replace("9.40", "9.4")
    assert dict(found.evidence)["tolerances"] == pytest.approx(1.72)


@pytest.mark.parametrize(
    ("town", "city", "severity", "words"),
    [
        (
            0.089,
            0.085,
            "critical",
            "although they convert about as often or more often (8.9 % against 8.5 %)",
        ),
        (0.110, 0.085, "critical", "although they convert more often (11.0 % against 8.5 %)"),
        (0.030, 0.085, "medium", "They also convert less often"),
    ],
)
def test_the_outcome_decides_how_serious_a_gap_is(town, city, severity, words):
    (found,) = concluded(disparity(), estimates=(*RATES, *converting(town, city)))
    assert found.severity == severity
    assert words in found.text


@pytest.mark.parametrize(
    ("gap", "behind"),
    [
        (disparity(), "is selected less often"),
        (disparity(value=0.183, low=0.16, high=0.201), "is selected less often"),
        (disparity("mean_score", -9.4, -10.2, -8.6), "has the worse mean score"),
        (disparity("contact_rate"), "is contacted less often"),
    ],
)
def test_a_conversion_that_does_not_explain_the_gap_is_told_of_the_group_that_is_behind(gap, behind):
    town, city = (0.085, 0.11) if (gap.value or 0) > 0 else (0.11, 0.085)
    (found,) = concluded(gap, estimates=converting(town, city))
    words = f"The group that {behind} converts more often, so conversion does not explain the gap."
    assert found.rest.startswith(words)


def test_an_outcome_that_is_too_uncertain_changes_nothing():
    (found,) = concluded(disparity(), estimates=(*RATES, *converting(0.08, 0.085, half=0.06)))
    assert found.severity == "high"
    assert "cannot be told yet" in found.text


def test_a_gap_among_converting_leads_is_told_and_keeps_the_severity():
    among = disparity("true_positive_rate", -0.12, -0.15, -0.09)
    (found,) = concluded(disparity(), among, estimates=(*RATES, *converting(0.03, 0.085)))
    assert found.severity == "high"
    assert (
        "Among leads that converted, 'small town' leads are selected 12 points less often than 'city' leads."
        in found.text
    )


def test_a_favoured_group_is_read_from_its_other_side():
    favoured = disparity(value=0.183, low=0.16, high=0.201)
    (found,) = concluded(favoured, estimates=converting(0.08, 0.085))
    assert "are selected 18 points more often" in found.text
    assert "although 'city' leads convert about as often or more often (8.5 % against 8.0 %)" in found.text
    assert dict(found.evidence)["worse_off"] == "city"


def test_a_special_category_is_one_step_more_serious_and_marked():
    aged = disparity(attribute=("age",), group=("65+",), reference=("35-50",), low=-0.09, high=-0.06)
    (found,) = concluded(aged, estimates=())
    assert (found.severity, found.special_category) == ("high", True)


def test_where_lower_scores_are_better_a_higher_mean_puts_a_group_behind():
    stream = replace(STREAM, higher_is_better=False)
    higher = disparity("mean_score", 9.4, 8.6, 10.2)
    (found,) = findings(Facts(stream=stream, estimates=(), disparities=(higher,), width=100.0))
    assert dict(found.evidence)["worse_off"] == "small town"


def test_all_failing_metrics_of_a_group_are_one_finding():
    metrics = ("selection_rate", "true_positive_rate", "precision", "auc", "outcome_rate@10-20")
    found = concluded(*(disparity(metric) for metric in metrics))
    assert [one.metric for one in found] == ["selection_rate"]
    assert dict(found[0].evidence)["precision.difference"] == -0.183
    assert (
        "\N{LEFT DOUBLE QUOTATION MARK}Selected leads that convert\N{RIGHT DOUBLE QUOTATION MARK}"
        in found[0].text
    )


def test_error_rates_alone_are_less_serious():
    (found,) = concluded(disparity("precision", 0.07, 0.06, 0.08))
    assert found.severity == "low"


def test_conversion_rates_and_mirror_images_make_no_findings():
    assert concluded(disparity("base_rate"), disparity("false_negative_rate")) == ()


def crossing(value: float, low: float, high: float) -> Disparity:
    pair = {"attribute": ("region", "age"), "group": ("small town", "65+"), "reference": ("city", "35-50")}
    return disparity(value=value, low=low, high=high, **pair)


AGED = disparity(attribute=("age",), group=("65+",), reference=("35-50",), value=-0.08, low=-0.1, high=-0.06)


def test_a_crossing_that_its_parts_explain_makes_no_finding():
    facts = (disparity(), AGED, crossing(-0.27, -0.3, -0.24))
    assert all(len(one.attribute) == 1 for one in concluded(*facts))


def test_a_crossing_beyond_its_parts_makes_one():
    beyond = crossing(-0.42, -0.46, -0.38)
    found = [one for one in concluded(disparity(), AGED, beyond) if len(one.attribute) == 2]
    assert [one.group for one in found] == [("small town", "65+")]
    assert "Leads with region 'small town' and age '65+' are selected 42 points less often" in found[0].text
    facts = Facts(stream=STREAM, estimates=(), disparities=(disparity(), AGED, beyond))
    assert standing_out(facts) == (beyond,)


def proxy(**changes) -> Proxy:
    made = Proxy(
        feature="zip3",
        attribute="region",
        auc=0.93,
        low=0.92,
        high=0.94,
        p_adjusted=1e-9,
        share=0.72,
        share_low=0.65,
        share_high=0.79,
        rank=1,
    )
    return replace(made, **changes)


PAIR = GapPair(attribute="region", group="small town", reference="city", value=-9.0)


def test_the_feature_that_carries_the_gap_is_named():
    (found,) = concluded(disparity(), proxies=(proxy(),), gap_pairs=(PAIR,))
    assert "The field 'zip3' is associated with region" in found.text
    assert "carries 72 % (65 % to 79 %) of the score gap" in found.text
    assert dict(found.evidence)["proxy"] == "zip3"


@pytest.mark.parametrize(
    "changes", [{"share_low": -0.1}, {"p_adjusted": 0.4}, {"share": 0.05}, {"share": None}]
)
def test_a_feature_that_may_carry_nothing_is_not_named(changes):
    (found,) = concluded(disparity(), proxies=(proxy(**changes),), gap_pairs=(PAIR,))
    assert "zip3" not in found.text


def test_the_worst_comes_first_and_ids_do_not_move():
    other = disparity(group=("village",), value=-0.06, low=-0.07, high=-0.052)
    found = concluded(other, disparity(), disparity(group=("x",), verdict="insufficient"))
    ranks = [SEVERITIES.index(one.severity) for one in found]
    assert ranks == sorted(ranks, reverse=True)
    assert found[0].group == ("small town",)
    assert found == concluded(disparity(group=("x",), verdict="insufficient"), disparity(), other)
    assert found[0].id == identity(("region",), ("small town",), "selection_rate")
    assert len({one.id for one in found}) == 3


def test_no_sentence_claims_a_cause_or_the_law():
    texts = []
    for metric in READINGS:
        for kind, value, low, high in (("difference", -0.2, -0.3, -0.1), ("ratio", 1.6, 1.4, 1.8)):
            texts += [one.text for one in concluded(disparity(metric, value, low, high, kind=kind))]
    joined = " ".join(texts).lower()
    assert len(texts) >= 20
    assert not re.search(r"caus|because|discriminat|illegal|unlawful|violat|due to|nan|none", joined)


def test_numbers_in_words():
    assert (percent(0.1234), points(-0.183), points(0.0321)) == ("12.3 %", "18 points", "3.2 points")
    assert (amount(41.23), amount(0.4123), count(1), count(4312)) == (
        "41.2",
        "0.412",
        "1 lead",
        "4,312 leads",
    )
    assert (listed(("a", "b", "c")), listed(("a",)), listed(())) == ("a, b and c", "a", "")
    assert named(("region",), ("a {b}",)) == "leads with region 'a {b}'"


def test_evidence_is_the_same_in_any_order():
    assert evidence(b=1, a=2) == evidence(a=2, b=1) == (("a", 2), ("b", 1))
