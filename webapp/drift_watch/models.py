"""Models that were inferred from the score, where the CRM does not tell which one made it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from webapp.drift_watch.sealed import newest_short
from webapp.drift_watch.short import Model
from webapp.language import decimal, gettext, iso_day
from webapp.services import Services
from webapp.store.rows import ConnectionRow


def models_of(opened: Services, connection: ConnectionRow) -> tuple[Model, ...]:
    """Those that followed the first, the oldest first; none where the score never changed by itself."""
    found = newest_short(opened, connection)
    return found.models if found else ()


def inferred(models: Sequence[Model], scored: date | None) -> str:
    """Which model probably made a score of a day, marked as inferred; "" where nothing can be said."""
    if scored is None or not models:
        return ""
    for place, one in enumerate(models):
        if one.earliest <= scored <= one.latest and one.earliest < one.latest:
            ends = {"one": decimal(place + 1), "other": decimal(place + 2), "day": iso_day(one.day)}
            return gettext("inferred: model %(one)s or %(other)s, changed about %(day)s", **ends)
    number = sum(one.latest <= scored for one in models)
    if not number:
        return gettext("inferred: model 1, until about %(day)s", day=iso_day(models[0].day))
    since = iso_day(models[number - 1].day)
    return gettext("inferred: model %(number)s, since about %(day)s", number=decimal(number + 1), day=since)
