"""EU AI Act, articles 10, 12 and 13: what an audit gives as evidence.

Sources: Regulation (EU) 2024/1689; the amending regulation of 2026 ("Digital Omnibus on AI"), whose text in
the Official Journal decides.
"""

from __future__ import annotations

from audit.report.model import Report
from audit.report.packs.model import COMPANY, COUNSEL, MAKER, RUNNER, Need, Pack, Provision, need
from audit.report.packs.told import (
    accuracy_told,
    by_group_told,
    data_told,
    findings_told,
    groups_told,
    logic_told,
    origin,
    origin_told,
    special_told,
    unknown_told,
    verdicts_told,
    warnings_told,
)

APPLIES = (
    "Articles 10, 12 and 13 are about high-risk AI systems (Article 6, Annex III). A score of sales "
    "leads is usually "
    "none, unless it is about credit, insurance, employment, education or essential services. As of "
    "November 2026 "
    "the rules for Annex III are reported to apply from 2 December 2027, after the amending regulation "
    "that the "
    "Council adopted on 29 June 2026: check the text in the Official Journal."
)


def eu_ai_act(report: Report) -> Pack:
    """The pack for the EU AI Act."""
    return Pack(
        id="eu-ai-act",
        title="EU AI Act, articles 10, 12 and 13: evidence from an audit",
        rule="Regulation (EU) 2024/1689, Articles 10, 12 and 13",
        sources=(
            "Regulation (EU) 2024/1689, OJ L, 2024/1689, 12 July 2024",
            "The amending regulation of 2026 (Digital Omnibus on AI), as published in the Official Journal",
        ),
        applies=APPLIES,
        as_of="2026-11",
        provisions=(
            *_data(report),
            *_bias(report),
            *_logs(report),
            *_instructions(report),
            *_performance(report),
        ),
        tables=(),
        stamp=origin(report),
    )


def _data(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Article 10(2)(a) to (e)",
            asks=(
                "Design choices, origin and collection of the data, preparation, assumptions, "
                "quantity and suitability."
            ),
            evidence=data_told(report),
            needs=need(
                "Where the training data came from, how it was prepared, and what it is taken to measure",
                MAKER,
            ),
        ),
        Provision(
            article="Article 10(2)(h)",
            asks="Gaps and shortcomings of the data, and how they can be addressed.",
            evidence=(*warnings_told(report), *unknown_told(report)),
            needs=need("How the gaps are addressed", COMPANY),
        ),
        Provision(
            article="Article 10(3) and (4)",
            asks=(
                "Data relevant, sufficiently representative, as free of errors as possible, fit for "
                "the setting of use."
            ),
            evidence=groups_told(report),
            needs=need(
                "How the leads compare with the people on whom the system is meant to be used", COMPANY
            ),
        ),
    )


def _bias(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Article 10(2)(f)",
            asks="Examination for biases that may affect health, safety, rights or lead to discrimination.",
            evidence=(*verdicts_told(report), *findings_told(report)),
            needs=() if report.disparities else need("Groups that can be compared", COMPANY),
        ),
        Provision(
            article="Article 10(2)(g)",
            asks="Measures to detect, prevent and mitigate the biases found.",
            needs=need("The measures that were taken; fairlead mitigate compares remedies", COMPANY),
        ),
        Provision(
            article="Article 10(5); reported to be Article 4a since the amendment of 2026",
            asks=(
                "Special categories only where strictly necessary to detect and correct bias, "
                "pseudonymised, under access "
                "control, not passed on, deleted after correction, with the reasons recorded."
            ),
            evidence=special_told(report),
            needs=(
                Need(what="Why other data would not do, and the records of it", who=COMPANY),
                Need(
                    what="How the data is protected and when it is deleted; see the record of processing",
                    who=RUNNER,
                ),
            ),
        ),
    )


def _logs(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Article 12(1) and (2)",
            asks=(
                "Events are recorded automatically over the lifetime of the system, so that risks can "
                "be traced."
            ),
            evidence=origin_told(report),
            needs=(
                Need(what="Logs of the system itself", who=MAKER),
                Need(what="The decision log of the scores that were seen: fairlead log export", who=RUNNER),
            ),
        ),
        Provision(
            article="Article 26(6)",
            asks="Deployers keep the logs that are under their control for at least six months.",
            needs=need("How long the decision log is kept: fairlead log keep", RUNNER),
        ),
    )


def _instructions(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Article 13(1) and (2)",
            asks="Operation transparent enough to interpret the output, with instructions for use.",
            needs=need("The instructions for use of the system", MAKER),
        ),
        Provision(
            article="Article 13(3)(a) and (b)(i)",
            asks="Who the provider is; the intended purpose.",
            needs=need("Provider, contact and intended purpose", MAKER),
        ),
        Provision(
            article="Article 13(3)(b)(iii), (iv) and (vii)",
            asks="Circumstances that lead to risks; what explains the output, and how it is to be read.",
            evidence=(*logic_told(report), *warnings_told(report)),
            needs=need("What the maker knows of risks and of the logic", MAKER),
        ),
        Provision(
            article="Article 13(3)(c) to (f)",
            asks="Changes foreseen, human oversight, resources and lifetime, mechanisms of the logs.",
            needs=(
                Need(what="What the maker says of them", who=MAKER),
                Need(what="Who oversees the system where it is used", who=COMPANY),
                Need(what="Whether the system is high-risk at all", who=COUNSEL),
            ),
        ),
    )


def _performance(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Article 13(3)(b)(ii)",
            asks="Level of accuracy with its metrics, robustness and cybersecurity.",
            evidence=accuracy_told(report),
            needs=need("The accuracy that the maker declares, robustness and cybersecurity", MAKER),
        ),
        Provision(
            article="Article 13(3)(b)(v)",
            asks="Performance regarding the persons or groups on which the system is meant to be used.",
            evidence=by_group_told(report),
            needs=() if by_group_told(report) else need("Outcomes of leads by group", COMPANY),
        ),
        Provision(
            article="Article 13(3)(b)(vi)",
            asks="Specifications of the input data.",
            needs=need("Which fields go into the score, and in which form", MAKER),
        ),
    )
