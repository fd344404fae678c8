"""The faults of what manifests/deploy says, as sentences; none means that it is in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import yaml
from flask import Flask

from webapp.cli import main
from webapp.environment import FROM_COMMAND, variable
from webapp.settings import Settings
from webapp.views import health

# What is no setting: how the tests of the image are told to run.
OF_THE_TESTS = {"FAIRLEAD_BUILD_IMAGE"}
ACCOUNT = "10001:10001"
Faults = list[str]
# What a call of the command follows on, so that the name in prose or of a namespace is none.
CALLED = r"^ *|`|exec worker |-- |bin/|\$\(|\brun |sudo "


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML with compose's ``!reset``."""


_Loader.add_constructor("!reset", lambda _loader, _node: None)


def documents(path: Path) -> list[Any]:
    """Every document of a YAML file."""
    return [one for one in yaml.load_all(path.read_text(), _Loader) if one is not None]


def written(folder: Path) -> dict[str, str]:
    """Every file of the deployment, by its name."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and "secrets" not in path.parts)
    return {str(path.relative_to(folder)): path.read_text() for path in paths}


def settings_faults(folder: Path) -> Faults:
    """Each name of a setting is one that Fairlead has, alone, as a file or as a command."""
    fields = {variable(name) for name in Settings.model_fields}
    known = fields | {f"{name}_FILE" for name in fields} | {f"{name}_COMMAND" for name in FROM_COMMAND}
    return [
        f"{place}: {name} is no setting"
        for place, text in written(folder).items()
        for name in re.findall(r"\bFAIRLEAD_[A-Z_]+", text)
        if name not in known | OF_THE_TESTS
    ]


def secret_faults(folder: Path) -> Faults:
    """A secret is given as a file, never by its value."""
    kinds = "_KEY|_KEYS|_KEY_PREVIOUS|DATABASE_URL|CLIENT_SECRET|PASSWORD"
    return [
        f"{place}: {found} holds its value"
        for place, text in written(folder).items()
        for found in re.findall(rf"\b[A-Z_]*(?:{kinds})\s*[:=]\s*(?!\s|$|\()\S*", text)
    ]


def said_commands(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Each call of ``fairlead``, with where it stands: in scripts, units, manifests and prose."""
    for place, text in written(folder).items():
        calls = re.findall(rf"(?:{CALLED})fairlead(?:-as)? ([a-z][^`\n\"')|;]*)", text, re.MULTILINE)
        for call in calls:
            yield place, call.split(" #")[0].split()
        for call in re.findall(r"^(?:CMD| +args:| +command:) \[(.+)\]", text, re.MULTILINE):
            yield place, [word.strip(' "') for word in call.split(",")]


def command_faults(folder: Path) -> Faults:
    """Each command exists, with the options it is given."""
    return [fault for place, words in said_commands(folder) for fault in _misspelt(place, words)]


def twice_faults(folder: Path) -> Faults:
    """Where a worker runs, the pages are served without one of their own."""
    return [
        f"{place}: its pages do jobs beside the worker"
        for place, words in said_commands(folder)
        if words[0] == "serve" and place != "Containerfile" and "--no-worker" not in words
    ]


def _misspelt(place: str, words: Sequence[str]) -> Iterator[str]:
    found: click.Command | None = main
    for position, word in enumerate(words):
        if isinstance(found, click.Group):
            found = found.get_command(click.Context(found), word)
        elif found and word.startswith("-") and word not in _options(found):
            yield f"{place}: {word} of {' '.join(words[:position])}"
        if found is None:
            yield f"{place}: fairlead {' '.join(words)}"
            return


def _options(command: click.Command) -> set[str]:
    return {name for option in command.params for name in (*option.opts, *option.secondary_opts)}


def path_faults(folder: Path) -> Faults:
    """What is asked for in health checks is answered."""
    app = Flask("health")
    app.register_blueprint(health.blueprint)
    answered = {rule.rule for rule in app.url_map.iter_rules()}
    return [
        f"{place}: {path} is not answered"
        for place, text in written(folder).items()
        for path in re.findall(r"(?:(?<=:8000)|(?<=httpGet: {path: ))/[a-z/]+[a-z]", text)
        if path not in answered
    ]


def image_faults(folder: Path) -> Faults:
    """Each image is named by its registry and by an exact version."""
    faults, version = [], re.compile(r"[a-z.]+(:\d+)?/[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?(@sha256:\S+)?")
    for place, text in written(folder).items():
        found = re.findall(r"^(?:\s*image:|ARG BASE=|FROM)\s*(\S+)", text, re.MULTILINE)
        plain = [re.sub(r"^\$\{IMAGE:-(.+)\}$", r"\1", name) for name in found]
        faults += [
            f"{place}: {name} is not pinned"
            for name in plain
            if name != "${BASE}" and not version.fullmatch(name)
        ]
    return faults


def container_faults(folder: Path) -> Faults:
    """Hashes everywhere, an account without rights at the end, nothing but what is meant."""
    text = (folder / "Containerfile").read_text().replace("\\\n", " ")
    final = text.rsplit("\nFROM ", 1)[-1]
    wanted = {
        f"\nUSER {ACCOUNT}\n": "the account",
        "\nVOLUME [": "the volume",
        "\nHEALTHCHECK ": "the health check",
        "chmod ug-s": "setuid files",
        "org.opencontainers.image.version": "the labels",
    }
    faults = [f"Containerfile: {what} is missing" for part, what in wanted.items() if part not in final]
    installs = re.findall(r"pip (?:--?[^&\n]+ )?install [^&\n]*", text)
    unchecked = [one for one in installs if "--require-hashes" not in one and "--no-index" not in one]
    faults += [f"Containerfile: {one} checks no hash" for one in unchecked]
    for word in (
        r"^ADD ",
        r"\bCOPY \. ",
        r"\bgcc\b",
        r"build-essential",
        r"^USER (root|0)",
        r"--trusted-host",
    ):
        faults += [f"Containerfile: {found}" for found in re.findall(word, text, re.MULTILINE)]
    return faults


def ignore_faults(folder: Path) -> Faults:
    """Nothing is sent to the builder but what is copied, by either name of the list."""
    root = folder.parents[1]
    lists = [(root / ".containerignore").read_text(), (folder / "Containerfile.dockerignore").read_text()]
    first, *sent = [line for line in lists[0].splitlines() if line and line[0] != "#"]
    allowed = {line[1:] for line in sent if line.startswith("!")}
    copied = set()
    for line in re.findall(r"^COPY (?!--from)(.+)$", (folder / "Containerfile").read_text(), re.MULTILINE):
        copied |= {word for word in line.split()[:-1] if not word.startswith("--")}
    faults = [] if lists[0] == lists[1] else ["the two lists of what is sent differ"]
    faults += [] if first == "*" else ["not everything is left out at first"]
    faults += [f"{name} is sent and not copied" for name in sorted(allowed - copied)]
    faults += [f"{name} is copied and not sent" for name in sorted(copied - allowed)]
    return faults + [f"{name} is not there" for name in sorted(copied) if not (root / name).exists()]
