"""Where alerts are sent to, as far as it is known here: what is held back, what failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from audit.schema import BadInput
from webapp.alerts.by_webhook import checked
from webapp.alerts.quiet import Quiet, is_quiet
from webapp.doctor.case import Case
from webapp.doctor.result import Result, fine, sentence, warning, wrong
from webapp.services import Services
from webapp.store.alert_channels import ChannelRow

ABOUT = "Alerts"
PAGE = "on the page Where alerts are sent"
# A week without a change of the clock in any zone, a quarter of an hour at a time.
MONDAY = datetime(2026, 1, 12, tzinfo=UTC)
WEEK = tuple(MONDAY + timedelta(minutes=15 * step) for step in range(4 * 24 * 7))
LEAST = timedelta(hours=5)
"""Less time than this in a week, an hour each working day, is as good as none."""


def alert_channels(case: Case) -> Iterator[Result]:
    """Every channel that is on."""
    opened = case.opened
    channels = [] if opened is None else [one for one in opened.alerting.channels.all() if one.on]
    for channel in channels:
        assert opened is not None  # noqa: S101 - there are no channels else
        found = [*_target(opened, channel), *_last(opened, channel), *_held_back(channel)]
        yield from found or [fine(ABOUT, f"{channel.name}: nothing is known against it.")]


def _target(opened: Services, channel: ChannelRow) -> Iterator[Result]:
    """Whether what is stored can be sent to at all."""
    try:
        secret = opened.alerting.channels.secret(channel.id)
        if channel.kind == "webhook":
            checked(secret, private=bool(channel.asked.get("private")))
    except BadInput as problem:
        yield wrong(ABOUT, f"{channel.name}: {sentence(problem)}", f"Type it again {PAGE}.")
    if channel.kind in ("salesforce", "hubspot"):
        row = opened.repository.connection(channel.connection_id or "")
        if row is None or row.state == "disconnected":
            says = f"{channel.name}: the CRM that it makes tasks in is not connected any more."
            yield wrong(ABOUT, says, f"Connect the CRM again, or remove the channel {PAGE}.")


def _last(opened: Services, channel: ChannelRow) -> Iterator[Result]:
    """What came of the last try, and what was given up and can still be sent."""
    if channel.last_at is not None and not channel.last_fine:
        says = f"{channel.name}: the last try, on {channel.last_at:%Y-%m-%d}, failed. {channel.last_told}"
        yield warning(ABOUT, says, f"Mend what the sentence names, then send a test {PAGE}.")
    lost = opened.alerting.messages.failed(channel.id)
    if lost:
        counted = "A message was" if lost == 1 else f"{lost:,} messages were"
        says = f"{channel.name}: {counted} never sent."
        yield warning(ABOUT, says, "Once the channel works, start Send alerts again on the page Jobs.")


def _held_back(channel: ChannelRow) -> Iterator[Result]:
    """Whether quiet hours leave hardly a time to send anything in."""
    left = open_hours(channel.quiet)
    if left < LEAST:
        hours = f"{left / timedelta(hours=1):.0f} hours a week"
        says = f"{channel.name}: its quiet hours hold back everything but for {hours}."
        but = " What is critical goes through." if channel.quiet.through else ""
        yield warning(ABOUT, says + but, f"Make the quiet hours shorter {PAGE}.")


def open_hours(quiet: Quiet) -> timedelta:
    """How much of a week is not quiet, to a quarter of an hour."""
    return timedelta(minutes=15 * sum(not is_quiet(quiet, at) for at in WEEK))
