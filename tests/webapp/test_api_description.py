"""The description of the API is valid, is the committed one, and is what a real installation does.

schemathesis calls every operation with data that fits the description and data that does not, over WSGI, and
holds each answer to the description: statuses, types, headers, schemas, methods, tokens.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError
from schemathesis import Config, GenerationMode
from schemathesis.core.failures import FailureGroup

from audit.rows.mitigation import Request
from audit.rows.mitigation.recalibration import RECALIBRATION
from audit.rows.shadow import Learned
from connectors.sandbox.certificate import Certificate
from tests.webapp.api_caller import Caller, caller
from tests.webapp.bench import work_off
from tests.webapp.watched_leads import leads, pull
from webapp import explanations
from webapp.alerts.change import Change, Said
from webapp.alerts.noticing import notice
from webapp.api.description import described
from webapp.api.every import OPERATIONS
from webapp.api.operation import Grant
from webapp.api.reference import markdown, text
from webapp.api.scopes import SCOPES
from webapp.experiments import ON_THE_SCORE, Asked, ask
from webapp.gap_watch import telling
from webapp.jobs import leads_of, rules_in_force, sync
from webapp.panels import panel_for, to_json
from webapp.rights import erasing
from webapp.services import Services
from webapp.shadow_scores import after_audit, sealed
from webapp.store.rows import AuditRow, ConnectionRow
from webapp.store.shadows import NewShadow

GAP = Change(
    subject="gap/1",
    kind="gap",
    severity="high",
    what=Said(text="A watched gap left its tolerance."),
    sure=Said(text="The band lies outside."),
    todo=Said(text="Look at it."),
    page="/connections",
)
REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
# Beside what is there: a cursor that fits the pattern and is none of ours, a record id that is none of the
# CRM's (400); nothing there (404); nothing pulled yet, or the like (409).
EXPECTED = ["200", "202", "400", "401", "403", "404", "409"]
BOUNDED = settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Both CRMs pulled and audited through their real clients, and a token for everything."""

    app: Flask
    token: str
    names: dict[str, str | int]
    lead: str
    another: str


@pytest.fixture(scope="module")
def installation(
    support: ModuleType, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("described")
        world = stack.enter_context(support.running(certificate, folder, API_REQUESTS_PER_MINUTE="100000"))
        row = world.ready("hubspot")
        audit = sync(world.services, row)
        program = caller(world.app.test_client(), world.services)
        asked = program.post(f"/connections/{row.id}/releases", json={})
        tried = ask(world.services, row, Asked(families=ON_THE_SCORE), "Ada")
        explanations.ask(world.services, row, (), "Ada")
        work_off(world.services)
        told = program.get(asked.headers["Location"].removeprefix("/api/v1")).json
        names = {"connection_id": row.id, "audit_id": audit.id, "version": 1}
        names |= {"release_id": told["release"]["id"], "job_id": told["id"], "experiment_id": tried.wanted}
        names |= {"pack": "ll144", **compared(world.services, row, audit)}
        notice(world.services, row, {"gap": lambda *_: (GAP,)})
        names["alert_id"] = world.services.alerting.alerts.of(row.id)[0].id
        pull(world.services, row, leads(days=112), 112)
        telling.do(world.services, row, "Ada", lambda *_: None)
        names["cohort"] = "2026-Q1"
        watched = program.get(f"/connections/{row.id}/watched-gaps").json["items"]
        names["gap_id"] = watched[0]["id"]
        _, lead, another, *_ = world.hubspot.record_ids()
        yield Installation(
            app=world.app, token=program.token, names=names, lead=str(lead), another=str(another)
        )


def compared(opened: Services, row: ConnectionRow, audit: AuditRow) -> dict[str, str]:
    """A shadow score, and how it compares on all leads: it learned long before the first of them came."""
    about = {"request": asdict(Request(attribute="region")), "attribute": "region", "group": "country"}
    new = NewShadow(
        experiment_id="e1", asked={"remedy": asdict(RECALIBRATION), **about}, who="Ada", reason=""
    )
    shadow_id = opened.shadows.start(row.id, new)
    learned = Learned(
        remedy="threshold:1.1",
        title="Call more",
        way="score",
        given={},
        cut=45.0,
        until=date(2020, 1, 1),
        leads=1,
        known=1,
    )
    assert shadow_id
    assert opened.shadows.learned(shadow_id, sealed(opened, row, shadow_id, learned))
    stream = rules_in_force(opened, row).stream
    after_audit(opened, row, (leads_of(opened, row, stream), stream), audit)
    (kept,) = opened.shadows.audits(shadow_id)
    return {"shadow_id": shadow_id, "comparison_id": kept.id}


def test_the_description_is_valid_openapi():
    validate(described())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told["paths"]["/audits"]["get"]["responses"].clear(),
        lambda told: told["paths"]["/audits/{audit_id}"]["get"]["parameters"].clear(),
        lambda told: told.pop("info"),
        lambda told: told["components"]["schemas"].pop("Finding"),
        lambda told: told["paths"]["/token"]["get"].update(operationId="list_audits"),
    ],
)
def test_the_check_of_the_description_can_fail(spoil):
    told = copy.deepcopy(described())
    spoil(told)
    with pytest.raises((OpenAPIValidationError, Exception)):
        validate(told)


