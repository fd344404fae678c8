"""The whole path of the leads: consent, policy, pull, audit, write-back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from audit.schema import BadInput
from connectors.errors import ConnectorError, Refused
from connectors.source import Receipt
from webapp import jobs
from webapp.crms import NAMES
from webapp.demo.browser import AdminBrowser
from webapp.demo.contents import Contents
from webapp.demo.home import ADMIN
from webapp.demo.summary import Outcome
from webapp.demo.world import World
from webapp.passwords import hashed
from webapp.progress import Advance, Progress
from webapp.store.rows import CRMS, AuditRow, ConnectionRow, Crm

NOTHING_WRITTEN = Receipt(listed=0, written=0, cleared=0, unchanged=0, unknown=0, failed={})
Job = Callable[[ConnectionRow, jobs.Progress], object]


def run(world: World, contents: Contents, progress: Progress, *, known: bool) -> tuple[Outcome, ...]:
    """Connect both CRMs, pull, audit and write back; returns what each CRM's audit found.

    With ``known`` the folder already holds the audit of these contents: only the connections are
    made anew, and the flags are written back while the pages are served already (the stand-ins
    keep nothing between two starts).
    """
    with progress.step("Connecting to both CRMs"):
        connections = connect(world, contents)
    if known:
        threading.Thread(target=_publish_quietly, args=(world, connections), daemon=True).start()
        return outcomes(world, connections)
    leads = len(contents.salesforce.records) + len(contents.hubspot.records)
    with progress.step("Pulling leads from both CRMs, and auditing them", leads) as advance:
        _on_both(connections, advance, lambda one, tell: jobs.sync(world.services, one, tell))
    with progress.step("Writing the flags back to both CRMs"):
        _on_both(connections, _nobody, lambda one, tell: jobs.publish(world.services, one, tell))
    return outcomes(world, connections)


def connect(world: World, contents: Contents) -> tuple[ConnectionRow, ...]:
    """Make the admin's account where there is none, consent at both CRMs, save policy and stream."""
    opened = world.services
    opened.accounts.add_first_user(ADMIN, "admin", hashed(world.home.password()))
    browser = AdminBrowser(url=world.url)
    browser.sign_in(ADMIN, world.home.password())
    browser.connect("salesforce", world.salesforce.consent)
    browser.connect("hubspot", world.hubspot.consent)
    made = tuple(_connected(world, crm) for crm in CRMS)
    for connection, org in zip(made, (contents.salesforce, contents.hubspot), strict=True):
        if opened.proposals.two_needed(connection.id):
            continue  # the demo is no second admin: what two of them agreed on stays
        opened.repository.save_policy(connection.id, org.policy, ADMIN)
        opened.repository.save_stream(connection.id, org.stream, ADMIN)
    return made


def outcomes(world: World, connections: tuple[ConnectionRow, ...]) -> tuple[Outcome, ...]:
    """What the newest audit of each connection found, and how many flags were written."""
    repository = world.services.repository
    found = []
    for connection in connections:
        row = repository.latest_receipt(connection.id)
        receipt = row.receipt if row else NOTHING_WRITTEN
        found.append(Outcome(crm=connection.crm, audit=_audit(world, connection), receipt=receipt))
    return tuple(found)


def _connected(world: World, crm: Crm) -> ConnectionRow:
    standin = world.salesforce if crm == "salesforce" else world.hubspot
    connection = world.services.repository.connection_for(crm, standin.organisation)
    if connection is None or connection.state == "disconnected":
        msg = f"the demo could not connect to its stand-in for {NAMES[crm]}"
        raise Refused(msg)
    return connection


def _audit(world: World, connection: ConnectionRow) -> AuditRow:
    row = world.services.repository.latest_audit(connection.id)
    if row is None:
        msg = f"the demo has no audit of {NAMES[connection.crm]}; delete its folder and start again"
        raise Refused(msg)
    return row


def _on_both(connections: tuple[ConnectionRow, ...], advance: Advance, job: Job) -> None:
    """Both CRMs at a time: each waits mostly for its own network."""
    with ThreadPoolExecutor(len(connections)) as pool:
        for running in [pool.submit(job, one, _told(advance)) for one in connections]:
            running.result()


def _told(advance: Advance) -> jobs.Progress:
    """A job's own count as steps forward of the shared one."""
    before = 0

    def tell(step: str, done: int, total: int | None) -> None:
        nonlocal before
        del total
        if step == "Pulling leads":
            advance(done - before)
            before = done

    return tell


def _nobody(more: int) -> None:
    """Progress that nobody watches."""


def _publish_quietly(world: World, connections: tuple[ConnectionRow, ...]) -> None:
    """The pages are open already; a stand-in that stops, or another job that runs meanwhile, is no news."""
    for connection in connections:
        with suppress(ConnectorError, BadInput):
            jobs.publish(world.services, connection)
