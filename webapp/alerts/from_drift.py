"""What surely drifted, in one alert for a pull; special categories have one of their own."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.alerts.change import Change, Said, Unknown
from webapp.drift_watch.sealed import looks_at, sealed_of
from webapp.drift_watch.short import Short
from webapp.drift_watch.things import Thing, is_news
from webapp.keeping_up import behind_of
from webapp.language import marked
from webapp.secrets_box import Unreadable
from webapp.services import Services
from webapp.special_names import marked as special_names
from webapp.store.drift_looks import LookRow
from webapp.store.rows import ConnectionRow

LISTED = 8
MODEL = marked("The score has surely changed, as with another model.")
FAIRNESS = marked("A gap between groups has surely changed from earlier leads to the newest.")
LEADS = marked("The newest leads surely differ from earlier ones.")
SURE = marked(
    "Of connections where nothing moved at most 5 in 100 are said to have moved at one look. What is "
    "listed also moved by more than its limit."
)
TODO_MODEL = marked(
    "Open the page Drift: it names the day. Ask the vendor or the admin what changed then, and audit the "
    "leads before and after apart."
)
TODO = marked("Open the page Drift: it says since when, how far, and what to do about each.")


def of_drift(opened: Services, connection: ConnectionRow) -> tuple[Change, ...]:
    """The news of the newest look: one alert, told again only where something new is in it.

    Raises
    ------
    Unknown
        The last look failed, or cannot be read.
    """
    row, short = _newest(opened, connection)
    if row is None or short is None:
        return ()
    hidden = special_names(opened, connection.id, {row.stream_version})
    told = [one for one in short.things if is_news(one)]
    special = [one for one in told if one.special or one.name in hidden]
    plain = [one for one in told if one not in special]
    found = ((plain, False), (special, True))
    return tuple(_change(connection, part, short, special=own) for part, own in found if part)


def _newest(opened: Services, connection: ConnectionRow) -> tuple[LookRow | None, Short | None]:
    row, sealed = looks_at(opened).newest(connection.id), sealed_of(opened, connection)
    if row is None:
        return None, None
    if sealed is None or any(one.part == "drift" for one in behind_of(opened, connection)):
        raise Unknown
    try:
        short = sealed.short(row)
    except Unreadable:
        raise Unknown from None
    if short is None or short.lacking:
        raise Unknown
    return row, short


def _change(connection: ConnectionRow, found: Sequence[Thing], short: Short, *, special: bool) -> Change:
    kinds = {one.kind for one in found}
    model = bool(kinds & {"model", "unclear"})
    what = MODEL if model else FAIRNESS if "gap" in kinds else LEADS
    return Change(
        subject="drift/special" if special else "drift",
        kind="drift",
        severity="high" if model or "gap" in kinds else "medium",
        what=Said(text=what),
        sure=Said(text=SURE),
        todo=Said(text=TODO_MODEL if model else TODO),
        page=f"/connections/{connection.id}/drift",
        edition=short.news[special],
        quote=_listed(found),
        about=tuple(sorted({one.name for one in found if one.name})),
        special_category=special,
    )


def _listed(found: Sequence[Thing]) -> str:
    """What moved, in English and without any value of a lead."""
    parts = [_words(one) for one in found[:LISTED]]
    more = [f"{len(found) - LISTED} more"] if len(found) > LISTED else []
    return f"{'; '.join((*parts, *more))}."


def _words(one: Thing) -> str:
    since = f" since {one.day}" if one.day else ""
    column = f"{one.role} {one.name}" if one.role == "feature" else one.role
    return {
        "model": f"the score changed on or about {one.day}, also among leads that are alike",
        "unclear": f"the score changed on or about {one.day}",
        "mix": f"the score changed on or about {one.day} because other leads came",
        "begun": f"{one.name} is a new field{since}",
        "ended": f"{one.name} is gone{since}",
        "moved": f"{column} moved" + (f", since the week or month of {one.day}" if one.day else ""),
        "new": f"{one.name or one.role} has values never seen before",
        "gap": f"the gap of {one.metric} in {one.name} changed",
    }[one.kind]
