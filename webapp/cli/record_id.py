"""A record id for a command: asked for, or read from standard input; never an argument.

Arguments end in the history of a shell and in the list of processes.
"""

from __future__ import annotations

import sys
from getpass import getpass

import click

from audit.schema import BadInput
from webapp.store.rows import ConnectionRow

WHO = "command line"
LONGEST = 200


kind_option = click.option(
    "--object",
    "kind",
    default="",
    help="Of which object the record id is: contact (the default) or lead in HubSpot, lead in Salesforce.",
)


def typed_id(connection: ConnectionRow) -> str:
    """The record id: from a terminal without showing it, else the first line of standard input."""
    if sys.stdin.isatty():
        return getpass(f"Record id in {connection.crm} (it is not shown): ")
    line = sys.stdin.buffer.readline(LONGEST)
    if not line.strip():
        msg = "there is no record id on standard input; write it there as one line"
        raise BadInput(msg)
    return line.decode(errors="replace").strip()
