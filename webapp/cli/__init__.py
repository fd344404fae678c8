"""The command line. A command's module is imported only when the command runs."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import click

from audit.schema import BadInput
from connectors.errors import Busy, Refused

BAD_INPUT, REFUSED, DEFECT, INTERRUPTED = 2, 3, 70, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where a command is, and the line about it in ``fairlead --help``."""

    module: str
    help: str

    def load(self) -> click.Command:
        """The command; this imports what it needs."""
        command: click.Command = importlib.import_module(self.module).command
        return command


COMMANDS: Mapping[str, Entry] = {
    "demo": Entry(module="webapp.cli.demo", help="See the whole product work on two stand-in CRMs."),
    "audit": Entry(module="webapp.cli.audit", help="Audit the scores in a CSV, Excel or Parquet file."),
    "report": Entry(
        module="webapp.cli.report", help="Write the report of an audit.json, and papers about it."
    ),
    "verify": Entry(module="webapp.cli.verify", help="Check a signed evidence bundle, offline."),
    "bundle-key": Entry(module="webapp.cli.bundle_key", help="Make a key that signs evidence bundles."),
    "mitigate": Entry(
        module="webapp.cli.mitigate", help="Try remedies for a gap, and what each buys and costs."
    ),
    "explain": Entry(
        module="webapp.cli.explain", help="Explain what drives the scores, their gaps, or one lead."
    ),
    "monitor": Entry(
        module="webapp.cli.monitor", help="Watch the gaps in a file day by day, and when they became sure."
    ),
    "release": Entry(module="webapp.cli.release", help="Make figures of a file that may be handed out."),
    "federate": Entry(module="webapp.cli.federate", help="Write figures for a joint audit."),
    "template": Entry(module="webapp.cli.template", help="Print a ready-made stream, or list them."),
    "serve": Entry(module="webapp.cli.serve", help="Serve the pages and the panels."),
    "worker": Entry(module="webapp.cli.worker", help="Do the jobs that pages and schedules ask for."),
    "password": Entry(module="webapp.cli.password", help="Set a new password, or unlock signing in."),
    "people": Entry(module="webapp.cli.people", help="Add or remove a person who may sign in, or list them."),
    "token": Entry(module="webapp.cli.token", help="Make, list or revoke tokens of the JSON API."),
    "connect": Entry(module="webapp.cli.connect", help="Connect a Salesforce org or a HubSpot portal."),
    "check": Entry(
        module="webapp.cli.check", help="See whether the access to the CRMs works; keep it alive."
    ),
    "doctor": Entry(
        module="webapp.cli.doctor", help="Say what is wrong with this installation, and the mend."
    ),
    "reseal": Entry(module="webapp.cli.reseal", help="Encrypt the CRM tokens with the newest key."),
    "keys": Entry(module="webapp.cli.keys", help="See, rotate or destroy the organisations' keys."),
    "sync": Entry(module="webapp.cli.sync", help="Pull the leads and audit their scores."),
    "publish": Entry(module="webapp.cli.publish", help="Write the flags back to the CRM."),
    "erase": Entry(module="webapp.cli.erase", help="Erase one lead here for good."),
    "dossier": Entry(module="webapp.cli.dossier", help="Print what is held of one lead."),
    "retention": Entry(
        module="webapp.cli.retention", help="Let leads go by age, and prove what was deleted."
    ),
    "log": Entry(
        module="webapp.cli.log", help="Verify the decision log, export it, or set how long it is kept."
    ),
    "policy": Entry(module="webapp.cli.policy", help="Check an anonymisation policy, or preview it."),
}


class Commands(click.Group):
    """The group: finds commands in the table, and turns errors into sentences and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        del ctx
        entry = COMMANDS.get(cmd_name)
        return entry.load() if entry else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run a command; the one place that decides on exit codes (DESIGN 6.1)."""
        try:
            return super().invoke(ctx)
        except BadInput as error:
            return _leave(ctx, str(error), BAD_INPUT)
        except (Refused, Busy) as error:
            return _leave(ctx, str(error), REFUSED)
        except KeyboardInterrupt:
            return _leave(ctx, "stopped before the end", INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - an exit with 1 would say that there is a finding
            from webapp.disk import trouble  # noqa: PLC0415 - --help needs none of the database

            told = trouble(error)
            return _leave(ctx, told, BAD_INPUT) if told else _leave(ctx, defect(error), DEFECT)


def defect(error: Exception) -> str:
    """What to report: where it happened, without the error's own words, which may hold a person's data."""
    from webapp.defects import frames  # noqa: PLC0415 - --help needs none of it

    click.echo(frames(error), err=True)
    return f"this is a defect in Fairlead ({type(error).__name__}); please report it with the lines above"


def _leave(ctx: click.Context, sentence: str, code: int) -> NoReturn:
    """One line on standard error, then exit; never a traceback."""
    from audit.report.printable import printable  # noqa: PLC0415 - --help needs none of the report

    click.echo(f"fairlead: {printable(' '.join(sentence.split()))}", err=True)
    ctx.exit(code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fairlead")
def main() -> None:
    """Fairlead audits the lead scores of Salesforce and HubSpot for bias.

    Exit codes: 0 done; 1 a finding at or above --fail-on; 2 bad input or settings; 3 a remote
    system refused; 70 a defect in Fairlead.
    """
