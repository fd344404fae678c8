"""Users of the org, and what field security, sharing and their permissions withhold from each."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.sandbox.salesforce.tables import Record

VIEW_SETUP, EDIT_CONVERTED, API_ENABLED = "view_setup", "edit_converted", "api"


@dataclass(slots=True, kw_only=True)
class User:
    """One user of the org. Hidden fields and records are what field security and sharing withhold.

    A hidden or read-only field is named in lower case, a Lead's bare (``genderidentity``), another
    object's with its object (``opportunity.amount``).
    """

    id: str
    username: str
    first_name: str
    last_name: str
    hidden_fields: set[str] = field(default_factory=set)
    readonly_fields: set[str] = field(default_factory=set)
    hidden_records: set[str] = field(default_factory=set)
    hidden_objects: set[str] = field(default_factory=set)
    permissions: set[str] = field(default_factory=lambda: {API_ENABLED})
    active: bool = True

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    def record(self) -> Record:
        """The user as a record of the User object."""
        return {
            "Id": self.id,
            "Username": self.username,
            "Name": self.name,
            "FirstName": self.first_name,
            "LastName": self.last_name,
            "Email": self.username,
            "IsActive": self.active,
            "Type": "User",
        }
