"""HubSpot's webhooks: answered at once, known when they come again, and who is gone stays gone."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import update

from connectors.hubspot.events import Event
from connectors.hubspot.signature import InboundRequest, signature_of
from connectors.lake import Lake
from connectors.locking import locked
from connectors.policy.parse import parse_policy
from connectors.pseudonym import LeadKey
from connectors.sandbox.hubspot.events import Subscription
from connectors.source import Flag
from connectors.synced import Synced
from webapp import departures, jobs
from webapp.app import create_app
from webapp.crms import source_for
from webapp.store import tables
from webapp.store.rows import NewAudit
from webapp.views.inbound import HOOK_PATH


def entry(crms, kind: str, record_id: str, **more: object) -> dict[str, object]:
    return {
        "eventId": 1,
        "subscriptionId": 7,
        "portalId": int(crms.hubspot.organisation),
        "appId": int(crms.hubspot.app_id),
        "occurredAt": 1_790_000_000_000,
        "subscriptionType": kind,
        "attemptNumber": 0,
        "objectId": int(record_id),
        **more,
    }


def post(crms, *entries: object, app=None, secret: str = "", path: str = HOOK_PATH):
    """HubSpot's own request, over the application."""
    body, stamp = json.dumps(entries).encode(), str(int(time.time() * 1000))
    uri = f"{crms.services.settings.public_url}{path}"
    plain = InboundRequest(method="POST", uri=uri, body=body, signature="", timestamp=stamp)
    signature = signature_of(secret or crms.hubspot.client_secret, plain, uri).decode()
    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": stamp}
    client = (app or crms.app).test_client()
    return client.post(path, data=body, headers=headers, content_type="application/json")


def told(crms, *entries: object) -> int:
    """Post events and act on them; how many were new."""
    answer = post(crms, *entries)
    assert answer.status_code == 200
    departures.settle_all(crms.services)
    return answer.json["kept"]


def held(crms, row) -> set[str]:
    return set(crms.services.lake.read(row.crm, row.organisation)["lead_key"].to_pylist())


def flagged(crms, row) -> set[str]:
    return {key.hex for key in crms.services.repository.flags(row.id)}


def key_of(crms, row, record_id: str) -> str:
    return crms.services.keyring(row).lead_key(record_id).hex


def pulled(crms, row):
    """A whole pull, without the audit behind it."""
    source = source_for(crms.services, row)
    policy = parse_policy(crms.services.repository.policy(row.id).text, "The policy")
    account = crms.services.lake.write(row.crm, row.organisation, source.pull(policy))
    done = Synced(kind="full", why="", run=account, whole=account)
    crms.services.syncs.add(row.id, done)
    return account


@pytest.fixture
def audited(crms):
    """A portal of 240 contacts, pulled, each with a flag."""
    row = crms.ready("hubspot")
    account = pulled(crms, row)
    audit = NewAudit(
        id="an-audit",
        report="{}",
        policy_version=1,
        stream_version=1,
        severities={},
        worst=None,
        pulled=account,
    )
    flag = Flag(status="ok", reason="", audit_id="an-audit", checked_at=crms.services.clock())
    keys = [LeadKey(bytes.fromhex(key)) for key in held(crms, row)]
    crms.services.repository.add_audit(row.id, audit, dict.fromkeys(keys, flag))
    return row


PAIR = ("contact.privacyDeletion", "contact.deletion")


@pytest.mark.parametrize("order", list(permutations(PAIR)))
def test_a_person_who_wants_to_be_erased_is_erased_in_either_order_and_stays_so(crms, audited, order):
    record = crms.hubspot.record_ids()[0]
    key = key_of(crms, audited, record)
    assert key in held(crms, audited) & flagged(crms, audited)
    for kind in order:
        assert told(crms, entry(crms, kind, record)) == 1
        assert key not in held(crms, audited) | flagged(crms, audited)
    # HubSpot still lists the contact, as an old page of a pull might: it does not come back.
    account = pulled(crms, audited)
    assert key not in held(crms, audited) | flagged(crms, audited)
    assert account.excluded["erased"] == 1
    assert (
        account.read == account.kept + sum(account.rejected.values()) + sum(account.excluded.values()) == 240
    )


