"""What the values of settings must be like, each in one sentence for who sets them."""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretBytes, SecretStr

from connectors.hubspot.scopes import SCOPE, sensitive
from webapp.private_key import private_key
from webapp.store.rows import ROLES

KEY_BYTES = 32
PLAIN_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _strong(value: SecretStr | None) -> SecretStr | None:
    text = "" if value is None else value.get_secret_value()
    if value is not None and (len(text) < KEY_BYTES or len(set(text)) < 12):
        msg = "must be at least 32 random characters; make one with: openssl rand -base64 48"
        raise ValueError(msg)
    return value


def _master_key(value: object) -> SecretBytes:
    """32 bytes from base64. A key that a person typed has too few different bytes."""
    try:
        key = base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES or len(set(key)) < 16:
        msg = "must be 32 random bytes in base64; make one with: openssl rand -base64 32"
        raise ValueError(msg)
    return SecretBytes(key)


def _previous_key(value: object) -> SecretBytes | None:
    return None if value is None else _master_key(value)


def _web_address(value: str) -> str:
    parts = _address_parts(value)
    if parts is None or parts.scheme not in {"http", "https"} or parts.query or parts.fragment:
        msg = "must be a web address such as https://fairlead.example.com"
        raise ValueError(msg)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        msg = "must start with https:// (http:// is only for localhost and 127.0.0.1)"
        raise ValueError(msg)
    return value.rstrip("/")


def _address_parts(value: str) -> SplitResult | None:
    """The address in parts; None for an odd host. It stands in response headers, so a sign there matters."""
    try:
        parts = urlsplit(value)
        plain = PLAIN_HOST.fullmatch(parts.netloc) is not None and parts.port != 0
    except ValueError:
        return None
    return parts if plain and parts.hostname else None


def _readable_file(value: Path | None) -> Path | None:
    if value is not None and not os.access(value, os.R_OK):
        msg = "must name a file that this account may read"
        raise ValueError(msg)
    return value


def _listening(value: str | None) -> str | None:
    parts = _address_parts(f"http://{value}")
    if value is not None and (parts is None or parts.port is None):
        msg = "must be an address and a port, such as 127.0.0.1:9464"
        raise ValueError(msg)
    return value


def _without_path(value: str) -> str:
    if urlsplit(value).path:
        msg = "must be an address without a path, such as https://fairlead.example.com"
        raise ValueError(msg)
    return value


def _api_version(value: str) -> str:
    if not re.fullmatch(r"v3|\d{4}-\d{2}", value, re.ASCII):
        msg = "must be a dated version such as 2026-09, or v3"
        raise ValueError(msg)
    return value


def _salesforce_version(value: str) -> str:
    if not re.fullmatch(r"[6-9][0-9]\.0", value, re.ASCII):
        msg = "must be an API version of Salesforce from 60.0 on, such as 68.0"
        raise ValueError(msg)
    return value


def _keys(value: object) -> object:
    """Keys from one text, separated by commas, each as `_master_key` wants it."""
    if not isinstance(value, str):
        return value
    return tuple(_master_key(key) for key in re.split(r"[,\s]+", value) if key)


def _harmless_scopes(value: tuple[str, ...]) -> tuple[str, ...]:
    if (found := sensitive(value)) or any(not SCOPE.match(scope) for scope in value):
        wrong = "name no scope for sensitive data" if found else "be names of scopes"
        msg = f"must {wrong}, such as crm.objects.deals.read"
        raise ValueError(msg)
    return value


def _names(value: object) -> object:
    if isinstance(value, str):
        return tuple(name.strip().lower() for name in value.split(",") if name.strip())
    return value


def _issuer(value: str | None) -> str | None:
    """An issuer as its provider writes it: with or without a slash at the end."""
    if value is not None:
        _web_address(value)
    return value


def _roles(value: object) -> object:
    """Roles by the words of a provider, such as "fairlead-admins=admin, everybody=viewer"."""
    if not isinstance(value, str):
        return value
    found = {}
    for pair in filter(None, (part.strip() for part in value.split(","))):
        group, _, role = (part.strip() for part in pair.rpartition("="))
        if not group or role not in ROLES or group in found:
            roles = ", ".join(ROLES)
            msg = f"must be pairs such as fairlead-admins=admin, each group once; the roles are {roles}"
            raise ValueError(msg)
        found[group] = role
    return tuple(found.items())


StrongSecret = Annotated[SecretStr, AfterValidator(_strong)]
StrongSecretOrNone = Annotated[SecretStr | None, AfterValidator(_strong)]
MasterKey = Annotated[SecretBytes, BeforeValidator(_master_key)]
PreviousKey = Annotated[SecretBytes | None, BeforeValidator(_previous_key)]
Keys = Annotated[tuple[SecretBytes, ...], BeforeValidator(_keys)]
Address = Annotated[str, AfterValidator(_web_address)]
ReadableFile = Annotated[Path | None, AfterValidator(_readable_file)]
Scopes = Annotated[tuple[str, ...], BeforeValidator(_names), AfterValidator(_harmless_scopes)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Origin = Annotated[Address, AfterValidator(_without_path)]
Listening = Annotated[str | None, AfterValidator(_listening)]
SalesforceVersion = Annotated[str, AfterValidator(_salesforce_version)]
HubSpotVersion = Annotated[str, AfterValidator(_api_version)]
PrivateKey = Annotated[SecretStr | None, AfterValidator(private_key)]
Issuer = Annotated[str | None, AfterValidator(_issuer)]
RoleMap = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_roles)]
