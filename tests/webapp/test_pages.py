from __future__ import annotations

import csv
import dataclasses
import io

import pytest
from flask import render_template

from audit.finding.reading import READINGS
from audit.registry import METRICS
from audit.report.json_form import to_json
from connectors.account import Pulled
from connectors.errors import Busy, Malformed, Refused
from tests.webapp.markup import Page, faults
from tests.webapp.sample_report import sample_report
from tests.webapp.site import PULLED, Site
from webapp.panel_words import spoken
from webapp.panels import BY_STATUS, NO_PERMISSION, NOT_CONNECTED, Panel
from webapp.viewmodels.account import account
from webapp.viewmodels.audit import audit_page, evidence_words
from webapp.viewmodels.groups import compared_words
from webapp.viewmodels.measures import MeasureTable
from webapp.viewmodels.words import metric_label

MANY = tuple(f"group {place:02d}" for place in range(40))


def shown(site: Site, path: str, status: int = 200) -> Page:
    answer = site.client.get(path)
    assert answer.status_code == status
    assert faults(answer.text) == []
    return Page(answer.text)


def test_without_a_connection_the_dashboard_says_how_to_begin(site: Site) -> None:
    page = shown(site, "/")
    assert "No CRM is connected yet" in page.text
    assert {"href": "/start", "class": "button"} in page.having("a")


def test_a_fresh_connection_is_told_what_comes_next(site: Site) -> None:
    row = site.connect()
    page = shown(site, "/")
    assert "Connected, nothing read yet" in page.text
    assert "Look at the policy first" in page.text
    assert f"/connections/{row.id}/policy" in [link["href"] for link in page.having("a")]


def test_a_pull_that_did_not_finish_says_why_and_what_to_do(site: Site) -> None:
    row = site.connect()
    site.services.repository.set_state(row.id, "pull_incomplete", "The daily limit was used up.")
    text = shown(site, "/").text
    assert "Last pull did not finish" in text
    assert "The daily limit was used up." in text
    assert "Press Pull now under Jobs." in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("consent_needed", "Needs sign-in"),
        ("missing_permission", "Missing permission"),
        ("limit_reached", "Limit reached"),
        ("org_gone", "Org gone"),
        ("busy", "Busy"),
        ("disconnected", "Disconnected"),
    ],
)
def test_a_connection_that_cannot_read_says_so(site: Site, state: str, words: str) -> None:
    site.services.repository.set_state(site.connect().id, state)
    assert words in shown(site, "/").text
    assert words in shown(site, "/connections").text


def test_without_a_crm_in_the_settings_the_page_names_them_and_where_it_is_explained(site: Site) -> None:
    text = shown(site, "/connections").text
    assert "FAIRLEAD_SALESFORCE_CLIENT_ID" in text
    assert "FAIRLEAD_HUBSPOT_CLIENT_SECRET" in text
    assert "docs/how-to/hubspot.md" in text


def test_disconnecting_says_what_it_deletes_and_asks_once_more(site: Site) -> None:
    row = site.connect()
    page = shown(site, "/connections")
    (around,) = [
        open_tags
        for tag, attributes, open_tags in page.tags
        if tag == "form" and attributes.get("action") == f"/connections/{row.id}/disconnect"
    ]
    assert "details" in around
    assert "open" not in page.having("details")[-1]
    assert "This deletes the leads that were pulled from Salesforce org 00D000000000001EAA" in page.text
    assert "The audits, the policy, and score and groups stay." in page.text


def test_the_dashboard_accounts_for_every_lead_and_names_the_worst_finding(site: Site) -> None:
    site.audited(site.connect(), "{}", severities={"high": 2, "info": 1}, worst="Small towns lose.")
    page = shown(site, "/")
    assert [
        (figures["aria-label"] or "").replace("\N{NO-BREAK SPACE}", " ") for figures in page.having("dl")
    ] == ["22,613 leads read = 22,598 kept + 13 rejected + 2 excluded."]
    assert "2 high" in page.text
    assert "Small towns lose." in page.text
    assert "12: The score is not a number." in page.text
    assert "2: HasOptedOutOfEmail is ticked, or does not say no." in page.text
    assert "/audits/audit1" in [link["href"] for link in page.having("a")]


