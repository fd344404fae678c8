"""What a verified request from a CRM becomes: a lead key, never a record id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.pseudonym import Keyring, LeadKey

KeyringFor = Callable[[str], Keyring | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A CRM user who looks at one lead, proved by the CRM's signature.

    ``frame_origins`` are the origins that may embed the answer (CSP ``frame-ancestors``). ``user`` is the
    user's pseudonym, empty where the CRM proves none. ``generation`` is that of the key behind ``lead``.
    ``language`` is the code of the language that the CRM speaks to the user, empty where it does not say.
    """

    crm: str
    organisation: str
    lead: LeadKey
    frame_origins: tuple[str, ...] = ()
    user: str = ""
    generation: int = 1
    language: str = ""
