"""What holds for every page: headers, errors without detail, proxies, health."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from webapp.app import app_over, create_app
from webapp.services import Services, open_services

OPEN = ("/setup", "/healthz", "/readyz", "/nowhere")


@pytest.fixture
def opened(tmp_path, support) -> Iterator[Services]:
    services = open_services(support.settings_for(tmp_path))
    yield services
    services.close()


@pytest.fixture
def app(opened) -> Flask:
    return app_over(opened)


@pytest.fixture
def browser(app, opened, support):
    opened.accounts.add_first_user("Ada", "admin", support.password_hash())
    browser = support.Browser(app.test_client())
    browser.sign_in()
    return browser


def directives(response) -> dict[str, str]:
    parts = response.headers["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


@pytest.mark.parametrize("path", OPEN)
def test_every_answer_carries_the_headers(app, path):
    response = app.test_client().get(path)
    policy = directives(response)
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert {policy[name] for name in ("style-src", "img-src", "font-src", "script-src", "form-action")} == {
        "'self'"
    }
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.parametrize("path", ["/", "/connections"])
def test_signed_in_pages_are_never_stored_and_hold_no_inline_code(browser, path):
    response = browser.get(path)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "<script>" not in response.text
    assert 'style="' not in response.text


def test_static_files_may_be_cached(app):
    with app.test_client().get("/static/fairlead.css") as response:
        assert response.status_code == 200
        assert "no-store" not in response.headers.get("Cache-Control", "")


def test_every_page_that_is_not_open_asks_who_you_are(app, opened, support):
    opened.accounts.add_first_user("Ada", "admin", support.password_hash())
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        open_page = rule.endpoint == "static" or rule.endpoint.split(".")[0] in {
            "auth",
            "cards",
            "inbound",
            "health",
            "api",
            "help",
            "invitations",
            "single_sign_on",
        }
        if open_page or "GET" not in (rule.methods or ()):
            continue
        path = rule.rule.replace("<any(salesforce, hubspot):crm>", "hubspot")
        for argument in rule.arguments:
            path = path.replace(f"<{argument}>", "x").replace(f"<int:{argument}>", "1")
            path = re.sub(rf"<any\((\w+)[^)]*\):{argument}>", r"\1", path)
        assert client.get(path).headers.get("Location", "").startswith("/login"), path


def test_only_the_signed_routes_take_posts_without_a_form_token(app, browser):
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint.startswith(("inbound.", "cards.", "api.")):
            continue
        path = rule.rule.replace("<any(salesforce, hubspot):crm>", "hubspot")
        for argument in rule.arguments:
            path = path.replace(f"<{argument}>", "x").replace(f"<int:{argument}>", "1")
            path = re.sub(rf"<any\((\w+)[^)]*\):{argument}>", r"\1", path)
        assert browser.client.post(path).status_code == 400, path


def test_an_error_shows_no_traceback(app, browser):
    def broken() -> str:
        msg = "secret-canary"
        raise RuntimeError(msg)

    app.view_functions["dashboard.index"] = broken
    response = browser.get("/")
    assert response.status_code == 500
    assert "canary" not in response.text
    assert "Traceback" not in response.text


def test_too_large_a_request_is_refused(browser):
    assert browser.client.post("/login", data={"password": "x" * 2_000_000}).status_code == 413


def test_forwarded_headers_are_believed_by_setting_only(tmp_path, support):
    seen = {}
    for proxies in ("0", "1"):
        opened = open_services(support.settings_for(tmp_path / proxies, TRUSTED_PROXIES=proxies))
        app = app_over(opened)

        def tell() -> str:
            from flask import request

            return f"{request.remote_addr} {request.scheme}"

        app.view_functions["health.live"] = tell
        headers = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9", "X-Forwarded-Proto": "https"}
        seen[proxies] = app.test_client().get("/healthz", headers=headers).text
        opened.close()
    assert seen == {"0": "127.0.0.1 http", "1": "203.0.113.9 https"}


def test_https_is_asked_for_again(app):
    response = app.test_client().get("/healthz", base_url="https://fairlead.example.com")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_health_tells_whether_the_database_answers(app, opened):
    client = app.test_client()
    assert client.get("/readyz").json == {"status": "ok"}
    opened.database.dispose()
    path = opened.settings.data_dir / "fairlead.db"
    path.rename(path.with_name("moved.db"))
    path.mkdir()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_it_is_not_ready_without_its_data_folder(app, opened):
    away = opened.settings.model_copy(update={"data_dir": opened.settings.data_dir / "away"})
    app.extensions["fairlead"] = replace(opened, settings=away)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "the data folder cannot be written to"})


def test_create_app_opens_the_installation(tmp_path, support):
    app = create_app(support.settings_for(tmp_path / "new"))
    assert app.test_client().get("/").headers["Location"] == "/setup"
    app.extensions["fairlead"].close()
    assert (tmp_path / "new" / "fairlead.db").exists()


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_without_a_database_the_error_page_still_has_its_words_and_headers(app, browser, opened, path):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    opened.database.dispose()
    for file in opened.settings.data_dir.glob("fairlead.db*"):
        if file.is_file():
            file.write_bytes(b"no database " * 100)
    response = browser.get(path)
    assert response.status_code in {404, 500}
    assert "Go to the dashboard" in response.text
    assert directives(response)["frame-ancestors"] == "'none'"


def test_an_https_address_is_strict_also_behind_a_silent_proxy(tmp_path, support):
    settings = support.settings_for(tmp_path, PUBLIC_URL="https://fairlead.example.com")
    app = create_app(settings)
    response = app.test_client().get("/healthz", base_url="http://fairlead.example.com")
    app.extensions["fairlead"].close()
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize("path", ["/audits/%00", "/connections/a%00b/policy"])
def test_a_path_that_no_database_can_hold_is_not_found(database_url, tmp_path, support, path):
    settings = support.settings_for(tmp_path / "data", DATABASE_URL=database_url)
    opened = open_services(settings)
    opened.accounts.add_first_user("Ada", "admin", support.password_hash())
    browser = support.Browser(app_over(opened).test_client())
    browser.sign_in()
    assert browser.get(path).status_code == 404
    opened.close()


def test_forms_work_behind_a_proxy_that_does_not_pass_the_host_on(tmp_path, support):
    address = "https://fairlead.example.com"
    opened = open_services(support.settings_for(tmp_path, PUBLIC_URL=address, TRUSTED_PROXIES="1"))
    opened.accounts.add_first_user("Ada", "admin", support.password_hash())
    browser = support.Browser(app_over(opened).test_client())
    headers = {"X-Forwarded-Proto": "https", "Host": "10.0.0.7:8000", "Referer": f"{address}/login"}
    options = {"headers": headers, "base_url": address}
    assert browser.sign_in(**options).headers.get("Location") == "/"
    foreign = {**options, "headers": {**headers, "Referer": "https://evil.example/"}}
    assert browser.sign_in(**foreign).status_code == 400
    opened.close()
