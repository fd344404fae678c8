"""A task for people who look after Fairlead: about the organisation, and never about a lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmTask:
    """What a task says. ``mark`` is one word that is the same at each try, and in no other task.

    ``owner`` is a user name or the name of a queue (Salesforce), or an owner's number (HubSpot); "" leaves
    it to the CRM. ``due`` is in UTC.
    """

    mark: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    urgent: bool
    due: datetime
    owner: str = ""
    owner_is_queue: bool = False
