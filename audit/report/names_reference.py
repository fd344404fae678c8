"""docs/reference/names.md: the metrics of other libraries by their own names, and what they are here.

Write it anew with ``python -m audit.report.names_reference > docs/reference/names.md``.
"""

from __future__ import annotations

import sys

from audit.compat.names import CLARIFY
from audit.registry import METRICS
from audit.registry.elsewhere import ELSEWHERE

HEAD = """# Names in other libraries

You come from another tool and look for its number. `audit.json` has a list `compat` with all 21 metrics of
SageMaker Clarify, ours beside Clarify's own, and `report.html` shows them under each attribute. For the
other libraries the second table says which of our metrics it is. Where the numbers differ on the same rows,
and who is right, is in [disagreements](../explanation/disagreements.md).

## SageMaker Clarify

Clarify compares a disadvantaged facet *d* with an advantaged one *a*. Here each group of an attribute is
*d* in turn, once with all other leads as *a* (as in Clarify; `reference` is null) and, where an attribute
has more than two known groups, once with the reference group as *a*. The label of the metrics before
training (`pre`) is the outcome, of those after training (`post`) the decision. The 25 largest known groups
of an attribute are listed; the flip test takes the six largest, and at most 1,500 leads of each side, drawn
with the seed (the note of the record says so).

`value` is ours, `compat_value` what smclarify 0.5 prints on the same leads (`"Infinity"` where it divides
by zero, null where it stops with an error), `note` says why they differ. Distances with two labels are
listed and not judged: they restate a difference of rates that has a verdict already, and no error
probability is spent twice. KL and JS have the least and the greatest value over the box of both sides'
Wilson intervals as their interval (`high` is null where it has no end), LP, TVD and KS the folded interval
of the difference, CDDL and CDDPL the delta method's, FT Abadie and Imbens'; the others have those of the
metric in the column "here". Where the stream names an account, all but FT's are those of clustered leads.

"""
LIBRARIES = {
    "fairlearn": "Fairlearn",
    "aif360": "AIF360",
    "aequitas": "Aequitas",
    "oxonfair": "OxonFair",
    "holisticai": "Holistic AI",
}


def markdown() -> str:
    """The whole page."""
    return "\n".join([HEAD + _clarify(), "", *(_library(key, name) for key, name in LIBRARIES.items())])


def _clarify() -> str:
    lines = [
        "| Clarify | stage | what it is | formula | sign | here | Clarify may differ because |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in CLARIFY.values():
        what = one.formula.replace("|", "\\|")
        here = f"`{one.metric}`, {one.ours}"
        lines.append(
            f"| {one.name} | {one.stage} | {one.title} | {what} | {one.sign} | {here} | {one.differs} |"
        )
    return "\n".join(lines)


def _library(key: str, title: str) -> str:
    pairs = sorted(
        (name, metric.id)
        for metric in METRICS.values()
        for library, name in dict.fromkeys((*metric.aliases, *ELSEWHERE.get(metric.id, ())))
        if library == key
    )
    rows = [f"| `{name}` | `{metric}` |" for name, metric in pairs]
    return "\n".join([f"## {title}", "", f"| {title} | here |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(markdown())
