"""docs/reference/command-line.md, made from the commands themselves so that it cannot go stale.

Write it anew with ``python -m webapp.cli.reference > docs/reference/command-line.md``.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from webapp.cli import main

HEAD = """# Commands

`fairlead COMMAND --help` says the same. Exit codes: 0 done; 1 a finding at or above `--fail-on`; 2 bad input
or settings (one sentence on standard error); 3 a remote system refused; 70 a defect in Fairlead
(the lines to report come with it).
"""


def markdown() -> str:
    """The whole page."""
    return HEAD + "".join(_section(path, command) for path, command in commands(main, "fairlead"))


def commands(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    """Every command with its whole path, groups opened."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        elif command is not None:
            yield f"{prefix} {name}", command


def _section(path: str, command: click.Command) -> str:
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    options = [one for one in command.params if isinstance(one, click.Option)]
    usage = " ".join([path, *(one.make_metavar(click.Context(command)) for one in arguments)])
    lines = ["", f"## `{usage}`", "", _plain(command.help or ""), ""]
    if options:
        lines += ["| option | what | default |", "|---|---|---|", *map(_row, options), ""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _row(option: click.Option) -> str:
    default = "" if option.is_flag or option.default is None or callable(option.default) else option.default
    shown = (
        f"`{default}`" if isinstance(default, str | int) and default != "" else "required" * option.required
    )
    return f"| `{' '.join(option.opts)}{_values(option)}` | {option.help or ''} | {shown} |"


def _values(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if isinstance(option.type, click.Choice):
        return " " + "\\|".join(str(choice) for choice in option.type.choices)
    return f" {option.name or ''}".upper()


if __name__ == "__main__":
    click.echo(markdown(), nl=False)
