"""The regulatory tables as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audit.finding.reading import reading
from audit.finding.words import listed, percent, plain
from audit.regulation import Category, FourFifths, FourFifthsRow, ImpactTable
from audit.report.model import Report

MOST_ROWS = 40
MOST_TABLES = 12
DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
RULE_SAYS = {
    "practically significant": (
        "Below four fifths, yet chance could explain it: greater differences may not be adverse impact where "
        "they rest on small numbers and are not statistically significant."
    ),
    "statistically significant": (
        "At or above four fifths, yet not chance: smaller differences may still be adverse impact where they "
        "are significant in both statistical and practical terms."
    ),
}

LL144_APPLIES = (
    "It applies to automated tools that decide, or substantially help to decide, about hiring or "
    "promotion in New York City (NYC Administrative Code, sections 20-870 to 20-874). Scores of sales "
    "leads are not in its scope; the form is widely understood, and useful beyond it. A bias audit "
    "under the law needs an independent auditor, sex and race or ethnicity as people stated them (not "
    "inferred), and is not older than a year."
)
LL144_METHOD = (
    "6 RCNY section 5-301: rate of each category, and its ratio to the most favoured category. The "
    "scoring rate is the share that scores better than the median of all leads with a score. A category "
    "under 2 % of the leads in a known category is left out of the ratios (5-301(d)), because a few "
    "leads more or less would change its rate much; its number and rate are shown."
)
RULE_APPLIES = (
    "The Uniform Guidelines on Employee Selection Procedures (29 CFR part 1607) are about selection for "
    "jobs, by sex, race and ethnic group, in the United States. For other decisions the rule is a rule "
    "of thumb without legal force."
)
RULE_METHOD = (
    "29 CFR 1607.4(D): a rate below four fifths of the highest is practically significant here. A "
    "difference of 2 standard deviations or more is called statistically significant (Fisher's exact test at "
    "5 % where a cell expects fewer than 5); the rule itself names no test. The tests are made one by one; "
    "the verdicts of the audit above are corrected for being many. Groups under 2 % of the leads are never "
    "the highest and marked as not required: 1607.15(A) has such a limit, of the labour force or the "
    "workforce, which a file of leads does not know."
)
CLUSTERED = (
    "Leads of one account are alike: intervals and significance are those of as many independent leads as "
    "tell the same. Rates, ratios and shortfalls are the plain ones."
)

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One printable table: caption, headings of the columns after the first two, rows and notes."""

    caption: str
    heading: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """All tables of one regime; ``hidden`` tables are in audit.json only."""

    title: str
    applies: str
    method: str
    sheets: tuple[Sheet, ...]
    hidden: int


def regimes(report: Report) -> tuple[Regime, ...]:
    """The regimes that have a table."""
    found = (ll144_regime(report), four_fifths_regime(report))
    return tuple(one for one in found if one.sheets)


def ll144_regime(report: Report) -> Regime:
    """The tables in the form of Local Law 144; no sheets where the stream asked for none."""
    tables = sorted(report.regulation.ll144, key=lambda one: len(one.attribute))
    return Regime(
        title="Impact ratios in the form of New York City's Local Law 144",
        applies=LL144_APPLIES,
        method=LL144_METHOD,
        sheets=tuple(_impact_sheet(one, report) for one in tables[:MOST_TABLES]),
        hidden=max(0, len(tables) - MOST_TABLES),
    )


def _impact_sheet(table: ImpactTable, report: Report) -> Sheet:
    label = reading(table.metric).label
    period = report.regulation.period
    days = f"Leads created from {period[0]} to {period[1]}." if period else ""
    unknown = f"In no known category, so in none of these rows: {_leads(table.unknown)}."
    accounts = CLUSTERED if report.regulation.clustered else ""
    nobody = "" if table.most_favoured else "The highest rate is 0, so there is no ratio."
    return Sheet(
        caption=f"{label} and impact ratio by {_crossed(table.attribute)}",
        heading=_crossed(table.attribute).capitalize() if len(table.attribute) == 1 else "Category",
        columns=("Leads", "Share of leads", label, "Impact ratio"),
        rows=tuple(_impact_row(one) for one in table.categories[:MOST_ROWS]),
        notes=_notes(days, unknown, nobody, accounts, _hidden(len(table.categories))),
    )


