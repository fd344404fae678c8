"""The settings in force as a page shows them: grouped, in words, and no secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretBytes, SecretStr

from webapp.environment import FROM_COMMAND, variable
from webapp.language import gettext, marked
from webapp.settings import Settings

SECRETS = frozenset({"database_url", "secret_key", "master_key", "master_key_previous", "encryption_keys"})
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (marked("Secrets and keys"), ("secret_key", "master_key", "master_key_previous", "encryption_keys")),
    (marked("Where things are"), ("data_dir", "database_url")),
    (
        marked("Address and sessions"),
        ("public_url", "trusted_proxies", "session_hours", "session_idle_minutes"),
    ),
    (
        marked("Single sign-on"),
        (
            *("salesforce_sign_in", "oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_name"),
            *("oidc_role_claim", "oidc_roles", "oidc_domains", "oidc_ca_file"),
        ),
    ),
    (marked("Programs and figures"), ("api_requests_per_minute", "metrics_token", "metrics_listen")),
    (
        marked("Summaries in other words"),
        ("summary_model_url", "summary_model_name", "summary_model_key"),
    ),
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
        SettingGroup(title=gettext(title), lines=tuple(_line(settings, environ, name) for name in names))
        for title, names in GROUPS
    )


def _line(settings: Settings, environ: Mapping[str, str], name: str) -> SettingLine:
    described = Settings.model_fields[name].description or ""
    return SettingLine(
        name=variable(name),
        value=_value(name, getattr(settings, name)),
        source=_source(settings, environ, name),
        words=LINK.sub(r"\1 (docs/\2)", gettext(described)).replace("`", ""),
    )


def _source(settings: Settings, environ: Mapping[str, str], name: str) -> str:
    """Where a value comes from; what a program gave and no environment names, it set itself."""
    known = variable(name)
    ways = {
        known: gettext("environment"),
        f"{known}_FILE": gettext("file that %(name)s names", name=f"{known}_FILE"),
    }
    if known in FROM_COMMAND:
        ways[f"{known}_COMMAND"] = gettext("command in %(name)s", name=f"{known}_COMMAND")
    told = next((words for one, words in ways.items() if environ.get(one, "").strip()), "")
    if told:
        return told
    return gettext("set at the start") if name in settings.model_fields_set else gettext("default")


def _value(name: str, value: object) -> str:
    if name in SECRETS or isinstance(value, SecretStr | SecretBytes):
        return gettext("set") if value else gettext("not set")
    if value is None or value == ():
        return gettext("not set")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, tuple):
        return ", ".join("=".join(one) if isinstance(one, tuple) else str(one) for one in value)
    return str(value.resolve() if isinstance(value, Path) else value)
