"""Packs and model card: what each says of a rule, and that it says nothing which the report does not hold."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from audit.estimate import Estimate
from audit.finding.words import nobreak
from audit.metrics import GroupEstimate
from audit.regulation import Regulation
from audit.report import read_json, to_html, to_json
from audit.report.card import card_html, card_markdown, model_card
from audit.report.model import Report
from audit.report.packs import NO_ADVICE, PACKS, pack_html, pack_json, pack_markdown
from audit.report.packs.model import Pack
from audit.report.paper import to_html as paper_html
from audit.report.plain import paper as plain_paper
from audit.report.plain import summary
from audit.report.views.view import sections
from audit.rows.examine import Examination
from tests.audit.papered import EVIL, papered
from tests.audit.test_regulation import decided, tables
from tests.webapp.sample_report import sample_report

CITED = {
    "ll144": ("20-871", "5-301(b)", "5-301(c)", "5-301(d)", "5-302", "5-303", "5-304"),
    "ugesp": ("1607.4(A)", "1607.4(B)", "1607.4(C)", "1607.4(D)", "1607.15(A)", "1607.3(B)"),
    "gdpr": ("Article 15(1)(h)", "Article 22(1)", "Article 22(4)", "Article 30(1)", "C-203/22", "C-634/21"),
    "eu-ai-act": ("10(2)(f)", "10(2)(g)", "10(5)", "12(1)", "13(3)(b)(ii)", "13(3)(b)(v)", "26(6)"),
    "ccpa-admt": ("7150(b)", "7152(a)(5)", "7152(a)(6)", "7220", "7221", "7222"),
}
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


class Tags(HTMLParser):
    """The tags of a page, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = list[str]()

    def handle_starttag(self, tag, attrs):
        del attrs
        self.seen.append(tag)


def bare() -> Report:
    """A report that found out nothing at all."""
    made = papered()
    lists = ("estimates", "disparities", "proxies", "subgroups", "warnings", "findings")
    empty = dict.fromkeys(lists, ())
    return replace(
        made, **empty, regulation=Regulation(), examined=Examination(), settings=type(made.settings)()
    )


@pytest.fixture(scope="module")
def report() -> Report:
    return papered()


@pytest.fixture(params=PACKS)
def pack(request, report) -> Pack:
    return PACKS[request.param](report)


def test_a_pack_cites_what_it_answers_and_names_who_must_supply_the_rest(pack):
    articles = " ".join(one.article for one in pack.provisions)
    assert not [cited for cited in CITED[pack.id] if cited not in articles]
    assert pack.sources
    assert {"partly", "missing"} <= {one.standing for one in pack.provisions}
    assert all(need.what and need.who for one in pack.provisions for need in one.needs)
    assert all(one.evidence or one.needs for one in pack.provisions)


def test_no_pack_claims_anything_of_a_report_that_holds_nothing():
    for name, make in PACKS.items():
        for one in make(bare()).provisions:
            # What stays: the account of the rows, and the seed.
            left = [text for text in one.evidence if not re.search("were read|seed 7", text)]
            assert left == [], (name, one.article)


def test_every_number_in_the_evidence_stands_in_the_report(report, pack):
    shown = known_numbers(report)
    for one in pack.provisions:
        for number in NUMBER.findall(" ".join(one.evidence)):
            assert number.replace(",", "") in shown, (number, one.article)


