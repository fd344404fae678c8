"""The OpenID Connect provider, through Authlib: discovery, the code flow with PKCE, the ID token's checks.

Authlib checks signature, ``iss``, ``aud``, ``exp``, ``iat``, ``nonce``, ``azp`` and ``at_hash``. What it
leaves to its caller is settled here: which algorithms count (never ``none``, never a shared secret), that
``aud`` is asked for, that discovery speaks of the issuer of the settings, and how long and how large an
answer may be.

References
----------
OpenID Connect Core 1.0, 3.1; OpenID Connect Discovery 1.0, 4.3; RFC 7636; RFC 9700.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

from authlib.integrations.flask_client.apps import FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session

from connectors.transport import TimedAdapter
from webapp.language import marked
from webapp.setting_types import LOOPBACK
from webapp.sign_in.claim_path import claim_at
from webapp.sign_in.refusal import NotLetIn
from webapp.sign_in.trouble import AWAY, told

TIMEOUT = (5, 10)
SECONDS = 15.0
"""For a whole answer: a person waits, and so does one of the few threads."""
LARGEST = 1024 * 1024
FRESH_SECONDS = 3600.0
AWAY_SECONDS = 10.0
"""So long nobody asks again after discovery failed: who waits for a provider waits in one of few threads."""
PATIENCE_SECONDS = 2.0
"""So long a thread waits for another one that asks already."""
LEEWAY_SECONDS = 60
SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
ALGORITHMS = "id_token_signing_alg_values_supported"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
# Authlib makes attributes of its session out of whatever else discovery names.
KEPT = frozenset({"issuer", "userinfo_endpoint", "_loaded_at", ALGORITHMS, *ENDPOINTS})
SUBJECT = re.compile(r"[\x20-\x7e]{1,255}")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One client of one provider, as the settings name it.

    ``needs`` are claims, as `claim_at` finds them, for which the userinfo endpoint is asked where the ID
    token has not all of them.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    ca_file: Path | None = None
    scope: str = "openid profile email"
    needs: tuple[str, ...] = ("email",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Where to send the browser, and what must be remembered until it returns."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Desk:
    """One provider for all threads of a process. Discovery and keys are read again every hour.

    Its methods raise NotLetIn, with a sentence about what is wrong with the provider or its answer.
    """

    provider: Provider
    clock: Callable[[], float] = time.monotonic
    _client: Any = None
    _until: float = 0.0
    _away: NotLetIn | None = None
    _lock: Lock = field(default_factory=Lock)

    def ask(self) -> Asked:
        """Begin: the address at the provider, with a state, a nonce and a PKCE challenge of its own."""
        client = self._opened()
        made = self._guarded(lambda: client.create_authorization_url(self.provider.redirect_uri))
        return Asked(
            url=made["url"], state=made["state"], nonce=made["nonce"], verifier=made["code_verifier"]
        )

    def claims(self, code: str, asked: Asked) -> Mapping[str, Any]:
        """What the provider says of the person who brings this code; its tokens are thrown away here."""
        client = self._opened()
        return self._guarded(lambda: self._claims(client, code, asked))

    def _claims(self, client: Any, code: str, asked: Asked) -> Mapping[str, Any]:  # noqa: ANN401 - Authlib has no types
        token = client.fetch_access_token(
            self.provider.redirect_uri, code=code, code_verifier=asked.verifier, state=asked.state
        )
        options = {
            "iss": {"essential": True, "values": [client.server_metadata["issuer"]]},
            "aud": {"essential": True, "values": [self.provider.client_id]},
        }
        found = client.parse_id_token(token, nonce=asked.nonce, claims_options=options, leeway=LEEWAY_SECONDS)
        if not found or not SUBJECT.fullmatch(str(found["sub"])):
            msg = marked("The provider named nobody. Its administrator must let it send an ID token.")
            raise NotLetIn(msg, code="no_id_token")
        return {**self._more(client, token, found), **found}

    def _more(self, client: Any, token: Any, found: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ANN401
        """What only the userinfo endpoint tells; nothing where it speaks of somebody else."""
        known = all(claim_at(found, path) is not None for path in self.provider.needs)
        if known or "userinfo_endpoint" not in client.server_metadata or "access_token" not in token:
            return {}
        more: Mapping[str, Any] = client.userinfo(token=token)
        return more if more.get("sub") == found["sub"] else {}

    def _opened(self) -> Any:  # noqa: ANN401 - Authlib has no types
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            raise NotLetIn(AWAY, code="away", passing=True)
        try:
            if self.clock() >= self._until:
                self._client, self._away = None, None
                try:
                    self._client = self._guarded(lambda: _discovered(self.provider))
                    self._until = self.clock() + FRESH_SECONDS
                except NotLetIn as problem:
                    self._away, self._until = problem, self.clock() + AWAY_SECONDS
            if self._away is not None:
                raise self._away.again()
            return self._client
        finally:
            self._lock.release()

    def _guarded(self, call: Callable[[], T]) -> T:
        """What a call gives; its errors hold addresses and tokens, so that none goes on, nor as a cause."""
        try:
            return call()
        except NotLetIn as known:
            problem = known
        except Exception as error:  # noqa: BLE001 - whatever a strange answer makes of two libraries
            problem = told(error)
        raise problem


def _discovered(provider: Provider) -> Any:  # noqa: ANN401 - Authlib has no types
    client: Any = FlaskOAuth2App(
        None,
        name="single_sign_on",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        client_kwargs={"scope": provider.scope, "code_challenge_method": "S256", "leeway": 0},
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        user_agent="Fairlead",
    )
    client.client_cls = _sessions(provider.ca_file)
    found = client.load_server_metadata()
    methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" not in methods:
        client.client_kwargs["token_endpoint_auth_method"] = "client_secret_post"  # noqa: S105 - a method
    client.server_metadata = {name: value for name, value in found.items() if name in KEPT}
    _check(client.server_metadata, provider)
    return client


def _check(found: dict[str, Any], provider: Provider) -> None:
    """Refuse what discovery may not say, and leave only algorithms that prove something."""
    if str(found.get("issuer", "")).rstrip("/") != provider.issuer.rstrip("/"):
        msg = marked(
            "The provider calls itself something else than FAIRLEAD_OIDC_ISSUER: write that as it does."
        )
        raise NotLetIn(msg, code="wrong_issuer")
    at_home = urlsplit(provider.issuer).hostname in LOOPBACK
    for name in ENDPOINTS:
        parts = urlsplit(str(found.get(name, "")))
        if parts.scheme != "https" and not (
            parts.scheme == "http" and at_home and parts.hostname in LOOPBACK
        ):
            msg = marked("The provider's discovery document has no https address as its %(name)s.")
            raise NotLetIn(msg, code="bad_discovery", name=name)
    named = found.get(ALGORITHMS) or ["RS256"]
    found[ALGORITHMS] = [one for one in SIGNED if one in named]
    if not found[ALGORITHMS]:
        msg = marked(
            "The provider signs in no way that proves anything: let it sign ID tokens with RS256 or ES256."
        )
        raise NotLetIn(msg, code="no_algorithm")


def _sessions(ca_file: Path | None) -> Callable[..., Any]:
    """What makes Authlib's sessions: bounded answers, no redirects, nothing of the environment."""

    def made(*args: Any, **more: Any) -> Any:  # noqa: ANN401 - Authlib's own
        # Authlib carries no types: to a checker its session is not even a requests.Session.
        session: Any = OAuth2Session(*args, **more)
        session.trust_env = False
        session.max_redirects = 0
        session.verify = str(ca_file) if ca_file else True
        for scheme in ("https://", "http://"):
            session.mount(scheme, TimedAdapter(TIMEOUT, seconds=SECONDS, largest=LARGEST))
        return session

    return made
