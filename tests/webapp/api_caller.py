"""A program that asks the JSON API of a site, and an audit with a special category for it to ask about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from audit.report.json_form import to_json
from audit.report.model import Report
from tests.webapp.sample_report import sample_report
from webapp.api.making import make_token
from webapp.api.scopes import BY_ROLE
from webapp.services import Services
from webapp.store.api_tokens import NewToken
from webapp.store.rows import ConnectionRow, NewAudit, Pulled

V1 = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Sends one token with every request."""

    client: FlaskClient
    token: str = field(repr=False)

    def get(self, path: str, **options: object) -> TestResponse:
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: object) -> TestResponse:
        return self.ask("POST", path, **options)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **options) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.client.open(f"{V1}{path}", method=method, headers=sent, **options)

    def every(self, path: str, limit: int) -> list[dict[str, object]]:
        """All items of a list, page by page."""
        found, cursor = [], ""
        while True:
            joint = "&" if "?" in path else "?"
            answer = self.get(f"{path}{joint}limit={limit}{cursor}")
            assert answer.status_code == 200, answer.text
            assert len(answer.json["items"]) <= limit
            found += answer.json["items"]
            if answer.json["next"] is None:
                return found
            cursor = f"&cursor={answer.json['next']}"


def token(opened: Services, *scopes: str, role: str = "admin", **values: object) -> str:
    """A token for these scopes; without any, for all that the role may have."""
    asked = {"name": "A program", "days": 30, "made_by": "Ada Admin", **values}
    new = NewToken(role=role, scopes=scopes or tuple(sorted(BY_ROLE[role])), **asked)
    return make_token(opened, new)[0]


def caller(client: FlaskClient, opened: Services, *scopes: str, **values: object) -> Caller:
    """A program with such a token."""
    return Caller(client=client, token=token(opened, *scopes, **values))


def two_sided(groups: int = 4) -> Report:
    """A report about a region, and about a belief, which is a special category."""
    region = sample_report("region", tuple(f"region {number}" for number in range(groups)))
    belief = sample_report("belief", ("Quellist", "Orbist", "unknown"))
    return replace(
        region,
        settings=replace(region.settings, special_categories=("belief",)),
        estimates=(*region.estimates, *belief.estimates[2:]),
        disparities=(*region.disparities, *belief.disparities),
        proxies=(*region.proxies, *belief.proxies),
        subgroups=(*region.subgroups, *belief.subgroups),
        warnings=(*region.warnings, replace(region.warnings[0], text="Of each belief too few are known.")),
        findings=(
            *(replace(one, special_category=False) for one in region.findings),
            *(replace(one, special_category=True, id=f"B{one.id}") for one in belief.findings),
        ),
    )


def store(opened: Services, connection: ConnectionRow, name: str, report: Report) -> None:
    """Keep an audit under this id."""
    if opened.repository.policy(connection.id) is None:
        opened.repository.save_policy(connection.id, "text", "Ada Admin")
        opened.repository.save_stream(connection.id, "text", "Ada Admin")
    counts = Pulled(read=10, kept=8, rejected={"malformed": 1}, excluded={"opted_out": 1}, unmapped={})
    new = NewAudit(
        id=name,
        report=to_json(report),
        policy_version=1,
        stream_version=1,
        severities={"high": 1},
        worst="Leads of Quellist (belief) are selected less often.",
        pulled=counts,
    )
    opened.repository.add_audit(connection.id, new)
