"""GDPR articles 15, 22 and 30: what an audit gives for access, automated decisions and the record.

Sources: Regulation (EU) 2016/679; Court of Justice, C-203/22 (Dun & Bradstreet Austria, 27 February 2025) and
C-634/21 (SCHUFA, 7 December 2023).
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
    special_told,
    warnings_told,
)

APPLIES = (
    "It applies to the processing of personal data of people in the European Economic Area, so also to "
    "leads that "
    "are people. An audit report holds numbers of groups and no person: what Article 15 owes to one "
    "person is in a "
    "dossier of that person, which is made elsewhere (fairlead dossier)."
)
DOSSIER = "A dossier of the person who asks, made from what is held of them: fairlead dossier"
RECORD = "It stands in the record of processing that Fairlead makes of a connection, completed by the company"


def gdpr(report: Report) -> Pack:
    """The pack for the GDPR."""
    return Pack(
        id="gdpr",
        title="GDPR articles 15, 22 and 30: evidence from an audit",
        rule="Regulation (EU) 2016/679, Articles 15, 22 and 30",
        sources=(
            "Regulation (EU) 2016/679",
            "Court of Justice, C-203/22 Dun & Bradstreet Austria (27 February 2025)",
            "Court of Justice, C-634/21 SCHUFA Holding (7 December 2023)",
        ),
        applies=APPLIES,
        as_of="2026-11",
        provisions=(*_access(report), *_decisions(report), *_record(report)),
        tables=(),
        stamp=origin(report),
    )


def _access(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Article 15(1)(a) to (g) and (2)",
            asks=(
                "Purposes, categories of data, recipients, storage, rights and source, told to the person; "
                "the safeguards where data goes to another country."
            ),
            needs=need(DOSSIER, RUNNER),
        ),
        Provision(
            article="Article 15(1)(h), logic; C-203/22",
            asks=(
                "Meaningful information on the logic involved: the procedure and principles actually "
                "applied, concise "
                "and intelligible."
            ),
            evidence=logic_told(report),
            needs=(
                Need(
                    what="How the score is really made; an imitation of it is no description of it", who=MAKER
                ),
                Need(what="Which data of the person went into their score", who=RUNNER),
            ),
        ),
        Provision(
            article="Article 15(1)(h), significance and consequences",
            asks="What the score leads to for the person.",
            needs=need("What is decided by the score, and by whom", COMPANY),
        ),
        Provision(
            article="Article 15(3)",
            asks="A copy of the personal data.",
            needs=need(DOSSIER, RUNNER),
        ),
    )


def _decisions(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Article 22(1); C-634/21",
            asks=(
                "No decision based solely on automated processing with legal or similarly significant "
                "effects; a score "
                "is one where a decision draws strongly on it."
            ),
            needs=(
                Need(what="Who decides about a lead, and how strongly they draw on the score", who=COMPANY),
                Need(what="Whether the effects are legal or similarly significant", who=COUNSEL),
            ),
        ),
        Provision(
            article="Article 22(2) and (3)",
            asks="Where an exception holds: the right that a person steps in, to be heard, to contest it.",
            needs=need("The exception, and how a person can be reached and overrule the score", COMPANY),
        ),
        Provision(
            article="Article 22(4)",
            asks=(
                "Special categories are no basis of such decisions, unless Article 9(2)(a) or (g) allows it."
            ),
            evidence=(*special_told(report), *_stand_ins(report)),
            needs=need(
                "Whether the maker of the score uses such data, or fields that stand in for it", MAKER
            ),
        ),
        Provision(
            article="Recital 71",
            asks=(
                "Mathematical or statistical procedures that are appropriate, errors mended, "
                "discrimination prevented."
            ),
            evidence=(*accuracy_told(report), *findings_told(report)),
            needs=need("What was done about the findings", COMPANY),
        ),
    )


def _stand_ins(report: Report) -> tuple[str, ...]:
    """Fields that stand in matter here only where an attribute is marked as special."""
    return proxies_told(report) if report.settings.special_categories else ()


def _record(report: Report) -> tuple[Provision, ...]:
    return (
        Provision(
            article="Article 30(1)(a), (d) and (e)",
            asks="Who is responsible; who receives the data, in which countries.",
            needs=need(RECORD, RUNNER),
        ),
        Provision(
            article="Article 30(1)(b) and (c)",
            asks="Purposes; categories of people and of personal data.",
            evidence=(*data_told(report), *groups_told(report)),
            needs=need(
                "The purposes, and every field that is read; the policy of the connection names them", RUNNER
            ),
        ),
        Provision(
            article="Article 30(1)(f) and (g)",
            asks="Time limits for erasure; technical and organisational measures.",
            needs=need(RECORD, RUNNER),
        ),
        Provision(
            article="Article 5(2), accountability; Article 35, impact assessment",
            asks="The controller can show that the principles are kept; risks are assessed beforehand.",
            evidence=(*origin_told(report), *warnings_told(report)),
            needs=need("The assessment itself, with the advice of the data protection officer", COMPANY),
        ),
    )
