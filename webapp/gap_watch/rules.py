"""What a sequence goes by, and which days count in it: a day closes once, and then stays as it was.

A bet may not be taken back. So a day of creation counts when it is complete for a metric, with the leads as
they are then: a lead that is erased, corrected, or has its outcome later changes nothing of it any more. What
comes out is a sequence of days each of which was seen once, which is what the guarantee needs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from audit.schema import Attribute, Stream
from audit.watch import COUNT
from webapp.language import marked

OF_OUTCOMES = frozenset({"base_rate", "true_positive_rate"})
OF_SELECTION = frozenset({"selection_rate", "true_positive_rate"})
OVER, WORKED_WITHIN, RIPE_WITHIN = 1, 8, 31
"""Days until a day of creation is complete: it must be over; a lead is worked within a week; an outcome is
known within a month where the stream does not say after how many days (``maturity_days``)."""
Parts = Mapping[str, Any]
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "score": marked("the score"),
        "threshold": marked("the threshold"),
        "outcome": marked("the outcome"),
        "worked": marked("which leads count as worked"),
        "groups": marked("the groups of the attribute"),
        "reference": marked("the reference group"),
        "tolerance": marked("the tolerance"),
        "leads": marked("which leads are read"),
        "account": marked("the accounts"),
    }
)
"""What can have changed when a sequence begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What is in force: the stream, and the text of the policy."""

    stream: Stream
    policy: str


def parts(texts: Texts, metric: str, attribute: Attribute) -> Parts:
    """What a sequence goes by; where one of these changes, another sequence begins."""
    stream, read = texts.stream, tomllib.loads(texts.policy)
    found: dict[str, Any] = {
        "groups": [attribute.column, list(attribute.bands), _rule(read, attribute.column)],
        "reference": attribute.reference,
        "tolerance": [stream.audit.tolerance_difference, stream.audit.confidence],
        "leads": [read.get("policy", {}).get(name) for name in _LEADS] + [stream.created, [*stream.missing]],
        "account": [stream.account, _rule(read, stream.account)],
    }
    if metric in OF_SELECTION:
        found |= {"score": _score(stream, read), "threshold": stream.threshold}
    if metric in OF_OUTCOMES:
        found["outcome"] = _outcome(stream, read)
    if metric not in {"selection_rate", COUNT}:
        found["worked"] = [stream.worked, _rule(read, stream.worked)]
    return found


def changed(before: Parts, now: Parts) -> list[str]:
    """The names of the parts that differ."""
    return sorted(name for name in WORDS if before.get(name) != now.get(name))


def closed_on(stream: Stream, metric: str, as_of: date) -> date:
    """The last day of creation that is complete for a metric on a day."""
    wait = OVER
    if metric == "contact_rate":
        wait = WORKED_WITHIN
    elif metric in OF_OUTCOMES:
        wait = RIPE_WITHIN if stream.maturity_days is None else stream.maturity_days + OVER
    return as_of - timedelta(days=wait)


def as_of(table: pa.Table, today: date) -> date | None:
    """The day on which the leads are as they are: today, or the day after the newest lead if that is earlier.

    Outcomes ripen against the newest lead, as in the audit. None where no lead has a day up to today.
    """
    if "created" not in table.column_names:
        return None
    days = table["created"].filter(pc.less_equal(table["created"], pa.scalar(today, pa.date32())))
    newest = pc.max(days).as_py()
    return None if newest is None else min(today, newest + timedelta(days=1))


_LEADS = ("object", "created", "exclude_when", "exclude_unless")


def _rule(read: Mapping[str, Any], column: str | None) -> list[dict[str, str]]:
    """The rules of the policy that fill a column, as they are written."""
    found = [rule for rule in read.get("rule", ()) if rule.get("column", rule.get("field")) == column]
    return [{name: str(value) for name, value in sorted(rule.items())} for rule in found]


def _score(stream: Stream, read: Mapping[str, Any]) -> list[Any]:
    return [
        *(stream.score, stream.higher_is_better, stream.decision, stream.decision_kind, stream.scored_at),
        *([*stream.decision_levels], [*stream.favourable]),
        *(_rule(read, name) for name in (stream.score, stream.decision) if name),
    ]


def _outcome(stream: Stream, read: Mapping[str, Any]) -> list[Any]:
    return [stream.outcome, stream.maturity_days, stream.outcome_at, _rule(read, stream.outcome)]
