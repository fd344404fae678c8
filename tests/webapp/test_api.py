"""The door of the JSON API: who may ask, how, and what stays the same."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.server import LocalServer, free_port
from tests.webapp.api_caller import V1, Caller, caller, store, token, two_sided
from tests.webapp.site import Site, open_site
from webapp.api.every import OPERATIONS
from webapp.api.problem import MIME
from webapp.api.scopes import BY_ROLE
from webapp.store.api_tokens import PREFIX

GETS = tuple(one for one in OPERATIONS if one.method == "GET")
POSTS = tuple(one for one in OPERATIONS if one.method == "POST")
BODIES = {
    "erase_lead": {"record_id": "1", "confirm": "erase"},
    "make_release": {},
    "acknowledge_alert": {},
    "waive_alert": {"reason": "why", "days": 3},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two connections with an audit each, ``salesforce1`` and ``hubspot1``."""
    # The tests together ask more often in a minute than a program may.
    opened = open_site(tmp_path_factory.mktemp("api"), api_requests_per_minute=100_000)
    for crm in ("salesforce", "hubspot"):
        store(opened.services, opened.connect(crm, "77"), f"{crm}1", two_sided())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(site: Site):
    """A program has no cookies."""
    return site.app.test_client()


@pytest.fixture(scope="module")
def program(site: Site, client) -> Caller:
    return caller(client, site.services)


def connection_id(site: Site, crm: str) -> str:
    return site.services.repository.connection_for(crm, "77").id


def address(site: Site, path: str, crm: str = "salesforce") -> str:
    names = {
        "connection_id": connection_id(site, crm),
        "audit_id": f"{crm}1",
        "release_id": "none",
        "experiment_id": "none",
        "shadow_id": "none",
        "comparison_id": "none",
        "job_id": "none",
        "alert_id": "none",
        "gap_id": "none",
        "cohort": "none",
        "pack": "gdpr",
        "version": 1,
    }
    return path.format(**names)


def problem(answer, status: int, name: str) -> dict:
    assert (answer.status_code, answer.mimetype) == (status, MIME), answer.text
    told = answer.json
    assert (told["type"], told["status"]) == (f"urn:fairlead:problem:{name}", status)
    assert told["detail"].endswith((".", "..."))
    assert answer.headers["Cache-Control"] == "no-store"
    return told


def test_every_list_and_every_thing_answers(site: Site, program: Caller):
    answered = {one.name: program.get(address(site, one.path)).status_code for one in GETS}
    absent = {"get_release": 404, "get_release_job": 404, "get_processing_record": 409, "get_data_flow": 409}
    absent |= {"get_experiment": 404, "get_experiment_json": 404, "get_alert": 404}
    absent |= {"get_explanation": 404, "get_explanation_json": 404, "get_watched_gap": 404}
    absent |= {
        "get_drift": 404,
        "get_expected": 404,
        "get_shadow_score": 404,
        "list_comparisons": 404,
        "get_shadow_audit_json": 404,
    }
    absent |= {"get_outcome_audit": 404}
    assert answered == {one.name: absent.get(one.name, 200) for one in GETS}


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
def test_each_needs_a_token_and_its_own_scope(site: Site, client, one):
    path, body = address(site, one.path), {"json": BODIES.get(one.name, {"record_id": "1"})}
    sent = body if one.method == "POST" else {}
    bare = client.open(f"{V1}{path}", method=one.method, **sent)
    problem(bare, 401, "unauthorised")
    assert bare.headers["WWW-Authenticate"] == 'Bearer realm="fairlead"'
    if one.scope is None:
        return
    others = [scope for scope in BY_ROLE["admin"] if scope != one.scope]
    refused = caller(client, site.services, *others).ask(one.method, path, **sent)
    problem(refused, 403, "scope")
    assert f'scope="{one.scope}"' in refused.headers["WWW-Authenticate"]
    assert one.scope in refused.json["detail"]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic QWRhOnNlY3JldA==",
        "Bearer",
        "Bearer  ",
        "Bearer x",
        "bearer {}x",
        "Bearer {} {}",
        "Token {}",
        "{}",
    ],
)
def test_what_is_no_bearer_token_opens_nothing(site: Site, client, header: str):
    sent = header.replace("{}", token(site.services))
    answer = client.get(f"{V1}/audits", headers={"Authorization": sent})
    problem(answer, 401, "unauthorised")
    assert PREFIX not in answer.text.replace(f"{PREFIX}...", "")


def test_a_cookie_opens_nothing_and_none_is_set(site: Site, program: Caller):
    """The browser of an administrator who is signed in."""
    problem(site.client.get(f"{V1}/audits"), 401, "unauthorised")
    assert "Set-Cookie" not in program.get("/audits").headers


