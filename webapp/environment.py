"""Settings from environment variables: NAME, or NAME_FILE with the path of a file that holds the value.

The master key may also come from a command, NAME_COMMAND, such as one that asks a vault.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from audit.schema import BadInput
from webapp.key_command import key_from
from webapp.settings import Settings

PREFIX = "FAIRLEAD_"
FROM_COMMAND = frozenset({"FAIRLEAD_MASTER_KEY", "FAIRLEAD_MASTER_KEY_PREVIOUS"})
TOGETHER = (
    ("salesforce_client_id", "salesforce_client_secret"),
    ("salesforce_jwt_key", "salesforce_jwt_username"),
    ("hubspot_client_id", "hubspot_client_secret"),
    ("hubspot_client_id", "hubspot_app_id"),
    ("oidc_issuer", "oidc_client_id"),
    ("oidc_client_id", "oidc_client_secret"),
)


def variable(field: str) -> str:
    """The name of a setting's environment variable."""
    return PREFIX + field.upper()


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The settings that an environment states.

    Raises
    ------
    BadInput
        One sentence per setting that is missing or unusable, one per line, with where it was looked for.
    """
    values, problems = {}, []
    for field in Settings.model_fields:
        try:
            value = stated(environ, variable(field))
        except BadInput as problem:
            problems.append(str(problem))
            continue
        if value:
            values[field] = value
    return _validated(values, problems)


def stated(environ: Mapping[str, str], name: str) -> str:
    """What an environment says under a name, or "". Raises BadInput where that cannot be read."""
    by_command = f"{name}_COMMAND" if name in FROM_COMMAND else ""
    names = [one for one in (name, f"{name}_FILE", by_command) if environ.get(one, "").strip()]
    if len(names) > 1:
        msg = f"{' and '.join(names)} are {'both' if len(names) == 2 else 'all'} set; keep one."
        raise BadInput(msg)
    if names == [by_command]:
        return key_from(environ[by_command], by_command, environ)
    path = environ.get(f"{name}_FILE", "").strip()
    if not path:
        return environ.get(name, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        # What stands there may be the secret itself, put where its path belongs.
        reason = getattr(error, "strerror", None) or "it is no path, or no text in UTF-8"
        msg = f"{name}_FILE names a file that cannot be read: {reason}."
        raise BadInput(msg) from None


def _validated(values: Mapping[str, str], problems: list[str]) -> Settings:
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        known = " ".join(problems)
        told = (_sentence(detail) for detail in error.errors(include_url=False, include_input=False))
        problems += [sentence for sentence in told if not _is_known(sentence, known)]
        raise BadInput("\n".join(problems)) from None
    problems += _halves(settings)
    if problems:
        raise BadInput("\n".join(problems))
    return settings


def _is_known(sentence: str, known: str) -> bool:
    """Whether the file or the command of a setting is the trouble already."""
    name = sentence.split(" ", 1)[0]
    return f"{name}_FILE" in known or f"{name}_COMMAND" in known


def _sentence(detail: ErrorDetails) -> str:
    name = variable(str(detail["loc"][0]))
    if detail["type"] == "missing":
        mend = "openssl rand -base64 32" if name.endswith("MASTER_KEY") else "openssl rand -base64 48"
        return f"{name} is not set (looked for {name} and {name}_FILE); make one with: {mend}."
    words = detail["msg"].removeprefix("Value error, ").replace("Input should", "should")
    return f"{name} {words}."


def _halves(settings: Settings) -> list[str]:
    """Half an app is a mistake, not a choice."""
    problems = []
    for pair in TOGETHER:
        absent = [field for field in pair if getattr(settings, field) is None]
        if len(absent) == 1:
            present = next(field for field in pair if field not in absent)
            problems.append(f"{variable(absent[0])} is not set, but {variable(present)} is; set both.")
    if _equal(settings):
        problems.append("FAIRLEAD_SECRET_KEY and FAIRLEAD_MASTER_KEY are equal; make two.")
    return problems


def _equal(settings: Settings) -> bool:
    """Whether both secrets are the same bytes, as they stand or out of base64."""
    secret = settings.secret_key.get_secret_value()
    try:
        decoded = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    return settings.master in (secret.encode(), decoded)
