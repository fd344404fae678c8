"""One stored audit as pages and API need it. Audits never change, so a few stay read in memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from flask import abort, current_app

from audit.report.json_form import read_json
from webapp.evidence.catalogue import Asked, figure
from webapp.evidence.figure import Figure
from webapp.evidence.source import Source
from webapp.plain_audits import plain_report, plain_row
from webapp.services import Services
from webapp.store.evidence import KeptAudit
from webapp.viewmodels.audit import AuditPage, audit_page
from webapp.viewmodels.evidence_list import Part, evidence_parts

MOST = 4
"""Audits in memory at a time, for each process: one of sixty groups takes some tens of megabytes."""
MOST_FIGURES = 64
Key = tuple[str, str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An audit without its text, what its figures are made from, and its page.

    ``withheld`` says that special categories were left out. ``figures`` are those that were asked for: an
    audit does not change, so neither do they.
    """

    row: KeptAudit
    source: Source
    page: AuditPage
    parts: tuple[Part, ...]
    withheld: bool = False
    figures: dict[Asked, Figure | None] = field(default_factory=dict, repr=False)

    def figure(self, asked: Asked) -> Figure | None:
        """The figure at an address; None where nothing is there."""
        if asked not in self.figures:
            if len(self.figures) >= MOST_FIGURES:
                self.figures.clear()
            self.figures[asked] = figure(self.source, asked)
        return self.figures.get(asked)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The audits that were read last."""

    held: OrderedDict[Key, Opened] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def get(self, key: Key) -> Opened | None:
        """One that is held, which makes it the newest."""
        with self.lock:
            if key in self.held:
                self.held.move_to_end(key)
            return self.held.get(key)

    def put(self, key: Key, opened: Opened) -> None:
        """Hold one; the one that was asked for longest ago goes."""
        with self.lock:
            self.held[key] = opened
            while len(self.held) > MOST:
                self.held.popitem(last=False)


def open_audit(store: Services, row: KeptAudit, *, special: bool = True) -> Opened:
    """A stored audit, read now or kept from before. 404 where it was deleted meanwhile.

    Not ``special``: without a word about special categories.
    """
    shelf: _Shelf = current_app.extensions.setdefault("fairlead-audits", _Shelf())
    key = (row.id, row.digest, special)
    found = shelf.get(key)
    if found is None:
        found = _read(store, row, special=special)
        shelf.put(key, found)
    return found


def _read(store: Services, row: KeptAudit, *, special: bool) -> Opened:
    whole = store.repository.audit(row.id) or abort(404)
    stored = read_json(whole.report)
    report = stored if special else plain_report(stored)
    row = row if report is stored else plain_row(row, stored.settings.special_categories)
    source = Source(report=report, counts=store.evidence.counts(row.id))
    return Opened(
        row=row,
        source=source,
        page=audit_page(row, report),
        parts=evidence_parts(source),
        withheld=report is not stored,
    )
