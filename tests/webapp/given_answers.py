"""An answer of a rep as the store keeps it, for tests that need some."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connectors.feedback import PERSON, Feedback
from connectors.pseudonym import Keyring

KEYRING = Keyring(crm="salesforce", organisation="00D000000000001EAA", master=bytes(range(32)))
START = datetime(2026, 11, 26, 9, tzinfo=UTC)


def feedback(number: int, **values: object) -> Feedback:
    """The answer with a number, a minute after the one before; ``values`` are what differs."""
    plain = Feedback(
        key=KEYRING.lasting("feedback", str(number)),
        lead=KEYRING.lead_key(f"lead {number}"),
        who=KEYRING.pseudonym(PERSON, "rep"),
        verdict="disagree",
        reason="other",
        seen="review",
        audit_id="k7m2p9x4q8",
        given_at=START + timedelta(minutes=number),
    )
    return replace(plain, **values)  # type: ignore[arg-type]
