"""A process that pulls and may be killed at any moment: it forks one child for each line that it is given.

Importing everything takes longer than a pull, so it is done once. The parent of the children answers with
the number of each child's process, then with how it ended.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.hubspot import walking
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.source import HubSpotSource
from connectors.lake import Lake
from connectors.oauth import Grant
from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule
from connectors.pseudonym import Keyring
from connectors.salesforce import bulk_query, reading, syncing
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.source import SalesforceSource
from connectors.synced import Wish
from tests.connectors import subject_hubspot
from tests.connectors.subject_salesforce import CALLBACK, MemoryGrants
from tests.seals import SEALS

POLICY = Policy(
    name="torture",
    crm="salesforce",
    object="Lead",
    created="CreatedDate",
    rules=(
        Rule(field="Region__c", operator=Keep(), column="region"),
        Rule(field="Score__c", operator=Keep(), column="score"),
    ),
    exclude_when=("Opted_Out__c",),
)


def source_from(told: dict[str, Any]) -> SalesforceSource:
    """The source of the org that the killer runs."""
    grant = grant_from(told)
    app = SalesforceApp(
        client_id=told["client_id"],
        client_secret=told["client_secret"],
        redirect_uri=CALLBACK,
        login_url=told["login_url"],
        extra_hosts=("127.0.0.1",),
        ca_file=Path(told["ca_file"]),
    )
    keyring = Keyring(crm="salesforce", organisation=grant.organisation, master=bytes(range(32)))
    return SalesforceSource(app, MemoryGrants(grant), keyring, pause=lambda _: None)


def portal_from(told: dict[str, Any]) -> HubSpotSource:
    """The source of the portal that the killer runs."""
    grant = grant_from(told)
    app = HubSpotApp(
        app_id=told["app_id"],
        client_id=told["client_id"],
        client_secret=told["client_secret"],
        redirect_uri=CALLBACK,
        api_url=told["api_url"],
    )
    keyring = Keyring(crm="hubspot", organisation=grant.organisation, master=bytes(range(32)))
    return HubSpotSource(app, subject_hubspot.MemoryGrants(grant), keyring)


def grant_from(told: dict[str, Any]) -> Grant:
    """A grant that came as plain JSON."""
    grant = dict(told["grant"])
    expires = grant.get("expires_at")
    grant["issued_at"] = datetime.fromisoformat(grant["issued_at"])
    grant["expires_at"] = datetime.fromisoformat(expires) if expires else None
    return Grant(**{**grant, "scopes": tuple(grant["scopes"])})


def pull(told: dict[str, Any], wanted: str) -> None:
    """One sync; its end is one line of JSON."""
    wish = Wish(score="score", wanted=wanted)  # type: ignore[arg-type]
    lake = Lake(Path(told["lake"]), SEALS)
    if told["crm"] == "hubspot":
        done = portal_from(told).sync(lake, subject_hubspot.POLICY, wish)
    else:
        done = source_from(told).sync(lake, POLICY, wish)
    line = {"kind": done.kind, "resumed_at": done.resumed_at, "read": done.run.read, "kept": done.whole.kept}
    os.write(1, json.dumps(line).encode() + b"\n")


def main() -> None:
    """Fork for every line: ``full``, or an empty one for the usual."""
    told = json.loads(sys.stdin.readline())
    if told["crm"] == "hubspot":
        walking.MANY, walking.AT_ONCE = 0, told["pages"]
    else:
        bulk_query.PAGE = told["page"]
        reading.PARALLEL, syncing.BULK = told["parallel"], told["bulk"]
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                pull(told, line.strip())
            finally:
                os._exit(0)
        os.write(1, f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.write(1, (b"killed\n" if os.WIFSIGNALED(status) else b"ended\n"))


if __name__ == "__main__":
    main()
