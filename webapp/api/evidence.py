"""What an audit found, in parts that can be filtered: findings, estimates, disparities and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from audit.disparity import Verdict
from audit.disparity.contrast import Kind
from audit.estimate import Estimate
from audit.finding import SEVERITIES, Fact, Severity
from audit.metrics import GroupEstimate
from webapp.api import cursors
from webapp.api.operation import Ask, Operation
from webapp.api.reports import names_of, report_of, visible, visible_warnings
from webapp.api.shape import Answer, Asked, Names, Page, Paged, Text

ATTRIBUTE = "About this attribute, alone or crossed with others."
# The report holds pairs in order.
Facts = Annotated[dict[str, Fact], BeforeValidator(dict)]
Item = TypeVar("Item", bound=Answer)


class AttributeQuery(Paged):
    """Which items, by attribute."""

    attribute: Text | None = Field(default=None, description=ATTRIBUTE)


class MetricQuery(Paged):
    """Which items, by attribute and metric."""

    attribute: Text | None = Field(default=None, description=ATTRIBUTE)
    metric: Text | None = Field(default=None, description="Of this metric (docs/reference/metrics.md).")


class DisparityQuery(Paged):
    """Which comparisons."""

    attribute: Text | None = Field(default=None, description=ATTRIBUTE)
    metric: Text | None = Field(default=None, description="Of this metric (docs/reference/metrics.md).")
    verdict: Verdict | None = Field(default=None, description="With this verdict.")
    kind: Kind | None = Field(default=None, description="Differences or ratios.")


class FindingQuery(Paged):
    """Which findings."""

    attribute: Text | None = Field(default=None, description=ATTRIBUTE)
    metric: Text | None = Field(default=None, description="Of this metric (docs/reference/metrics.md).")
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


class Comparison(Answer):
    """One comparison of a group with its reference: a difference (group minus reference) or a ratio."""

    attribute: Names
    group: Names
    reference: Names
    metric: str
    kind: Kind
    value: float | None
    low: float | None
    high: float | None
    n: int
    p: float | None
    p_adjusted: float | None
    verdict: Verdict
    n_needed: int | None
    undefined: str | None


class ProxyField(Answer):
    """One field as a stand-in for one attribute, with the share of the gap that goes through it."""

    feature: str
    attribute: str
    auc: float
    low: float
    high: float
    p_adjusted: float
    share: float | None
    share_low: float | None
    share_high: float | None
    rank: int


class SubgroupFound(Answer):
    """One group of leads, described by two conditions or more, that stands out."""

    attribute: Names
    group: Names
    metric: str
    value: float
    low: float
    high: float
    p_adjusted: float
    n: int
    found_by: str
    group_value: float | None
    reference_value: float | None
    hits: int | None
    surely: float | None
    text: str | None


def _findings(ask: Ask[FindingQuery]) -> Page[Finding]:
    report, least = report_of(ask), ask.asked.severity
    graver = SEVERITIES[SEVERITIES.index(least) :] if least else SEVERITIES
    seen, hidden = visible(ask.grant, report, report.findings)
    found = [one for one in seen if one.severity in graver]
    return _page(ask, Finding, _matching(ask.asked, found), hidden)


def _estimates(ask: Ask[MetricQuery]) -> Page[GroupMetric]:
    report = report_of(ask)
    seen, hidden = visible(ask.grant, report, report.estimates)
    part, after = cursors.cut(ask, _matching(ask.asked, seen))
    items = tuple(GroupMetric.model_validate(_flat(one)) for one in part)
    return Page[GroupMetric](items=items, next=after, withheld=hidden)


def _disparities(ask: Ask[DisparityQuery]) -> Page[Comparison]:
    report = report_of(ask)
    seen, hidden = visible(ask.grant, report, report.disparities)
    return _page(ask, Comparison, _matching(ask.asked, seen), hidden)


def _proxies(ask: Ask[AttributeQuery]) -> Page[ProxyField]:
    report = report_of(ask)
    seen, hidden = visible(ask.grant, report, report.proxies)
    return _page(ask, ProxyField, _matching(ask.asked, seen), hidden)


def _subgroups(ask: Ask[MetricQuery]) -> Page[SubgroupFound]:
    report = report_of(ask)
    seen, hidden = visible(ask.grant, report, report.subgroups)
    return _page(ask, SubgroupFound, _matching(ask.asked, seen), hidden)


def _warnings(ask: Ask[Paged]) -> Page[Warned]:
    seen, hidden = visible_warnings(ask.grant, report_of(ask))
    return _page(ask, Warned, seen, hidden)


def _page(ask: Ask[Any], model: type[Item], rows: Sequence[object], hidden: int) -> Page[Item]:
    part, after = cursors.cut(ask, rows)
    items = tuple(model.model_validate(one) for one in part)
    return Page[model](items=items, next=after, withheld=hidden)  # type: ignore[valid-type]


def _matching(asked: Asked, rows: Sequence[Any]) -> list[Any]:
    """The items that fit every filter but the severity, which has an order of its own."""
    exact = {name: getattr(asked, name, None) for name in ("metric", "verdict", "kind")}
    wanted, attribute = (
        {name: value for name, value in exact.items() if value},
        getattr(asked, "attribute", None),
    )
    return [
        one
        for one in rows
        if (not attribute or attribute in names_of(one))
        and all(getattr(one, name) == value for name, value in wanted.items())
    ]


def _flat(one: GroupEstimate) -> dict[str, object]:
    numbers = {name: getattr(one.estimate, name) for name in Estimate.__slots__}
    return {"attribute": one.attribute, "group": one.group, "metric": one.metric, **numbers}


def _part(name: str, summary: str, does: Any, asks: type[Asked], item: type[Answer]) -> Operation:  # noqa: ANN401
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
    _part("findings", "What the audit concludes, in sentences", _findings, FindingQuery, Finding),
    _part("estimates", "Every metric of every group", _estimates, MetricQuery, GroupMetric),
    _part("disparities", "Every comparison with a reference group", _disparities, DisparityQuery, Comparison),
    _part("proxies", "Fields that stand in for an attribute", _proxies, AttributeQuery, ProxyField),
    _part("subgroups", "Groups within groups that stand out", _subgroups, MetricQuery, SubgroupFound),
    _part("warnings", "What to know before trusting the numbers", _warnings, Paged, Warned),
)
