"""California: the risk assessment and the rules on automated decision-making technology (ADMT).

Sources: California Consumer Privacy Act regulations, 11 CCR sections 7150 to 7157 and 7200 to 7222, as
approved in September 2025 and in force since 1 January 2026.
"""

from __future__ import annotations

from audit.report.model import Report
from audit.report.packs.model import COMPANY, COUNSEL, MAKER, RUNNER, Need, Pack, Provision, need
from audit.report.packs.told import (
    accuracy_told,
    data_told,
    findings_told,
    groups_told,
    logic_told,
    origin,
    origin_told,
    proxies_told,
    verdicts_told,
    warnings_told,
)

APPLIES = (
    "It applies to businesses under the CCPA. A risk assessment is due among others where ADMT is used for a "
    "significant decision (finance, housing, education, employment, health care; advertising is none) "
    "or where "
    "sensitive personal information is processed. The rules on ADMT are to be complied with by 1 "
    "January 2027; "
    "assessments of what was processed before 2026 are due by 31 December 2027, and a first "
    "attestation by 1 April "
    "2028. Numbers of paragraphs are those of the text approved in September 2025: check the current one."
)


def ccpa(report: Report) -> Pack:
    """The pack for the CCPA's regulations on ADMT."""
    return Pack(
        id="ccpa-admt",
        title="CCPA: material for a risk assessment of automated decision-making technology",
        rule="California Code of Regulations, title 11, sections 7150 to 7157 and 7200 to 7222",
        sources=("11 CCR sections 7150 to 7157 (risk assessments)", "11 CCR sections 7200 to 7222 (ADMT)"),
        applies=APPLIES,
        as_of="2026-11",
        provisions=(*_processing(report), *_weighing(report), *_signing(), *_people(report)),
        tables=(),
        stamp=origin(report),
    )


def _processing(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Section 7150(b)",
            asks="An assessment before processing that presents significant risk.",
            needs=need("Whether the use is a significant decision, or another case of the list", COUNSEL),
        ),
        Provision(
            article="Section 7152(a)(1)",
            asks="The purpose, specifically and not in general terms.",
            needs=need("The purpose of the score, and what is decided by it", COMPANY),
        ),
        Provision(
            article="Section 7152(a)(2)",
            asks=(
                "Categories of personal information, sensitive ones among them, and the least that is "
                "necessary."
            ),
            evidence=(*groups_told(report), *_fields(report)),
            needs=need("All fields that the score itself reads, and why each is needed", MAKER),
        ),
        Provision(
            article="Section 7152(a)(3), operational elements",
            asks="Collection, retention, number of consumers, disclosures, recipients.",
            evidence=data_told(report),
            needs=need("Retention, recipients and disclosures; see the record of processing", RUNNER),
        ),
        Provision(
            article="Section 7152(a)(3), logic of the ADMT",
            asks="The logic with its assumptions and limitations, the output, and how it is used.",
            evidence=logic_told(report),
            needs=(
                Need(what="The logic itself; an imitation of it is no description of it", who=MAKER),
                Need(what="How the output is used in decisions", who=COMPANY),
            ),
        ),
    )


def _fields(report: Report) -> tuple[str, ...]:
    """How many fields beside the score the audit looked at."""
    fields = {one.feature for one in report.proxies}
    return (f"Fields that the audit looked at beside the score: {len(fields):,}.",) if fields else ()


def _weighing(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Section 7152(a)(4)",
            asks="Benefits to the business, consumers, others and the public.",
            evidence=accuracy_told(report),
            needs=need("The benefits, as specifically as the law asks", COMPANY),
        ),
        Provision(
            article="Section 7152(a)(5)",
            asks=(
                "Negative impacts on consumers' privacy with their sources, discrimination on "
                "protected classes among them."
            ),
            evidence=(*verdicts_told(report), *findings_told(report), *proxies_told(report)),
            needs=need("Impacts beyond differences between groups", COMPANY),
        ),
        Provision(
            article="Section 7152(a)(6)",
            asks=(
                "Safeguards against the impacts, for ADMT also that it works as intended and does not "
                "discriminate."
            ),
            evidence=(*warnings_told(report), *origin_told(report)),
            needs=need(
                "The safeguards that were put in place, and what was done about the findings", COMPANY
            ),
        ),
    )


def _signing() -> tuple[Provision, ...]:
    return (
        Provision(
            article="Section 7152(a)(7) to (9)",
            asks="Whether the processing goes on, who contributed, who reviewed and approved, and when.",
            needs=need("The decision, the names and positions, and the dates", COMPANY),
        ),
        Provision(
            article="Section 7151",
            asks="Those whose duties are about the processing take part in the assessment.",
            needs=need("Who took part, and in what", COMPANY),
        ),
        Provision(
            article="Section 7154",
            asks="The goal: processing whose risks outweigh its benefits is restricted or prohibited.",
            needs=need("The weighing of the risks against the benefits, and what follows from it", COMPANY),
        ),
        Provision(
            article="Section 7155 and 7157",
            asks=(
                "Assessments are reviewed at least every three years and with each material change, and are "
                "kept; a summary is submitted."
            ),
            needs=need(
                "The calendar of reviews, where assessments are kept, and the submission to the agency",
                COMPANY,
            ),
        ),
    )


def _people(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Section 7220",
            asks="A notice before use: purpose, how the ADMT works, the rights.",
            needs=need("The notice", COMPANY),
        ),
        Provision(
            article="Section 7221",
            asks="A way to opt out, or one of the exceptions, such as an appeal to a person.",
            evidence=_opted_out(report),
            needs=need("The way to opt out, or the exception that is relied on", COMPANY),
        ),
        Provision(
            article="Section 7222",
            asks="On request: the purpose, the logic and the outcome for the person.",
            needs=need("A dossier of the person who asks: fairlead dossier", RUNNER),
        ),
    )


def _opted_out(report: Report) -> tuple[str, ...]:
    """People who were left out of the audit on purpose, as far as the data says so."""
    return tuple(f"Left out of the audit: {one.count:,}. {one.text}" for one in report.excluded)