def test_a_token_in_an_address_is_refused_even_beside_a_good_one(site: Site, program: Caller, client):
    loose = token(site.services)
    for path in (f"/audits?access_token={loose}", f"/token?x={loose}"):
        told = problem(program.get(path), 400, "token-in-address")
        assert "revoke" in told["detail"]
        problem(client.get(f"{V1}{path}"), 400, "token-in-address")


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/", "/api/v2/audits", "/api/v1/audits/%00", "/api/v1/audits/x/y"]
)
def test_what_is_not_there_is_told_as_a_problem(client, program: Caller, path: str):
    answer = client.get(path, headers={"Authorization": f"Bearer {program.token}"})
    problem(answer, 404, "not-found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "TRACE", "PROPFIND"])
def test_another_method_is_refused_with_those_that_there_are(program: Caller, method: str):
    answer = program.ask(method, "/audits")
    problem(answer, 405, "method")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_head_and_options(site: Site, program: Caller, client):
    whole, head = program.get("/audits/salesforce1"), program.ask("HEAD", "/audits/salesforce1")
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Content-Length", "Content-Type", "Cache-Control", "Vary"):
        assert head.headers[name] == whole.headers[name]
    asked = client.options(f"{V1}/audits", headers={"Origin": "https://evil.example"})
    assert set(asked.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert not [name for name, _ in asked.headers if name.lower().startswith("access-control")]
    posted = client.options(f"{V1}{address(site, '/connections/{connection_id}/panel')}")
    assert set(posted.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_no_other_site_is_let_in(program: Caller):
    answer = program.get("/audits", headers={"Origin": "https://evil.example"})
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("one", GETS, ids=lambda one: one.name)
def test_an_answer_is_kept_by_nobody_but_the_asker(site: Site, program: Caller, one):
    answer = program.get(address(site, one.path))
    if answer.status_code != 200:
        return
    if not one.kept:
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "ETag" not in answer.headers
        return
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Accept"} <= {part.strip() for part in answer.headers["Vary"].split(",")}
    again = program.get(address(site, one.path), headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == answer.headers["ETag"]
    other = program.get(address(site, one.path), headers={"If-None-Match": '"another"'})
    assert other.status_code == 200


def test_what_has_not_changed_is_not_told_to_who_may_not_know(site: Site, client, program: Caller):
    etag = program.get("/audits/salesforce1").headers["ETag"]
    sent = {"If-None-Match": etag}
    problem(client.get(f"{V1}/audits/salesforce1", headers=sent), 401, "unauthorised")
    less = caller(client, site.services, "read:trail").get("/audits/salesforce1", headers=sent)
    problem(less, 403, "scope")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0, text/html"])
def test_a_type_that_there_is_not_is_refused(program: Caller, accept: str):
    problem(program.get("/audits", headers={"Accept": accept}), 406, "not-acceptable")


@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/json", "text/html, */*;q=0.1"])
def test_a_type_that_there_is_is_answered(program: Caller, accept: str):
    assert program.get("/audits", headers={"Accept": accept}).mimetype == "application/json"


def test_a_file_has_its_own_type(program: Caller):
    answer = program.get("/audits/salesforce1/metrics.csv", headers={"Accept": "text/csv"})
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    refused = program.get("/audits/salesforce1/metrics.csv", headers={"Accept": "application/json"})
    problem(refused, 406, "not-acceptable")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=-1", f"limit={'9' * 40}", "limit=x", "limit=1e2", "limit=", "unknown=1",
     "limit=1&limit=2", "connection=%00", "connection=A", "cursor=", "cursor=%C3%A9", f"cursor={'a' * 401}",
     "%F0%9F%92%A9=1"],
)  # fmt: skip
def test_what_does_not_fit_the_description_is_named(program: Caller, query: str):
    told = problem(program.get(f"/audits?{query}"), 422, "unfit")
    assert told["faults"]
    assert all(set(fault) == {"where", "says"} for fault in told["faults"])


def test_a_problem_repeats_nothing_that_was_sent(site: Site, program: Caller):
    path = address(site, "/connections/{connection_id}/panel")
    canary = "00Q-canary@example.com"
    for body in (
        {"record_id": canary},
        {"record_id": 7},
        {"record_id": [canary]},
        {"record_id": "1", "x": canary},
    ):
        assert canary not in program.post(path, json=body).text
    assert canary not in program.get(f"/audits?connection={canary}").text
    assert canary not in program.get(f"/audits?{canary}{'x' * 40}=1").text
    assert canary not in program.get(f"/trail?cursor={canary}").text


@pytest.mark.parametrize("one", POSTS, ids=lambda one: one.name)
def test_a_body_is_json_of_a_size_that_fits(site: Site, program: Caller, one):
    path = address(site, one.path)
    problem(program.post(path, data="record_id=1"), 415, "media-type")
    problem(program.post(path, data={"record_id": "1"}), 415, "media-type")
    for text in (b"", b"{", b"nonsense", b"\xff\xfe", b'{"record_id": "\\ud800"}', b"[" * 5000):
        answer = program.post(path, data=text, content_type="application/json")
        problem(answer, 400, "bad-json")
    for text in (b"[]", b"null", b'"x"', b'{"another": 1}', b'{"epsilon": "1"}', b'{"epsilon": 1e999}'):
        answer = program.post(path, data=text, content_type="application/json")
        problem(answer, 422, "unfit")
    large = json.dumps({"record_id": "1" * 20_000})
    problem(program.post(path, data=large, content_type="application/json"), 413, "too-large")
    problem(program.post(f"{path}?record_id=1", json={}), 422, "unfit")


def test_what_nobody_foresaw_is_a_problem_without_words(program: Caller, monkeypatch, caplog):
    def broken(*_args: object) -> None:
        msg = "secret-canary"
        raise RuntimeError(msg)

    monkeypatch.setattr("webapp.api.reports.open_audit", broken)
    answer = program.get("/audits/salesforce1/findings")
    problem(answer, 500, "defect")
    assert "canary" not in answer.text + caplog.text
    assert program.token not in caplog.text


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
def test_a_token_for_one_connection_sees_no_other(site: Site, client, one):
    mine = caller(client, site.services, connection_id=connection_id(site, "salesforce"))
    sent = {"json": BODIES.get(one.name, {"record_id": "1"})} if one.method == "POST" else {}
    answer = mine.ask(one.method, address(site, one.path, "hubspot"), **sent)
    if "{" in one.path:
        problem(answer, 404, "not-found")
        return
    if one.name == "list_people":
        problem(answer, 403, "one-connection")
        return
    assert connection_id(site, "hubspot") not in answer.text
    assert "hubspot" not in answer.text


def test_other_filters_do_not_widen_a_token_for_one_connection(site: Site, client):
    mine = caller(client, site.services, connection_id=connection_id(site, "salesforce"))
    other = connection_id(site, "hubspot")
    problem(mine.get(f"/audits?connection={other}"), 404, "not-found")
    assert mine.get(f"/trail?target={other}").json["items"] == []
    seen = {line["target"] for line in mine.every("/trail", 2)}
    assert seen == {connection_id(site, "salesforce")}


def test_lists_page_by_page_are_the_whole_list(program: Caller):
    for path in (
        "/audits",
        "/trail",
        "/connections",
        "/audits/salesforce1/estimates",
        "/audits/salesforce1/disparities",
    ):
        whole = program.get(f"{path}?limit=200").json
        assert whole["next"] is None
        for limit in (1, 3, len(whole["items"])):
            assert program.every(path, limit) == whole["items"]


def test_a_page_goes_on_where_it_was_while_the_list_grows(site: Site, program: Caller):
    first = program.get("/trail?limit=3").json
    site.services.accounts.record("Eve", "looked")
    second = program.get(f"/trail?limit=3&cursor={first['next']}").json
    numbers = [line["number"] for line in first["items"] + second["items"]]
    assert numbers == sorted(set(numbers), reverse=True)
    assert numbers == list(range(numbers[0], numbers[0] - 6, -1))


def test_a_cursor_is_of_one_list_one_filter_and_one_token(site: Site, client, program: Caller):
    cursor = program.get("/audits/salesforce1/estimates?limit=2").json["next"]
    assert program.get(f"/audits/salesforce1/estimates?limit=5&cursor={cursor}").status_code == 200
    elsewhere = (
        "/audits/hubspot1/estimates?",
        "/audits/salesforce1/disparities?",
        "/audits/salesforce1/estimates?attribute=region&",
        "/trail?",
    )
    for path in elsewhere:
        problem(program.get(f"{path}cursor={cursor}"), 400, "bad-cursor")
    another = caller(client, site.services)
    problem(another.get(f"/audits/salesforce1/estimates?cursor={cursor}"), 400, "bad-cursor")


def test_no_altered_cursor_is_taken(program: Caller):
    cursor = program.get("/audits/salesforce1/estimates?limit=2").json["next"]
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    for place in range(len(raw)):
        altered = bytearray(raw)
        altered[place] ^= 1
        text = base64.urlsafe_b64encode(bytes(altered)).rstrip(b"=").decode()
        problem(program.get(f"/audits/salesforce1/estimates?cursor={text}"), 400, "bad-cursor")


@given(st.text(alphabet="ABCabc012_.-", min_size=1, max_size=60))
def test_no_invented_cursor_is_taken(program: Caller, cursor: str):
    problem(program.get(f"/trail?cursor={cursor}"), 400, "bad-cursor")


@pytest.mark.parametrize("word", ["Grüße", "名前", "a" * 200, "' OR 1=1 --", "%25", "\u202e", "null", "💩"])
def test_any_name_may_be_looked_for(program: Caller, word: str):
    for name, path in (("who", "/trail"), ("attribute", "/audits/salesforce1/findings")):
        answer = program.get(path, query_string={name: word})
        assert (answer.status_code, answer.json["items"]) == (200, [])


def test_the_program_of_the_guide_works(site: Site, program: Caller, capsys, monkeypatch):
    """It finds the grave findings of the newest audit and ends with 1 for them."""
    guide = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "api.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    monkeypatch.setenv("FAIRLEAD_API_TOKEN", program.token)
    with LocalServer(app=site.app, port=free_port()) as server, pytest.raises(SystemExit) as ended:
        exec(code.replace("https://fairlead.example.com", server.url), {})  # noqa: S102 - our own guide
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert "4 grave findings" in said
    assert "Leads of region 3 (region)" in said
