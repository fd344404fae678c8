"""The fields of the stand-in's objects, in tables.

One line is ``Name|Label|type|access|Relationship|Object``; access is rw (may be written), ro (read only) or
rq (required).
"""

from __future__ import annotations

from collections.abc import Mapping

SYSTEM = """
IsDeleted|Deleted|boolean|ro
CreatedDate|Created Date|datetime|ro
CreatedById|Created By ID|reference|ro|CreatedBy|User
LastModifiedDate|Last Modified Date|datetime|ro
LastModifiedById|Last Modified By ID|reference|ro|LastModifiedBy|User
SystemModstamp|System Modstamp|datetime|ro
"""
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "LeadSource": ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"),
    "Status": ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted"),
    "Rating": ("Hot", "Warm", "Cold"),
    "Salutation": ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx."),
    "GenderIdentity": ("Male", "Female", "Nonbinary", "Not Listed"),
    "Pronouns": ("He/Him", "She/Her", "They/Them", "Not Listed"),
    "StageName": ("Prospecting", "Qualification", "Negotiation/Review", "Closed Won", "Closed Lost"),
    "TaskStatus": ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"),
    "Priority": ("High", "Normal", "Low"),
    "Verdict__c": ("agree", "disagree", "review"),
    "Reason__c": ("score_right", "score_too_low", "score_too_high", "data_wrong", "other"),
    "Industry": (
        "Agriculture",
        "Banking",
        "Education",
        "Healthcare",
        "Manufacturing",
        "Retail",
        "Technology",
    ),
}
# The admin's data classification: security, compliance groups, business status.
CLASSIFIED: Mapping[str, tuple[str, str | None, str]] = {
    "FirstName": ("Confidential", "PII;GDPR", "Active"),
    "LastName": ("Confidential", "PII;GDPR", "Active"),
    "Email": ("Confidential", "PII;GDPR;CCPA", "Active"),
    "Phone": ("Confidential", "PII;GDPR", "Active"),
    "Street": ("Confidential", "PII", "Active"),
    "PostalCode": ("Internal", "PersonalInfo", "Active"),
    "GenderIdentity": ("Restricted", "GDPR;PersonalInfo", "Active"),
    "Pronouns": ("Restricted", "GDPR", "Active"),
    "Rating": ("Internal", None, "DeprecateCandidate"),
    "LeadSource": ("Public", None, "Active"),
    "AnnualRevenue": ("MissionCritical", None, "Active"),
}
LEAD = """
Id|Lead ID|id|ro
FirstName|First Name|string|rw
LastName|Last Name|string|rq
Name|Full Name|string|ro
Company|Company|string|rq
Title|Title|string|rw
Email|Email|email|rw
Phone|Phone|phone|rw
Street|Street|textarea|rw
City|City|string|rw
State|State/Province|string|rw
PostalCode|Zip/Postal Code|string|rw
Country|Country|string|rw
LeadSource|Lead Source|picklist|rw
Industry|Industry|picklist|rw
AnnualRevenue|Annual Revenue|currency|rw
NumberOfEmployees|Employees|int|rw
Status|Status|picklist|rw
Rating|Rating|picklist|rw
OwnerId|Owner ID|reference|rw|Owner|User
IsConverted|Converted|boolean|ro
ConvertedDate|Converted Date|date|ro
LastActivityDate|Last Activity|date|ro
HasOptedOutOfEmail|Email Opt Out|boolean|rw
DoNotCall|Do Not Call|boolean|rw
GenderIdentity|Gender Identity|picklist|rw
Salutation|Salutation|picklist|rw
Pronouns|Pronouns|picklist|rw
Website|Website|url|rw
Description|Lead Description|textarea|rw
Address|Address|address|ro
MasterRecordId|Master Record ID|reference|ro|MasterRecord|Lead
ConvertedAccountId|Converted Account ID|reference|ro||
ConvertedContactId|Converted Contact ID|reference|ro||
ConvertedOpportunityId|Converted Opportunity ID|reference|ro|ConvertedOpportunity|Opportunity
ScoreIntelligenceId|Scoring ID|reference|ro|ScoreIntelligence|ScoreIntelligence
IndividualId|Individual ID|reference|rw|Individual|Individual
FirstCallDateTime|First Call|datetime|ro
FirstEmailDateTime|First Email|datetime|ro
HasOptedOutOfFax|Fax Opt Out|boolean|rw
"""

USER = """
Id|User ID|id|ro
Username|Username|string|rw
Name|Full Name|string|ro
FirstName|First Name|string|rw
LastName|Last Name|string|rw
Email|Email|email|rw
IsActive|Active|boolean|rw
Type|Type|string|ro
ProfileId|Profile ID|id|ro
SystemModstamp|System Modstamp|datetime|ro
"""

ORGANIZATION = """
Id|Organization ID|id|ro
Name|Name|string|ro
InstanceName|Instance Name|string|ro
IsSandbox|Is Sandbox|boolean|ro
NamespacePrefix|Namespace Prefix|string|ro
OrganizationType|Edition|string|ro
TrialExpirationDate|Trial Expiration Date|datetime|ro
"""

