"""What a draft would do to the next pull, and what stays as it is until then."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.policy.apply import WITHOUT
from connectors.policy.model import Policy
from connectors.policy.write import policy_digest
from connectors.source import Batch
from webapp.language import gettext, ngettext


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPull:
    """Sentences and lists for the page. ``excluded`` are counts of a sample, by the field that excludes.

    ``requested`` are fields that are asked for from then on, ``spared`` those that are not any more.
    ``full`` says that everything is read anew.
    """

    requested: tuple[str, ...]
    spared: tuple[str, ...]
    full: bool
    why: str
    until: str
    sampled: int
    excluded: tuple[tuple[str, int], ...]
    columns_new: tuple[str, ...]
    columns_gone: tuple[str, ...]


def next_pull(held: Policy | None, draft: Policy, batch: Batch | None, leads: int) -> NextPull:
    """Compare a draft with the policy that the ``leads`` held were pulled under (None for none).

    ``batch`` is a sample under the draft, None where the CRM could not be asked.
    """
    before, after = (held.fields if held else ()), draft.fields
    columns = [_columns(held) if held else (), _columns(draft)]
    full = held is None or policy_digest(held) != policy_digest(draft)
    return NextPull(
        requested=_without(after, before),
        spared=_without(before, after),
        full=full,
        why=_why(held, full=full),
        until=_until(leads, full=full),
        sampled=batch.read if batch else 0,
        excluded=_excluded(batch),
        columns_new=tuple(name for name in columns[1] if name not in columns[0]),
        columns_gone=tuple(name for name in columns[0] if name not in columns[1]),
    )


def _why(held: Policy | None, *, full: bool) -> str:
    if held is None:
        return gettext("Everything is read: it is the first pull.")
    if full:
        return gettext(
            "Everything is read anew, not only what changed: leads that were made under two policies must "
            "not stand side by side."
        )
    return gettext(
        "Only what changed in the CRM is read: the rules are the same, whatever else stands in the text."
    )


def _until(leads: int, *, full: bool) -> str:
    if not leads:
        return gettext("No lead is held here yet.")
    if not full:
        return ngettext(
            "%(n)s\N{NO-BREAK SPACE}lead stays as now.", "%(n)s\N{NO-BREAK SPACE}leads stay as now.", leads
        )
    return ngettext(
        "Until that pull has ended, %(n)s\N{NO-BREAK SPACE}lead stays as the policy of the last pull made "
        "them; then they are replaced.",
        "Until that pull has ended, %(n)s\N{NO-BREAK SPACE}leads stay as the policy of the last pull made "
        "them; then they are replaced.",
        leads,
    )


def _columns(policy: Policy) -> tuple[str, ...]:
    return tuple(rule.column for rule in policy.rules if rule.operator.name != "drop")


def _without(names: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    known = {name.casefold() for name in others}
    return tuple(name for name in names if name.casefold() not in known)


def _excluded(batch: Batch | None) -> tuple[tuple[str, int], ...]:
    counts = batch.excluded if batch else {}
    return tuple((_reason(name), count) for name, count in sorted(counts.items()))


def _reason(name: str) -> str:
    return gettext("no %(field)s", field=name.removeprefix(WITHOUT)) if name.startswith(WITHOUT) else name
