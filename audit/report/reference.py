"""docs/reference/metrics.md, made from the registry so that it cannot go stale.

Write it anew with ``python -m audit.report.reference > docs/reference/metrics.md``.
"""

from __future__ import annotations

import sys

from audit.registry import METRICS, Metric
from audit.registry.elsewhere import ELSEWHERE

HEAD = """# Metrics

Every figure about a group comes from this registry. A **difference** is group minus reference, a **ratio**
is group over reference. Rates carry a Wilson interval, differences of rates Newcombe's, ratios Koopman's; AUC
carries DeLong's; functions of the four cells of decision and outcome carry the delta method's. An undefined
figure says why. Metrics about outcomes use only leads whose outcome is known and, where the stream names
`worked`, only leads that somebody worked.

"""

VALUES = {"share": "0 to 1", "gap": "-1 to 1", "positive": "0 and above", "line": "any number"}
COMPARISONS = frozenset({"conditional", "distance", "equal_score", "roc", "span"})
"""Kinds that compare groups and have no value of a single one."""
COMPARED = {
    "confirmatory": "with a verdict; corrected by Holm for single attributes, else by Benjamini and Hochberg",
    "exploratory": "with a verdict; corrected by Benjamini and Hochberg",
    None: "no",
}


def markdown() -> str:
    """The whole page."""
    return HEAD + "\n".join(_section(metric) for metric in METRICS.values())


def _section(metric: Metric) -> str:
    lines = [f"## `{metric.id}`", "", f"{metric.definition}.", "", f"- Sign: {metric.sign}"]
    if metric.kind not in COMPARISONS:
        lines.append(f"- Values: {VALUES[metric.range]}")
    lines.append(f"- Source: {metric.source}")
    lines.append(f"- Compared: {COMPARED[metric.family]}")
    aliases = tuple(dict.fromkeys((*metric.aliases, *ELSEWHERE.get(metric.id, ()))))
    if aliases:
        lines.append("- Elsewhere: " + ", ".join(f"{library} `{name}`" for library, name in aliases))
    if metric.empty:
        lines.append(f"- Undefined when {metric.empty}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(markdown())