def test_restoring_brings_back_who_was_deleted_and_never_who_was_erased(crms, audited):
    deleted, erased, *_ = crms.hubspot.record_ids()
    told(crms, entry(crms, "object.deletion", deleted, objectTypeId="0-1"))
    told(crms, entry(crms, "contact.privacyDeletion", erased))
    assert departures.comparison_wanted(crms.services, audited) is False
    for record in (deleted, erased):
        told(crms, entry(crms, "contact.restore", record, occurredAt=1_790_000_000_500))
    assert departures.comparison_wanted(crms.services, audited) is True
    pulled(crms, audited)
    assert key_of(crms, audited, deleted) in held(crms, audited)
    assert key_of(crms, audited, erased) not in held(crms, audited)


def test_a_deleted_contact_does_not_come_back_by_an_old_page(crms, audited):
    record = crms.hubspot.record_ids()[0]
    told(crms, entry(crms, "contact.deletion", record))
    assert pulled(crms, audited).excluded["erased"] == 1
    assert key_of(crms, audited, record) not in held(crms, audited)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_what_comes_out_of_order_ends_as_what_happened_last(crms, audited, order):
    first, second, *_ = crms.hubspot.record_ids()
    deeds = [("contact.deletion", 1), ("contact.restore", 2), ("contact.deletion", 3)]
    for place in order:
        kind, at = deeds[place]
        told(crms, entry(crms, kind, first, occurredAt=at))
        if place < 2:
            told(crms, entry(crms, kind, second, occurredAt=at))
    pulled(crms, audited)
    assert key_of(crms, audited, first) not in held(crms, audited)
    assert key_of(crms, audited, second) in held(crms, audited)


@pytest.mark.usefixtures("audited")
def test_an_event_that_comes_again_is_known(crms):
    record = crms.hubspot.record_ids()[0]
    one = entry(crms, "contact.deletion", record)
    assert post(crms, one, one).json["kept"] == 1
    assert post(crms, one | {"attemptNumber": 1}).json["kept"] == 0
    assert post(crms, one | {"eventId": 2}).json["kept"] == 1


def test_the_same_event_at_many_doors_at_once_is_kept_once(crms, audited):
    entries = [entry(crms, "contact.deletion", record) for record in crms.hubspot.record_ids()[:100]]
    with ThreadPoolExecutor(4) as pool:
        kept = [answer.json["kept"] for answer in pool.map(lambda _: post(crms, *entries), range(4))]
    assert sum(kept) == 100
    departures.settle_all(crms.services)
    assert len(held(crms, audited)) == len(flagged(crms, audited)) == 236 - 99


def test_a_merge_takes_away_who_was_merged(crms, audited):
    winner, loser, *_ = crms.hubspot.record_ids()
    ids = {"primaryObjectId": int(winner), "mergedObjectIds": [int(loser)], "newObjectId": int(winner)}
    assert told(crms, entry(crms, "contact.merge", winner, **ids)) == 1
    assert key_of(crms, audited, loser) not in held(crms, audited)
    assert key_of(crms, audited, winner) in held(crms, audited)


def test_a_change_is_a_hint_and_its_value_is_neither_read_nor_kept(crms, audited):
    record = crms.hubspot.record_ids()[0]
    change = {"propertyName": "lifecyclestage", "propertyValue": "canary-value-of-a-property"}
    assert told(crms, entry(crms, "contact.propertyChange", record, **change)) == 0
    assert key_of(crms, audited, record) in held(crms, audited)
    database = crms.services.settings.data_dir / "fairlead.db"
    files = [database, database.with_name("fairlead.db-wal")]
    assert not any(b"canary-value" in path.read_bytes() for path in files if path.exists())


@pytest.mark.usefixtures("audited")
def test_no_record_id_is_kept(crms):
    record = crms.hubspot.record_ids()[5]
    told(crms, entry(crms, "contact.deletion", record), entry(crms, "contact.privacyDeletion", record))
    for path in crms.services.settings.data_dir.rglob("*"):
        assert not path.is_file() or record.encode() not in path.read_bytes(), path


def test_the_card_says_nothing_of_who_is_gone(crms, audited):
    record = crms.hubspot.record_ids()[0]
    with locked(crms.services.lake._place("hubspot", crms.hubspot.organisation), "write"):
        assert post(crms, entry(crms, "contact.deletion", record)).status_code == 200
        assert key_of(crms, audited, record) not in flagged(crms, audited)


