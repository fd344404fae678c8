"""One stored audit as pages and API need it. Audits never change, so a few stay read in memory."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock

from flask import abort, current_app

from audit.report.json_form import read_json
from audit.report.model import Report
from audit.schema import BadInput
from webapp.evidence.catalogue import Asked, figure
from webapp.evidence.figure import Figure
from webapp.evidence.source import Source
from webapp.language import Language, current
from webapp.plain_audits import plain_report, plain_row
from webapp.services import Services
from webapp.special_names import marked, untold
from webapp.store.evidence import KeptAudit
from webapp.viewmodels.audit import AuditPage, audit_page
from webapp.viewmodels.evidence_list import Part, evidence_parts

MOST = 4
"""Audits in memory at a time, for each process: one of sixty groups takes some tens of megabytes."""
MOST_FIGURES = 64
Key = tuple[str, str, frozenset[str], Language]


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
    """The audits that were read last, each in the language that it was asked for in."""

    held: OrderedDict[Key, Opened] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def get(self, key: Key) -> Opened | None:
        """One that is held, which makes it the newest."""
        with self.lock:
            if key in self.held:
                self.held.move_to_end(key)
            return self.held.get(key)

    def in_another_language(self, key: Key) -> Opened | None:
        """The same audit, held in another language: only its words are to be made."""
        with self.lock:
            return next((opened for held, opened in self.held.items() if held[:-1] == key[:-1]), None)

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
    shelf = _shelf()
    hidden = frozenset[str]() if special else hidden_in(store, row)
    key = (row.id, row.digest, hidden, current())
    found = shelf.get(key)
    if found is None:
        found = _made(store, row, key)
        shelf.put(key, found)
    return found


def _made(store: Services, row: KeptAudit, key: Key) -> Opened:
    other, hidden = _shelf().in_another_language(key), key[2]
    if other is not None:
        return _opened(other.row, other.source, withheld=other.withheld)
    return _without(store, open_audit(store, row), hidden) if hidden else _read(store, row)


def _shelf() -> _Shelf:
    shelf: _Shelf = current_app.extensions.setdefault("fairlead-audits", _Shelf())
    return shelf


def hidden_in(store: Services, row: KeptAudit) -> frozenset[str]:
    """What the special categories are called that an audit may speak of: their names and columns.

    Those it recorded, and those of its stream, of the newest audit and of the stream in force: what is
    marked later is closed in older audits as well.
    """
    report = open_audit(store, row).source.report
    recorded = frozenset(report.settings.special_categories)
    return recorded | untold(store, row, report) | marked_since(store, row)


def marked_since(store: Services, row: KeptAudit) -> frozenset[str]:
    """The same without the report of this audit, unless it is the newest of its connection."""
    newest, found = store.evidence.behind(row.connection_id, None, 1), frozenset[str]()
    for one in newest:
        with suppress(BadInput):
            found = frozenset(open_audit(store, one).source.report.settings.special_categories)
    versions = {one.stream_version for one in (row, *newest)}
    return found | marked(store, row.connection_id, versions)


def _without(store: Services, whole: Opened, hidden: frozenset[str]) -> Opened:
    report = plain_report(whole.source.report, hidden)
    row = plain_row(whole.row, hidden, report.findings)
    return _opened(row, _source(store, row, report), withheld=True)


def _read(store: Services, row: KeptAudit) -> Opened:
    stored = store.repository.audit(row.id) or abort(404)
    return _opened(row, _source(store, row, read_json(stored.report)), withheld=False)


def _source(store: Services, row: KeptAudit, report: Report) -> Source:
    return Source(report=report, counts=store.evidence.counts(row.id))


def _opened(row: KeptAudit, source: Source, *, withheld: bool) -> Opened:
    return Opened(
        row=row,
        source=source,
        page=audit_page(row, source.report),
        parts=evidence_parts(source),
        withheld=withheld,
    )
