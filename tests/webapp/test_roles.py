"""Every address of the product and every role: the table says who may open it, and nothing else opens."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from audit.finding import Caution
from audit.report.json_form import to_json
from tests.webapp.sample_report import sample_report
from tests.webapp.site import PASSWORD, PULLED, Site, open_site
from webapp import passwords, roles
from webapp.api.every import OPERATIONS
from webapp.api.scopes import BY_ROLE, NEEDS, SCOPES
from webapp.store.accounts import NewUser
from webapp.store.rows import ROLES

# What is in an address, so that it is found but nothing is behind it.
PARTS = {"crm": "hubspot", "kind": "sync", "filename": "logo.svg", "form": "md", "int": "1"}
NEVER_FOR_A_VIEWER = (
    "polic",
    "keys.",
    "trail.",
    "tokens.",
    "privacy.",
    "people.",
    "jobs.",
    "proposals.",
    "papers.",
    "remedies.",
    "shadow.",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    opened = open_site(tmp_path_factory.mktemp("roles") / "site")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def clients(site: Site):
    """A browser of each role, and one of nobody's."""
    found = {"nobody": site.app.test_client()}
    stored = passwords.hashed(PASSWORD)
    for role in ROLES:
        site.services.accounts.add_user(NewUser(name=role, role=role, password_hash=stored), "test")
        client = site.app.test_client()
        token = re.search(r'csrf_token" value="([^"]+)', client.get("/login").text)[1]
        client.post("/login", data={"name": role, "password": PASSWORD, "csrf_token": token})
        found[role] = client
    return found


def rules(app) -> list[tuple[str, str, str]]:
    """Each rule with each method: endpoint, method, and an address that it matches."""
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(
            r"<(?:any\(([^)]*)\):|(\w+):)?(\w+)>",
            lambda m: m[1].split(",")[0].strip() if m[1] else PARTS.get(m[2] or "", PARTS.get(m[3], "none")),
            rule.rule,
        )
        found += [(rule.endpoint, method, path) for method in sorted(rule.methods - {"OPTIONS", "HEAD"})]
    return found


def test_every_address_has_a_rule(site):
    without = {
        endpoint
        for endpoint, _, _ in rules(site.app)
        if not roles.is_open(endpoint) and not roles.may_open("admin", endpoint)
    }
    assert not without, "give each a line in webapp/roles.py"


def test_the_table_names_nothing_twice_and_nothing_that_is_not_there(site):
    named = [endpoint for endpoints in roles.ROUTES.values() for endpoint in endpoints]
    known = {endpoint for endpoint, _, _ in rules(site.app)}
    assert len(named) == len(set(named))
    assert set(named) | roles.OPEN <= known
    assert not set(named) & roles.OPEN


def test_an_address_without_a_rule_is_nobodys():
    for role in ROLES:
        assert not roles.may_open(role, "somewhere.new")
    assert not roles.may_open("locked", "dashboard.index")


@pytest.mark.parametrize("role", ["nobody", *ROLES])
def test_each_role_opens_what_the_table_says_and_nothing_else(site, clients, role):
    site.app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for endpoint, method, path in rules(site.app):
        if endpoint in {"auth.sign_out", "account.leave_everywhere", "static"} or roles.is_open(endpoint):
            continue
        answer = clients[role].open(path, method=method)
        if role == "nobody":
            right = answer.status_code == 303 and answer.headers["Location"].startswith("/login")
        else:
            right = (answer.status_code == 403) is not roles.may_open(role, endpoint)
        wrong += [] if right else [(endpoint, method, answer.status_code)]
    site.app.config["WTF_CSRF_ENABLED"] = True
    assert not wrong


def test_a_viewer_changes_nothing_and_reads_no_rules():
    opens = {e for right in roles.RIGHTS["viewer"] for e in roles.ROUTES[right]}
    assert not [one for one in opens if one.startswith(NEVER_FOR_A_VIEWER)]
    assert opens <= roles.ROUTES["audits"] | roles.ROUTES["own"]


def test_scopes_follow_the_same_table():
    assert set(NEEDS) == set(SCOPES)
    assert BY_ROLE["viewer"] == {"read:audits", "read:explanations"}
    assert BY_ROLE["viewer"] < BY_ROLE["auditor"] < BY_ROLE["admin"] == set(SCOPES)
    assert all(one.scope in SCOPES for one in OPERATIONS if one.name != "get_token")


def test_the_head_of_a_viewers_page_leads_nowhere_that_is_closed(clients):
    page = clients["viewer"].get("/")
    assert page.status_code == 200
    links = set(re.findall(r'href="(/[^"#?]*)"', page.text)) - {"/"}
    assert {path for path in links if not path.startswith(("/static", "/help"))} == {
        "/account",
        "/alerts",
        "/monitoring",
    }


SPECIAL = "faith"


def of_two_attributes():
    """The sample report, with a second attribute that is a special category, in every part that has one."""
    plain, faith = sample_report(), sample_report(SPECIAL, ("psalm", "chant", "unknown"))
    warned = Caution(code="sparse", text=f"The attribute {SPECIAL} has few leads.", evidence=())
    return replace(
        plain,
        settings=replace(plain.settings, special_categories=(SPECIAL,)),
        findings=(
            *plain.findings,
            *(replace(one, id=f"S{one.id}", special_category=True) for one in faith.findings),
        ),
        warnings=(*plain.warnings, warned),
        **{
            name: (*getattr(plain, name), *(one for one in getattr(faith, name) if one.attribute))
            for name in ("estimates", "disparities", "proxies", "subgroups")
        },
    )


def hidden_words(text: str) -> list[str]:
    return [word for word in (SPECIAL, "psalm", "chant") if word in text.casefold()]


def test_a_viewer_sees_no_word_of_a_special_category(site, clients):
    site.audited(
        site.connect(),
        to_json(of_two_attributes()),
        pulled=replace(PULLED, unmapped={SPECIAL: 3}),
        worst=f"{SPECIAL}: a gap",
        severities={"high": 9},
    )
    for path in ("/", "/audits/audit1"):
        assert SPECIAL in clients["auditor"].get(path).text.casefold()
        seen = clients["viewer"].get(path)
        assert seen.status_code == 200
        assert not hidden_words(seen.text)
    assert "urban" in clients["viewer"].get("/audits/audit1").text
    for path in ("audit.json", "report", "report.html", "metrics.csv"):
        assert clients["viewer"].get(f"/audits/audit1/{path}").status_code == 403
        assert clients["auditor"].get(f"/audits/audit1/{path}").status_code == 200
    shown = []
    for kind in ("groups", "gaps", "thresholds", "proxies", "subgroups", "coverage"):
        for path in (f"{kind}/{place}{form}" for place in (1, 2, 3) for form in ("", ".csv")):
            seen = clients["viewer"].get(f"/audits/audit1/evidence/{path}")
            assert not hidden_words(seen.text)
            shown += [path] if seen.status_code == 200 else []
    assert "groups/1" in shown
    hidden = "SF0"
    assert clients["auditor"].get(f"/audits/audit1/findings/{hidden}").status_code == 200
    assert clients["viewer"].get(f"/audits/audit1/findings/{hidden}").status_code == 404
