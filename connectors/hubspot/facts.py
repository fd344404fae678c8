"""What one portal has of what a policy wants, and what of it this app may read.

A missing scope takes away one thing and nothing else; a sentence says which, and the mend.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from connectors.errors import ConnectorError, Refused
from connectors.hubspot import scoring
from connectors.hubspot.answers import Document
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.fields import field_info
from connectors.hubspot.flag_properties import AUDIT
from connectors.hubspot.reading import MERGED
from connectors.hubspot.records import ABSENT
from connectors.hubspot.related import DEALS, KINDS, LEADS, kind_of, property_of
from connectors.hubspot.withheld import is_withheld, lack
from connectors.policy.fitting import refuse_unfit
from connectors.policy.model import Policy, Rule
from connectors.scorerules import ScoreRules
from connectors.source import FieldInfo

NAMED = 8
# Asks whether an object may be read, and reads nothing of it: no record has this id.
_NO_RECORD: Document = {
    "filterGroups": [{"filters": [{"propertyName": "hs_object_id", "operator": "EQ", "value": "0"}]}],
    "limit": 1,
    "properties": ["hs_object_id"],
}
FROZEN = "hubspotscore"
WARNING = (
    f"The score is {FROZEN}, which HubSpot has not updated since 31 August 2025: take the property of a "
    "score that your portal makes now."
)
_LOST = MappingProxyType(
    {DEALS: "Deals are not read, so that no outcome comes from them", LEADS: "HubSpot's leads are not read"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``merged`` are the properties that name merged contacts, ``flags`` whether ours were made already.

    ``left_out`` are objects that may not be read. ``rules`` are those behind the score, where HubSpot
    tells them. ``notes`` are sentences for the admin.
    """

    merged: tuple[str, ...] = ()
    flags: bool = False
    left_out: frozenset[str] = frozenset()
    rules: ScoreRules | None = None
    notes: tuple[str, ...] = ()


def described(client: HubSpotClient, kind: str = "") -> tuple[FieldInfo, ...]:
    """The properties of contacts, or of ``deals`` or ``leads`` under their names in a policy.

    HubSpot lists only what is not sensitive data unless it is asked for more, which Fairlead never does.
    """
    start = next((f"{start}." for start, name in KINDS.items() if name == kind), "")
    return tuple(
        field_info(found, start)
        for found in (client.properties(kind) if kind else client.properties())
        if not found.get("archived") and _is_open(found)
    )


def checked(client: HubSpotClient, policy: Policy) -> Facts:
    """What the portal has for a policy.

    Raises
    ------
    BadInput
        The policy would keep what a property's type forbids.
    Refused
        ``PROPERTY_DOESNT_EXIST``: the policy names what the portal does not have.
    """
    fields = described(client)
    notes, left_out, untold = list[str](), set[str](), set[str]()
    for kind in dict.fromkeys(kind_of(name) for name in policy.fields if kind_of(name)):
        try:
            found = _granted(client, kind)
        except Refused as error:
            if not is_withheld(error):
                raise
            left_out.add(kind)
            notes.append(f"{_LOST[kind]}: {lack(error)}.")
        else:
            untold |= {kind} if found is None else set()
            fields = (*fields, *(found or ()))
    _refuse_unknown(policy, fields, left_out | untold)
    refuse_unfit(policy, fields)
    names = {field.name for field in fields}
    return Facts(
        merged=tuple(name for name in MERGED if name in names),
        flags=AUDIT in names,
        left_out=frozenset(left_out),
        notes=tuple(notes),
    )


def told_rules(client: HubSpotClient, rule: Rule | None) -> tuple[ScoreRules | None, tuple[str, ...]]:
    """The rules behind the score, and what there is to say about it."""
    if rule is None or kind_of(rule.field):
        return None, ()
    frozen = (WARNING,) if rule.field == FROZEN else ()
    try:
        return scoring.rules_of(client, rule.field), frozen
    except ConnectorError as error:
        # It is in beta, and no lead hangs on it: whatever it answers, the sync goes on.
        if isinstance(error, Refused) and is_withheld(error):
            told = f"HubSpot does not tell by which rules the score is made: {lack(error)}."
        else:
            told = f"HubSpot did not tell this time by which rules the score is made: {error}."
        return None, (*frozen, told)


def granted(client: HubSpotClient, kind: str) -> bool:
    """Whether this app may read ``deals`` or ``leads`` of this portal."""
    try:
        client.search(_NO_RECORD, kind)
    except Refused as error:
        if not is_withheld(error):
            raise
        return False
    return True


def _granted(client: HubSpotClient, kind: str) -> Sequence[FieldInfo] | None:
    """The properties of deals or leads, after a look whether they may be read at all.

    None where they may, and their definitions may not: those have a scope of their own.
    """
    client.search(_NO_RECORD, kind)
    try:
        return described(client, kind)
    except Refused as error:
        if not is_withheld(error):
            raise
        return None


def _is_open(found: Document) -> bool:
    return str(found.get("dataSensitivity") or "non_sensitive") == "non_sensitive"


def _refuse_unknown(policy: Policy, fields: Sequence[FieldInfo], left_out: set[str]) -> None:
    unknown = list(_unknown(policy, {field.name for field in fields}, left_out))
    if not unknown:
        return
    more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
    names = ", ".join(map(property_of, unknown[:NAMED]))
    what = f"{_noun(unknown[0])} property {names}{more}"
    msg = f"the portal has no {what} that this app may read: correct the policy"
    raise Refused(msg, code=ABSENT)


def _unknown(policy: Policy, known: set[str], left_out: set[str]) -> Iterator[str]:
    for name in policy.fields:
        if name not in known and kind_of(name) not in left_out:
            yield name


def _noun(name: str) -> str:
    return kind_of(name).removesuffix("s") or "contact"