def _impact_row(one: Category) -> Row:
    ratio = (
        "excluded (under 2 %)" if one.excluded else _ratio(one.impact_ratio, one.ratio_low, one.ratio_high)
    )
    rate = f"{percent(one.rate)} ({_span(one.low, one.high)})"
    shown = "excluded (under 2 %)" if one.excluded else ratio
    return (_group(one.group), f"{one.n:,}", percent(one.share), rate, shown)


def four_fifths_regime(report: Report) -> Regime:
    """The tables of the four-fifths rule; no sheets where there is no decision."""
    tables = report.regulation.four_fifths
    return Regime(
        title="The four-fifths rule with both kinds of significance",
        applies=RULE_APPLIES,
        method=RULE_METHOD,
        sheets=tuple(_rule_sheet(one, report) for one in tables[:MOST_TABLES]),
        hidden=max(0, len(tables) - MOST_TABLES),
    )


def _rule_sheet(table: FourFifths, report: Report) -> Sheet:
    label = reading(table.metric).label
    conclusions = dict.fromkeys(one.conclusion for one in table.rows)
    said = tuple(f"{name.capitalize()}: {RULE_SAYS[name]}" for name in conclusions if name in RULE_SAYS)
    round_turned = tuple(_group(one.group) for one in table.rows if one.one_person)
    turned = (
        f"One selection more in place of one of the highest group would turn the result round for "
        f"{listed(round_turned)}: enforcement is held inappropriate then (Questions and Answers, 21)."
    )
    unknown = f"In no known group, so in none of these rows: {_leads(table.unknown)}."
    accounts = CLUSTERED if report.regulation.clustered else ""
    nobody = "" if table.highest else "Nobody was selected, so there is no ratio."
    return Sheet(
        caption=f"{label} by {_crossed(table.attribute)}, against the group with the highest rate",
        heading=_crossed(table.attribute).capitalize(),
        columns=(
            *("Leads", label, "Impact ratio", "Difference in standard deviations", "p-value"),
            *("Significant", "Short of the highest rate by", "Short of four fifths by"),
        ),
        rows=tuple(_rule_row(one) for one in table.rows[:MOST_ROWS]),
        notes=_notes(
            unknown, nobody, accounts, *said, turned if round_turned else "", _hidden(len(table.rows))
        ),
    )


def _rule_row(one: FourFifthsRow) -> Row:
    words = {"both": "both (practically and statistically)"}.get(one.conclusion, one.conclusion)
    sd = DASH if one.sd is None else f"{one.sd:.2f}".replace("-", MINUS)
    exact = " (exact)" if one.test == "fisher" else ""
    p = DASH if one.p is None else ("below 0.0001" if one.p < 1e-4 else f"{one.p:.4f}") + exact
    return (
        _group(one.group),
        f"{one.n:,}",
        f"{percent(one.rate)} ({one.selected:,})",
        _ratio(one.impact_ratio, one.low, one.high),
        sd,
        p,
        words if one.required else f"{words}; under 2 %, not required",
        _leads(one.shortfall) if one.shortfall else DASH,
        _leads(one.shortfall_four_fifths) if one.shortfall_four_fifths else DASH,
    )


def _ratio(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return DASH
    interval = "" if low is None or high is None or low == high else f" ({low:.2f} to {high:.2f})"
    return f"{value:.2f}{interval}"


def _span(low: float, high: float) -> str:
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def _leads(n: int) -> str:
    return f"{n:,} lead{'' if n == 1 else 's'}"


def _crossed(attribute: tuple[str, ...]) -> str:
    return listed(tuple(plain(one) for one in attribute))


def _group(group: Iterable[str]) -> str:
    return " x ".join(plain(one) for one in group)


def _hidden(rows: int) -> str:
    more = rows - MOST_ROWS
    return f"{more:,} more {'row is' if more == 1 else 'rows are'} in audit.json." if more > 0 else ""


def _notes(*parts: str) -> tuple[str, ...]:
    return tuple(part for part in parts if part)
