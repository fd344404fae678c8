"""Every setting: its name, its default, what it is for. docs/reference/settings.md is made from here."""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretBytes, SecretStr

from connectors.hubspot.scopes import OPTIONAL, SCOPE, sensitive
from webapp.private_key import private_key

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


Address = Annotated[str, AfterValidator(_web_address)]
ReadableFile = Annotated[Path | None, AfterValidator(_readable_file)]
Scopes = Annotated[tuple[str, ...], BeforeValidator(_names), AfterValidator(_harmless_scopes)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]


class Settings(BaseModel):
    """What an installation must or may say, frozen. Secrets do not show in its ``repr``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    secret_key: Annotated[SecretStr, AfterValidator(_strong)] = Field(
        description="Signs session cookies and forms. Changing it signs everybody out and ends all tokens of "
        "the JSON API."
    )
    master_key: Annotated[SecretBytes, BeforeValidator(_master_key)] = Field(
        description="32 random bytes in base64. Wraps the keys of the organisations and encrypts the CRM "
        "tokens. If it is lost, every CRM must be connected and pulled again. It may also come from a "
        "command: FAIRLEAD_MASTER_KEY_COMMAND. See [change keys](../how-to/change-keys.md)."
    )
    master_key_previous: Annotated[SecretBytes | None, BeforeValidator(_previous_key)] = Field(
        default=None,
        description="The master key before, while it is being changed: `fairlead reseal` wraps anew what it "
        "wrapped. Take it out after that.",
    )
    encryption_keys: Annotated[tuple[SecretBytes, ...], BeforeValidator(_keys)] = Field(
        default=(),
        description="Keys that encrypt the CRM tokens: 32 random bytes each, in base64, separated by commas, "
        "the newest first. Without any, the master key does it. See [change keys](../how-to/change-keys.md).",
    )
    data_dir: Path = Field(
        default=Path("fairlead-data"),
        description="The folder for the database and for the pseudonymised leads (Parquet).",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="postgresql://user:password@host/name, or sqlite:///file. "
        "Without it: the SQLite file fairlead.db in the data folder.",
    )
    public_url: Annotated[Address, AfterValidator(_without_path)] = Field(
        default="http://127.0.0.1:8000",
        description="The address that browsers and the CRMs use. With https, the session cookie is Secure.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=5,
        description="How many reverse proxies stand in front and set X-Forwarded-For and -Proto. "
        "0: those headers are ignored.",
    )
    session_hours: int = Field(
        default=12, ge=1, le=168, description="After how many hours a person must sign in again."
    )
    api_requests_per_minute: int = Field(
        default=600,
        ge=10,
        le=100_000,
        description="How many requests a token of the JSON API may send in a minute, to all processes.",
    )
    metrics_token: Annotated[SecretStr | None, AfterValidator(_strong)] = Field(
        default=None,
        description="Opens /metrics to who shows it as a bearer token. Without it, there is no /metrics "
        "beside the pages. See [watch Fairlead](../how-to/monitoring.md).",
    )
    metrics_listen: Annotated[str | None, AfterValidator(_listening)] = Field(
        default=None,
        description="An address and a port of its own for /metrics, such as 127.0.0.1:9464. There it asks "
        "for the token only where one is set.",
    )
    salesforce_client_id: str | None = Field(
        default=None, description="Consumer key of the External Client App."
    )
    salesforce_client_secret: SecretStr | None = Field(
        default=None, description="Consumer secret of the External Client App; also proves Canvas requests."
    )
    salesforce_login_url: Address = Field(
        default="https://login.salesforce.com",
        description="Where admins give consent: your My Domain address, or test.salesforce.com (sandbox).",
    )
    salesforce_extra_hosts: Names = Field(
        default=(),
        description="Host names beside Salesforce's own that may receive tokens, separated by commas.",
    )
    salesforce_ca_file: ReadableFile = Field(
        default=None, description="A PEM file with the authority to trust for Salesforce hosts."
    )
    salesforce_allow_duplicates: bool = Field(
        default=False,
        description="Whether writing a flag may pass duplicate rules of the org that only warn.",
    )
    salesforce_api_version: Annotated[str, AfterValidator(_salesforce_version)] = Field(
        default="68.0",
        description="The version of Salesforce's API; the nearest one where an org does not offer it.",
    )
    salesforce_api_percent: int = Field(
        default=80,
        ge=1,
        le=100,
        description="Fairlead stops when this share (in %) of the org's API calls of the day is used, by "
        "every app together, so that the others still have some.",
    )
    salesforce_jwt_username: str | None = Field(
        default=None, description="The user to connect as with a certificate (JWT bearer flow)."
    )
    salesforce_jwt_key: Annotated[SecretStr | None, AfterValidator(private_key)] = Field(
        default=None,
        description="The private key (PEM) whose certificate is in the External Client App. Best given as a "
        "file. It is only read from here, never stored.",
    )
    salesforce_jwt_audience: Address | None = Field(
        default=None,
        description="Whom the signed request is for, where it is not https://login.salesforce.com "
        "(https://test.salesforce.com for sandboxes).",
    )
    hubspot_app_id: str | None = Field(
        default=None, description="Id of the HubSpot app; card requests of other apps are refused."
    )
    hubspot_client_id: str | None = Field(default=None, description="Client id of the HubSpot app.")
    hubspot_client_secret: SecretStr | None = Field(
        default=None, description="Client secret of the HubSpot app; also proves card requests."
    )
    hubspot_authorize_url: Address = Field(
        default="https://app.hubspot.com/oauth/authorize", description="Where HubSpot admins give consent."
    )
    hubspot_api_url: Address = Field(
        default="https://api.hubapi.com", description="The address of HubSpot's API."
    )
    hubspot_api_version: Annotated[str, AfterValidator(_api_version)] = Field(
        default="2026-09",
        description="The dated version of HubSpot's API, or v3 for the undated paths.",
    )
    hubspot_api_percent: int = Field(
        default=80,
        ge=1,
        le=100,
        description="Fairlead stops when this share (in %) of the portal's API calls of the day is used, by "
        "every app together, where HubSpot says how many there are (not for an app of the marketplace).",
    )
    hubspot_optional_scopes: Scopes = Field(
        default=OPTIONAL,
        description="Scopes that the app asks for and does without where they are not given, separated by "
        "commas: exactly the optional scopes of the app's file.",
    )
    hubspot_ca_file: ReadableFile = Field(
        default=None, description="A PEM file with the authority to trust for HubSpot hosts."
    )

    @property
    def database(self) -> str:
        """The database URL in force. It may hold a password: never show it."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.resolve() / 'fairlead.db'}"

    @property
    def master(self) -> bytes:
        """The master key's bytes, for `Keyring` and `SecretsBox`."""
        return self.master_key.get_secret_value()

    @property
    def former_masters(self) -> tuple[bytes, ...]:
        """Master keys of before, which open and no longer seal."""
        previous = self.master_key_previous
        return () if previous is None else (previous.get_secret_value(),)

    @property
    def sealing_keys(self) -> tuple[bytes, ...]:
        """The keys for what is encrypted at rest, newest first; none where the master key does it."""
        return tuple(key.get_secret_value() for key in self.encryption_keys)

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers reach us over https, so that cookies may be Secure."""
        return self.public_url.startswith("https://")
