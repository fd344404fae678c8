"""``fairlead template``: ready-made streams for what a CRM decides."""

from __future__ import annotations

from importlib.resources import files

import click

from audit.schema import BadInput, nearest

SUFFIX = ".toml"


def templates() -> dict[str, str]:
    """The text of every template by its name."""
    folder = files("audit.schema").joinpath("templates")
    found = [one for one in folder.iterdir() if one.name.endswith(SUFFIX)]
    return {
        one.name.removesuffix(SUFFIX): one.read_text(encoding="utf-8")
        for one in sorted(found, key=lambda one: one.name)
    }


@click.command("template")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """Print the stream template NAME, or without NAME list what there is.

    Write it to a file, change the column names, and audit: fairlead template lead-scoring > stream.toml
    """
    known = templates()
    if name is None:
        click.echo("\n".join(f"{one}: {_about(text)}" for one, text in known.items()))
        return
    if name not in known:
        near = nearest(name, tuple(known))
        hint = f"did you mean {near!r}?" if near else f"choose one of {', '.join(known)}"
        msg = f"there is no template {name!r}; {hint}"
        raise BadInput(msg)
    click.echo(known[name], nl=False)


def _about(text: str) -> str:
    """The first line of a template says what it asks, behind its title."""
    return text.partition("\n")[0].removeprefix("# ").partition(": ")[2]
