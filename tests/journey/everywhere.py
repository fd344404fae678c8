"""Every address and every command of the product, found by asking it; a new one cannot be forgotten."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from tests import processes
from webapp.cli import COMMANDS
from webapp.demo.world import World

# What stands for each part of an address; a part that is not here fails the test.
Parts = Mapping[str, tuple[str, ...]]
# They end something: last, and in this order.
ENDING = ("disconnect", "destroy", "logout", "sign-out-everywhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One way to call the product."""

    method: str
    path: str
    endpoint: str


def addresses(world: World, parts: Parts) -> list[Address]:
    """Every rule of the application with every method, what ends something at the end."""
    found = [
        Address(method=method, path=path, endpoint=rule.endpoint)
        for rule in world.app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
        for path in _filled(rule.rule, tuple(rule.arguments), parts)
    ]
    return sorted(found, key=lambda one: (_ends(one), one.method, one.path))


def _filled(rule: str, names: tuple[str, ...], parts: Parts) -> Iterator[str]:
    """The rule with each value of its parts, one after the other."""
    if not names:
        yield rule
        return
    name, rest = names[0], names[1:]
    form = re.search(rf"<(?:(\w+)(?:\(([^)]*)\))?:)?{name}>", rule)
    assert form, f"{rule} has no part {name}"
    values = [word.strip() for word in form[2].split(",")] if form[1] == "any" else parts[name]
    for value in values:
        yield from _filled(rule.replace(form[0], value), rest, parts)


def _ends(address: Address) -> int:
    return next((1 + place for place, word in enumerate(ENDING) if word in address.path), 0)


def commands() -> tuple[tuple[str, ...], ...]:
    """Every command that does something, as its words."""
    found: list[tuple[str, ...]] = []

    def walk(command: click.Command, words: tuple[str, ...]) -> None:
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                walk(inner, (*words, name))
        else:
            found.append(words)

    for name, entry in COMMANDS.items():
        walk(entry.load(), (name,))
    return tuple(found)


def options(words: tuple[str, ...]) -> set[str]:
    """The options of a command."""
    command = COMMANDS[words[0]].load()
    for word in words[1:]:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    return {name for one in command.params for name in one.opts}


def environment(world: World) -> dict[str, str]:
    """What a command needs to work on a world's installation."""
    settings = world.settings
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    given = {
        "SECRET_KEY": world.home.secret_key(),
        "MASTER_KEY": world.home.master_key(),
        "DATA_DIR": str(world.home.data),
        "PUBLIC_URL": world.url,
        "SALESFORCE_CLIENT_ID": world.salesforce.client_id,
        "SALESFORCE_CLIENT_SECRET": world.salesforce.client_secret,
        "SALESFORCE_LOGIN_URL": world.salesforce.login_url,
        "SALESFORCE_EXTRA_HOSTS": ",".join(settings.salesforce_extra_hosts),
        "SALESFORCE_CA_FILE": str(settings.salesforce_ca_file),
        "HUBSPOT_APP_ID": str(world.hubspot.app_id),
        "HUBSPOT_CLIENT_ID": world.hubspot.client_id,
        "HUBSPOT_CLIENT_SECRET": world.hubspot.client_secret,
        "HUBSPOT_AUTHORIZE_URL": settings.hubspot_authorize_url,
        "HUBSPOT_API_URL": settings.hubspot_api_url,
    }
    return {**plain, **{f"FAIRLEAD_{name}": value for name, value in given.items()}}


def run(
    world: World, words: tuple[str, ...], *, typed: str = "", before: str = "", folder: Path
) -> subprocess.CompletedProcess[str]:
    """A command as a process of its own; ``before`` is Python that runs in it first."""
    return processes.run(words, env=environment(world), typed=typed, before=before, folder=folder)


def run_from_nothing(
    world: World, words: tuple[str, ...], *, before: str, folder: Path
) -> subprocess.CompletedProcess[str]:
    """A command in a new interpreter; ``before`` is Python that runs in it before anything is imported."""
    script = f"{before}\nfrom webapp.cli.process import run\nrun()"
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        env={**environment(world), "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
