"""JSON Web Tokens in RS256 (RFC 7515, 7519): what the org signs, and what it is shown as an assertion."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def signed(claims: Mapping[str, object]) -> str:
    """Claims signed by the org."""
    head = _packed(json.dumps({"alg": "RS256", "typ": "JWT", "kid": _key_id()}).encode())
    body = f"{head}.{_packed(json.dumps(claims).encode())}"
    return f"{body}.{_packed(_key().sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def verified(token: str, certificate: str) -> dict[str, Any]:
    """The claims of an assertion that the certificate's key has signed.

    Raises
    ------
    ValueError
        Where it is no such assertion; the message never repeats it.
    """
    try:
        head, body, mark = token.split(".")
        key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
        _verify(key, f"{head}.{body}".encode(), _unpacked(mark))
        header, claims = json.loads(_unpacked(head)), json.loads(_unpacked(body))
    except (ValueError, InvalidSignature):
        header, claims = None, None
    if not isinstance(header, dict) or not isinstance(claims, dict) or header.get("alg") != "RS256":
        msg = "invalid assertion"
        raise ValueError(msg)
    return claims


def _verify(key: object, body: bytes, mark: bytes) -> None:
    """Raises InvalidSignature where the key did not sign the body."""
    if not isinstance(key, rsa.RSAPublicKey):
        raise InvalidSignature
    key.verify(mark, body, padding.PKCS1v15(), hashes.SHA256())


def public_keys() -> dict[str, object]:
    """The org's key as a JWK set."""
    numbers = _key().public_key().public_numbers()
    length = (numbers.n.bit_length() + 7) // 8
    key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _key_id()}
    key |= {"n": _packed(numbers.n.to_bytes(length, "big")), "e": _packed(numbers.e.to_bytes(3, "big"))}
    return {"keys": [key]}


@cache
def _key() -> rsa.RSAPrivateKey:
    """One key a process: making it takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@cache
def _key_id() -> str:
    public = (
        _key()
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return hashlib.sha256(public).hexdigest()[:16]


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        msg = "no base64"
        raise ValueError(msg) from None
