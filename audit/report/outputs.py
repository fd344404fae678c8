"""Every file that one report becomes, whole and in memory, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from markupsafe import Markup

from audit.report.bundle import bundle
from audit.report.card import card_html, card_markdown, model_card
from audit.report.json_form import to_json
from audit.report.model import Report
from audit.report.packs import PACKS, pack_html, pack_json, pack_markdown
from audit.report.page import Drawn, draw, to_html
from audit.report.paper import to_html as paper_html
from audit.report.paper import to_markdown as paper_markdown
from audit.report.pdf import to_pdf
from audit.report.plain import paper, summary
from audit.report.table import metrics_csv

BUNDLE = "evidence.zip"
CHARTS = ("rates", "calibration", "proxies", "strength")
Files = dict[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which papers are wanted beside the three files of every report; ``key`` signs a bundle of all of them.

    ``text`` is the report's own ``audit.json``, and ``printed`` its PDF, where there is one already: they are
    handed on byte for byte. ``beside`` are files of others that go into the bundle.
    """

    packs: tuple[str, ...] = ()
    card: bool = False
    summary: bool = False
    pdf: bool = False
    key: Ed25519PrivateKey | None = None
    text: str | None = None
    printed: bytes | None = None
    beside: Mapping[str, bytes] = field(default_factory=dict)


def outputs(report: Report, wanted: Wanted) -> Files:
    """The files of a report. Raises BadInput where a PDF is wanted and cannot be made here."""
    drawn = draw(report)
    page = to_html(report, drawn)
    files = _three(report, page, wanted.text) | _papers(report, wanted)
    if wanted.pdf or wanted.printed is not None:
        files["report.pdf"] = to_pdf(page) if wanted.printed is None else wanted.printed
    if wanted.key is not None:
        parts = _everything(report, drawn, files) | dict(wanted.beside)
        files[BUNDLE] = bundle(report, parts, wanted.key)
    return files


def pack_files(report: Report, name: str) -> Files:
    """One pack in its three forms."""
    made = PACKS[name](report)
    return _encoded(
        {
            f"pack-{name}.html": pack_html(made),
            f"pack-{name}.md": pack_markdown(made),
            f"pack-{name}.json": pack_json(made),
        }
    )


def card_files(report: Report, notice: str = "") -> Files:
    """The model card in its two forms; ``notice`` stands at its beginning."""
    card = model_card(report)
    card = replace(card, paper=card.paper.noting(notice))
    return _encoded({"model-card.html": card_html(card), "model-card.md": card_markdown(card)})


def summary_files(report: Report, notice: str = "") -> Files:
    """The summary in plain words in its two forms; ``notice`` stands at its beginning."""
    made = paper(summary(report), report).noting(notice)
    return _encoded({"summary.html": paper_html(made), "summary.md": paper_markdown(made)})


def _three(report: Report, page: str, text: str | None) -> Files:
    return _encoded(
        {
            "audit.json": to_json(report) if text is None else text,
            "report.html": page,
            "metrics.csv": metrics_csv(report),
        }
    )


def _papers(report: Report, wanted: Wanted) -> Files:
    made: Files = {}
    for name in wanted.packs:
        made |= pack_files(report, name)
    if wanted.card:
        made |= card_files(report)
    if wanted.summary:
        made |= summary_files(report)
    return made


def _everything(report: Report, drawn: Drawn, made: Mapping[str, bytes]) -> Files:
    """All papers and charts of a report, and the PDF where it was made."""
    papers = _papers(report, Wanted(packs=tuple(PACKS), card=True, summary=True))
    return {**made, **papers, **dict(_figures(drawn))}


def _figures(drawn: Drawn) -> Iterator[tuple[str, bytes]]:
    """The charts under names that hold nothing from the data."""
    for place, charts in enumerate(drawn.values(), start=1):
        for kind, chart in zip(CHARTS, charts, strict=True):
            if chart != Markup():
                yield f"figure-{place}-{kind}.svg", str(chart).encode()


def _encoded(texts: Mapping[str, str]) -> Files:
    return {name: text.encode() for name, text in texts.items()}
