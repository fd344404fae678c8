"""The privacy page of a connection: what is held, who is left out, what was deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.language import gettext
from webapp.rights.erasing import Erasure, Held
from webapp.rights.proofs import Checked, told_in
from webapp.rights.rules import InForce
from webapp.viewmodels.account import EXCLUSIONS, Account
from webapp.viewmodels.words import counted, low_to_high, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldColumn:
    """One column, where it comes from, and what is kept of it."""

    column: str
    field: str
    operator: str
    sentence: str
    special: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What is held of a connection's leads; ``opted_out`` are pairs of a sentence and a count."""

    account: Account | None
    columns: tuple[HeldColumn, ...]
    opted_out: tuple[tuple[str, str], ...]
    read_at: str
    connected_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One line of the list of certificates.

    ``tone`` is that of its badge: one that another key signed proves nothing until somebody knows that key.
    """

    id: str
    made_at: str
    why: str
    leads: str
    days: str
    state: str
    tone: str


def columns_of(rules: InForce | None) -> tuple[HeldColumn, ...]:
    """The kept columns, in the order of the policy."""
    if rules is None:
        return ()
    return tuple(
        HeldColumn(
            column=rule.column,
            field=rule.field,
            operator=rule.operator.name,
            sentence=rule.operator.describe(),
            special=rule.column in rules.special,
        )
        for rule in rules.kept
    )


def opted_out(excluded: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """How many leads each field left out, the most first; reasons of ours are none of them."""
    fields = [(name, count) for name, count in excluded.items() if name not in EXCLUSIONS]
    ordered = sorted(fields, key=lambda one: (-one[1], one[0]))
    return tuple((name, counted(count, "lead", "leads")) for name, count in ordered)


def certificate(one: Checked) -> Certificate:
    """A certificate in words."""
    told = told_in(one.proof)
    days = told.get("by_cohort_day") or {}
    return Certificate(
        id=one.proof.id,
        made_at=moment(one.proof.made_at),
        why=_why(told),
        leads=counted(int((told.get("held") or told).get("leads", 0)), "lead", "leads"),
        days=low_to_high(min(days), max(days)) if days else "",
        state=_state(one)[1],
        tone=_state(one)[0],
    )


def _state(one: Checked) -> tuple[str, str]:
    """The tone and the words of what the check found."""
    if one.trouble:
        return "failed", one.trouble
    if not one.ours:
        return "medium", gettext(
            "Signed with another key than the one in force: compare it with the one you kept"
        )
    if one.proof.finished_at is None:
        return "failed", gettext("Not finished: the next sync or start of Fairlead ends it")
    return "done", gettext("Sound")


def erased_words(done: Erasure) -> str:
    """What an erasure did, as a person reads it."""
    if not done.before.any:
        return gettext(
            "Nothing was held of this lead. It is kept out from now on: later pulls leave it out and "
            "count it."
        )
    if done.after.any and not done.waiting:
        return gettext(
            "Not everything could be erased yet; the server's log says why. Fairlead tries again by itself."
        )
    places = _places(done.before)
    said = gettext("Erased: %(places)s. Later pulls leave the lead out and count it.", places=places)
    if not done.waiting:
        return said
    ended = gettext("A job is at work: what it makes of the lead meanwhile is erased at its end.")
    return f"{said} {ended}"


def _places(held: Held) -> str:
    scores = counted(held.scores, "earlier score", "earlier scores")
    row = gettext("its row with %(scores)s", scores=scores) if held.scores else gettext("its row")
    found = [
        row if held.row else "",
        gettext("its line among those left out") if held.turned_away else "",
        gettext("its flag") if held.flag else "",
        counted(held.told, "note of what the CRM told", "notes of what the CRM told") if held.told else "",
        counted(held.decisions, "decision log entry", "decision log entries") if held.decisions else "",
    ]
    return ", ".join(one for one in found if one)


def _why(told: Mapping[str, Any]) -> str:
    rule = told.get("rule")
    if rule:
        return gettext(
            "Older than %(months)s months (before %(day)s)", months=rule["months"], day=rule["before"]
        )
    cause = gettext(str(told.get("cause", "")))
    return cause[:1].upper() + cause[1:]
