"""The scores that the portal's Lead Scoring tool makes, and the rules behind them, where HubSpot tells.

The API is in beta and wants a scope that not every app gets, so that every shape is read with care and a
no is an answer.

References
----------
HubSpot, "Lead Scoring API (BETA)": scores with ``lastConfigurationChangeTimestamp``; one score with
``groupConfigs`` (FIT or INTENT), whose rules hold calculators over named properties, and with
``outputConfiguration.outputs`` (SCORE, THRESHOLD, MATRIX), each with its ``propertyName``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from connectors.errors import Busy
from connectors.hubspot.answers import Document, following, objects, part, parts
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.stamps import moment_of
from connectors.moments import in_seconds
from connectors.scorerules import ScoreRules

CONTACTS, SCORE = "0-1", "SCORE"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,199}\Z")
_PROPERTY = frozenset({"propertyName", "propertyNames", "property", "properties", "targetProperty"})
_PAGES = 20
_WORDS = 80


def scores(client: HubSpotClient) -> Iterator[Document]:
    """The configurations of the portal's scores of contacts.

    Raises
    ------
    Refused
        HubSpot does not tell (`connectors.hubspot.withheld`), or as the gate does.
    """
    after: str | None = ""
    for _ in range(_PAGES):
        query = urlencode({"limit": 100, "after": after}) if after else "limit=100"
        page = client.scoring(f"scores?{query}")
        for one in objects(page, "results"):
            kind = one.get("scoredObjectTypeId", one.get("objectTypeId", CONTACTS))
            if kind == CONTACTS and one.get("id") is not None:
                yield {**one, **client.scoring(f"scores/{quote(str(one['id']), safe='')}")}
        after = following(page)
        if after is None:
            return
    msg = "HubSpot's list of scores does not end"
    raise Busy(msg, retry_after=60.0)


def outputs(score: Document, kind: str = "") -> tuple[str, ...]:
    """The properties that a score fills; ``kind`` is SCORE, THRESHOLD or MATRIX, or empty for all."""
    configured = parts(part(score, "outputConfiguration"), "outputs")
    return tuple(
        str(one["propertyName"])
        for one in configured
        if isinstance(one.get("propertyName"), str) and kind in {"", _kind(one)}
    )


def rules_of(client: HubSpotClient, name: str) -> ScoreRules | None:
    """The rules behind a score property; None where no score fills it. Raises as `scores` does."""
    for score in scores(client):
        if name in outputs(score):
            return _rules(score)
    return None


def _rules(score: Document) -> ScoreRules:
    uses = [
        (name, _group(group)) for group in parts(score, "groupConfigs") for name in sorted(set(_named(group)))
    ]
    return ScoreRules(
        id=str(score.get("id")),
        name=str(score.get("name") or "")[:_WORDS],
        changed_at=_moment(score.get("lastConfigurationChangeTimestamp")),
        uses=tuple(dict.fromkeys(uses)),
    )


def _group(group: Document) -> str:
    found = (group.get(name) for name in ("groupName", "groupType", "groupCategory", "name"))
    return next((text[:_WORDS] for text in found if isinstance(text, str) and text), "")


def _named(found: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """The properties that are named anywhere within a group of rules that are in force."""
    if isinstance(found, list):
        for one in found:
            yield from _named(one)
    if isinstance(found, dict) and found.get("enabled") is not False:
        for key, value in found.items():
            if key in _PROPERTY:
                texts = value if isinstance(value, list) else [value]
                yield from (text for text in texts if isinstance(text, str) and _NAME.match(text))
            yield from _named(value)


def _kind(output: Document) -> str:
    return str(output.get("type") or output.get("outputType") or SCORE).upper()


def _moment(value: object) -> str:
    """A moment as text; empty where it is none."""
    found = moment_of(value)
    return "" if found is None else in_seconds(found)
