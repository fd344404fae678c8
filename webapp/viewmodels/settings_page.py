"""The settings in force as a page shows them: grouped, in words, and no secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretBytes, SecretStr

from webapp.environment import FROM_COMMAND, variable
from webapp.settings import Settings

SECRETS = frozenset({"database_url", "secret_key", "master_key", "master_key_previous", "encryption_keys"})
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Secrets and keys", ("secret_key", "master_key", "master_key_previous", "encryption_keys")),
    ("Where things are", ("data_dir", "database_url")),
    ("Address and sessions", ("public_url", "trusted_proxies", "session_hours", "session_idle_minutes")),
    (
        "Single sign-on",
        (
            *("salesforce_sign_in", "oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_name"),
            *("oidc_role_claim", "oidc_roles", "oidc_domains", "oidc_ca_file"),
        ),
    ),
    ("Programs and figures", ("api_requests_per_minute", "metrics_token", "metrics_listen")),
    (
        "Salesforce",
        (
            *("salesforce_client_id", "salesforce_client_secret", "salesforce_login_url"),
            *("salesforce_extra_hosts", "salesforce_ca_file", "salesforce_allow_duplicates"),
            *("salesforce_api_version", "salesforce_api_percent", "salesforce_jwt_username"),
            *("salesforce_jwt_key", "salesforce_jwt_audience"),
        ),
    ),
    (
        "HubSpot",
        (
            *("hubspot_app_id", "hubspot_client_id", "hubspot_client_secret", "hubspot_authorize_url"),
            *("hubspot_api_url", "hubspot_api_version", "hubspot_api_percent", "hubspot_optional_scopes"),
            "hubspot_ca_file",
        ),
    ),
)
LINK = re.compile(r"\[([^\]]+)\]\(\.\./([^)]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLine:
    """One setting: name, value (of a secret only whether it is set), where from, what it is for."""

    name: str
    value: str
    source: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingGroup:
    """Settings that belong together."""

    title: str
    lines: tuple[SettingLine, ...]


def groups(settings: Settings, environ: Mapping[str, str]) -> tuple[SettingGroup, ...]:
    """Every setting in force."""
    return tuple(
        SettingGroup(title=title, lines=tuple(_line(settings, environ, name) for name in names))
        for title, names in GROUPS
    )


def _line(settings: Settings, environ: Mapping[str, str], name: str) -> SettingLine:
    described = Settings.model_fields[name].description or ""
    return SettingLine(
        name=variable(name),
        value=_value(name, getattr(settings, name)),
        source=_source(settings, environ, name),
        words=LINK.sub(r"\1 (docs/\2)", described).replace("`", ""),
    )


def _source(settings: Settings, environ: Mapping[str, str], name: str) -> str:
    """Where a value comes from; what a program gave and no environment names, it set itself."""
    known = variable(name)
    ways = {known: "environment", f"{known}_FILE": f"file that {known}_FILE names"}
    if known in FROM_COMMAND:
        ways[f"{known}_COMMAND"] = f"command in {known}_COMMAND"
    told = next((words for one, words in ways.items() if environ.get(one, "").strip()), "")
    if told:
        return told
    return "set at the start" if name in settings.model_fields_set else "default"


def _value(name: str, value: object) -> str:
    if name in SECRETS or isinstance(value, SecretStr | SecretBytes):
        return "set" if value else "not set"
    if value is None or value == ():
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join("=".join(one) if isinstance(one, tuple) else str(one) for one in value)
    return str(value.resolve() if isinstance(value, Path) else value)
