"""How many of the leads that changed were last changed by Fairlead itself."""

from __future__ import annotations

import re

from connectors.salesforce.gateway import Gateway, Request
from connectors.salesforce.listing import count
from connectors.salesforce.query import Soql

_USER = re.compile(r"005[A-Za-z0-9]{12}([A-Za-z0-9]{3})?")
DOING = "lead count"


def user_of(gateway: Gateway) -> str:
    """The id of the connected user, which is no lead's; empty where the org does not say it."""
    found = gateway.send(Request(method="GET", path=""), DOING).body
    address = found.get("identity") if isinstance(found, dict) else None
    user = str(address or "").rstrip("/").rpartition("/")[2]
    return user if _USER.fullmatch(user) else ""


def own_changes(gateway: Gateway, where: str) -> int:
    """How many leads of a condition the connected user changed last."""
    user = user_of(gateway)
    if not user:
        return 0
    condition = f"({where}) AND LastModifiedById = '{user}'"
    return count(gateway, Soql(fields=(), where=condition), DOING, in_body=True)
