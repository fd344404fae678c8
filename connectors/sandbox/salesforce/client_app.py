"""The External Client App of the org: its credentials, its policies, and whom it lets in."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from connectors.sandbox.salesforce.users import User

SCOPES = frozenset({"api", "refresh_token", "offline_access", "openid", "id", "profile", "email", "web"})
REFRESHING = frozenset({"refresh_token", "offline_access"})
SELF, APPROVED = "AllSelfAuthorized", "AdminApprovedPreAuthorized"


@dataclass(slots=True, kw_only=True)
class OauthError(Exception):
    """An OAuth error answer: HTTP 400 with ``error`` and ``error_description``."""

    error: str
    description: str


@dataclass(slots=True, kw_only=True)
class Client:
    """One client app and its policies. Lifetimes are in seconds of the stand-in's clock.

    ``certificate`` is the PEM of what JWT assertions are signed with; ``run_as`` whom client credentials
    act for; ``audiences`` what an assertion may be meant for besides the org's own address.
    """

    id: str
    secret: str = field(repr=False)
    redirect_uris: set[str] = field(default_factory=set)
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    pkce_required: bool = True
    rotation: bool = True
    token_lifetime: float = 7200.0
    idle_lifetime: float | None = 30 * 86_400.0
    secret_required: bool = True
    secret_required_for_refresh: bool = True
    permitted: str = SELF
    approved: set[str] = field(default_factory=set)
    certificate: str = field(default="", repr=False)
    run_as: User | None = None
    jwt_tokens: bool = False
    org_active: bool = True
    ip_restricted: bool = False
    audiences: set[str] = field(
        default_factory=lambda: {"https://login.salesforce.com", "https://test.salesforce.com"}
    )

    def identify(self, client_id: str) -> None:
        """Raises OauthError for another client."""
        if client_id != self.id:
            raise OauthError(error="invalid_client_id", description="client identifier invalid")

    def authenticate(self, client_id: str, secret: str, *, refreshing: bool = False) -> None:
        """Check the client's credentials. Raises OauthError."""
        self.identify(client_id)
        required = self.secret_required_for_refresh if refreshing else self.secret_required
        if not secret and not required:
            return
        if not hmac.compare_digest(secret.encode(), self.secret.encode()):
            raise OauthError(error="invalid_client", description="invalid client credentials")

    def admit(self, user: User) -> None:
        """Whether this user may use the app now. Raises OauthError."""
        if not self.org_active:
            raise OauthError(error="inactive_org", description="organization is inactive")
        if not user.active:
            raise OauthError(error="inactive_user", description="user is inactive")
        if self.ip_restricted:
            raise OauthError(error="invalid_grant", description="ip restricted")
        if self.permitted == APPROVED and user.username not in self.approved:
            text = "user is not admin approved to access this app"
            raise OauthError(error="invalid_app_access", description=text)
