"""The history of a score field, where the org tracks it: the scores from before the first pull.

References
----------
Salesforce, Object Reference, "LeadHistory".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connectors.changes import Changes, Told
from connectors.errors import Refused
from connectors.policy.model import Rule
from connectors.portions import portions
from connectors.pseudonym import Keyring
from connectors.salesforce.bulk_query import Patience
from connectors.salesforce.einstein import lead_key_of
from connectors.salesforce.facts import Facts, visible
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.listing import rows_of
from connectors.salesforce.query import Soql
from connectors.salesforce.typed import number_text
from connectors.snapshots import Past, PastOf, no_past

OBJECT = "LeadHistory"
_NEEDED = frozenset({"leadid", "field", "oldvalue", "newvalue", "createddate"})
_HIDDEN = frozenset({"INVALID_TYPE", "INVALID_FIELD", "INSUFFICIENT_ACCESS"})
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreHistory:
    """The history of one org. ``place`` is a folder: the changes lie on the disk while they are asked for."""

    gateway: Gateway = field(repr=False)
    keyring: Keyring = field(repr=False)
    facts: Facts
    patience: Patience
    place: Path

    @contextmanager
    def of(self, rule: Rule | None) -> Iterator[PastOf]:
        """The earlier scores of leads by the rule of the score; nothing where the org does not track it.

        The old value of the first change stood before, since nobody says when: it is dated to the day
        before the change at the latest, which is all that a score before an outcome needs.
        """
        if rule is None or not self._is_tracked(rule):
            yield no_past
            return
        with Changes(self.place) as changes:
            self._read(rule, changes)

            def past(keys: Sequence[str]) -> dict[str, Past]:
                return {key: _past(found, rule, self.keyring) for key, found in changes.of(keys).items()}

            yield past

    def _is_tracked(self, rule: Rule) -> bool:
        if "." in rule.field or rule.field.lower() not in self.facts.types:
            return False
        return set(visible(self.gateway, OBJECT)) >= _NEEDED

    def _read(self, rule: Rule, changes: Changes) -> None:
        query = Soql(
            fields=("Id", "LeadId", "OldValue", "NewValue", "CreatedDate"),
            where=f"Field = '{rule.field}'",
            object=OBJECT,
        )
        try:
            for some in portions(rows_of(self.gateway, query, self.patience, "score history"), _AT_ONCE):
                changes.add(
                    (key, at, old, new)
                    for _, lead, old, new, at in some
                    if at is not None and (key := lead_key_of(self.keyring, lead)) is not None
                )
        except Refused as error:
            if error.code not in _HIDDEN:
                raise
            changes.clear()


def _past(changes: Sequence[Told], rule: Rule, keyring: Keyring) -> Past:
    """The scores in the order of time, after the policy's operator."""
    texts = [number_text(changes[0][1] or ""), *(number_text(new or "") for _, _, new in changes)]
    values = rule.operator.apply(texts, keyring).values
    return tuple(zip(values, ("", *(at for at, _, _ in changes)), strict=True))
