"""The options for papers beside a report, the same for ``fairlead audit`` and ``fairlead report``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from audit.report.outputs import Wanted
from audit.report.packs import PACKS
from audit.report.pdf import MISSING, can_print
from audit.schema import BadInput
from webapp.signing_file import read_key

ALL = "all"
Command = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What was asked for beside the report."""

    packs: tuple[str, ...]
    model_card: bool
    summary: bool
    pdf: bool
    bundle: bool
    sign_with: Path | None

    def wanted(self, text: str | None = None) -> Wanted:
        """What is to be made. Raises BadInput where that cannot be; asked before the long work begins."""
        if self.bundle and self.sign_with is None:
            msg = "--bundle needs --sign-with KEY_FILE; make one with: fairlead bundle-key new KEY_FILE"
            raise BadInput(msg)
        if self.pdf and not can_print():
            raise BadInput(MISSING)
        return Wanted(
            packs=self.packs,
            card=self.model_card,
            summary=self.summary,
            pdf=self.pdf,
            key=read_key(self.sign_with) if self.bundle and self.sign_with else None,
            text=text,
        )


class PackNames(click.ParamType[tuple[str, ...]]):
    """Names of packs with commas between them, or ``all``."""

    name = "names"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, ...]:
        """The packs in their own order, each once."""
        if isinstance(value, tuple):
            return value
        named = {part.strip().lower() for part in str(value).split(",")}
        unknown = sorted(named - {*PACKS, ALL})
        if unknown:
            self.fail(f"there is no pack '{unknown[0]}'; name some of {', '.join(PACKS)}, or all", param, ctx)
        return tuple(name for name in PACKS if name in named or ALL in named)


_OPTIONS = (
    click.option(
        "--packs",
        type=PackNames(),
        default=(),
        help=f"Also write packs for regulations, with commas between them: {', '.join(PACKS)}, or all.",
    ),
    click.option("--model-card", is_flag=True, help="Also write the model card of the score."),
    click.option("--summary", is_flag=True, help="Also write one page in plain words."),
    click.option("--pdf", is_flag=True, help="Also write the report as a tagged PDF (needs fairlead[pdf])."),
    click.option(
        "--bundle", is_flag=True, help="Also write evidence.zip: the report, all packs and papers, signed."
    ),
    click.option(
        "--sign-with",
        type=click.Path(path_type=Path),
        help="The key file that signs the bundle; fairlead bundle-key makes one.",
    ),
)
NAMES = tuple(Papers.__dataclass_fields__)


def paper_options(command: Command) -> Command:
    """Give a command the options for papers."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def papers(options: dict[str, Any]) -> Papers:
    """Take the options for papers out of all options of a command."""
    return Papers(**{name: options.pop(name) for name in NAMES})
