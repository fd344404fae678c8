"""What changes from one policy to another, one plain sentence each, what tells more of people first.

``difference(old, new)`` is what the command line and the pages show before a policy is saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.policy.finer import compare, tells_no_more
from connectors.policy.meaning import operator_meaning
from connectors.policy.model import NOT, Policy, Rule, opt_out_field

Kind = Literal["read", "finer", "included", "changed", "column", "excluded", "coarser", "unread", "head"]
_ORDER: tuple[Kind, ...] = (
    *("read", "finer", "included", "changed", "column", "excluded", "coarser", "unread", "head"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change.

    ``kind`` is "read" (a field is newly read), "finer" (more is told of a field that was read), "included"
    (leads that were left out are read), "changed" (something else is told, neither more nor less),
    "column" (the same is told in another column), "excluded" (leads are newly left out), "coarser" (less is
    told), "unread" (a field is no longer read) or "head" (name, object, or the field that dates a lead).
    ``field`` is the CRM's name and ``column`` the policy's; each is "" where there is none. ``sentence`` is
    for people.
    """

    kind: Kind
    field: str
    column: str
    sentence: str


def difference(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Every change from ``old`` to ``new``; empty just where both mean the same."""
    found = [*_fields(old, new), *_exclusions(old, new), *_head(old, new)]
    return tuple(sorted(found, key=lambda change: _ORDER.index(change.kind)))


def widens(changes: Sequence[Change]) -> bool:
    """Whether more is told of anybody: what a second person should look at."""
    return any(change.kind in {"read", "finer", "included", "changed"} for change in changes)


def _rules(policy: Policy) -> dict[str, list[Rule]]:
    """The rules that read, by field; names are compared as the CRMs do, whatever their letter case."""
    found: dict[str, list[Rule]] = {}
    for rule in policy.rules:
        if rule.operator.name != "drop":
            found.setdefault(rule.field.casefold(), []).append(rule)
    return found


def _fields(old: Policy, new: Policy) -> Iterator[Change]:
    before, after = _rules(old), _rules(new)
    for name in dict.fromkeys([*after, *before]):
        was, now = before.get(name, []), after.get(name, [])
        if not was:
            yield from (
                _change("read", rule, f"is newly read, into {rule.column}: {_does(rule)}") for rule in now
            )
        elif not now:
            yield _change("unread", was[0], "is no longer read")
        else:
            yield from _columns(was, now)


def _columns(was: Sequence[Rule], now: Sequence[Rule]) -> Iterator[Change]:
    before = {rule.column: rule for rule in was}
    after = {rule.column: rule for rule in now}
    for column in dict.fromkeys([*after, *before]):
        if column in before and column in after:
            yield from _operator(before[column], after[column])
        elif column in after:
            yield _added(after[column], was)
        else:
            yield _removed(before[column], now)


def _operator(was: Rule, now: Rule) -> Iterator[Change]:
    if operator_meaning(was.operator) == operator_meaning(now.operator):
        return
    order = compare(was.operator, now.operator)
    words = f"{now.column}: before: {_does(was)} Now: {_does(now)}"
    if order == "finer":
        yield _change("finer", now, f"is read finer into {words}")
    elif order == "coarser":
        yield _change("coarser", now, f"is read coarser into {words}")
    elif order == "same":
        yield _change("column", now, f"has other words, which tell the same, in {words}")
    else:
        yield _change("changed", now, f"is read otherwise, neither finer nor coarser, into {words}")


def _added(rule: Rule, was: Sequence[Rule]) -> Change:
    if any(tells_no_more(rule.operator, one.operator) for one in was):
        return _change(
            "column", rule, f"also fills {rule.column}, which tells no more than before: {_does(rule)}"
        )
    return _change("finer", rule, f"is also read into {rule.column}: {_does(rule)}")


def _removed(rule: Rule, now: Sequence[Rule]) -> Change:
    if any(tells_no_more(rule.operator, one.operator) for one in now):
        return _change("column", rule, f"no longer fills {rule.column}; as much is still told of it")
    return _change("coarser", rule, f"is no longer read into {rule.column}")


def _exclusions(old: Policy, new: Policy) -> Iterator[Change]:
    for key in ("exclude_when", "exclude_unless"):
        before = {one.casefold(): one for one in getattr(old, key)}
        after = {one.casefold(): one for one in getattr(new, key)}
        for one in (name for known, name in after.items() if known not in before):
            yield _exclusion("excluded", key, one, "Leads are newly left out")
        for one in (name for known, name in before.items() if known not in after):
            yield _exclusion("included", key, one, "Leads are no longer left out")


def _exclusion(kind: Kind, key: str, entry: str, start: str) -> Change:
    field = opt_out_field(entry)
    if key == "exclude_unless":
        why = f"where {field} is empty or says no"
    else:
        why = f"unless {field} is empty or says {'yes' if entry.startswith(NOT) else 'no'}"
    return Change(kind=kind, field=field, column="", sentence=f"{start} {why}.")


def _head(old: Policy, new: Policy) -> Iterator[Change]:
    words = {
        "name": "The policy's name",
        "crm": "The CRM",
        "object": "The object that is read",
        "created": "The field that dates a lead",
    }
    for key, what in words.items():
        was, now = getattr(old, key), getattr(new, key)
        if (was.casefold() != now.casefold()) if key == "created" else was != now:
            field = now if key == "created" else ""
            yield Change(
                kind="head",
                field=field,
                column="",
                sentence=f"{what} was {was or 'none'}, and is now {now or 'none'}.",
            )


def _change(kind: Kind, rule: Rule, words: str) -> Change:
    return Change(
        kind=kind, field=rule.field, column=rule.column, sentence=f"{rule.field} {words.rstrip('.')}."
    )


def _does(rule: Rule) -> str:
    return rule.operator.describe()
