"""The record of adverse impact of the Uniform Guidelines on Employee Selection Procedures (EEOC and others).

Sources: 29 CFR part 1607; Questions and Answers, 44 Fed. Reg. 11996 (1979); 29 CFR 1602.14.
"""

from __future__ import annotations

from audit.finding.words import count, listed, plain
from audit.regulation import FourFifths, FourFifthsRow
from audit.report.model import Report
from audit.report.packs.model import COMPANY, COUNSEL, Need, Pack, Provision, need
from audit.report.packs.tables import tables_of
from audit.report.packs.told import (
    data_told,
    groups_told,
    origin,
    origin_told,
    unknown_told,
)
from audit.report.views.regulation_view import RULE_APPLIES, four_fifths_regime

TWO_GROUPS = "Tables of the four-fifths rule with at least two groups"
STANDING = (
    "Executive Order 14281 of April 2025 told federal agencies to deprioritise the enforcement of "
    "disparate-impact "
    "liability. The guidelines were not repealed by it, and states and private plaintiffs are not "
    "bound by it."
)


def ugesp(report: Report) -> Pack:
    """The pack for the four-fifths rule."""
    return Pack(
        id="ugesp",
        title="Uniform Guidelines (EEOC): record of adverse impact and the four-fifths rule",
        rule="29 CFR part 1607, Uniform Guidelines on Employee Selection Procedures (1978)",
        sources=("29 CFR part 1607", "44 Fed. Reg. 11996 (1979), Questions and Answers", "29 CFR 1602.14"),
        applies=f"{RULE_APPLIES} {STANDING}",
        as_of="2026-11",
        provisions=(*_records(report), *_impact(report), *_beyond()),
        tables=tables_of(four_fifths_regime(report)),
        stamp=origin(report),
    )


def _records(report: Report) -> tuple[Provision, ...]:
    tables = report.regulation.four_fifths
    return (
        Provision(
            article="29 CFR 1607.4(A) and 1607.15(A)",
            asks="Records that show the impact of a selection procedure on each group.",
            evidence=_kept(report),
            needs=_if(
                not tables, "A stream with a decision or a threshold, and tables of the four-fifths rule"
            ),
        ),
        Provision(
            article="29 CFR 1607.4(B)",
            asks="The records are kept by sex and by the races and ethnic groups that it lists.",
            evidence=groups_told(report),
            needs=need("Sex, race and ethnic group of the people, lawfully collected", COMPANY),
        ),
        Provision(
            article="29 CFR 1607.15(A)(2)",
            asks=(
                "Impact is determined at least once a year, for each group of at least 2 % of the "
                "labour force."
            ),
            evidence=_required(tables),
            needs=(
                Need(
                    what="The make-up of the labour force or the workforce, which leads do not tell",
                    who=COMPANY,
                ),
                Need(what="When the determination was made", who=COMPANY),
            ),
        ),
        Provision(
            article="29 CFR 1602.14",
            asks="Personnel records are kept for a year, and until a charge is settled.",
            needs=need("Where this record is kept, and for how long", COMPANY),
        ),
    )


def _impact(report: Report) -> tuple[Provision, ...]:
    rows = [(table, row) for table in report.regulation.four_fifths for row in _compared(table)]
    return (
        Provision(
            article="29 CFR 1607.4(D), first sentence",
            asks=(
                "A selection rate below four fifths of the highest is generally taken as evidence of "
                "adverse impact."
            ),
            evidence=_named("Below four fifths", [(t, r) for t, r in rows if r.practical]) if rows else (),
            needs=_if(not rows, TWO_GROUPS),
        ),
        Provision(
            article="29 CFR 1607.4(D), second sentence",
            asks=(
                "Smaller differences count where they are significant in both statistical and "
                "practical terms."
            ),
            evidence=_named("Statistically significant", [(t, r) for t, r in rows if r.statistical])
            if rows
            else (),
            needs=_if(not rows, TWO_GROUPS),
        ),
        Provision(
            article="29 CFR 1607.4(D), third sentence; Questions and Answers, 21",
            asks="Greater differences may not count where they rest on small numbers or on one selection.",
            evidence=_named(
                "Turned round by one different selection", [(t, r) for t, r in rows if r.one_person]
            )
            if rows
            else (),
            needs=_if(not rows, TWO_GROUPS),
        ),
        Provision(
            article="29 CFR 1607.4(C)",
            asks="Where the whole process has an impact, each of its parts is looked at.",
            needs=need("Which other steps lead to the decision, and their rates", COMPANY),
        ),
    )


def _compared(table: FourFifths) -> tuple[FourFifthsRow, ...]:
    """The rows of a table where one group can be held against another."""
    return table.rows if len(table.rows) > 1 else ()


def _beyond() -> tuple[Provision, ...]:
    return (
        Provision(
            article="29 CFR 1607.3(B)",
            asks="Where procedures serve equally well, the one with the lesser impact is used.",
            needs=need("Which alternatives were tried; fairlead mitigate compares remedies", COMPANY),
        ),
        Provision(
            article="29 CFR 1607.5 and 1607.14 to 1607.16",
            asks="A procedure with adverse impact is validated for the job.",
            needs=(
                Need(what="A validity study by accepted standards", who=COMPANY),
                Need(what="Whether one is needed", who=COUNSEL),
            ),
        ),
    )


def _kept(report: Report) -> tuple[str, ...]:
    tables = len(report.regulation.four_fifths)
    if not tables:
        return ()
    made = f"{count(tables, 'table')} of selection rates below."
    return (*data_told(report), made, *unknown_told(report), *origin_told(report))


def _if(lacking: bool, what: str) -> tuple[Need, ...]:
    return need(what, COMPANY) if lacking else ()


def _required(tables: tuple[FourFifths, ...]) -> tuple[str, ...]:
    rows = [row for table in tables for row in _compared(table)]
    small = sum(not row.required for row in rows)
    if not rows:
        return ()
    return (f"{count(len(rows), 'group')} compared, {small:,} of them under 2 % of the leads and marked so.",)


def _named(what: str, found: list[tuple[FourFifths, FourFifthsRow]]) -> tuple[str, ...]:
    names = tuple(f"{plain(table.attribute[0])} {plain(row.group[0])}" for table, row in found[:MOST])
    more = f" and {len(found) - MOST:,} more" if len(found) > MOST else ""
    return (
        f"{what}: {', '.join(names) + more if more else listed(names)}." if names else f"{what}: no group.",
    )


MOST = 10
