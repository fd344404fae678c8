"""Response headers: what a browser may do with our pages, and who may frame them.

Pages may never be framed. A panel may be framed only by the origins that its signed request proved,
sets no cookie, and says so by ``allow_framing``.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, Response, current_app, g, request

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
YEAR_SECONDS = 31_536_000


def protect(app: Flask) -> None:
    """Put the headers on every response of ``app``."""
    app.after_request(_headers)


def allow_framing(origins: Iterable[str]) -> None:
    """Let these origins, and no other, embed the answer to this request."""
    g.frame_ancestors = tuple(origins)


def allow_form_targets(origins: Iterable[str]) -> None:
    """Let forms of this page end at these origins: browsers check redirects after a form too."""
    g.form_targets = tuple(origins)


def content_security_policy() -> str:
    """The policy of the answer to this request."""
    policy = dict(POLICY)
    if framers := g.get("frame_ancestors", ()):
        policy["frame-ancestors"] = " ".join(framers)
        policy["form-action"] = "'none'"
    policy["form-action"] = " ".join([policy["form-action"], *g.get("form_targets", ())])
    return "; ".join(f"{directive} {value}" for directive, value in policy.items())


def _headers(response: Response) -> Response:
    headers, framed = response.headers, bool(g.get("frame_ancestors"))
    headers.setdefault("Content-Security-Policy", content_security_policy())
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer" if framed else "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if not framed:
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    # Also behind a proxy that is not trusted to say so: browsers heed it over https only.
    if request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]:
        headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    return response
