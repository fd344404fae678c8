"""The rules of a draft as the page lists them: in groups, each with what it does and its mistake."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from audit.finding.words import capitalized
from connectors.policy.allowed import allowed_operators
from connectors.policy.model import Policy
from connectors.source import FieldInfo
from webapp.language import english, gettext, marked
from webapp.viewmodels.policy_table import PolicyTable, Row, operator_words

SHOW = {
    "": marked("Everything"),
    "read": marked("What is read"),
    "dropped": marked("What is dropped"),
    "wrong": marked("What has a mistake"),
    "changed": marked("What the draft changes"),
    "new": marked("What is not decided"),
}
"""What the filter can be set to, and its words."""
_PLACE = re.compile(r"rule \d+ \(field '[^']*'\)[:,] ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the filter lets through: texts that hold ``find``, of one kind (a key of `SHOW`)."""

    find: str = ""
    show: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.find or self.show)

    def finds(self, *texts: str) -> bool:
        """Whether one of the texts holds what is looked for."""
        return any(self.find.casefold() in text.casefold() for text in texts)

    def takes(self, *kinds: str) -> bool:
        """Whether something of these kinds is let through."""
        return not self.show or self.show in kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the draft: its policy where it is valid, and mistakes by place and by field."""

    policy: Policy | None
    mistakes: Mapping[int, str]
    fields: Mapping[str, FieldInfo]
    error: str = ""
    changed: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule; ``shown`` says whether the filter lets it through.

    ``does`` is for a page, ``fault`` is what is wrong, in English, or "".
    """

    row: Row
    does: str
    fault: str
    changed: bool
    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroup:
    """Rules of one kind; those that are not shown stay in the form."""

    key: str
    title: str
    lines: tuple[RuleLine, ...]

    @property
    def shown(self) -> int:
        """How many the filter lets through."""
        return sum(line.shown for line in self.lines)


def rule_groups(table: PolicyTable, known: Known, wanted: Wanted) -> tuple[RuleGroup, ...]:
    """The rules that read, and those that only say no; a group that is empty is left out."""
    lines = [_line(row, known, wanted) for row in table.rows]
    groups = (
        RuleGroup(key="read", title=gettext("Read"), lines=_of(lines, dropped=False)),
        RuleGroup(key="dropped", title=gettext("Never read, by a rule"), lines=_of(lines, dropped=True)),
    )
    return tuple(group for group in groups if group.lines)


def wrong_lines(groups: Iterable[RuleGroup]) -> tuple[RuleLine, ...]:
    """The rules with a mistake, in the order of the draft."""
    found = [line for group in groups for line in group.lines if line.fault]
    return tuple(sorted(found, key=lambda line: line.row.place))


def _of(lines: Iterable[RuleLine], *, dropped: bool) -> tuple[RuleLine, ...]:
    return tuple(line for line in lines if (line.row.operator == "drop") == dropped)


def _line(row: Row, known: Known, wanted: Wanted) -> RuleLine:
    does, fault = _does(row, known), _fault(row, known)
    changed = row.field.casefold() in known.changed
    kinds = ("dropped" if row.operator == "drop" else "read", fault and "wrong", changed and "changed")
    found = wanted.finds(row.field, row.label, row.type, row.column, row.operator, does)
    return RuleLine(
        row=row,
        does=english(does) if _is_known(row, known) else does,
        fault=fault,
        changed=changed,
        shown=found and wanted.takes(*(kind for kind in kinds if kind)),
    )


def _does(row: Row, known: Known) -> str:
    if known.policy and _is_known(row, known):
        return known.policy.rules[row.place].operator.describe()
    words = operator_words()
    return capitalized(words[row.operator]) if row.operator in words else row.operator.capitalize()


def _is_known(row: Row, known: Known) -> bool:
    """Whether the draft is valid so far that the policy itself says, in English, what the rule does."""
    return known.policy is not None and row.place < len(known.policy.rules)


def _fault(row: Row, known: Known) -> str:
    """What is wrong with a rule: by itself, by its field's type, or as the whole draft's error says."""
    if row.place in known.mistakes:
        return _PLACE.sub("", known.mistakes[row.place], count=1)  # the page says beside which rule
    field = known.fields.get(row.field.casefold())
    allowed = allowed_operators(field) if field else (row.operator,)
    if row.operator not in allowed:
        choices = " or ".join(f"'{name}'" for name in allowed)
        return f"a field of type {row.type} cannot be used with '{row.operator}': choose {choices}"
    return known.error if row.field and f"'{row.field}'" in known.error else ""
