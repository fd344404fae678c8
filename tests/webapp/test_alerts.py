"""Alerts: made once, updated, acknowledged, waived, ended; told once to each channel, through faults."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from audit.history import overview
from audit.report import to_json
from audit.report.model import Report
from audit.schema import BadInput
from audit.thresholds import ThresholdCounts
from connectors.errors import Busy, Refused
from tests.webapp import hook_receiver, mail_server
from tests.webapp.bench import work_off
from tests.webapp.sample_report import sample_report
from tests.webapp.site import PULLED
from webapp.alerts import by_email, by_webhook, from_gaps, sending
from webapp.alerts.change import Change, Said
from webapp.alerts.message import compose
from webapp.alerts.message import test_message as made
from webapp.alerts.noticing import SOURCES, notice, notice_all
from webapp.alerts.quiet import Quiet
from webapp.services import Services, open_services
from webapp.store.accounts import NewUser
from webapp.store.alert_acts import Actor, Wish
from webapp.store.alert_channels import NewChannel
from webapp.store.alerts import Looking
from webapp.store.evidence import packed
from webapp.store.rows import ConnectionRow, NewAudit
from webapp.store.trail import Filter
from webapp.store.work_jobs import Wanted
from webapp.watching_gaps import GapAlarm

NO_COUNTS = ThresholdCounts(
    thresholds=(), own=None, higher_is_better=True, confidence=0.95, outcomes=False, groups=()
)
ADA = Actor(id="ada", name="Ada")
ALL_DAY = Quiet()


@pytest.fixture
def opened(support: ModuleType, tmp_path: Path) -> Iterator[Services]:
    settings = support.settings_for(tmp_path, PUBLIC_URL="https://fairlead.example.com")
    made = open_services(settings, support.Clock())
    yield made
    made.close()


@pytest.fixture
def connection(opened: Services) -> ConnectionRow:
    return opened.repository.add_connection("hubspot", "4711", "https://example.com")


@pytest.fixture
def hook() -> Iterator[hook_receiver.Receiver]:
    with hook_receiver.running() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def report() -> Report:
    made = sample_report()
    finding = replace(
        made.findings[3], group=("small town",), evidence=(("kind", "difference"),), verdict="fail"
    )
    return replace(made, findings=(finding,))


def moved(report: Report, by: float) -> Report:
    told = tuple(
        replace(one, value=one.value + by, low=one.low + by, high=one.high + by)
        if one.kind == "difference" and one.value is not None and one.low is not None and one.high is not None
        else one
        for one in report.disparities
    )
    return replace(report, disparities=told)


def audited(
    opened: Services, connection: ConnectionRow, report: Report, before: Report | None, name: str
) -> None:
    if not opened.repository.streams(connection.id):
        opened.repository.save_stream(connection.id, "text", "Ada")
        opened.repository.save_policy(connection.id, "text", "Ada")
    opened.clock.forward(minutes=5)  # type: ignore[attr-defined]
    opened.repository.add_audit(
        connection.id,
        NewAudit(
            id=name,
            report=to_json(report),
            policy_version=1,
            stream_version=1,
            severities={},
            worst=None,
            pulled=PULLED,
            evidence=packed(overview(report, before), NO_COUNTS),
        ),
    )
    notice(opened, connection, findings_only())


def findings_only():
    return {"finding": SOURCES["finding"]}


def channel(opened: Services, kind="webhook", **values) -> str:
    usual = {
        "connection_id": None,
        "name": "Chat",
        "on": True,
        "escalation": False,
        "hours": 4,
        "least": "low",
        "asked": {"private": True},
        "quiet": ALL_DAY,
    }
    return opened.alerting.channels.add(NewChannel(kind=kind, **{**usual, **values}), "Ada")


def only(opened: Services, connection: ConnectionRow):
    (row,) = opened.alerting.alerts.of(connection.id)
    return row


def steps(opened: Services, alert_id: str) -> list[str]:
    return [one.action for one in reversed(opened.alerting.alerts.steps(alert_id))]


def alarm(severity="high", edition="", special=False, subject="gap/1"):
    return Change(
        subject=subject,
        kind="gap",
        severity=severity,
        what=Said(text="A watched gap left its tolerance."),
        sure=Said(text="The band lies outside."),
        todo=Said(text="Look at it."),
        page="/connections/x/monitoring",
        edition=edition,
        quote="People of Atlantis are called less often.",
        about=("region",),
        special_category=special,
    )


def settle(opened: Services, connection: ConnectionRow, *changes: Change) -> None:
    opened.alerting.alerts.settle(connection.id, changes, ("gap",))


def test_a_finding_is_one_alert_from_its_first_audit_to_its_end(opened, connection, report):
    audited(opened, connection, report, None, "a1")
    first = only(opened, connection)
    assert (first.state, first.severity, first.page) == (
        "open",
        report.findings[0].severity,
        f"/audits/a1/findings/{report.findings[0].id}",
    )
    audited(opened, connection, report, report, "a2")
    assert only(opened, connection).revision == 1
    opened.alerting.acts.acknowledge(first.id, ADA)
    audited(opened, connection, moved(report, -0.1), report, "a3")
    worse = only(opened, connection)
    assert (worse.state, worse.revision) == ("open", 2)
    assert "it was %(before)s" in worse.told.sure.text
    gone = replace(moved(report, 0.3), findings=())
    audited(opened, connection, gone, moved(report, -0.1), "a4")
    ended = only(opened, connection)
    assert (ended.id, ended.state, ended.closed_at, ended.closed_by) == (
        first.id,
        "closed",
        opened.clock(),
        "",
    )
    audited(opened, connection, report, gone, "a5")
    assert (only(opened, connection).state, only(opened, connection).opening) == ("open", 3)
    assert steps(opened, first.id) == ["opened", "acknowledged", "changed", "ended", "opened again"]
    trail = [one.action for one in opened.trail.every(Filter(target=connection.id))]
    assert trail[0] == "alert opened again"
    assert trail.count("alert opened") == 1


def test_a_watched_gap_is_left_to_the_alert_of_its_finding(opened, connection, report, monkeypatch):
    audited(opened, connection, report, None, "a1")
    failing = next(one for one in report.findings if one.verdict == "fail" and one.severity != "info")
    alarm = GapAlarm(
        id="1", connection_id=connection.id, audit_id="a1", kind="outside", metric="selection_rate",
        attribute="region", group="south", reference="north", special=False, day=date(2026, 1, 1),
        said_at=opened.clock(), gap=-0.2, low=-0.3, high=-0.1, tolerance=0.05, confidence=0.95,
        finding_id=failing.id, title="t", sentence="s", advice="a",
    )  # fmt: skip
    others = (replace(alarm, finding_id="F9"), replace(alarm, kind="changed"))
    monkeypatch.setattr(from_gaps, "_standing", lambda *_: (alarm, *others))
    assert len(from_gaps.of_gaps(opened, connection)) == 2
    audited(opened, connection, replace(report, findings=()), report, "a2")
    assert len(from_gaps.of_gaps(opened, connection)) == 3


def test_a_source_that_cannot_tell_ends_nothing_and_stops_no_other(opened, connection):
    def broken(_opened, _connection):
        raise RuntimeError

    notice(opened, connection, {"gap": lambda *_: (alarm(),), "job": lambda *_: ()})
    notice(opened, connection, {"gap": broken, "log": lambda *_: ()})
    assert only(opened, connection).state == "open"
    notice(opened, connection, {"gap": lambda *_: ()})
    assert only(opened, connection).state == "closed"


def test_jobs_pulls_the_log_and_the_consent_make_alerts_that_end_with_their_cause(opened, connection):
    opened.repository.save_policy(connection.id, "text", "Ada")
    opened.repository.save_stream(connection.id, "text", "Ada")
    opened.work.ask(Wanted(connection_id=connection.id, kind="sync", who="Ada"))
    assert work_off(opened)[0].state == "failed"
    opened.decision_logs.verified(connection.id, "entry 3 is not as it was written")
    opened.repository.set_state(connection.id, "consent_needed", "Connect it again.")
    notice_all(opened)
    found = {row.subject: row.severity for row in opened.alerting.alerts.of(connection.id)}
    assert found == {"job/sync": "high", "log": "critical", "grant": "critical"}
    opened.decision_logs.verified(connection.id, "")
    opened.repository.set_state(connection.id, "connected")
    opened.clock.forward(minutes=2)
    notice_all(opened)
    live = {row.subject for row in opened.alerting.alerts.of(connection.id) if row.state == "open"}
    assert live == {"job/sync"}


def test_a_pull_that_did_not_come_is_late_six_hours_after_it_was_due(opened, connection):
    opened.repository.save_policy(connection.id, "text", "Ada")
    opened.repository.save_stream(connection.id, "text", "Ada")
    opened.clock.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    notice_all(opened)
    assert opened.alerting.alerts.of(connection.id) == ()
    opened.clock.forward(minutes=31)
    notice_all(opened)
    late = only(opened, connection)
    assert (late.subject, late.told.sure.values["due"]) == ("late/sync", "2026-11-21 02:30")


def test_of_several_workers_one_looks_and_a_job_that_ended_is_looked_at_at_once(opened, connection):
    due = opened.alerting.alerts.due
    every = timedelta(seconds=60)
    assert due(connection.id, every)
    assert not due(connection.id, every)
    opened.work.ask(Wanted(connection_id=connection.id, kind="log", who="Ada"))
    opened.clock.forward(seconds=5)
    work_off(opened)
    assert due(connection.id, every)
    opened.clock.forward(seconds=59)
    assert not due(connection.id, every)
    opened.clock.forward(seconds=2)
    assert due(connection.id, every)


def test_a_waiver_needs_a_reason_and_a_day_and_ends_with_it(opened, connection):
    settle(opened, connection, alarm())
    row, acts, today = only(opened, connection), opened.alerting.acts, opened.clock().date()
    for reason, until in (
        ("", today + timedelta(days=3)),
        ("why", today),
        ("why", today + timedelta(days=367)),
    ):
        with pytest.raises(BadInput):
            acts.waive(row.id, Wish(reason=reason, until=until), ADA)
    assert (
        acts.waive(row.id, Wish(reason="It is mended next week.", until=date(2026, 11, 22)), ADA) == "waived"
    )
    opened.clock.now = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    settle(opened, connection, alarm(edition="worse"))
    assert only(opened, connection).state == "waived"
    opened.clock.forward(minutes=1)
    settle(opened, connection, alarm(edition="worse"))
    assert (only(opened, connection).state, only(opened, connection).opening) == ("open", 2)
    assert steps(opened, row.id) == ["opened", "waived", "waiver over"]


def test_what_gets_graver_than_it_was_when_it_was_waived_opens_again(opened, connection):
    settle(opened, connection, alarm("medium"))
    row = only(opened, connection)
    opened.alerting.acts.waive(row.id, Wish(reason="why", until=date(2026, 12, 24)), ADA)
    settle(opened, connection, alarm("critical"))
    assert only(opened, connection).state == "open"


def test_where_two_must_agree_a_second_admin_confirms_and_nobody_closes_alone(opened, connection):
    people = [
        opened.accounts.add_user(NewUser(name=name, role="admin", password_hash="x"), "command line")
        for name in ("Ada", "Ben")
    ]
    opened.clock.forward(minutes=1)
    opened.proposals.need_two(connection.id, people[0])
    settle(opened, connection, alarm())
    row, acts = only(opened, connection), opened.alerting.acts
    ada, ben = (Actor(id=one.id, name=one.name) for one in people)
    with pytest.raises(BadInput, match="Two admins"):
        acts.close(row.id, "done", ada)
    assert acts.waive(row.id, Wish(reason="why", until=date(2026, 12, 1)), ada) == "open"
    with pytest.raises(BadInput, match="another admin"):
        acts.agree(row.id, ada)
    acts.agree(row.id, ben)
    found = only(opened, connection)
    assert (found.state, found.asked_by, found.agreed_by) == ("waived", "Ada", "Ben")


def test_a_page_that_was_overtaken_changes_nothing(opened, connection):
    settle(opened, connection, alarm())
    row = only(opened, connection)
    settle(opened, connection, alarm(edition="worse"))
    with pytest.raises(BadInput, match="changed since"):
        opened.alerting.acts.acknowledge(row.id, ADA, row.revision)
    opened.alerting.acts.close(row.id, "It was a test.", ADA)
    settle(opened, connection, alarm(edition="worse"))
    assert only(opened, connection).state == "closed"
    settle(opened, connection, alarm(edition="worse still"))
    assert only(opened, connection).state == "open"


def send(opened: Services, connection: ConnectionRow):
    """Plan and do one round of sending; the job."""
    notice(opened, connection, {})
    (job,) = work_off(opened)
    return job


def test_all_of_one_look_is_one_message_and_what_is_known_is_not_told_again(opened, connection, hook):
    channel(opened, secret=hook.url)
    settle(opened, connection, alarm(subject="gap/1"), alarm(subject="gap/2", severity="critical"))
    assert send(opened, connection).state == "done"
    notice(opened, connection, {})
    assert opened.work.open() == ()
    (text,) = (one["text"] for one in hook.got)
    assert text.startswith("*2 alerts at HubSpot portal 4711, the gravest critical*")
    assert "https://fairlead.example.com/alerts/" in text
    settle(opened, connection, alarm(subject="gap/2", severity="critical"))
    send(opened, connection)
    assert hook.got[1]["text"].startswith("*1 alert at HubSpot portal 4711 ended*")


def test_a_message_says_nothing_of_a_special_category_and_no_sign_of_slack(opened, connection):
    settle(
        opened,
        connection,
        alarm(special=True),
        replace(alarm(subject="gap/2"), quote="<!channel> *x* <a|b> @here"),
    )
    rows = opened.alerting.alerts.of(connection.id)
    open_one = compose(("m1", "HubSpot", "https://x.example"), rows, (), escalation=False)
    both = open_one.text + open_one.html + open_one.slack
    assert both.count("special category. Sign in") == 3
    assert open_one.text.count("Atlantis") == 0
    assert "<!" not in open_one.slack.replace("<https", "")
    assert "@" not in open_one.slack
    assert "<a|b>" not in open_one.html
    marked_since = compose(("m1", "HubSpot", "https://x.example"), rows, ("region",), escalation=False)
    assert "How sure" not in marked_since.text


def test_quiet_hours_gather_what_comes_and_what_is_critical_may_break_through(opened, connection, hook):
    opened.clock.now = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    quiet = Quiet(start=22 * 60, end=7 * 60, zone="Europe/Berlin", through=True)
    channel(opened, secret=hook.url, quiet=quiet)
    settle(opened, connection, alarm(subject="gap/1"), alarm(subject="gap/2", severity="critical"))
    send(opened, connection)
    opened.clock.forward(hours=1)
    settle(
        opened,
        connection,
        alarm(subject="gap/1"),
        alarm(subject="gap/2", severity="critical"),
        alarm(subject="gap/3"),
    )
    notice(opened, connection, {})
    assert opened.work.open() == ()
    opened.clock.now = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
    send(opened, connection)
    assert [one["text"].splitlines()[0] for one in hook.got] == [
        "*1 alert at HubSpot portal 4711, critical*",
        "*2 alerts at HubSpot portal 4711, the gravest high*",
    ]


def test_what_nobody_acknowledges_is_escalated_once_for_each_opening(opened, connection, hook):
    channel(opened, secret=f"{hook.url}/boss", escalation=True, hours=4, least="high")
    settle(opened, connection, alarm(), alarm("medium", subject="gap/2"))
    opened.clock.forward(hours=3, minutes=59)
    notice(opened, connection, {})
    assert opened.work.open() == ()
    opened.clock.forward(minutes=1)
    send(opened, connection)
    notice(opened, connection, {})
    assert opened.work.open() == ()
    assert hook.got[0]["text"].startswith("*1 alert at HubSpot portal 4711 that nobody has acknowledged*")
    row = next(one for one in opened.alerting.alerts.of(connection.id) if one.severity == "high")
    assert steps(opened, row.id) == ["opened", "escalated"]
    opened.alerting.acts.acknowledge(row.id, ADA)
    settle(opened, connection, alarm(edition="worse"), alarm("medium", subject="gap/2"))
    opened.clock.forward(hours=4)
    send(opened, connection)
    assert len(hook.got) == 2


def test_a_receiver_that_misbehaves_is_tried_again_and_told_of_in_plain_words(
    opened, connection, hook, monkeypatch
):
    monkeypatch.setattr(by_webhook, "SECONDS", 0.3)
    hook.answers = [(500, {}), (429, {"Retry-After": "120"}), "close", "drip"]
    chat = channel(opened, secret=hook.url)
    settle(opened, connection, alarm())
    job = send(opened, connection)
    for wait in (60, 120, 120, 240):
        assert (job.state, job.trouble) == ("waiting", "")
        assert job.not_before - opened.clock() == timedelta(seconds=wait)
        opened.clock.now = job.not_before
        (job,) = work_off(opened)
    assert job.state == "done"
    assert len({one["text"] for one in hook.got}) == 1
    assert len(hook.got) == 5
    assert opened.alerting.channels.one(chat).last_told == "The webhook took it."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((302, {"Location": "http://127.0.0.1:1/stolen"}), "sends to another address, which is not followed"),
        ((404, {}), "not there any more"),
        ((410, {"Retry-After": "60"}), "make a new one"),
        ((403, {}), "check its address"),
    ],
)
def test_a_receiver_that_refuses_ends_the_message_with_a_sentence(opened, connection, hook, answer, words):
    hook.answers = [answer]
    chat = channel(opened, secret=f"{hook.url}/T0/secret-part")
    settle(opened, connection, alarm())
    job = send(opened, connection)
    row = opened.alerting.channels.one(chat)
    assert (job.state, job.trouble, row.last_fine) == ("failed", "input", False)
    assert words in row.last_told
    assert "secret-part" not in row.last_told + job.told
    assert hook.paths == ["/T0/secret-part"]
    opened.work.ask(Wanted(connection_id=connection.id, kind="alert", who="Ada"))
    (again,) = work_off(opened)
    assert (again.state, len(hook.got)) == ("done", 2)


def test_a_webhook_in_a_private_network_is_called_only_where_the_admin_says_so(hook):
    with pytest.raises(BadInput):
        by_webhook.checked(hook.url, private=False)
    for url in (
        "http://example.com/x",
        "https://",
        "ftp://x/y",
        "https://a:b@example.com/",
        "https://exa mple",
    ):
        with pytest.raises(BadInput):
            by_webhook.checked(url, private=True)
    message = made("m1", "https://x.example")
    for host in ("10.0.0.7", "localhost", "[::1]", "169.254.169.254"):
        with pytest.raises(Refused, match="private network"):
            by_webhook.send(by_webhook.Hook(url=f"https://{host}/x", private=False), message)


def test_a_webhook_over_tls_is_held_to_its_name_and_to_who_vouches_for_it(certificate, monkeypatch):
    message = made("m1", "https://x.example")
    with hook_receiver.running(certificate.server_context()) as receiver:
        hook = by_webhook.Hook(url=f"{receiver.url}/T0", private=True)
        with pytest.raises(Refused, match="certificate is not trusted"):
            by_webhook.send(hook, message)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
        # The server listens on one of the two addresses of its name.
        assert by_webhook.send(hook, message) == "The webhook took it."
        assert receiver.hosts == [receiver.url.removeprefix("https://")]


@pytest.fixture
def mail(certificate, monkeypatch) -> Iterator[mail_server.MailServer]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    with mail_server.running(certificate.server_context()) as server:
        yield server


def mailbox(mail: mail_server.MailServer, **values):
    asked = {
        "host": "localhost",
        "port": mail.port,
        "security": "starttls",
        "user": mail_server.USER,
        "sender": "fairlead@example.com",
        "to": ["ops@example.com", "boss@example.com"],
        **values,
    }
    return {"kind": "email", "asked": asked, "secret": mail_server.PASSWORD}


def test_a_mail_goes_encrypted_and_signed_in_as_text_and_html(opened, connection, mail):
    channel(opened, **mailbox(mail))
    settle(opened, connection, alarm())
    assert send(opened, connection).state == "done"
    (found,) = mail.taken
    assert (mail.secure, mail.signed_in) == ([True], [True])
    assert found["Subject"] == "Fairlead: 1 alert at HubSpot portal 4711, high"
    assert found["To"] == "ops@example.com, boss@example.com"
    assert found["Message-ID"].startswith("<fairlead")
    plain, html = (found.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for words in ("A watched gap left its tolerance.", "The band lies outside.", "Look at it.", "/alerts/"):
        assert words in plain
        assert words in html


def test_a_mail_that_was_taken_before_the_line_broke_comes_again_with_the_same_number(
    opened, connection, mail
):
    mail.faults["DROP"] = "yes"
    channel(opened, **mailbox(mail))
    settle(opened, connection, alarm())
    job = send(opened, connection)
    assert job.state == "waiting"
    opened.clock.now = job.not_before
    (job,) = work_off(opened)
    assert job.state == "done"
    first, second = mail.taken
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(("lets", "words"), [(2, "The mail server took it."), (99, "1 of 2 addresses only")])
def test_a_greylisted_address_alone_is_tried_again_and_not_for_ever(opened, connection, mail, lets, words):
    mail.refusing["boss@example.com"] = "450 4.2.0 greylisted"
    chat = channel(opened, **mailbox(mail))
    settle(opened, connection, alarm())
    job, tries = send(opened, connection), 1
    assert job.not_before - opened.clock() == timedelta(minutes=5)
    while job.state == "waiting":
        if tries == lets:
            mail.refusing.clear()
        opened.clock.now, tries = job.not_before, tries + 1
        (job,) = work_off(opened)
    assert (job.state, tries) == ("done", min(lets + 1, 8))
    assert mail.to[0] == ("ops@example.com",)
    assert mail.to[1:] == ([("boss@example.com",)] if lets == 2 else [])
    assert words in opened.alerting.channels.one(chat).last_told
    assert steps(opened, only(opened, connection).id).count("sent") == 1
    (row,) = opened.alerting.messages.newest(chat, 5)
    assert (row.state, row.reached) == ("sent", ())


def test_a_mail_that_waits_for_another_try_keeps_quiet_in_quiet_hours(opened, connection, mail):
    mail.refusing["boss@example.com"] = "450 4.2.0 greylisted"
    opened.clock.now = datetime(2026, 11, 20, 21, 58, tzinfo=UTC)
    channel(opened, **mailbox(mail), quiet=Quiet(start=22 * 60, end=7 * 60))
    settle(opened, connection, alarm())
    job = send(opened, connection)
    mail.refusing.clear()
    opened.clock.now = job.not_before
    (job,) = work_off(opened)
    assert (job.state, mail.to) == ("done", [("ops@example.com",)])
    opened.clock.now = datetime(2026, 11, 21, 6, 59, tzinfo=UTC)
    assert opened.alerting.messages.ready(connection.id) == ()
    opened.clock.now = datetime(2026, 11, 21, 7, tzinfo=UTC)
    send(opened, connection)
    assert mail.to == [("ops@example.com",), ("boss@example.com",)]


def test_a_message_that_a_clock_far_ahead_put_off_goes_when_the_clock_is_right(opened, connection, hook):
    opened.clock.forward(days=366)
    hook.answers.append((503, {"Retry-After": "3600"}))
    channel(opened, secret=hook.url)
    settle(opened, connection, alarm())
    assert send(opened, connection).state == "waiting"
    assert opened.alerting.messages.ready(connection.id) == ()
    opened.clock.forward(days=-366)
    assert len(opened.alerting.messages.ready(connection.id)) == 1


def test_a_channel_that_is_down_for_hours_holds_back_no_message_of_another(opened, connection, hook, mail):
    down = channel(opened, **{**mailbox(mail), "asked": mailbox(mail, port=1)["asked"]})
    settle(opened, connection, alarm())
    job = send(opened, connection)
    for _ in range(4):
        opened.clock.now = job.not_before
        (job,) = work_off(opened)
    assert job.not_before - opened.clock() == timedelta(seconds=480)
    channel(opened, secret=hook.url)
    opened.clock.forward(minutes=1)
    notice(opened, connection, {})
    (waiting,) = opened.work.open()
    assert waiting.not_before <= opened.clock()
    work_off(opened)
    assert len(hook.got) == 1
    (message,) = opened.alerting.messages.newest(down, 5)
    assert (message.state, message.tries) == ("sending", 5), "it is tried no sooner for that"
    opened.clock.forward(minutes=1)
    notice(opened, connection, {})
    assert opened.alerting.messages.ready(connection.id) == ()


@pytest.mark.parametrize(
    ("faults", "values", "expected"),
    [
        ({"AUTH": "535 5.7.8 no"}, {}, (Refused, "user name and password")),
        (
            {"RCPT": "451 4.7.1 greylisted, ops@example.com"},
            {"to": ["ops@example.com"]},
            (Busy, "try again later"),
        ),
        (
            {"RCPT": "550 5.1.1 unknown ops@example.com"},
            {"to": ["ops@example.com"]},
            (Refused, "none of the addresses"),
        ),
        ({"CONNECT": "421 4.3.2 going down"}, {}, (Busy, "try again later")),
        ({"STARTTLS": "454 4.7.0 not now"}, {}, (Busy, "try again later")),
        ({}, {"port": 1}, (Busy, "cannot be reached")),
    ],
)
def test_a_mail_server_that_refuses_is_told_of_by_consequence(mail, faults, values, expected):
    kind, words = expected
    mail.faults.update(faults)
    asked = mailbox(mail, **values)["asked"]
    box = by_email.Mailbox(**{**asked, "to": tuple(asked["to"])}, password=mail_server.PASSWORD)
    with pytest.raises(kind, match=words) as told:
        by_email.send(box, made("m1", "https://x.example"))
    assert "ops@example.com" not in str(told.value)
    assert mail_server.PASSWORD not in repr(box)


def test_a_mail_server_without_encryption_or_with_a_strange_certificate_gets_no_password(
    opened, mail, monkeypatch, tmp_path
):
    chat = channel(opened, **mailbox(mail))
    mail.offers_tls = False
    assert "no encryption" in sending.test(opened, opened.alerting.channels.one(chat))[1]
    mail.offers_tls = True
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    fine, told = sending.test(opened, opened.alerting.channels.one(chat))
    assert (fine, mail.taken) == (False, [])
    assert "certificate is not trusted" in told


def test_a_secret_is_sealed_and_moves_to_the_newest_key(opened, hook):
    chat = channel(opened, secret=hook.url)
    held = (opened.settings.data_dir / "fairlead.db").read_bytes()
    assert hook.url.encode() not in held
    assert opened.alerting.channels.secret(chat) == hook.url
    assert opened.alerting.channels.reseal() == 0
    assert hook.url not in repr(opened.alerting.channels.one(chat))


def test_what_was_waived_while_it_waited_is_not_sent(opened, connection, hook):
    channel(opened, secret=hook.url)
    settle(opened, connection, alarm())
    notice(opened, connection, {})
    opened.alerting.acts.waive(only(opened, connection).id, Wish(reason="why", until=date(2026, 12, 1)), ADA)
    (job,) = work_off(opened)
    assert (job.state, hook.got) == ("done", [])


def test_alerts_of_a_connection_that_ended_are_over(opened, connection):
    settle(opened, connection, alarm())
    opened.repository.set_state(connection.id, "disconnected")
    notice_all(opened)
    assert (only(opened, connection).state, opened.work.open()) == ("closed", ())


def test_both_databases_keep_alerts_channels_and_messages(support, database, tmp_path, hook):
    settings = support.settings_for(tmp_path / "data", PUBLIC_URL="https://fairlead.example.com")
    both = Services(settings=settings, database=database, clock=support.Clock())
    connection = both.repository.add_connection("hubspot", "4711", "https://example.com")
    chat = channel(both, secret=hook.url)
    assert both.alerting.alerts.due(connection.id, timedelta(minutes=1))
    settle(both, connection, alarm(), alarm("critical", subject="gap/2"))
    assert send(both, connection).state == "done"
    settle(both, connection, alarm(edition="worse"))
    rows, whole = both.alerting.alerts.page(Looking(special=False, state="live"), 1)
    assert ([one.subject for one in rows], whole) == (["gap/1"], 1)
    both.alerting.acts.waive(rows[0].id, Wish(reason="why", until=date(2026, 12, 1)), ADA)
    assert send(both, connection).told == "Messages sent: 1."
    assert [one.state for one in both.alerting.messages.newest(chat, 5)] == ["sent", "sent"]
    assert both.alerting.channels.remove(chat, "Ada")
    assert both.alerting.messages.newest(chat, 5) == ()


def test_a_waiver_that_ends_in_quiet_hours_is_told_when_they_are_over(opened, connection, hook):
    quiet = Quiet(start=22 * 60, end=7 * 60, zone="Pacific/Kiritimati")  # UTC+14: 08:00 to 17:00 here
    channel(opened, secret=hook.url, quiet=quiet)
    opened.clock.now = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    settle(opened, connection, alarm())
    send(opened, connection)
    waived = Wish(reason="why", until=date(2026, 11, 22))
    opened.alerting.acts.waive(only(opened, connection).id, waived, ADA)
    opened.clock.now = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    settle(opened, connection, alarm())
    assert only(opened, connection).state == "open"
    notice(opened, connection, {})
    assert opened.work.open() == ()
    opened.clock.now = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert send(opened, connection).told == "Messages sent: 1."
    assert len(hook.got) == 2


def test_what_is_acknowledged_while_quiet_hours_hold_its_escalation_back_is_not_escalated(
    opened, connection, hook
):
    quiet = Quiet(start=22 * 60, end=7 * 60)
    channel(opened, secret=hook.url, escalation=True, hours=4, quiet=quiet)
    opened.clock.now = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    settle(opened, connection, alarm(), alarm(subject="gap/2"))
    opened.clock.forward(hours=4)
    notice(opened, connection, {})
    assert opened.work.open() == ()
    opened.alerting.acts.acknowledge(only_of(opened, connection, "gap/1").id, ADA)
    opened.clock.now = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
    send(opened, connection)
    (text,) = (one["text"] for one in hook.got)
    assert text.startswith("*1 alert at HubSpot portal 4711 that nobody has acknowledged*")
    assert steps(opened, only_of(opened, connection, "gap/1").id) == ["opened", "acknowledged"]


def only_of(opened: Services, connection: ConnectionRow, subject: str):
    return next(one for one in opened.alerting.alerts.of(connection.id) if one.subject == subject)


def test_hundreds_at_once_are_one_message_of_bounded_length_that_says_how_many_it_leaves_out(
    opened, connection, hook, mail
):
    channel(opened, secret=hook.url)
    channel(opened, **mailbox(mail))
    long = replace(alarm(), quote="<&" * 1_000)
    settle(opened, connection, *(replace(long, subject=f"gap/{number}") for number in range(200)))
    assert send(opened, connection).told == "Messages sent: 2."
    (text,), (letter,) = (one["text"] for one in hook.got), mail.taken
    assert text.startswith("*200 alerts at HubSpot portal 4711, the gravest high*")
    told = text.count("|Open it>")
    assert 1 <= told < 20
    assert f"And {200 - told} more." in text
    assert len(text) < 32_000
    for kind in ("plain", "html"):
        body = letter.get_body((kind,)).get_content()
        assert f"And {200 - told} more." in body
        assert len(body) < 32_000


@pytest.fixture
def both(support, database, tmp_path) -> Services:
    settings = support.settings_for(tmp_path / "data", PUBLIC_URL="https://fairlead.example.com")
    return Services(settings=settings, database=database, clock=support.Clock())


def at_once(*acts) -> list[str]:
    """Do all of them at one moment; what those that were refused were told."""
    gate = threading.Barrier(len(acts))

    def do(act) -> str:
        gate.wait()
        try:
            act()
        except BadInput as problem:
            return str(problem)
        return ""

    with ThreadPoolExecutor(len(acts)) as crowd:
        return [told for told in crowd.map(do, acts) if told]


def test_of_two_who_end_an_alert_at_once_one_does_and_the_other_is_told(both):
    connection = both.repository.add_connection("hubspot", "4711", "https://example.com")
    settle(both, connection, alarm())
    row, acts, ben = only(both, connection), both.alerting.acts, Actor(id="ben", name="Ben")
    wish = Wish(reason="why", until=date(2026, 12, 1))
    acts.acknowledge(row.id, ADA)
    assert at_once(*[lambda: acts.acknowledge(row.id, ben, row.revision)] * 2) == []
    told = at_once(
        lambda: acts.close(row.id, "done", ADA, row.revision),
        lambda: acts.waive(row.id, wish, ben, row.revision),
    )
    assert told == ["That alert is closed or waived already; open it again first."]
    found, history = only(both, connection), steps(both, row.id)
    assert history in (["opened", "acknowledged", one] for one in ("closed", "waived"))
    assert (found.state, found.waiver) == (history[-1], "given" if history[-1] == "waived" else "")


def test_a_wish_is_not_replaced_by_another_one_and_agreed_to_only_as_it_was_seen(both):
    connection = both.repository.add_connection("hubspot", "4711", "https://example.com")
    people = [
        both.accounts.add_user(NewUser(name=name, role="admin", password_hash="x"), "command line")
        for name in ("Ada", "Ben")
    ]
    ada, ben = (Actor(id=one.id, name=one.name) for one in people)
    both.clock.forward(minutes=1)
    both.proposals.need_two(connection.id, people[0])
    settle(both, connection, alarm())
    row, acts = only(both, connection), both.alerting.acts
    short, long = (Wish(reason="why", until=one) for one in (date(2026, 12, 1), date(2027, 11, 1)))
    told = at_once(lambda: acts.waive(row.id, short, ada), lambda: acts.waive(row.id, short, ben))
    assert len(told) == 1
    assert "changed since the page was opened" in told[0]
    seen = only(both, connection)
    asker, other = (ada, ben) if seen.asked_by == "Ada" else (ben, ada)
    both.clock.forward(minutes=1)
    acts.waive(row.id, long, asker)
    with pytest.raises(BadInput, match="changed since"):
        acts.agree(row.id, other, seen.revision, seen.asked_at)
    wish = only(both, connection).asked_at
    told = at_once(*[lambda: acts.agree(row.id, other, seen.revision, wish)] * 2)
    assert told == ["Nobody asks to waive this alert; open the page again."]
    assert steps(both, row.id) == ["opened", "waiver asked", "waiver asked", "waived"]