@pytest.mark.parametrize("step", ["Pulling leads", "Auditing"])
def test_who_goes_while_a_job_is_at_work_is_gone_at_its_end(crms, audited, step):
    record = crms.hubspot.record_ids()[0]
    sent = []

    def progress(now, done, _total):
        if now == step and not sent and (done or now == "Auditing"):
            sent.append(told(crms, entry(crms, "contact.deletion", record)))

    jobs.sync(crms.services, audited, progress)
    assert sent == [1]
    assert key_of(crms, audited, record) not in held(crms, audited) | flagged(crms, audited)
    assert crms.services.told_events.waiting() == ()


def test_what_a_broken_disk_or_a_kill_left_is_done_at_the_next_start(crms, audited, monkeypatch):
    record = crms.hubspot.record_ids()[0]

    def broken(*_args, **_more):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Lake, "forget", broken)
        told(crms, entry(crms, "contact.deletion", record))
        assert crms.services.told_events.waiting() == (audited.id,)
    assert key_of(crms, audited, record) in held(crms, audited)
    create_app(crms.services.settings).extensions["fairlead"].close()
    assert key_of(crms, audited, record) not in held(crms, audited)


def test_the_thread_acts_by_itself(crms, audited):
    record = crms.hubspot.record_ids()[0]
    assert post(crms, entry(crms, "contact.deletion", record)).json["kept"] == 1
    for _ in range(600):
        if not crms.services.told_events.waiting():
            break
        time.sleep(0.05)
    assert key_of(crms, audited, record) not in held(crms, audited)


def files_of(crms):
    return [path.name for path in crms.services.intake.folder.glob("*")]


def test_while_others_write_for_long_hubspot_is_answered_and_nothing_is_lost(crms, audited, monkeypatch):
    monkeypatch.setattr(departures, "TAKEN_AFTER", 0.05)
    one, other, *_ = crms.hubspot.record_ids()
    with crms.services.database.writing() as session:
        session.execute(update(tables.LeadFlag).values(reason="a job writes the flags of all leads"))
        for record in (one, other):
            assert post(crms, entry(crms, "contact.privacyDeletion", record)).status_code == 200
        kept = b"".join(path.read_bytes() for path in crms.services.intake.folder.glob("*.sealed"))
        assert kept
        assert one.encode() not in kept
        assert key_of(crms, audited, one).encode() not in kept
        session.rollback()
    # Another process does what is left, as after a kill.
    create_app(crms.services.settings).extensions["fairlead"].close()
    gone = {key_of(crms, audited, record) for record in (one, other)}
    assert not gone & (held(crms, audited) | flagged(crms, audited))
    assert files_of(crms) == []


def test_what_a_file_holds_is_dropped_where_the_connection_has_ended(crms, audited):
    events = [
        Event(organisation="1", kind="erased", lead=LeadKey(bytes(16)), at=crms.services.clock(), digest="d")
    ]
    crms.services.intake.keep(audited.id, events)
    crms.services.repository.set_state(audited.id, "disconnected")
    departures.settle_all(crms.services)
    assert files_of(crms) == []
    assert crms.services.told_events.pending(audited.id) == ()


def test_a_file_stays_until_the_database_has_its_events(crms, audited):
    events = [
        Event(organisation="1", kind="erased", lead=LeadKey(bytes(16)), at=crms.services.clock(), digest="d")
    ]
    crms.services.intake.keep(audited.id, events)

    def refuse(_connection, told):
        assert told == events
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - whatever it is
        crms.services.intake.drain(refuse)
    assert len(files_of(crms)) == 1


def test_events_of_strangers_are_answered_and_not_kept(crms, audited):
    record = crms.hubspot.record_ids()[0]
    assert post(crms, entry(crms, "contact.deletion", record, portalId=1)).json["kept"] == 0
    assert post(crms, entry(crms, "contact.deletion", record, appId=1)).json["kept"] == 0
    crms.services.repository.set_state(audited.id, "disconnected")
    assert post(crms, entry(crms, "contact.deletion", record)).json["kept"] == 0


def test_what_hubspot_did_not_sign_is_refused(crms, audited):
    record = crms.hubspot.record_ids()[0]
    answer = post(crms, entry(crms, "contact.privacyDeletion", record), secret="another")
    assert (answer.status_code, answer.json["error"]) == (401, "signature_invalid")
    assert key_of(crms, audited, record) in held(crms, audited)
    assert crms.app.test_client().post(HOOK_PATH, data=b"[]").status_code == 401
    assert "Set-Cookie" not in answer.headers


def test_without_a_hubspot_app_there_are_no_webhooks(crms):
    settings = crms.services.settings.model_copy(update={"hubspot_client_id": None})
    crms.app.extensions["fairlead"] = replace(crms.services, settings=settings)
    assert post(crms).status_code == 404


