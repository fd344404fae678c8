"""What happened at a connection that could change a gap: rules, remedies, shadow scores, notes of people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from audit.schema import BadInput, Stream, parse_stream
from webapp.drift_watch.models import models_of
from webapp.language import decimal, gettext
from webapp.services import Services
from webapp.store.benchmarks import Benchmarks
from webapp.store.rows import ConnectionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What happened on a day, in words; ``theirs`` says that a person wrote them."""

    day: date
    words: str
    theirs: bool = False


def benchmarks_of(opened: Services) -> Benchmarks:
    """What quarters are held against, and what people say they changed."""
    return Benchmarks(database=opened.database, clock=opened.clock)


def happened(opened: Services, connection: ConnectionRow, *, rules: bool) -> tuple[Happened, ...]:
    """Everything, the oldest first; with ``rules`` also what people wrote, which only they may read."""
    found = [*_versions(opened, connection), *_remedies(opened, connection), *_models(opened, connection)]
    if rules:
        notes = benchmarks_of(opened).notes(connection.id)
        found += [Happened(day=one.day, words=one.words, theirs=True) for one in notes]
    return tuple(sorted(found, key=lambda one: one.day))


def _models(opened: Services, connection: ConnectionRow) -> Iterator[Happened]:
    """Days on which the score changed by itself, as it was inferred from the leads."""
    for place, one in enumerate(models_of(opened, connection)):
        words = gettext(
            "Inferred: the score changed, as with another model (model %(n)s)", n=decimal(place + 2)
        )
        yield Happened(day=one.day, words=words)


def _versions(opened: Services, connection: ConnectionRow) -> Iterator[Happened]:
    for one in opened.repository.policies(connection.id):
        if one.version > 1:
            words = gettext("Policy version %(version)s", version=decimal(one.version))
            yield Happened(day=one.saved_at.date(), words=words)
    before: Stream | None = None
    for kept in reversed(opened.repository.streams(connection.id)):
        stream = _parsed(kept.text)
        if kept.version > 1:
            yield Happened(day=kept.saved_at.date(), words=_of_stream(before, stream, kept.version))
        before = stream


def _of_stream(before: Stream | None, now: Stream | None, version: int) -> str:
    if before and now and before.threshold != now.threshold and None not in {before.threshold, now.threshold}:
        return gettext(
            "Threshold moved from %(before)s to %(now)s (stream version %(version)s)",
            before=_number(before.threshold),
            now=_number(now.threshold),
            version=decimal(version),
        )
    return gettext("Stream version %(version)s", version=decimal(version))


def _number(value: float | None) -> str:
    return f"{value:g}"


def _parsed(text: str) -> Stream | None:
    with suppress(BadInput):
        return parse_stream(text, "The stream")
    return None


def _remedies(opened: Services, connection: ConnectionRow) -> Iterator[Happened]:
    for made in opened.experiments.made(connection.id):
        yield Happened(day=(made.made_at or made.asked_at).date(), words=gettext("Remedies tried"))
    for one in opened.shadows.of(connection.id):
        yield Happened(day=one.started_at.date(), words=gettext("Shadow score started"))
        if one.stopped_at is not None:
            yield Happened(day=one.stopped_at.date(), words=gettext("Shadow score stopped"))
