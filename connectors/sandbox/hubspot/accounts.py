"""The app as it is registered, its codes and its tokens.

References
----------
HubSpot, "Working with OAuth": codes work once, access tokens live 30 minutes, refresh tokens until
the app is removed; revoking one leaves issued access tokens alive.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.hubspot.clock import stamp
from connectors.sandbox.hubspot.control import Control
from connectors.sandbox.hubspot.replies import Problem, problem, refuse_token
from connectors.sandbox.hubspot.scopes import AppScopes

# The admin who installed the app.
INSTALLER_ID, INSTALLER, DOMAIN = 2094417, "admin@stand-in.example", "stand-in.example"
CODE_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What an admin agreed to on the consent page."""

    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str | None
    expires_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What an access token may do, and until when; a static one lives for ever."""

    scopes: tuple[str, ...]
    expires_at: float = float("inf")
    static: bool = False


@dataclass(slots=True, kw_only=True)
class Accounts:
    """One registered app, installed in one portal or not yet."""

    portal: str
    app_id: str
    client_id: str
    client_secret: str
    redirect_uris: set[str]
    control: Control
    scopes: AppScopes = field(default_factory=AppScopes)
    portal_gone: bool = False
    _codes: dict[str, Consent] = field(default_factory=dict)
    _access: dict[str, Access] = field(default_factory=dict)
    _refresh: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def installed(self) -> bool:
        """Whether a refresh token lives."""
        return bool(self._refresh)

    def open(self, scopes: Sequence[str], *, static: bool = False) -> str:
        """An access token without a consent page; a static one is that of a private app."""
        if not static:
            return str(self._issue(tuple(scopes), None)["access_token"])
        token = f"pat-eu1-{secrets.token_hex(16)}"
        self._access[token] = Access(scopes=tuple(scopes), static=True)
        return token

    def code(self, consent: Consent) -> str:
        """A new authorization code."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = consent
        return code

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The token endpoint's answer. Raises Problem with HubSpot's status names."""
        grant = form.get("grant_type")
        if grant not in {"authorization_code", "refresh_token", "client_credentials"}:
            refuse_token("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type")
        self._check_client(form)
        if grant == "client_credentials":
            return self._for_the_app(form.get("scope", "").split())
        if self.portal_gone:
            refuse_token("access_denied", "BAD_HUB", "missing or unknown hub id")
        if grant == "authorization_code":
            return self._issue(self._spend(form), None)
        return self._renew(form.get("refresh_token", ""))

    def access_of(self, authorization: str) -> Access:
        """What a bearer token may do. Raises Problem (401)."""
        kind, _, token = authorization.partition(" ")
        found = self._access.get(token)
        if kind.lower() != "bearer" or found is None:
            message = (
                "Authentication credentials not found. This API supports OAuth 2.0 authentication and you "
                "can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
            )
            raise problem(401, "INVALID_AUTHENTICATION", message)
        now = self.control.clock.now()
        if now < found.expires_at:
            return found
        ago = int(now - found.expires_at)
        message = f"The OAuth token used to make this call expired {ago} second(s) ago."
        context = {"expire time": [stamp(found.expires_at)]}
        raise problem(401, "EXPIRED_AUTHENTICATION", message, context=context)

    def introspect(self, form: Mapping[str, str]) -> dict[str, Any]:
        """What a token is."""
        self._check_client(form)
        token = form.get("token", "")
        found = self._access.get(token) or Access(scopes=self._refresh.get(token, ()))
        left = found.expires_at - self.control.clock.now()
        if not found.scopes or left <= 0:
            return {"active": False}
        shown = {
            "active": True,
            "token_use": "refresh_token" if token in self._refresh else "access_token",
            "client_id": self.client_id,
            "hub_id": int(self.portal),
            "hub_domain": DOMAIN,
            "user_id": INSTALLER_ID,
            "user": INSTALLER,
            "app_id": int(self.app_id),
            "scopes": list(found.scopes),
        }
        return shown if left == float("inf") else {**shown, "expires_in": int(left)}

    def looked_up(self, token: str, kind: str) -> dict[str, Any]:
        """What the undated API says of an access or a refresh token. Raises Problem (404)."""
        found = self._access.get(token) if kind == "access" else None
        scopes = found.scopes if found is not None else self._refresh.get(token, ())
        left = found.expires_at - self.control.clock.now() if found is not None else 0.0
        if not scopes or (kind == "access" and left <= 0):
            raise problem(404, "OBJECT_NOT_FOUND", "resource not found")
        about = {"token": token, "token_type": kind, "user": INSTALLER, "user_id": INSTALLER_ID}
        portal = {"hub_domain": DOMAIN, "hub_id": int(self.portal), "scopes": list(scopes)}
        if kind == "refresh":
            return {**about, **portal, "client_id": self.client_id}
        known = {"app_id": int(self.app_id), "scope_to_scope_group_pks": [], "trial_scopes": []}
        more: dict[str, Any] = {"trial_scope_to_scope_group_pks": [], "signed_access_token": None}
        return {**about, **portal, **known, **more, "expires_in": int(min(left, 2**31))}

    def forget(self, token: str) -> None:
        """End a refresh token, the undated way."""
        self._refresh.pop(token, None)

    def revoke(self, form: Mapping[str, str]) -> None:
        """End a refresh token; access tokens live on."""
        self._check_client(form)
        self._refresh.pop(form.get("token", ""), None)

    def revoke_all(self) -> None:
        """Every refresh token ends; access tokens live on."""
        self._refresh.clear()

    def uninstall(self) -> None:
        """The portal removed the app: nothing works any more."""
        self._access.clear()
        self._refresh.clear()

    def expire_access(self) -> None:
        """Every access token is past its time from now on."""
        now = self.control.clock.now()
        self._access = {
            token: Access(scopes=one.scopes, expires_at=now) for token, one in self._access.items()
        }

    def narrow(self, scopes: Sequence[str]) -> None:
        """Every grant has no more than these scopes from now on."""
        kept = set(scopes)
        for token, one in self._access.items():
            self._access[token] = Access(
                scopes=tuple(scope for scope in one.scopes if scope in kept),
                expires_at=one.expires_at,
                static=one.static,
            )
        for token, had in self._refresh.items():
            self._refresh[token] = tuple(scope for scope in had if scope in kept)

    def _check_client(self, form: Mapping[str, str]) -> None:
        status = self.control.bad_client_status
        if form.get("client_id") != self.client_id:
            refuse_token("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id", status)
        if not secrets.compare_digest(form.get("client_secret", "").encode(), self.client_secret.encode()):
            refuse_token("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret", status)

    def _spend(self, form: Mapping[str, str]) -> tuple[str, ...]:
        consent = self._codes.pop(form.get("code", ""), None)
        if consent is None or self.control.clock.now() > consent.expires_at:
            refuse_token("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code")
        if form.get("redirect_uri") != consent.redirect_uri:
            refuse_token("invalid_grant", "BAD_REDIRECT_URI", "missing or invalid redirect uri")
        if consent.challenge is not None and consent.challenge != challenge(form.get("code_verifier", "")):
            refuse_token("invalid_grant", "BAD_CODE_VERIFIER", "missing or invalid code verifier")
        return consent.scopes

    def _renew(self, token: str) -> dict[str, Any]:
        scopes = self._refresh.get(token)
        if scopes is None:
            message = "refresh token is invalid, expired or revoked"
            refuse_token("invalid_grant", "BAD_REFRESH_TOKEN", message)
        if self.control.rotate_refresh_tokens:
            del self._refresh[token]
            return self._issue(scopes, None)
        return self._issue(scopes, token)

    def _for_the_app(self, scopes: Sequence[str]) -> dict[str, Any]:
        """A token of the app itself, which reaches no portal's data."""
        if not scopes or set(scopes) - self.scopes.every:
            refuse_token("invalid_scope", "BAD_SCOPES", "missing or unknown scopes")
        token = f"CK-{secrets.token_urlsafe(96)}"
        lifetime = {"expires_in": self.control.token_seconds, "scopes": list(scopes)}
        return {"token_type": "bearer", "token_use": "access_token", "access_token": token, **lifetime}

    def _issue(self, scopes: tuple[str, ...], refresh: str | None) -> dict[str, Any]:
        lifetime = self.control.token_seconds
        access = f"CK-{secrets.token_urlsafe(self.control.token_bytes)}"
        kept = refresh or f"na1-{secrets.token_urlsafe(24)}"
        self._access[access] = Access(scopes=scopes, expires_at=self.control.clock.now() + lifetime)
        self._refresh[kept] = scopes
        return {
            "token_type": "bearer",
            "token_use": "access_token",
            "access_token": access,
            "refresh_token": kept,
            "expires_in": lifetime,
            "hub_id": int(self.portal),
            "user_id": INSTALLER_ID,
            "scopes": list(scopes),
        }


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def terse_refusal(authorization: str) -> Problem:
    """The older answer to a missing scope, which names neither a category nor a scope."""
    shown = authorization.rpartition(" ")[2][:6]
    return problem(403, None, f"This oauth-token ({shown}...) does not have proper permissions!")
