"""The canary over every address, command and crash: nothing personal leaves the connectors by any of them.

Unlike `test_canary`, which follows the links, this asks the product for all that it has; and it gives the
product what people type: record ids and the leads' own values, which must not come back.
"""

from __future__ import annotations

import csv
import html
import importlib
import re
from dataclasses import asdict
from pathlib import Path

import pytest
import requests

from audit.release import parted
from audit.report.json_form import read_json
from audit.report.model import Report
from audit.rows.mitigation import Request
from audit.rows.mitigation.recalibration import RECALIBRATION
from audit.rows.shadow import Learned
from tests.journey import everywhere
from tests.journey.canaries import MARK, found, ids_of_answers, traces
from tests.journey.conftest import experiment_in, explained_in
from tests.webapp.api_caller import token
from webapp.alerts.noticing import notice
from webapp.alerts.quiet import Quiet
from webapp.demo.browser import AdminBrowser
from webapp.demo.home import ADMIN
from webapp.evidence.catalogue import ALONE, ANY
from webapp.gap_watch.outcome_audits import outcome_store
from webapp.jobs import leads_of, rules_in_force
from webapp.shadow_scores import sealed
from webapp.store.alert_channels import NewChannel
from webapp.store.shadows import NewShadow

NEW = 60
"""Leads that came after what the shadow score learned; of more, each pull of this file would take longer."""
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture(scope="module")
def ids(own_world) -> tuple[str, ...]:
    world, _, _ = own_world
    salesforce = world.salesforce.record_ids()
    return (*salesforce, *(record_id[:15] for record_id in salesforce), *world.hubspot.record_ids())


@pytest.fixture(scope="module")
def needles(own_world, ids) -> tuple[str, ...]:
    world, _, _ = own_world
    return (MARK, *ids, *ids_of_answers(world.salesforce.org))


@pytest.fixture(scope="module")
def signed_in(own_world) -> AdminBrowser:
    world, _, _ = own_world
    browser = AdminBrowser(url=world.url)
    browser.sign_in(ADMIN, world.home.password())
    return browser


@pytest.fixture(scope="module", autouse=True)
def experiment(own_world) -> tuple[str, str]:
    """An experiment and its connection, for the addresses of both; the scores are explained, too."""
    world, _, _ = own_world
    explained_in(world)
    opened, found = world.services, experiment_in(world)
    connection_id = opened.experiments.one(found).connection_id
    # Every pull from now on computes a shadow score, and every write-back writes it; so few leads teach none.
    about = {"request": asdict(Request(attribute="region")), "attribute": "region", "group": ""}
    asked = {"remedy": asdict(RECALIBRATION), **about}
    new = NewShadow(experiment_id=found, asked=asked, who="admin", reason="To see it on new leads.")
    shadow_id = opened.shadows.start(connection_id, new)
    row = opened.repository.connection(connection_id)
    stream = rules_in_force(opened, row).stream
    learned = Learned(
        remedy=RECALIBRATION.id,
        title=RECALIBRATION.title,
        way="curve",
        given={"at": [0.0, 100.0], "chance": [0.0, 0.5], "least": 0.0, "spread": 100.0},
        cut=0.3,
        until=sorted(leads_of(opened, row, stream)["cohort_day"].to_pylist())[-NEW],
        leads=1,
        known=1,
    )
    assert opened.shadows.learned(shadow_id, sealed(opened, row, shadow_id, learned))
    assert opened.shadows.write(connection_id, "admin")
    return found, connection_id


@pytest.fixture(scope="module", autouse=True)
def alerts(own_world, experiment) -> None:
    """Alerts of both CRMs, and a channel that makes tasks in each; an experiment wants no other job."""
    assert experiment
    world, _, _ = own_world
    for row in world.services.repository.connections():
        usual = {"on": True, "escalation": False, "hours": 0, "least": "low", "asked": {}, "quiet": Quiet()}
        made = NewChannel(connection_id=row.id, kind=row.crm, name=f"Tasks in {row.crm}", **usual)
        world.services.alerting.channels.add(made, "admin")
        notice(world.services, row)