def test_leads_that_no_field_excluded_are_told_in_words() -> None:
    excluded = {"opted_out_meanwhile": 2, "erased": 1}
    told = account(Pulled(read=3, kept=0, rejected={}, excluded=excluded, unmapped={})).excluded_because
    assert [one.text for one in told] == ["The lead opted out while the pull ran.", "The lead was erased."]


def test_a_per_cent_sign_stays_with_its_number(site: Site) -> None:
    worst = "Small towns lose (13.5 % against 37.5 %)."
    site.audited(site.connect(), to_json(sample_report()), severities={"high": 1}, worst=worst)
    pages = site.client.get("/").text + site.client.get("/audits/audit1").text
    assert worst.replace(" %", "\N{NO-BREAK SPACE}%") in pages
    assert " %" not in pages


def test_an_audit_without_findings_is_no_empty_space(site: Site) -> None:
    site.audited(site.connect(), "{}")
    assert "No finding" in shown(site, "/").text


@pytest.mark.parametrize("groups", [("urban", "small town", "unknown"), MANY, ("only one",)])
@pytest.mark.parametrize("findings", [True, False])
def test_the_audit_page_is_sound_for_every_report(
    site: Site, groups: tuple[str, ...], *, findings: bool
) -> None:
    page = audit_text(site, groups, findings=findings)
    for group in groups:
        assert group in page.text
    nothing = "No finding" if len(groups) > 1 else "Nothing compared"
    assert (nothing in page.text) is not findings


def test_an_audit_that_compared_nothing_is_not_said_to_have_passed(site: Site) -> None:
    nothing = dataclasses.replace(sample_report(findings=False), disparities=(), findings=())
    site.audited(site.connect(), to_json(nothing))
    text = shown(site, "/audits/audit1").text
    assert "No group was compared" in text
    assert "Nothing compared" in text
    assert "No finding" not in text
    assert "No group was compared" in site.client.get("/audits/audit1/report.html").text


def test_a_stored_audit_opens_and_can_be_taken_away_byte_for_byte(site: Site) -> None:
    text = to_json(sample_report())
    site.audited(site.connect(), text)
    page = shown(site, "/audits/audit1")
    assert "4 findings need your attention" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    answer = site.client.get("/audits/audit1/audit.json")
    assert answer.text == text
    assert answer.headers["Content-Disposition"] == "attachment; filename=audit-audit1.json"


def test_a_stored_audit_that_cannot_be_read_says_so(site: Site) -> None:
    site.audited(site.connect(), "{}")
    assert "run the audit again to make one" in shown(site, "/audits/audit1", 422).text


