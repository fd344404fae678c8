"""How surely each field gives an attribute away, beside the line where Einstein would alarm."""

from __future__ import annotations

from markupsafe import Markup

from audit.report.charts import Line, _intervals, _name, _svg
from audit.report.einstein import CORRELATION, PROXY_LABEL, strength_of
from audit.report.views.view import Section


def strength_chart(section: Section) -> Markup:
    """The strength (AUC) of each field that surely tells something, with its interval."""
    rows = [
        {"name": _name(one.feature), "value": one.auc, "low": one.low, "high": one.high, "verdict": ""}
        for one in section.proxies
    ]
    if not rows:
        return Markup()
    line = Line(at=strength_of(CORRELATION), words=PROXY_LABEL)
    text = ", ".join(f"{row['name']} {row['value']:.2f}" for row in rows)
    chart = _intervals(rows, "Predicts the group (AUC)", share=False, verdicts=False, line=line)
    title = f"How surely each field gives {section.attribute} away"
    return _svg(chart, title, f"{text}. {line.words}: {line.at:.2f}")
