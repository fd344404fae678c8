"""The application factory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import auth, language, security
from webapp.api import door
from webapp.departures import Settling, settle_all
from webapp.erasure import sweep
from webapp.key_order import put_all_in_order
from webapp.release_vault import bring_all_up
from webapp.services import Services, open_services
from webapp.settings import Settings
from webapp.store.repository import Clock, utc_now
from webapp.views import (
    account,
    alert_channels,
    alerts,
    answers,
    audits,
    cards,
    connections,
    dashboard,
    decision_log,
    drift,
    errors,
    evidence,
    expected,
    explanations,
    health,
    helping,
    inbound,
    invitations,
    jobs,
    keys,
    monitoring,
    papers,
    people,
    policies,
    policy_fields,
    policy_risk,
    policy_versions,
    privacy,
    proposals,
    remarks,
    remedies,
    reports,
    schedule,
    scorecards,
    settings_page,
    shadow,
    sharing,
    single_sign_on,
    start,
    start_choose,
    start_policy,
    streams,
    tokens,
    trail,
)
from webapp.views import auth as auth_views
from webapp.watching import door as watching

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LARGEST_REQUEST = 1024 * 1024
POLICY_ROOMS = (policies, policy_versions, policy_risk, policy_fields, proposals)
START_ROOMS = (start, start_choose, start_policy)
ROOMS = (
    *(auth_views, connections, inbound, cards, health, helping, dashboard, audits, evidence, *POLICY_ROOMS),
    *START_ROOMS,
    *(streams, answers, sharing, keys, jobs, schedule, trail, privacy, papers, reports, errors, door, tokens),
    *(people, invitations, account, single_sign_on, decision_log, settings_page, remedies, shadow),
    *(remarks,),
    *(alerts, alert_channels),
    *(monitoring, scorecards),
    drift,
    expected,
    explanations,
)


def create_app(settings: Settings, clock: Clock = utc_now) -> Flask:
    """The web application over an installation; opens the database and brings its schema up to date."""
    opened = open_services(settings, clock)
    sweep(opened)
    put_all_in_order(opened)
    bring_all_up(opened)
    settle_all(opened)
    return app_over(opened)


def app_over(opened: Services) -> Flask:
    """The web application over services that are open already."""
    app = Flask("webapp")
    app.config.update(_config(opened.settings))
    app.extensions["fairlead"] = opened
    app.extensions["settling"] = Settling(opened)
    security.protect(app)
    auth.install(app)
    language.install(app)
    door.install(app)
    watching.install(app, opened)
    csrf = CSRFProtect(app)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
    csrf.exempt(inbound.blueprint)
    csrf.exempt(cards.blueprint)
    csrf.exempt(door.blueprint)
    if opened.settings.trusted_proxies:
        _trust_proxies(app, opened.settings)
    return app


def _config(settings: Settings) -> dict[str, object]:
    lifetime = timedelta(hours=settings.session_hours)
    return {
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "SESSION_COOKIE_NAME": "__Host-fairlead" if settings.secure_cookies else "fairlead",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        # Sign-ins live in the database; an address may change on the way.
        "SESSION_PROTECTION": None,
        "PERMANENT_SESSION_LIFETIME": lifetime,
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "WTF_CSRF_TIME_LIMIT": int(lifetime.total_seconds()),
        "PREFERRED_URL_SCHEME": "https" if settings.secure_cookies else "http",
    }


def _trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe as many X-Forwarded-For and -Proto entries as there are proxies, and no header more."""
    proxies, host = settings.trusted_proxies, urlsplit(settings.public_url).netloc
    inner = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)

    def outer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # A proxy may pass its own name for us; forms are checked against the address that browsers use.
        return inner({**environ, "HTTP_HOST": host}, start_response)

    app.wsgi_app = outer  # type: ignore[method-assign]
