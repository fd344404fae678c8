"""The headline: one sentence on the first line of the text, whatever the names hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.finding.words import LONGEST_NAME, named, plain, quoted
from audit.report import read_json, to_json
from audit.rows.proxy import GapPair, Proxy
from tests.audit.gaps import RATES, concluded, converting, disparity
from tests.webapp.sample_report import sample_report

NAMES = st.text(min_size=1, max_size=120) | st.sampled_from(
    ["St. Gallen (CH). Old town", "O'Brien", "a\nb", "x\r\n\u2028y", "100 % sure", "{group}", '"<b>"', "a. B"]
)


@given(group=NAMES, reference=NAMES, feature=NAMES)
def test_any_name_leaves_one_headline_and_the_rest(group, reference, feature):
    proxy = Proxy(
        feature=feature,
        attribute="region",
        auc=0.9,
        low=0.88,
        high=0.92,
        p_adjusted=1e-9,
        share=0.7,
        share_low=0.6,
        share_high=0.8,
        rank=1,
    )
    pair = GapPair(attribute="region", group=group, reference=reference, value=-9.0)
    made = disparity(group=(group,), reference=(reference,))
    (found,) = concluded(made, proxies=(proxy,), gap_pairs=(pair,))
    assert found.text.split("\n") == [found.headline, found.rest]
    assert found.headline.startswith("Leads with region ")
    assert quoted(group) in found.headline
    assert found.headline.endswith(f" than {quoted(reference)} leads.")
    assert found.rest.startswith("The 95 % interval")
    assert f"The field {quoted(feature)} is associated with region" in found.rest


@given(group=NAMES)
def test_what_was_not_judged_has_a_headline_too(group):
    (found,) = concluded(disparity(group=(group,), verdict="insufficient", n_needed=9_000))
    assert found.text.split("\n") == [found.headline, found.rest]
    assert found.headline.endswith("against 'city' leads.")


@given(NAMES)
def test_a_name_is_shown_on_one_line_and_not_without_end(name):
    assert len(plain(name)) <= LONGEST_NAME
    assert len(plain(name).splitlines()) <= 1
    assert plain(plain(name)) == plain(name)


def test_a_name_with_a_quote_or_a_turning_mark_cannot_break_out():
    assert quoted("O'Brien") == "\N{LEFT DOUBLE QUOTATION MARK}O'Brien\N{RIGHT DOUBLE QUOTATION MARK}"
    assert quoted("a\u202eb\nc") == "'a b c'"
    assert named(("region",), ("a {b}",)) == "leads with region 'a {b}'"


def test_the_headline_holds_the_gap_and_that_the_group_converts_as_often():
    (found,) = concluded(disparity(), estimates=(*RATES, *converting(0.089, 0.085)))
    assert found.headline == (
        "Leads with region 'small town' are selected 18 points less often than 'city' leads (12.1 % against"
        " 30.4 %), although they convert about as often or more often (8.9 % against 8.5 %)."
    )


@pytest.mark.parametrize(("town", "city"), [(0.03, 0.085), (0.080, 0.085)])
def test_the_headline_is_silent_where_the_group_does_not_surely_convert_as_often(town, city):
    half = 0.005 if town < 0.05 else 0.06
    (found,) = concluded(disparity(), estimates=(*RATES, *converting(town, city, half=half)))
    assert "although" not in found.text
    assert "convert" in found.rest


def test_among_leads_that_converted_the_conversion_of_all_comes_later():
    among = disparity("true_positive_rate", -0.12, -0.15, -0.09)
    (found,) = concluded(among, estimates=(*RATES, *converting(0.11, 0.085)))
    assert "although" not in found.headline
    assert found.rest.startswith(
        "Of all leads, they convert more often (11.0 % against 8.5 %), so conversion "
    )


def test_a_report_that_was_written_and_read_keeps_its_headlines():
    report = sample_report()
    assert [one.headline for one in read_json(to_json(report)).findings] == [
        one.headline for one in report.findings
    ]
