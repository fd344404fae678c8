"""The contact's native properties.

References
----------
HubSpot, "HubSpot's default contact properties": ``lifecyclestage`` moves forward only;
``hubspotscore`` (the legacy score) has not been updated since 31 August 2025.
"""

from __future__ import annotations

import re

from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.keep import Keep
from connectors.policy.map import Map
from connectors.policy.starter.protected import GENDERS, spelled
from connectors.policy.starter.standard import Table, everywhere, optional, standard

_OUTCOME = Map(
    vocabulary=(
        *(("customer", "1"), ("evangelist", "1"), ("other", "0")),
        *(("subscriber", ""), ("lead", ""), ("marketingqualifiedlead", ""), ("salesqualifiedlead", "")),
        ("opportunity", ""),
    )
)
_MARITAL = spelled(
    single="single|unmarried|never married|ledig|célibataire|soltero|soltera",
    married="married|m|verheiratet|marié|mariée|casado|casada|civil union|civil partnership",
    separated="separated|divorced|getrennt|geschieden|divorcé|divorcée|divorciado|divorciada",
    widowed="widowed|widow|widower|verwitwet|veuf|veuve|viudo|viuda",
)
_SENIORITY = spelled(
    entry="entry|entry level|intern|trainee|junior|student",
    senior="senior|sr|lead|experienced|mid|mid level|specialist|employee|staff",
    manager="manager|management|team lead|head",
    director="director|dir",
    executive="vp|vice president|c-level|c level|c-suite|cxo|ceo|executive|owner|partner|founder|president",
)
_MILITARY = spelled(
    veteran="veteran|yes|served|retired|reserve|active duty|active", none="no|none|never served|civilian"
)
# closed_won tells the outcome, so that it says nothing of a score.
_TIER = Map(
    vocabulary=(
        *(("tier_1", "1"), ("tier_2", "2"), ("tier_3", "3"), ("tier_4", "4")),
        ("closed_won", ""),
    )
)
_DECADES = Band(bands=(1950, 1960, 1970, 1980, 1990, 2000), of="year")

HUBSPOT = Table(
    crm="hubspot",
    object="contacts",
    created="createdate",
    opt_outs=("hs_email_optout",),
    number_types=frozenset({"number"}),
    own=re.compile(r"(?!hs_).*"),
    score_example="your_score",
    no_scores=frozenset({"hubspotscore"}),
    objections=re.compile(
        r"(?!hs_).*(opt(ed)?_?out|object(ed|ion|s)?_?to|do_?not_?(contact|process|profil|track)|unsubscribed"
        r"|(data|gdpr)_?(deletion|erasure)_?request).*"
    ),
    consents=("hs_legal_basis",),
    standard=(
        everywhere(
            "lifecyclestage",
            _OUTCOME,
            "outcome",
            'The outcome: "1" became a customer, "0" did not, "" not yet known. Put in your own stages.',
        ),
        optional(
            "hs_v2_date_entered_customer",
            Coarsen(by="day"),
            "outcome_at",
            "When the contact became a customer, so that the score from before it is audited.",
            "datetime",
        ),
        optional(
            "hs_lifecyclestage_customer_date",
            Coarsen(by="day"),
            "outcome_at",
            "The same date under its older name: take one of the two.",
            "datetime",
        ),
        optional(
            "deal.hs_is_closed_won",
            Keep(),
            "won",
            "Another outcome: whether a deal of the contact was won. Empty while none is closed.",
            "bool",
        ),
        optional(
            "deal.closedate",
            Coarsen(by="day"),
            "outcome_at",
            "When that deal was closed: the date that goes with it.",
            "datetime",
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
            Coarsen(by="prefix", characters=1),
            "zip1",
            "Only the part of the country: the first character of the postal code.",
        ),
        optional(
            "zip",
            Coarsen(by="prefix", characters=3),
            "zip3",
            "Three characters find hidden proxies better, and people too. Look at the risk first.",
        ),
        standard("hs_analytics_source", Keep(), "source", "Where the contact came from.", "enumeration"),
        # In many portals these two are free texts; then they are not suggested.
        standard("industry", Keep(), "industry", "The company's industry.", "enumeration"),
        standard("numemployees", Keep(), "company_size", "The company's size.", "enumeration"),
        standard(
            "gender",
            GENDERS,
            "gender",
            "A group to compare. Sales reps never see it. Drop the rule if you may not read it.",
        ),
        optional(
            "date_of_birth",
            _DECADES,
            "born",
            "Another group to compare: the decade of birth. Dates such as 1980-12-31 are read; others count.",
        ),
        optional("marital_status", _MARITAL, "marital_status", "Another group to compare."),
        optional("military_status", _MILITARY, "military_status", "Another group to compare."),
        optional("hs_language", Keep(), "language", "Another group to compare.", "enumeration"),
        optional("seniority", _SENIORITY, "seniority", "A legitimate reason, or a proxy: you decide."),
        optional(
            "hs_predictivescoringtier",
            _TIER,
            "tier",
            "HubSpot's own priority. Its value closed_won tells the outcome and counts as missing.",
            "enumeration",
        ),
        optional(
            "lead.hs_lead_label",
            Keep(),
            "lead_label",
            "What a rep thinks of the lead whose primary contact it is.",
            "enumeration",
        ),
    ),
)
