"""Reps' answers to the score check: ``Fairness_Feedback__c`` records into `connectors.feedback`.

The object is optional: without it nobody answers, and nothing is said. Only the fields below are asked for;
ids become pseudonyms in the loop that parses a record, and a text is taken only where it is a word of ours.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from connectors.errors import Refused
from connectors.feedback import PERSON, Answers, Feedback, Reason, Verdict
from connectors.moments import in_seconds, instant
from connectors.pseudonym import Keyring
from connectors.salesforce.described import FieldNeed, Fields
from connectors.salesforce.flag_fields import STATUS as FLAG
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.ids import full_id
from connectors.salesforce.query import OBJECT, OVERLAP, Soql, pages_once
from connectors.salesforce.records import text_of
from connectors.salesforce.wished_fields import TEXTS
from connectors.source import FlagStatus

FEEDBACK = "Fairness_Feedback__c"
LEAD, VERDICT, REASON, SEEN, AUDIT = (
    "Lead__c",
    "Verdict__c",
    "Reason__c",
    "Status_Seen__c",
    "Audit_Id__c",
)
BY, AT = "CreatedById", "CreatedDate"
CHOICE = TEXTS | {"picklist"}
READS = (
    FieldNeed(name=LEAD, types=frozenset({"reference"})),
    FieldNeed(name=VERDICT, types=CHOICE, values=get_args(Verdict)),
    FieldNeed(name=REASON, types=CHOICE, values=get_args(Reason)),
    FieldNeed(name=SEEN, types=TEXTS, least=24),
    FieldNeed(name=AUDIT, types=TEXTS, least=10),
)
DOING = "reading of answers"
_NO_OBJECT = frozenset({"NOT_FOUND", "INVALID_TYPE"})
# An audit's own id; any other text is not taken.
_AUDIT_ID = re.compile(r"[a-z0-9]{6,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecords:
    """The answers of one connection's org."""

    gateway: Gateway
    keyring: Keyring

    def read(self, since: datetime | None = None) -> Answers:
        """Every answer, or those that were given or changed since a moment (each at least once).

        Raises
        ------
        Refused, Busy
            They could not be read to the end.
        """
        prefix = Fields.read(self.gateway.describe(OBJECT)).namespace(FLAG)
        note = self._trouble(prefix)
        if note is not None:
            return Answers(note=note, asked=False)
        given: list[Feedback] = []
        left_out: Counter[str] = Counter()
        for records in pages_once(self.gateway, _query(prefix, since), DOING):
            for record in records:
                found = self._parsed(record, prefix)
                if isinstance(found, Feedback):
                    given.append(found)
                else:
                    left_out[found] += 1
        return Answers(given=tuple(given), read=len(given) + left_out.total(), left_out=dict(left_out))

    def _trouble(self, prefix: str) -> str | None:
        """Why answers cannot be read, empty where nobody can give any; None where they can be read."""
        try:
            described = self.gateway.describe(prefix + FEEDBACK)
        except Refused as error:
            if error.code not in _NO_OBJECT:
                raise
            return ""
        fields = Fields.read(described)
        hidden = [need.name for need in READS if fields.entry(prefix + need.name) is None]
        if not hidden:
            return None
        return (
            f"What reps answer to the score check was not read: of {FEEDBACK}, {', '.join(hidden)} is "
            "missing or not visible to the connected user. Give it read access."
        )

    def _parsed(self, record: Mapping[str, Any], prefix: str) -> Feedback | str:
        """One answer, or why it is left out."""
        said = {name: text_of(record.get(prefix + name)) for name in (LEAD, VERDICT, REASON, SEEN, AUDIT)}
        if said[LEAD] is None:
            return "lead gone"
        if said[VERDICT] not in get_args(Verdict):
            return "unknown answer"
        try:
            return Feedback(
                key=self.keyring.lasting("feedback", full_id(str(record.get("Id")))),
                lead=self.keyring.lead_key(full_id(str(said[LEAD]))),
                who=self.keyring.pseudonym(PERSON, full_id(str(record.get(BY)))),
                verdict=said[VERDICT],  # type: ignore[arg-type]  # one of the words, as was just seen
                given_at=instant(str(text_of(record.get(AT)))),
                reason=_word(said[REASON], get_args(Reason)) if said[VERDICT] == "disagree" else None,
                seen=_word(said[SEEN], get_args(FlagStatus)),
                audit_id=_audit(said[AUDIT]),
            )
        except ValueError:
            return "malformed"


def _query(prefix: str, since: datetime | None) -> Soql:
    named = tuple(prefix + need.name for need in READS)
    where = f"SystemModstamp >= {in_seconds(since - OVERLAP)}" if since else ""
    return Soql(fields=("Id", *named, BY, AT), where=where, object=prefix + FEEDBACK)


def _word(text: str | None, known: tuple[Any, ...]) -> Any:  # noqa: ANN401 - one of the words of a Literal
    return text if text in known else None


def _audit(text: str | None) -> str:
    return text if text and _AUDIT_ID.fullmatch(text) else ""
