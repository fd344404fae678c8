"""What an org may answer to the panel on a lead: one scene for each state, and some that are odd."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

CHECKED: Mapping[str, Any] = {
    "Fairness_Audit_Id__c": "k7m2p9x4q8",
    "Fairness_Checked_At__c": "2026-11-25T09:30:00.000Z",
}
FLAGGED: Mapping[str, Any] = {
    **CHECKED,
    "Fairness_Status__c": "review",
    "Fairness_Next_Step__c": "Check PostalCode and LeadSource and the last activity before you drop it; ask "
    "your CRM admin to review how the score uses these fields.",
    "Fairness_Fields__c": "PostalCode; LeadSource",
    "Fairness_Shift__c": 15.3,
    "Fairness_Shift_Low__c": 11.2,
    "Fairness_Shift_High__c": 19.4,
    "Fairness_Calibrated_Score__c": 57.3,
    "My_Score__c": 42,
}
DOWN = {"Fairness_Shift__c": -0.05, "Fairness_Shift_Low__c": -0.09, "Fairness_Shift_High__c": -0.004}
ANSWER = {"Id": "a0Y", "Verdict__c": {"value": "disagree"}, "Audit_Id__c": {"value": "k7m2p9x4q8"}}
FINDING = {
    "Id": "a0X",
    "Sentence__c": {"value": "The score is unreliable for some leads. The audit is sure of it."},
}
LONG = "A_Very_Long_Custom_Field_Name_Of_An_Org_That_Likes_Names__c; PostalCode; " + "x" * 90
NOW = "2026-11-26T12:00:00Z"
# State that must show, and what the org answers.
SCENES: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "loading": ("loading", {}),
        "fine": ("fine", {"record": {**CHECKED, "Fairness_Status__c": "ok"}}),
        "flagged": (
            "flagged",
            {
                "record": FLAGGED,
                "scoreField": "My_Score__c",
                "found": {"Fairness_Finding__c": [FINDING, {**FINDING, "Id": "a0Z"}]},
            },
        ),
        "flagged without numbers": ("flagged", {"record": {**CHECKED, "Fairness_Status__c": "review"}}),
        "long names, too high": (
            "flagged",
            {"record": {**FLAGGED, **DOWN, "Fairness_Fields__c": LONG}, "createable": False},
        ),
        "acknowledged": ("acknowledged", {"record": FLAGGED, "found": {"Fairness_Feedback__c": [ANSWER]}}),
        "not enough data": (
            "not_enough_data",
            {"record": {**CHECKED, "Fairness_Status__c": "insufficient_data"}},
        ),
        "stale": ("stale", {"record": {**FLAGGED, "Fairness_Checked_At__c": "2026-01-25T09:30:00.000Z"}}),
        "not scored": (
            "not_scored",
            {"record": {**FLAGGED, "My_Score__c": None}, "scoreField": "My_Score__c"},
        ),
        "not audited": (
            "not_audited",
            {"record": {"Fairness_Status__c": None}, "found": {"Lead": [{"Id": "00Q"}]}},
        ),
        "not connected": ("not_connected", {"record": {"Fairness_Status__c": None}}),
        "no permission": ("no_permission", {"record": {}}),
        "erased": ("erased", {"error": {"status": 404}}),
        "away": ("away", {"error": {"status": 503}}),
    }
)
PAGE = """<!doctype html>
<html lang="{language}" dir="ltr" style="color-scheme: {scheme}">
<head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Lead</title>
<link rel="stylesheet" href="slds.css"></head>
<body class="slds-scope"
  style="background: var(--slds-g-color-surface-container-2); margin: 0; padding: 12px">
<main><h1 class="slds-assistive-text">Lead</h1></main>
<script>window.scene = {scene}</script><script src="panel.js"></script></body></html>"""


def page_of(scene: Mapping[str, Any], scheme: str = "light", language: str = "en") -> str:
    """The page of a scene, as it stands beside ``panel.js`` and ``slds.css``."""
    filled = PAGE.replace("{scene}", json.dumps(scene).replace("</", "<\\/"))
    return filled.replace("{scheme}", scheme).replace("{language}", language)
