"""Requests of HubSpot's cards: through the stand-in's proxy, or signed here so that any part can be wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any

import requests

from audit.report.json_form import to_json
from connectors.account import Pulled
from connectors.source import Flag, FlagDetail
from tests.webapp.sample_report import sample_report
from tests.webapp.support import World
from webapp.store.repository import short_id
from webapp.store.rows import ConnectionRow, NewAudit

CHECKED = datetime(2026, 11, 20, 9, tzinfo=UTC)
DETAIL = FlagDetail(
    explanation="Leads with scores like this one turned out better than their scores promised.",
    advice="Check Region before you drop it.",
    direction="may be too low",
    shift=15.0,
    low=11.0,
    high=19.0,
    calibrated=57.0,
    fields=("Region",),
)


def audited(world: World, row: ConnectionRow, leads: int = 1) -> str:
    """A new audit that flags the first contacts; its id."""
    keyring = world.services.keyring(row)
    audit_id = short_id()
    flag = Flag(status="review", reason="", audit_id=audit_id, checked_at=CHECKED, detail=DETAIL)
    flags = {keyring.lead_key(one): flag for one in world.hubspot.record_ids()[:leads]}
    pulled = Pulled(read=leads, kept=leads, rejected={}, excluded={}, unmapped={})
    new = NewAudit(
        id=audit_id,
        report=to_json(sample_report()),
        policy_version=1,
        stream_version=1,
        severities={},
        worst=None,
        pulled=pulled,
    )
    world.services.repository.add_audit(row.id, new, flags)
    return audit_id


def proxied(world: World, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a card hears through HubSpot's proxy."""
    with requests.Session() as session:
        session.trust_env = False
        asked = {"url": f"{world.services.settings.public_url}{path}", "method": "POST", "body": body}
        return session.post(f"{world.hubspot.api_url}/__card/fetch", json=asked, timeout=30).json()


def posted(world: World, path: str, body: dict[str, Any] | bytes, **changes: Any) -> Any:
    """A request as HubSpot signs it; ``user``, ``portal``, ``app`` and ``secret`` may differ."""
    portal, user = changes.get("portal", world.hubspot.organisation), changes.get("user", "1")
    query = f"portalId={portal}&userId={user}&appId={changes.get('app', world.hubspot.app_id)}"
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    # The services may be of another time; HubSpot's is that of the world.
    now = changes.get("now", time.time())
    stamp = str(int(now * 1000))
    uri = f"{world.services.settings.public_url}{path}?{query}"
    source = b"POST" + uri.encode() + raw + stamp.encode()
    secret = changes.get("secret", world.hubspot.client_secret).encode()
    signature = base64.b64encode(hmac.digest(secret, source, hashlib.sha256)).decode()
    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": stamp}
    headers |= changes.get("headers", {})
    client = world.app.test_client()
    return client.post(f"{path}?{query}", data=raw, headers=headers, content_type="application/json")
