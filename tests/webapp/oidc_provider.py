"""An OpenID Connect provider for tests, over real HTTP, that can misbehave in every way a test asks for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.wrappers import Request, Response

from connectors.sandbox.server import LocalServer

CLIENT, SECRET = "fairlead-client", "client-secret-canary"
KEYS = {kid: RSAKey.generate_key(2048, {"kid": kid}, private=True) for kid in ("one", "two")}


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def without_key(alg: str, claims: dict[str, Any]) -> str:
    """An ID token that nobody's key signed: with alg none, or with what everybody knows as the secret."""
    head = ".".join(encoded(json.dumps(one).encode()) for one in ({"alg": alg, "kid": "one"}, claims))
    public = KEYS["one"].as_pem(private=False)
    return f"{head}.{encoded(hmac.digest(public, head.encode(), 'sha256')) if alg == 'HS256' else ''}"


@dataclass(slots=True, kw_only=True)
class OidcProvider:
    """``claims`` come on top of what is right; ``odd`` are the names of what is wrong just now."""

    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    odd: set[str] = field(default_factory=set)
    discovery: dict[str, Any] = field(default_factory=dict)
    kid: str = "one"
    published: tuple[str, ...] = ("one",)
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    server: LocalServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = LocalServer(app=self)

    @property
    def issuer(self) -> str:
        return f"{self.server.url}/realms/staff"

    def authorize(self, url: str, **changes: str) -> str:
        """What a person does who agrees: the address that the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], **changes}
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode(answer)}"

    def __call__(self, environ, start_response):
        request = Request(environ)
        self.asked.append(request.path)
        name = request.path.rsplit("/", 1)[-1]
        return self.answer(name, request)(environ, start_response)

    def answer(self, name: str, request: Request) -> Response:
        for odd in (f"{name}-{kind}" for kind in ("500", "moved", "slow", "huge", "text", "list")):
            if odd in self.odd:
                return self._odd(odd.rpartition("-")[2])
        made = {
            "openid-configuration": self._discovery,
            "authorize": self._agreed,
            "keys": lambda _: {"keys": [KEYS[kid].as_dict(private=False) for kid in self.published]},
            "token": self._token,
            "userinfo": lambda _: {"sub": "person-1", **self.userinfo},
        }[name](request)
        return made if isinstance(made, Response) else Response(json.dumps(made), mimetype="application/json")

    def _agreed(self, request: Request) -> Response:
        """The provider's own page, to which everybody says yes."""
        back = urlsplit(request.args["redirect_uri"])
        return Response(
            status=302, headers={"Location": f"{back.scheme}://{back.netloc}{self.authorize(request.url)}"}
        )

    def _odd(self, kind: str) -> Response:
        if kind == "moved":
            return Response(status=307, headers={"Location": f"{self.server.url}/elsewhere/token"})
        if kind == "slow":
            return Response((time.sleep(0.1) or b" " for _ in range(100)), mimetype="application/json")
        texts = {"huge": "[" + "1," * 1_000_000 + "1]", "text": "<html>", "list": "[1]", "500": "{}"}
        return Response(texts[kind], status=500 if kind == "500" else 200, mimetype="application/json")

    def _discovery(self, _request: Request) -> dict[str, Any]:
        at = self.issuer
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys",
            "userinfo_endpoint": f"{at}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
            "verify": False,
            **self.discovery,
        }

    def _token(self, request: Request) -> Any:
        form = request.form.to_dict()
        self.forms.append(form)
        asked = self.codes.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked is None or asked["code_challenge"] != proof.decode():
            return Response(json.dumps({"error": "invalid_grant"}), 400, mimetype="application/json")
        if request.authorization is None or request.authorization.password != SECRET or "client" in self.odd:
            return Response(json.dumps({"error": "invalid_client"}), 401, mimetype="application/json")
        answer = {"access_token": "access-canary", "token_type": "Bearer", "expires_in": 60}
        return answer if "no_id_token" in self.odd else {**answer, "id_token": self._id_token(asked)}

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        right = {"iss": self.issuer, "sub": "person-1", "aud": CLIENT, "iat": now, "exp": now + 300}
        claims = {**right, "nonce": asked["nonce"], **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.odd & {"none", "HS256"}:
            return without_key(next(iter(self.odd)), claims)
        signed = jwt.encode(
            {"alg": "RS256", "kid": self.kid}, claims, KEYS[self.kid if self.kid in KEYS else "two"]
        )
        return f"{signed[:-4]}AAAA" if "forged" in self.odd else signed
