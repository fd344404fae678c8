"""The properties that a policy could begin with, as far as this app may see them."""

from __future__ import annotations

from dataclasses import replace

from connectors.errors import ConnectorError, Refused
from connectors.hubspot import scoring
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.facts import described, granted
from connectors.hubspot.related import DEALS, LEADS
from connectors.hubspot.withheld import is_withheld
from connectors.source import FieldInfo

# Every portal has these.
DEAL_FIELDS = (
    FieldInfo(name="deal.hs_is_closed_won", label="Is Closed Won", type="bool", kind="yes_no"),
    FieldInfo(name="deal.closedate", label="Close Date", type="datetime", kind="moment"),
)


def suggestible(client: HubSpotClient) -> tuple[FieldInfo, ...]:
    """Contact properties, those that a score fills marked as such; deals and leads where they may be read."""
    made = _scores(client)
    contacts = tuple(
        replace(field, predicted=True) if field.name in made else field for field in described(client)
    )
    return (
        *contacts,
        *_beside(client, DEALS, DEAL_FIELDS),
        *_beside(client, LEADS, ()),
    )


def _beside(client: HubSpotClient, kind: str, known: tuple[FieldInfo, ...]) -> tuple[FieldInfo, ...]:
    """The properties of deals or leads; those that every portal has where the definitions are withheld."""
    if not granted(client, kind):
        return ()
    try:
        return described(client, kind)
    except Refused as error:
        if not is_withheld(error):
            raise
        return known


def _scores(client: HubSpotClient) -> frozenset[str]:
    """The properties that hold a score of the Lead Scoring tool; none where HubSpot does not tell."""
    try:
        return frozenset(
            name for score in scoring.scores(client) for name in scoring.outputs(score, scoring.SCORE)
        )
    except ConnectorError:
        # The interface is in beta: whatever it answers only costs the mark.
        return frozenset()