SUBSCRIBED = tuple(
    Subscription(id=number, type=kind, kind=of)
    for number, (kind, of) in enumerate(
        [
            ("contact.privacyDeletion", ""),
            *((f"object.{deed}", "contact") for deed in ("deletion", "restore", "merge", "creation")),
            *((f"contact.{deed}", "") for deed in ("deletion", "restore", "merge")),
        ]
    )
)


@pytest.mark.parametrize("order", ["as_it_happened", "reversed", "shuffled"])
def test_a_portal_in_motion_and_a_bad_network_end_as_the_portal_is(crms, audited, order):
    """The stand-in sends both shapes, every event twice, out of order; what is held ends as what is there."""
    sender, desk, ids = crms.hubspot.webhooks, crms.hubspot.desk, crms.hubspot.record_ids()
    sender.target = f"{crms.services.settings.public_url}{HOOK_PATH}"
    sender.subscriptions, sender.duplicates, sender.order, sender.batch = SUBSCRIBED, True, order, 7
    erased, deleted, back, merged = ids[0:8], ids[8:16], ids[16:20], ids[20:24]
    for record in erased:
        desk.erase(record)
    for record in (*deleted, *back):
        desk.archive("contacts", record)
    crms.hubspot.clock.advance(1)
    for record in back:
        desk.restore("contacts", record)
    for loser, winner in zip(merged, ids[24:28], strict=True):
        desk.merge("contacts", winner, loser)
    assert set(sender.deliver()) == {200}
    departures.settle_all(crms.services)
    gone = {key_of(crms, audited, record) for record in (*erased, *deleted, *merged)}
    assert not gone & (held(crms, audited) | flagged(crms, audited))
    account = pulled(crms, audited)
    assert not gone & held(crms, audited)
    assert {key_of(crms, audited, record) for record in back} <= held(crms, audited)
    assert account.read == account.kept + sum(account.rejected.values()) + sum(account.excluded.values())
    assert account.read == 240 - len(erased) - len(deleted) - len(merged)


def test_what_was_refused_for_a_while_comes_again_and_is_taken(crms, audited):
    sender, desk, record = crms.hubspot.webhooks, crms.hubspot.desk, crms.hubspot.record_ids()[0]
    sender.target, sender.subscriptions = f"{crms.services.settings.public_url}{HOOK_PATH}", SUBSCRIBED
    secret, sender.secret = sender.secret, "another"
    desk.erase(record)
    assert sender.deliver() == [401]
    assert key_of(crms, audited, record) in held(crms, audited)
    sender.secret = secret
    crms.hubspot.clock.advance(180)
    clock = crms.services.clock
    late = replace(crms.services, clock=lambda: clock() + timedelta(seconds=180))
    crms.app.extensions["fairlead"] = late
    assert sender.deliver() == [200]
    departures.settle_all(crms.services)
    assert key_of(crms, audited, record) not in held(crms, audited)


def adds_up(audit) -> None:
    pulled = audit.pulled
    assert pulled.read == pulled.kept + sum(pulled.rejected.values()) + sum(pulled.excluded.values())


def test_who_was_erased_stays_away_through_every_kind_of_sync(crms):
    """HubSpot goes on listing the contact here, which is the worst that an old page or an import can do."""
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    record = crms.hubspot.record_ids()[0]
    told(crms, entry(crms, "contact.privacyDeletion", record))
    for wanted in ("", "reconcile", "full"):
        crms.hubspot.desk.touch("contacts", record)
        crms.hubspot.clock.advance(30)
        adds_up(jobs.sync(crms.services, row, wanted=wanted))
        assert key_of(crms, row, record) not in held(crms, row) | flagged(crms, row)


def test_the_next_sync_reads_again_who_was_restored(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    record = crms.hubspot.record_ids()[0]
    crms.hubspot.desk.archive("contacts", record)
    told(crms, entry(crms, "object.deletion", record, objectTypeId="0-1"))
    adds_up(jobs.sync(crms.services, row))
    assert key_of(crms, row, record) not in held(crms, row)
    crms.hubspot.desk.restore("contacts", record)
    back = entry(crms, "object.restore", record, objectTypeId="0-1", occurredAt=1_790_000_000_500)
    told(crms, back)
    adds_up(jobs.sync(crms.services, row))
    assert key_of(crms, row, record) in held(crms, row) & flagged(crms, row)