def parts(world) -> everywhere.Parts:
    """A real value for each part of an address, and for what names a record one that is none."""
    repository, alerting = world.services.repository, world.services.alerting
    rows, made = repository.connections(), world.services.experiments.made
    audits = [repository.latest_audit(row.id) for row in rows]
    return {
        "connection_id": tuple(row.id for row in rows),
        "audit_id": tuple(audit.id for audit in audits if audit),
        "crm": ("salesforce", "hubspot"),
        "version": ("1", "999"),
        "form": ("html", "md", "json"),
        "paper": ("summary", "model-card", "feedback", "gdpr"),
        "pack": ("eu-ai-act",),
        "proof_id": ("none",),
        "proposal_id": ("none",),
        "release_id": ("none",),
        "experiment_id": tuple(one.id for row in rows for one in made(row.id)) or ("none",),
        "shadow_audit_id": shadow_audits(world),
        "shadow_id": (*(each.id for row in rows for each in world.services.shadows.of(row.id)), "none"),
        "comparison_id": shadow_audits(world),
        "alert_id": (
            *(one.id for row in rows for one in alerting.alerts.of(row.id)[:2]),
            "none",
        ),
        "channel_id": (*(one.id for one in alerting.channels.all()), "none"),
        "gap_id": watched_gaps(world),
        "cohort": outcome_cohorts(world),
        "token_id": ("none",),
        "user_id": ("none",),
        "job_id": ("none",),
        "finding_id": tuple(report_of(world, audit.id).findings[0].id for audit in audits if audit),
        "kind": (*ALONE, *ANY, "crossings", "subgroups"),
        "place": ("1",),
        "topic": ("audit", "none"),
    }


def shadow_audits(world) -> tuple[str, ...]:
    """The audits of shadow scores, and the id of none."""
    kept, rows = world.services.shadows, world.services.repository.connections()
    return (*(one.id for row in rows for each in kept.of(row.id) for one in kept.audits(each.id)), "none")


def written_shadow_scores(world) -> list[float | str]:
    """What stands in the fields for shadow scores of both CRMs."""
    contacts = (world.hubspot.values(name) for name in world.hubspot.record_ids())
    held = [
        *(one.get("Fairness_Shadow_Score__c") for one in world.salesforce.org.leads.values()),
        *(one.get("fairscore_shadow_score") for one in contacts),
    ]
    return [one for one in held if one]


def outcome_cohorts(world) -> tuple[str, ...]:
    """Outcome audits of the first connection that has any, and that of none."""
    rows = world.services.repository.connections()
    told = (outcome_store(world.services).cohorts(row.id) for row in rows)
    return (*sorted(next(filter(None, told), ()))[:1], "none")


def watched_gaps(world) -> tuple[str, ...]:
    """The ids of some watched gaps, and that of none."""
    store, rows = world.services.watched_gaps, world.services.repository.connections()
    sequences = [one.id for row in rows for one in store.sequences(row.id)]
    return (*(one.id for one in store.gaps(sequences)[:2]), "none")


def report_of(world, audit_id: str) -> Report:
    kept = world.services.repository.audit(audit_id)
    assert kept
    return read_json(kept.report)


def token_of(browser: AdminBrowser) -> str:
    shown = TOKEN.search(browser.session.get(f"{browser.url}/connections", timeout=30).text)
    assert shown
    return html.unescape(shown[1])


