"""The rules in force for a connection, read once: what the pages about privacy are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audit.schema import BadInput, Stream, parse_stream
from connectors.policy.model import Policy, Rule
from connectors.policy.parse import parse_policy
from webapp.crms import label
from webapp.language import gettext, marked
from webapp.services import Services
from webapp.store.rows import ConnectionRow, PolicyVersion, StreamVersion

FAIR_REASON = marked("a fair reason for a different score, taken into account")
COMPARED = marked("a group that is compared, to see whether the score is fair to it")


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The policy in force and the stream, where there is one, each with its saved version."""

    policy: Policy
    policy_version: PolicyVersion
    stream: Stream | None
    stream_version: StreamVersion | None

    @property
    def kept(self) -> tuple[Rule, ...]:
        """The rules that keep something."""
        return tuple(rule for rule in self.policy.rules if rule.operator.name != "drop")

    @property
    def roles(self) -> Mapping[str, str]:
        """What each column of the stream is for, in words; in English, whoever shows them translates them."""
        return {} if self.stream is None else _roles(self.stream)

    @property
    def special(self) -> frozenset[str]:
        """The columns that hold a special category of personal data."""
        if self.stream is None:
            return frozenset()
        special = (one.column or one.name for one in self.stream.attributes if one.special_category)
        return frozenset(special)


def in_force(opened: Services, connection: ConnectionRow) -> InForce:
    """The rules of a connection. Raises BadInput where there is no policy, or one that no longer reads."""
    policy, stream = opened.repository.policy(connection.id), opened.repository.stream(connection.id)
    if policy is None:
        msg = gettext(
            "%(label)s has no policy yet, so nothing is read. Save the policy first.", label=label(connection)
        )
        raise BadInput(msg)
    return InForce(
        policy=parse_policy(policy.text, "The policy"),
        policy_version=policy,
        stream=parse_stream(stream.text, "The stream") if stream else None,
        stream_version=stream,
    )


def _roles(stream: Stream) -> dict[str, str]:
    named = {
        stream.score: marked("the score that is checked"),
        stream.decision: marked("the decision that is checked"),
        stream.outcome: marked("what became of the lead"),
        stream.worked: marked("whether somebody worked on the lead"),
        stream.account: marked("which leads belong to one company"),
        stream.contacted: marked("when somebody first contacted the lead"),
        stream.touches: marked("how often somebody contacted the lead"),
        stream.reassigned: marked("whether the lead was given to somebody else"),
        stream.created: marked("when the lead was made"),
        stream.outcome_at: marked("when it was known what became of the lead"),
        stream.scored_at: marked("when the score was made"),
    }
    words = {column: role for column, role in named.items() if column}
    for control in stream.controls:
        words.setdefault(control, FAIR_REASON)
    for one in stream.attributes:
        words[one.column or one.name] = COMPARED
    return words
