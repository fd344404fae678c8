"""One lead, by its record id in the body: its panel, all that is held of it, and erasing it.

A record id becomes a lead key at once. It is in no address, no answer and no log.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from audit.schema import BadInput
from connectors.inbound import Visit
from connectors.pseudonym import Keyring, LeadKey
from webapp.api.operation import Ask, File, Operation
from webapp.api.problem import Problem, Why, conflict
from webapp.api.shape import Answer, Asked, Names
from webapp.crms import label
from webapp.incoming import panel_of
from webapp.panels import SCHEMA, PanelState, to_json
from webapp.rights import dossier, erasing
from webapp.rights.erasing import Held
from webapp.store.rows import ConnectionRow

RecordId = Field(pattern="^[0-9A-Za-z]{1,20}$", description="The id of the record in the CRM.")


class OneLead(Asked):
    """Which lead."""

    record_id: str = RecordId


class Erase(Asked):
    """Which lead goes for good."""

    record_id: str = RecordId
    confirm: Literal["erase"] = Field(description="The word, so that nobody erases by mistake.")


class LeadPanel(Answer):
    """What a rep sees beside the lead: never an attribute of the person, never a group's name."""

    panel_schema: Literal["fairlead.panel/1"] = Field(alias="schema")
    state: PanelState
    title: str
    sentence: str
    next_step: str
    checked_at: str | None
    audit_id: str | None
    estimate: str | None
    shift: tuple[float, ...] | None = Field(
        description="The numbers of the estimate: the points that the score would have to move, from and to."
    )
    explanation: str | None
    fields: Names


class Erased(Answer):
    """What an erasure did. The record in the CRM itself is not touched."""

    before: Held
    after: Held
    waiting: bool = Field(description="Whether a job is at work that ends it.")


def _panel(ask: Ask[OneLead]) -> LeadPanel:
    connection, lead, keyring = _lead(ask)
    visit = Visit(
        crm=connection.crm, organisation=connection.organisation, lead=lead, generation=keyring.generation
    )
    return LeadPanel.model_validate(to_json(panel_of(ask.opened, visit, [(connection, keyring)])))


def _dossier(ask: Ask[OneLead]) -> File:
    connection, lead, _ = _lead(ask)
    return File(text=dossier.to_json(dossier.dossier(ask.opened, connection, lead, ask.grant.who)))


def _erase(ask: Ask[Erase]) -> Erased:
    connection, *_ = _lead(ask)
    return Erased.model_validate(
        erasing.erase_typed(ask.opened, connection, ask.asked.record_id, ask.grant.who)
    )


def _lead(ask: Ask[Any]) -> tuple[ConnectionRow, LeadKey, Keyring]:
    """The connection, the key of the lead, and what made it. Raises Problem where there is none such."""
    connection = ask.connection()
    if connection.state == "disconnected":
        gone = f"{label(connection)} is disconnected, and what was read from it is erased."
        raise conflict(gone)
    keyring = ask.opened.keyring(connection)
    try:
        lead = erasing.lead_typed(ask.opened, connection, ask.asked.record_id, keyring)
    except BadInput as error:
        raise Problem(Why(status=400, name="no-record-id", detail=str(error))) from None
    return connection, lead, keyring


HERE = "/connections/{connection_id}"
OPERATIONS = (
    Operation(
        name="look_up_panel",
        method="POST",
        path=f"{HERE}/panel",
        tag="Leads",
        summary="What the panel says of one lead",
        words=f"The form is {SCHEMA}.",
        does=_panel,
        asks=OneLead,
        answers=LeadPanel,
        scope="read:panel",
        others=(409,),
    ),
    Operation(
        name="make_dossier",
        method="POST",
        path=f"{HERE}/dossiers",
        tag="Leads",
        summary="All that is held of one lead, for who asks for it",
        words="The form is fairlead.dossier/1 (docs/reference/privacy.md). The trail notes it.",
        does=_dossier,
        asks=OneLead,
        answers="application/json",
        scope="read:dossiers",
        others=(409,),
    ),
    Operation(
        name="erase_lead",
        method="POST",
        path=f"{HERE}/erasures",
        tag="Leads",
        summary="Erase one lead here for good, and keep it out of later pulls",
        words="The record in the CRM itself is not touched. The trail notes it. Asking again does no harm.",
        does=_erase,
        asks=Erase,
        answers=Erased,
        scope="write:erasures",
        others=(409,),
    ),
)