# Each command with what a person would type; those of None are run by other tests, as the reason says.
# What ends something stands behind what needs it; "{out}" is a folder of its own for each run.
COMMANDS: dict[tuple[str, ...], tuple[str, ...] | None] = {
    ("demo",): None,  # test_demo_command; the world of this file is one
    ("serve",): None,  # test_commands; the world of this file is served
    ("bundle-key", "new"): ("bundle-key", "new", "key-{name}"),
    ("bundle-key", "show"): ("bundle-key", "show"),
    ("audit",): (
        *("audit", "leads.csv", "--stream", "stream.toml", "--out", "{out}"),
        *("--bundle", "--sign-with", "key-{name}"),
    ),
    ("report",): None,  # test_cli_reports; from audit.json it writes what the audit above writes
    ("verify",): ("verify", "audit-False/evidence.zip", "--key", "key-auditorFalse.pub"),
    ("mitigate",): (
        *("mitigate", "leads.csv", "--stream", "stream.toml", "--out", "{out}"),
        *("--family", "scores"),
    ),
    ("explain",): ("explain", "leads.csv", "--stream", "stream.toml", "--out", "{out}"),
    ("monitor",): ("monitor", "leads.csv", "--stream", "days.toml", "--out", "{out}"),
    ("release",): (
        *("release", "leads.csv", "--stream", "stream.toml", "--out", "{out}", "--ledger", "{out}/ledger"),
    ),
    ("template",): ("template",),
    ("password",): ("password", ADMIN, "--unlock"),
    ("people", "list"): ("people", "list"),
    ("people", "add"): ("people", "add", "{name}", "--role", "auditor"),
    ("people", "invite"): (
        *("people", "invite", "{name} invited", "--role", "viewer", "--email", "canary@example.com"),
    ),
    ("people", "code"): ("people", "code", "{name} invited"),
    ("people", "role"): ("people", "role", "{name}", "viewer"),
    ("people", "lock"): ("people", "lock", "{name}"),
    ("people", "unlock"): ("people", "unlock", "{name}"),
    ("people", "sign-out"): ("people", "sign-out", "{name}"),
    ("people", "remove"): ("people", "remove", "{name}"),
    ("connect",): ("connect", "salesforce", "--wait", "0"),
    ("check",): ("check",),
    ("doctor",): ("doctor", "--ask-crms", "--ask-provider", "--ask-channels"),
    ("reseal",): ("reseal",),
    ("keys", "status"): ("keys", "status"),
    ("keys", "duckdb"): None,  # test_keys; it prints to a terminal alone
    ("keys", "rotate"): ("keys", "rotate", "hubspot"),
    ("sync",): ("sync", "--full"),
    ("publish",): ("publish",),
    ("worker",): ("worker", "--once"),
    ("federate", "export"): ("federate", "export", "{crm}", "--out", "{out}", "--crossings", "1"),
    ("federate", "key"): ("federate", "key", "{crm}"),
    ("federate", "verify"): ("federate", "verify", "{exported}"),
    ("federate", "merge"): ("federate", "merge", "{exported}", "--key", "{public}", "--out", "{out}"),
    ("token", "list"): ("token", "list"),
    ("token", "add"): ("token", "add", "{name}", "--role", "auditor", "--scope", "read:audits"),
    ("token", "revoke"): ("token", "revoke", "{token}"),
    ("dossier",): ("dossier", "salesforce"),
    ("erase",): ("erase", "salesforce", "--yes"),
    ("retention", "set"): ("retention", "set", "hubspot", "60"),
    ("retention", "run"): ("retention", "run"),
    ("retention", "believe-clock"): ("retention", "believe-clock"),
    ("retention", "verify"): ("retention", "verify", "salesforce"),
    ("log", "verify"): ("log", "verify"),
    ("log", "export"): ("log", "export", "salesforce", "--out", "{out}"),
    ("log", "keep"): ("log", "keep", "salesforce", "400"),
    ("policy", "diff"): ("policy", "diff", "policy.toml", "policy.toml"),
    ("policy", "table"): ("policy", "table", "table.csv", "--field", "City"),
    ("policy", "check"): ("policy", "check", "policy.toml"),
    ("policy", "preview"): ("policy", "preview", "policy.toml", "--data", "leads.csv"),
    ("keys", "destroy"): None,  # the last test of this file
}
TYPED = {("erase",): "{id}\n", ("dossier",): "{id}\n", ("people", "add"): "a-long-password-7391\n"}
STREAM = """[stream]
name = "lead-score"
score = "Lead_Score__c"
threshold = 60
outcome = "outcome"
features = ["LeadSource"]
[[stream.attribute]]
name = "PostalCode"
"""
DAYS = STREAM.replace("features", 'created = "CreatedDate"\nfeatures', 1)


@pytest.fixture(scope="module")
def desk(own_world, tmp_path_factory):
    """What an admin has on the disk: an export with everybody's names, the policy and a stream."""
    world, outcomes, _ = own_world
    folder = tmp_path_factory.mktemp("desk")
    records = [dict(one) for one in list(world.salesforce.org.records["Lead"].values())[:300]]
    names = sorted({name for record in records for name in record if "." not in name})
    with (folder / "leads.csv").open("w", newline="") as handle:
        writer = csv.DictWriter(handle, [*names, "outcome"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**one, "outcome": place % 2} for place, one in enumerate(records))
    policy = world.services.repository.policy(outcomes[0].audit.connection_id)
    (folder / "policy.toml").write_text(policy.text)
    (folder / "stream.toml").write_text(STREAM)
    (folder / "days.toml").write_text(DAYS)
    (folder / "table.csv").write_text("city,size\nBoston,large\nSalem,small\n")
    return folder


def key_in(release: Path) -> str:
    """The public key that a release was signed with; none before it was made."""
    return (parted(release.read_text())[1].public_key or "") if release.exists() else ""


def test_every_command_is_among_those_that_are_run():
    assert set(everywhere.commands()) == set(COMMANDS)


