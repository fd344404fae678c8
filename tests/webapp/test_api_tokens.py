"""Tokens of the API: shown once, kept as a keyed hash, never more than their role, dead at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from audit.schema import BadInput
from tests.webapp.api_caller import V1, caller, token
from tests.webapp.markup import Page, faults
from tests.webapp.site import NAME, SECRETS, Site
from webapp import passwords
from webapp.api.pace import Pace
from webapp.api.scopes import BY_ROLE, SCOPES, allowed
from webapp.app import app_over
from webapp.cli import main
from webapp.services import Services, open_services
from webapp.store.accounts import NewUser
from webapp.store.api_tokens import PREFIX, SHAPE, is_whole
from webapp.store.rows import Role

FORM = {"name": "Warehouse", "role": "auditor", "days": "30", "scope": "read:audits"}


@pytest.fixture
def opened(tmp_path: Path, support, database_url: str) -> Iterator[Services]:
    """An installation with a clock that the test moves, on both databases."""
    settings = support.settings_for(
        tmp_path / "data", DATABASE_URL=database_url, API_REQUESTS_PER_MINUTE="30"
    )
    services = open_services(settings, support.Clock())
    yield services
    services.close()


def person(opened: Services, name: str, role: Role):
    return opened.accounts.add_user(NewUser(name=name, role=role, password_hash="none"), "Ada")


def status(opened: Services, made: str, path: str = "/audits") -> int:
    client = app_over(opened).test_client()
    return client.get(f"{V1}{path}", headers={"Authorization": f"Bearer {made}"}).status_code


def test_a_token_is_long_random_and_known_to_a_scanner(opened: Services):
    made = {token(opened) for _ in range(50)}
    assert len(made) == 50
    assert all(SHAPE.fullmatch(one) and is_whole(one) for one in made)
    assert len(one := made.pop()) == len(PREFIX) + 49
    assert re.search(r"\bfairlead_api_[0-9A-Za-z]{49}\b", f'key = "{one}"')


@given(st.integers(0, 61), st.sampled_from("0aZ"))
def test_a_typing_error_is_no_token(place: int, sign: str):
    good = f"{PREFIX}{'x' * 43}"
    from webapp.store.api_tokens import _check

    good += _check(good)
    place = min(place, len(good) - 1)
    altered = good[:place] + sign + good[place + 1 :]
    assert is_whole(altered) == (altered == good)


def test_only_a_keyed_hash_is_kept(opened: Services):
    made = token(opened)
    with opened.database.reading() as session:
        (row,) = session.execute(text("SELECT * FROM api_token")).mappings()
        trail = " ".join(map(str, session.execute(text("SELECT * FROM event")).all()))
    assert made not in str(dict(row)) + trail
    assert made.removeprefix(PREFIX)[:12] not in str(dict(row)) + trail
    assert len(row["digest"]) == 64
    other = opened.settings.model_copy(update={"secret_key": type(opened.settings.secret_key)("z8" * 20)})
    assert (
        Services(settings=other, database=opened.database, clock=opened.clock).api_tokens.find(made) is None
    )


def test_it_ends_by_itself_and_at_once_when_revoked(opened: Services):
    made, revoked = token(opened, days=30), token(opened, days=30, name="Another")
    assert (status(opened, made), status(opened, revoked)) == (200, 200)
    row = next(one for one in opened.api_tokens.all() if one.name == "Another")
    assert opened.api_tokens.revoke(row.id, "Ada")
    assert not opened.api_tokens.revoke(row.id, "Ada")
    assert not opened.api_tokens.revoke("nothing", "Ada")
    assert (status(opened, made), status(opened, revoked)) == (200, 401)
    opened.clock.forward(days=30, seconds=-1)
    assert status(opened, made) == 200
    opened.clock.forward(seconds=1)
    answer = app_over(opened).test_client().get(f"{V1}/token", headers={"Authorization": f"Bearer {made}"})
    assert answer.status_code == 401
    assert "expired on 2026-12-20" in answer.json["detail"]
    lines = [(event.action, event.who) for event in opened.accounts.events()]
    assert ("API token revoked", "Ada") in lines
    assert ("API token made", "Ada Admin") in lines


def test_the_day_of_its_last_use_is_kept(opened: Services):
    made = token(opened)
    assert opened.api_tokens.all()[0].used_on is None
    status(opened, made)
    opened.clock.forward(days=2)
    status(opened, made)
    assert opened.api_tokens.all()[0].used_on == opened.clock().date()


def test_it_may_never_do_more_than_its_role_or_its_maker_now(opened: Services):
    for scopes, role in ((("read:people",), "auditor"), (("write:erasures", "read:audits"), "auditor")):
        with pytest.raises(BadInput, match="may not have"):
            token(opened, *scopes, role=role)
    ada = person(opened, "Ada", "admin")
    made = token(opened, "read:people", "read:audits", user_id=ada.id)
    assert status(opened, made, "/people") == 200
    with opened.database.writing() as session:
        session.execute(text("UPDATE user_account SET role = 'auditor'"))
    assert (status(opened, made, "/people"), status(opened, made)) == (403, 200)
    with opened.database.writing() as session:
        session.execute(text("UPDATE user_account SET role = 'something new'"))
    assert status(opened, made) == 403


def test_it_ends_with_the_account_of_whom_it_acts_for(opened: Services):
    person(opened, "Ada", "admin")
    eve = person(opened, "Eve", "admin")
    made, ours = token(opened, user_id=eve.id), token(opened, name="Of the server")
    opened.people.remove(eve.id, "Ada")
    assert (status(opened, made), status(opened, ours)) == (401, 200)


@given(
    st.sets(st.sampled_from([*SCOPES, "read:nothing"])),
    st.lists(st.sampled_from(["admin", "auditor", "x"]), min_size=1),
)
def test_two_roles_allow_what_both_allow(scopes: set[str], roles: list[str]):
    found = allowed(scopes, *roles)
    assert found <= scopes
    assert found == {one for one in scopes if all(one in BY_ROLE.get(role, ()) for role in roles)}


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 61}, {"name": "a\u202eb"}, {"days": 0}, {"days": 731},
              {"role": "owner"}, {"connection_id": "nothing"}],
)  # fmt: skip
def test_what_cannot_be_is_told_and_nothing_is_made(opened: Services, wrong: dict):
    with pytest.raises(BadInput):
        token(opened, "read:audits", **wrong)
    assert opened.api_tokens.all() == ()


def test_a_token_may_ask_so_often_in_a_minute_whatever_the_process(opened: Services):
    """Two processes with their own counts share what the database hands out."""
    opened.clock.forward(seconds=60 - opened.clock().timestamp() % 60)
    made, other = token(opened), token(opened, name="Another")
    clients = [app_over(opened).test_client() for _ in range(2)]

    def ask(turn: int, sent: str = made):
        return clients[turn % 2].get(f"{V1}/token", headers={"Authorization": f"Bearer {sent}"})

    answers = [ask(turn) for turn in range(40)]
    good = [one for one in answers if one.status_code == 200]
    assert 28 <= len(good) <= 30  # what one process did not use of its portion is lost
    refused = answers[-1]
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert ask(0, other).status_code == 200
    opened.clock.forward(seconds=int(refused.headers["Retry-After"]))
    assert ask(0).status_code == 200


def test_the_limit_holds_under_many_at_once(opened: Services):
    token(opened)
    (row,) = opened.api_tokens.all()
    paces = [Pace() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda turn: paces[turn % 4].wait(opened, row.id), range(80)))
    assert 30 - 4 * 1 <= waits.count(0) <= 30


def test_the_page_shows_it_once(site: Site):
    answer = site.post("/tokens", "/tokens", **FORM)
    assert answer.status_code == 200
    assert faults(answer.text) == []
    (made,) = set(SHAPE.findall(answer.text))
    assert answer.headers["Cache-Control"] == "no-store"
    program = site.app.test_client()
    assert program.get(f"{V1}/audits", headers={"Authorization": f"Bearer {made}"}).status_code == 200
    page = site.client.get("/tokens")
    assert SHAPE.search(page.text) is None
    assert faults(page.text) == []
    assert "Warehouse" in Page(page.text).text
    (row,) = site.services.api_tokens.all()
    assert (row.holder_role, row.scopes, row.made_by) == ("admin", ("read:audits",), NAME)
    assert site.post("/tokens", f"/tokens/{row.id}/revoke").status_code == 303
    assert "Revoked" in Page(site.client.get("/tokens").text).text
    assert program.get(f"{V1}/audits", headers={"Authorization": f"Bearer {made}"}).status_code == 401
    assert made not in site.client.get("/trail").text


@pytest.mark.parametrize(
    "change", [{"scope": "read:people"}, {"name": " "}, {"days": "9999"}, {"days": "x"}, {"role": ""}]
)
def test_the_page_says_what_cannot_be(site: Site, change: dict[str, str]):
    answer = site.post("/tokens", "/tokens", **(FORM | change))
    assert answer.status_code == 422
    assert faults(answer.text) == []
    assert SHAPE.search(answer.text) is None
    assert site.services.api_tokens.all() == ()


def test_an_auditor_sees_the_tokens_and_makes_none(site: Site):
    token(site.services)
    password = "another good password"
    new = NewUser(name="Otto", role="auditor", password_hash=passwords.hashed(password))
    site.services.accounts.add_user(new, NAME)
    otto = Site(app=site.app, client=site.app.test_client())
    otto.post("/login", "/login", name="Otto", password=password)
    page = otto.client.get("/tokens")
    assert (page.status_code, "A program" in page.text) == (200, True)
    assert "Make the token" not in Page(page.text).text
    assert otto.post("/", "/tokens", **FORM).status_code == 403


def test_tokens_are_made_listed_and_revoked_on_the_server(tmp_path: Path, monkeypatch):
    for name, value in {**SECRETS, "data_dir": str(tmp_path / "data")}.items():
        monkeypatch.setenv(f"FAIRLEAD_{name.upper()}", value)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, ["token", *words])
        assert done.exit_code == code, done.output
        return done.stdout if not code else done.stderr

    said = run("add", "Warehouse", "--role", "auditor", "--scope", "read:audits", "--scope", "read:policy")
    assert is_whole(said.strip())
    record = json.loads(
        run("add", "CI", "--role", "admin", "--scope", "read:people", "--days", "2", "--json")
    )
    assert is_whole(record["token"])
    listed = json.loads(run("list", "--json"))
    assert [(one["name"], one["state"]) for one in listed] == [("CI", "alive"), ("Warehouse", "alive")]
    assert said.strip() not in json.dumps(listed)
    assert "Warehouse (auditor; read:audits, read:policy)" in run("list")
    assert run("revoke", record["id"]) == f"Token {record['id']} is revoked.\n"
    assert "no such token" in run("revoke", record["id"], code=2)
    assert "may not have read:people" in run(
        "add", "x", "--role", "auditor", "--scope", "read:people", code=2
    )
    asked = ("add", "x", "--role", "auditor", "--scope", "read:audits", "--connection", "y")
    assert "there is no connection 'y'" in run(*asked, code=2)


def test_the_days_on_the_page_are_days_that_a_token_may_last():
    from webapp.store.api_tokens import LONGEST_DAYS
    from webapp.views.tokens import DAYS

    assert all(1 <= one <= LONGEST_DAYS for one in DAYS)
    assert timedelta(days=LONGEST_DAYS) > timedelta(days=max(DAYS))


def test_a_token_does_nothing_on_the_pages(site: Site):
    made = token(site.services)
    browser = site.app.test_client()
    for path in ("/", "/trail", "/tokens", "/trail.csv"):
        answer = browser.get(path, headers={"Authorization": f"Bearer {made}"})
        assert answer.headers["Location"].startswith("/login")


def test_special_categories_need_their_scope(site: Site):
    from tests.webapp.api_caller import store, two_sided

    report = two_sided()
    store(site.services, site.connect(), "audit1", report)
    client = site.app.test_client()
    whole = caller(client, site.services, "read:audits", "read:special", role="auditor")
    part = caller(client, site.services, "read:audits", role="auditor")
    for name in ("findings", "estimates", "disparities", "proxies", "subgroups", "warnings"):
        full, less = (one.get(f"/audits/audit1/{name}?limit=200").json for one in (whole, part))
        assert (full["withheld"], less["withheld"]) == (0, len(full["items"]) - len(less["items"]))
        assert less["withheld"] > 0
        assert len(full["items"]) == len(getattr(report, name))
        assert "belief" in json.dumps(full)
        assert not re.search("belief|Quellist|Orbist", json.dumps(less)), name
        filtered = part.get(f"/audits/audit1/{name}?attribute=belief&limit=200")
        assert filtered.status_code == 422 if name == "warnings" else filtered.json["items"] == []
    for path in ("/audits/audit1", "/audits", "/connections"):
        assert not re.search("belief|Quellist|Orbist", part.get(path).text), path
    for path in ("/audits/audit1/audit.json", "/audits/audit1/metrics.csv"):
        assert part.get(path).status_code == 403
        assert part.get(path).json["type"] == "urn:fairlead:problem:special-category"
        assert whole.get(path).status_code == 200


def test_the_parts_of_an_audit_are_those_of_its_file(site: Site):
    from tests.webapp.api_caller import store, two_sided

    store(site.services, site.connect(), "audit1", two_sided())
    program = caller(site.app.test_client(), site.services)
    answer = program.get("/audits/audit1/audit.json")
    assert answer.text == site.services.repository.audit("audit1").report
    record = answer.json
    for name in ("findings", "estimates", "disparities", "proxies", "subgroups", "warnings"):
        items = program.every(f"/audits/audit1/{name}", 7)
        assert items == [{key: one[key] for key in items[0]} for one in record[name]]
    chosen = program.get(
        "/audits/audit1/disparities?verdict=fail&kind=ratio&attribute=belief&metric=selection_rate"
    )
    assert [one["group"] for one in chosen.json["items"]] == [["Orbist"]]
    graver = program.get("/audits/audit1/findings?severity=high").json["items"]
    assert {one["severity"] for one in graver} == {"high", "critical"}
    assert (
        site.client.get("/audits/audit1/metrics.csv").data == program.get("/audits/audit1/metrics.csv").data
    )
