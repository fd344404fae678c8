"""What to open: every address of a running demo, and how to sign in."""

from __future__ import annotations

from webapp.crms import NAMES
from webapp.demo.home import ADMIN
from webapp.demo.leads import example_lead
from webapp.demo.world import World
from webapp.first_run import setup_code
from webapp.store.rows import CRMS


def addresses(world: World) -> str:
    """The addresses as lines to print; a terminal makes links of them."""
    repository = world.services.repository
    lines = ["", "Open:", f"  Dashboard                      {world.url}/"]
    for crm in CRMS:
        where = f"A lead as {NAMES[crm]} shows it"
        lines.append(f"  {where:<30} {example_lead(world, crm).page}")
    for connection in repository.connections():
        where = f"Policy for {NAMES[connection.crm]}"
        lines.append(f"  {where:<30} {world.url}/connections/{connection.id}/policy")
    lines += [
        "",
        f'Sign in to Fairlead as "{ADMIN}" with the password {world.home.password()}',
        "Both CRMs are stand-ins on this machine. Press Ctrl+C to stop.",
    ]
    return "\n".join(lines)


def to_begin(world: World) -> str:
    """Where the first run begins, and the code for the first account."""
    lines = [
        "",
        f"Open {world.url}/ and make the first account with this code: {setup_code(world.settings)}",
        "Then connect Salesforce or HubSpot: both are stand-ins on this machine, with invented leads.",
        "The browser warns of the certificate that Salesforce's stand-in made itself; HubSpot's needs none.",
        "Nothing of it is kept. Press Ctrl+C to stop.",
    ]
    return "\n".join(lines)