@pytest.mark.parametrize("words", [one for one, run in COMMANDS.items() if run], ids=" ".join)
@pytest.mark.parametrize("as_json", [False, True], ids=["words", "json"])
def test_no_command_prints_or_writes_a_raw_identifier(own_world, desk, needles, words, as_json):
    world, _, _ = own_world
    out = desk / f"{'-'.join(words)}-{as_json}"
    # Of one stream and one CRM only one release a week may leave.
    crm = "hubspot" if as_json else "salesforce"
    named = {
        "out": str(out),
        "name": f"auditor{as_json}",
        "crm": crm,
        "id": world.salesforce.record_ids()[as_json],
        "exported": str(desk / f"federate-export-{as_json}" / "release.json"),
        "public": key_in(desk / f"federate-export-{as_json}" / "release.json"),
        "token": next((one.id for one in world.services.api_tokens.all() if one.revoked_at is None), ""),
    }
    typed = [one.format(**named) for one in COMMANDS[words] or ()]
    takes_json = "--json" in everywhere.options(words)
    # Once as people run it, and once with every line of every library.
    before = "import logging; logging.basicConfig(level=1)" if as_json else ""
    done = everywhere.run(
        world,
        (*typed, *(["--json"] if as_json and takes_json else [])),
        typed=TYPED.get(words, "").format(**named),
        before=before,
        folder=desk,
    )
    assert done.returncode in {0, 1}, done.stderr
    assert done.stdout
    assert found(iter([("printed", (done.stdout + done.stderr).encode())]), needles) == []
    assert "{out}" not in (COMMANDS[words] or ()) or any(out.iterdir())
    # Numbers that came by the command, and nothing else.
    if words == ("publish",):
        scores = [float(one) for one in written_shadow_scores(world)]
        assert len(scores) > NEW // 2
        assert 0 <= min(scores) <= max(scores) <= 50
    assert found(traces(out), needles) == []


# Where raw values pass, and the CRM whose sync passes there.
CRASHES = {
    "connectors.salesforce.records.lead_key": ("salesforce",),
    "connectors.salesforce.records.text_of": ("salesforce",),
    "connectors.hubspot.records._properties": ("hubspot",),
    "connectors.policy.apply._excluded_by": ("salesforce", "hubspot"),
}


def careless(*given: object, **named: object) -> object:
    """As a library that puts what it could not use into its words."""
    raise ValueError(repr(given) + repr(named) + repr([getattr(one, "columns", None) for one in given]))


def broken(place: str) -> str:
    """Python that makes a function careless in a process that is about to start."""
    module, name = place.rsplit(".", 1)
    return (
        f"import {module} as place\nfrom tests.journey.test_canary_everywhere import careless\n"
        f"place.{name} = careless"
    )


@pytest.mark.parametrize(("place", "crm"), [(place, crm) for place, crms in CRASHES.items() for crm in crms])
def test_a_command_that_breaks_amid_raw_values_tells_none(own_world, desk, needles, place, crm):
    world, _, _ = own_world
    before = set(desk.iterdir())
    done = everywhere.run_from_nothing(world, ("sync", crm, "--full"), before=broken(place), folder=desk)
    assert done.returncode == 70, done.stderr
    assert "builtins.ValueError (words withheld)" in done.stderr
    assert found(iter([("printed", (done.stdout + done.stderr).encode())]), needles) == []
    assert set(desk.iterdir()) == before, "a dump was left"


@pytest.mark.parametrize(("place", "crm"), [(place, crm) for place, crms in CRASHES.items() for crm in crms])
def test_a_page_that_breaks_amid_raw_values_tells_none(  # noqa: PLR0917 - fixtures
    own_world, signed_in, needles, monkeypatch, place, crm
):
    world, _, log = own_world
    connection = next(row for row in world.services.repository.connections() if row.crm == crm)
    policy = world.services.repository.policy(connection.id)
    module, name = place.rsplit(".", 1)
    path, start = f"/connections/{connection.id}/policy", len(log)
    monkeypatch.setattr(importlib.import_module(module), name, careless)
    shown = signed_in.submit(path, path, {"text": policy.text, "action": "preview"})
    assert shown.status_code == 500
    assert "words withheld" in "\n".join(log[start:])
    assert found(iter([("page", shown.content), ("log", "\n".join(log).encode())]), needles) == []


