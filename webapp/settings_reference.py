"""docs/reference/settings.md, made from the settings themselves so that it cannot go stale."""

from __future__ import annotations

from pydantic.fields import FieldInfo

from webapp.environment import variable
from webapp.settings import Settings

HEAD = """# Settings

Fairlead reads its settings from environment variables. Each can also be given as a file: set `NAME_FILE` to
the path of a file that holds the value (for secrets mounted by a container system). An empty value counts as
not set. Fairlead does not start without the required settings, or with a secret that is too weak, and says
in one sentence per setting what to do.

The master key may also come from a command: set `FAIRLEAD_MASTER_KEY_COMMAND` to one that prints it, such as
one that asks a vault. It runs without a shell, with the environment but for Fairlead's own settings, and has
30 seconds. What it prints is never logged.

Every command of one installation needs the same settings. Make them once, and keep them in a file that only
you can read:

```sh
(
  umask 077
  echo "export FAIRLEAD_SECRET_KEY='$(openssl rand -base64 48)'"
  echo "export FAIRLEAD_MASTER_KEY='$(openssl rand -base64 32)'"
  echo "export FAIRLEAD_DATA_DIR='$PWD/fairlead-data'"
) > fairlead.env
. ./fairlead.env    # in every shell, before `fairlead serve`, `sync` and `publish`
```

| setting | default | what it is for |
|---|---|---|
"""


def markdown() -> str:
    """The whole page."""
    rows = (_row(variable(name), field) for name, field in Settings.model_fields.items())
    return HEAD + "".join(rows)


def _row(name: str, field: FieldInfo) -> str:
    return f"| `{name}` | {_default(field)} | {field.description} |\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if field.default is None or field.default == ():
        return "not set"
    return f"`{', '.join(field.default) if isinstance(field.default, tuple) else field.default}`"
