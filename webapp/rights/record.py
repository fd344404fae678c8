"""The record of processing (GDPR article 30), made from the rules that are really in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from connectors.policy.model import opt_out_field
from webapp.crms import NAMES, label
from webapp.rights import measures, sentences
from webapp.rights.controller import BLANK, QUESTIONS, answers
from webapp.rights.paper import Line, Paper, Section, Table
from webapp.rights.proofs import privacy
from webapp.rights.rules import InForce, in_force
from webapp.services import Services
from webapp.store.rows import ConnectionRow, Crm
from webapp.viewmodels.words import moment
from webapp.wording import writer_of

SCHEMA = "fairlead.record/1"
_WAY: Mapping[Crm, str] = MappingProxyType(
    {
        "salesforce": "Read with each sync from the object of answers (Fairness_Feedback__c)",
        "hubspot": "Sent by the card over HubSpot's servers, which sign it, at once",
    }
)


def record(opened: Services, connection: ConnectionRow) -> Paper:
    """The record of one connection. Raises BadInput where it has no policy."""
    rules, said = in_force(opened, connection), answers(opened)
    labels = {one.name: one.label for one in QUESTIONS}

    def asked(*names: str) -> tuple[Line, ...]:
        return tuple(
            Line(term=labels[name], text=said.get(name, BLANK), blank=name not in said) for name in names
        )

    return Paper(
        schema=SCHEMA,
        title=f"Record of processing: lead scores of {label(connection)}",
        stamp=stamp(opened, rules),
        sections=(
            Section(heading="Who is responsible", lines=asked("controller", "contact", "dpo")),
            Section(heading="Why data is processed", lines=(*_purposes(), *asked("legal_basis"))),
            Section(heading="Whose data it is", lines=tuple(_people(connection))),
            Section(
                heading="Which data", lines=(*_data_lines(rules), _answers(connection)), table=_data(rules)
            ),
            Section(
                heading="Who receives it", lines=(*_recipients(opened, connection), *asked("recipients"))
            ),
            Section(heading="Other countries", lines=(*_transfers(connection), *asked("transfers"))),
            Section(heading="How long it is kept", lines=tuple(_spans(opened, connection))),
            Section(heading="How it is protected", lines=measures.lines(opened, connection)),
            Section(heading="Decisions about people", lines=(*_decisions(rules), *asked("human_review"))),
        ),
    )


def stamp(opened: Services, rules: InForce) -> tuple[Line, ...]:
    """Which rules a document was made from, and when."""
    policy, stream = rules.policy_version, rules.stream_version
    found = [
        Line(term="Made", text=moment(opened.clock())),
        Line(term="Policy", text=f"version {policy.version}, digest {policy.digest}"),
    ]
    if stream is not None:
        found.append(Line(term="Score and groups", text=f"version {stream.version}, digest {stream.digest}"))
    return tuple(found)


def _purposes() -> tuple[Line, ...]:
    return (
        Line(
            term="Purpose",
            text="To find out whether the scores of leads treat groups of people unfairly, to tell those who "
            "use a score when it deserves no trust, and to keep the evidence.",
        ),
    )


def _people(connection: ConnectionRow) -> Iterator[Line]:
    noun = "leads" if connection.crm == "salesforce" else "contacts"
    yield Line(term="Leads", text=f"The people behind the {noun} of {label(connection)}.")
    yield Line(
        term="Users of Fairlead",
        text="Administrators and auditors: name, role, a hash of the password, and what they did.",
    )
    yield Line(
        term=f"Users of {NAMES[connection.crm]}",
        text="Whoever opens a panel: a code in place of their id, for a quarter of an hour.",
    )
    yield Line(
        term="Sales people who answer the score check",
        text="A code in place of their id, beside what they answered. Nobody is rated by it.",
    )


def _data_lines(rules: InForce) -> Iterator[Line]:
    policy = rules.policy
    yield Line(
        term="In place of the record id",
        text="A code that only this installation can make (HMAC-SHA-256). There is no table to look it up.",
    )
    left = [*map(opt_out_field, policy.exclude_when), *policy.exclude_unless]
    yield Line(
        term="Left out altogether",
        text=f"People for whom one of these fields says so: {', '.join(left)}."
        if left
        else "Nobody: the policy names no opt-out field.",
    )
    special = sorted(rules.special)
    yield Line(
        term="Special categories (Article 9)",
        text=f"{', '.join(special)}. Never shown to a sales person, nor told by what one is shown."
        if special
        else "None is marked as such in score and groups.",
    )


def _answers(connection: ConnectionRow) -> Line:
    return Line(
        term="Answers to the score check",
        text="Agree, disagree with a reason from a list, or a review asked for; what the check said, by "
        f"which audit, and when. {_WAY[connection.crm]} into the database (lead_answer), under codes for "
        "lead and person. There is no free text.",
    )


def _data(rules: InForce) -> Table:
    rows = [
        (
            rule.field,
            rule.operator.describe(),
            rule.column,
            rules.roles.get(rule.column, "a field that may go with the score"),
            "yes" if rule.column in rules.special else "no",
        )
        for rule in rules.kept
    ]
    day = (rules.policy.created, "Only the day is kept.", "cohort_day", "the age of the lead", "no")
    return Table(
        caption="Every field that is read and kept; no other is requested",
        head=("Field in the CRM", "What is kept of it", "Column", "What for", "Special category"),
        rows=(*rows, day),
    )


def _recipients(opened: Services, connection: ConnectionRow) -> tuple[Line, ...]:
    fields = ", ".join(sentences.filled_fields(opened, connection))
    return (
        Line(
            term=f"Users of {NAMES[connection.crm]}",
            text=f"See a panel beside a lead and these fields on it: {fields}. No group of a person.",
        ),
        Line(
            term="Administrators and auditors",
            text="See counts and rates of groups. Of a single lead they see, under a code, the scores in the "
            "decision log and what reps answered, and administrators make dossiers.",
        ),
        Line(
            term="Answers to the score check",
            text="Stay in this installation: the dossier tells the person behind the lead what was answered, "
            "not by whom. Administrators and auditors see it one by one under the start of a code, and "
            "record what became of it (answer_triage); a program with a token for it may read the same. None "
            "is written back.",
        ),
        Line(
            term="Anybody else",
            text="Fairlead sends nothing elsewhere by itself. What is exported leaves as counts of groups.",
        ),
        *_model(opened),
    )


def _model(opened: Services) -> tuple[Line, ...]:
    """The language model of the settings; nothing where none is set."""
    writer = writer_of(opened.settings)
    if writer is None:
        return ()
    text = (
        "Where an auditor or administrator asks for it, the sentences of an audit summary go to "
        f"{urlsplit(writer.url).hostname}: counts and rates of groups, no lead, no special category."
    )
    return (Line(term="A language model, for summaries in other words", text=text),)


def _transfers(connection: ConnectionRow) -> tuple[Line, ...]:
    return (
        Line(
            term="What Fairlead itself does",
            text=f"It talks to {connection.instance_url} and to nobody else about these leads.",
        ),
    )


def _spans(opened: Services, connection: ConnectionRow) -> Iterator[Line]:
    rule = privacy(opened).retention(connection.id)
    yield Line(
        term="Leads",
        text=f"{rule.months} months after the day on which the lead was created."
        if rule
        else "For as long as they are in the CRM and it is connected. No retention by age is set.",
    )
    yield Line(
        term="Erased leads",
        text="A code stays, so that they do not come back; and a certificate that names nobody.",
    )
    yield Line(
        term="What the CRM told of a deletion",
        text="30 days, to understand what comes late. Of an erasure on request nothing is kept.",
    )
    yield Line(
        term="Answers to the score check",
        text="As long as their lead: they go when it is erased, deleted or too old, and at a disconnect.",
    )
    days = opened.decision_logs.get(connection.id).keep_days
    yield Line(term="Decision log", text=f"{days} days: every score that was seen, as evidence.")
    yield Line(term="Reports of audits", text="They hold counts of groups and are kept as evidence.")
    yield Line(
        term="Remedies that were tried",
        text="The newest 20: figures of groups, encrypted. They go when the CRM is disconnected.",
    )
    yield Line(
        term="Explanations of the score",
        text="The newest: figures of groups, encrypted. It goes when the CRM is disconnected.",
    )
    yield Line(
        term="What was written into the CRM", text="Until the next write-back after the lead was erased here."
    )


def _decisions(rules: InForce) -> tuple[Line, ...]:
    stream = rules.stream
    threshold = "" if stream is None or stream.threshold is None else f" Threshold: {stream.threshold:g}."
    return (
        Line(
            term="Automated decisions (Article 22)",
            text=f"The CRM makes the score. Fairlead checks it and decides nothing.{threshold}",
        ),
        Line(
            term="Impact assessment (Article 35)",
            text="Scores that rank people, with data on groups they belong to, often call for one. "
            "This record and the data flow are a beginning of it.",
        ),
    )