def test_the_figures_come_as_a_table(site: Site) -> None:
    site.audited(site.connect(), to_json(sample_report()))
    answer = site.client.get("/audits/audit1/metrics.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.content_type == "text/csv; charset=utf-8"
    assert {"region", ""} == {row["attribute"] for row in rows}
    assert [float(row["value"]) for row in rows if row["group"] == "urban" and row["metric"] == "auc"] == [
        0.74
    ]


def test_the_report_comes_as_one_file(site: Site) -> None:
    site.audited(site.connect(), to_json(sample_report()))
    answer = site.client.get("/audits/audit1/report.html")
    assert answer.headers["Content-Disposition"] == "attachment; filename=audit-audit1.html"
    assert "11.3 points less often" in answer.text


def test_names_from_the_crm_are_text_and_never_markup(site: Site) -> None:
    page = audit_text(site, ("<b>urban</b>", "<script>alert(1)</script>", "\N{SNOWMAN} & co"))
    assert "<script>alert(1)</script>" in page.text
    assert page.having("b") == []


def test_the_reference_comes_first_and_then_what_is_outside_tolerance(site: Site) -> None:
    row = audit_row(site)
    table = audit_page(row, sample_report("region", MANY)).tables[0]
    order = [group.verdict for group in (*table.first, *table.rest)]
    assert table.first[0].is_reference
    assert order[1:] == sorted(order[1:], key=["fail", "insufficient", "pass"].index)
    assert table.groups == len(MANY)


def test_a_rate_has_its_interval_as_a_picture_and_in_words(site: Site) -> None:
    row = audit_page(audit_row(site), sample_report()).tables[0].first[1]
    assert row.picture is not None
    assert row.picture.low < row.picture.dot < row.picture.high
    assert row.picture.text.replace("\N{NO-BREAK SPACE}", " ") == "32.7 %, plausible range 30.4 % to 35.0 %"
    assert row.difference is not None
    assert row.difference.value.replace("\N{NO-BREAK SPACE}", " ") == "\N{MINUS SIGN}11.3 points"


def test_a_comparison_without_a_verdict_says_how_many_leads_are_missing_or_why() -> None:
    (open_one,) = [d for d in sample_report().disparities if d.n_needed and d.kind == "ratio"]
    cases = (
        (dataclasses.replace(open_one, n=1_636, n_needed=1_637), False, "a few more leads would be enough"),
        (dataclasses.replace(open_one, n=292, n_needed=1_056), False, "about 770 more leads would be enough"),
        (dataclasses.replace(open_one, n_needed=None), False, "too uncertain to tell"),
        (dataclasses.replace(open_one, n_needed=None), True, "the reference group is too small"),
        (dataclasses.replace(open_one, verdict="pass"), False, ""),
    )
    for disparity, small, words in cases:
        assert compared_words(disparity, small=small).note == words


def test_the_audit_page_says_who_is_selected_and_what_a_finding_gathers(site: Site) -> None:
    report = sample_report()
    crossed = dataclasses.replace(report.disparities[-1], attribute=("region", "age"), verdict="insufficient")
    settings = dataclasses.replace(report.settings, threshold=70)
    page = audit_page(
        audit_row(site),
        dataclasses.replace(report, disparities=(*report.disparities, crossed), settings=settings),
    )
    assert page.rule.startswith("A lead is selected when its score is at least 70. The dot")
    assert page.rule.count("95\N{NO-BREAK SPACE}%") == 1
    assert "One finding gathers all comparisons of one group." in page.compared
    assert "1 of those without enough data are about attributes taken together, such as region and age" in (
        page.compared
    )


def test_what_left_a_lead_out_reads_as_a_sentence() -> None:
    pulled = dataclasses.replace(PULLED, excluded={"DoNotCall": 3, "erased": 1}, rejected={"no_owner": 2})
    told = account(pulled)
    assert [r.text for r in told.excluded_because] == [
        "DoNotCall is ticked, or does not say no.",
        "The lead was erased.",
    ]
    assert [r.text for r in told.rejected_because] == ["The CRM did not give the lead (no owner)."]


def test_a_finding_is_shown_whole_and_word_for_word(site: Site) -> None:
    report = sample_report()
    page = audit_page(audit_row(site), report)
    cards = (*page.findings, *page.notes)
    assert [f"{card.headline}\n{card.rest}" for card in cards] == [f.text for f in reversed(report.findings)]
    assert [card.severity for card in cards] == ["critical", "high", "medium", "low", "info"]


def test_fields_that_tell_nothing_are_folded_into_one_line(site: Site) -> None:
    report = sample_report()
    silent = tuple(
        dataclasses.replace(report.proxies[0], feature=name, low=0.48, p_adjusted=0.4, share=None)
        for name in ("seniority", "industry")
    )
    page = audit_page(audit_row(site), dataclasses.replace(report, proxies=(*report.proxies, *silent)))
    assert {row.feature for row in page.proxies} == {proxy.feature for proxy in report.proxies}
    (line,) = page.silent
    assert line.words.replace("\N{NO-BREAK SPACE}", " ") == "2 fields tell nothing sure about region"
    assert line.fields == "industry, seniority"


def test_evidence_reads_in_words_and_in_the_order_of_questions() -> None:
    facts = (("low", -0.1), ("metric", "mean_score"), ("n", 1200), ("p_adjusted", None), ("auc.ratio", 0.5))
    assert evidence_words(facts) == (
        ("Metric", "Mean score"),
        ("Leads in the group", "1,200"),
        ("Plausible from", "\N{MINUS SIGN}0.1"),
        ("Ranking quality (AUC), ratio", "0.5"),
    )


def test_notes_are_folded_away_only_where_there_is_something_to_act_on(site: Site) -> None:
    report = sample_report()
    quiet = dataclasses.replace(report, findings=report.findings[:1])
    row = audit_row(site)
    with site.app.test_request_context("/audits/audit1"):
        pages = [
            render_template("audit.html", page=audit_page(row, one), label="", connection_id="c1")
            for one in (report, quiet)
        ]
    assert ["1 finding for information" in page for page in pages] == [True, False]
    assert ["Nothing to act on" in page for page in pages] == [False, True]


def test_all_leads_together_are_no_group_of_an_attribute(site: Site) -> None:
    page = audit_page(audit_row(site), sample_report())
    assert [table.title for table in page.tables] == ["region"]
    assert [[name for name, _ in table.rows] for table in page.overall] == [["All leads"]]


# Written with a place or an option behind them: outcome_rate@0-10, score_quantile@50, option_rate@gold.
PARTS = {
    *("option_rate", "level_at_least", "option_conversion"),
    *("outcome_rate", "score_quantile", "tenth_outcome_rate"),
    *("queue_rate", "queue_share", "skew", "minimum_skew"),
}


def test_every_metric_of_the_registry_has_plain_words() -> None:
    labels = [metric_label(metric) for metric in METRICS if metric not in PARTS]
    assert len(set(labels)) == len(labels)
    assert [label for label in labels if "_" in label] == []
    assert metric_label("score_quantile@50") == "Score, median"
    assert "_" not in "".join(metric_label(f"{part}@gold") for part in PARTS if "option" in part)
    assert set(METRICS) - PARTS <= READINGS.keys()


def _measures(site: Site) -> tuple[MeasureTable, ...]:
    return audit_page(audit_row(site), sample_report()).measures[0]


def test_an_undefined_metric_shows_its_reason_and_never_a_number(site: Site) -> None:
    tables = {table.caption.partition(" by region")[0]: table for table in _measures(site)}
    assert tables["Conversion rate within each band of the score"].metrics == ("Score 0-10",)
    measures = tables["Right and wrong decisions"]
    cells = dict(measures.rows)["unknown"]
    column = measures.metrics.index("Converting leads selected")
    assert cells[column].value == "no value"
    assert measures.reasons[(cells[column].note or 0) - 1] == "no worked lead in this group has an outcome"


@pytest.mark.parametrize("panel", [*BY_STATUS.values(), NOT_CONNECTED, NO_PERMISSION], ids=lambda p: p.state)
def test_the_panel_stands_alone(site: Site, panel: Panel) -> None:
    with site.app.test_request_context("/"):
        text = render_template("panel.html", panel=panel, words=spoken(panel))
    page = Page(text)
    assert faults(text) == []
    assert [panel.title in page.text, panel.sentence in page.text, panel.next_step in page.text] == [True] * 3
    assert page.having("script") == page.having("form") == page.having("a") == []
    assert page.having("html") == [{"lang": "en", "class": "light"}]


def test_salesforce_without_a_signed_request_gets_an_explanation(site: Site) -> None:
    with site.app.test_request_context("/"):
        text = render_template("canvas_explanation.html")
    assert faults(text) == []
    assert "Admin approved users are pre-authorized" in text


def test_a_page_that_is_not_there(site: Site) -> None:
    assert "There is no such page" in shown(site, "/nowhere", 404).text
    assert "There is no such page" in shown(site, "/audits/nothing", 404).text
    assert "There is no such page" in shown(site, "/connections/nothing/policy", 404).text


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Busy("HubSpot is at its daily limit.", retry_after=4000), 503, "Try again in about 67 minutes."),
        (
            Refused("Salesforce took back our access; connect again.", code="invalid_grant"),
            502,
            "The CRM said no",
        ),
        (Malformed("A record has no id.", reason="no_id"), 502, "cannot use"),
        (RuntimeError("secret detail"), 500, "Something broke on our side"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_trouble_is_told_in_plain_words(site: Site, error: Exception, status: int, words: str) -> None:
    def fail() -> str:
        raise error

    site.app.view_functions["dashboard.index"] = fail
    page = shown(site, "/", status)
    assert words in page.text
    assert (str(error) in page.text) is (status != 500)


def audit_row(site: Site):
    site.audited(site.connect(), "{}")
    return site.services.repository.audit("audit1")


def audit_text(site: Site, groups: tuple[str, ...], *, findings: bool = True) -> Page:
    page = audit_page(audit_row(site), sample_report("region", groups, findings=findings))
    with site.app.test_request_context("/audits/audit1"):
        text = render_template("audit.html", page=page, label="Salesforce org 1", connection_id="c1")
    assert faults(text) == []
    return Page(text)
