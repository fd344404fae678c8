"""``fairlead doctor``: what is wrong with this installation, and the mend."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

import click

from audit.report.printable import printable
from webapp.cli import BAD_INPUT
from webapp.crms import label
from webapp.doctor import asking
from webapp.doctor.case import Case, described
from webapp.doctor.examine import examine, guarded, in_order, live
from webapp.doctor.result import LEVELS, Level, Result
from webapp.services import Services, open_services

WORDS: dict[Level, str] = {"wrong": "WRONG", "warning": "WARNING", "fine": "fine"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wished:
    """Who else is asked."""

    crms: bool
    provider: bool
    channels: bool


@click.command("doctor")
@click.option(
    "--ask-crms",
    is_flag=True,
    help="Ask the CRMs too, as fairlead check does: permissions, fields, calls left. It renews the access.",
)
@click.option("--ask-provider", is_flag=True, help="Ask the provider of single sign-on too.")
@click.option("--ask-channels", is_flag=True, help="Ask where alerts are sent to, too. Nothing is sent.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def command(*, ask_crms: bool, ask_provider: bool, ask_channels: bool, as_json: bool) -> None:
    """Say what is wrong with this installation, and the mend. It changes nothing, and prints no secret.

    It works while Fairlead runs, and where the settings are broken or the database is away: then it says so
    and looks at the rest. Exit codes: 0 nothing is wrong (there may be warnings); 1 something is wrong; 2 the
    settings do not do.
    """
    wished = _Wished(crms=ask_crms, provider=ask_provider, channels=ask_channels)
    with described(os.environ) as case:
        results = in_order((*examine(case), *_asked(case, wished)))
    click.echo(_json(results) if as_json else _words(results))
    code = 1 if any(one.level == "wrong" for one in results) else 0
    click.get_current_context().exit(BAD_INPUT if case.refused else code)


def _asked(case: Case, wished: _Wished) -> Iterator[Result]:
    """What others say; only of an installation whose database is of this version."""
    if case.opened is None:
        return
    if wished.provider:
        yield from guarded(asking.sign_in, case.opened)
    if wished.crms or wished.channels:
        with _to_be_written(case.opened) as opened:
            yield from _crms(opened) if wished.crms else ()
            yield from guarded(asking.channels, opened) if wished.channels else ()


def _crms(opened: Services) -> Iterator[Result]:
    for row in live(opened.repository.connections()):
        found = guarded(asking.crm, opened, row)
        yield from (replace(one, where=label(row)) for one in found)


@contextmanager
def _to_be_written(looked: Services) -> Iterator[Services]:
    """The same installation, in which a renewed access can be kept."""
    opened = open_services(looked.settings, looked.clock)
    try:
        yield opened
    finally:
        opened.close()


def _json(results: tuple[Result, ...]) -> str:
    counts = {level: sum(one.level == level for one in results) for level in LEVELS}
    told = [asdict(one) for one in results]
    return json.dumps({"ok": not counts["wrong"], "counts": counts, "results": told}, indent=2)


def _words(results: tuple[Result, ...]) -> str:
    troubles = [one for one in results if one.level != "fine"]
    lines = [line for one in troubles for line in _told(one)]
    good = sorted({one.about for one in results if one.level == "fine"} - {one.about for one in troubles})
    wrong = sum(one.level == "wrong" for one in results)
    summary = "Nothing is wrong" if not wrong else f"{wrong} wrong"
    warnings = len(troubles) - wrong
    lines += [f"In order: {', '.join(good)}."] if good else []
    return "\n".join([*lines, f"{summary}, {warnings} {'warning' if warnings == 1 else 'warnings'}."])


def _told(one: Result) -> Iterator[str]:
    where = f" ({one.where})" if one.where else ""
    yield printable(f"{WORDS[one.level]}  {one.about}{where}: {one.says}")
    if one.mend:
        yield printable(f"  Mend: {one.mend}")