def known_numbers(report: Report) -> set[str]:
    """The numbers of audit.json as sentences write them, and counts of what is listed there."""
    text = to_json(report)
    found = {match.replace(",", "") for match in NUMBER.findall(text)}
    floats = [float(one) for one in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", text)]
    for value in floats:
        found |= {f"{abs(value):.{d}f}" for d in range(4)} | {f"{abs(value) * 100:.{d}f}" for d in range(3)}
    tables = (*report.regulation.ll144, *report.regulation.four_fifths)
    counts = [report.disparities, report.findings, report.warnings, report.proxies, tables]
    return found | {str(n) for part in counts for n in range(len(part) + 1)} | {"2", "95", "3"}


def test_a_pack_is_made_from_audit_json_alone(report, pack):
    again = read_json(to_json(report))
    assert pack_json(PACKS[pack.id](again)) == pack_json(pack)


def test_names_from_the_data_mean_nothing_in_any_form(report):
    card = model_card(report)
    pages = [pack_html(make(report)) for make in PACKS.values()] + [card_html(card)]
    texts = [pack_markdown(make(report)) for make in PACKS.values()] + [card_markdown(card)]
    assert any("town" in page for page in pages)
    for page in pages:
        tags = Tags()
        tags.feed(page)
        assert not {"b", "script", "link", "img"} & set(tags.seen)
        assert NO_ADVICE in page or "not legal advice" in page
    for text in texts:
        drawn = MarkdownIt().enable("table").render(text)
        assert "<b>" not in drawn
        assert "<h1>town" not in drawn
        assert "<em>x</em>" not in drawn
        assert "not legal advice" in text


def test_the_forms_of_a_pack_say_the_same(pack):
    record = json.loads(pack_json(pack))
    assert record["schema"] == "fairlead.pack/1"
    assert record["notice"] == NO_ADVICE
    page, text = pack_html(pack), pack_markdown(pack)
    for one, told in zip(pack.provisions, record["provisions"], strict=True):
        assert told["standing"] == one.standing
        assert one.article in page
        assert nobreak(str(escape(one.asks))) in page
        assert one.article in text.replace("\\", "")


def test_the_rule_of_new_york_has_its_rates_ratios_unknowns_and_what_was_left_out(report):
    pack = PACKS["ll144"](report)
    told = {one.article: one for one in pack.provisions}
    rates = told["6 RCNY 5-301(b)(1) and (2)"]
    assert rates.standing == "shown"
    assert "Lowest impact ratio by g: 0.76 (b)." in rates.evidence
    assert told["6 RCNY 5-301(c)(1) to (3)"].standing == "missing"
    assert told["6 RCNY 5-301(d)"].evidence[0].startswith("1 row with under 2 % of the leads")
    assert pack.tables[0].rows[0][0] == "a"


def test_the_four_fifths_record_names_the_groups_of_each_kind(report):
    told = {one.article: one.evidence for one in PACKS["ugesp"](report).provisions}
    assert told["29 CFR 1607.4(D), first sentence"] == ("Below four fifths: g b.",)
    assert told["29 CFR 1607.15(A)(2)"] == (
        "3 groups compared, 1 of them under 2 % of the leads and marked so.",
    )


def test_a_tool_that_scores_is_told_by_the_median_of_all(report):
    (table,) = report.regulation.ll144[:1]
    whole = Estimate(value=48.25, low=47.0, high=49.5, n=170)
    scored = replace(
        report,
        regulation=replace(report.regulation, ll144=(replace(table, metric="scoring_rate"),)),
        estimates=(
            *report.estimates,
            GroupEstimate(attribute=(), group=(), metric="score_quantile@50", estimate=whole),
        ),
    )
    told = {one.article: one for one in PACKS["ll144"](scored).provisions}["6 RCNY 5-301(c)(1) to (3)"]
    assert told.evidence[1] == "Median score of all leads with a score: 48.2."


def test_one_group_alone_is_compared_with_nobody(report):
    alone = replace(report, regulation=tables(decided(a=(54, 92))))
    told = {one.article: one for one in PACKS["ugesp"](alone).provisions}
    for article in ("29 CFR 1607.4(D), first sentence", "29 CFR 1607.4(D), second sentence"):
        assert told[article].standing == "missing"
        assert "at least two groups" in told[article].needs[0].what
    assert told["29 CFR 1607.15(A)(2)"].evidence == ()


def test_the_front_matter_of_the_card_is_read_as_data(report):
    text = card_markdown(model_card(report))
    _, front, body = text.split("---\n", 2)
    told = {
        name: json.loads(value) for name, _, value in (line.partition(": ") for line in front.splitlines())
    }
    assert told["model_name"] == "lead-score"
    assert told["leads"] == 22_598
    assert told["special_categories"] == ["region"]
    assert told["metrics"][0] == {"name": "base_rate", "value": 0.12, "low": 0.11, "high": 0.13, "n": 22_598}
    assert "# Model card of the score 'lead-score'" in body
    assert "34.0 % (31.6 to 36.4 %)" in body
    assert EVIL not in body


def test_every_page_stays_light_however_much_there_is(report):
    many = tuple(f"group {place} of a town with a rather long name" for place in range(700))
    large = sample_report("region", many)
    attributes = [
        replace(one, attribute=(f"attribute {n}",)) for n in range(40) for one in large.estimates[2:450]
    ]
    large = replace(
        large,
        estimates=(*large.estimates, *attributes),
        findings=large.findings * 400,
        warnings=large.warnings * 400,
        regulation=replace(report.regulation, ll144=report.regulation.ll144 * 50),
    )
    pages = [pack_html(make(large)) for make in PACKS.values()]
    pages += [card_html(model_card(large)), paper_html(plain_paper(summary(large), large))]
    # Charts of at most twelve attributes, of 60 kB each at most, come on top.
    pages.append(to_html(large, {one.attribute: (Markup(),) * 4 for one in sections(large)}))
    assert max(len(page.encode()) for page in pages) < 2_800_000
    # On one page: what a person reads in a minute.
    assert len(summary(large).sentences) < 25
