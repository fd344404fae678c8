"""Alerts as tasks in both CRMs, over real HTTP: made once, through kills and refusals, about no lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sandbox.hubspot.kinds import TASKS
from tests.webapp.bench import work_off
from webapp.alerts import sending
from webapp.alerts.change import Change, Said
from webapp.alerts.noticing import notice
from webapp.alerts.quiet import Quiet
from webapp.doctor import asking
from webapp.store.alert_channels import NewChannel
from webapp.store.alert_messages import AlertMessages

KINDS = ("salesforce", "hubspot")


@pytest.fixture(scope="module")
def world(support, certificate, tmp_path_factory):
    with support.running(certificate, tmp_path_factory.mktemp("tasks")) as opened:
        for crm in KINDS:
            opened.connect(crm)
        clock = support.Clock(datetime.now(UTC))
        yield replace(opened, services=replace(opened.services, clock=clock))


@pytest.fixture(params=KINDS)
def row(request, world):
    """A connection with one alert and a channel to its own CRM, and nothing of the tests before."""
    stand_in, opened = getattr(world, request.param), world.services
    found = opened.repository.connection_for(request.param, stand_in.organisation)
    for one in opened.alerting.channels.all():
        opened.alerting.channels.remove(one.id, "Ada")
    opened.alerting.alerts.settle(found.id, (), ("gap",))
    opened.alerting.alerts.settle(found.id, (alarm(),), ("gap",))
    return found


def alarm():
    return Change(
        subject="gap/1",
        kind="gap",
        severity="critical",
        what=Said(text="A watched gap left its tolerance."),
        sure=Said(text="The band lies outside."),
        todo=Said(text="Look at it."),
        page="/x",
    )


def channel(world, row, **asked):
    made = NewChannel(
        connection_id=row.id,
        kind=row.crm,
        name="Tasks",
        on=True,
        escalation=False,
        hours=4,
        least="low",
        asked=asked,
        quiet=Quiet(),
    )
    return world.services.alerting.channels.add(made, "Ada")


def tasks(world, crm):
    """Subject, text and owner of every task."""
    if crm == "salesforce":
        held = world.salesforce.org.records["Task"].values()
        return [(one["Subject"], one["Description"], one["OwnerId"]) for one in held]
    records = world.hubspot.desk.world.tables[TASKS]
    return [
        tuple(records.text(number, name) for name in ("hs_task_subject", "hs_task_body", "hubspot_owner_id"))
        for number in records.live(0)
    ]


def send(world, row):
    notice(world.services, row, {})
    (job,) = work_off(world.services)
    return job


def test_a_task_is_made_once_and_tells_what_and_what_to_do(world, row):
    before = len(tasks(world, row.crm))
    channel(world, row)
    assert send(world, row).state == "done"
    subject, text, _ = tasks(world, row.crm)[before]
    assert subject.startswith("Fairlead: 1 alert at ")
    for words in ("A watched gap left its tolerance.", "The band lies outside.", "Look at it."):
        assert words in text
    notice(world.services, row, {})
    assert (world.services.work.open(), len(tasks(world, row.crm))) == ((), before + 1)


class Killed(BaseException):
    """The worker ends between the call and the note that it was made."""


def killed_before_the_note(opened, row, monkeypatch):
    """Send, and let the worker end when the task was made."""

    def killed(*_):
        raise Killed

    notice(opened, row, {})
    with monkeypatch.context() as patched:
        patched.setattr(AlertMessages, "sent", killed)
        with pytest.raises(Killed):
            work_off(opened)


def test_what_failed_when_its_task_was_there_makes_no_second_one_when_it_is_started_again(
    world, row, monkeypatch
):
    before, opened = len(tasks(world, row.crm)), world.services
    made = channel(world, row)
    killed_before_the_note(opened, row, monkeypatch)
    (message,) = opened.alerting.messages.newest(made, 5)
    opened.alerting.messages.end(message.id, "failed", "The line broke each time.")
    opened.alerting.messages.revive(row.id)
    (job,) = opened.work.open()
    opened.work.anew(job)
    opened.clock.forward(minutes=3)
    world.hubspot.clock.advance(180)
    (job,) = work_off(opened)
    assert (job.state, len(tasks(world, row.crm))) == ("done", before + 1)


def test_a_worker_that_is_killed_before_it_notes_the_task_makes_no_second_one(world, row, monkeypatch):
    before, opened = len(tasks(world, row.crm)), world.services
    made = channel(world, row)
    killed_before_the_note(opened, row, monkeypatch)
    assert len(tasks(world, row.crm)) == before + 1
    (message,) = opened.alerting.messages.newest(made, 5)
    assert message.state == "sending"
    (job,) = opened.work.open()
    opened.work.anew(job)
    (job,) = work_off(opened)
    if row.crm == "hubspot":
        # Its search is some time behind: until then nobody can say, and so nothing is made.
        assert job.state == "waiting"
        assert job.not_before - opened.clock() > timedelta(minutes=1)
        opened.clock.forward(minutes=3)
        world.hubspot.clock.advance(180)
        (job,) = work_off(opened)
    assert job.state == "done", job.told
    assert len(tasks(world, row.crm)) == before + 1
    assert opened.alerting.channels.one(made).last_told == "The task was there already; none was made twice."


def test_an_owner_of_salesforce_is_a_user_or_a_queue_by_name(world):
    row = world.services.repository.connection_for("salesforce", world.salesforce.organisation)
    rep = world.salesforce.org.rep
    for owner, owner_is, expected in (
        (rep.username, "user", rep.id),
        ("New leads", "queue", next(iter(world.salesforce.org.records["Group"]))),
    ):
        made = world.services.alerting.channels.one(channel(world, row, owner=owner, owner_is=owner_is))
        assert sending.test(world.services, made) == (True, "Salesforce made the task.")
        assert tasks(world, "salesforce")[-1][2] == expected
    for owner in ("nobody@example.com", "' OR Name != '"):
        made = world.services.alerting.channels.one(channel(world, row, owner=owner, owner_is="user"))
        fine, told = sending.test(world.services, made)
        assert (fine, "no active user with that user name" in told) == (False, True)


def test_the_doctor_asks_whether_a_task_could_be_made_and_makes_none(world, row):
    before, made = len(tasks(world, row.crm)), channel(world, row)
    (told,) = asking.channels(world.services)
    assert (told.level, told.says) == ("fine", "Tasks: Tasks can be made.")
    world.services.alerting.channels.remove(made, "Ada")
    if row.crm == "salesforce":
        channel(world, row, owner="nobody@example.com", owner_is="user")
        (told,) = asking.channels(world.services)
        assert (told.level, "no active user" in told.says) == ("wrong", True)
    assert len(tasks(world, row.crm)) == before


def test_a_scope_or_a_permission_that_is_lacking_gives_its_clear_sentence(world):
    hubspot = world.services.repository.connection_for("hubspot", world.hubspot.organisation)
    made = world.services.alerting.channels.one(channel(world, hubspot))
    world.hubspot.accounts.narrow(["oauth", "crm.objects.contacts.read"])
    fine, told = sending.test(world.services, made)
    assert (fine, "crm.objects.contacts.write" in told) == (False, True)
    salesforce = world.services.repository.connection_for("salesforce", world.salesforce.organisation)
    made = world.services.alerting.channels.one(channel(world, salesforce))
    world.salesforce.org.admin.hidden_objects.add("task")
    fine, told = sending.test(world.services, made)
    assert (fine, "Edit Tasks" in told) == (False, True)
    found = [one for one in asking.channels(world.services) if one.level == "wrong"]
    assert any("Edit Tasks" in one.says for one in found)
