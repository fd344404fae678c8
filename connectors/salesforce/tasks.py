"""One task in the org, for people who look after Fairlead: about the org, and never about a lead.

A task has no external id, so it is found again by a mark in its subject. Salesforce answers a query from
what is stored, so a task that was made before is surely found.
"""

from __future__ import annotations

from connectors.crm_task import CrmTask
from connectors.errors import Refused
from connectors.salesforce.asking import Request
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.query import Soql

OBJECT = "Task"
DOING, LOOKING = "making of a task", "search for a task"
LONGEST_SUBJECT, LONGEST_TEXT = 255, 32_000
MENDS = {
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "the connected user may not give tasks to that owner",
    "INSUFFICIENT_ACCESS_OR_READONLY": "the connected user may not make tasks: give it Edit Tasks",
    "INVALID_TYPE": "the connected user may not see tasks: give it the permission Edit Tasks",
    "NOT_FOUND": "the connected user may not see tasks: give it the permission Edit Tasks",
    "INACTIVE_OWNER_OR_USER": "the owner is not active: choose another one",
    "OP_WITH_INVALID_USER_TYPE_EXCEPTION": "that owner cannot have tasks: choose another one",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "a validation rule of the org refuses the task: ask its admin",
}
"""What an admin does about a refusal, by Salesforce's own code."""


def make_task(gateway: Gateway, task: CrmTask, *, again: bool) -> str:
    """Make it, unless ``again`` and it is there; a sentence of what came of it. May raise Refused or Busy."""
    try:
        if again and _is_there(gateway, task.mark):
            return "The task was there already; none was made twice."
        body = {
            "Subject": _subject(task),
            "Description": task.text[:LONGEST_TEXT],
            "Status": "Not Started",
            "Priority": "High" if task.urgent else "Normal",
            "ActivityDate": f"{task.due:%Y-%m-%d}",
        }
        owner = _owner(gateway, task.owner, queue=task.owner_is_queue)
        request = Request(method="POST", path="sobjects/Task", body={**body, **owner}, again=False)
        gateway.send(request, DOING)
    except Refused as error:
        raise _mended(error) from None
    return "Salesforce made the task."


def may_make_tasks(gateway: Gateway, owner: str, *, queue: bool) -> None:
    """See that the user may make tasks and the owner is there; none is made. May raise Refused or Busy."""
    try:
        allowed = gateway.describe(OBJECT).get("createable") is True
        _owner(gateway, owner, queue=queue)
    except Refused as error:
        raise _mended(error) from None
    if not allowed:
        code = "INSUFFICIENT_ACCESS_OR_READONLY"
        msg = f"Salesforce refuses tasks: {MENDS[code]}"
        raise Refused(msg, code=code)


def _subject(task: CrmTask) -> str:
    room = LONGEST_SUBJECT - len(task.mark) - 3
    return f"{task.subject[:room]} ({task.mark})"


def _is_there(gateway: Gateway, mark: str) -> bool:
    if not mark.isalnum():
        msg = "a mark has letters and digits only"
        raise ValueError(msg)
    query = Soql(fields=("Id",), where=f"Subject LIKE '%{mark}%'", object=OBJECT, limit=1)
    found = gateway.query(query.text, LOOKING).get("records")
    return bool(found)


def _owner(gateway: Gateway, owner: str, *, queue: bool) -> dict[str, str]:
    """The user or queue with a name; nothing where none is named: it is the connected user then."""
    if not owner:
        return {}
    name = owner.replace("\\", "\\\\").replace("'", "\\'")
    queues = Soql(fields=("Id",), where=f"Type = 'Queue' AND Name = '{name}'", object="Group", limit=2)
    users = Soql(fields=("Id",), where=f"Username = '{name}' AND IsActive = true", object="User", limit=2)
    query = queues if queue else users
    found = gateway.query(query.text, "search for the owner of a task").get("records")
    rows = found if isinstance(found, list) else []
    if len(rows) != 1:
        what = "queue with that name" if queue else "active user with that user name"
        msg = f"Salesforce has no {what}, or several: check the owner on the channel"
        raise Refused(msg, code="owner")
    return {"OwnerId": str(rows[0]["Id"])}


def _mended(error: Refused) -> Refused:
    words = MENDS.get(error.code)
    if words is None:
        return error
    return Refused(f"Salesforce refused the task ({error.code}): {words}", code=error.code)
