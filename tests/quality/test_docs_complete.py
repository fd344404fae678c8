"""The documentation names every setting, command, policy operator, stream key and metric."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = REPOSITORY / "docs" / "reference"


def commands(group: click.Group, prefix: str = "fairlead") -> list[tuple[str, click.Command]]:
    context = click.Context(group)
    found: list[tuple[str, click.Command]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"{prefix} {name} does not load"
        path = f"{prefix} {name}"
        found += commands(command, path) if isinstance(command, click.Group) else [(path, command)]
    return found


def test_every_command_and_option_is_documented():
    from webapp.cli import main

    text = (REFERENCE / "command-line.md").read_text()
    for path, command in commands(main):
        assert f"`{path}" in text, f"{path} is not in docs/reference/command-line.md"
        section = text.split(f"## `{path}", 1)[1].split("\n## ", 1)[0]
        for option in command.params:
            longest = max(option.opts, key=len)
            assert longest in section or (option.name or "").upper() in section, f"{path} {longest}"
        assert command.help, f"{path} --help says nothing"


def test_every_setting_is_documented():
    from webapp.environment import variable
    from webapp.settings import Settings

    text = (REFERENCE / "settings.md").read_text()
    names = [variable(field) for field in Settings.model_fields]
    assert len(names) >= 10
    assert not [name for name in names if f"`{name}`" not in text]


def test_every_policy_operator_is_documented():
    from connectors.policy.operators import OPERATORS

    text = (REFERENCE / "policy.md").read_text()
    assert {"keep", "band", "map", "coarsen", "key", "drop"} <= set(OPERATORS)
    assert not [name for name in OPERATORS if f"`{name}`" not in text]


def test_every_stream_key_is_documented():
    from audit.schema import Attribute, Stream, Tolerance

    text = (REFERENCE / "stream.md").read_text()
    internal = {"attributes", "audit"}
    for record in (Stream, Attribute, Tolerance):
        for name in record.__dataclass_fields__:
            assert name in internal or f"`{name}`" in text, f"{name} is not in docs/reference/stream.md"


def test_every_metric_is_documented():
    from audit.metrics import REGISTRY

    text = (REFERENCE / "metrics.md").read_text()
    assert len(REGISTRY) >= 12
    assert not {metric.id for metric in REGISTRY if f"`{metric.id}`" not in text}


@pytest.mark.parametrize("number", range(1, 6))
def test_the_first_decisions_are_recorded(number):
    (adr,) = (REPOSITORY / "docs" / "adr").glob(f"{number:04d}-*.md")
    text = adr.read_text()
    for heading in ("## Context", "## Decision", "## Consequences"):
        assert heading in text


def test_links_between_documents_lead_somewhere():
    broken = []
    for page in [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.name} -> {target}")
    assert not broken
