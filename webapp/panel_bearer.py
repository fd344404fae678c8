"""The short-lived bearer of a panel: what a page in the CRM's frame shows to us, where no cookie works.

It is sealed (AES-256-GCM), so that nothing can be read from it, and it says which user looked at which
lead of which organisation until when. It is good for panels and for nothing else.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.inbound import Visit
from connectors.pseudonym import LeadKey
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.store.repository import Clock

LIFETIME = timedelta(minutes=15)
AUDIENCE = "panel"
LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelBearers:
    """Makes bearers, and reads them while they last."""

    box: SecretsBox
    clock: Clock = field(repr=False)

    def issue(self, visit: Visit) -> str:
        """A bearer for one proved visit, good for a quarter of an hour."""
        told = {
            "crm": visit.crm,
            "organisation": visit.organisation,
            "user": visit.user,
            "lead": visit.lead.hex,
            "generation": visit.generation,
            "language": visit.language,
            "until": (self.clock() + LIFETIME).timestamp(),
        }
        sealed = self.box.seal(json.dumps(told).encode(), AUDIENCE)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def read(self, bearer: str) -> Visit | None:
        """The visit of a bearer; None where it is not ours, was altered, or is over."""
        try:
            told = json.loads(self.box.open(_bytes(bearer), AUDIENCE))
        except Unreadable:
            return None
        if told["until"] <= self.clock().timestamp():
            return None
        return Visit(
            crm=told["crm"],
            organisation=told["organisation"],
            lead=LeadKey(bytes.fromhex(told["lead"])),
            user=told["user"],
            generation=told.get("generation", 1),
            language=told.get("language", ""),
        )


def _bytes(bearer: str) -> bytes:
    if len(bearer) > LONGEST or not bearer.isascii():
        raise Unreadable
    try:
        return base64.b64decode(bearer + "=" * (-len(bearer) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable from None
