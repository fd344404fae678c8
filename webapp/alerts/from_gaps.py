"""Watched gaps that surely lie outside the tolerance, and those that have surely changed of late."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from webapp.alerts.change import Change, Said
from webapp.gap_watch.seen import hidden_names
from webapp.language import marked
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.watching_gaps import GapAlarm, alarms_of

NEWS = timedelta(days=30)
"""How long a change is news: the band that began after it tells the rest."""
OUTSIDE = marked("A watched gap is surely outside its tolerance.")
CHANGED = marked("A watched gap has surely changed.")
SURE = marked(
    "When it was said, the gap lay between %(low)s and %(high)s points. Over all days together at most "
    "%(wrong)s of 100 gaps without one ever raise an alarm."
)
TODO_OUTSIDE = marked(
    "Open the page Monitoring: it shows since when. Try remedies for this attribute, and note there what you "
    "change."
)
TODO_CHANGED = marked(
    "Find out what was changed in the CRM or in the team around that day, and note it on the page Monitoring."
)


def of_gaps(opened: Services, connection: ConnectionRow) -> tuple[Change, ...]:
    """The newest alarm of each watched gap that still goes on under the rules that it was raised under.

    A gap that the newest audit finds outside tolerance is left to the alert of that finding.
    """
    hidden, found = hidden_names(opened, connection.id), _found(opened, connection)
    return tuple(
        _change(one, hidden)
        for one in _standing(opened, connection)
        if one.kind == "changed" or one.finding_id not in found
    )


def _found(opened: Services, connection: ConnectionRow) -> frozenset[str]:
    newest = opened.evidence.newest(connection.id, 1)
    overview = newest[0].overview if newest else None
    told = (one for one in overview.findings if one.verdict == "fail") if overview else ()
    return frozenset(one.id for one in told if one.severity != "info")


def _standing(opened: Services, connection: ConnectionRow) -> Iterator[GapAlarm]:
    going_on = {
        (one.metric, one.attribute, one.reference): one.begun_at
        for one in opened.watched_gaps.sequences(connection.id, going_on=True)
    }
    seen = set[str]()
    for alarm in alarms_of(opened, connection, special=True):
        begun = going_on.get((alarm.metric, alarm.attribute, alarm.reference))
        late = alarm.kind == "changed" and opened.clock() - alarm.said_at > NEWS
        subject = _subject(alarm)
        if begun is not None and begun <= alarm.said_at and not late and subject not in seen:
            seen.add(subject)
            yield alarm


def _subject(alarm: GapAlarm) -> str:
    parts = (alarm.kind, alarm.metric, alarm.attribute, alarm.group, alarm.reference)
    named = "\0".join(parts)
    return f"gap/{hashlib.sha256(named.encode()).hexdigest()[:24]}"


def _signed(share: float) -> str:
    return f"{share * 100 + 0.0:+.1f}".replace("-", "\N{MINUS SIGN}")


def _change(alarm: GapAlarm, hidden: frozenset[str]) -> Change:
    outside = alarm.kind == "outside"
    values = {
        "low": _signed(alarm.low),
        "high": _signed(alarm.high),
        "wrong": f"{(1 - alarm.confidence) * 100:g}",
    }
    return Change(
        subject=_subject(alarm),
        kind="gap",
        severity="high" if outside else "medium",
        what=Said(text=OUTSIDE if outside else CHANGED),
        sure=Said(text=SURE, values=values),
        todo=Said(text=TODO_OUTSIDE if outside else TODO_CHANGED),
        page=f"/connections/{alarm.connection_id}/monitoring",
        edition=alarm.id,
        quote=f"{alarm.title}. {alarm.sentence}",
        about=(alarm.attribute,),
        special_category=alarm.special or alarm.attribute in hidden,
    )
