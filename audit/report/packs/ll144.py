"""New York City's Local Law 144 of 2021: the summary of a bias audit, section by section.

Sources: NYC Administrative Code, sections 20-870 to 20-874; 6 RCNY sections 5-300 to 5-304.
"""

from __future__ import annotations

from audit.finding.words import count, listed, plain
from audit.regulation import ImpactTable
from audit.report.model import Report
from audit.report.packs.model import COMPANY, COUNSEL, INDEPENDENT, Need, Pack, Provision, need
from audit.report.packs.tables import tables_of
from audit.report.packs.told import data_told, groups_told, origin, overall
from audit.report.views.regulation_view import LL144_APPLIES, ll144_regime
from audit.report.views.view import cell

SEX_AND_RACE = (
    "Sex categories and race or ethnicity categories as the EEO-1 form has them, as people stated them; "
    "inferred or imputed ones are not accepted"
)


def ll144(report: Report) -> Pack:
    """The pack for Local Law 144."""
    return Pack(
        id="ll144",
        title="New York City Local Law 144: summary of a bias audit",
        rule="NYC Administrative Code, sections 20-870 to 20-874, with 6 RCNY sections 5-300 to 5-304",
        sources=(
            "NYC Administrative Code, title 20, chapter 5, subchapter 25",
            "6 RCNY sections 5-300 to 5-304",
        ),
        applies=LL144_APPLIES,
        as_of="2026-11",
        provisions=(*_audit(report), *_published(report)),
        tables=tables_of(ll144_regime(report)),
        stamp=origin(report),
    )


def _audit(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Section 20-871(a)(1), 6 RCNY 5-300 and 5-301(a)",
            asks="A bias audit by an independent auditor, no more than a year before the tool is used.",
            needs=(
                Need(what="Who audited, and that the auditor is independent", who=INDEPENDENT),
                Need(
                    what="The date of the audit; a report holds no date, so that it can be repeated",
                    who=COMPANY,
                ),
            ),
        ),
        _rates(report, "selection_rate", "6 RCNY 5-301(b)(1) and (2)", "selects"),
        _rates(report, "scoring_rate", "6 RCNY 5-301(c)(1) to (3)", "scores"),
        _categories(report),
        _options(report),
        _unknown(report),
        _small(report),
        Provision(
            article="6 RCNY 5-302",
            asks="Historical data of the tool, or test data with the reason and how it was made.",
            evidence=data_told(report),
            needs=need("Whether the data is historical, whose it is, and how it was collected", COMPANY),
        ),
    )


def _rates(report: Report, metric: str, article: str, does: str) -> Provision:
    found = [one for one in report.regulation.ll144 if one.metric == metric]
    what = {"selects": "the selection rate", "scores": "the scoring rate"}[does]
    first = "the median score of all, " if metric == "scoring_rate" else ""
    rated = sum(len(one.categories) for one in found)
    told = f"{count(len(found), 'table')} with {what} and impact ratio, {count(rated, 'row')} together."
    return Provision(
        article=article,
        asks=(
            f"Of a tool that {does}: {first}{what} of each category and its ratio to the most favoured "
            "category."
        ),
        evidence=(told, *_median(report, metric), *_lowest(found)) if found else (),
        needs=()
        if found
        else need(f"A stream with {_lacking(metric)}, and tables for Local Law 144", COMPANY),
    )


def _median(report: Report, metric: str) -> tuple[str, ...]:
    """The median of the full sample, which a scoring rate is about."""
    found = [one.estimate for one in overall(report) if one.metric == "score_quantile@50"]
    if metric != "scoring_rate" or not found:
        return ()
    return (f"Median score of all leads with a score: {cell('score_quantile@50', found[0]).value}.",)


def _lacking(metric: str) -> str:
    return "a decision or a threshold" if metric == "selection_rate" else "a score"


