"""The answer to somebody who asks what is known of them here (GDPR articles 12, 15, 20 and 22).

It is made when it is asked for and kept nowhere. It speaks of this one lead: of others it holds no more than
an average. What an audit found about groups is not in it, only what its panel says of scores like this one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC
from typing import Any

from audit.schema import BadInput
from connectors.one_lead import OneLead, one_lead
from connectors.pseudonym import LeadKey
from webapp.answering import answers_about
from webapp.crms import NAMES, label
from webapp.decisions import history_of
from webapp.language import english, gettext, marked
from webapp.measuring import held_version
from webapp.panels import Panel, panel_for
from webapp.rights import sentences
from webapp.rights.controller import BLANK, answers
from webapp.rights.drivers import Drivers, drivers
from webapp.rights.marks import mark
from webapp.rights.rules import InForce, in_force
from webapp.services import Services
from webapp.store.rows import ConnectionRow

SCHEMA = "fairlead.dossier/1"
EARLIER = marked("It was made by an earlier version of the policy, and goes with the next pull.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnHeld:
    """One kept value: the field of the CRM that it comes from, what was done to it, and what it is for."""

    field: str
    column: str
    done: str
    purpose: str
    value: str | None
    special: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSeen:
    """One score, and since when it stood (ISO 8601 UTC, empty where that is not known)."""

    score: str | None
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSeen:
    """One entry of the decision log about this lead.

    ``seen_at`` is when a sync saw the score, ``since`` since when it stood (both ISO 8601 UTC, the latter
    empty where that is not known). ``values`` are the other columns at that time, None where they are
    not known.
    """

    seen_at: str
    score: str | None
    since: str
    policy_version: int
    values: dict[str, str | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything that is held of one lead, in plain words; every list of texts is sentences."""

    crm: str
    connection: str
    made_at: str
    standing: tuple[str, ...]
    created_day: str | None
    columns: tuple[ColumnHeld, ...]
    scores: tuple[ScoreSeen, ...]
    use: tuple[str, ...]
    check: Panel | None
    drivers: Drivers | None
    decisions: tuple[DecisionSeen, ...]
    decisions_note: str
    recipients: tuple[str, ...]
    retention: tuple[str, ...]
    rights: tuple[str, ...]
    policy_version: int
    policy_digest: str
    controller: dict[str, str] = field(default_factory=dict)


def dossier(opened: Services, connection: ConnectionRow, lead: LeadKey, who: str) -> Dossier:
    """Make the dossier of one lead; the trail says that one was made and by whom, and not of whom.

    What the trail holds of the lead is a mark (`webapp.rights.marks`): it proves later that the request was
    answered, to who has the record id and the keys.

    Raises
    ------
    BadInput
        There is no policy, so that nothing was ever read.
    """
    rules = _as_held(opened, connection, in_force(opened, connection))
    found = one_lead(opened.lake, connection.crm, connection.organisation, lead)
    flag, said = opened.repository.flag(connection.id, lead.hex), answers(opened)
    made = Dossier(
        crm=NAMES[connection.crm],
        connection=label(connection),
        made_at=opened.clock().astimezone(UTC).isoformat(timespec="seconds"),
        standing=(
            *sentences.standing(found, connection.crm),
            *answers_about(opened, connection, lead),
        ),
        created_day=str(found.day) if found.day else None,
        columns=_columns(found, rules),
        scores=_scores(found, rules),
        use=sentences.use(
            found,
            rules,
            NAMES[connection.crm],
            sentences.rules_told(opened, connection),
            said.get("human_review", gettext(BLANK)),
        ),
        check=panel_for(flag) if flag else None,
        drivers=drivers(opened, connection, rules, lead) if found.day else None,
        decisions=_decisions(opened, connection, lead),
        decisions_note=gettext(sentences.DECISIONS),
        recipients=sentences.recipients(opened, connection),
        retention=sentences.retention(opened, connection),
        rights=sentences.rights(said),
        policy_version=rules.policy_version.version,
        policy_digest=rules.policy_version.digest,
        controller=dict(said),
    )
    opened.accounts.record(
        who, "dossier made", label(connection), f"mark {mark(opened.keyring(connection), lead).hex()}"
    )
    return made


def to_json(made: Dossier) -> str:
    """The dossier as a file that other programs read (article 20; schema ``fairlead.dossier/1``)."""
    document: dict[str, Any] = {"schema": SCHEMA, **asdict(made)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _as_held(opened: Services, connection: ConnectionRow, rules: InForce) -> InForce:
    """The rules under which the leads were pulled: a policy that was saved since then made nothing yet."""
    held = held_version(opened, connection)
    return rules if held is None else replace(rules, policy_version=held[0], policy=held[1])


def _columns(found: OneLead, rules: InForce) -> tuple[ColumnHeld, ...]:
    if found.day is None:
        return ()
    known = {rule.column for rule in rules.kept}
    return (
        *_told(found, rules),
        *(
            ColumnHeld(
                field=name,
                column=name,
                done=gettext(EARLIER),
                purpose=gettext(rules.roles.get(name, sentences.OTHER_PURPOSE)),
                value=value,
                special=name in rules.special,
            )
            for name, value in found.values.items()
            if name not in known
        ),
    )


def _told(found: OneLead, rules: InForce) -> tuple[ColumnHeld, ...]:
    return tuple(
        ColumnHeld(
            field=rule.field,
            column=rule.column,
            done=english(rule.operator.describe()),
            purpose=gettext(rules.roles.get(rule.column, sentences.OTHER_PURPOSE)),
            value=found.values.get(rule.column),
            special=rule.column in rules.special,
        )
        for rule in rules.kept
    )


def _scores(found: OneLead, rules: InForce) -> tuple[ScoreSeen, ...]:
    """Earlier scores and the present one, oldest first."""
    if found.day is None or rules.stream is None or not rules.stream.score:
        return ()
    present = ScoreSeen(score=found.values.get(rules.stream.score), since=found.scored_since or "")
    return (*(ScoreSeen(score=score, since=at) for score, at in found.earlier), present)


def _decisions(opened: Services, connection: ConnectionRow, lead: LeadKey) -> tuple[DecisionSeen, ...]:
    """What the log holds, oldest first; nothing where it is damaged, which its own page tells."""
    try:
        found = history_of(opened, connection, lead)
    except BadInput:
        return ()
    return tuple(
        DecisionSeen(
            seen_at=one.seen_at,
            score=one.score,
            since=one.scored_at,
            policy_version=one.policy_version,
            values=None if one.features is None else dict(one.features),
        )
        for one in reversed(found)
    )
