"""The regulatory tables of a report as a paper shows them."""

from __future__ import annotations

from audit.report.paper import Table
from audit.report.views.regulation_view import Regime


def tables_of(regime: Regime) -> tuple[Table, ...]:
    """Every table of a regime; the last one says how many more there are."""
    made = [
        Table(caption=one.caption, head=(one.heading, *one.columns), rows=one.rows, notes=one.notes)
        for one in regime.sheets
    ]
    if regime.hidden and made:
        last = made[-1]
        more = f"{regime.hidden} more {'table is' if regime.hidden == 1 else 'tables are'} in audit.json."
        made[-1] = Table(caption=last.caption, head=last.head, rows=last.rows, notes=(*last.notes, more))
    return tuple(made)
