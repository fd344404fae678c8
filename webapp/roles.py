"""Which role may do what: the one table that pages, forms and the API go by.

What is not in the table is nobody's: a new address opens to no one until it has a line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from webapp.language import marked
from webapp.store.rows import ROLES, Role

Right = Literal["audits", "own", "special", "looks", "rules", "change", "people"]
"""``audits``: the dashboard and what audits found, and to write notes about it. ``own``: one's own account.
``special``: also what is about special categories (Article 9 of the GDPR). ``looks``: to say that one
looked at a finding, or what became of an answer or a note. ``rules``: to read policies, connections,
answers, jobs, keys, papers, tokens and the trail, and to try remedies and explain scores, which changes
nothing there. ``change``: to change any of that. ``people``: who may sign in."""

_VIEWER: tuple[Right, ...] = ("audits", "own")
_AUDITOR: tuple[Right, ...] = (*_VIEWER, "special", "looks", "rules")
RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        "admin": frozenset[Right]((*_AUDITOR, "change", "people")),
        "auditor": frozenset(_AUDITOR),
        "viewer": frozenset(_VIEWER),
    }
)
NAMES: Mapping[Role, str] = MappingProxyType(
    {"admin": marked("Admin"), "auditor": marked("Auditor"), "viewer": marked("Viewer")}
)
"""A role in one word."""
WORDS: Mapping[Role, str] = MappingProxyType(
    {
        "admin": marked("Administrator: changes everything, and decides who may sign in"),
        "auditor": marked("Auditor: reads everything, changes nothing"),
        "viewer": marked("Viewer: sees the dashboard, audits and findings, without special categories"),
    }
)

# They ask for something else than a person's session: a CRM's signature, a token, or nothing.
OPEN_ROOMS = frozenset({"inbound", "cards", "health", "api", "metrics", "help"})
OPEN = frozenset(
    {
        "static",
        *("auth.setup", "auth.make_account", "auth.sign_in", "auth.open_session"),
        *("invitations.show", "invitations.accept", "single_sign_on.begin", "single_sign_on.callback"),
    }
)
ROUTES: Mapping[Right, frozenset[str]] = MappingProxyType(
    {
        "audits": frozenset(
            {
                "dashboard.index",
                *("audits.show", "audits.report_json", "audits.report_page", "audits.report_html"),
                *("audits.metrics", "evidence.finding", "evidence.page", "evidence.drawing"),
                *("evidence.table", "evidence.counts", "reports.paper", "reports.summary"),
                *("remarks.show", "remarks.write", "remarks.take_out"),
                *("alerts.index", "alerts.show"),
                *("monitoring.index", "monitoring.show", "scorecards.show"),
                "drift.show",
                "expected.show",
                "scorecards.told",
                *("explanations.show", "explanations.report_json", "reports.full", "reports.make_full"),
            }
        ),
        "own": frozenset(
            {"auth.sign_out", "account.show", "account.set_language", "account.leave_everywhere"}
        ),
        "special": frozenset({"reports.bundle", "reports.word"}),
        "looks": frozenset({"evidence.looked", "answers.mark", "remarks.mark", "alerts.take"}),
        "rules": frozenset(
            {
                *(
                    "answers.show",
                    "connections.index",
                    "decision_log.show",
                    "decision_log.of_lead",
                    "jobs.index",
                    "jobs.now",
                    "keys.show",
                    "schedule.show",
                ),
                *("papers.flow", "papers.flow_file", "papers.record", "papers.record_file"),
                *("policies.show", "policy_versions.export", "policy_versions.show", "proposals.show"),
                *("privacy.show", "privacy.proof", "sharing.show", "sharing.look"),
                *("remedies.show", "remedies.try_them", "remedies.cancel", "remedies.one"),
                *("remedies.report_json", "remedies.table", "remedies.drawing"),
                *("shadow.show", "shadow.report_json"),
                "alert_channels.show",
                *("explanations.explain", "explanations.cancel"),
                *("sharing.release_html", "sharing.release_json"),
                *("streams.show", "tokens.show", "trail.index", "trail.download", "settings_page.show"),
            }
        ),
        "change": frozenset(
            {
                *("alerts.decide", "alert_channels.save", "alert_channels.test", "alert_channels.remove"),
                *("connections.begin", "connections.callback", "connections.end", "jobs.start"),
                *("jobs.cancel", "keys.destroyed", "schedule.save", "streams.change"),
                *("policies.change", "policies.take_file", "policy_fields.decide", "policy_risk.accept"),
                *("privacy.erase", "privacy.make_dossier", "privacy.set_controller"),
                *("privacy.set_retention", "proposals.decide", "proposals.four_eyes"),
                *("sharing.set_budget", "sharing.share", "tokens.make", "tokens.revoke"),
                *("start.begin", "start.go_on", "start.pull", "start.pull_now", "start.ask", "start.landed"),
                *("start_choose.show", "start_choose.save", "shadow.begin", "shadow.stop"),
                *("shadow.write", "shadow.write_no_more"),
                *("monitoring.note", "scorecards.set_benchmark", "scorecards.remove_benchmark"),
                *("start_policy.keep", "start_policy.check", "start_policy.save"),
            }
        ),
        "people": frozenset(
            {
                *("people.show", "people.invite", "people.new_code", "people.set_role", "people.lock"),
                *("people.unlock", "people.end_sessions", "people.remove"),
            }
        ),
    }
)
_NEEDED: Mapping[str, Right] = MappingProxyType(
    {endpoint: right for right, endpoints in ROUTES.items() for endpoint in endpoints}
)


def may(role: str, right: Right) -> bool:
    """Whether a role has a right; a role that is not known has none."""
    return role in ROLES and right in RIGHTS[role]


def is_open(endpoint: str) -> bool:
    """Whether an address asks nobody to sign in."""
    return endpoint in OPEN or endpoint.partition(".")[0] in OPEN_ROOMS


def may_open(role: str, endpoint: str) -> bool:
    """Whether a role may call an address; one that the table does not name, nobody may."""
    needed = _NEEDED.get(endpoint)
    return is_open(endpoint) or (needed is not None and may(role, needed))
