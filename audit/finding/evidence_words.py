"""The evidence of a finding as people read it: names in words, shares in per cent, small p-values."""

from __future__ import annotations

from audit.finding.reading import BAND, reading
from audit.finding.reading_model import Unit
from audit.finding.value import Evidence
from audit.finding.words import percent

MINUS = "\N{MINUS SIGN}"
FACT_WORDS = {
    "metric": "Metric",
    "kind": "Compared by",
    "reference": "Reference group",
    "worse_off": "Group that is worse off",
    "groups": "Groups",
    "others": "Groups without this verdict",
    "n": "Leads in the group",
    "n_needed": "Leads needed by the group that lacks most",
    "value": "Measured",
    "low": "Plausible from",
    "high": "Plausible to",
    "p": "p-value",
    "p_adjusted": "p-value, corrected for many comparisons",
    "tolerances": "At least so many times the tolerance",
    "converts": "The group that is worse off converts",
    "base_rate_worse_off": "Conversion rate, group that is worse off",
    "base_rate_better_off": "Conversion rate, group that is better off",
    "proxy": "Proxy",
    "proxy_auc": "Strength of the proxy (AUC)",
    "proxy_share": "Share of the gap through the proxy",
    "feature": "Field",
}
STANDING_WORDS = {
    "better": "more often",
    "as well": "about as often",
    "less": "less often",
    "unclear": "cannot be told yet",
}
SHARES = frozenset(
    {"base_rate_worse_off", "base_rate_better_off", "proxy_share", "share", "coverage", "rare"}
)
SMALLEST_P = 1e-4


def evidence_words(evidence: Evidence, metric: str = "") -> tuple[tuple[str, str], ...]:
    """Evidence as pairs of words, in the order of a reader's questions; what has no value is left out.

    ``metric`` is what the finding compares: its gap is told in the unit of that metric.

    A name such as ``selection_rate.ratio`` is a metric and how it was compared.
    """
    order = list(FACT_WORDS)
    place = {name: order.index(name) if name in order else len(order) for name, _ in evidence}
    facts = sorted(evidence, key=lambda fact: place[fact[0]])
    gap = f"{metric}.{dict(evidence).get('kind')}"
    return tuple(
        (_name(name), _value(gap if name in ("value", "low", "high") else name, value))
        for name, value in facts
        if value not in (None, "")
    )


def _name(name: str) -> str:
    metric, _, kind = name.rpartition(".")
    if kind in ("difference", "ratio"):
        return f"{_label(metric)}, {kind}"
    return FACT_WORDS.get(name) or name.replace("_", " ").capitalize()


def _label(metric: str) -> str:
    if metric.startswith(BAND):
        return f"Conversion at score {metric.removeprefix(BAND)}"
    return {"count": "Leads", "base_rate": "Conversion rate"}.get(metric) or reading(metric).label


def _value(name: str, value: str | float) -> str:
    if isinstance(value, str):
        return _text(name, value)
    if isinstance(value, int):
        return f"{value:,}".replace("-", MINUS)
    if name in ("p", "p_adjusted"):
        return "below 0.0001" if value < SMALLEST_P else f"{value:.4f}"
    return _number(name, value).replace("-", MINUS)


def _text(name: str, value: str) -> str:
    if name == "metric":
        return _label(value)
    return STANDING_WORDS.get(value, value) if name == "converts" else value


def _number(name: str, value: float) -> str:
    metric, _, kind = name.rpartition(".")
    unit: Unit | None = reading(metric).unit if kind == "difference" else None
    if unit == "share":
        return f"{value * 100:+.1f} points"
    return percent(value) if name in SHARES else f"{value:,.4g}"
