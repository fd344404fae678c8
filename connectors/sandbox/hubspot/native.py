"""The properties that every portal has, of each object type that the stand-in knows.

References
----------
HubSpot, "Default properties" of contacts, companies, deals and leads. The demographic ones of contacts
are free text in ``facebook_ads_properties``.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.sandbox.hubspot.definitions import Definition, option
from connectors.sandbox.hubspot.kinds import COMPANIES, CONTACTS, DEALS, LEADS, TASKS, Kind

# name | label | type | fieldType | group | marks
# r: read-only value, c: calculated, h: hidden, s: sensitive, S: highly sensitive
_CONTACTS = """
hs_object_id|Record ID|number|number|contactinformation|r
createdate|Create Date|datetime|date|contactinformation|r
lastmodifieddate|Last Modified Date|datetime|date|contactinformation|r
hs_merged_object_ids|Merged record IDs|enumeration|checkbox|contactinformation|r
firstname|First Name|string|text|contactinformation|
lastname|Last Name|string|text|contactinformation|
salutation|Salutation|string|text|contactinformation|
email|Email|string|text|contactinformation|
work_email|Work email|string|text|contactinformation|
phone|Phone Number|string|phonenumber|contactinformation|
mobilephone|Mobile Phone Number|string|phonenumber|contactinformation|
company|Company Name|string|text|contactinformation|
jobtitle|Job Title|string|text|contactinformation|
industry|Industry|string|text|contactinformation|
numemployees|Number of Employees|string|text|contactinformation|
num_employees|Number of Employees (count)|number|number|contactinformation|
annualrevenue|Annual Revenue|string|text|contactinformation|
website|Website URL|string|text|contactinformation|
address|Street Address|string|text|contactinformation|
zip|Postal Code|string|text|contactinformation|
city|City|string|text|contactinformation|
state|State/Region|string|text|contactinformation|
country|Country/Region|string|text|contactinformation|
hs_language|Preferred language|enumeration|select|contactinformation|
hs_timezone|Time Zone|enumeration|select|contactinformation|
hs_persona|Persona|enumeration|radio|contactinformation|
hs_buying_role|Buying Role|enumeration|checkbox|contactinformation|
hubspot_owner_id|Contact owner|enumeration|select|sales_properties|
lifecyclestage|Lifecycle Stage|enumeration|radio|contactinformation|
hs_lifecyclestage_customer_date|Became a Customer Date|datetime|date|contactinformation|r
hs_v2_date_entered_customer|Date entered "Customer"|datetime|date|contactinformation|rc
hs_lead_status|Lead Status|enumeration|radio|sales_properties|
hs_analytics_source|Original Source|enumeration|select|analyticsinformation|r
notes_last_contacted|Last Contacted|datetime|date|sales_properties|r
notes_last_updated|Last Activity Date|datetime|date|sales_properties|r
num_contacted_notes|Number of times contacted|number|number|sales_properties|r
num_associated_deals|Number of Associated Deals|number|number|sales_properties|rc
hs_email_optout|Unsubscribed from all email|bool|booleancheckbox|emailinformation|r
hs_legal_basis|Legal basis for processing contact's data|enumeration|checkbox|contactinformation|
gender|Gender|string|text|facebook_ads_properties|
date_of_birth|Date of birth|string|text|facebook_ads_properties|
marital_status|Marital Status|string|text|facebook_ads_properties|
relationship_status|Relationship Status|string|text|facebook_ads_properties|
military_status|Military status|string|text|facebook_ads_properties|
seniority|Seniority|string|text|facebook_ads_properties|
job_function|Job function|string|text|facebook_ads_properties|
degree|Degree|string|text|facebook_ads_properties|
field_of_study|Field of study|string|text|facebook_ads_properties|
school|School|string|text|facebook_ads_properties|
graduation_date|Graduation date|string|text|facebook_ads_properties|
start_date|Start date|string|text|facebook_ads_properties|
ip_country|IP Country|string|text|analyticsinformation|r
ip_country_code|IP Country Code|string|text|analyticsinformation|r
ip_state|IP State/Region|string|text|analyticsinformation|r
ip_state_code|IP State Code/Region Code|string|text|analyticsinformation|r
ip_city|IP City|string|text|analyticsinformation|r
ip_zipcode|IP Zipcode|string|text|analyticsinformation|rh
ip_latlon|IP Latitude and Longitude|string|text|analyticsinformation|rh
hs_ip_timezone|IP Timezone|enumeration|select|analyticsinformation|r
hubspotscore|HubSpot Score|number|calculation_score|contactinformation|rc
hs_predictivecontactscore_v2|Likelihood to close|number|number|contactinformation|rc
hs_predictivescoringtier|Contact priority|enumeration|select|contactinformation|rc
hs_predictivecontactscore|Predictive Lead Score|number|number|contactinformation|rc
hs_predictivecontactscorebucket|Lead Rating|enumeration|select|contactinformation|rc
health_condition|Health condition (sensitive)|string|text|contactinformation|s
national_id_number|National ID number (highly sensitive)|string|text|contactinformation|S
"""
_COMPANIES = """
hs_object_id|Record ID|number|number|companyinformation|r
createdate|Create Date|datetime|date|companyinformation|r
hs_lastmodifieddate|Last Modified Date|datetime|date|companyinformation|r
hs_merged_object_ids|Merged record IDs|enumeration|checkbox|companyinformation|r
name|Company name|string|text|companyinformation|
domain|Company Domain Name|string|text|companyinformation|
industry|Industry|string|text|companyinformation|
numberofemployees|Number of Employees|number|number|companyinformation|
country|Country/Region|string|text|companyinformation|
"""
_DEALS = """
hs_object_id|Record ID|number|number|dealinformation|r
createdate|Create Date|datetime|date|dealinformation|r
hs_lastmodifieddate|Last Modified Date|datetime|date|dealinformation|r
hs_merged_object_ids|Merged record IDs|enumeration|checkbox|dealinformation|r
dealname|Deal Name|string|text|dealinformation|
dealstage|Deal Stage|enumeration|radio|dealinformation|
pipeline|Pipeline|enumeration|select|dealinformation|
amount|Amount|number|number|dealinformation|
closedate|Close Date|datetime|date|dealinformation|
dealtype|Deal Type|enumeration|radio|dealinformation|
hubspot_owner_id|Deal owner|enumeration|select|dealinformation|
hs_is_closed|Is Deal Closed?|bool|booleancheckbox|dealinformation|rc
hs_is_closed_won|Is Closed Won|bool|booleancheckbox|dealinformation|rc
hs_deal_stage_probability|Deal probability|number|number|dealinformation|rc
"""
_LEADS = """
hs_object_id|Record ID|number|number|lead_information|r
hs_createdate|Create Date|datetime|date|lead_information|r
hs_lastmodifieddate|Last Modified Date|datetime|date|lead_information|r
hs_merged_object_ids|Merged record IDs|enumeration|checkbox|lead_information|r
hs_lead_name|Lead Name|string|text|lead_information|
hs_lead_type|Lead Type|enumeration|select|lead_information|
hs_lead_label|Lead Label|enumeration|select|lead_information|
hs_pipeline|Lead Pipeline|enumeration|select|lead_information|
hs_pipeline_stage|Lead Stage|enumeration|select|lead_information|
hubspot_owner_id|Lead owner|enumeration|select|lead_information|
"""
_TASKS = """
hs_object_id|Record ID|number|number|task|r
hs_createdate|Create date|datetime|date|task|r
hs_lastmodifieddate|Last modified date|datetime|date|task|r
hs_merged_object_ids|Merged record IDs|enumeration|checkbox|task|r
hs_timestamp|Due date|datetime|date|task|
hs_task_subject|Task Title|string|text|task|
hs_task_body|Notes|string|html|task|
hs_task_status|Task Status|enumeration|select|task|
hs_task_priority|Priority|enumeration|select|task|
hs_task_type|Task Type|enumeration|radio|task|
hubspot_owner_id|Assigned to|number|number|task|
"""
_TABLES = {CONTACTS: _CONTACTS, COMPANIES: _COMPANIES, DEALS: _DEALS, LEADS: _LEADS, TASKS: _TASKS}
_OPTIONS = {
    "lifecyclestage": "subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer "
    "evangelist other",
    "hs_lead_status": "NEW OPEN IN_PROGRESS OPEN_DEAL UNQUALIFIED ATTEMPTED_TO_CONTACT CONNECTED BAD_TIMING",
    "hs_language": "en de fr es pt ja",
    "hs_timezone": "europe_slash_berlin us_slash_eastern us_slash_pacific",
    "hs_ip_timezone": "europe_slash_berlin us_slash_eastern us_slash_pacific",
    "hs_persona": "persona_1 persona_2",
    "hs_buying_role": "BLOCKER BUDGET_HOLDER CHAMPION DECISION_MAKER END_USER EXECUTIVE_SPONSOR INFLUENCER "
    "OTHER",
    "hs_predictivescoringtier": "tier_1 tier_2 tier_3 tier_4 closed_won",
    "hs_predictivecontactscorebucket": "bucket_1 bucket_2 bucket_3 bucket_4",
    "hs_analytics_source": "ORGANIC_SEARCH PAID_SEARCH EMAIL_MARKETING REFERRALS DIRECT_TRAFFIC OFFLINE",
    "hs_email_optout": "true false",
    "dealtype": "newbusiness existingbusiness",
    "hs_is_closed": "true false",
    "hs_is_closed_won": "true false",
    "hs_task_status": "NOT_STARTED IN_PROGRESS WAITING COMPLETED DEFERRED",
    "hs_task_priority": "NONE LOW MEDIUM HIGH",
    "hs_task_type": "TODO CALL EMAIL",
    "hs_lead_type": "NEW_BUSINESS UPSELL RE_ATTEMPTING",
    "hs_lead_label": "HOT WARM COLD",
}
_GROUPS = {
    CONTACTS: {
        "contactinformation": "Contact information",
        "sales_properties": "Sales properties",
        "emailinformation": "Email information",
        "analyticsinformation": "Web analytics history",
        "facebook_ads_properties": "Facebook Ads properties",
    },
    COMPANIES: {"companyinformation": "Company information"},
    DEALS: {"dealinformation": "Deal information"},
    LEADS: {"lead_information": "Lead information"},
    TASKS: {"task": "Task Information"},
}
_SENSITIVITY = {"s": "sensitive", "S": "highly_sensitive"}


def native(kind: Kind = CONTACTS) -> Iterator[Definition]:
    """The properties that every portal has for one object type."""
    for line in _TABLES[kind].strip().splitlines():
        name, label, stored, field_type, group, marks = line.split("|")
        choices = _OPTIONS.get(name, "").split()
        yield Definition(
            name=name,
            label=label,
            type=stored,
            field_type=field_type,
            group=group,
            options=[option(value, place) for place, value in enumerate(choices)],
            read_only="r" in marks,
            calculated="c" in marks,
            sensitivity=next((_SENSITIVITY[mark] for mark in marks if mark in _SENSITIVITY), "non_sensitive"),
            native=True,
            hidden="h" in marks,
            unique=name in {"hs_object_id", "email"},
        )


def native_groups(kind: Kind) -> dict[str, str]:
    """The groups of those properties, with their labels."""
    return dict(_GROUPS[kind])
