"""One task in the portal, for people who look after Fairlead: about the portal, and never about a contact.

HubSpot has no key by which making a task twice is one, so it is found again by a mark in its subject. Its
search index follows what is stored some seconds later; who tries again waits for that long.

References
----------
HubSpot, "Tasks": ``hs_timestamp`` is required; the scopes are those of contacts, read and write.
"""

from __future__ import annotations

from connectors.crm_task import CrmTask
from connectors.hubspot.answers import objects
from connectors.hubspot.client import HubSpotClient

KIND = "tasks"
LONGEST_SUBJECT, LONGEST_TEXT = 255, 60_000


def make_task(client: HubSpotClient, task: CrmTask, *, again: bool) -> str:
    """Make it, unless ``again`` and it is there; a sentence of what came of it. May raise Refused or Busy."""
    if again and _is_there(client, task.mark):
        return "The task was there already; none was made twice."
    properties = {
        "hs_timestamp": f"{task.due:%Y-%m-%dT%H:%M:%S.000Z}",
        "hs_task_subject": _subject(task),
        "hs_task_body": task.html[:LONGEST_TEXT],
        "hs_task_status": "NOT_STARTED",
        "hs_task_priority": "HIGH" if task.urgent else "MEDIUM",
        "hs_task_type": "TODO",
    }
    owner = {"hubspot_owner_id": task.owner} if task.owner else {}
    client.create(KIND, {**properties, **owner})
    return "HubSpot made the task."


def may_look(client: HubSpotClient) -> None:
    """See that tasks can be looked for, as after a broken line. May raise Refused or Busy."""
    _is_there(client, "fairlead")


def _subject(task: CrmTask) -> str:
    room = LONGEST_SUBJECT - len(task.mark) - 1
    return f"{task.subject[:room]} {task.mark}"


def _is_there(client: HubSpotClient, mark: str) -> bool:
    wanted = {"propertyName": "hs_task_subject", "operator": "CONTAINS_TOKEN", "value": mark}
    body = {"filterGroups": [{"filters": [wanted]}], "properties": ["hs_object_id"], "limit": 1}
    return bool(objects(client.search(body, KIND), "results"))
