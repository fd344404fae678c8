"""What one policy changes against another, in sentences by kind, so that 300 of them can be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from audit.schema import BadInput
from connectors.policy.difference import Change, Kind, difference
from connectors.policy.model import Policy
from connectors.policy.parse import parse_policy
from webapp.language import english, gettext, marked

FOLDED_OVER = 12
"""A kind with more changes than this is folded."""
WORDS: dict[Kind, str] = {
    "read": marked("Newly read"),
    "finer": marked("Read finer"),
    "included": marked("Leads no longer left out"),
    "changed": marked("Read otherwise"),
    "column": marked("Other columns, the same told"),
    "excluded": marked("Leads newly left out"),
    "coarser": marked("Read coarser"),
    "unread": marked("No longer read"),
    "head": marked("The policy itself"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeGroup:
    """The changes of one kind; ``widens`` says that more is told of people than before."""

    title: str
    sentences: tuple[str, ...]
    widens: bool

    @property
    def folded(self) -> bool:
        """Whether there are too many to show them at once."""
        return len(self.sentences) > FOLDED_OVER


def policy_changes(old: str, new: str) -> tuple[ChangeGroup, ...]:
    """The changes between two texts, what tells more first; empty where one of them is no valid policy."""
    before, after = parsed(old), parsed(new)
    if after is None:
        return ()
    if before is None:
        rules = tuple(english(f"{rule.field}: {rule.operator.describe()}") for rule in after.rules)
        return (ChangeGroup(title=gettext("What it says of each field"), sentences=rules, widens=False),)
    return _grouped(difference(before, after))


def changed_fields(old: str, draft: Policy | None) -> Collection[str]:
    """The fields, case-folded, that a draft treats otherwise than the text in force."""
    before = parsed(old)
    if before is None or draft is None:
        return ()
    return {change.field.casefold() for change in difference(before, draft) if change.field}


def parsed(text: str) -> Policy | None:
    """The policy of a text, None where it is none."""
    try:
        return parse_policy(text)
    except BadInput:
        return None


def _grouped(found: Iterable[Change]) -> tuple[ChangeGroup, ...]:
    groups: dict[Kind, list[str]] = {}
    for change in found:
        groups.setdefault(change.kind, []).append(english(change.sentence))
    widening = {"read", "finer", "included", "changed"}
    return tuple(
        ChangeGroup(title=gettext(WORDS[kind]), sentences=tuple(said), widens=kind in widening)
        for kind, said in groups.items()
    )
