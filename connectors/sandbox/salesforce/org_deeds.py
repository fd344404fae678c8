"""What happens in an org besides API writes: scores, conversions, merges, an emptied bin, late commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from connectors.sandbox.fields import Value
from connectors.sandbox.salesforce.new_org import WON, add, named
from connectors.sandbox.salesforce.org import Late, Org
from connectors.sandbox.salesforce.record_ids import make_id
from connectors.sandbox.salesforce.tables import Record
from connectors.sandbox.salesforce.values import stored


def score(org: Org, lead_id: str, value: int) -> str:
    """Einstein scores a lead: a record of its own changes, the lead keeps its stamps.

    Returns the id of the ScoreIntelligence record.
    """
    lead = org.leads[lead_id]
    score_id = lead.get("ScoreIntelligenceId")
    if score_id:
        now = org.clock.stamp()
        scores = org.records["ScoreIntelligence"]
        stamps = {"SystemModstamp": now, "LastModifiedDate": now}
        scores[str(score_id)] = {**scores[str(score_id)], "Score": value, **stamps}
        return str(score_id)
    made = add(org, "ScoreIntelligence", {"BaseId": lead_id, "Score": value})
    org.leads[lead_id] = {**lead, "ScoreIntelligenceId": made}
    return made


def change(org: Org, lead_id: str, values: Mapping[str, Value]) -> None:
    """Somebody in the org changes a lead, system fields too where they are named."""
    fields = org.objects["Lead"].fields
    known = {fields[name.lower()].name: stored(fields[name.lower()], v) for name, v in values.items()}
    org.leads[lead_id] = named({**org.leads[lead_id], **_stamps(org), **known})


def convert(org: Org, lead_id: str, stage: str = "Prospecting", *, opportunity: bool = True) -> str | None:
    """A rep converts a lead; returns the id of its opportunity, None where there is to be none."""
    number = len(org.records["Opportunity"]) + 1
    made = _opportunity(org, lead_id, stage) if opportunity else None
    outcome: dict[str, Value] = {
        "Status": WON,
        "IsConverted": True,
        "ConvertedDate": org.clock.now().date().isoformat(),
        "ConvertedAccountId": make_id("001", number),
        "ConvertedContactId": make_id("003", number),
        "ConvertedOpportunityId": made,
    }
    change(org, lead_id, outcome)
    return made


def move_opportunity(org: Org, opportunity_id: str, stage: str) -> None:
    """A deal moves on; its lead is not touched."""
    row = org.records["Opportunity"][opportunity_id]
    org.records["Opportunity"][opportunity_id] = {**row, **_stamps(org), **_stage(stage)}


def merge(org: Org, master: str, losers: list[str]) -> None:
    """One lead takes over others: they are deleted, and name it as their master."""
    change(org, master, {})
    for loser in losers:
        row = org.leads[loser]
        gone: dict[str, Value] = {"IsDeleted": True, "MasterRecordId": master}
        org.leads[loser] = {**row, **_stamps(org), **gone}


def delete(org: Org, name: str, record_id: str) -> None:
    """Somebody deletes a record: it goes into the recycle bin."""
    row = org.records[name][record_id]
    org.records[name][record_id] = {**row, **_stamps(org), "IsDeleted": True}


def undelete(org: Org, name: str, record_id: str) -> None:
    """Somebody takes a record out of the recycle bin."""
    row = org.records[name][record_id]
    restored = {"IsDeleted": False, "MasterRecordId": None} if name == "Lead" else {"IsDeleted": False}
    org.records[name][record_id] = {**row, **_stamps(org), **restored}


def change_late(org: Org, lead_id: str, values: Mapping[str, Value], seconds: float) -> None:
    """A long transaction: the change is stamped now, and everybody sees it only ``seconds`` later."""
    before = org.leads[lead_id]
    change(org, lead_id, values)
    _hold(org, org.leads[lead_id], seconds)
    org.leads[lead_id] = before


def add_late(org: Org, values: Mapping[str, Value], seconds: float) -> str:
    """A lead that is made and stamped now, and that everybody sees only ``seconds`` later."""
    usual: dict[str, Value] = {"Company": "[not provided]", "LastName": "Late", "OwnerId": org.rep.id}
    lead_id = add(org, "Lead", {**usual, **values})
    _hold(org, org.leads[lead_id], seconds)
    del org.leads[lead_id]
    return lead_id


def _hold(org: Org, record: Record, seconds: float) -> None:
    due = org.clock.now() + timedelta(seconds=seconds)
    org.late.append(Late(due=due, object="Lead", record=record))


def _opportunity(org: Org, lead_id: str, stage: str) -> str:
    company = str(org.leads[lead_id].get("Company"))
    closing = (org.clock.now() + timedelta(days=30)).date().isoformat()
    number = len(org.records["Opportunity"]) + 1
    values = {"Name": f"{company}-", "CloseDate": closing, "AccountId": make_id("001", number)}
    return add(org, "Opportunity", values | _stage(stage))


def _stage(stage: str) -> dict[str, Value]:
    return {
        "StageName": stage,
        "IsWon": stage == "Closed Won",
        "IsClosed": stage.startswith("Closed"),
        "Probability": {"Closed Won": 100.0, "Closed Lost": 0.0}.get(stage, 50.0),
    }


def _stamps(org: Org) -> dict[str, Value]:
    now = org.clock.stamp()
    return {"SystemModstamp": now, "LastModifiedDate": now, "LastModifiedById": org.rep.id}