def test_no_answer_to_a_program_holds_a_raw_identifier(own_world, needles, experiment):
    """As an admin's program that may do everything; a dossier and an erasure name a lead by its record id."""
    world, _, log = own_world
    bearer = {"Authorization": f"Bearer {token(world.services)}"}
    of_crm = {row.id: getattr(world, row.crm).record_ids() for row in world.services.repository.connections()}
    done, hits, values = set(), [], parts(world)
    of_one = {experiment[0], *values["shadow_id"]} - {"none"}
    for one in everywhere.addresses(world, values):
        if not one.endpoint.startswith("api."):
            continue
        record = next((ids[2] for name, ids in of_crm.items() if name in one.path), "")
        fields = {
            "releases": {},
            "erasures": {"record_id": record, "confirm": "erase"},
            "acknowledge": {},
            "waive": {"reason": "It is known.", "days": 3},
        }
        asked = fields.get(one.path.rpartition("/")[2], {"record_id": record})
        body = {} if one.method == "GET" else {"json": asked}
        answer = requests.request(one.method, world.url + one.path, headers=bearer, timeout=120, **body)
        # Nothing is there under these ids; of one stream only one release a week may leave.
        told = {*one.path.split("/")}
        elsewhere = (bool(of_one & told) and experiment[1] not in told) or "/watched-gaps/" in one.path
        elsewhere = elsewhere or "/outcome-audits/" in one.path
        fine = {200, 201, 202} | ({404} if elsewhere or {"none", "999"} & told else set())
        assert answer.status_code in fine | ({409} if one.path.endswith("/releases") else set()), answer.text
        done |= {one.endpoint} if answer.ok else set()
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode()
        hits += found(iter([(f"{one.method} {one.endpoint}", headers + answer.content)]), needles)
    assert {"api.make_dossier", "api.erase_lead", "api.look_up_panel", "api.list_trail"} <= done
    assert {"api.list_answers", "api.count_answers", "api.compare_answers"} <= done
    assert {"api.get_drift", "api.list_drift_pulls"} <= done
    assert {"api.get_expected", "api.list_expectations"} <= done
    assert {"api.list_watched_gaps", "api.get_watched_gap", "api.list_scorecards"} <= done
    assert {"api.list_outcome_audits", "api.list_gaps_after"} <= done
    assert {"api.list_experiments", "api.get_experiment", "api.get_experiment_json"} <= done
    assert {"api.list_shadow_scores", "api.list_comparisons", "api.get_shadow_audit_json"} <= done
    assert {"api.get_explanation", "api.get_explanation_json"} <= done
    assert len(done) > 25
    assert hits == []
    assert found(iter([("log", "\n".join(log).encode())]), needles) == []


def test_no_address_answers_with_a_raw_identifier(own_world, signed_in, needles, ids):
    world, _, log = own_world
    typed = {"record": ids[0], "record_id": ids[0], "lead": ids[-1]}
    called, hits, statuses = 0, [], set()
    for one in everywhere.addresses(world, parts(world)):
        body = None if one.method == "GET" else {**typed, "csrf_token": token_of(signed_in)}
        answer = signed_in.session.request(
            one.method, world.url + one.path, data=body, allow_redirects=False, timeout=120
        )
        called, statuses = called + 1, statuses | {answer.status_code}
        assert answer.status_code != 500, one
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode()
        hits += found(iter([(f"{one.method} {one.endpoint}", headers + answer.content)]), needles)
    assert called > 30
    assert {200, 302, 303} & statuses
    assert hits == []
    assert found(iter([("log", "\n".join(log).encode())]), needles) == []


def test_without_signing_in_no_address_says_anything_of_a_lead(own_world, needles, ids):
    world, _, _ = own_world
    stranger = requests.Session()
    stranger.trust_env = False
    hits = []
    for one in everywhere.addresses(world, parts(world)):
        answer = stranger.request(
            one.method,
            world.url + one.path,
            data={"record": ids[0]} if one.method != "GET" else None,
            allow_redirects=False,
            timeout=60,
        )
        assert answer.status_code != 500, one
        hits += found(iter([(f"{one.method} {one.endpoint}", answer.content)]), needles)
    assert hits == []


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_destroying_a_key_prints_no_raw_identifier(own_world, desk, needles, crm):
    world, _, _ = own_world
    standin = world.salesforce if crm == "salesforce" else world.hubspot
    done = everywhere.run(world, ("keys", "destroy", crm, "--yes", standin.organisation), folder=desk)
    assert done.returncode in {0, 2}, done.stderr
    assert found(iter([("printed", (done.stdout + done.stderr).encode())]), needles) == []