def test_the_reference_is_made_from_the_description():
    assert (REFERENCE / "openapi.json").read_text(encoding="utf-8") == text()
    assert (REFERENCE / "api.md").read_text(encoding="utf-8") == markdown()


def test_what_is_served_is_what_is_committed(installation: Installation):
    answer = installation.app.test_client().get("/api/v1/openapi.json")
    assert answer.text == (REFERENCE / "openapi.json").read_text(encoding="utf-8")
    again = installation.app.test_client().get(
        "/api/v1/openapi.json", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_every_operation_is_described_and_every_route_is_an_operation(installation: Installation):
    told = {
        (method.upper(), f"/api/v1{path}") for path, found in described()["paths"].items() for method in found
    }
    rules = [rule for rule in installation.app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    routes = {
        (method, rule.rule.replace("<int:", "<").replace("<", "{").replace(">", "}"))
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes - {("GET", "/api/v1/openapi.json")} == told
    assert len(told) == len(OPERATIONS)


def schema_of(installation: Installation, told: dict) -> schemathesis.BaseSchema:
    """A description that is held against the installation, with ids that there are."""
    ours = Config.from_dict({"checks": {"positive_data_acceptance": {"expected-statuses": EXPECTED}}})
    schema = schemathesis.openapi.from_dict(with_ids(told, installation), config=ours)
    schema.app = installation.app
    return schema


def with_ids(told: dict, installation: Installation) -> dict:
    """The description with the ids that there are as the only ones that fit."""
    told = copy.deepcopy(told)
    for found in told["paths"].values():
        for operation in found.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    parameter["schema"]["enum"] = [installation.names[parameter["name"]]]
    for body in ("OneLead", "Erase"):
        told["components"]["schemas"][body]["properties"]["record_id"]["enum"] = [installation.lead]
    return told


def hold(installation: Installation, schema: schemathesis.BaseSchema, name: str) -> int:
    """Call one operation with what fits and what does not; how often. Raises FailureGroup."""
    operation = schema.find_operation_by_id(name)
    token, tried = {"Authorization": f"Bearer {installation.token}"}, 0

    def one(case: schemathesis.Case) -> None:
        nonlocal tried
        tried += 1
        case.call_and_validate(headers=token)

    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    chosen = schema.config.generation_for(operation=operation)
    for case in schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=chosen):
        one(case)
    for mode in modes:
        BOUNDED(given(case=operation.as_strategy(generation_mode=mode))(one))()
    return tried


@pytest.fixture(scope="module")
def promised(installation: Installation) -> schemathesis.BaseSchema:
    return schema_of(installation, described())


@pytest.mark.parametrize("name", [one.name for one in OPERATIONS])
def test_an_installation_does_what_is_promised(installation: Installation, promised, name: str):
    answered = Counter()

    def note(response):
        answered[response.status_code] += 1
        return response

    handlers = installation.app.after_request_funcs[None]
    handlers.append(note)
    try:
        assert hold(installation, promised, name) >= 10
    finally:
        handlers.remove(note)
    # Without an answer, nothing of the answer would have been held to anything.
    assert answered[200] + answered[202] >= 2
    assert answered[401] >= 1


def promise_more(told: dict) -> None:
    """Promise a field that there is not."""
    told["components"]["schemas"]["Connection"]["required"].append("nonsense")


def promise_less(told: dict) -> None:
    """Do not promise how what does not fit is refused."""
    del told["paths"]["/connections"]["get"]["responses"]["422"]


def promise_another_type(told: dict) -> None:
    """Promise another type."""
    answer = told["paths"]["/connections"]["get"]["responses"]["200"]
    answer["content"] = {"text/plain": {"schema": {"type": "string"}}}


def promise_a_header(told: dict) -> None:
    """Promise a header that there is not."""
    told["paths"]["/connections"]["get"]["responses"]["200"]["headers"]["X-Nonsense"] = {
        "schema": {"type": "string"},
        "required": True,
    }


def promise_to_take_all(told: dict) -> None:
    """Promise that any text is a number of items."""
    told["paths"]["/connections"]["get"]["parameters"][0]["schema"] = {"type": "string", "minLength": 3}


def promise_to_take_little(told: dict) -> None:
    """Promise to refuse what is taken."""
    told["paths"]["/connections"]["get"]["parameters"][0]["schema"] = {
        "type": "integer",
        "minimum": 7,
        "maximum": 9,
    }


SPOILT = (promise_more, promise_less, promise_another_type, promise_a_header, promise_to_take_all)


@pytest.mark.parametrize("spoil", [*SPOILT, promise_to_take_little])
def test_the_check_of_the_installation_can_fail(installation: Installation, spoil):
    told = copy.deepcopy(described())
    spoil(told)
    with pytest.raises(FailureGroup):
        hold(installation, schema_of(installation, told), "list_connections")


def test_an_open_door_is_found(installation: Installation, promised, monkeypatch):
    """An installation that answers without a token."""
    grant = Grant(token=installation.app.extensions["fairlead"].api_tokens.all()[0], scopes=frozenset(SCOPES))
    monkeypatch.setattr("webapp.api.door.caller", lambda *_: grant)
    with pytest.raises(FailureGroup):
        hold(installation, promised, "get_token")


def test_a_lead_is_looked_up_and_erased_by_its_record_id_in_the_body(installation: Installation):
    opened = installation.app.extensions["fairlead"]
    program = Caller(client=installation.app.test_client(), token=installation.token)
    here = f"/connections/{installation.names['connection_id']}"
    row = opened.repository.connection(installation.names["connection_id"])
    lead = erasing.lead_typed(opened, row, installation.another)
    panel = program.post(f"{here}/panel", json={"record_id": installation.another})
    assert panel.json == to_json(panel_for(opened.repository.flag(row.id, lead.hex)))
    assert panel.json["state"] in {"fine", "flagged"}
    held = program.post(f"{here}/dossiers", json={"record_id": installation.another}).json
    assert held["schema"] == "fairlead.dossier/1"
    wish = {"record_id": installation.another, "confirm": "erase"}
    assert program.post(f"{here}/erasures", json=wish | {"confirm": "yes"}).status_code == 422
    done = program.post(f"{here}/erasures", json=wish).json
    assert (done["before"]["row"], done["after"]["row"], done["waiting"]) == (1, 0, False)
    assert program.post(f"{here}/erasures", json=wish).json["before"]["row"] == 0
    again = program.post(f"{here}/panel", json={"record_id": installation.another})
    assert again.json["state"] == "erased"
    trail = program.get("/trail?who=token%20A%20program").json["items"]
    assert {"lead erased", "dossier made"} <= {line["action"] for line in trail}
    everything = panel.text + again.text + json.dumps(done) + json.dumps(trail)
    assert not [one for one in (installation.another, lead.hex) if re.search(rf"\b{one}\b", everything)]


def test_what_is_no_record_id_and_a_connection_that_ended(installation: Installation):
    program = Caller(client=installation.app.test_client(), token=installation.token)
    here = f"/connections/{installation.names['connection_id']}"
    for name, more in (("panel", {}), ("dossiers", {}), ("erasures", {"confirm": "erase"})):
        answer = program.post(f"{here}/{name}", json={"record_id": "00Qx", **more})
        assert (answer.status_code, answer.json["type"]) == (400, "urn:fairlead:problem:no-record-id")
        assert "00Qx" not in answer.text
    gone = installation.app.extensions["fairlead"].repository.add_connection(
        "hubspot", "99", "https://example.com"
    )
    installation.app.extensions["fairlead"].repository.set_state(gone.id, "disconnected")
    answer = program.post(f"/connections/{gone.id}/panel", json={"record_id": "1"})
    assert (answer.status_code, answer.json["type"]) == (409, "urn:fairlead:problem:conflict")
