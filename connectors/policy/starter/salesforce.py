"""The Lead's standard fields.

References
----------
Salesforce, "Object Reference", Lead: ``Status`` is a picklist that each org edits;
``LastActivityDate`` is the newest due date of an event or completed task; ``GenderIdentity`` is a
picklist since Spring '23.
"""

from __future__ import annotations

import re

from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.keep import Keep
from connectors.policy.map import Map
from connectors.policy.starter.standard import Table, everywhere, optional, standard

_OUTCOME = Map(
    vocabulary=(
        *(("Closed - Converted", "1"), ("Closed - Not Converted", "0")),
        *(("Working - Contacted", ""), ("Open - Not Contacted", "")),
    )
)
_GENDER = Map(
    vocabulary=(
        *(("Female", "female"), ("Male", "male"), ("Nonbinary", "nonbinary"), ("Not Listed", "not listed")),
        *(("--None--", ""), ("Select", "")),
    )
)

SALESFORCE = Table(
    crm="salesforce",
    object="Lead",
    created="CreatedDate",
    opt_outs=(
        *("HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall"),
        *("Individual.HasOptedOutProfiling", "Individual.HasOptedOutProcessing", "Individual.ShouldForget"),
        "not Individual.CanStorePiiElsewhere",
    ),
    number_types=frozenset({"double", "int", "long", "percent"}),
    own=re.compile(r".*__c"),
    score_example="Your_Score__c",
    standard=(
        everywhere(
            "Status",
            _OUTCOME,
            "outcome",
            'The outcome: "1" converted, "0" closed without, "" not yet known. Put in your own statuses.',
        ),
        optional(
            "ConvertedOpportunity.IsWon",
            Keep(),
            "won",
            "Another outcome: whether the deal that came of the lead was won. Empty where there is none.",
            "boolean",
        ),
        optional(
            "ConvertedDate",
            Coarsen(by="day"),
            "outcome_at",
            "When the lead was converted, so that the score from before it is audited.",
            "date",
        ),
        everywhere(
            "LastActivityDate",
            Coarsen(by="presence"),
            "worked",
            "Whether anybody worked the lead: only whether there was an activity.",
        ),
        everywhere("CreatedDate", Coarsen(by="day"), "created", "The day the lead was created."),
        standard(
            "PostalCode",
            Coarsen(by="prefix", characters=1),
            "zip1",
            "Only the part of the country: the first character of the postal code.",
        ),
        optional(
            "PostalCode",
            Coarsen(by="prefix", characters=3),
            "zip3",
            "Three characters find hidden proxies better, and people too. Look at the risk first.",
        ),
        standard("LeadSource", Keep(), "source", "Where the lead came from.", "picklist"),
        standard("Industry", Keep(), "industry", "The company's industry.", "picklist"),
        standard(
            "NumberOfEmployees",
            Band(bands=(10, 50, 250, 1000)),
            "company_size",
            "The company's size, in bands.",
            "int",
        ),
        standard(
            "GenderIdentity",
            _GENDER,
            "gender",
            "A group to compare. Sales reps never see it. Drop the rule if you may not read it.",
            "picklist",
        ),
    ),
)
