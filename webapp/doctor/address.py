"""The public address: do browsers and CRMs reach it, and is a proxy in front believed."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from webapp.crms import connectable
from webapp.doctor.case import Case
from webapp.doctor.result import Result, fine, warning
from webapp.settings import Settings

ABOUT = "Public address"


def address(case: Case) -> Iterator[Result]:
    """What keeps others from reaching it, or makes all of them look like one."""
    settings = case.settings
    if settings is None:
        return
    found = [*_scheme(settings), *_asked_by(settings, case.host)]
    yield from found or [fine(ABOUT, f"It is {settings.public_url}.")]


def _scheme(settings: Settings) -> Iterator[Result]:
    if not settings.secure_cookies and connectable(settings):
        yield warning(
            ABOUT,
            "FAIRLEAD_PUBLIC_URL is an address of this machine alone: no panel in the CRM reaches it, and no "
            "webhook does.",
            "Put a reverse proxy with https in front, and set FAIRLEAD_PUBLIC_URL to its address.",
        )
    if settings.secure_cookies and not settings.trusted_proxies:
        yield warning(
            ABOUT,
            "The address is https, but FAIRLEAD_TRUSTED_PROXIES is 0: all seem to come from the proxy, "
            "so that failed sign-ins of one person slow down all.",
            "Set FAIRLEAD_TRUSTED_PROXIES to the number of proxies in front, and let them set "
            "X-Forwarded-For and X-Forwarded-Proto.",
        )


def _asked_by(settings: Settings, host: str) -> Iterator[Result]:
    """Behind a proxy that is believed, the host is the public one in any case."""
    if host and host != urlsplit(settings.public_url).netloc:
        yield warning(
            ABOUT,
            "You have come by another address than FAIRLEAD_PUBLIC_URL; the CRMs send people to that one.",
            f"Use {settings.public_url}, or set FAIRLEAD_PUBLIC_URL to the address that people use.",
        )
