"""Pipelines and their stages, and what a deal's stage says of the deal.

References
----------
HubSpot, "Pipelines API": a stage of a deal carries ``isClosed`` and ``probability`` as text; won is a
closed stage of probability 1. Assumed here: the stages of the leads pipeline.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.hubspot.kinds import DEALS, LEADS, Kind

_SINCE = "2025-01-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of a pipeline."""

    id: str
    label: str
    closed: bool = False
    probability: str = ""
    state: str = ""

    def document(self, place: int) -> dict[str, Any]:
        """The stage as the API shows it."""
        metadata = {"isClosed": str(self.closed).lower()}
        if self.probability:
            metadata["probability"] = self.probability
        if self.state:
            metadata["leadState"] = self.state
        shown = {"id": self.id, "label": self.label, "displayOrder": place, "metadata": metadata}
        rights = {"writePermissions": "CRM_PERMISSIONS_ENFORCEMENT"}
        return {**shown, **rights, "archived": False, "createdAt": _SINCE, "updatedAt": _SINCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """One pipeline of an object type."""

    id: str
    label: str
    stages: tuple[Stage, ...]

    def document(self, place: int) -> dict[str, Any]:
        """The pipeline as the API shows it."""
        stages = [stage.document(number) for number, stage in enumerate(self.stages)]
        shown = {"id": self.id, "label": self.label, "displayOrder": place, "stages": stages}
        return {**shown, "archived": False, "createdAt": _SINCE, "updatedAt": _SINCE}


def _sales(identifier: str, label: str, prefix: str = "") -> Pipeline:
    open_stages = (
        ("appointmentscheduled", "Appointment scheduled", "0.2"),
        ("qualifiedtobuy", "Qualified to buy", "0.4"),
        ("contractsent", "Contract sent", "0.9"),
    )
    stages = [
        Stage(id=f"{prefix}{name}", label=text, probability=chance) for name, text, chance in open_stages
    ]
    won = Stage(id=f"{prefix}closedwon", label="Closed won", closed=True, probability="1.0")
    lost = Stage(id=f"{prefix}closedlost", label="Closed lost", closed=True, probability="0.0")
    return Pipeline(id=identifier, label=label, stages=(*stages, won, lost))


def default_pipelines() -> dict[Kind, list[Pipeline]]:
    """Two pipelines of deals, as portals have that renamed nothing and added one; one of leads."""
    leads = (
        Stage(id="new-stage-id", label="New", state="NEW"),
        Stage(id="attempting-stage-id", label="Attempting", state="IN_PROGRESS"),
        Stage(id="connected-stage-id", label="Connected", state="IN_PROGRESS"),
        Stage(id="qualified-stage-id", label="Qualified", state="QUALIFIED", closed=True),
        Stage(id="unqualified-stage-id", label="Disqualified", state="UNQUALIFIED", closed=True),
    )
    return {
        DEALS: [_sales("default", "Sales Pipeline"), _sales("77430025", "Renewals", "renewal_")],
        LEADS: [Pipeline(id="lead-pipeline-id", label="Lead pipeline", stages=leads)],
    }


def consequences(pipelines: Mapping[Kind, list[Pipeline]], kind: Kind, stage: str | None) -> dict[str, str]:
    """The calculated values of a deal in that stage; nothing for other types."""
    if kind is not DEALS or stage is None:
        return {}
    found = next((one for one in all_stages(pipelines[DEALS]) if one.id == stage), None)
    if found is None:
        return {}
    return {
        "hs_is_closed": str(found.closed).lower(),
        "hs_is_closed_won": str(found.closed and float(found.probability or 0) == 1.0).lower(),
        "hs_deal_stage_probability": found.probability,
    }


def all_stages(pipelines: list[Pipeline]) -> Iterator[Stage]:
    """The stages of several pipelines."""
    for pipeline in pipelines:
        yield from pipeline.stages
