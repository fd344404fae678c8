"""The authorization server of the stand-in: codes, access tokens, refresh families."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.sandbox.salesforce.client_app import REFRESHING, Client, OauthError
from connectors.sandbox.salesforce.clock import Clock
from connectors.sandbox.salesforce.jwt import signed
from connectors.sandbox.salesforce.users import User

CODE_LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A checked authorization request, before and after consent."""

    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str
    user: User
    nonce: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code's meaning."""

    request: Request
    expires: datetime


@dataclass(slots=True, kw_only=True)
class Family:
    """All tokens that descend from one consent; reuse of an old refresh token ends them all."""

    user: User
    scopes: tuple[str, ...]
    used: datetime
    refresh: str | None = None
    nonce: str = ""
    spent: set[str] = field(default_factory=set)
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An access token's meaning."""

    family: Family
    issued: datetime
    expires: datetime


@dataclass(slots=True, kw_only=True)
class Grants:
    """Everything issued so far."""

    client: Client
    organisation: str
    clock: Clock
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Access] = field(default_factory=dict)
    families: list[Family] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def code(self, request: Request) -> str:
        """A new single-use authorization code."""
        made = f"aPrx{secrets.token_urlsafe(32)}"
        self.codes[made] = Code(request=request, expires=self.clock.now() + CODE_LIFETIME)
        return made

    def redeem(self, code: str, redirect_uri: str, verifier: str) -> tuple[Family, str]:
        """A new family and its first access token for a code. Raises OauthError."""
        held = self.codes.pop(code, None)
        if held is None:
            raise OauthError(error="invalid_grant", description="invalid authorization code")
        if held.expires <= self.clock.now():
            raise OauthError(error="invalid_grant", description="expired authorization code")
        if held.request.redirect_uri != redirect_uri:
            raise OauthError(
                error="redirect_uri_mismatch", description="redirect_uri must match configuration"
            )
        if held.request.challenge and not _proves(verifier, held.request.challenge):
            raise OauthError(error="invalid_grant", description="invalid code verifier")
        family, access = self.open(held.request.user, held.request.scopes)
        family.nonce = held.request.nonce
        return family, access

    def open(self, user: User, scopes: tuple[str, ...], *, lasting: bool = True) -> tuple[Family, str]:
        """A new family with an access token, and a refresh token where the scope asks for one.

        ``lasting`` is false for the flows that never give a refresh token.
        """
        family = Family(user=user, scopes=scopes, used=self.clock.now())
        if lasting and REFRESHING & set(scopes):
            family.refresh = _refresh_token()
        self.families.append(family)
        return family, self.issue(family)

    def issue(self, family: Family) -> str:
        """A new access token."""
        now = self.clock.now()
        expires = now + timedelta(seconds=self.client.token_lifetime)
        token = f"{self.organisation[:15]}!AQ{secrets.token_urlsafe(60)}"
        if self.client.jwt_tokens:
            claims = {"sub": family.user.id, "scp": " ".join(family.scopes), "jti": secrets.token_urlsafe(16)}
            token = signed(claims | {"iat": int(now.timestamp()), "exp": int(expires.timestamp())})
        self.access[token] = Access(family=family, issued=now, expires=expires)
        family.used = now
        return token

    def refreshed(self, token: str) -> tuple[Family, str]:
        """A new access token for a refresh token, which rotates. Raises OauthError."""
        with self.lock:
            family = self._family(token)
            if family is None or family.revoked or token in family.spent or self._idle(family):
                if family is not None:
                    self._revoke(family)
                raise OauthError(error="invalid_grant", description="expired access/refresh token")
            self.client.admit(family.user)
            if self.client.rotation:
                self.rotate(family)
            return family, self.issue(family)

    def rotate(self, family: Family) -> None:
        """Replace a family's refresh token; the old one must not be shown again."""
        family.spent.add(str(family.refresh))
        family.refresh = _refresh_token()

    def rotate_all(self) -> list[str]:
        """Another worker renews every living family; the new refresh tokens."""
        with self.lock:
            living = [family for family in self.families if family.refresh and not family.revoked]
            for family in living:
                self.rotate(family)
        return [str(family.refresh) for family in living]

    def _idle(self, family: Family) -> bool:
        idle = self.client.idle_lifetime
        return idle is not None and family.used + timedelta(seconds=idle) <= self.clock.now()

    def revoke(self, token: str) -> None:
        """End a refresh token with all its access tokens, or one access token. Raises OauthError."""
        family = self._family(token)
        if family is not None and not family.revoked:
            self._revoke(family)
        elif self.access.pop(token, None) is None:
            raise OauthError(error="invalid_token", description="invalid token: revoke request failed")

    def holder(self, token: str) -> Access | None:
        """Who holds a live access token; None where it is unknown, expired or revoked."""
        found = self.access.get(token)
        live = found is not None and not found.family.revoked and found.expires > self.clock.now()
        return found if live else None

    def family_of(self, token: str) -> Family | None:
        """The family of a refresh token that still works."""
        return next((f for f in self.families if token and token == f.refresh and not f.revoked), None)

    def expire_all(self) -> None:
        """Let every access token die at once; refresh tokens stay."""
        self.access.clear()

    def end_all(self) -> None:
        """An admin revokes everything that was granted."""
        for family in self.families:
            self._revoke(family)

    def _family(self, token: str) -> Family | None:
        return next((f for f in self.families if token and (token == f.refresh or token in f.spent)), None)

    def _revoke(self, family: Family) -> None:
        family.revoked = True
        self.access = {token: held for token, held in self.access.items() if held.family is not family}


def _refresh_token() -> str:
    return f"5Aep861{secrets.token_urlsafe(60)}"


def _proves(verifier: str, challenge: str) -> bool:
    """PKCE S256 (RFC 7636 4.6), the method also where the client named none."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(digest, challenge)