GROUP = """
Id|Group ID|id|ro
Name|Name|string|ro
Type|Type|string|ro
"""

OPPORTUNITY = """
Id|Opportunity ID|id|ro
Name|Name|string|rq
AccountId|Account ID|reference|rw||
StageName|Stage|picklist|rq
IsWon|Won|boolean|ro
IsClosed|Closed|boolean|ro
Amount|Amount|currency|rw
Probability|Probability (%)|percent|rw
CloseDate|Close Date|date|rq
LeadSource|Lead Source|picklist|rw
OwnerId|Owner ID|reference|rw|Owner|User
"""

INDIVIDUAL = """
Id|Individual ID|id|ro
FirstName|First Name|string|rw
LastName|Last Name|string|rq
Name|Full Name|string|ro
BirthDate|Birth Date|date|rw
DeathDate|Death Date|date|rw
OccupationType|Occupation|string|rw
IndividualsAge|Individual's Age|string|rw
ShouldForget|Forget this Individual|boolean|rw
SendIndividualData|Export Individual's Data|boolean|rw
CanStorePiiElsewhere|OK to Store PII Data Elsewhere|boolean|rw
HasOptedOutProcessing|Don't Process|boolean|rw
HasOptedOutProfiling|Don't Profile|boolean|rw
HasOptedOutTracking|Don't Track|boolean|rw
HasOptedOutSolicit|Don't Market|boolean|rw
HasOptedOutGeoTracking|Block Geolocation Tracking|boolean|rw
OwnerId|Owner ID|reference|rw|Owner|User
"""

SCORE = """
Id|Scoring ID|id|ro
BaseId|Record ID|reference|ro|Base|Lead
Score|Score|int|ro
MLPredictionDefinitionId|Model ID|id|ro
"""

HISTORY = """
Id|History ID|id|ro
LeadId|Lead ID|reference|ro|Lead|Lead
Field|Changed Field|picklist|ro
DataType|Datatype|picklist|ro
OldValue|Old Value|string|ro
NewValue|New Value|string|ro
CreatedDate|Created Date|datetime|ro
CreatedById|Created By ID|reference|ro|CreatedBy|User
IsDeleted|Deleted|boolean|ro
"""

LEAD_STATUS = """
Id|Lead Status Value ID|id|ro
MasterLabel|Master Label|string|ro
ApiName|API Name|string|ro
IsConverted|Converted|boolean|ro
IsDefault|Default|boolean|ro
SortOrder|Sort Order|int|ro
"""

FINDING = """
Id|Record ID|id|ro
Name|Finding|string|rw
Audit_Key__c|Audit key|string|rw
Audit_Id__c|Audit|string|rw
Stream__c|Stream|string|rw
Metric__c|Metric|string|rw
Severity__c|Severity|string|rw
Status__c|Status|string|rw
Verdict__c|Verdict|string|rw
Sentence__c|What was found|textarea|rw
Checked_At__c|Checked at|datetime|rw
Leads__c|Leads|double|rw
OwnerId|Owner ID|reference|rw|Owner|User
"""

TASK = """
Id|Activity ID|id|ro
Subject|Subject|string|rw
Description|Description|textarea|rw
Status|Status|picklist|rw
Priority|Priority|picklist|rw
ActivityDate|Due Date Only|date|rw
OwnerId|Assigned To ID|reference|rw|Owner|User
IsClosed|Closed|boolean|ro
"""

FEEDBACK = """
Id|Record ID|id|ro
Name|Answer|string|ro
Lead__c|Lead|reference|rw|Lead__r|Lead
Verdict__c|Answer|picklist|rq
Reason__c|Reason|picklist|rw
Status_Seen__c|Check said|string|rw
Audit_Id__c|Audit|string|rw
OwnerId|Owner ID|reference|rw|Owner|User
"""

FIELD_DEFINITION = """
DurableId|Durable ID|string|ro
QualifiedApiName|API Name|string|ro
DeveloperName|Developer Name|string|ro
Label|Label|string|ro
Length|Length|int|ro
DataType|Data Type|string|ro
SecurityClassification|Security Classification|picklist|ro
ComplianceGroup|Compliance Group|multipicklist|ro
BusinessStatus|Business Status|picklist|ro
IsApiFilterable|Is API Filterable|boolean|ro
IsApiSortable|Is API Sortable|boolean|ro
IsApiGroupable|Is API Groupable|boolean|ro
IsCalculated|Is Calculated|boolean|ro
IsIndexed|Is Indexed|boolean|ro
EntityDefinitionId|Entity Definition ID|string|ro|EntityDefinition|EntityDefinition
"""

ENTITY_DEFINITION = """
DurableId|Durable ID|string|ro
QualifiedApiName|API Name|string|ro
DeveloperName|Developer Name|string|ro
Label|Label|string|ro
KeyPrefix|Key Prefix|string|ro
"""
