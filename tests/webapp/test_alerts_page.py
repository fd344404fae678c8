"""The pages of alerts: a list, one alert, and the channels; who may see and do what."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.webapp import hook_receiver
from tests.webapp.api_caller import caller
from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from webapp.alerts.change import Change, Said
from webapp.store.accounts import NewUser
from webapp.store.alert_acts import Actor, Wish

GERMAN = {"Accept-Language": "de"}
LONG = "ExtraordinarilyLongNameOfAGroupWithoutAnySpaceInIt" * 6


def alarm(subject="finding/1", kind="finding", severity="high", **values):
    usual = {
        "what": Said(text="New since the audit before."),
        "sure": Said(text="Certain: it is what the job itself said when it ended."),
        "todo": Said(
            text="Open the page Jobs: the last column says what to mend. Then start it again there."
        ),
        "page": "/jobs",
        "quote": f"Region {LONG} is selected less often.",
        "about": ("region",),
    }
    return Change(subject=subject, kind=kind, severity=severity, **{**usual, **values})


@pytest.fixture
def alerts(site):
    """Two findings, one of them special, and a job."""
    row = site.connect()
    changes = (
        alarm(),
        alarm("finding/2", severity="critical", special_category=True, quote="People of Atlantis."),
        alarm("job/sync", kind="job", quote="The CRM was busy."),
    )
    site.services.alerting.alerts.settle(row.id, changes, ("finding", "job"))
    return {one.subject: one for one in site.services.alerting.alerts.of(row.id)}


def page(site, path, **options) -> Page:
    answer = site.client.get(path, **options)
    assert answer.status_code == 200, answer.text
    assert faults(answer.text) == []
    assert unexplained(answer.text) == []
    return Page(answer.text)


def as_viewer(site):
    site.services.accounts.add_user(
        NewUser(
            name="Vera",
            role="viewer",
            password_hash=site.services.accounts.user_named("Ada Admin").password_hash,
        ),
        "command line",
    )
    site.client.set_cookie("fairlead", "")
    site.post("/login", "/login", name="Vera", password="correct horse battery")


def test_without_alerts_the_page_says_so_and_with_them_the_gravest_stands_first(site):
    assert "Nothing is wrong" in page(site, "/alerts").text
    row = site.connect()
    changes = (alarm(severity="low"), alarm("finding/2", severity="critical"))
    site.services.alerting.alerts.settle(row.id, changes, ("finding",))
    text = page(site, "/alerts").text
    cards = text[text.index("Show") :]
    assert cards.index("Critical") < cards.index("Low")
    assert "2 open" in page(site, "/").text
    german = page(site, "/alerts", headers=GERMAN).text
    assert "Alarme" in german


@pytest.mark.usefixtures("alerts")
def test_a_filter_leaves_out_what_does_not_fit(site):
    assert "No alert fits" in page(site, "/alerts?state=closed").text
    shown = page(site, "/alerts?state=open&severity=critical").text
    assert "Atlantis" in shown
    assert "busy" not in shown
    assert "No alert fits" in page(site, "/alerts?mine=yes").text
    assert page(site, "/alerts?state=%00nonsense&page=99999").text


def test_an_alert_is_acknowledged_assigned_waived_opened_and_closed_by_forms(site, alerts):
    row = alerts["finding/1"]
    at = f"/alerts/{row.id}"
    page(site, at)
    found = lambda: site.services.alerting.alerts.one(row.id)  # noqa: E731
    shown = {"shown": str(row.revision)}
    assert site.post(at, f"{at}/acknowledge", back="list", **shown).location == "/alerts"
    me = site.services.accounts.user_named("Ada Admin")
    site.post(at, f"{at}/assign", person=me.id, **shown)
    assert (found().state, found().holder) == ("assigned", "Ada Admin")
    assert "Ada Admin" in page(site, "/alerts?mine=yes").text
    wrong = site.post(at, f"{at}/waive", reason="why", until="never", **shown)
    assert (wrong.status_code, "choose a day after today" in wrong.text) == (422, True)
    until = (site.services.clock().date() + timedelta(days=30)).isoformat()
    site.post(at, f"{at}/waive", reason="Mended by <b>June</b>.", until=until, **shown)
    assert f"{until}: Mended by <b>June</b>." in page(site, at).text
    site.post(at, f"{at}/open", **shown)
    stale = site.post(at, f"{at}/close", reason="done", **shown)
    assert (stale.status_code, "changed since" in stale.text) == (422, True)
    site.post(at, f"{at}/close", reason="done", shown=str(found().revision))
    assert found().closed_by == "Ada Admin"
    text = page(site, at, headers=GERMAN).text
    assert "done" in text


def test_a_viewer_sees_findings_without_special_categories_and_changes_nothing(site, alerts):
    as_viewer(site)
    text = page(site, "/alerts").text
    assert "ExtraordinarilyLong" in text
    assert "Atlantis" not in text
    assert "busy" not in text
    assert "1 open" in text
    for subject, expected in (("finding/1", 200), ("finding/2", 404), ("job/sync", 404)):
        assert site.client.get(f"/alerts/{alerts[subject].id}").status_code == expected
    at = f"/alerts/{alerts['finding/1'].id}"
    assert site.post("/account", f"{at}/acknowledge").status_code == 403
    assert site.post("/account", f"{at}/waive").status_code == 403


def test_a_name_that_is_marked_special_later_is_closed_to_viewers_at_once(site, alerts):
    row = site.services.repository.connections()[0]
    stream = '[stream]\nname = "s"\nscore = "score"\nthreshold = 5\noutcome = "won"\n'
    stream += '[[stream.attribute]]\nname = "region"\nspecial_category = true\n'
    site.services.repository.save_stream(row.id, stream, "Ada")
    as_viewer(site)
    assert "ExtraordinarilyLong" not in page(site, "/alerts").text
    assert site.client.get(f"/alerts/{alerts['finding/1'].id}").status_code == 404


def test_where_two_must_agree_the_page_asks_another_administrator(site, alerts):
    services, row = site.services, alerts["finding/1"]
    ada = services.accounts.user_named("Ada Admin")
    ben = services.accounts.add_user(NewUser(name="Ben", role="admin", password_hash="x"), "command line")
    services.proposals.need_two(row.connection_id, ada)
    at = f"/alerts/{row.id}"
    assert "Close it" not in page(site, at).text
    later = replace(services.alerting.acts, clock=lambda: services.clock() + timedelta(minutes=1))
    later.waive(
        row.id,
        Wish(reason="why", until=services.clock().date() + timedelta(days=9)),
        Actor(id=ben.id, name="Ben"),
    )
    shown = page(site, at).text
    assert "Ben asks to waive it" in shown
    (wish,) = re.findall(r'name="wish" value="([^"]+)"', site.client.get(at).text)
    assert site.post(at, f"{at}/agree", wish="2020-01-01T00:00:00+00:00").status_code == 422
    assert site.post(at, f"{at}/agree", wish=wish).status_code == 303
    assert services.alerting.alerts.one(row.id).agreed_by == "Ada Admin"


EMAIL = {
    "kind": "email",
    "name": "Operations",
    "on": "yes",
    "host": "smtp.example.com",
    "port": "587",
    "security": "starttls",
    "user": "fairlead",
    "password": "a secret of the mail server",
    "sender": "fairlead@example.com",
    "recipients": "ops@example.com; boss@example.com",
    "least": "medium",
    "purpose": "first",
    "quiet_from": "22:00",
    "quiet_to": "07:00",
    "zone": "Europe/Berlin",
}
CHANNELS = "/alerts/channels"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Name:"),
        ({"host": "smtp example"}, "Mail server:"),
        ({"port": "70000"}, "Port:"),
        ({"sender": "fairlead"}, "From:"),
        ({"recipients": "a@b.c\r\nBcc: x@y.z, d"}, "To:"),
        ({"security": "none"}, "Encryption:"),
        ({"purpose": "escalation", "hours": "0"}, "Hours:"),
        ({"quiet_to": ""}, "Quiet hours:"),
        ({"zone": "Mars/Olympus"}, "Time zone:"),
        ({"least": "huge"}, "From which severity on:"),
        ({"kind": "webhook", "url": "http://example.com/x"}, "Webhook:"),
        ({"kind": "webhook", "url": "https://user:word@example.com/x"}, "Webhook:"),
        ({"kind": "salesforce", "connection": "other"}, "For:"),
    ],
)
def test_a_channel_that_cannot_be_names_the_field_and_nothing_is_saved(site, changes, words):
    answer = site.post(f"{CHANNELS}?kind=email", CHANNELS, **{**EMAIL, **changes})
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "a secret of the mail server" not in answer.text
    assert site.services.alerting.channels.all() == ()


def test_a_channel_is_made_changed_and_removed_and_its_secret_never_shown(site):
    page(site, CHANNELS)
    for kind in ("email", "webhook"):
        page(site, f"{CHANNELS}?kind={kind}")
        page(site, f"{CHANNELS}?kind={kind}", headers=GERMAN)
    site.post(f"{CHANNELS}?kind=email", CHANNELS, **EMAIL)
    (made,) = site.services.alerting.channels.all()
    secret = site.services.alerting.channels.secret
    assert secret(made.id) == EMAIL["password"]
    at = f"{CHANNELS}?channel={made.id}"
    assert EMAIL["password"] not in site.client.get(at).text
    page(site, at)
    assert 'value="22:00"' in site.client.get(at).text
    site.post(at, CHANNELS, channel=made.id, **{**EMAIL, "password": "", "name": LONG[:80]})
    assert secret(made.id) == EMAIL["password"]
    # The stored password goes to no other server than the one that it was typed for.
    site.post(at, CHANNELS, channel=made.id, **{**EMAIL, "password": "", "host": "evil.example.com"})
    assert secret(made.id) == ""
    site.post(at, f"{CHANNELS}/{made.id}/remove")
    assert site.services.alerting.channels.all() == ()


def test_a_test_says_beside_the_channel_what_came_of_it(site):
    with hook_receiver.running() as receiver:
        form = {**EMAIL, "kind": "webhook", "url": f"{receiver.url}/hook", "private": "yes"}
        site.post(f"{CHANNELS}?kind=webhook", CHANNELS, **form)
        (made,) = site.services.alerting.channels.all()
        receiver.answers = [(404, {})]
        site.post(CHANNELS, f"{CHANNELS}/{made.id}/test")
        assert "not there any more" in page(site, CHANNELS).text
        site.post(CHANNELS, f"{CHANNELS}/{made.id}/test")
        assert "The webhook took it." in page(site, CHANNELS).text
        assert "This is a test" in receiver.got[1]["text"]
        form = {**EMAIL, "kind": "webhook", "url": "", "channel": made.id}
        refused = site.post(CHANNELS, CHANNELS, **form)
        assert (refused.status_code, "Webhook:" in refused.text) == (422, True)


def test_a_program_reads_acknowledges_and_waives_as_far_as_its_token_lets_it(site, alerts):
    plain = caller(site.client, site.services, "read:alerts", "write:alerts")
    whole = caller(site.client, site.services, "read:alerts", "read:special")
    listed = plain.get("/alerts?limit=1").json
    everything = listed["items"] + plain.get(f"/alerts?limit=200&cursor={listed['next']}").json["items"]
    assert (len(everything), listed["withheld"]) == (2, 1)
    assert len(whole.get("/alerts?severity=critical").json["items"]) == 1
    here = f"/alerts/{alerts['finding/1'].id}"
    assert plain.post(f"{here}/acknowledge", json={}).json["state"] == "acknowledged"
    assert whole.post(f"{here}/acknowledge", json={}).status_code == 403
    assert plain.get(f"/alerts/{alerts['finding/2'].id}").status_code == 403
    assert plain.post(f"{here}/waive", json={"reason": "why", "days": 366}).status_code == 422
    for days in (5, 9):
        waived = plain.post(f"{here}/waive", json={"reason": "why", "days": days}).json
        until = site.services.clock().date() + timedelta(days=days + 1)
        assert (waived["state"], waived["waived_until"]) == ("waived", f"{until}T00:00:00Z")
    newest = site.services.alerting.alerts.steps(alerts["finding/1"].id)[0]
    assert newest.who.startswith("token ")
