"""What the doctor tells of the places that alerts are sent to: from what is known, and by asking them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from tests.webapp import hook_receiver, mail_server
from webapp.alerts.quiet import Quiet
from webapp.doctor import asking
from webapp.doctor.alert_channels import alert_channels, open_hours
from webapp.doctor.case import served
from webapp.services import Services, open_services
from webapp.store.alert_channels import NewChannel
from webapp.store.alert_messages import Planned

WEBHOOK = "https://hooks.example.com/x"
SENDER, TO = "fairlead@example.com", "ops@example.com"


@pytest.fixture
def opened(support: ModuleType, tmp_path: Path) -> Iterator[Services]:
    made = open_services(support.settings_for(tmp_path), support.Clock())
    yield made
    made.close()


@pytest.fixture
def mail(certificate, monkeypatch) -> Iterator[mail_server.MailServer]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    with mail_server.running(certificate.server_context()) as server:
        yield server


def channel(opened, kind="webhook", *, secret=WEBHOOK, asked=None, **values):
    made = NewChannel(
        connection_id=values.get("connection_id"),
        kind=kind,
        name="Ops",
        on=values.get("on", True),
        escalation=False,
        hours=0,
        least="low",
        asked={"private": False} if asked is None else asked,
        quiet=values.get("quiet", Quiet()),
        secret=secret,
    )
    return opened.alerting.channels.add(made, "Ada")


def by_mail(opened, mail, *, secret=mail_server.PASSWORD, **values):
    asked = {
        "host": "localhost",
        "port": mail.port,
        "security": "starttls",
        "user": mail_server.USER,
        "sender": SENDER,
        "to": [TO],
    }
    return channel(opened, "email", secret=secret, asked=asked | values)


def known(opened):
    return [(one.level, one.says) for one in alert_channels(served(opened, {}, ""))]


def asked(opened):
    return [(one.level, one.says) for one in asking.channels(opened)]


def test_a_channel_that_nothing_is_known_against_is_fine_and_one_that_is_off_is_left_out(opened):
    channel(opened)
    channel(opened, secret="no address", on=False)
    assert known(opened) == [("fine", "Ops: nothing is known against it.")]


def test_an_address_that_cannot_be_called_and_a_crm_that_is_gone_are_wrong(opened):
    channel(opened, secret="http://hooks.example.com/canary")
    row = opened.repository.add_connection("hubspot", "4711", "https://example.com")
    opened.repository.move_state(row.id, "disconnected", "", ())
    channel(opened, "hubspot", connection_id=row.id, secret=None, asked={"owner": ""})
    (_, address), (_, crm) = found = sorted(known(opened))
    assert {level for level, _ in found} == {"wrong"}
    assert "https://" in address
    assert "canary" not in address
    assert "not connected any more" in crm


def test_a_last_try_that_failed_and_messages_that_were_given_up_are_told_until_they_are_sent(opened):
    row = opened.repository.add_connection("hubspot", "4711", "https://example.com")
    made, messages = channel(opened), opened.alerting.messages
    opened.alerting.channels.tried(made, "The webhook refused the message (HTTP 410).", fine=False)
    planned = Planned(
        channel_id=made, connection_id=row.id, escalation=False, alerts=(), not_before=opened.clock()
    )
    messages.put(planned)
    (waiting,) = messages.newest(made, 5)
    messages.end(waiting.id, "failed", "refused")
    (_, tried), (level, lost) = known(opened)
    assert "HTTP 410" in tried
    assert (level, lost) == ("warning", "Ops: A message was never sent.")
    messages.revive(row.id)
    opened.alerting.channels.tried(made, "The webhook took it.", fine=True)
    assert known(opened) == [("fine", "Ops: nothing is known against it.")]


@pytest.mark.parametrize(
    ("quiet", "hours", "level"),
    [
        (Quiet(), 168, "fine"),
        (Quiet(start=22 * 60, end=7 * 60, zone="Pacific/Kiritimati"), 7 * 15, "fine"),
        (Quiet(start=60, end=0, weekends=True), 5, "fine"),
        (Quiet(start=30, end=0, weekends=True, zone="Asia/Kathmandu"), 2.5, "warning"),
        (Quiet(start=1, end=0, through=True), 1.75, "warning"),
    ],
)
def test_quiet_hours_that_hold_back_all_but_everything_are_told(opened, quiet, hours, level):
    channel(opened, quiet=quiet)
    assert open_hours(quiet) == timedelta(hours=hours)
    ((found, says),) = known(opened)
    assert found == level
    assert ("critical goes through" in says) == (quiet.through and level == "warning")


def test_a_mail_server_is_greeted_and_signed_in_to_and_gets_no_mail(opened, mail):
    by_mail(opened, mail)
    assert asked(opened) == [("fine", "Ops: The mail server answers, and accepts the sign-in.")]
    mail.faults["AUTH"] = "535 no canary"
    ((level, says),) = asked(opened)
    assert (level, "user name and password" in says, "canary" in says) == ("wrong", True, False)
    mail.faults["NOOP"] = "421 later"
    ((level, says),) = asked(opened)
    assert (level, "try again later" in says) == ("warning", True)
    mail.offers_tls = False
    ((level, says),) = asked(opened)
    assert (level, "no encryption" in says) == ("wrong", True)
    assert mail.taken == []


def test_a_mail_server_that_is_not_there_is_a_warning(opened, mail):
    by_mail(opened, mail, port=1)
    ((level, says),) = asked(opened)
    assert (level, "cannot be reached" in says) == ("warning", True)


def test_of_a_webhook_the_name_is_looked_up_and_nothing_is_posted(opened):
    with hook_receiver.running() as hook:
        mine = channel(opened, secret=hook.url, asked={"private": True})
        ((level, says),) = asked(opened)
        assert (level, "name is known" in says, hook.got) == ("fine", True, [])
    opened.alerting.channels.remove(mine, "Ada")
    channel(opened, secret="https://localhost/canary")
    ((level, says),) = asked(opened)
    assert (level, "private network" in says, "canary" in says) == ("wrong", True, False)
