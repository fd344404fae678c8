"""What only the people of an installation know: who answers for the processing, and on what ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audit.schema import BadInput
from webapp.language import decimal, gettext, marked
from webapp.rights.proofs import privacy
from webapp.services import Services

LONGEST = 2_000
BLANK = marked("[to be filled in by the company that uses Fairlead]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to say: its name in forms, what it asks in words, and a hint."""

    name: str
    label: str
    hint: str


QUESTIONS = (
    Question(
        name="controller",
        label=marked("Who is responsible (the controller)"),
        hint=marked("Name and address of your company."),
    ),
    Question(
        name="contact",
        label=marked("Whom people ask about their data"),
        hint=marked("A mail address or a phone number that is answered."),
    ),
    Question(
        name="dpo",
        label=marked("Data protection officer"),
        hint=marked("Name and contact, or: none appointed."),
    ),
    Question(
        name="legal_basis",
        label=marked("Legal basis"),
        hint=marked(
            "For example Article 6(1)(f) GDPR, with the interest; for special categories also Article 9."
        ),
    ),
    Question(
        name="human_review",
        label=marked("How a score is used in decisions"),
        hint=marked(
            "Who decides about a lead, and whether a person looks before a lead is dropped (Article 22)."
        ),
    ),
    Question(
        name="recipients",
        label=marked("Who else receives data"),
        hint=marked("For example the company that runs the server, or: nobody."),
    ),
    Question(
        name="transfers",
        label=marked("Transfers to other countries"),
        hint=marked("Where your CRM and this server stand, and the safeguard. Or: none outside the EEA."),
    ),
)
NAMES = tuple(one.name for one in QUESTIONS)


def answers(opened: Services) -> Mapping[str, str]:
    """What was said, by name; blanks are left out."""
    return privacy(opened).notes()


def save(opened: Services, typed: Mapping[str, str], who: str) -> tuple[str, ...]:
    """Keep what was typed; returns the labels of what changed. Raises BadInput for too long a text."""
    notes = {name: " ".join(typed.get(name, "").split()) for name in NAMES}
    for one in QUESTIONS:
        if len(notes[one.name]) > LONGEST:
            msg = gettext(
                "%(label)s: the text is longer than %(longest)s characters; shorten it.",
                label=gettext(one.label),
                longest=decimal(LONGEST),
            )
            raise BadInput(msg)
    changed = privacy(opened).set_notes(notes, who)
    labels = tuple(one.label for one in QUESTIONS if one.name in changed)
    if labels:
        opened.accounts.record(who, "privacy details changed", "installation", "; ".join(labels))
    return labels
