"""``fairlead report``: an ``audit.json`` in, its report and the papers about it out."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import click

from audit.report.json_form import read_json
from audit.report.write import write_outputs
from audit.schema import BadInput
from webapp.cli.output import check_folder, write_whole
from webapp.cli.papers import paper_options, papers
from webapp.progress import Progress

_path = click.Path(path_type=Path)


@click.command("report")
@click.argument("audit_json", type=_path)
@click.option("--out", type=_path, required=True, help="The folder for the files; made if it is not there.")
@paper_options
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(audit_json: Path, out: Path, as_json: bool, **options: object) -> None:
    """Write the report of an AUDIT_JSON again, with the papers that are asked for.

    Nothing is audited anew: all is said from audit.json, which fairlead audit wrote or the pages gave.
    """
    asked = papers(options)
    text = _text(audit_json)
    report, wanted = read_json(text), asked.wanted(text)
    check_folder(out)
    with Progress() as progress, progress.step("Writing the report"):
        written = write_whole(out, partial(write_outputs, report, wanted))
    record = {"stream": report.stream, "out": str(out), "files": list(written)}
    sentence = f"{report.stream}: written to {out}: {', '.join(written)}"
    click.echo(json.dumps(record, indent=2, ensure_ascii=False) if as_json else sentence)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        msg = f"{path}: the file is not UTF-8 text; name an audit.json"
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); name an audit.json that you may read"
    raise BadInput(msg)
