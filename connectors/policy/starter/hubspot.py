"""The contact's native properties.

References
----------
HubSpot, "HubSpot's default contact properties": ``lifecyclestage`` moves forward only;
``hubspotscore`` (the legacy score) has not been updated since 31 August 2025.
"""

from __future__ import annotations

import re

from connectors.policy.coarsen import Coarsen
from connectors.policy.keep import Keep
from connectors.policy.map import Map
from connectors.policy.starter.standard import Table, everywhere, standard

_OUTCOME = Map(
    vocabulary=(
        *(("customer", "1"), ("evangelist", "1"), ("other", "0")),
        *(("subscriber", ""), ("lead", ""), ("marketingqualifiedlead", ""), ("salesqualifiedlead", "")),
        ("opportunity", ""),
    )
)
# The property is a text, so people spell it as they like; what is not here is counted as unmapped.
_GENDER = Map(
    vocabulary=(
        *(("female", "female"), ("f", "female"), ("woman", "female")),
        *(("male", "male"), ("m", "male"), ("man", "male")),
        *(("nonbinary", "nonbinary"), ("non-binary", "nonbinary")),
        *(("--None--", ""), ("Select", ""), ("unknown", ""), ("prefer not to say", "")),
    )
)

HUBSPOT = Table(
    crm="hubspot",
    object="contacts",
    created="createdate",
    opt_outs=("hs_email_optout",),
    number_types=frozenset({"number"}),
    own=re.compile(r"(?!hs_).*"),
    score_example="your_score",
    no_scores=frozenset({"hubspotscore"}),
    standard=(
        everywhere(
            "lifecyclestage",
            _OUTCOME,
            "outcome",
            'The outcome: "1" became a customer, "0" did not, "" not yet known. Put in your own stages.',
        ),
        everywhere(
            "notes_last_contacted",
            Coarsen(by="presence"),
            "worked",
            "Whether anybody worked the lead: only whether it was ever contacted.",
        ),
        everywhere("createdate", Coarsen(by="day"), "created", "The day the contact was created."),
        standard(
            "zip",
            Coarsen(by="prefix", characters=3),
            "zip3",
            "Only the area: the first three characters of the postal code.",
        ),
        standard("hs_analytics_source", Keep(), "source", "Where the contact came from.", "enumeration"),
        # In many portals these two are free texts; then they are not suggested.
        standard("industry", Keep(), "industry", "The company's industry.", "enumeration"),
        standard("numemployees", Keep(), "company_size", "The company's size.", "enumeration"),
        standard(
            "gender",
            _GENDER,
            "gender",
            "A group to compare. Sales reps never see it. Drop the rule if you may not read it.",
        ),
    ),
)
