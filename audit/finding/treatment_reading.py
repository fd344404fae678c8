"""How the metrics of treatment read: at equal score, and whatever the score."""

from __future__ import annotations

from audit.finding.reading_model import Reading

TREATMENT: dict[str, Reading] = {
    "contacted_within_1h": Reading(
        label="Contacted within an hour",
        phrase="{group} are contacted within an hour {how} {reference}",
        worse="lower",
        tier=4,
    ),
    "contacted_within_24h": Reading(
        label="Contacted within 24 hours",
        phrase="{group} are contacted within 24 hours {how} {reference}",
        worse="lower",
        tier=4,
    ),
    "hours_to_contact": Reading(
        label="Median hours to first contact",
        phrase="{group} wait a median of {how} {reference} for a first contact",
        worse="higher",
        unit="hours",
        tier=4,
    ),
    "mean_touches": Reading(
        label="Touches per lead",
        phrase="for {group}, the number of touches per lead is {how} for {reference}",
        worse="lower",
        unit="index",
        tier=4,
    ),
    "reassignment_rate": Reading(
        label="Share handed on",
        phrase="{group} are handed on to another owner {how} {reference}",
        worse="higher",
        tier=4,
    ),
    "equal_score_contact_rate": Reading(
        label="Share contacted, at equal score",
        phrase="at equal score, {group} are contacted {how} {reference}",
        worse="lower",
        tier=3,
    ),
    "equal_score_within_1h": Reading(
        label="Contacted within an hour, at equal score",
        phrase="at equal score, {group} are contacted within an hour {how} {reference}",
        worse="lower",
        tier=3,
    ),
    "equal_score_within_24h": Reading(
        label="Contacted within 24 hours, at equal score",
        phrase="at equal score, {group} are contacted within 24 hours {how} {reference}",
        worse="lower",
        tier=3,
    ),
    "equal_score_hours_to_contact": Reading(
        label="Hours to first contact, at equal score",
        phrase="at equal score, {group} wait {how} {reference} for a first contact",
        worse="higher",
        unit="hours",
        tier=3,
        meaning="Of each wait at most the first week counts.",
    ),
    "equal_score_contact_pace": Reading(
        label="Pace of first contact, at equal score",
        phrase="at equal score, the pace of first contact for {group} is {how} for {reference}",
        worse="lower",
        unit="index",
        tier=3,
    ),
    "equal_score_touches": Reading(
        label="Touches per lead, at equal score",
        phrase="at equal score, for {group} the number of touches per lead is {how} for {reference}",
        worse="lower",
        unit="index",
        tier=3,
    ),
    "equal_score_reassignment_rate": Reading(
        label="Share handed on, at equal score",
        phrase="at equal score, {group} are handed on to another owner {how} {reference}",
        worse="higher",
        tier=3,
    ),
}