def _lowest(tables: list[ImpactTable]) -> tuple[str, ...]:
    """The lowest impact ratio of each attribute alone."""
    told = list[str]()
    for table in tables:
        ratios = [(one.impact_ratio, one.group) for one in table.categories if one.impact_ratio is not None]
        if len(table.attribute) == 1 and len(ratios) > 1:
            value, group = min(ratios)
            told.append(
                f"Lowest impact ratio by {plain(table.attribute[0])}: {value:.2f} ({plain(group[0])})."
            )
    return tuple(told)


def _categories(report: Report) -> Provision:
    names = [one.attribute for one in report.regulation.ll144]
    crossed = tuple(dict.fromkeys(listed(tuple(map(plain, one))) for one in names if len(one) > 1))
    told = f"Crossed with one another: {'; '.join(crossed)}." if crossed else "No attributes were crossed."
    return Provision(
        article="6 RCNY 5-301(b)(3) and (c)(4)",
        asks="The same by sex, by race and ethnicity, and by both crossed.",
        evidence=(*groups_told(report), told) if names else (),
        needs=need(SEX_AND_RACE, COMPANY),
    )


def _options(report: Report) -> Provision:
    found = [one for one in report.regulation.ll144 if one.metric.startswith("option_rate@")]
    return Provision(
        article="6 RCNY 5-301(b)(4)",
        asks="Of a tool that classifies into groups: the same for each group that people are put in.",
        evidence=(f"{count(len(found), 'table')} of rates of the options of the decision.",) if found else (),
        needs=()
        if found
        else need("That the tool classifies into no groups; the report has no such table", COMPANY),
    )


def _unknown(report: Report) -> Provision:
    tables = [one for one in report.regulation.ll144 if len(one.attribute) == 1]
    told = dict.fromkeys(
        f"{plain(one.attribute[0])}: {count(one.unknown)} in no known category." for one in tables
    )
    return Provision(
        article="6 RCNY 5-301(b)(5) and (c)(5), 5-303(a)(1)",
        asks="How many people the tool assessed that are in an unknown category.",
        evidence=tuple(told),
        needs=() if told else need("Tables for Local Law 144", COMPANY),
    )


def _small(report: Report) -> Provision:
    left_out = [(table, one) for table in report.regulation.ll144 for one in table.categories if one.excluded]
    told = (
        f"{count(len(left_out), 'row')} with under 2 % of the leads stand in the tables with number and rate "
        "and without a ratio, because a few leads more or less would change the rate much."
        if left_out
        else "No category is under 2 % of the leads, so none was left out."
    )
    return Provision(
        article="6 RCNY 5-301(d)",
        asks=(
            "A category under 2 % may be left out of the ratios; then its number and rate and the "
            "reason are shown."
        ),
        evidence=(told,) if report.regulation.ll144 else (),
        needs=need("The auditor's own justification of what was left out", INDEPENDENT) if left_out else (),
    )


def _published(report: Report) -> tuple[Provision, ...]:
    tables = bool(report.regulation.ll144)
    return (
        Provision(
            article="6 RCNY 5-303(a) and (c)",
            asks=(
                "A summary on the website before use and until six months after it: date of the audit, "
                "source and "
                "explanation of the data, numbers, rates and impact ratios of all categories, and the "
                "date since when "
                "the tool is in use (distribution date)."
            ),
            evidence=("The tables below have the numbers, rates and impact ratios.",) if tables else (),
            needs=(
                Need(what="Where the summary is published, and until when", who=COMPANY),
                Need(what="Source and explanation of the data, and the distribution date", who=COMPANY),
                Need(what="Whether small numbers may be published as they are", who=COUNSEL),
            ),
        ),
        Provision(
            article="Section 20-871(b), 6 RCNY 5-304",
            asks=(
                "Notice to candidates and employees at least ten business days before the tool is "
                "used on them."
            ),
            needs=need("The notice, how it is given, and how to ask for another procedure", COMPANY),
        ),
    )
