"""A panel in the language of who looks at it: its own sentences, and those that an audit puts into a flag.

An audit's sentences are a closed set, looked up by their English words. Advice names fields, so it is said
anew where it is to the letter what the audit says of these fields. What is not known stays English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from audit.finding.words import plain
from audit.rows.flagging.advice import review_advice
from webapp.language import ENGLISH, current, gettext, in_a_row, marked
from webapp.panels import Panel

EXPLANATIONS = (
    marked("The audit had too few leads, or no decisions, to check any score."),
    marked("The audit had too few leads like this one to check its score."),
    marked("In which direction this score is off, and by how much, cannot be said."),
    marked("Leads with scores like this one turned out better than their scores promised."),
    marked("Leads with scores like this one turned out worse than their scores promised."),
)
"""What an audit says of a flag beyond its status."""
WITHOUT_FIELDS: Mapping[bool | None, str] = MappingProxyType(
    {
        None: marked(
            "Look at the lead and its last activity before you rank or drop it by its score; ask your CRM "
            "admin to review the score."
        ),
        True: marked(
            "Look at the lead and its last activity before you drop it; ask your CRM admin to review the "
            "score."
        ),
        False: marked(
            "Look at the lead and its last activity before you put it ahead of others; ask your CRM admin to "
            "review the score."
        ),
    }
)
"""Advice by whether such leads turned out better than promised."""
ONE_FIELD: Mapping[bool | None, str] = MappingProxyType(
    {
        None: marked(
            "Check %(fields)s and the last activity before you rank or drop it by its score; ask your CRM "
            "admin to review how the score uses this field."
        ),
        True: marked(
            "Check %(fields)s and the last activity before you drop it; ask your CRM admin to review how the "
            "score uses this field."
        ),
        False: marked(
            "Check %(fields)s and the last activity before you put it ahead of others; ask your CRM admin to "
            "review how the score uses this field."
        ),
    }
)
MORE_FIELDS: Mapping[bool | None, str] = MappingProxyType(
    {
        None: marked(
            "Check %(fields)s and the last activity before you rank or drop it by its score; ask your CRM "
            "admin to review how the score uses these fields."
        ),
        True: marked(
            "Check %(fields)s and the last activity before you drop it; ask your CRM admin to review how the "
            "score uses these fields."
        ),
        False: marked(
            "Check %(fields)s and the last activity before you put it ahead of others; ask your CRM admin to "
            "review how the score uses these fields."
        ),
    }
)


def spoken(panel: Panel) -> Panel:
    """The panel in the language of the answer; a sentence that is not known stays as it is."""
    if current() == ENGLISH:
        return panel
    return replace(
        panel,
        title=gettext(panel.title),
        sentence=gettext(panel.sentence),
        next_step=_advice(panel.next_step, panel.fields),
        explanation=gettext(panel.explanation) if panel.explanation else None,
    )


def _advice(told: str, fields: tuple[str, ...]) -> str:
    for better, sentence in _sentences(fields).items():
        if told == review_advice(better, fields):
            return gettext(sentence, fields=in_a_row(tuple(map(plain, fields))))
    return gettext(told)


def _sentences(fields: Sequence[str]) -> Mapping[bool | None, str]:
    if not fields:
        return WITHOUT_FIELDS
    return ONE_FIELD if len(fields) == 1 else MORE_FIELDS
