"""What an audit found, in parts that can be filtered: findings, estimates, disparities and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from audit.disparity import Disparity, Verdict
from audit.disparity.contrast import Kind
from audit.estimate import Estimate
from audit.finding import SEVERITIES, Fact, Severity
from audit.metrics import GroupEstimate
from audit.rows.proxy import Proxy
from audit.subgroups.model import Subgroup
from webapp.api import cursors
from webapp.api.operation import Ask, Operation
from webapp.api.reports import report_of, visible
from webapp.api.shape import Answer, Asked, Names, Page, Paged, Text
from webapp.plain_audits import names_of

Part = Literal["findings", "estimates", "disparities", "proxies", "subgroups", "warnings"]
# The report holds pairs in order.
Facts = Annotated[dict[str, Fact], BeforeValidator(dict)]


class AttributeQuery(Paged):
    """Which items, by attribute."""

    attribute: Text | None = Field(
        default=None, description="About this attribute, alone or crossed with others."
    )


class MetricQuery(AttributeQuery):
    """Which items, by attribute and metric."""

    metric: Text | None = Field(default=None, description="Of this metric (docs/reference/metrics.md).")


class DisparityQuery(MetricQuery):
    """Which comparisons."""

    verdict: Verdict | None = Field(default=None, description="With this verdict.")
    kind: Kind | None = Field(default=None, description="Differences or ratios.")


class FindingQuery(MetricQuery):
    """Which findings."""

    verdict: Verdict | None = Field(default=None, description="With this verdict.")
    severity: Severity | None = Field(default=None, description="Of this severity or a graver one.")


class Finding(Answer):
    """One conclusion in plain words; the first line of its text stands alone."""

    id: str = Field(description="The same from one audit to the next.")
    severity: Severity
    verdict: Verdict
    attribute: Names
    group: Names
    metric: str
    text: str
    special_category: bool
    evidence: Facts


class Warned(Answer):
    """Something to know before trusting the numbers."""

    code: str
    text: str
    evidence: Facts


class GroupMetric(Answer):
    """A metric of a group with its interval and the leads behind it; value is null exactly with a reason."""

    attribute: Names
    group: Names
    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    undefined: str | None
    shrunk: float | None
    shrunk_low: float | None
    shrunk_high: float | None

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, one: GroupEstimate) -> dict[str, object]:
        numbers = {name: getattr(one.estimate, name) for name in Estimate.__slots__}
        return {"attribute": one.attribute, "group": one.group, "metric": one.metric, **numbers}


def _matching(asked: Asked, rows: Sequence[Any]) -> list[Any]:
    """The items that fit every filter."""
    wanted = asked.model_dump(exclude={"limit", "cursor"})
    return [one for one in rows if all(_fits(one, name, value) for name, value in wanted.items() if value)]


def _fits(one: Any, name: str, value: str) -> bool:  # noqa: ANN401 - whatever a report lists
    if name == "attribute":
        return value in names_of(one)
    if name == "severity":
        return SEVERITIES.index(one.severity) >= SEVERITIES.index(value)
    return bool(getattr(one, name) == value)


def _part(name: Part, summary: str, asks: type[Asked], item: type) -> Operation:
    """The list of one part of a report, as its values are or as a model of ours tells them."""

    def does(ask: Ask[Any]) -> Page[Any]:
        seen, hidden = visible(ask, getattr(report_of(ask), name))
        rows, after = cursors.cut(ask, _matching(ask.asked, seen))
        return Page[item](items=tuple(rows), next=after, withheld=hidden)  # type: ignore[valid-type]

    return Operation(
        name=f"list_{name}",
        path=f"/audits/{{audit_id}}/{name}",
        tag="Evidence",
        summary=summary,
        does=does,
        asks=asks,
        answers=Page[item],  # type: ignore[valid-type]
        scope="read:audits",
    )


OPERATIONS = (
    _part("findings", "What the audit concludes, in sentences", FindingQuery, Finding),
    _part("estimates", "Every metric of every group", MetricQuery, GroupMetric),
    _part("disparities", "Every comparison with a reference group", DisparityQuery, Disparity),
    _part("proxies", "Fields that stand in for an attribute", AttributeQuery, Proxy),
    _part("subgroups", "Groups within groups that stand out", MetricQuery, Subgroup),
    _part("warnings", "What to know before trusting the numbers", Paged, Warned),
)
