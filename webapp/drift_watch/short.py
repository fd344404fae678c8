"""A look in short: what moved, what of it was known when, and the models that were inferred."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from audit.drift import DriftReport
from webapp.drift_watch.things import CHANGES, Thing, is_news, things

NEAR = timedelta(days=10)
"""A change of the score that is told so near to one of before is the same one."""
FORGOTTEN = timedelta(days=30)
"""How long a thing that is no more told stays known, so that its return is no news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """When a thing was first told, in which audit, and when last; ``key`` is its name then.

    ``news`` is whether somebody is to be told at once, ``special`` whether it is of a special category.
    """

    key: str
    news: bool
    special: bool
    audit_id: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that was inferred: from about ``day`` on, or else from ``earliest`` to ``latest``.

    ``sure`` is whether leads that are alike were scored otherwise; else only the score is known to differ.
    """

    day: date
    earliest: date
    latest: date
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """One look in short; ``lacking`` says in English why nothing could be compared, "" where it could.

    ``news`` names the pull that last brought something new, and the same of special categories.
    """

    lacking: str = ""
    leads: int = 0
    first: date | None = None
    last: date | None = None
    score: float | None = None
    alike: float | None = None
    together: float | None = None
    things: tuple[Thing, ...] = ()
    known: tuple[Known, ...] = ()
    models: tuple[Model, ...] = ()
    news: tuple[str, str] = ("", "")


def short_of(
    report: DriftReport, before: Short | None, pulled: tuple[str, datetime], special: Collection[str] = ()
) -> Short:
    """A report in short, with what was known before it.

    ``pulled`` are the audit and the moment of the pull, ``special`` the names of special categories.
    """
    earlier = before or Short()
    found = tuple(_named(things(report, special), earlier.known))
    score = next((one for one in report.columns if one.role == "score"), None)
    made, known = report.windows, _known(found, earlier.known, pulled)
    return Short(
        leads=made.reference.leads + made.between + made.newest.leads,
        first=made.reference.first,
        last=made.newest.last,
        score=None if score is None else max(score.psi - score.psi_by_chance, 0.0),
        alike=None if report.alike is None else report.alike.left,
        together=None if report.multivariate is None else report.multivariate.auc,
        things=found,
        known=known,
        models=tuple(_models(found, earlier.models, made.reference.first)),
        news=(_news(known, earlier, special=False), _news(known, earlier, special=True)),
    )


def lacking(why: str, before: Short | None) -> Short:
    """A look that could compare nothing; what was known stays known."""
    earlier = before or Short()
    return Short(lacking=why, known=earlier.known, models=earlier.models, news=earlier.news)


def _named(found: Sequence[Thing], known: Sequence[Known]) -> Iterator[Thing]:
    """Changes under the name that they had: their day is told a little otherwise from look to look."""
    days = [date.fromisoformat(one.key[7:]) for one in known if one.key.startswith("change/")]
    for one in found:
        at = _nearest(one.day, days) if one.kind in CHANGES and one.day else None
        yield one if at is None else replace(one, key=f"change/{at}")


def _nearest(day: date, days: Sequence[date]) -> date | None:
    near = [at for at in days if abs(at - day) <= NEAR]
    return min(near, key=lambda at: abs(at - day), default=None)


def _known(
    found: Sequence[Thing], before: Sequence[Known], pulled: tuple[str, datetime]
) -> tuple[Known, ...]:
    audit_id, now = pulled
    earlier, still = {one.key: one for one in before}, dict[str, Known]()
    for one in found:
        known = earlier.get(one.key)
        still[one.key] = Known(
            key=one.key,
            news=is_news(one),
            special=one.special,
            audit_id=known.audit_id if known else audit_id,
            first=known.first if known else now,
            last=now,
        )
    gone = [one for one in before if one.key not in still and now - one.last <= FORGOTTEN]
    return (*still.values(), *gone)


def _news(known: Sequence[Known], before: Short, *, special: bool) -> str:
    """The pull that brought the newest of them; that something of before is forgotten is no news."""
    told = [
        f"{one.first:%Y%m%d%H%M%S}/{one.audit_id}" for one in known if one.news and one.special == special
    ]
    return max([before.news[special], *told])


def _models(found: Sequence[Thing], before: Sequence[Model], first: date | None) -> Iterator[Model]:
    """Those of before whose leads are no more here, then those that are told now."""
    yield from (one for one in before if first is not None and one.latest < first)
    for one in found:
        if one.kind in {"model", "unclear"} and one.day and one.earliest and one.latest:
            yield Model(day=one.day, earliest=one.earliest, latest=one.latest, sure=one.kind == "model")
